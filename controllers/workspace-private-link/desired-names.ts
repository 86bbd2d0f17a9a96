import type { ArmId, Desired, EndpointScope, ServiceScope, WorkspaceHost, WorkspacePrivateLink } from './types.ts';

export const ANNOTATION = 'fabriclink.dev/';
/** Any text: a person gives up what cannot be taken down for want of credentials. */
export const ABANDON = `${ANNOTATION}abandon`;
export const OWNER_TAG = 'fabriclink-owner';
/** Metadata of a record set that was there before us and is kept right by us: it stays when the object goes. */
export const ADOPTED_TAG = 'fabriclink-adopted';
export const FABRIC_DNS_SUFFIX = '.fabric.microsoft.com';
export const ZONE_NAME = 'privatelink.fabric.microsoft.com';

/** ARM ids, GUIDs and host names compare without regard to case. */
export const same = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();

/** Eight hex digits that tell long names apart (FNV-1a, 32 bits); not a secret and not a proof of anything. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

/**
 * By what notes know a private endpoint, whatever its entry is called at the moment: 64 bits of its ARM id. Two halves
 * that begin differently do not collide together.
 */
export function refOf(endpointId: ArmId): string {
  const id = endpointId.toLowerCase();
  return shortHash(id) + shortHash(`#${id}`);
}

/** `text`, or its beginning and a hash when it is longer than `limit`. */
export const bounded = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 9)}-${shortHash(text)}`;

/** Annotation about one endpoint or zone; the part after the slash holds at most 63 characters. */
export const annotationFor = (what: string, name: string): string =>
  `${ANNOTATION}${what}.${bounded(name, 62 - what.length)}`;

const group = (subscriptionId: string, resourceGroup: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers`;

export const serviceId = ({ subscriptionId, resourceGroup, name }: ServiceScope): ArmId =>
  `${group(subscriptionId, resourceGroup)}/Microsoft.Fabric/privateLinkServicesForFabric/${name}`;

/** Of the spec; without a name the service is called after its workspace. */
export const serviceScopeOf = ({
  workspaceId,
  service: { subscriptionId, resourceGroup, name = `fabriclink-${workspaceId.toLowerCase()}` },
}: Pick<WorkspacePrivateLink['spec'], 'workspaceId' | 'service'>): ServiceScope => ({
  subscriptionId,
  resourceGroup,
  name,
});

export const endpointId = ({ subscriptionId, resourceGroup, name }: EndpointScope): ArmId =>
  `${group(subscriptionId, resourceGroup)}/Microsoft.Network/privateEndpoints/${name}`;

export const sharedZoneId = (subscriptionId: string, resourceGroup: string): ArmId =>
  `${group(subscriptionId, resourceGroup)}/Microsoft.Network/privateDnsZones/${ZONE_NAME}`;

export const isFabricZone = (zoneId: ArmId): boolean => zoneId.toLowerCase().endsWith(`/${ZONE_NAME}`);

/** Subscription of an ARM id; empty for text that is none. */
export const subscriptionOf = (id: ArmId): string => /^\/subscriptions\/([^/]+)/i.exec(id)?.[1] ?? '';

/** Takes a top-level resource's id apart; undefined for text that is no such id. */
export function scopeOf(id: ArmId): EndpointScope | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/[^/]+\/[^/]+\/([^/]+)$/i.exec(id);
  return match ? { subscriptionId: match[1]!, resourceGroup: match[2]!, name: match[3]! } : undefined;
}

/** The virtual network that a subnet belongs to. */
export const networkOf = (subnetId: ArmId): ArmId => subnetId.replace(/\/subnets\/[^/]*$/i, '');

export const lastSegment = (id: ArmId): string => id.split('/').at(-1) ?? id;

/** The five host names of a workspace (cloud-apis 10.1). */
export function workspaceHosts(workspaceId: string): readonly WorkspaceHost[] {
  const id = workspaceId.toLowerCase().replaceAll('-', '');
  const label = (member: string, suffix: string): WorkspaceHost => {
    const record = `${id}.z${id.slice(0, 2)}.${suffix}`;
    return { member, record, host: `${record}${FABRIC_DNS_SUFFIX}` };
  };
  return [
    label('workspace-api', 'w.api'),
    label('workspace-compute', 'c'),
    label('workspace-ols', 'onelake'),
    label('workspace-dfs', 'dfs'),
    label('workspace-blob', 'blob'),
  ];
}

/** Name of the record within the private zone; undefined for a host outside fabric.microsoft.com. */
export function recordName(host: string): string | undefined {
  const plain = host.toLowerCase().replace(/\.$/, '').replace('.privatelink.', '.');
  return plain.endsWith(FABRIC_DNS_SUFFIX) ? plain.slice(0, -FABRIC_DNS_SUFFIX.length) : undefined;
}

/** A time as annotations hold it; undefined for text that is none. */
export function timeOf(value: string | undefined): number | undefined {
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** `kubectl <verb>` on the very object, for people to complete. */
export function kubectl({ clusterId, owner }: Pick<Desired, 'clusterId' | 'owner'>, verb: string): string {
  const [namespace = '', ...rest] = owner.slice(clusterId.length + 1).split('.');
  return `kubectl -n ${namespace} ${verb} workspaceprivatelinks.fabriclink.dev ${rest.slice(0, -1).join('.')}`;
}
