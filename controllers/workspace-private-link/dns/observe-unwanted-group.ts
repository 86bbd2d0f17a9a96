import { seenBy } from '../credentials/consumers.ts';
import { same } from '../desired-names.ts';
import type { EndpointBase } from '../endpoint/observe.ts';
import { type Reader, settled } from '../reading.ts';
import type { DesiredDns, Fault } from '../types.ts';

/**
 * own: this endpoint's zone group, which mode Records has no use for · neighbour: that of another endpoint whose
 * addresses belong into the same record sets.
 */
export type UnwantedGroup = { state: 'none' | 'own' | 'neighbour' | 'unobservable'; detail?: string; fault?: Fault };

/**
 * Zone groups that we made before the spec said Records. They keep writing sets of one address without our mark, which
 * would read as somebody else's. One of another endpoint matters only where it is tied to the zone that is shared.
 */
export async function findUnwantedGroup(
  context: Reader,
  dns: DesiredDns,
  own: EndpointBase,
  sharers: readonly EndpointBase[],
): Promise<UnwantedGroup> {
  const others = sharers.filter((sharer) => sharer.desired.name !== own.desired.name);
  for (const { desired } of [own, ...others]) {
    if (context.provenance.zoneGroups[desired.ref] === undefined) continue;
    const there = await seenBy(context, desired.consumer);
    if (there.fault) return { state: 'unobservable', fault: there.fault };
    const group = await settled(
      there.value,
      'the zone group of the endpoint',
      (call) => there.value.clients.arm.privateEndpoints.zoneGroup(desired.scope, call),
      (found) => found === undefined,
    );
    if (group.fault) return { state: 'unobservable', fault: group.fault };
    if (!group.value) continue;
    const detail = `zone group "${group.value.name}" of endpoint ${desired.name} goes first: it holds one address for each name`;
    if (desired.name === own.desired.name) return { state: 'own', detail };
    if (group.value.zones.some(({ zoneId }) => same(zoneId, dns.zoneId))) return { state: 'neighbour', detail };
  }
  return { state: 'none' };
}
