// What proves each rung of a WorkspacePrivateLink, read back from the clouds and asked of the name servers.
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { Before } from './before.ts';
import type { CloudReader } from './cloud-reader.ts';
import { namesOf, zoneLine } from './evidence-dns.ts';

const FABRIC_API = '2024-06-01';

export type Witnesses = {
  /** The clouds as this tenant's application sees them. */
  clouds: (tenantId: string) => CloudReader;
  /** Undefined where there is none of that name. */
  configMap: (name: string) => Promise<Record<string, string> | undefined>;
  before: Before;
};

type Service = {
  properties: {
    workspaceId: string;
    provisioningState?: string;
    privateEndpointConnections?: {
      id: string;
      properties: {
        privateEndpoint?: { id: string };
        privateLinkServiceConnectionState: { status: string; description?: string };
      };
    }[];
  };
};
type Endpoint = WorkspacePrivateLink['spec']['endpoints'][number];

export const serviceAt = async (id: string, reader: CloudReader): Promise<Service> =>
  (await reader.arm(`${id}?api-version=${FABRIC_API}`)) as Service;

/** For an object under managementPolicy Observe: what would be done, and that nothing of it is. */
export async function evidenceOfPlan(
  { spec, status, metadata }: WorkspacePrivateLink,
  witnesses: Witnesses,
): Promise<string[]> {
  const group = `/subscriptions/${spec.service.subscriptionId}/resourceGroups/${spec.service.resourceGroup}`;
  const list = `${group}/providers/Microsoft.Fabric/privateLinkServicesForFabric?api-version=${FABRIC_API}`;
  const home = witnesses.clouds(spec.tenantId);
  const { value } = (await home.arm(list)) as { value: { id: string; properties: { workspaceId: string } }[] };
  const made = value.find(({ properties }) => properties.workspaceId.toLowerCase() === spec.workspaceId);
  if (made) throw new Error(`${metadata.name} is only observed, and yet there is ${made.id}`);
  const steps = status?.plan ?? [];
  if (steps.length === 0) throw new Error(`${metadata.name}: status.plan is empty`);
  return [
    `service       none: ${value.length} are in ${spec.service.resourceGroup}, all of other workspaces`,
    ...steps.map(
      ({ ladder, description = '' }, index) => `plan ${String(index + 1).padStart(2)}       ${ladder}: ${description}`,
    ),
    ...(await policyLines(spec, witnesses)),
  ];
}

/** One line a fact, in the order of the rungs. Throws when a cloud does not hold what the status says. */
export async function evidenceOf(link: WorkspacePrivateLink, witnesses: Witnesses): Promise<string[]> {
  const { spec, status } = link;
  if (!status?.serviceId) throw new Error(`${link.metadata.name}: status.serviceId is empty`);
  const home = witnesses.clouds(spec.tenantId);
  const service = await serviceAt(status.serviceId, home);
  const lines = [`service       ${service.properties.provisioningState ?? '?'} ${status.serviceId}`];
  const connections = connectionsOf(service);
  for (const { name, resourceId } of status.endpoints ?? []) {
    const wanted = spec.endpoints.find((endpoint) => endpoint.name === name);
    const tenant = wanted?.tenantId ? `, in tenant ${wanted.tenantId}` : '';
    lines.push(`endpoint      ${name}: ${resourceId ?? '?'}${tenant}`);
    lines.push(...connections.filter(({ from }) => from === resourceId?.toLowerCase()).map(({ line }) => line));
    if (!wanted || !resourceId) continue;
    const clouds = witnesses.clouds(wanted.tenantId ?? spec.tenantId);
    lines.push(...(await gatewayOf(wanted, home)));
    lines.push(...(await namesOf(wanted, resourceId, clouds)));
    lines.push(...(await zoneLine(wanted, clouds, witnesses.before.zones)));
  }
  const own = status.endpoints?.map(({ resourceId }) => resourceId?.toLowerCase());
  const others = connections.filter(({ from }) => !own?.includes(from));
  if (others.length > 0) lines.push('of others', ...others.map(({ line }) => line));
  return [...lines, ...(await policyLines(spec, witnesses)), ...(await publishedBy(link, witnesses))];
}

async function policyLines(
  { tenantId, workspaceId }: WorkspacePrivateLink['spec'],
  { clouds, before }: Witnesses,
): Promise<string[]> {
  const { body, etag } = await clouds(tenantId).policy(workspaceId);
  return [
    `access        ${JSON.stringify(body)}`,
    `  ETag        before ${before.policyEtags.get(workspaceId) ?? 'none'}, after ${etag ?? 'none'}`,
  ];
}

function connectionsOf({ properties }: Service): { from: string | undefined; line: string }[] {
  return (properties.privateEndpointConnections ?? []).map(({ id, properties: { privateEndpoint, ...rest } }) => {
    const { status, description = '' } = rest.privateLinkServiceConnectionState;
    return { from: privateEndpoint?.id.toLowerCase(), line: `  connection  ${status} ${id} "${description}"` };
  });
}

/** Where Fabric says that the gateway runs, beside the endpoint's subnet. */
async function gatewayOf({ gateway, subnetId }: Endpoint, clouds: CloudReader): Promise<string[]> {
  if (!gateway) return [];
  const { type, displayName, virtualNetworkAzureResource } = (await clouds.fabric(
    `/v1/gateways/${gateway.gatewayId}`,
  )) as {
    type: string;
    displayName?: string;
    virtualNetworkAzureResource?: { virtualNetworkName: string; subnetName: string };
  };
  const { virtualNetworkName = '?', subnetName = '?' } = virtualNetworkAzureResource ?? {};
  const [network, , subnet] = subnetId.split('/').slice(-3);
  const name = displayName ?? gateway.gatewayId;
  return [
    `  gateway     ${name} (${type}) in ${virtualNetworkName}/${subnetName}, the endpoint in ${network}/${subnet}`,
  ];
}

async function publishedBy({ spec, metadata }: WorkspacePrivateLink, { configMap }: Witnesses): Promise<string[]> {
  const name = spec.publishTo?.configMapName;
  if (name === undefined) return [];
  const data = await configMap(name);
  if (!data) throw new Error(`${metadata.name}: there is no ConfigMap ${name}`);
  const hosts = (data['hosts'] ?? '').split('\n').filter((line) => /^\d/.test(line));
  return [
    `published     ConfigMap ${name}: ${Object.keys(data).toSorted().join(', ')}`,
    `  hosts       ${hosts[0]} and ${hosts.length - 1} more`,
  ];
}
