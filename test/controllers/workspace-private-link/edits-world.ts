import { desiredOf } from '../../../controllers/workspace-private-link/desired.ts';
import { OWNER_TAG } from '../../../controllers/workspace-private-link/desired-names.ts';
import { type WorkspacePrivateLink, type WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import { type Chance, chance } from '../../support/seeded.ts';
import { type World } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  type Living,
  live,
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
export const NAMES = ['a', 'b', 'c', 'd'] as const;
export const PLACES = ['hub', 'spoke'] as const;
const RESOURCES = ['pe-1', 'pe-2', 'pe-44', undefined] as const;

const inGroup = (group: string, rest: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.Network/${rest}`;
export const networkOf = (place: string) => inGroup('net', `virtualNetworks/${place}`);
const zoneIn = (group: string) => inGroup(group, 'privateDnsZones/privatelink.fabric.microsoft.com');
/** There before us, and never ours. */
export const CENTRAL = zoneIn('central');
const FOREIGN_ENDPOINTS = ['pe-foreign', 'pe-byhand'].map((name) => inGroup('fabric', `privateEndpoints/${name}`));

export type Zone = undefined | typeof CENTRAL;
export type Player = { name: string; workspaceId: string; uids: number; living: Living };
export type Play = {
  world: World;
  players: Player[];
  chance: Chance;
  story: string[];
  foreign: string;
  exempt: Set<string>;
  adopted: Set<string>;
};

export const key = (id: string): string => id.toLowerCase();

export function aPlay(seed: number): Play {
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

export function foreignView({ endpoints, zones, records, links }: World): string {
  return JSON.stringify([
    FOREIGN_ENDPOINTS.map((id) => endpoints.get(key(id))),
    zones.get(key(CENTRAL)),
    records.get(key(CENTRAL))?.find(({ name }) => name === 'ffff.zff.w.api'),
    links.get(key(CENTRAL))?.find(({ name }) => name === 'by-hand'),
  ]);
}

export function anEntry({ chance: random }: Play, name: string): WorkspacePrivateLinkEndpoint {
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
export function linkTo(entry: WorkspacePrivateLinkEndpoint, numbers: readonly number[]): void {
  if (!entry.dns) return;
  const zone = entry.dns.zoneId === undefined ? entry.resourceGroup : 'central';
  entry.dns.virtualNetworkLinks = numbers.map((number) => ({
    virtualNetworkId: networkOf(`${zone}-${number}`),
    fallbackToInternet: true,
  }));
}

export function withZone(entry: WorkspacePrivateLinkEndpoint, zoneId: Zone): void {
  if (!entry.dns) return;
  const { zoneId: _, ...dns } = entry.dns;
  entry.dns = { ...dns, ...(zoneId !== undefined && { zoneId }) };
}

export function newPlayer(play: Play, name: string, workspaceId: string, uids = 1): Player {
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

export const denying = (random: Chance): WorkspacePrivateLink['spec']['inbound'] => ({
  publicAccess: 'Deny',
  requires: 'ControlPlane',
  onDelete: random.oneOf(['Restore', 'Restore', 'Keep']),
});

/** A process of its own, which remembers nothing: the other object is looked up when it is asked for. */
export function livingOf(play: Play, player: Player, resource: WorkspacePrivateLink): Living {
  const others = () =>
    play.players.filter((one) => one !== player && !one.living.released).map(({ living }) => living.resource);
  return live(play.world, resource, others);
}

export const idsOf = (resource: WorkspacePrivateLink) => desiredOf(resource, 'c1').endpoints;

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

export function lawful(resource: WorkspacePrivateLink): WorkspacePrivateLink {
  const { spec, metadata } = resource;
  spec.endpoints = distinct(metadata.name, spec.workspaceId, spec.endpoints);
  const isProvable = spec.endpoints.some(({ dns }) => dns && dns.verify?.mode !== 'None');
  if (spec.inbound?.publicAccess === 'Deny' && !isProvable)
    spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane' };
  return resource;
}
