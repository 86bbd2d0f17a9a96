import { keyOf } from '../arm/ids.ts';
import type { DnsZone, VirtualNetworkLink } from '../arm/types.ts';
import type { Cloud } from '../cloud.ts';

export type Resolution = {
  code: 'NOERROR' | 'NXDOMAIN';
  records: (
    | { type: 'CNAME'; name: string; target: string; ttl: number }
    | { type: 'A'; name: string; address: string; ttl: number }
  )[];
  /** Zone whose SOA goes along with an answer that holds no address. */
  soa?: { zone: string; minimumSeconds: number };
};

/** The simulated internet's address for every public host: the front door. */
const FRONT_DOOR = '127.0.0.1';
const PUBLIC_ZONE = 'fabric.microsoft.com';
const PRIVATE_ZONE = 'privatelink.fabric.microsoft.com';
const MAX_CHAIN = 8;

/**
 * What the name server of a network answers; without a network, what the internet answers (cloud-apis sections 10.1,
 * 10.2). A workspace host is an alias of its privatelink name wherever it is asked; what that name means differs.
 */
export function resolve(cloud: Cloud, virtualNetworkId: string | undefined, name: string): Resolution {
  const networkId = cloud.conduct.dns.switches.splitHorizon ? virtualNetworkId : undefined;
  const asked = name.toLowerCase().replace(/\.$/, '');
  const tenantAddress = networkId && cloud.world.arm.virtualNetworks[keyOf(networkId)]?.tenantLinkAddress;
  const zones = networkId ? linkedZones(cloud, networkId) : [];
  if (tenantAddress && aliasOf(cloud, asked) && !zones.some(({ zone }) => zone.name === PRIVATE_ZONE)) {
    return {
      code: 'NOERROR',
      records: [{ type: 'A', name: asked, address: tenantAddress, ttl: cloud.conduct.dns.publicTtl }],
    };
  }
  return follow(cloud, zones, asked);
}

type LinkedZone = { zone: DnsZone; link: VirtualNetworkLink };

function linkedZones({ world, conduct }: Cloud, networkId: string): LinkedZone[] {
  return Object.values(world.arm.dnsZones).flatMap((zone) =>
    Object.values(zone.links)
      .filter((link) => keyOf(link.virtualNetworkId) === keyOf(networkId))
      .filter((link) => link.state === 'Completed' || !conduct.dns.switches.waitForCompletedLink)
      .map((link) => ({ zone, link })),
  );
}

function follow(cloud: Cloud, zones: LinkedZone[], asked: string): Resolution {
  const records: Resolution['records'] = [];
  let name = asked;
  for (let step = 0; step < MAX_CHAIN; step++) {
    const here = inZones(cloud, zones, name) ?? inPublic(cloud, name);
    records.push(...here.records);
    const last = here.records.at(-1);
    if (last?.type !== 'CNAME') return { ...here, records };
    name = last.target;
  }
  return { code: 'NOERROR', records };
}

/** The longest linked zone that owns the name decides; undefined leaves it to the internet. */
function inZones({ conduct }: Cloud, zones: LinkedZone[], name: string): Resolution | undefined {
  const [owner] = zones
    .filter(({ zone }) => name === zone.name || name.endsWith(`.${zone.name}`))
    .sort((a, b) => b.zone.name.length - a.zone.name.length);
  if (!owner) return undefined;
  const { zone, link } = owner;
  const record = zone.records[name.slice(0, -zone.name.length - 1)];
  if (record) {
    return {
      code: 'NOERROR',
      records: record.addresses.map((address) => ({ type: 'A', name, address, ttl: record.ttlSeconds })),
    };
  }
  if (link.resolutionPolicy === 'NxDomainRedirect' || !conduct.dns.switches.hideUnlistedNames) return undefined;
  const code = name === zone.name ? 'NOERROR' : 'NXDOMAIN';
  return { code, records: [], soa: { zone: zone.name, minimumSeconds: 10 } };
}

function inPublic(cloud: Cloud, name: string): Resolution {
  const ttl = cloud.conduct.dns.publicTtl;
  const soa = { zone: PUBLIC_ZONE, minimumSeconds: ttl };
  const target = aliasOf(cloud, name);
  if (target) return { code: 'NOERROR', records: [{ type: 'CNAME', name, target, ttl }] };
  const isPrivateForm = name.endsWith(`.${PRIVATE_ZONE}`);
  const publicForm = isPrivateForm ? `${name.slice(0, -PRIVATE_ZONE.length)}${PUBLIC_ZONE}` : name;
  const exists = name === `api.${PUBLIC_ZONE}` || (isPrivateForm && aliasOf(cloud, publicForm) !== undefined);
  if (exists) return { code: 'NOERROR', records: [{ type: 'A', name, address: FRONT_DOOR, ttl }] };
  return { code: 'NXDOMAIN', records: [], soa };
}

const WORKSPACE_HOST = /^([0-9a-f]{32})\.z([0-9a-f]{2})\.(w\.api|c|onelake|dfs|blob)\.fabric\.microsoft\.com$/;
const WAREHOUSE_HOST = /^[a-z2-7]{26}-[a-z2-7]{26}(-[a-z0-9]+)?\.z[0-9a-f]{2}\.datawarehouse\.fabric\.microsoft\.com$/;

/** The privatelink name behind a workspace's public host name; undefined for names that are nobody's. */
function aliasOf({ world }: Cloud, name: string): string | undefined {
  const [, compact = '', prefix] = WORKSPACE_HOST.exec(name) ?? [];
  const workspaceId = compact.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const exists = compact.startsWith(prefix ?? '-') && workspaceId in world.fabric.workspaces;
  if (!exists && !WAREHOUSE_HOST.test(name)) return undefined;
  return `${name.slice(0, -PUBLIC_ZONE.length)}${PRIVATE_ZONE}`;
}
