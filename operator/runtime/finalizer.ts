import type { KubeObject } from '../clients/kube/types.ts';
import { OperatorError } from '../errors.ts';

export const FINALIZER = 'fabriclink.dev/finalizer';
const ANNOTATION_PREFIX = 'fabriclink.dev/';

export type MetadataPatch = {
  metadata: { resourceVersion: string; finalizers?: string[]; annotations?: Record<string, string | null> };
};

/**
 * Merge patches of an object's metadata. Each carries the resourceVersion it was made from, so that the API server
 * refuses it (409) when anybody, a foreign finalizer's owner included, has written since; the lists that it replaces
 * are therefore never older than the ones it puts. Undefined: nothing to do.
 *
 * Caveat: merge patches touch no other annotation; a JSON patch would fail where there is none yet.
 */
export function claimPatch(
  object: KubeObject,
  annotations: Readonly<Record<string, string>>,
): MetadataPatch | undefined {
  const finalizers = object.metadata.finalizers ?? [];
  return patchOf(object, {
    ...(!finalizers.includes(FINALIZER) && { finalizers: [...finalizers, FINALIZER] }),
    ...changedAnnotations(object, annotations),
  });
}

export function annotationPatch(
  object: KubeObject,
  annotations: Readonly<Record<string, string | null>>,
): MetadataPatch | undefined {
  return patchOf(object, changedAnnotations(object, annotations));
}

export function releasePatch(object: KubeObject): MetadataPatch | undefined {
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return undefined;
  return patchOf(object, { finalizers: finalizers.filter((finalizer) => finalizer !== FINALIZER) });
}

function changedAnnotations(
  object: KubeObject,
  wanted: Readonly<Record<string, string | null>>,
): { annotations?: Record<string, string | null> } {
  const present = object.metadata.annotations ?? {};
  const changed: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (!name.startsWith(ANNOTATION_PREFIX)) throw bug(`annotation "${name}" is not ours to write`);
    if ((present[name] ?? null) !== value) changed[name] = value;
  }
  return Object.keys(changed).length === 0 ? {} : { annotations: changed };
}

function patchOf(
  object: KubeObject,
  change: Omit<MetadataPatch['metadata'], 'resourceVersion'>,
): MetadataPatch | undefined {
  if (Object.keys(change).length === 0) return undefined;
  const { resourceVersion } = object.metadata;
  if (!resourceVersion) throw bug('an object without resourceVersion cannot be patched safely');
  return { metadata: { resourceVersion, ...change } };
}

function bug(message: string): OperatorError {
  return new OperatorError({ disposition: 'bug', reason: 'InternalError', message });
}
