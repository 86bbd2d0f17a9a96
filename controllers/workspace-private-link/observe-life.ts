import { attempt, type Reading } from '../../operator/runtime/reading.ts';
import { isOpening, mayBeDenied, observeAccess, readGlass, readPolicy } from './access/observe.ts';
import { awaitsRequester, isUndecided, observeDecisions, revokesSomebody, withHolds } from './connections/observe.ts';
import { seenBy } from './credentials/consumers.ts';
import { noteKeys } from './desired-endpoint-notes.ts';
import { same } from './desired-names.ts';
import { staleNotes } from './desired-provenance.ts';
import { observeDns, unapprovedDns } from './dns/observe.ts';
import { observeDnsAhead } from './dns/observe-ahead.ts';
import { type EndpointBase, observeEndpoint } from './endpoint/observe.ts';
import { observeLeaving } from './endpoint/observe-leaving.ts';
import { observeRemoval, type Removed, removedThings } from './endpoint/observe-removal.ts';
import { observeOutputs } from './outputs/observe.ts';
import { observeGateway } from './placement/observe-gateway.ts';
import { type Context, type EndpointContext, once } from './reading.ts';
import { serviceUsable } from './service/machine.ts';
import { isOthers, observeService } from './service/observe.ts';
import type {
  DnsSeen,
  EndpointFacts,
  EndpointSeen,
  PrivateEndpointConnection,
  Provenance,
  RemovalSeen,
  Seen,
  ServiceSeen,
} from './types.ts';

/** Facts that a denial is decided on may be this old, in published milliseconds. */
const DECISIVE_AGE_MS = 30_000;
/** While connections are awaited the list on the service itself is asked, which no shared list can be as fresh as. */
const CONNECTION_AGE_MS = 2_000;
/** Somebody is listed who has not asked yet: the shared list alone would let them wait for its whole period as well. */
const AWAITED_AGE_MS = 300_000;

/**
 * `decisive`: what this pass may decide cannot be taken back lightly (deny access, take an endpoint away), so approvals,
 * records and proofs are read fresher than the shared lists are.
 */
export async function observeLife(first: Context, isDecisive = false): Promise<Seen> {
  const { spec } = first.pass.resource;
  const managesPolicy = spec.inbound !== undefined || spec.outbound !== undefined;
  const policyOf = once(() => readPolicy(first));
  const isGlassBroken = spec.inbound?.publicAccess === 'Deny' && readGlass(first).untilMs !== undefined;
  const wantsDeny = spec.inbound?.publicAccess === 'Deny' && !isGlassBroken;
  // A door that we never closed waits for a proof, perhaps for days: until there is one, no policy need be read anew.
  const isAwaited = wantsDeny && !isOrWasClosed(first.provenance);
  const opening = !managesPolicy ? undefined : isAwaited ? await readPolicy(first, false) : await policyOf();
  const removed = removedThings(first, false);
  const denies = wantsDeny && opening?.value?.inbound === 'Allow';
  // Nothing is decided about what is only observed: shared reads are fresh enough.
  const decisive = !first.pass.readOnly && (isDecisive || denies || removed.length > 0);
  const context = decisive ? { ...first, call: decisiveCall(first) } : first;

  const service = await observeService(context);
  const usable = serviceUsable(service.facts);
  const connectionsOf = once(() => observeConnections(context, service));
  const bases = await Promise.all(
    context.desired.endpoints.map((endpoint) =>
      observeEndpoint(context, endpoint, usable, {
        connections: connectionsOf,
        gateway: () => observeGateway(context, endpoint),
      }),
    ),
  );
  // What break-glass opened is to be closed again, and without a proven way in that could not be done.
  const isToBeClosed = isGlassBroken && first.provenance.locked;
  // The spec may say Allow, or nothing, and somebody may have denied since the policy was last read.
  const deniedOf = once(async () => isToBeClosed || mayBeDenied(await readPolicy(context)));
  const leaving =
    removed.length > 0 && (isOpening(context) || (await deniedOf()))
      ? await observeLeaving(context, removed, await connectionsOf())
      : [];
  const endpoints = await Promise.all(bases.map((base) => withDns({ ...context, leaving }, base, bases)));
  const replaces = endpoints.some(
    ({ facts, dns }) =>
      facts.endpoint === 'outdated' ||
      ['moved', 'grouped', 'takeable'].includes(dns.facts.records) ||
      dns.facts.links === 'last',
  );
  const shown = service.actual?.connections ?? [];
  const mayAsk = usable || (first.pass.readOnly && service.actual !== undefined);
  const connections = await observeDecisions(context, mayAsk, connectionsOf, shown);
  const takesAway = replaces || revokesSomebody(connections);
  const mattersForHold = removed.length > 0 || takesAway;
  const mayReadAnew = !decisive && !first.pass.readOnly;
  if (takesAway && mayReadAnew) return observeLife(first, true);
  const denied = mattersForHold && (await deniedOf());
  // What says Allow since a moment ago lets nobody in yet whom a way of ours would not.
  const isClosed = denied || (mattersForHold && isOpening(context));
  const removals = removed.length > 0 ? await observeRemovals(context, removed, endpoints, connectionsOf, denied) : [];
  const nothingFollows = isAwaited && !mattersForHold && !endpoints.some(({ counts }) => counts);
  const policy = nothingFollows ? opening : managesPolicy || mattersForHold ? await policyOf() : undefined;
  // The door turned out to be open only now, by another answer than the first: what it would be closed on is read anew.
  const isDenying = wantsDeny && policy?.value?.inbound === 'Allow' && endpoints.some(({ counts }) => counts);
  if (isDenying && mayReadAnew) return observeLife(first, true);
  return {
    ...(first.pass.readOnly && { onlyObserved: true }),
    desired: context.desired,
    provenance: context.provenance,
    service,
    endpoints: endpoints.map((endpoint) => withHold(context, endpoint, endpoints, isClosed)),
    removals,
    connections: withHolds(context, connections, endpoints, isClosed),
    // What stands in the way changes slowly, and settings are read under a small quota: at the shared pace.
    access: withoutOpening(context, service, await observeAccess(first, service.facts.capacity, endpoints, policy)),
    outputs: await observeOutputs(context, endpoints, usable),
    staleNotes: { ...staleNotes(context.pass.resource, context.desired), ...groupNotesOfNothing(context, endpoints) },
    release: undefined,
  };
}

/**
 * Whose mark is on the service owns the door, too: nobody else opens what they may have closed. Break-glass does, for a
 * person asks for it; and nothing can be closed here, where no endpoint counts.
 */
function withoutOpening(context: Context, { actual }: ServiceSeen, access: Seen['access']): Seen['access'] {
  if (!isOthers(context, actual)) return access;
  const { inbound, outbound } = access;
  return {
    ...access,
    ...(inbound.wanted === 'Allow' && { inbound: { ...inbound, standing: 'notOwner' } }),
    ...(outbound.wanted === 'Allow' && { outbound: { ...outbound, standing: 'notOwner' } }),
  };
}

/** By our notes: a Deny was in place, or under way. */
const isOrWasClosed = ({ locked, denyAtMs, glassUntilMs }: Provenance): boolean =>
  locked || denyAtMs !== undefined || glassUntilMs !== undefined;

function decisiveCall({ call, deps }: Context): Context['call'] {
  const maxAgeMs = deps.clock.scaled(DECISIVE_AGE_MS);
  return { ...call, maxAgeMs: Math.min(maxAgeMs, call.maxAgeMs ?? maxAgeMs) };
}

/**
 * The connections that the shared list of services shows, as long as they show every endpoint approved and nothing to
 * decide; else the service's own.
 */
async function observeConnections(
  context: Context,
  { actual, fault }: ServiceSeen,
): Promise<Reading<readonly PrivateEndpointConnection[]>> {
  if (!actual) return fault ? { fault } : { value: [] };
  const approved = (id: string) =>
    actual.connections.some(
      ({ privateEndpointId, status }) => status === 'Approved' && privateEndpointId?.toLowerCase() === id.toLowerCase(),
    );
  const { desired, clients, deps } = context;
  const { connections } = actual;
  const isSettled =
    desired.endpoints.every(({ resourceId }) => approved(resourceId)) && !isUndecided(context, connections);
  if (isSettled && !awaitsRequester(context, connections)) return { value: connections };
  const maxAgeMs = deps.clock.scaled(isSettled ? AWAITED_AGE_MS : CONNECTION_AGE_MS);
  return attempt(context, 'the connections of the service', async () => {
    const call = { ...context.call, maxAgeMs };
    return (await clients.arm.privateLinkServices.connections(desired.service.scope, call)).value;
  });
}

/** The endpoint is as it will be, and so are its addresses. */
const STAYS: ReadonlySet<EndpointFacts['endpoint']> = new Set([
  'ready',
  'untagged',
  'drifted',
  'takeable',
  'overwritable',
]);

/** A plan asks for more than the next rung: what is behind an approval, or behind a zone that is to be made. */
async function lookedAhead(
  context: EndpointContext,
  base: EndpointBase,
  all: readonly EndpointBase[],
  { facts, proof }: DnsSeen,
): Promise<DnsSeen> {
  const isThere = STAYS.has(base.facts.endpoint) && base.addresses !== undefined;
  const far = isThere && facts.zone !== 'absent' ? await observeDns(context, base, all) : undefined;
  if (!far || far.facts.zone === 'absent') return { ...(await observeDnsAhead(context, base, all)), facts, proof };
  return { ...far, ahead: { facts: far.facts, proof: far.proof.facts.proof }, facts, proof };
}

async function withDns(context: Context, base: EndpointBase, all: readonly EndpointBase[]): Promise<EndpointSeen> {
  const settledDown = ['ready', 'untagged', 'drifted'].includes(base.facts.endpoint);
  const approved = base.facts.service === 'ready' && settledDown && base.facts.connection === 'approved';
  const looks = context.pass.readOnly;
  const there = approved || looks ? await seenBy(context, base.desired.consumer) : undefined;
  const near = approved && there?.value ? await observeDns(there.value, base, all) : unapprovedDns(base.desired.dns);
  const isNear = approved && near.facts.zone !== 'absent';
  const dns = looks && there?.value && !isNear ? await lookedAhead(there.value, base, all, near) : near;
  const { requires } = context.desired;
  const { records, links } = dns.facts;
  const { proof, verify } = dns.proof.facts;
  // A proof does not count while what it rests on is about to be moved or taken away, perhaps in this very pass.
  const lasts = !['moved', 'grouped', 'takeable'].includes(records) && links !== 'last';
  const proven = proof === 'proven' && lasts && (requires !== 'Resolve' || verify === 'Resolve');
  return {
    desired: base.desired,
    facts: base.facts,
    dns,
    actual: base.actual,
    connection: base.connection,
    addresses: base.addresses ?? [],
    // What the list rejects is about to go, or ought to: nobody else is cut off because of it.
    counts: approved && base.facts.listed === 'none' && (requires === 'None' || proven),
    ...(base.placement && { placement: base.placement }),
    ...(base.detail !== undefined && { detail: base.detail }),
    ...(base.pausedUntilMs !== undefined && { pausedUntilMs: base.pausedUntilMs }),
    ...(base.fault && { fault: base.fault }),
  };
}

/**
 * Names still lead to the one when another endpoint goes. With a zone group all records of its names go, also those that
 * the group of this one has written over them in the same zone.
 */
const outlasts = ({ provenance }: Pick<Context, 'provenance'>, { desired }: EndpointSeen, goingRef: string): boolean =>
  desired.dns?.mode !== 'ZoneGroup' || !same(provenance.zoneGroups[goingRef], desired.dns.zoneId);

/** While access may be denied, an approved endpoint is held unless another one is a proven way in. */
function withHold(
  context: Context,
  endpoint: EndpointSeen,
  all: readonly EndpointSeen[],
  denied: boolean,
): EndpointSeen {
  const otherWay = all.some(
    (other) => other !== endpoint && other.counts && outlasts(context, other, endpoint.desired.ref),
  );
  const mayBeTheWay = !['rejected', 'disconnected'].includes(endpoint.facts.connection);
  const hold = denied && mayBeTheWay && !otherWay ? 'held' : 'free';
  return {
    ...endpoint,
    facts: { ...endpoint.facts, hold },
    dns: { ...endpoint.dns, facts: { ...endpoint.dns.facts, hold } },
  };
}

/** In mode Records, in place: a zone group of before has been seen to be gone. */
const groupNotesOfNothing = (
  { provenance }: Context,
  endpoints: readonly EndpointSeen[],
): Readonly<Record<string, null>> =>
  Object.fromEntries(
    endpoints
      .filter(({ dns }) => dns.facts.wanted === 'Records' && dns.facts.records === 'met')
      .flatMap(({ desired }) => noteKeys(provenance, desired.ref, 'zone-group').map((key) => [key, null])),
  );

async function observeRemovals(
  context: Context,
  removed: readonly Removed[],
  endpoints: readonly EndpointSeen[],
  connectionsOf: () => Promise<Reading<readonly PrivateEndpointConnection[]>>,
  denied: boolean,
): Promise<readonly RemovalSeen[]> {
  const { spec } = context.pass.resource;
  const connections = await connectionsOf();
  const hasOtherWay = (ref: string) => endpoints.some((one) => one.counts && outlasts(context, one, ref));
  // The spec opens it, and Fabric takes its quarter of an hour until everybody is let in: as before a deletion.
  const opens = denied && spec.inbound?.publicAccess === 'Allow' && context.provenance.accessBefore !== 'none';
  const waits = opens || (!denied && isOpening(context));
  const closed = waits ? 'awaitingAccess' : denied ? 'lastProof' : 'open';
  return Promise.all(
    removed.map((one, index) =>
      observeRemoval(context, {
        ...one,
        deleting: false,
        gate: hasOtherWay(one.ref) ? 'open' : closed,
        policy: spec.deletionPolicy ?? 'DeleteCreated',
        connections,
        keepsZones: index === 0,
        stays: endpoints,
      }),
    ),
  );
}
