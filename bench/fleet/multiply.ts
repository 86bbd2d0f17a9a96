// From the template to the fleet: whatever names the template's link is repeated for each link, whatever names its
// tenant for each tenant.
import { randomUUID } from 'node:crypto';
import { refOf } from '../../controllers/workspace-private-link/desired-names.ts';
import type { StoreSnapshot } from '../../simulator/kubernetes/store/store.ts';
import type { KubeObject } from '../../simulator/kubernetes/types.ts';
import type { World } from '../../simulator/world.ts';
import { type FleetSize, linkNames, tenantNames } from './names.ts';
import { base64, type Template } from './template.ts';

export type Fleet = { world: World; store: StoreSnapshot };

type Renames = ReadonlyMap<string, string>;
type Copies = {
  isOfLink(text: string): boolean;
  isOfTenant(text: string): boolean;
  tenants: readonly Renames[];
  /** By tenant. */
  links: readonly (readonly Renames[])[];
};

const LINKS = 'fabriclink.dev/workspaceprivatelinks';
/** Of the run that built the template. */
const LEFT_OUT = new Set(['/events', 'events.k8s.io/events', 'coordination.k8s.io/leases']);

export function multiply(template: Template, size: FleetSize): Fleet {
  const copies = copiesOf(template, size);
  return {
    world: expand(template.world, copies, undefined) as World,
    store: expandStore(template.store, copies, size),
  };
}

function copiesOf(template: Template, { tenants, linksPerTenant }: FleetSize): Copies {
  const first = tenantNames(0);
  const firstLink = linkNames(0);
  const tenantTokens = [first.tenantId, first.subscriptionId, first.clientId, first.objectId, first.capacityId];
  const linkTokens = [firstLink.workspaceId, firstLink.bareWorkspaceId, firstLink.name, ...template.addresses];
  const tenantRenames = Array.from({ length: tenants }, (_, tenant) => {
    const names = tenantNames(tenant);
    return new Map([
      ...tenantTokens.map((token, index) => [token, tokensOf(names)[index]!] as const),
      [first.namespace, names.namespace],
      [first.addressPrefix, names.addressPrefix],
    ]);
  });
  return {
    isOfLink: (text) => linkTokens.some((token) => text.includes(token)),
    isOfTenant: (text) => tenantTokens.some((token) => text.includes(token)),
    tenants: tenantRenames,
    links: tenantRenames.map((renames, tenant) =>
      Array.from({ length: linksPerTenant }, (_, link) => {
        const names = linkNames(link, tenant);
        const addresses = template.addresses.map(
          (address, index) => [address, addressOf(tenant, link * template.addresses.length + index)] as const,
        );
        const replaced = new Map([
          ...renames,
          ...addresses,
          [firstLink.workspaceId, names.workspaceId],
          [firstLink.bareWorkspaceId, names.bareWorkspaceId],
          [firstLink.name, names.name],
          [template.uid, randomUUID()],
        ]);
        const { endpointId } = template;
        // Notes about an endpoint are known by a hash of its id, in which no name can be found.
        return new Map([...replaced, [refOf(endpointId), refOf(rename(endpointId, replaced))]]);
      }),
    ),
  };
}

const tokensOf = (names: ReturnType<typeof tenantNames>): string[] => [
  names.tenantId,
  names.subscriptionId,
  names.clientId,
  names.objectId,
  names.capacityId,
];

/** Azure keeps the first four addresses of a subnet. */
function addressOf(tenant: number, offset: number): string {
  const place = offset + 4;
  return `127.${64 + tenant}.${16 + Math.floor(place / 256)}.${place % 256}`;
}

/** All at once, so that no replacement is replaced again. */
function rename(text: string, renames: Renames): string {
  const pattern = patterns.get(renames.size) ?? patternOf(renames);
  return text.replace(pattern, (token) => renames.get(token)!);
}

/** Tenant renames and link renames have the same tokens for every copy, and differ in their number. */
const patterns = new Map<number, RegExp>();

function patternOf(renames: Renames): RegExp {
  const tokens = [...renames.keys()].toSorted((one, other) => other.length - one.length);
  const pattern = new RegExp(tokens.map((token) => token.replaceAll('.', '\\.')).join('|'), 'g');
  patterns.set(renames.size, pattern);
  return pattern;
}

const copyOf = <T>(value: T, renames: Renames): T => JSON.parse(rename(JSON.stringify(value), renames)) as T;

/** `tenant`: whose part of the world this is, once a key has said so. */
function expand(value: unknown, copies: Copies, tenant: number | undefined): unknown {
  if (Array.isArray(value)) return value.flatMap((item) => expandItem(item, copies, tenant));
  if (typeof value === 'string') return tenant === undefined ? value : rename(value, copies.tenants[tenant]!);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      if (copies.isOfLink(key)) {
        const renames = tenant === undefined ? copies.links.flat() : copies.links[tenant]!;
        return renames.map((one) => [rename(key, one), copyOf(inner, one)]);
      }
      if (tenant === undefined && copies.isOfTenant(key)) {
        return copies.tenants.map((renames, index) => [rename(key, renames), expand(inner, copies, index)]);
      }
      return [[key, expand(inner, copies, tenant)]];
    }),
  );
}

function expandItem(item: unknown, copies: Copies, tenant: number | undefined): unknown[] {
  if (tenant !== undefined || !copies.isOfTenant(JSON.stringify(item))) return [expand(item, copies, tenant)];
  return copies.tenants.map((_, index) => expand(item, copies, index));
}

function expandStore({ collections }: StoreSnapshot, copies: Copies, size: FleetSize): StoreSnapshot {
  const expanded = Object.entries(collections)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, objects]) => [name, objects.flatMap((object) => copiesOfObject(name, object, copies, size))] as const);
  let revision = 1;
  for (const [, objects] of expanded) {
    for (const object of objects) object.metadata.resourceVersion = String((revision += 1));
  }
  return { revision, collections: Object.fromEntries(expanded) };
}

function copiesOfObject(collection: string, object: KubeObject, copies: Copies, { tenants }: FleetSize): KubeObject[] {
  if (collection === LINKS) return copies.links.flat().map((renames) => copyOf(object, renames));
  const { namespace } = tenantNames(0);
  const { metadata } = object;
  if (metadata.namespace !== namespace && metadata.name !== namespace) return [structuredClone(object)];
  return Array.from({ length: tenants }, (_, tenant) => {
    const copy = copyOf(object, copies.tenants[tenant]!);
    copy.metadata.uid = randomUUID();
    return collection === '/secrets' ? withCredentials(copy, tenant) : copy;
  });
}

/** Secret values are base64, in which no name can be found. */
function withCredentials(secret: KubeObject, tenant: number): KubeObject {
  const { tenantId, clientId } = tenantNames(tenant);
  const data = secret['data'] as Record<string, string>;
  return { ...secret, data: { ...data, AZURE_TENANT_ID: base64(tenantId), AZURE_CLIENT_ID: base64(clientId) } };
}
