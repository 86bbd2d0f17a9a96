import type { WorkspacePrivateLinkEndpoint } from '../../crds/workspace-private-link.ts';
import {
  ANNOTATION,
  bounded,
  endpointId,
  recordName,
  same,
  serviceId,
  sharedZoneId,
  shortHash,
  workspaceHosts,
} from './desired-names.ts';
import type { Desired, DesiredDns, DesiredEndpoint, WorkspacePrivateLink } from './types.ts';

/** What the spec asks for, in the cloud's terms. Defaults are repeated for objects that never met the API server's. */
export function desiredOf(resource: WorkspacePrivateLink, clusterId: string): Desired {
  const { spec, metadata } = resource;
  const workspaceId = spec.workspaceId.toLowerCase();
  const scope = {
    subscriptionId: spec.service.subscriptionId,
    resourceGroup: spec.service.resourceGroup,
    name: spec.service.name ?? `fabriclink-${workspaceId}`,
  };
  const endpoints = spec.endpoints ?? [];
  return {
    tenantId: spec.tenantId,
    workspaceId,
    owner: `${clusterId}.${metadata.namespace ?? ''}.${metadata.name}.${metadata.uid ?? ''}`,
    clusterId,
    service: { scope, id: serviceId(scope), tags: spec.service.tags ?? {} },
    hosts: workspaceHosts(workspaceId),
    endpoints: endpoints.map((endpoint, index) => {
      const served = endpoints.slice(0, index).filter((other) => notServedBecause(spec.tenantId, other) === undefined);
      return endpointOf(resource, endpoint, served);
    }),
    notServed: notServed(resource),
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
  return {
    name: endpoint.name,
    scope,
    resourceId: endpointId(scope),
    spec: endpoint,
    dns: endpoint.dns && dnsOf(endpoint, before),
  };
}

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

/** The same for every object that needs this link, so that two of them make one. */
export const linkName = (virtualNetworkId: string): string => `fabriclink-${shortHash(virtualNetworkId.toLowerCase())}`;

function notServed({ spec }: WorkspacePrivateLink): Desired['notServed'] {
  const whole: string[] = [];
  const partial: string[] = [];
  if (spec.managementPolicy === 'Observe') whole.push('managementPolicy: Observe');
  if (spec.adoptionPolicy === 'Always' || spec.adoptionPolicy === 'Never') {
    whole.push(`adoptionPolicy: ${spec.adoptionPolicy}`);
  }
  if ((spec.connections ?? []).length > 0) partial.push('connections');
  if (spec.connectionsPolicy === 'Authoritative') partial.push('connectionsPolicy: Authoritative');
  if ((spec.allowedSourceNamespaces ?? []).length > 0) partial.push('allowedSourceNamespaces');
  return { whole, partial };
}

export const asksToBreakGlass = ({ metadata }: WorkspacePrivateLink): boolean =>
  (metadata.annotations?.[`${ANNOTATION}break-glass`] ?? '') !== '';

/** Why an endpoint is not served yet. */
export const endpointNotServed = ({ tenantId }: Desired, { spec }: DesiredEndpoint) => notServedBecause(tenantId, spec);

function notServedBecause(
  workspaceTenantId: string,
  { tenantId, gateway }: WorkspacePrivateLinkEndpoint,
): 'crossTenant' | 'gateway' | undefined {
  if (tenantId !== undefined && !same(tenantId, workspaceTenantId)) return 'crossTenant';
  return gateway ? 'gateway' : undefined;
}

/** The zone to which this object links a network: of two endpoints that want it in different zones, the first has it. */
export function linkedZone({ endpoints }: Desired, virtualNetworkId: string): string | undefined {
  return endpoints.find(({ dns }) => dns?.links.some((link) => same(link.virtualNetworkId, virtualNetworkId)))?.dns
    ?.zoneId;
}
