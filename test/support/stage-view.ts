import type { World } from '../../simulator/world.ts';

/** The simulated clouds as a reviewer sees them: what exists and how it is set, without ids and times of chance. */
export type WorldView = {
  services: Record<string, { workspaceId: string; state: string; tags: unknown; connections: Record<string, string> }>;
  endpoints: Record<string, unknown>;
  zoneGroups: Record<string, unknown>;
  zones: Record<string, { tags: unknown; records: Record<string, unknown>; links: Record<string, unknown> }>;
  /** By source workspace and name: ids are chance. */
  managed: Record<string, unknown>;
  policies: Record<string, { inbound: string; outbound: string }>;
};

export function viewOf({ arm, fabric }: World): WorldView {
  return {
    services: mapped(fabric.linkServices, ({ workspaceId, provisioningState, tags, connections }) => ({
      workspaceId,
      state: provisioningState,
      tags,
      // Names of connections are chance; the private endpoint behind each is not.
      connections: sorted(
        Object.values(connections).map(({ privateEndpointId, state }) => [
          privateEndpointId.toLowerCase(),
          state.status,
        ]),
      ),
    })),
    endpoints: mapped(arm.privateEndpoints, (endpoint) => ({
      state: endpoint.provisioningState,
      location: endpoint.location,
      tags: endpoint.tags,
      subnetId: endpoint.subnetId,
      mode: endpoint.connection.mode,
      targetId: endpoint.connection.targetId,
      connection: endpoint.connection.state.status,
      addresses: endpoint.members.map(({ member, address }) => [member, address]),
    })),
    zoneGroups: mapped(arm.zoneGroups, ({ provisioningState, configs }) => ({ state: provisioningState, configs })),
    zones: mapped(arm.dnsZones, (zone) => ({
      tags: zone.tags,
      records: mapped(zone.records, ({ addresses, metadata, writtenBy }) => ({ addresses, metadata, writtenBy })),
      links: mapped(zone.links, ({ virtualNetworkId, resolutionPolicy, registrationEnabled, state, tags }) => ({
        virtualNetworkId,
        resolutionPolicy,
        registrationEnabled,
        state,
        tags,
      })),
    })),
    managed: sorted(
      Object.values(fabric.managedEndpoints).map(
        ({ workspaceId, name, targetId, provisioningState, connectionState }) => [
          `${workspaceId}/${name}`,
          { targetId, state: provisioningState, connection: connectionState?.status },
        ],
      ),
    ),
    policies: mapped(fabric.workspaces, ({ policy }) => ({
      inbound: policy.inbound.configured,
      outbound: policy.outbound.configured,
    })),
  };
}

/** The private endpoint whose id holds this text, such as the name of its resource group. */
export function endpointIdIn({ arm }: World, place: string): string {
  const id = Object.keys(arm.privateEndpoints).find((candidate) => candidate.includes(place));
  if (!id) throw new Error(`no private endpoint in ${place}`);
  return id;
}

/** Everything that the operator could make, one key each. */
export function thingsIn({ arm, fabric }: World): Set<string> {
  const keys = new Set<string>();
  for (const [id, { connections }] of Object.entries(fabric.linkServices)) {
    keys.add(`service ${id}`);
    for (const { privateEndpointId } of Object.values(connections)) {
      keys.add(`connection ${id} ← ${privateEndpointId.toLowerCase()}`);
    }
  }
  for (const { workspaceId, id } of Object.values(fabric.managedEndpoints)) keys.add(`managed ${workspaceId}/${id}`);
  for (const id of Object.keys(arm.privateEndpoints)) keys.add(`endpoint ${id}`);
  for (const id of Object.keys(arm.zoneGroups)) keys.add(`zonegroup ${id}`);
  for (const [id, { records, links }] of Object.entries(arm.dnsZones)) {
    keys.add(`zone ${id}`);
    for (const name of Object.keys(records)) keys.add(`record ${id}/${name}`);
    for (const name of Object.keys(links)) keys.add(`link ${id}/${name}`);
  }
  return keys;
}

/** Something ceased to be; `inbound` is what the policy of each workspace said at that moment. */
export type Ending = { key: string; atMs: number; inbound: Record<string, string> };

/** Notes when things come into being and cease to be: born twice means that something was made again. */
export function createChronicle(world: () => World, nowMs: () => number) {
  let alive = thingsIn(world());
  const births = new Map<string, number>();
  let endings: Ending[] = [];
  return {
    look(): void {
      const now = thingsIn(world());
      for (const key of now) if (!alive.has(key)) births.set(key, (births.get(key) ?? 0) + 1);
      for (const key of alive) if (!now.has(key)) endings.push({ key, atMs: nowMs(), inbound: inboundOf(world()) });
      alive = now;
    },
    /** What is there now was always there. */
    reset(): void {
      alive = thingsIn(world());
      births.clear();
      endings = [];
    },
    births: (): ReadonlyMap<string, number> => births,
    endings: (): readonly Ending[] => endings,
  };
}

function inboundOf({ fabric }: World): Record<string, string> {
  return mapped(fabric.workspaces, ({ policy }) => policy.inbound.configured);
}

function mapped<T, V>(collection: Record<string, T>, view: (entry: T) => V): Record<string, V> {
  return sorted(Object.entries(collection).map(([key, entry]) => [key, view(entry)]));
}

function sorted<V>(entries: readonly (readonly [string, V])[]): Record<string, V> {
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)));
}
