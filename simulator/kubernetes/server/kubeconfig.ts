import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export type KubeconfigInput = {
  url: string;
  /** PEM; absent for plain HTTP. */
  ca?: string | undefined;
  /** Always there, also for a server that asks for none: kubectl prompts for a user name without it. */
  token: string;
  namespace?: string;
};

const NAME = 'fabric-link';

/** A kubeconfig with one context, as YAML. */
export function kubeconfigYaml({ url, ca, token, namespace = 'default' }: KubeconfigInput): string {
  const cluster: Record<string, string> = { server: url };
  if (ca !== undefined) cluster['certificate-authority-data'] = Buffer.from(ca).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': NAME,
    clusters: [{ name: NAME, cluster }],
    users: [{ name: NAME, user: { token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace } }],
  });
}

/** Writes the file for its owner only: it may hold a token. */
export async function writeKubeconfig(path: string, yaml: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, yaml, { mode: 0o600 });
}
