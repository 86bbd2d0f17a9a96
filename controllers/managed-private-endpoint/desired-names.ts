import type { ArmId, ServiceScope } from './types.ts';

export const ANNOTATION = 'fabriclink.dev/';

/** The subscription of the source workspace's managed network, after the first approval that Fabric confirmed. */
export const PIN = `${ANNOTATION}pinned-subscription`;

/** When the endpoint was made anew because it had been rejected, and what was given up last. */
export const RECREATED = `${ANNOTATION}recreated`;

/** ARM ids, GUIDs and names of endpoints compare without regard to case. */
export const same = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();

/** One endpoint of one workspace: what two objects must not both name. */
export const endpointKey = ({ workspaceId, name }: { workspaceId: string; name: string }): string =>
  `${workspaceId}/${name}`.toLowerCase();

const FABRIC_SERVICE =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Fabric\/privateLinkServicesForFabric\/([^/]+)$/i;

/** Undefined for any other resource. */
export function fabricServiceOf(id: ArmId): ServiceScope | undefined {
  const match = FABRIC_SERVICE.exec(id);
  return match ? { subscriptionId: match[1]!, resourceGroup: match[2]!, name: match[3]! } : undefined;
}

type LinkSpec = { workspaceId: string; service: { subscriptionId: string; resourceGroup: string; name?: string } };

/** The private link service of a WorkspacePrivateLink, by its spec; the default name is that kind's (a test holds the two together). */
export function serviceIdOf({ workspaceId, service }: LinkSpec): ArmId {
  const { subscriptionId, resourceGroup, name = `fabriclink-${workspaceId.toLowerCase()}` } = service;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Fabric/privateLinkServicesForFabric/${name}`;
}

/** What Fabric's cool-down is about: source workspace, target and sub-resource (cloud-apis 12.1). */
export const cooldownSubject = (workspaceId: string, targetId: ArmId, subresource: string | undefined): string =>
  `${workspaceId}/${targetId}#${subresource ?? ''}`.toLowerCase();

/** A time as annotations hold it; undefined for text that is none. */
export function timeOf(value: string | undefined): number | undefined {
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? undefined : at;
}
