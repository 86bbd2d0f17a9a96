// The chart's copy of a CRD: a template, so that `helm upgrade` brings a new version (docs/adr says why not crds/).

/** Kept when the release goes: with a definition go all objects of its kind. */
const KEEP = '    helm.sh/resource-policy: keep';

/** The template for `text`, the CRD of crds/NAME.yaml. Throws where it could not be one. */
export function crdTemplate(path: string, text: string): string {
  if (text.includes('{{')) throw new Error(`${path} holds {{, which Helm would evaluate`);
  const body = text.replace(/^(#.*\n)+/, '').trimEnd();
  const named = /^metadata:\n {2}name: \S+\n/m;
  if (!named.test(body) || /^ {2}(annotations|labels):/m.test(body)) {
    throw new Error(`${path}: metadata must hold the name alone, since the chart adds labels and annotations`);
  }
  const metadata = (found: string) =>
    `${found}  labels:\n    {{- include "fabric-link-operator.labels" . | nindent 4 }}\n  annotations:\n${KEEP}\n`;
  return [
    `{{- /* Generated from ${path} by npm run generate; change that file. */ -}}`,
    '{{- if .Values.crds.install }}',
    body.replace(named, metadata),
    '{{- end }}',
    '',
  ].join('\n');
}
