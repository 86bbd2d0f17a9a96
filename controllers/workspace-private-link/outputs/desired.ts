import type { Desired, DesiredEndpoint, InterfaceAddress } from '../types.ts';

/** The keys that we write; every other key of the ConfigMap is somebody else's. */
export const OUTPUT_KEYS = [
  'tenantId',
  'workspaceId',
  'privateLinkServiceId',
  'hostApi',
  'hostCompute',
  'hostOneLake',
  'hostDfs',
  'hostBlob',
  'hosts',
  'endpoints.json',
  'guide.txt',
] as const;

export type Outputs = Readonly<Record<(typeof OUTPUT_KEYS)[number], string>>;

export type Reached = { desired: DesiredEndpoint; addresses: readonly InterfaceAddress[] };

/** What a team needs that is to reach the workspace. `closed`: inbound public access is denied. */
export function outputsOf(desired: Desired, reached: readonly Reached[], closed: boolean): Outputs {
  const hostOf = (member: string) => desired.hosts.find((host) => host.member === member)?.host ?? '';
  const endpoints = reached.map(({ desired: endpoint, addresses }) => ({
    name: endpoint.name,
    privateEndpointId: endpoint.resourceId,
    subnetId: endpoint.spec.subnetId,
    addresses: Object.fromEntries(
      desired.hosts.flatMap(({ host, member }) => {
        const found = addresses.find((entry) => entry.member === member);
        return found ? [[host, found.address]] : [];
      }),
    ),
  }));
  return {
    tenantId: desired.tenantId,
    workspaceId: desired.workspaceId,
    privateLinkServiceId: desired.service.id,
    hostApi: hostOf('workspace-api'),
    hostCompute: hostOf('workspace-compute'),
    hostOneLake: hostOf('workspace-ols'),
    hostDfs: hostOf('workspace-dfs'),
    hostBlob: hostOf('workspace-blob'),
    hosts: hostsFile(endpoints),
    'endpoints.json': `${JSON.stringify(endpoints, undefined, 2)}\n`,
    'guide.txt': guide(desired, closed),
  };
}

type Listed = { name: string; subnetId: string; addresses: Readonly<Record<string, string>> };

/** One section for each endpoint, as a hosts file has it: for a test machine, not in place of DNS. */
const hostsFile = (endpoints: readonly Listed[]): string =>
  endpoints
    .map(({ name, subnetId, addresses }) =>
      [`# endpoint ${name}, subnet ${subnetId}`, ...Object.entries(addresses).map((pair) => pair.reverse().join(' '))]
        .join('\n')
        .concat('\n'),
    )
    .join('\n');

/** cloud-apis 9.1, 10.1, 14; seed 001, last note: a path is no permission. */
function guide({ tenantId, workspaceId, hosts, service }: Desired, closed: boolean): string {
  const api = hosts[0]?.host ?? '';
  return `How to reach Fabric workspace ${workspaceId} over its private link

1. Use the workspace's own host names. The general ones (api.fabric.microsoft.com,
   onelake.dfs.fabric.microsoft.com) do not lead through the private endpoint.
${hosts.map(({ host }) => `     ${host}`).join('\n')}
   A warehouse has a host name of its own. Ask for it, do not compose it:
     GET https://${api}/v1/workspaces/${workspaceId}/warehouses/<warehouse id>/connectionString?privateLinkType=Workspace

2. Check the name from a machine in one of the networks under "hosts":
     nslookup ${api}
   The answer must be the address that "hosts" lists for your network. A public address means that your
   network does not see the private DNS zone privatelink.fabric.microsoft.com; NXDOMAIN means that it sees
   such a zone without this workspace's records. From elsewhere (a data centre, another network), forward
   privatelink.fabric.microsoft.com and fabric.microsoft.com to a resolver in one of these networks.

3. A network path is not a permission. Everybody signs in to tenant ${tenantId} and needs a
   role on the workspace, or a share of the item, as before.

4. Public access to the workspace is ${closed ? 'denied by this object: once that is in effect, other ways than these do not work, the Fabric portal included' : 'not denied by this object: what works today over the internet goes on working'}.

5. To connect another network, make a private endpoint there and have it approved:
     az network private-endpoint create --name <name> --resource-group <group> --subnet <subnet id> \\
       --private-connection-resource-id ${service.id} \\
       --group-id workspace --connection-name <name> --manual-request true
   The request shows in status.connections of this object; spec.connections approves it.
`;
}
