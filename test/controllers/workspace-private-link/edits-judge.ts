import { desiredOf } from '../../../controllers/workspace-private-link/desired.ts';
import { ADOPTED_TAG, OWNER_TAG } from '../../../controllers/workspace-private-link/desired-names.ts';
import { type ARecord } from '../../../operator/clients/arm/types.ts';
import { idsOf, key, type Play, type Player } from './edits-world.ts';
import { addressesOf, type World } from './fake-cloud.ts';
import { WORKSPACE } from './living.ts';

export class Broken extends Error {
  constructor(play: Play, what: string) {
    const objects = play.players.map(({ name, living }) =>
      [
        `${name}: ${living.report.status['nextStep'] as string}`,
        ...living.rests.map(({ ladder, phase, reason }) => `   ${ladder} ${phase} ${reason}`),
        ...Object.entries(living.resource.metadata.annotations ?? {}).map(([note, value]) => `   ${note}: ${value}`),
      ].join('\n'),
    );
    super(
      [what, ...play.story.slice(-14), ...objects, ...[...thingsOf(play.world)].map((thing) => `   ${thing}`)].join(
        '\n',
      ),
    );
  }
}

/** Zones by which clients get in: some network sees them, and each of the five names leads to an approved endpoint. */
export function waysIn(world: World): string[] {
  const approved = [...world.services.values()]
    .filter(({ workspaceId }) => key(workspaceId ?? '') === key(WORKSPACE))
    .flatMap(({ connections }) => connections)
    .filter(({ status }) => status === 'Approved')
    .flatMap(({ privateEndpointId }) => {
      const endpoint = world.endpoints.get(key(privateEndpointId ?? ''));
      return endpoint ? addressesOf(world, endpoint.id) : [];
    });
  const names = new Set(approved.flatMap(({ fqdns }) => fqdns));
  const isReached = (records: readonly ARecord[], fqdn: string) =>
    records.some(
      ({ name, addresses }) =>
        `${name}.fabric.microsoft.com` === fqdn &&
        approved.some(({ fqdns, address }) => fqdns.includes(fqdn) && addresses.includes(address)),
    );
  return [...world.records].flatMap(([zone, records]) => {
    // Also by a link that somebody made by hand: its network sees the names.
    const isSeen = (world.links.get(zone) ?? []).length > 0;
    return isSeen && names.size > 0 && [...names].every((fqdn) => isReached(records, fqdn)) ? [zone] : [];
  });
}

/** Everything with a mark of ours, and what belongs to it. */
function thingsOf(world: World): Set<string> {
  const things = new Set<string>();
  const isOurs = (tags: Readonly<Record<string, string>> | undefined) => tags?.[OWNER_TAG]?.startsWith('c1') ?? false;
  for (const [id, { tags }] of world.services) if (isOurs(tags)) things.add(`service ${id} ${tags[OWNER_TAG]}`);
  for (const [id, { tags }] of world.endpoints) if (isOurs(tags)) things.add(`endpoint ${id} ${tags[OWNER_TAG]}`);
  for (const [id, { zones }] of world.zoneGroups)
    things.add(`group ${id} → ${zones.map(({ zoneId }) => key(zoneId)).join()}`);
  for (const [id, { tags }] of world.zones) if (isOurs(tags)) things.add(`zone ${id}`);
  for (const [id, links] of world.links)
    for (const { virtualNetworkId, tags } of links)
      if (isOurs(tags)) things.add(`link ${id} → ${key(virtualNetworkId)}`);
  for (const [id, records] of world.records)
    for (const { name, metadata } of records)
      if (isOurs(metadata) || metadata[ADOPTED_TAG]?.startsWith('c1'))
        things.add(`record ${id} ${name} ${metadata[OWNER_TAG] ?? metadata[ADOPTED_TAG]}`);
  return things;
}

const ofOwner = ({ living }: Player): string => {
  const { namespace, name, uid } = living.resource.metadata;
  return `c1.${namespace}.${name}.${uid}`;
};

/** What the spec wants, in the words of `thingsOf`; records only where they are written one by one. */
function wantedBy(player: Player): Set<string> {
  const things = new Set<string>();
  if (player.living.released) return things;
  const { resource } = player.living;
  const owner = ofOwner(player);
  const desired = desiredOf(resource, 'c1');
  things.add(`service ${key(desired.service.id)} ${owner}`);
  for (const { resourceId, dns } of desired.endpoints) {
    const id = key(resourceId);
    things.add(`endpoint ${id} ${owner}`);
    if (!dns) continue;
    const zone = key(dns.zoneId);
    if (!dns.given) things.add(`zone ${zone}`);
    for (const { virtualNetworkId } of dns.links) things.add(`link ${zone} → ${key(virtualNetworkId)}`);
    if (dns.mode === 'ZoneGroup') things.add(`group ${id} → ${zone}`);
    else for (const { record } of desired.hosts) things.add(`record ${zone} ${record} ${owner}`);
  }
  return things;
}

function surplusOf(play: Play): string[] {
  const wanted = new Set(play.players.flatMap((player) => [...wantedBy(player)]));
  return [...thingsOf(play.world)].filter((thing) => !wanted.has(thing));
}

/** Retained by policy, or adopted: what stays is meant to. */
export function noteExempt(play: Play): void {
  for (const { living } of play.players) {
    const { spec, metadata } = living.resource;
    if (spec.deletionPolicy === 'Retain') for (const thing of surplusOf(play)) play.exempt.add(thing);
    const service = metadata.annotations?.['fabriclink.dev/service'];
    if (service === 'adopted' || service === 'taking')
      play.adopted.add(key(desiredOf(living.resource, 'c1').service.id));
    for (const value of Object.values(metadata.annotations ?? {})) {
      const [how, id] = value.split(' ');
      if ((how === 'adopted' || how === 'taking') && id) play.adopted.add(key(id));
    }
  }
}

function orphansOf(play: Play): string[] {
  return surplusOf(play).filter(
    (thing) => !play.exempt.has(thing) && ![...play.adopted].some((id) => thing.includes(`${id} `)),
  );
}

/** Names under our mark that lead to no endpoint: Azure gives the address to whoever comes next. */
function deadNames({ world }: Play): string[] {
  const alive = new Set(
    [...world.endpoints.values()].flatMap(({ id }) => (addressesOf(world, id) ?? []).map(({ address }) => address)),
  );
  return [...world.records].flatMap(([zone, records]) =>
    records
      .filter(({ metadata }) => metadata[OWNER_TAG]?.startsWith('c1'))
      .flatMap(({ name, addresses }) =>
        addresses.filter((address) => !alive.has(address)).map((address) => `${zone} ${name} → ${address}`),
      ),
  );
}

/** Notes about endpoints that name neither what the spec wants nor what is still there. */
function emptyNotes(play: Play): string[] {
  return play.players.flatMap((player) => {
    if (player.living.released) return [];
    const { resource } = player.living;
    const desired = desiredOf(resource, 'c1');
    const ids = desired.endpoints.flatMap(({ resourceId, dns }) => [
      key(resourceId),
      ...(dns ? [key(dns.zoneId)] : []),
    ]);
    const annotations = resource.metadata.annotations ?? {};
    // A link is known by hashes: that of its zone is written out beside it.
    const isOfNotedZone = (note: string) =>
      annotations[note.replace(/\/link\.([0-9a-f]{8})-[0-9a-f]{8}$/, '/linked-zone.$1')] !== undefined &&
      note.includes('/link.');
    return Object.entries(annotations)
      .filter(([note]) => /\/(endpoint|zone-group|records|zone|linked-zone|link|recreated)\./.test(note))
      .filter(([note, value]) => !value.split(' ').some((word) => ids.includes(key(word))) && !isOfNotedZone(note))
      .filter(([, value]) => !desired.endpoints.some(({ ref }) => value.endsWith(`#${ref}`)))
      .map(([note, value]) => `${player.name} ${note}: ${value}`);
  });
}

/** What the object stalls at though neither its spec nor anything of others is in the way. */
function stuckAt(play: Play, { living }: Player): string | undefined {
  if (living.released || living.condition('Ready').status === 'True') return undefined;
  const stalled = play.players
    .flatMap(({ living: one }) => one.rests)
    .filter(({ tag }) => tag === 'stalled' || tag === 'waiting')
    .map(({ reason }) => reason);
  const isExcused =
    contradicts(play) || play.exempt.size > 0 || play.adopted.size > 0 || stalled.some((reason) => EXCUSES.has(reason));
  return isExcused ? undefined : (living.condition('Ready').reason ?? 'nothing');
}

/** Azure links a network to one zone of a name: two entries, of whichever object, want it in two. */
function contradicts({ players }: Play): boolean {
  const zoneOf = new Map<string, string>();
  const wanted = players
    .filter(({ living }) => !living.released)
    .flatMap(({ living }) => idsOf(living.resource))
    .flatMap(({ dns }) => (dns?.links ?? []).map((link) => [key(link.virtualNetworkId), key(dns!.zoneId)] as const));
  return wanted.some(([network, zone]) => (zoneOf.get(network) ?? zoneOf.set(network, zone).get(network)) !== zone);
}

/** Said by the spec itself, by a closed door, or by what somebody else keeps. */
const EXCUSES: ReadonlySet<string> = new Set([
  'ZoneConflict',
  'ZoneNotLinked',
  'AdoptionWouldOpen',
  'HeldByDeny',
  'ForeignOwner',
  'AdoptionNever',
  'ListedReject',
  'ConnectionRejected',
  'RecreationPaused',
]);

/** After everything: what must be true of clouds and notes, whatever happened before. */
export function judge(play: Play): void {
  for (const player of play.players) {
    const why = stuckAt(play, player);
    if (why !== undefined) throw new Broken(play, `stuck at ${why}`);
  }
  const isAsked = play.players.every(({ living }) => living.released || living.condition('Ready')?.status === 'True');
  const orphans = orphansOf(play);
  const told = JSON.stringify(play.players.map(({ living }) => living.report.status)).toLowerCase();
  const untold = isAsked
    ? orphans
    : orphans.filter((thing) => thing.startsWith('endpoint') && !told.includes(thing.split(' ')[1]!));
  if (untold.length > 0) throw new Broken(play, `orphans:\n${untold.join('\n')}`);
  const dead = isAsked && play.exempt.size === 0 ? deadNames(play) : [];
  if (dead.length > 0) throw new Broken(play, `names that lead nowhere:\n${dead.join('\n')}`);
  const notes = isAsked ? emptyNotes(play) : [];
  if (notes.length > 0) throw new Broken(play, `notes of nothing:\n${notes.join('\n')}`);
}
