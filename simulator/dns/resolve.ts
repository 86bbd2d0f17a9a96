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
/** One of the zones of tenant-level private links, the one with their API's names. */
const TENANT_ZONE = 'privatelink.analysis.windows.net';
const MAX_CHAIN = 8;

/**
 * What the name server of a network answers; without a network, what the internet answers (cloud-apis sections 10.1,
 * 10.2). A workspace host is an alias of its privatelink name wherever it is asked; what that name means differs.
 */
export function resolve(cloud: Cloud, virtualNetworkId: string | undefined, name: string): Resolution {
  const networkId = cloud.conduct.dns.switches.splitHorizon ? virtualNetworkId : undefined;
  const zones = networkId ? linkedZones(cloud, networkId) : [];
  const tenantLink = networkId ? tenantLinkIn(cloud, networkId) : undefined;
  return follow(cloud, { zones, tenantLink }, name.toLowerCase().replace(/\.$/, ''));
}

type View = { zones: LinkedZone[]; tenantLink: TenantLink | undefined };
type TenantLink = { tenantId: string; address: string };

function tenantLinkIn({ world, conduct }: Cloud, networkId: string): TenantLink | undefined {
  const address = world.arm.virtualNetworks[keyOf(networkId)]?.tenantLinkAddress;
  const tenantId = address === undefined ? undefined : world.fabric.tenantLinkAddresses[address];
  if (address === undefined || tenantId === undefined || !conduct.dns.switches.leadToTenantLink) return undefined;
  return { tenantId, address };
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

function follow(cloud: Cloud, { zones, tenantLink }: View, asked: string): Resolution {
  const records: Resolution['records'] = [];
  let name = asked;
  for (let step = 0; step < MAX_CHAIN; step++) {
    // A zone that falls back asks the internet anew, which knows nothing of the networks around it.
    const here =
      inZones(cloud, zones, name) ??
      (tenantLink && !zones.some(({ zone }) => zone.name === PRIVATE_ZONE)
        ? atTenantLink(cloud, tenantLink, name)
        : undefined) ??
      inPublic(cloud, name);
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

/**
 * With a tenant-level link alone, workspaces of its tenant and the global host lead to its address (cloud-apis 10.2); so
 * do the tenant's own names, by which its documentation has people check the link. The aliases between are inferred.
 */
function atTenantLink(cloud: Cloud, { tenantId, address }: TenantLink, name: string): Resolution | undefined {
  const ttl = cloud.conduct.dns.publicTtl;
  const tenant = tenantId.replaceAll('-', '').toLowerCase();
  const own = ['api', 'onelake', 'warehouse', 'app'].flatMap((kind) => [
    `${tenant}-${kind}.${TENANT_ZONE}`,
    `${kind}.${TENANT_ZONE}`,
  ]);
  if (own.includes(name)) return { code: 'NOERROR', records: [{ type: 'A', name, address, ttl: 10 }] };
  if (name === `api.${PUBLIC_ZONE}`) {
    return { code: 'NOERROR', records: [{ type: 'CNAME', name, target: `api.${TENANT_ZONE}`, ttl }] };
  }
  if (!name.endsWith(`.${PRIVATE_ZONE}`)) return undefined;
  const workspaceId = workspaceOf(`${name.slice(0, -PRIVATE_ZONE.length)}${PUBLIC_ZONE}`);
  const workspace = workspaceId === undefined ? undefined : cloud.world.fabric.workspaces[workspaceId];
  if (workspace?.tenantId.toLowerCase() !== tenantId.toLowerCase()) return undefined;
  const kind = /\.(onelake|dfs|blob)\./.test(name) ? 'onelake' : 'api';
  return { code: 'NOERROR', records: [{ type: 'CNAME', name, target: `${tenant}-${kind}.${TENANT_ZONE}`, ttl }] };
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

/** The workspace that a public host name belongs to, whether it exists or not. */
function workspaceOf(name: string): string | undefined {
  const [, compact = '', prefix] = WORKSPACE_HOST.exec(name) ?? [];
  if (!compact.startsWith(prefix ?? '-')) return undefined;
  return compact.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The privatelink name behind a workspace's public host name; undefined for names that are nobody's. */
function aliasOf({ world }: Cloud, name: string): string | undefined {
  const workspaceId = workspaceOf(name);
  const exists = workspaceId !== undefined && workspaceId in world.fabric.workspaces;
  if (!exists && !WAREHOUSE_HOST.test(name)) return undefined;
  return `${name.slice(0, -PUBLIC_ZONE.length)}${PRIVATE_ZONE}`;
}
