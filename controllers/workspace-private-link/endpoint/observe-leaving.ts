import { attempt, type Reading } from '../../../operator/runtime/reading.ts';
import { seenBy } from '../credentials/consumers.ts';
import { consumerOfId } from '../desired.ts';
import { same, scopeOf } from '../desired-names.ts';
import { formerDns } from '../dns/desired-former.ts';
import { type Expected, recordsOf } from '../dns/observe-records.ts';
import { type Reader, settled } from '../reading.ts';
import type { ArmId, PrivateEndpoint, PrivateEndpointConnection } from '../types.ts';
import { connectionOf } from './observe.ts';
import type { Removed } from './observe-removal.ts';

/** An endpoint that the spec does not name any more, by the zones that its records were written into. */
export type Leaving = { zoneIds: readonly ArmId[]; records: Expected | 'unobservable' };

/**
 * What names lead to as long as the endpoints that are to go are still there and connected. While public access may be
 * denied one of them may be the only proven way in: then nobody who shares its record sets takes its addresses away
 * before it is gone itself.
 */
export async function observeLeaving(
  context: Reader,
  removed: readonly Removed[],
  connections: Reading<readonly PrivateEndpointConnection[]>,
): Promise<readonly Leaving[]> {
  const found = await Promise.all(
    waysOut(context, removed).map(async ({ id, zoneIds }) => {
      const records = await recordsLeft(context, id, connections);
      return records && { zoneIds, records };
    }),
  );
  return found.filter((one) => one !== undefined);
}

/** Endpoints that go, and those that stay and left a zone: by the zones where their addresses are written still. */
function waysOut(context: Reader, removed: readonly Removed[]): readonly { id: ArmId; zoneIds: readonly ArmId[] }[] {
  const { endpoints, records } = context.provenance;
  const going = removed.flatMap(({ ref }) => {
    const id = endpoints[ref]?.id;
    return id === undefined || !records[ref] ? [] : [{ id, zoneIds: records[ref] }];
  });
  const moving = (formerDns(context)?.records ?? []).map(({ zoneId, endpointId }) => ({
    id: endpointId,
    zoneIds: [zoneId],
  }));
  return [...going, ...moving];
}

/** Undefined: it is gone, or not connected, and nobody gets in by it. */
async function recordsLeft(
  context: Reader,
  id: ArmId,
  connections: Reading<readonly PrivateEndpointConnection[]>,
): Promise<Leaving['records'] | undefined> {
  const scope = scopeOf(id);
  if (!scope) return undefined;
  if (connections.fault) return 'unobservable';
  if (connectionOf(connections.value, id)?.status !== 'Approved') return undefined;
  const there = await seenBy(context, consumerOfId(context, id));
  if (there.fault) return 'unobservable';
  const { privateEndpoints } = there.value.clients.arm;
  const find = (list: readonly PrivateEndpoint[]) => list.find((one) => same(one.id, id));
  const list = await settled(
    there.value,
    'the private endpoints',
    (call) => privateEndpoints.list(scope.subscriptionId, call),
    (all) => find(all) !== undefined,
  );
  if (list.fault) return 'unobservable';
  const nic = find(list.value)?.networkInterfaceIds[0];
  if (nic === undefined) return undefined;
  const addresses = await attempt(there.value, 'the addresses of the endpoint', () =>
    privateEndpoints.addresses(nic, context.call),
  );
  if (!addresses.value) return 'unobservable';
  return recordsOf(context.desired.hosts, addresses.value.value ?? [], { dns: undefined })?.own ?? 'unobservable';
}
