// Renders the chart with real helm.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findTool, provideTool, type ToolName } from '../../scripts/chart/tools.ts';
import { KUBERNETES_VERSION } from '../../scripts/kube-apiserver/build.ts';

export type Values = Readonly<Record<string, unknown>>;

export type Rendered = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
} & Record<string, unknown>;

export const CHART = join(import.meta.dirname, '../../charts/fabric-link-operator');
export const RELEASE = 'flo';
export const NAMESPACE = 'operators';

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Under REQUIRE_REAL=1 built where it is missing; else undefined, and the suite is skipped by name. */
export function tool(name: ToolName): Promise<string | undefined> {
  return process.env.REQUIRE_REAL === '1' ? provideTool(name, say) : findTool(name);
}

export const missing = (name: ToolName): string =>
  `no ${name} here: \`node scripts/chart-tools.ts --prepare\` builds it with Go`;

type Run = { code: number; stdout: string; stderr: string };

export function run(command: string, args: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** What `helm install` would send, as text. Rejects with helm's own sentence. */
export async function renderText(helm: string, values: Values): Promise<string> {
  // Without a cluster helm goes by a version of its own, which need not be one that the chart accepts.
  const cluster = ['--namespace', NAMESPACE, '--kube-version', KUBERNETES_VERSION];
  const args = ['template', RELEASE, CHART, ...cluster, '--values', '-'];
  const { code, stdout, stderr } = await run(helm, args, JSON.stringify(values));
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
}

export const objectsIn = (text: string): Rendered[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);

export const render = async (helm: string, values: Values): Promise<Rendered[]> =>
  objectsIn(await renderText(helm, values));

export function only(objects: readonly Rendered[], kind: string): Rendered {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0]!;
}

export type Pod = {
  serviceAccountName: string;
  securityContext: Record<string, unknown>;
  containers: {
    securityContext: Record<string, unknown>;
    env: { name: string; value?: string; valueFrom?: unknown }[];
    volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
    ports: { name: string; containerPort: number }[];
  }[];
  volumes?: { name: string; projected?: unknown; secret?: unknown; configMap?: unknown }[];
} & Record<string, unknown>;

type Template = { metadata: { labels: Record<string, string> }; spec: Pod };

export function podTemplate(objects: readonly Rendered[]): Template {
  return (only(objects, 'Deployment').spec as { template: Template }).template;
}

/** Variables with a value of their own; those from fields and Secrets are absent. */
export function environment(objects: readonly Rendered[]): Record<string, string> {
  const [container] = podTemplate(objects).spec.containers;
  return Object.fromEntries(container!.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}
