import type { Cloud } from '../cloud.ts';
import type { CrossTenantMapping } from './types.ts';

/** A row in the shape that was chosen (U17, U18, U20): none of them is documented. */
export function shownMapping({ conduct }: Cloud, mapping: CrossTenantMapping): Record<string, unknown> {
  const { mappingRow, mappingPrincipal, mappingTimes, mappingDeletedMark } = conduct.fabric.choices;
  const { id, guestTenantId, guestObjectId, providerTenantId, type, principalId, createdAtMs, deletedAtMs } = mapping;
  const identified: Record<typeof mappingRow, Record<string, unknown>> = {
    mappingId: { mappingId: id, id: guestObjectId, tenantId: guestTenantId },
    objectId: { id, objectId: guestObjectId, tenantId: guestTenantId },
    guestId: { id, guestId: guestObjectId, guestTenantId, tenantId: providerTenantId },
    principalId: { id, principalId: guestObjectId, tenantId: guestTenantId },
    nested: { mappingId: id, guest: { tenantId: guestTenantId, objectId: guestObjectId } },
    echo: { id: guestObjectId, tenantId: guestTenantId },
  };
  const { userPrincipalName, email, denyUserAccess } = mapping;
  return {
    ...identified[mappingRow],
    type,
    ...(userPrincipalName !== undefined && { userDetails: { userPrincipalName } }),
    ...(email !== undefined && { groupDetails: { groupType: 'Unknown', email } }),
    ...(denyUserAccess !== undefined && { denyUserAccess }),
    // The shape that calls the guest principalId has no room for ours under that name.
    ...(mappingPrincipal !== 'none' &&
      principalId !== undefined &&
      !(mappingPrincipal === 'principalId' && mappingRow === 'principalId') && {
        [type === 'Group' && mappingPrincipal === 'servicePrincipalId' ? 'groupId' : mappingPrincipal]: principalId,
      }),
    ...(mappingTimes === 'createdDateTime' && { createdDateTime: new Date(createdAtMs).toISOString() }),
    ...(mappingDeletedMark === 'isDeleted' && { isDeleted: deletedAtMs !== undefined }),
    ...(mappingDeletedMark === 'status' && { status: deletedAtMs === undefined ? 'Active' : 'Deleted' }),
  };
}

/** What DELETE takes for the mapping's id in that shape. */
export function mappingIdShown({ conduct }: Cloud, { id, guestObjectId }: CrossTenantMapping): string {
  return conduct.fabric.choices.mappingRow === 'echo' ? guestObjectId : id;
}
