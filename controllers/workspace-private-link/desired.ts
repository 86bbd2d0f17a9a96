import type { WorkspacePrivateLinkEndpoint } from '../../crds/workspace-private-link.ts';
import { decisionsOf } from './connections/desired.ts';
import {
  bounded,
  endpointId,
  recordName,
  refOf,
  same,
  serviceId,
  serviceScopeOf,
  sharedZoneId,
  shortHash,
  workspaceHosts,
} from './desired-names.ts';
import type {
  ArmId,
  Consumer,
  Desired,
  DesiredDns,
  DesiredEndpoint,
  Provenance,
  WorkspacePrivateLink,
} from './types.ts';

/** What the spec asks for, in the cloud's terms. Defaults are repeated for objects that never met the API server's. */
export function desiredOf(resource: WorkspacePrivateLink, clusterId: string): Desired {
  const { spec, metadata } = resource;
  const workspaceId = spec.workspaceId.toLowerCase();
  const scope = serviceScopeOf(spec);
  const endpoints = spec.endpoints ?? [];
  return {
    adoption: spec.adoptionPolicy ?? 'IfIdentical',
    tenantId: spec.tenantId,
    workspaceId,
    owner: `${clusterId}.${metadata.namespace ?? ''}.${metadata.name}.${metadata.uid ?? ''}`,
    clusterId,
    service: { scope, id: serviceId(scope), tags: spec.service.tags ?? {} },
    hosts: workspaceHosts(workspaceId),
    requires: spec.inbound?.requires ?? 'ControlPlane',
    endpoints: endpoints.map((endpoint, index) => endpointOf(resource, endpoint, endpoints.slice(0, index))),
    uid: metadata.uid ?? '',
    decisions: decisionsOf(resource),
    authoritative: spec.connectionsPolicy === 'Authoritative',
    // The whole of the spec is served; a field that a later version of the API brings is named here until it is.
  };
}

function endpointOf(
  { metadata, spec }: WorkspacePrivateLink,
  endpoint: WorkspacePrivateLinkEndpoint,
  before: readonly WorkspacePrivateLinkEndpoint[],
): DesiredEndpoint {
  const { subscriptionId, resourceGroup } = endpoint;
  const derived = `pe-${metadata.name}-${endpoint.name}-${shortHash(`${metadata.namespace}/${spec.workspaceId}`)}`;
  const scope = { subscriptionId, resourceGroup, name: endpoint.resourceName ?? bounded(derived, 80) };
  const resourceId = endpointId(scope);
  return {
    name: endpoint.name,
    consumer: consumerOf(spec, endpoint),
    scope,
    resourceId,
    ref: refOf(resourceId),
    spec: endpoint,
    dns: endpoint.dns && dnsOf(endpoint, before),
  };
}

/** Undefined where the object's own credentials are meant: no Secret of its own, and no other tenant. */
function consumerOf(
  { tenantId: ownTenantId, credentialsRef: own }: WorkspacePrivateLink['spec'],
  { tenantId = ownTenantId, credentialsRef }: WorkspacePrivateLinkEndpoint,
): Consumer | undefined {
  const asOwn = credentialsRef === undefined || credentialsRef.name === own?.name;
  if (same(tenantId, ownTenantId) && asOwn) return undefined;
  return { tenantId: tenantId.toLowerCase(), ...(credentialsRef && { secret: credentialsRef.name }) };
}

/**
 * Whose credentials reach a private endpoint or a zone: as the spec says of what it still names, else as was noted when
 * it was made. Where neither says anything the object's own.
 */
export function consumerOfId(
  { desired, provenance }: { desired: Desired; provenance: Pick<Provenance, 'consumers'> },
  id: ArmId,
): Consumer | undefined {
  const named = entryOfId(desired, id);
  return named ? named.consumer : provenance.consumers[id.toLowerCase()];
}

/** The first entry that means this private endpoint, or uses this zone. */
export const entryOfId = ({ endpoints }: Desired, id: ArmId): DesiredEndpoint | undefined =>
  endpoints.find(({ resourceId, dns }) => same(resourceId, id) || same(dns?.zoneId, id));

export const zoneIdOf = ({ dns, subscriptionId, resourceGroup }: WorkspacePrivateLinkEndpoint): string | undefined =>
  dns && (dns.zoneId ?? sharedZoneId(subscriptionId, resourceGroup));

function dnsOf(endpoint: WorkspacePrivateLinkEndpoint, before: readonly WorkspacePrivateLinkEndpoint[]): DesiredDns {
  const dns = endpoint.dns!;
  const zoneId = zoneIdOf(endpoint)!;
  return {
    mode: dns.mode,
    zoneId,
    given: dns.zoneId !== undefined,
    // Zone groups of two endpoints would overwrite each other's records (cloud-apis 10.4): the first in the spec has the zone.
    conflict: before.some(
      (other) => same(zoneIdOf(other), zoneId) && !(other.dns?.mode === 'Records' && dns.mode === 'Records'),
    ),
    links: (dns.virtualNetworkLinks ?? []).map(({ virtualNetworkId, fallbackToInternet }) => ({
      name: linkName(virtualNetworkId),
      virtualNetworkId,
      fallbackToInternet: fallbackToInternet ?? true,
    })),
    verify: {
      mode: dns.verify?.mode ?? 'ControlPlane',
      nameservers: (dns.verify?.nameservers ?? []).map(({ address, port }) => ({ address, port: port ?? 53 })),
      timeoutMs: (dns.verify?.timeoutSeconds ?? 5) * 1000,
    },
    extraRecords: (dns.extraRecords ?? []).flatMap(({ host, member }) => {
      const record = recordName(host);
      return record === undefined ? [] : [{ record, member }];
    }),
  };
}

/** The record sets that an endpoint's own ladder writes one by one: all of them in mode Records, extra ones beside a zone group. */
export const recordsByHand = ({ hosts }: Pick<Desired, 'hosts'>, dns: DesiredDns): readonly string[] => [
  ...(dns.mode === 'Records' ? hosts.map(({ record }) => record) : []),
  ...dns.extraRecords.map(({ record }) => record),
];

/** The same for every object that needs this link, so that two of them make one. */
export const linkName = (virtualNetworkId: string): string => `fabriclink-${shortHash(virtualNetworkId.toLowerCase())}`;

/** Only looked at. A policy that this version does not know may mean anything, so nothing is written then either. */
export const isObserved = ({ spec }: WorkspacePrivateLink): boolean => (spec.managementPolicy ?? 'Manage') !== 'Manage';

/** The zone to which this object links a network: of two endpoints that want it in different zones, the first has it. */
export function linkedZone({ endpoints }: Desired, virtualNetworkId: string): string | undefined {
  return endpoints.find(({ dns }) => dns?.links.some((link) => same(link.virtualNetworkId, virtualNetworkId)))?.dns
    ?.zoneId;
}
