/** Where Microsoft.Fabric keeps its things under ARM (cloud-apis section 7). */
export const NAMESPACE = 'Microsoft.Fabric';
export const SERVICE_TYPE = `${NAMESPACE}/privateLinkServicesForFabric`;
export const API_VERSIONS = ['2024-06-01'] as const;

const GROUP = '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup';

export const PATHS = {
  subscription: `/subscriptions/:subscriptionId/providers/${SERVICE_TYPE}`,
  group: `${GROUP}/providers/${SERVICE_TYPE}`,
  service: `${GROUP}/providers/${SERVICE_TYPE}/:name`,
  /** The specification's own examples spell operation URLs in the singular (section 7.2); both are served. */
  singularService: `${GROUP}/providers/${NAMESPACE}/privateLinkServiceForFabric/:name`,
} as const;

/** The service's id out of the id of one of its children. */
export function serviceIdOf(childId: string): string {
  return childId.split('/').slice(0, 9).join('/');
}

/**
 * Docs, spec: `^(?:[a-zA-Z0-9]+-?){3,80}$`: three or more letters or digits, single dashes, no dash first, at most
 * eighty stretches. Said without its nested quantifier, which takes exponential time over a bad name.
 */
export function isServiceName(name: string): boolean {
  if (!/^[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*-?$/.test(name)) return false;
  return name.replaceAll('-', '').length >= 3 && name.split('-').filter(Boolean).length <= 80;
}
