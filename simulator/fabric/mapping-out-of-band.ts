import type { Cloud } from '../cloud.ts';
import { objectIn } from '../graph/directory.ts';
import type { World } from '../world.ts';
import { workspaceIn } from './build.ts';
import {
  endRevoked,
  expandSoon,
  givePrincipal,
  guestGroup,
  guestIn,
  losePrincipal,
  pairOf,
  revoke,
} from './mapping-life.ts';
import { setRole } from './role-assignments.ts';
import type { CrossTenantMapping, Guid, WorkspaceRole } from './types.ts';

/** What the guest's side does, and Fabric by itself, while the operator runs. */

/** A Global Administrator of the guest's tenant consents. Works at once (section 15.5 [D]). */
export function consent(world: World, guestTenantId: Guid, providerTenantId: Guid): void {
  world.fabric.consents[pairOf(guestTenantId, providerTenantId)] = true;
}

/** … and takes it back: mapping is refused at once, access ends within a day ("at once" is within it), open sessions go on. */
export function revokeConsent(
  cloud: Cloud,
  guestTenantId: Guid,
  providerTenantId: Guid,
  ends: 'withinADay' | 'atOnce' = 'withinADay',
): void {
  revoke(cloud, guestTenantId, providerTenantId);
  if (ends === 'atOnce') endRevoked(cloud, guestTenantId, providerTenantId);
}

/** Somebody deleted it, and Fabric has forgotten it since: what is so after "more than a day" [D]. */
export function forgetMapping(cloud: Cloud, mappingId: Guid): void {
  const mapping = mappingIn(cloud, mappingId);
  losePrincipal(cloud, mapping);
  delete cloud.world.fabric.mappings[mapping.id];
}

/** Somebody gives, changes or takes away a role under Manage access of the workspace. */
export function setRoleByHand(
  cloud: Cloud,
  workspaceId: Guid,
  principalId: Guid,
  role: WorkspaceRole | undefined,
): void {
  setRole(cloud, workspaceIn(cloud.world, workspaceId), principalId.toLowerCase(), role);
}

/** Microsoft has enrolled the tenant in the limited preview. */
export function enrolProvider(world: World, tenantId: Guid): void {
  world.fabric.providers[tenantId.toLowerCase()] = true;
}

/** Fabric removes the principal as if five days had passed without a login. */
export function recyclePrincipal(cloud: Cloud, mappingId: Guid): void {
  losePrincipal(cloud, mappingIn(cloud, mappingId));
}

/** Who is in a guest's group is up to the guest's tenant; it acts with the next expansion. */
export function setGuestMembers(cloud: Cloud, guestTenantId: Guid, groupId: Guid, members: readonly Guid[]): void {
  const concerned = Object.values(cloud.world.fabric.mappings).filter(
    (mapping) => pairOf(mapping.guestTenantId, mapping.guestObjectId) === pairOf(guestTenantId, groupId),
  );
  const group = guestIn(cloud.world, guestTenantId, groupId);
  if (!group) throw new Error(`no guest ${groupId} in the world`);
  group.members = [...members];
  for (const mapping of concerned) expandSoon(cloud, mapping);
}

/** Why a guest gets into a workspace's warehouses, or does not. */
export type SignIn = {
  allowed: boolean;
  because: 'role' | 'notMapped' | 'settling' | 'recycled' | 'notExpanded' | 'noRole' | 'denied';
};

/**
 * A guest logs in to a warehouse by TDS: as themselves, or as a member of a mapped group. Who comes back after their
 * principal was recycled gets a new one, without the roles of the old [I].
 */
export function signIn(
  cloud: Cloud,
  guest: { providerTenantId: Guid; guestTenantId: Guid; objectId: Guid; workspaceId: Guid },
): SignIn {
  const pair = pairOf(guest.guestTenantId, guest.providerTenantId);
  const mine = Object.values(cloud.world.fabric.mappings).filter(
    (mapping) =>
      mapping.deletedAtMs === undefined &&
      pairOf(mapping.guestTenantId, mapping.providerTenantId) === pair &&
      concerns(cloud, mapping, guest.objectId),
  );
  let last: SignIn = { allowed: false, because: 'notMapped' };
  for (const mapping of mine) {
    last = signInBy(cloud, mapping, guest);
    if (last.allowed) return last;
  }
  return last;
}

function signInBy(cloud: Cloud, mapping: CrossTenantMapping, guest: { objectId: Guid; workspaceId: Guid }): SignIn {
  const { clock, conduct, world } = cloud;
  const refused = (because: SignIn['because']): SignIn => ({ allowed: false, because });
  const recycled = mapping.principalId === undefined;
  if (recycled) givePrincipal(cloud, mapping);
  mapping.lastLoginAtMs = clock.now();
  if (recycled) return refused('recycled');
  if (mapping.denyUserAccess) return refused('denied');
  if (clock.now() - mapping.createdAtMs < clock.scaled(conduct.fabric.delays.accessSettlingMs))
    return refused('settling');
  const principalId = mapping.principalId ?? '';
  const principal = objectIn(world, mapping.providerTenantId, principalId, clock.now());
  const role = world.fabric.workspaces[guest.workspaceId.toLowerCase()]?.roles[principalId];
  if (!principal || role === undefined) return refused('noRole');
  if (mapping.type !== 'Group') return { allowed: true, because: 'role' };
  const members = principal.members.map((id) => world.graph.objects[id]?.guestObjectId?.toLowerCase());
  const givenAtMs = world.fabric.roleChanges[pairOf(guest.workspaceId, principalId)]?.atMs ?? 0;
  const works = members.includes(guest.objectId.toLowerCase()) && givenAtMs <= (mapping.expandedAtMs ?? -1);
  return works ? { allowed: true, because: 'role' } : refused('notExpanded');
}

function concerns(cloud: Cloud, mapping: CrossTenantMapping, objectId: Guid): boolean {
  if (mapping.type !== 'Group') return mapping.guestObjectId.toLowerCase() === objectId.toLowerCase();
  return (guestGroup(cloud, mapping)?.members ?? []).some((id) => id.toLowerCase() === objectId.toLowerCase());
}

function mappingIn({ world }: Cloud, mappingId: Guid): CrossTenantMapping {
  const mapping = world.fabric.mappings[mappingId.toLowerCase()];
  if (!mapping) throw new Error(`no mapping ${mappingId} in the world`);
  return mapping;
}
