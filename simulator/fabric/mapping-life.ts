import { createHash, randomUUID } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import type { Guest } from '../entra/types.ts';
import { addDirectoryObject } from '../graph/directory.ts';
import type { DirectoryObject } from '../graph/types.ts';
import type { World } from '../world.ts';
import type { CrossTenantMapping, Guid } from './types.ts';

const RECYCLED = 'fabric.principalRecycled';
const EXPANDED = 'fabric.groupExpanded';
const FORGOTTEN = 'fabric.mappingForgotten';
const REVOKED = 'fabric.consentRevoked';

export const pairOf = (guestTenantId: string, providerTenantId: string) =>
  `${guestTenantId}/${providerTenantId}`.toLowerCase();

/**
 * What becomes of a mapping (sections 15.3, 15.4):
 *
 * mapped → principal, unknown to the directory for minutes → known → gone after five days without a login
 *        ↘ groups: expanded at the next full hour, and again after each change
 * deleted → principal gone at once, row listed for more than a day
 */
export function defineMappingLife(cloud: Cloud): void {
  const define = (
    kind: string,
    step: (cloud: Cloud, mapping: CrossTenantMapping, payload: Record<string, string>) => void,
  ) =>
    cloud.schedule.define(kind, (current, payload) => {
      const mapping = current.world.fabric.mappings[payload['mappingId'] ?? ''];
      if (mapping) step(current, mapping, payload);
    });
  define(RECYCLED, (current, mapping, { principalId }) => {
    if (mapping.principalId === principalId) recycleWhenIdle(current, mapping);
  });
  define(EXPANDED, expand);
  define(FORGOTTEN, ({ world }, mapping, { deletedAtMs }) => {
    // It may have been revived and deleted again since.
    if (String(mapping.deletedAtMs) === deletedAtMs) delete world.fabric.mappings[mapping.id];
  });
  cloud.schedule.define(REVOKED, (current, { guestTenantId = '', providerTenantId = '' }) =>
    endRevoked(current, guestTenantId, providerTenantId),
  );
}

/** A new row, or an old one that lives again; with a principal, unless it has one. */
export function mapGuest(
  cloud: Cloud,
  wanted: Omit<CrossTenantMapping, 'id' | 'createdAtMs' | 'lastLoginAtMs' | 'principalId'>,
  there?: CrossTenantMapping,
): CrossTenantMapping {
  const now = cloud.clock.now();
  const mapping: CrossTenantMapping = there ?? { ...wanted, id: randomUUID(), createdAtMs: now, lastLoginAtMs: now };
  Object.assign(mapping, wanted);
  if (mapping.deletedAtMs !== undefined) {
    delete mapping.deletedAtMs;
    Object.assign(mapping, { createdAtMs: now });
  }
  addMapping(cloud.world, mapping);
  if (mapping.principalId === undefined) givePrincipal(cloud, mapping);
  return mapping;
}

export function addMapping({ fabric }: World, mapping: CrossTenantMapping): void {
  const { id, guestTenantId, guestObjectId, providerTenantId } = mapping;
  fabric.mappings[id] = mapping;
  const ids = (fabric.mappingsByGuest[`${pairOf(guestTenantId, providerTenantId)}/${guestObjectId.toLowerCase()}`] ??=
    []);
  if (!ids.includes(id)) ids.push(id);
}

/** Fabric creates a service principal, or a group, in the provider's tenant. */
export function givePrincipal(cloud: Cloud, mapping: CrossTenantMapping): DirectoryObject {
  const { switches, delays } = cloud.conduct.fabric;
  const now = cloud.clock.now();
  const principal = addDirectoryObject(cloud.world, {
    tenantId: mapping.providerTenantId,
    kind: mapping.type === 'Group' ? 'Group' : 'ServicePrincipal',
    displayName: nameOf(cloud, mapping),
    guestObjectId: mapping.guestObjectId,
    createdAtMs: now,
    visibleAtMs: now + (switches.delayPrincipal ? cloud.clock.scaled(delays.principalReplicationMs) : 0),
  });
  mapping.principalId = principal.id;
  mapping.lastLoginAtMs = now;
  if (mapping.type === 'Group') expandSoon(cloud, mapping);
  else scheduleRecycling(cloud, mapping, delays.principalRecycleMs);
  return principal;
}

/** No rule is documented (section 16): whoever is searched for by name may not be found. */
function nameOf({ conduct }: Cloud, { guestObjectId, userPrincipalName, email, id }: CrossTenantMapping): string {
  const rule = conduct.fabric.choices.principalName;
  if (rule === 'opaque') return `FabricIdentity-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
  const name = rule === 'guestName' ? (userPrincipalName ?? email ?? guestObjectId) : guestObjectId;
  return `${name} (Fabric Identity)`;
}

function scheduleRecycling(cloud: Cloud, { id, principalId = '' }: CrossTenantMapping, publishedMs: number): void {
  if (!cloud.conduct.fabric.switches.recyclePrincipals) return;
  cloud.schedule.after(publishedMs, RECYCLED, { mappingId: id, principalId });
}

function recycleWhenIdle(cloud: Cloud, mapping: CrossTenantMapping): void {
  const { principalRecycleMs } = cloud.conduct.fabric.delays;
  const idleMs = (cloud.clock.now() - mapping.lastLoginAtMs) / cloud.clock.scaled(1);
  if (idleMs < principalRecycleMs) scheduleRecycling(cloud, mapping, principalRecycleMs - idleMs);
  else losePrincipal(cloud, mapping);
}

/** Its principal goes, and with it everything that it was given, at once or as a name without anybody behind it. */
export function losePrincipal(cloud: Cloud, mapping: CrossTenantMapping): void {
  const { principalId } = mapping;
  if (principalId === undefined) return;
  const { world, conduct } = cloud;
  for (const id of world.graph.objects[principalId]?.members ?? []) delete world.graph.objects[id];
  delete world.graph.objects[principalId];
  delete mapping.principalId;
  delete mapping.expandedAtMs;
  if (conduct.fabric.choices.lostPrincipalRoles !== 'vanish') return;
  for (const workspace of Object.values(world.fabric.workspaces)) delete workspace.roles[principalId];
}

/** "Every hour" [D]: at the next full hour of the clouds' clock, which costs up to one. */
export function expandSoon(cloud: Cloud, mapping: CrossTenantMapping): void {
  const { switches, delays } = cloud.conduct.fabric;
  const hourMs = cloud.clock.scaled(delays.groupExpansionMs);
  const untilMs = hourMs - (cloud.clock.now() % hourMs);
  cloud.schedule.after(switches.delayExpansion ? untilMs / cloud.clock.scaled(1) : 0, EXPANDED, {
    mappingId: mapping.id,
  });
}

/** Each member of the guest's group gets a service principal in the group of ours; who left it, goes. */
function expand(cloud: Cloud, mapping: CrossTenantMapping): void {
  const group = cloud.world.graph.objects[mapping.principalId ?? ''];
  if (!group || mapping.deletedAtMs !== undefined) return;
  const { objects } = cloud.world.graph;
  const wanted = guestGroup(cloud, mapping)?.members ?? [];
  const known = new Map(group.members.map((id) => [objects[id]?.guestObjectId ?? '', id]));
  const now = cloud.clock.now();
  group.members = wanted.map((guestObjectId) => {
    const there = known.get(guestObjectId);
    known.delete(guestObjectId);
    const added = { tenantId: mapping.providerTenantId, kind: 'ServicePrincipal', guestObjectId } as const;
    return there ?? addDirectoryObject(cloud.world, { ...added, displayName: guestObjectId, createdAtMs: now }).id;
  });
  for (const id of known.values()) delete objects[id];
  mapping.expandedAtMs = now;
}

export function guestGroup({ world }: Cloud, { guestTenantId, guestObjectId }: CrossTenantMapping): Guest | undefined {
  const guest = guestIn(world, guestTenantId, guestObjectId);
  return guest?.type === 'Group' ? guest : undefined;
}

/** Where each guest of a list was when it was last gone through: ten thousand are looked for one by one. */
const places = new WeakMap<readonly Guest[], Map<string, Guest>>();

export function guestIn({ entra: { guests } }: World, tenantId: Guid, objectId: Guid): Guest | undefined {
  const key = pairOf(tenantId, objectId);
  const is = (guest: Guest | undefined) => guest !== undefined && pairOf(guest.tenantId, guest.objectId) === key;
  const known = places.get(guests)?.get(key);
  // Plain data may have been changed by anybody: a place is only where to look first.
  if (is(known) && guests.includes(known!)) return known;
  places.set(guests, new Map(guests.map((guest) => [pairOf(guest.tenantId, guest.objectId), guest])));
  return guests.find(is);
}

/** Live ones and tombstones. */
export function mappingsOfGuest(
  { fabric }: World,
  { guestTenantId, guestObjectId, providerTenantId }: Omit<CrossTenantMapping, 'id' | 'createdAtMs' | 'lastLoginAtMs'>,
): CrossTenantMapping[] {
  const ids = fabric.mappingsByGuest[`${pairOf(guestTenantId, providerTenantId)}/${guestObjectId.toLowerCase()}`] ?? [];
  return ids.flatMap((id) => fabric.mappings[id] ?? []);
}

/** "Stop working immediately", and "remains in the database for more than a day" [D]. */
export function deleteMapping(cloud: Cloud, mapping: CrossTenantMapping): void {
  losePrincipal(cloud, mapping);
  mapping.deletedAtMs = cloud.clock.now();
  const { switches, delays } = cloud.conduct.fabric;
  cloud.schedule.after(switches.keepTombstone ? delays.mappingTombstoneMs : 0, FORGOTTEN, {
    mappingId: mapping.id,
    deletedAtMs: String(mapping.deletedAtMs),
  });
}

/** New mappings are refused from now on; those that exist end within a day. */
export function revoke(cloud: Cloud, guestTenantId: Guid, providerTenantId: Guid): void {
  delete cloud.world.fabric.consents[pairOf(guestTenantId, providerTenantId)];
  const { switches, delays } = cloud.conduct.fabric;
  const delayMs = switches.delayRevocation ? delays.consentRevocationMs : 0;
  cloud.schedule.after(delayMs, REVOKED, { guestTenantId, providerTenantId });
}

/** What a revocation comes to. */
export function endRevoked(cloud: Cloud, guestTenantId: string, providerTenantId: string): void {
  const { fabric } = cloud.world;
  const pair = pairOf(guestTenantId, providerTenantId);
  if (fabric.consents[pair] !== undefined) return;
  for (const mapping of Object.values(fabric.mappings)) {
    if (pairOf(mapping.guestTenantId, mapping.providerTenantId) !== pair || mapping.deletedAtMs !== undefined) continue;
    deleteMapping(cloud, mapping);
    if (cloud.conduct.fabric.choices.revokedMappings === 'vanish') delete fabric.mappings[mapping.id];
  }
}

/** A role of a mapped group works for its members from the next expansion on. */
export function rolesChanged(cloud: Cloud, principalId: Guid): void {
  const mapping = Object.values(cloud.world.fabric.mappings).find(
    (entry) => entry.principalId?.toLowerCase() === principalId.toLowerCase(),
  );
  if (mapping?.type === 'Group') expandSoon(cloud, mapping);
}
