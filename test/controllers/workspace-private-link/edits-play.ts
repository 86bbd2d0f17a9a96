import { desiredOf } from '../../../controllers/workspace-private-link/desired.ts';
import { ADOPTED_TAG, OWNER_TAG } from '../../../controllers/workspace-private-link/desired-names.ts';
import type { WorkspacePrivateLink, WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import type { ARecord } from '../../../operator/clients/arm/types.ts';
import { type Chance, chance } from '../../support/seeded.ts';
import { addressesOf, type World } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  type Living,
  live,
  MINUTE_MS,
  remove,
  SUBSCRIPTION,
  TENANT,
  WORKSPACE,
} from './living.ts';

/**
 * Random edits of one or two objects on the small cloud of `fake-cloud.ts`, with edits while others are under way and
 * processes that die in between. What must hold is looked up in the cloud and in the annotations, not in what was called.
 */
const OTHER_WORKSPACE = '0e1b2c3d-8037-4d0c-896e-a46fb27ff227';
const GROUPS = ['fabric', 'net'] as const;
const NAMES = ['a', 'b', 'c', 'd'] as const;
const PLACES = ['hub', 'spoke'] as const;
const RESOURCES = ['pe-1', 'pe-2', 'pe-44', undefined] as const;

const inGroup = (group: string, rest: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.Network/${rest}`;
const networkOf = (place: string) => inGroup('net', `virtualNetworks/${place}`);
const zoneIn = (group: string) => inGroup(group, 'privateDnsZones/privatelink.fabric.microsoft.com');
/** There before us, and never ours. */
const CENTRAL = zoneIn('central');
const FOREIGN_ENDPOINTS = ['pe-foreign', 'pe-byhand'].map((name) => inGroup('fabric', `privateEndpoints/${name}`));

type Zone = undefined | typeof CENTRAL;
type Player = { name: string; workspaceId: string; uids: number; living: Living };
type Play = {
  world: World;
  players: Player[];
  chance: Chance;
  story: string[];
  foreign: string;
  exempt: Set<string>;
  adopted: Set<string>;
};

const key = (id: string): string => id.toLowerCase();

function aPlay(seed: number): Play {
  const world = aWorld({
    workspaces: [
      { id: WORKSPACE, displayName: 'sales', capacityId: 'cap-1' },
      { id: OTHER_WORKSPACE, displayName: 'finance', capacityId: 'cap-1' },
    ],
  });
  for (const place of PLACES) {
    const id = `${networkOf(place)}/subnets/links`;
    const subnet = { id, addressPrefixes: ['10.0.0.0/16'], delegations: [], provisioningState: 'Succeeded' };
    world.subnets.set(key(id), { location: 'westeurope', subnet });
  }
  plantForeign(world);
  const random = chance(seed);
  const play: Play = {
    world,
    players: [],
    chance: random,
    story: [],
    foreign: '',
    exempt: new Set(),
    adopted: new Set(),
  };
  play.foreign = foreignView(world);
  play.players.push(newPlayer(play, 'sales', WORKSPACE));
  if (random.happens(0.3)) play.players.push(newPlayer(play, 'finance', OTHER_WORKSPACE));
  return play;
}

/** Things of others in the very places where ours are made: another owner's, and what somebody made by hand. */
function plantForeign(world: World): void {
  for (const id of FOREIGN_ENDPOINTS) {
    world.endpoints.set(key(id), {
      id,
      name: id.split('/').at(-1)!,
      location: 'westeurope',
      tags: id.endsWith('pe-foreign') ? { [OWNER_TAG]: 'c9.team.sales.uid-9' } : {},
      provisioningState: 'Succeeded',
      subnetId: `${networkOf('hub')}/subnets/links`,
      networkInterfaceIds: [`${id}-nic`],
      connection: { mode: 'Manual', targetId: inGroup('else', 'where/pls') },
    });
  }
  const zone = { id: CENTRAL, tags: { team: 'dns' }, etag: 'z', numberOfRecordSets: 1, numberOfVirtualNetworkLinks: 0 };
  world.zones.set(key(CENTRAL), zone);
  const record = { name: 'ffff.zff.w.api', ttlSeconds: 300, addresses: ['10.9.9.9'], metadata: {} };
  world.records.set(key(CENTRAL), [record]);
  const id = `${CENTRAL}/virtualNetworkLinks/by-hand`;
  const other = networkOf('elsewhere');
  const link = { id, name: 'by-hand', virtualNetworkId: other, registrationEnabled: false, fallbackToInternet: true };
  world.links.set(key(CENTRAL), [{ ...link, state: 'Completed', tags: {} }]);
}

function foreignView({ endpoints, zones, records, links }: World): string {
  return JSON.stringify([
    FOREIGN_ENDPOINTS.map((id) => endpoints.get(key(id))),
    zones.get(key(CENTRAL)),
    records.get(key(CENTRAL))?.find(({ name }) => name === 'ffff.zff.w.api'),
    links.get(key(CENTRAL))?.find(({ name }) => name === 'by-hand'),
  ]);
}

function anEntry({ chance: random }: Play, name: string): WorkspacePrivateLinkEndpoint {
  const place = random.oneOf(PLACES);
  const { dns: usual, resourceName: _, ...rest } = anEndpoint(name);
  const resourceName = random.oneOf(RESOURCES);
  const entry: WorkspacePrivateLinkEndpoint = {
    ...rest,
    resourceGroup: random.oneOf(GROUPS),
    subnetId: `${networkOf(place)}/subnets/links`,
    dns: {
      ...usual!,
      mode: random.oneOf(['ZoneGroup', 'Records']),
      virtualNetworkLinks: [],
    },
    ...(resourceName !== undefined && { resourceName }),
  };
  withZone(entry, random.oneOf<Zone>([undefined, undefined, CENTRAL]));
  linkTo(entry, [1]);
  return entry;
}

/** Each zone has networks of its own: two that want one network are the spec's own contradiction. */
function linkTo(entry: WorkspacePrivateLinkEndpoint, numbers: readonly number[]): void {
  if (!entry.dns) return;
  const zone = entry.dns.zoneId === undefined ? entry.resourceGroup : 'central';
  entry.dns.virtualNetworkLinks = numbers.map((number) => ({
    virtualNetworkId: networkOf(`${zone}-${number}`),
    fallbackToInternet: true,
  }));
}

function withZone(entry: WorkspacePrivateLinkEndpoint, zoneId: Zone): void {
  if (!entry.dns) return;
  const { zoneId: _, ...dns } = entry.dns;
  entry.dns = { ...dns, ...(zoneId !== undefined && { zoneId }) };
}

function newPlayer(play: Play, name: string, workspaceId: string, uids = 1): Player {
  const { chance: random, world } = play;
  const endpoints = distinct(name, workspaceId, [
    anEntry(play, 'a'),
    ...(random.happens(0.6) ? [anEntry(play, 'b')] : []),
  ]);
  const resource = aWorkspacePrivateLink(
    {
      workspaceId,
      tenantId: TENANT,
      service: { subscriptionId: SUBSCRIPTION, resourceGroup: 'fabric', name: `pls-${name}` },
      endpoints,
      ...(workspaceId === WORKSPACE && random.happens(0.6) && { inbound: denying(random) }),
    },
    { name, uid: `uid-${name}-${uids}` },
  );
  const player: Player = { name, workspaceId, uids, living: undefined as never };
  player.living = livingOf(play, player, lawful(resource));
  world.interrupt = () => undefined;
  return player;
}

const denying = (random: Chance): WorkspacePrivateLink['spec']['inbound'] => ({
  publicAccess: 'Deny',
  requires: 'ControlPlane',
  onDelete: random.oneOf(['Restore', 'Restore', 'Keep']),
});

/** A process of its own, which remembers nothing: the other object is looked up when it is asked for. */
function livingOf(play: Play, player: Player, resource: WorkspacePrivateLink): Living {
  const others = () =>
    play.players.filter((one) => one !== player && !one.living.released).map(({ living }) => living.resource);
  return live(play.world, resource, others);
}

const idsOf = (resource: WorkspacePrivateLink) => desiredOf(resource, 'c1').endpoints;

/** What the API server would refuse is not played: two entries that mean one endpoint, or Deny without any proof. */
function distinct(
  name: string,
  workspaceId: string,
  entries: WorkspacePrivateLinkEndpoint[],
): WorkspacePrivateLinkEndpoint[] {
  const seen = new Set<string>();
  const ids = idsOf(aWorkspacePrivateLink({ workspaceId, endpoints: entries }, { name }));
  return entries.filter((entry, index) => {
    const id = key(ids[index]!.resourceId);
    const isNew = !seen.has(id) && !seen.has(entry.name);
    seen.add(id).add(entry.name);
    return isNew;
  });
}

function lawful(resource: WorkspacePrivateLink): WorkspacePrivateLink {
  const { spec, metadata } = resource;
  spec.endpoints = distinct(metadata.name, spec.workspaceId, spec.endpoints);
  const isProvable = spec.endpoints.some(({ dns }) => dns && dns.verify?.mode !== 'None');
  if (spec.inbound?.publicAccess === 'Deny' && !isProvable)
    spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane' };
  return resource;
}

type Edit = { name: string; weight: number; make: (play: Play, resource: WorkspacePrivateLink) => void };

const entryAt = (play: Play, { spec }: WorkspacePrivateLink) => play.chance.oneOf(spec.endpoints);
const freeName = (play: Play, { spec }: WorkspacePrivateLink) =>
  play.chance.oneOf(NAMES.filter((name) => !spec.endpoints.some((entry) => entry.name === name)));

const EDITS: readonly Edit[] = [
  {
    name: 'rename',
    weight: 4,
    make(play, resource) {
      const [entry, name] = [entryAt(play, resource), freeName(play, resource)];
      if (entry && name) entry.name = name;
    },
  },
  {
    name: 'rename, same private endpoint',
    weight: 5,
    make(play, resource) {
      const [entry, name] = [entryAt(play, resource), freeName(play, resource)];
      if (!entry || !name) return;
      entry.resourceName ??= idsOf(resource).find((one) => one.name === entry.name)!.scope.name;
      entry.name = name;
    },
  },
  {
    name: 'swap names',
    weight: 4,
    make(_, { spec }) {
      const [one, other] = spec.endpoints;
      if (one && other) [one.name, other.name] = [other.name, one.name];
    },
  },
  {
    name: 'same name, another place',
    weight: 4,
    make(play, resource) {
      const index = play.chance.below(resource.spec.endpoints.length);
      const entry = resource.spec.endpoints[index];
      if (entry) resource.spec.endpoints[index] = anEntry(play, entry.name);
    },
  },
  {
    name: 'another subnet',
    weight: 2,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry) entry.subnetId = `${networkOf(play.chance.oneOf(PLACES))}/subnets/links`;
    },
  },
  {
    name: 'another zone',
    weight: 3,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (!entry) return;
      withZone(entry, play.chance.oneOf<Zone>([undefined, CENTRAL]));
      // The same networks as before, or those of the new zone's neighbourhood.
      if (play.chance.happens(0.5)) linkTo(entry, [1]);
    },
  },
  {
    name: 'another dns mode',
    weight: 3,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry?.dns) entry.dns.mode = entry.dns.mode === 'Records' ? 'ZoneGroup' : 'Records';
    },
  },
  {
    name: 'other links',
    weight: 2,
    make(play, resource) {
      const entry = entryAt(play, resource);
      if (entry)
        linkTo(
          entry,
          [1, 2].filter(() => play.chance.happens(0.6)),
        );
    },
  },
  {
    name: 'add',
    weight: 4,
    make(play, resource) {
      const name = freeName(play, resource);
      if (name && resource.spec.endpoints.length < 3) resource.spec.endpoints.push(anEntry(play, name));
    },
  },
  {
    name: 'take out',
    weight: 3,
    make(play, { spec }) {
      spec.endpoints.splice(play.chance.below(spec.endpoints.length), 1);
    },
  },
  {
    name: 'adoptionPolicy',
    weight: 1,
    make: (play, { spec }) => void (spec.adoptionPolicy = play.chance.oneOf(['IfIdentical', 'Always', 'Never'])),
  },
  {
    name: 'deletionPolicy',
    weight: 1,
    make: (play, { spec }) =>
      void (spec.deletionPolicy = play.chance.oneOf(['DeleteCreated', 'DeleteCreated', 'DeleteAll', 'Retain'])),
  },
  {
    name: 'inbound',
    weight: 3,
    make(play, { spec }) {
      if (spec.workspaceId !== WORKSPACE) return;
      const choice = play.chance.oneOf(['Deny', 'Deny', 'Allow', 'none'] as const);
      if (choice === 'none') delete spec.inbound;
      else
        spec.inbound = choice === 'Deny' ? denying(play.chance) : { publicAccess: 'Allow', requires: 'ControlPlane' };
    },
  },
];

const LOTS = EDITS.flatMap((edit) => Array.from({ length: edit.weight }, () => edit));

/** One edit, or several in a row that nobody looks at in between. */
function edit(play: Play, player: Player): void {
  const times = play.chance.happens(0.25) ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    const { name, make } = play.chance.oneOf(LOTS);
    player.living.change((resource) => {
      make(play, resource);
      lawful(resource);
      resource.metadata.generation = (resource.metadata.generation ?? 0) + 1;
    });
    play.story.push(`${player.name}: ${name} → ${specText(player.living.resource)}`);
  }
}

const specText = ({ spec }: WorkspacePrivateLink): string =>
  `${spec.endpoints
    .map(({ name, resourceName, resourceGroup, subnetId, dns }) => {
      const zone = dns && (dns.zoneId ? 'central' : 'own');
      const links = dns?.virtualNetworkLinks
        ?.map(({ virtualNetworkId }) => virtualNetworkId.split('/').at(-1))
        .join('+');
      return `${name}=${resourceGroup}/${resourceName ?? '*'}@${subnetId.split('/').at(-3)}:${dns?.mode}/${zone}/${links}`;
    })
    .join(
      ' ',
    )} [${spec.inbound?.publicAccess ?? '-'}/${spec.inbound?.onDelete ?? '-'} ${spec.adoptionPolicy} ${spec.deletionPolicy}]`;

class Death extends Error {}

/** Looks in once: a pass, at whose writes the process may die. */
async function lookIn(play: Play, player: Player, deadly: boolean): Promise<void> {
  const { world } = play;
  let left = deadly ? 1 + play.chance.below(6) : 0;
  const hadWay = waysIn(play.world);
  const wasDenied = world.policy.inbound === 'Deny';
  const isGoing = player.living.resource.metadata.deletionTimestamp !== undefined;
  world.interrupt = (operation, moment) => {
    if (moment === 'before' && operation.startsWith('policy.put Deny') && !wasDenied && waysIn(world).length === 0)
      throw new Broken(play, 'denied without a way in');
    left -= 1;
    if (left === 0) throw new Death(`${operation} ${moment}`);
  };
  try {
    await player.living.pass();
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    if (cause instanceof Broken) throw cause;
    if (!(cause instanceof Death)) throw thrown;
    play.story.push(`${player.name}: dies at ${cause.message}`);
    player.living = livingOf(play, player, player.living.resource);
  } finally {
    world.interrupt = () => undefined;
  }
  if (foreignView(world) !== play.foreign) throw new Broken(play, 'something of others was changed');
  if (wasDenied && world.policy.inbound === 'Deny' && hadWay.length > 0 && waysIn(world).length === 0 && !isGoing)
    throw new Broken(play, 'the last way in was taken away');
}

class Broken extends Error {
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
function waysIn(world: World): string[] {
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
function noteExempt(play: Play): void {
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
      .map(([note, value]) => `${player.name} ${note}: ${value}`);
  });
}

/** Plays on until nothing happens any more, through every published delay. */
async function playToRest(play: Play): Promise<void> {
  for (let quiet = 0, rounds = 0; quiet < 3; rounds += 1) {
    if (rounds > 40) throw new Broken(play, 'does not come to rest');
    const before = stateOf(play);
    for (const player of play.players) {
      for (let passes = 0; ; passes += 1) {
        if (passes > 80) throw new Broken(play, 'a busy loop');
        const at = stateOf(play);
        if (!player.living.released) await lookIn(play, player, false);
        noteExempt(play);
        if (stateOf(play) === at) break;
      }
    }
    play.world.nowMs += 31 * MINUTE_MS;
    quiet = stateOf(play) === before ? quiet + 1 : 0;
  }
}

const stateOf = ({ world, players }: Play): string =>
  JSON.stringify([world.writes.length, players.map(({ living }) => [living.resource, living.released])]);

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
]);

/** After everything: what must be true of clouds and notes, whatever happened before. */
function judge(play: Play): void {
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
  const notes = isAsked ? emptyNotes(play) : [];
  if (notes.length > 0) throw new Broken(play, `notes of nothing:\n${notes.join('\n')}`);
}

/** The whole play of one seed. */
export async function playEdits(seed: number, scenes: number): Promise<Play> {
  const play = aPlay(seed);
  const { chance: random } = play;
  play.story.push(...play.players.map(({ name, living }) => `${name}: begins with ${specText(living.resource)}`));
  await playToRest(play);
  judge(play);
  for (let scene = 0; scene < scenes; scene += 1) {
    const index = random.below(play.players.length);
    const player = play.players[index]!;
    if (player.living.released || random.happens(0.06)) await endAndBegin(play, index);
    else edit(play, player);
    if (random.happens(0.5)) {
      for (let passes = random.below(5); passes > 0; passes -= 1) {
        const one = play.players[index]!;
        if (!one.living.released) await lookIn(play, one, random.happens(0.4));
        noteExempt(play);
        if (random.happens(0.2)) play.world.nowMs += random.below(20) * MINUTE_MS;
      }
    } else {
      await playToRest(play);
      judge(play);
    }
  }
  await playToRest(play);
  judge(play);
  return play;
}

/** Somebody deletes the object; one of the same name comes once it is gone. */
async function endAndBegin(play: Play, index: number): Promise<void> {
  const player = play.players[index]!;
  if (!player.living.released) {
    play.story.push(`${player.name}: deleted`);
    remove(player.living);
    // Without a finalizer it is gone at once.
    if ((player.living.resource.metadata.finalizers ?? []).length === 0) player.living.released = true;
    for (let passes = play.chance.below(4); passes > 0 && !player.living.released; passes -= 1) {
      await lookIn(play, player, play.chance.happens(0.4));
      noteExempt(play);
    }
    await playToRest(play);
  }
  if (!player.living.released) {
    // Something holds it: a person says Allow, or Retain, and it goes.
    player.living.change(({ spec }) => {
      spec.deletionPolicy = 'Retain';
      spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane', onDelete: 'Keep' };
    });
    await playToRest(play);
    if (!player.living.released) throw new Broken(play, 'cannot be deleted');
  }
  judge(play);
  play.players[index] = newPlayer(play, player.name, player.workspaceId, player.uids + 1);
  play.story.push(`${player.name}: begins anew with ${specText(play.players[index].living.resource)}`);
}
