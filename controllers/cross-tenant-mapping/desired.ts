import type { CrossTenantMapping, Desired } from './types.ts';

/** What the spec asks for. Defaults are repeated for objects that never met the API server's. */
export function desiredOf({ metadata, spec }: CrossTenantMapping): Desired {
  const { guest } = spec;
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    tenantId: spec.tenantId.toLowerCase(),
    guest: { ...guest, tenantId: guest.tenantId.toLowerCase(), objectId: guest.objectId.toLowerCase() },
    principalType: guest.type === 'Group' ? 'Group' : 'ServicePrincipal',
    principalId: spec.principalId?.toLowerCase(),
    lookup: spec.principalLookup === 'Graph' ? 'graph' : 'none',
    denyUserAccess: spec.denyUserAccess,
    grants: (spec.grants ?? []).map(({ workspaceId, role }) => ({ workspaceId: workspaceId.toLowerCase(), role })),
    adoption: spec.adoptionPolicy ?? 'IfIdentical',
    deletion: spec.deletionPolicy ?? 'DeleteCreated',
  };
}

/** Only looked at. A policy that this version does not know may mean anything, so nothing is written then either. */
export const isObserved = ({ spec }: CrossTenantMapping): boolean => (spec.managementPolicy ?? 'Manage') !== 'Manage';
