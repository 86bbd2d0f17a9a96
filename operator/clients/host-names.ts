/** Zone of the A records of workspace-level private links (cloud-apis section 10.2). */
export const PRIVATE_LINK_ZONE = 'privatelink.fabric.microsoft.com';

const PUBLIC_SUFFIX = '.fabric.microsoft.com';

/** One of the five names under which a workspace is reached. */
export type WorkspaceHost = {
  /** Name of the member in the private endpoint, such as `workspace-api`. */
  member: string;
  host: string;
  /** Name of the A record in the zone `privatelink.fabric.microsoft.com`. */
  recordName: string;
};

/** Member and host suffix, cloud-apis section 10.1. */
const MEMBERS = [
  ['workspace-api', 'w.api'],
  ['workspace-compute', 'c'],
  ['workspace-ols', 'onelake'],
  ['workspace-dfs', 'dfs'],
  ['workspace-blob', 'blob'],
] as const;

/** The five host names of a workspace and their records. `workspaceId` is a GUID in any case, with dashes or without. */
export function workspaceHosts(workspaceId: string): WorkspaceHost[] {
  const compact = workspaceId.replaceAll('-', '').toLowerCase();
  const label = `z${compact.slice(0, 2)}`;
  return MEMBERS.map(([member, suffix]) => {
    const recordName = `${compact}.${label}.${suffix}`;
    return { member, host: `${recordName}${PUBLIC_SUFFIX}`, recordName };
  });
}

/** The host of the Fabric API as one workspace's private link serves it. */
export function workspaceApiHost(workspaceId: string): string {
  return workspaceHosts(workspaceId)[0]!.host;
}

/** Record name in the private link zone of a reported name, public or `privatelink` form; undefined for names of no workspace. */
export function recordNameOf(fqdn: string): string | undefined {
  const name = fqdn.toLowerCase().replace(/\.$/, '').replace(`.${PRIVATE_LINK_ZONE}`, PUBLIC_SUFFIX);
  return name.endsWith(PUBLIC_SUFFIX) ? name.slice(0, -PUBLIC_SUFFIX.length) : undefined;
}
