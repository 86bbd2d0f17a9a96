import type { ConnectionStatus } from '../../../operator/clients/arm/types.ts';
import { attempt, type Reading } from '../../../operator/runtime/reading.ts';
import { pausedUntilMs } from '../../../operator/runtime/rivalry.ts';
import { rejecterOf } from '../connections/listing.ts';
import { seenBy } from '../credentials/consumers.ts';
import { OWNER_TAG, same } from '../desired-names.ts';
import eligibility from '../eligibility.json' with { type: 'json' };
import { byId } from '../lookup.ts';
import { placementOf } from '../placement/machine.ts';
import { observePlacement, settledPlacement, type WorkspaceSide } from '../placement/observe.ts';
import { type EndpointContext, type Reader, settled, sightOf } from '../reading.ts';
import { mayOverwrite, tagDifference, tagOf } from '../service/observe.ts';
import type {
  Desired,
  DesiredEndpoint,
  EndpointFacts,
  Fault,
  InterfaceAddress,
  PlacementSeen,
  PrivateEndpoint,
  PrivateEndpointConnection,
} from '../types.ts';

/** One endpoint without its DNS: what phase one of the observation knows, for all endpoints before any zone is read. */
export type EndpointBase = {
  desired: DesiredEndpoint;
  facts: EndpointFacts;
  actual: PrivateEndpoint | undefined;
  connection: PrivateEndpointConnection | undefined;
  /** Of the endpoint's interface; undefined when they could not be read. */
  addresses: readonly InterfaceAddress[] | undefined;
  placement: PlacementSeen | undefined;
  detail: string | undefined;
  fault: Fault | undefined;
  /** Nothing is made anew before that. */
  pausedUntilMs: number | undefined;
};

export const unreadEndpoint = (
  facts: Pick<EndpointFacts, 'service' | 'provenance' | 'recreate' | 'listed'>,
): EndpointFacts => ({
  ...facts,
  placement: 'unread',
  endpoint: 'unobservable',
  hold: 'free',
  connection: 'unobservable',
});

/** Its connection says nothing as long as the endpoint itself is not settled. */
const NOT_OURS_YET: ReadonlySet<EndpointFacts['endpoint']> = new Set([
  'outdated',
  'differs',
  'takeable',
  'unadopted',
  'foreign',
  'overwritable',
  'failed',
]);

/**
 * Reads one endpoint, with the credentials of its consumer. `connections` is asked only once the endpoint is there;
 * `usable` says whether the service can be connected to.
 */
export async function observeEndpoint(
  context: Reader,
  endpoint: DesiredEndpoint,
  usable: boolean,
  { connections, gateway }: WorkspaceSide,
): Promise<EndpointBase> {
  const { desired, provenance } = context;
  const untilMs = pauseOf(context, endpoint);
  const blank = unreadEndpoint({
    service: usable ? 'ready' : 'notReady',
    provenance: provenance.endpoints[endpoint.ref]?.how ?? 'none',
    recreate: untilMs === undefined ? (endpoint.spec.recreatePolicy ?? 'Never') : 'paused',
    listed: listedFact(desired, endpoint),
  });
  const base: EndpointBase = {
    desired: endpoint,
    facts: blank,
    actual: undefined,
    connection: undefined,
    addresses: undefined,
    placement: undefined,
    detail: undefined,
    fault: undefined,
    pausedUntilMs: untilMs,
  };
  const there = await seenBy(context, endpoint.consumer);
  const found = there.fault ? blind(there.fault) : await findEndpoint(there.value, endpoint);
  const seen = { ...base, ...found, facts: { ...base.facts, endpoint: found.state } };
  if (found.state === 'noCredentials') return withServicesWord(seen, await connections());
  if (!there.value) return seen;
  const isToBeMadeAnew = found.state === 'outdated' && blank.provenance === 'created';
  if (found.state === 'absent' || found.state === 'failed' || isToBeMadeAnew) {
    // A plan tells early that a place does not fit.
    if (!usable && !context.pass.readOnly) return seen;
    const placement = await observePlacement(there.value, endpoint, { connections, gateway }, found.actual);
    const placed = { ...seen, placement, facts: { ...seen.facts, placement: placementOf(placement.facts) } };
    const looksOn = isToBeMadeAnew && context.pass.readOnly;
    return looksOn ? withConnection(there.value, placed, await connections()) : placed;
  }
  // What is not ours yet may be connected already: a plan that is to be true has to know.
  if (!found.actual || (NOT_OURS_YET.has(found.state) && !context.pass.readOnly)) return seen;
  const placement = usable ? settledPlacement(await gateway()) : undefined;
  return withConnection(there.value, { ...seen, placement }, await connections());
}

/** Something rejects what we ask for as often as we ask: it is left alone for a while. */
function pauseOf({ provenance, pass, deps }: Reader, { ref, spec }: DesiredEndpoint): number | undefined {
  const note = provenance.recreations[ref];
  if (spec.recreatePolicy !== 'OnRejection' || !note) return undefined;
  return pausedUntilMs(note.atMs, pass.nowMs, deps.clock);
}

/** The workspace's side is seen all the same: what it says about the connection is true, and people want to know it. */
function withServicesWord(
  seen: EndpointBase,
  { value: connections }: Reading<readonly PrivateEndpointConnection[]>,
): EndpointBase {
  return { ...seen, connection: connections && connectionOf(connections, seen.desired.resourceId) };
}

async function withConnection(
  context: EndpointContext,
  seen: EndpointBase,
  connections: Reading<readonly PrivateEndpointConnection[]>,
): Promise<EndpointBase> {
  if (connections.fault) return { ...seen, fault: seen.fault ?? connections.fault };
  const connection = connectionOf(connections.value, seen.desired.resourceId);
  const coming = seen.facts.endpoint === 'provisioning';
  const own = connection || coming ? undefined : await ownWord(context, seen.desired);
  const facts = { ...seen.facts, connection: connectionFact(connection?.status ?? own) };
  const nic = seen.actual?.networkInterfaceIds[0];
  if (facts.connection !== 'approved' || nic === undefined) return { ...seen, facts, connection };
  const expected = eligibility.addressesPerEndpoint;
  const addresses = await settled(
    context,
    'the addresses of the endpoint',
    (call) => context.clients.arm.privateEndpoints.addresses(nic, call),
    (list) => (list?.length ?? 0) >= expected,
  );
  return {
    ...seen,
    facts,
    connection,
    addresses: addresses.fault ? undefined : (addresses.value ?? []),
    fault: seen.fault ?? addresses.fault,
  };
}

/** Design section 7, rule 1: a connection is an endpoint's only on equality of its ARM id. A pending one is looked at first. */
export function connectionOf(
  connections: readonly PrivateEndpointConnection[],
  resourceId: string,
): PrivateEndpointConnection | undefined {
  const own = connections.filter(({ privateEndpointId }) => same(privateEndpointId, resourceId));
  return own.find(({ status }) => status === 'Pending') ?? own.find(({ status }) => status === 'Approved') ?? own[0];
}

/**
 * A connection that the service's owner removed, or that went with the service, is shown by nobody but the endpoint
 * itself (cloud-apis 9.2). Only what cannot be undone is believed, and only from a fresh read: a new connection takes
 * its time to show, and an old list knows an endpoint that has been made anew since.
 */
async function ownWord(context: EndpointContext, { scope }: DesiredEndpoint): Promise<ConnectionStatus | undefined> {
  const fresh = await attempt(context, 'the private endpoint', () =>
    context.clients.arm.privateEndpoints.get(scope, { ...context.call, maxAgeMs: 0 }),
  );
  const status = fresh.value?.value?.connection?.status;
  return status === 'Disconnected' || status === 'Rejected' ? status : undefined;
}

export const listedFact = (desired: Desired, { resourceId }: DesiredEndpoint): EndpointFacts['listed'] =>
  rejecterOf(desired, resourceId) ? 'rejected' : 'none';

export function connectionFact(status: ConnectionStatus | undefined): EndpointFacts['connection'] {
  switch (status) {
    case undefined:
      return 'none';
    case 'Pending':
      return 'pending';
    case 'Approved':
      return 'approved';
    case 'Rejected':
      return 'rejected';
    case 'Disconnected':
      return 'disconnected';
    default:
      return 'other';
  }
}

type Found = Pick<EndpointBase, 'actual' | 'detail' | 'fault'> & { state: EndpointFacts['endpoint'] };

async function findEndpoint(context: EndpointContext, endpoint: DesiredEndpoint): Promise<Found> {
  const { privateEndpoints } = context.clients.arm;
  const find = (list: readonly PrivateEndpoint[]) => byId(list, endpoint.resourceId);
  const list = await settled(
    context,
    'the private endpoints',
    (call) => privateEndpoints.list(endpoint.scope.subscriptionId, call),
    (all) => ['ready', 'untagged'].includes(classifyEndpoint(context, endpoint, find(all)).state),
  );
  if (list.fault) return blind(list.fault);
  const found = classifyEndpoint(context, endpoint, find(list.value));
  if (found.state !== 'absent' && found.state !== 'failed') return found;
  // Lists of the resource manager lag behind: what is about to be made is looked for by its own name first. And why
  // Azure gave up is no part of any list.
  const one = await attempt(context, 'the private endpoint', () =>
    privateEndpoints.get(endpoint.scope, { ...context.call, maxAgeMs: 0 }),
  );
  return one.fault ? blind(one.fault) : classifyEndpoint(context, endpoint, one.value.value);
}

const blind = (fault: Fault): Found => ({ state: sightOf(fault), actual: undefined, detail: undefined, fault });

export function classifyEndpoint(
  { desired, provenance }: Pick<Reader, 'desired' | 'provenance'>,
  endpoint: DesiredEndpoint,
  actual: PrivateEndpoint | undefined,
): Found {
  const found = (state: Found['state'], detail?: string): Found => ({ state, actual, detail, fault: undefined });
  if (!actual) return found('absent');
  const owner = tagOf(actual.tags, OWNER_TAG);
  const noted = provenance.endpoints[endpoint.ref]?.how;
  if (owner !== undefined && owner !== desired.owner) {
    const settledDown = actual.provisioningState === 'Succeeded';
    const fits = fixedDifference(desired.service.id, endpoint, actual) === undefined;
    const gives = mayOverwrite(desired, noted ?? 'none') && settledDown && fits;
    return found(gives ? 'overwritable' : 'foreign', `its owner is ${owner}`);
  }
  const known = owner !== undefined || noted === 'adopted';
  if (!['Succeeded', 'Failed', 'Canceled'].includes(actual.provisioningState)) return found('provisioning');
  const fixed = fixedDifference(desired.service.id, endpoint, actual);
  const unadopted = !known && noted !== 'created' && desired.adoption === 'Never';
  if (unadopted) return found('unadopted', fixed ?? tagDifference(endpoint.spec.tags ?? {}, actual.tags));
  if (fixed !== undefined) return found(known ? 'outdated' : 'differs', fixed);
  // Our PUT carries our tag: what lacks it is not what our note is about, or not beyond doubt.
  if (owner === undefined && noted === 'created') return found('untagged');
  if (actual.provisioningState !== 'Succeeded') return found('failed');
  const tags = tagDifference(endpoint.spec.tags ?? {}, actual.tags);
  const strange = desired.adoption === 'Always' ? 'takeable' : 'differs';
  if (tags !== undefined) return found(known ? 'drifted' : strange, tags);
  return found(owner === undefined ? 'untagged' : 'ready');
}

/** Differences that Azure cannot correct in place (cloud-apis 9.1), the first in words. */
function fixedDifference(serviceId: string, { spec }: DesiredEndpoint, actual: PrivateEndpoint): string | undefined {
  const differs = (what: string, wanted: string, is: string | undefined) =>
    is === undefined || same(wanted, is) ? undefined : `${what} is ${is}, the spec says ${wanted}`;
  const nic = spec.networkInterfaceName;
  return (
    differs('its target', serviceId, actual.connection?.targetId ?? 'nothing') ??
    differs('its subnet', spec.subnetId, actual.subnetId) ??
    differs('its location', spec.location, actual.location.replaceAll(' ', '')) ??
    differs('its connection mode', spec.connectionMode ?? 'Manual', actual.connection?.mode) ??
    (nic === undefined ? undefined : differs('its network interface', nic, actual.customNetworkInterfaceName))
  );
}
