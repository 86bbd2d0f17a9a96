const WORKSPACE_HOST = /^([0-9a-f]{32})\.z([0-9a-f]{2})\.w\.api\.fabric\.microsoft\.com$/;
const SUFFIXES = ['w.api', 'c', 'onelake', 'dfs', 'blob'] as const;

type HostPurpose = (typeof SUFFIXES)[number];

/** `cfafbeb1-8037-…` and `dfs` → `cfafbeb18037….zcf.dfs.fabric.microsoft.com`. */
export function workspaceHost(workspaceId: string, purpose: HostPurpose): string {
  const compact = workspaceId.replaceAll('-', '').toLowerCase();
  return `${compact}.z${compact.slice(0, 2)}.${purpose}.fabric.microsoft.com`;
}

/** The lower-case workspace GUID that an API host names, or undefined for any other host. A wrong `z` label names none. */
export function workspaceOfHost(host: string): string | undefined {
  const match = WORKSPACE_HOST.exec(host.toLowerCase());
  const compact = match?.[1];
  if (!compact || compact.slice(0, 2) !== match[2]) return undefined;
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, compact);
}
