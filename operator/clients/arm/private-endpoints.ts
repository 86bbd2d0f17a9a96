import type { PrivateEndpoint as SdkPrivateEndpoint } from '@azure/arm-network';
import { OperatorError } from '../../errors.ts';
import type { CallOptions, Read } from '../call.ts';
import { orAbsent } from '../classify.ts';
import type { ArmContext } from './context.ts';
import { armKey, armPath, nameAt, parseArmId } from './ids.ts';
import { createListed } from './listed.ts';
import type { Network, NetworkCall } from './network.ts';
import { createOperationFailures } from './operation-failures.ts';
import { readAddresses, readPrivateEndpoint, readZoneGroup } from './read-network.ts';
import type {
  ArmId,
  ArmPrivateEndpoints,
  EndpointScope,
  PrivateEndpoint,
  PrivateEndpointBody,
  ZoneGroup,
} from './types.ts';

const ADDRESSES_PERIOD_MS = 3_600_000;
/** Before approval the interface shows less than it will: such an answer is not kept for long. */
const INCOMPLETE_PERIOD_MS = 10_000;
/** Section 10.1: "currently five". */
const EXPECTED_ADDRESSES = 5;
const ZONE_GROUP_PERIOD_MS = 3_600_000;
/** Creation took about a minute where it was measured (section 9.1). */
const MUTATION_BOUND_MS = 600_000;
const CONNECTION_NAME = 'workspace';
const ZONE_GROUP_NAME = 'default';
const ZONE_CONFIG_NAME = 'fabric';
const SETTLED = ['succeeded', 'failed', 'canceled'];

/** Microsoft.Network/privateEndpoints with their interfaces and zone groups (cloud-apis sections 9 and 10.4). */
export function createPrivateEndpoints(context: ArmContext, network: Network): ArmPrivateEndpoints {
  const { gate, observers, cacheKey } = context;
  /** Mutations of ours that have not been seen to be over. */
  const mutating = new Map<string, { place: string; sinceMs: number }>();

  const failures = createOperationFailures(context);

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

  const mutate = async (
    scope: EndpointScope,
    place: string,
    holder: string,
    what: string,
    act: () => Promise<void>,
  ): Promise<void> => {
    gate.enter(place, holder, MUTATION_BOUND_MS, what);
    mutating.set(holder, { place, sinceMs: context.clock.now() });
    try {
      await act();
    } catch (error) {
      // An answer that refuses means that nothing is under way; without an answer nobody knows.
      if (error instanceof OperatorError && (error.status !== undefined || error.disposition === 'throttled')) {
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
    list: listed.list,
    put: (scope, body, call) =>
      mutate(
        scope,
        `subnet|${armKey(body.subnetId)}`,
        keyOf(scope),
        `another endpoint of subnet "${nameAt(body.subnetId, 1)}" is being changed`,
        () =>
          network.run(
            { ...about(scope, 'create', 'put', call), onWritten: (response) => failures.began(keyOf(scope), response) },
            async (client) => {
              const current = await orAbsent(client.privateEndpoints.get(scope.resourceGroup, scope.name));
              const parameters = {
                ...keptOf(current),
                ...desiredEndpoint(body),
                tags: { ...current?.tags, ...body.tags },
              };
              const poller = client.privateEndpoints.createOrUpdate(scope.resourceGroup, scope.name, parameters);
              // Begun, not awaited: the poller is dropped, and the next pass reads provisioningState.
              await poller.submitted();
            },
          ),
      ),
    delete: (scope, subnetId, call) =>
      mutate(
        scope,
        `subnet|${armKey(subnetId)}`,
        keyOf(scope),
        `another endpoint of subnet "${nameAt(subnetId, 1)}" is being changed`,
        async () => {
          await orAbsent(
            network.run(about(scope, 'delete', 'delete', call), async (client) => {
              await client.privateEndpoints.delete(scope.resourceGroup, scope.name).submitted();
            }),
          );
        },
      ),
    addresses(networkInterfaceId, call) {
      const key = `${cacheKey}|interface|${armKey(networkInterfaceId)}`;
      const known = observers.peek<readonly unknown[] | undefined>(key)?.value;
      const incomplete = known !== undefined && known.length < EXPECTED_ADDRESSES;
      const period = incomplete ? INCOMPLETE_PERIOD_MS : ADDRESSES_PERIOD_MS;
      return observers.read(key, period, call, async (shared) => readInterface(network, networkInterfaceId, shared));
    },
    async zoneGroup(scope, call) {
      const read = await zoneGroup(scope, call);
      observeEnd(groupHolder(scope), read.readAtMs, read.value?.provisioningState);
      return read;
    },
    async putZoneGroup(scope, zoneId, call) {
      const current = (await zoneGroup(scope, { ...call, maxAgeMs: 0 })).value;
      await mutate(scope, zonePlace(zoneId), groupHolder(scope), 'the records of the zone are being written', () =>
        network.run(about(scope, 'write the zone group of', 'putZoneGroup', call), async (client) => {
          const name = current?.name ?? ZONE_GROUP_NAME;
          const privateDnsZoneConfigs = [{ name: ZONE_CONFIG_NAME, privateDnsZoneId: zoneId }];
          await client.privateDnsZoneGroups
            .createOrUpdate(scope.resourceGroup, scope.name, name, { privateDnsZoneConfigs })
            .submitted();
        }),
      );
    },
    async deleteZoneGroup(scope, call) {
      const current = (await zoneGroup(scope, { ...call, maxAgeMs: 0 })).value;
      if (!current) return;
      const place = zonePlace(current.zones[0]?.zoneId ?? keyOf(scope));
      await mutate(scope, place, groupHolder(scope), 'the records of the zone are being written', () =>
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
const zonePlace = (zoneId: ArmId): string => `zone|${armKey(zoneId)}`;

/** What others may have set on an endpoint that exists; what Azure itself fills in is left out. */
function keptOf(current: SdkPrivateEndpoint | undefined): SdkPrivateEndpoint {
  if (!current) return {};
  const { customDnsConfigs: _reported, ...kept } = current;
  return kept;
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

function readInterface(network: Network, networkInterfaceId: ArmId, call: CallOptions) {
  const { subscriptionId, resourceGroup } = parseArmId(networkInterfaceId);
  const name = nameAt(networkInterfaceId, 0);
  const what = `read network interface "${name}" in group "${resourceGroup}"`;
  return orAbsent(
    network.run({ subscriptionId, operation: 'networkInterfaces.get', what, call }, async (client) =>
      readAddresses(await client.networkInterfaces.get(resourceGroup, name)),
    ),
  );
}
