import type { PrivateEndpoint as SdkPrivateEndpoint } from '@azure/arm-network';
import { OperatorError } from '../../errors.ts';
import type { CallOptions, Read } from '../call.ts';
import { madeMeanwhile, orAbsent } from '../classify.ts';
import type { ArmContext } from './context.ts';
import { armKey, armPath, nameAt } from './ids.ts';
import { createInterfaces } from './interfaces.ts';
import { createListed } from './listed.ts';
import type { Network, NetworkCall } from './network.ts';
import { createOperationFailures } from './operation-failures.ts';
import { readPrivateEndpoint, readZoneGroup } from './read-network.ts';
import type {
  ArmId,
  ArmPrivateEndpoints,
  EndpointScope,
  PrivateEndpoint,
  PrivateEndpointBody,
  ZoneGroup,
} from './types.ts';

const ZONE_GROUP_PERIOD_MS = 3_600_000;
/** Creation took about a minute where it was measured (section 9.1). */
const MUTATION_BOUND_MS = 600_000;
const CONNECTION_NAME = 'workspace';
const ZONE_GROUP_NAME = 'default';
const ZONE_CONFIG_NAME = 'fabric';
const SETTLED = ['succeeded', 'failed', 'canceled'];

const zoneNameOf = (zoneId: ArmId): string => zoneId.slice(zoneId.lastIndexOf('/') + 1).toLowerCase();

/** Microsoft.Network/privateEndpoints with their interfaces and zone groups (cloud-apis sections 9 and 10.4). */
export function createPrivateEndpoints(context: ArmContext, network: Network): ArmPrivateEndpoints {
  const { gate, observers, cacheKey } = context;
  /** Mutations of ours that have not been seen to be over. */
  const mutating = new Map<string, { place: string; sinceMs: number; subscriptionId: string; ends: Ends }>();
  const listSeenMs = new Map<string, number>();

  const failures = createOperationFailures(context);
  const interfaces = createInterfaces(context, network);

  const listed = createListed<PrivateEndpoint>({
    context,
    kind: 'private-endpoint',
    keyOf: ({ id }) => armKey(id),
    loadList: (subscriptionId, call) => {
      const what = `list the private endpoints of subscription ${subscriptionId}`;
      return network.run({ subscriptionId, operation: 'privateEndpoints.list', what, call }, async (client) => {
        const endpoints: PrivateEndpoint[] = [];
        for await (const endpoint of client.privateEndpoints.listBySubscription())
          endpoints.push(readPrivateEndpoint(endpoint));
        return endpoints;
      });
    },
  });

  const about = (scope: EndpointScope, verb: string, operation: string, call: CallOptions): NetworkCall => ({
    subscriptionId: scope.subscriptionId,
    operation: `privateEndpoints.${operation}`,
    what: `${verb} private endpoint "${scope.name}" in group "${scope.resourceGroup}"`,
    call,
  });
  const groupKey = (scope: EndpointScope) => `${cacheKey}|zone-group|${keyOf(scope)}`;

  /** Lets the next one in when a read that began after the mutation shows it settled, or the endpoint gone. */
  const observeEnd = (holder: string, readAtMs: number, state: string | undefined): void => {
    const mutation = mutating.get(holder);
    if (!mutation || readAtMs < mutation.sinceMs) return;
    if (state !== undefined && !SETTLED.includes(state.toLowerCase())) return;
    mutating.delete(holder);
    gate.leave(mutation.place, holder);
  };

  /**
   * What is settled is read from the list and never by itself, so the list has to open the gate, too. That it lacks an
   * endpoint ends only a deletion: lists lag behind what is created.
   */
  const observeEnds = (subscriptionId: string, endpoints: readonly PrivateEndpoint[], readAtMs: number): void => {
    // One list serves many passes, and says nothing new the second time.
    if ((listSeenMs.get(subscriptionId) ?? Number.NEGATIVE_INFINITY) >= readAtMs) return;
    listSeenMs.set(subscriptionId, readAtMs);
    for (const [holder, mutation] of mutating) {
      if (mutation.subscriptionId !== subscriptionId || mutation.ends === 'unlisted') continue;
      const found = endpoints.find(({ id }) => armKey(id) === holder);
      if (found || mutation.ends === 'gone') observeEnd(holder, readAtMs, found?.provisioningState);
    }
  };

  const mutate = async (
    scope: EndpointScope,
    { place, holder, ends, what }: Mutation,
    act: () => Promise<void>,
  ): Promise<void> => {
    gate.enter(place, holder, MUTATION_BOUND_MS, what);
    const subscriptionId = scope.subscriptionId.toLowerCase();
    mutating.set(holder, { place, sinceMs: context.clock.now(), subscriptionId, ends });
    try {
      await act();
    } catch (error) {
      // An answer that refuses means that nothing is under way; without an answer nobody knows.
      const refused = ['throttled', 'conflict'];
      if (error instanceof OperatorError && (error.status !== undefined || refused.includes(error.disposition))) {
        mutating.delete(holder);
        gate.leave(place, holder);
      }
      throw error;
    } finally {
      listed.wrote(scope.subscriptionId, keyOf(scope));
      observers.invalidate(groupKey(scope));
    }
  };

  const readOne = (scope: EndpointScope, call: CallOptions): Promise<PrivateEndpoint | undefined> =>
    orAbsent(
      network.run(about(scope, 'read', 'get', call), async (client) =>
        readPrivateEndpoint(await client.privateEndpoints.get(scope.resourceGroup, scope.name)),
      ),
    );

  const zoneGroup = (scope: EndpointScope, call: CallOptions): Promise<Read<ZoneGroup | undefined>> =>
    observers.read(groupKey(scope), ZONE_GROUP_PERIOD_MS, call, async (shared) =>
      orAbsent(
        network.run(about(scope, 'read the zone group of', 'zoneGroup', shared), async (client) => {
          // An endpoint has one group at most, whatever its name (section 10.4).
          for await (const group of client.privateDnsZoneGroups.list(scope.resourceGroup, scope.name))
            return readZoneGroup(group);
          return undefined;
        }),
      ),
    );

  return {
    async get(scope, call) {
      const read = await listed.get(scope.subscriptionId, keyOf(scope), call, (shared) => readOne(scope, shared));
      observeEnd(keyOf(scope), read.readAtMs, read.value?.provisioningState);
      if (read.value?.provisioningState !== 'Failed') return read;
      const failure = await failures.reason(keyOf(scope), scope.subscriptionId, call);
      return failure ? { ...read, value: { ...read.value, failure } } : read;
    },
    async list(subscriptionId, call) {
      const read = await listed.list(subscriptionId, call);
      observeEnds(subscriptionId.toLowerCase(), read.value, read.readAtMs);
      return read;
    },
    put: (scope, body, call) =>
      mutate(scope, inSubnet(scope, body.subnetId, 'settled'), () =>
        network.run(
          { ...about(scope, 'create', 'put', call), onWritten: (response) => failures.began(keyOf(scope), response) },
          async (client) => {
            const current = await orAbsent(client.privateEndpoints.get(scope.resourceGroup, scope.name));
            if (current && body.creates) throw madeMeanwhile(about(scope, 'create', 'put', call).what);
            const parameters = {
              ...keptOf(current),
              ...desiredEndpoint(body),
              ...connectionsOf(current),
              tags: { ...current?.tags, ...body.tags },
            };
            const poller = client.privateEndpoints.createOrUpdate(scope.resourceGroup, scope.name, parameters);
            // Begun, not awaited: the poller is dropped, and the next pass reads provisioningState.
            await poller.submitted();
          },
        ),
      ),
    delete: (scope, subnetId, call) =>
      mutate(scope, inSubnet(scope, subnetId, 'gone'), async () => {
        await orAbsent(
          network.run(about(scope, 'delete', 'delete', call), async (client) => {
            await client.privateEndpoints.delete(scope.resourceGroup, scope.name).submitted();
          }),
        );
      }),
    addresses: interfaces.addresses,
    async zoneGroup(scope, call) {
      const read = await zoneGroup(scope, call);
      observeEnd(groupHolder(scope), read.readAtMs, read.value?.provisioningState);
      return read;
    },
    async putZoneGroup(scope, zoneId, call) {
      const current = (await zoneGroup(scope, { ...call, maxAgeMs: 0 })).value;
      await mutate(scope, inZone(scope, zoneId), () =>
        network.run(about(scope, 'write the zone group of', 'putZoneGroup', call), async (client) => {
          const name = current?.name ?? ZONE_GROUP_NAME;
          // The list is written whole. Zones of other names are somebody else's; one of the same name is what ours replaces.
          const others = (current?.zones ?? []).filter((one) => zoneNameOf(one.zoneId) !== zoneNameOf(zoneId));
          const privateDnsZoneConfigs = [...others, { name: ZONE_CONFIG_NAME, zoneId }].map((one) => ({
            name: one.name,
            privateDnsZoneId: one.zoneId,
          }));
          await client.privateDnsZoneGroups
            .createOrUpdate(scope.resourceGroup, scope.name, name, { privateDnsZoneConfigs })
            .submitted();
        }),
      );
    },
    async deleteZoneGroup(scope, call) {
      const current = (await zoneGroup(scope, { ...call, maxAgeMs: 0 })).value;
      if (!current) return;
      await mutate(scope, inZone(scope, current.zones[0]?.zoneId ?? keyOf(scope)), () =>
        network.run(about(scope, 'delete the zone group of', 'deleteZoneGroup', call), async (client) => {
          await client.privateDnsZoneGroups.delete(scope.resourceGroup, scope.name, current.name).submitted();
        }),
      );
    },
  };
}

const keyOf = ({ subscriptionId, resourceGroup, name }: EndpointScope): string =>
  armKey(
    `${armPath('subscriptions', subscriptionId, 'resourceGroups', resourceGroup)}/providers/Microsoft.Network/privateEndpoints${armPath(name)}`,
  );
const groupHolder = (scope: EndpointScope): string => `${keyOf(scope)}/zone-group`;

/** How the end of a mutation shows: the endpoint is settled, or gone, or it is about a zone group, which no list shows. */
type Ends = 'settled' | 'gone' | 'unlisted';
/** Who changes something where only one may at a time. */
type Mutation = { place: string; holder: string; ends: Ends; what: string };

const inSubnet = (scope: EndpointScope, subnetId: ArmId, ends: Ends): Mutation => ({
  place: `subnet|${armKey(subnetId)}`,
  holder: keyOf(scope),
  ends,
  what: `another endpoint of subnet "${nameAt(subnetId, 1)}" is being changed`,
});
const inZone = (scope: EndpointScope, zoneId: ArmId): Mutation => ({
  place: `zone|${armKey(zoneId)}`,
  holder: groupHolder(scope),
  ends: 'unlisted',
  what: 'the records of the zone are being written',
});

/** What others may have set on an endpoint that exists; what Azure itself fills in is left out. */
function keptOf(current: SdkPrivateEndpoint | undefined): SdkPrivateEndpoint {
  if (!current) return {};
  const { customDnsConfigs: _reported, ...kept } = current;
  return kept;
}

/**
 * The connection of an endpoint that exists, under its own name: another name would ask for another connection, and the
 * approved one, perhaps the only way into its workspace, would go. What the approver said about it is not ours to send.
 */
function connectionsOf(current: SdkPrivateEndpoint | undefined): SdkPrivateEndpoint {
  const { manualPrivateLinkServiceConnections: manual, privateLinkServiceConnections: auto } = current ?? {};
  const asked = (list: typeof manual) =>
    (list ?? []).map(({ name, privateLinkServiceId, groupIds, requestMessage }) => ({
      ...(name && { name }),
      ...(privateLinkServiceId && { privateLinkServiceId }),
      ...(groupIds && { groupIds }),
      ...(requestMessage && { requestMessage }),
    }));
  if (asked(manual).length + asked(auto).length === 0) return {};
  return { manualPrivateLinkServiceConnections: asked(manual), privateLinkServiceConnections: asked(auto) };
}

/** Exactly one connection in exactly one of the two lists (section 9.1). */
function desiredEndpoint(body: PrivateEndpointBody) {
  const connection = {
    name: CONNECTION_NAME,
    privateLinkServiceId: body.targetId,
    groupIds: ['workspace'],
    ...(body.requestMessage === undefined ? {} : { requestMessage: body.requestMessage }),
  };
  return {
    location: body.location,
    subnet: { id: body.subnetId },
    manualPrivateLinkServiceConnections: body.mode === 'Manual' ? [connection] : [],
    privateLinkServiceConnections: body.mode === 'Auto' ? [connection] : [],
    ...(body.networkInterfaceName === undefined ? {} : { customNetworkInterfaceName: body.networkInterfaceName }),
  };
}
