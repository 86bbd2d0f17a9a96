import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { toOperatorError } from '../../operator/errors.ts';
import type { Pass } from '../../operator/runtime/kind.ts';
import { inboundReleased } from './access/machine.ts';
import { mayBeDenied, observeAccess, readGlass, readPolicy, unreadAccess } from './access/observe.ts';
import {
  entryBehind,
  findService,
  observeInboundRelease,
  policyFact,
  type ServiceFound,
  serviceRemoval,
} from './access/observe-release.ts';
import {
  awaitsRequester,
  isUndecided,
  NO_CONNECTIONS,
  observeDecisions,
  revokesSomebody,
  withHolds,
} from './connections/observe.ts';
import { clientsFor, createConsumers, seenBy } from './credentials/consumers.ts';
import { isLoss, observeAbandonment, observeLoss } from './credentials/observe-abandonment.ts';
import { desiredOf } from './desired.ts';
import { provenanceOf, staleNotes, underPresentNames } from './desired-provenance.ts';
import { observeDns, unapprovedDns } from './dns/observe.ts';
import { observeDnsAhead } from './dns/observe-ahead.ts';
import { endpointRemoved } from './endpoint/machine.ts';
import { type EndpointBase, listedFact, observeEndpoint, unreadEndpoint } from './endpoint/observe.ts';
import { observeLeaving } from './endpoint/observe-leaving.ts';
import { observeRemoval, removedNames } from './endpoint/observe-removal.ts';
import { observeOutputs } from './outputs/observe.ts';
import { observeGateway } from './placement/observe-gateway.ts';
import { attempt, type Context, type Deps, type EndpointContext, once, type Reading } from './reading.ts';
import { serviceUsable } from './service/machine.ts';
import { isOthers, observeService, unreadService } from './service/observe.ts';
import type {
  Desired,
  DnsSeen,
  EndpointFacts,
  EndpointSeen,
  PrivateEndpointConnection,
  Provenance,
  RemovalSeen,
  Seen,
  ServiceFacts,
  ServiceSeen,
  WorkspacePrivateLink,
} from './types.ts';

const FINALIZER = 'fabriclink.dev/finalizer';
/** Facts that a denial is decided on may be this old, in published milliseconds. */
const DECISIVE_AGE_MS = 30_000;
/** While connections are awaited the list on the service itself is asked, which no shared list can be as fresh as. */
const CONNECTION_AGE_MS = 2_000;
/** Somebody is listed who has not asked yet: the shared list alone would let them wait for its whole period as well. */
const AWAITED_AGE_MS = 300_000;

/**
 * Reads the facts of one pass. Nothing is asked of a cloud before the object is claimed, or for an object that another
 * one outranks; after Deny has taken effect nothing of the workspace itself is read.
 */
export const observe =
  (deps: Deps) =>
  async (pass: Pass<WorkspacePrivateLink>): Promise<Seen> => {
    const { resource } = pass;
    const desired = desiredOf(resource, deps.clusterId);
    const provenance = underPresentNames(provenanceOf(resource), desired.endpoints);
    const claimed = resource.metadata.finalizers?.includes(FINALIZER) ?? false;
    const deleting = resource.metadata.deletionTimestamp !== undefined;
    const older = olderOwner(pass, desired);
    const standing = older ? 'older' : desired.notServed.whole.length > 0 ? 'notServed' : 'clear';
    // Who is only observed takes no finalizer: there will be nothing to clean up.
    const concerned = (claimed || pass.readOnly) && (deleting || standing === 'clear');
    const blank = unread({ deps, pass, provenance }, desired, { standing, claimed, older });
    if (!concerned && !deleting) return blank;
    if (!claimed && deleting) return { ...blank, release: released(false) };
    // One of an earlier life under Manage is let go of at once, and everything stays as it is.
    if (deleting && pass.readOnly) return { ...blank, release: released(true) };
    // No credentials are needed to let go of nothing: they may be what never worked, or be gone already.
    if (deleting && leavesNothing(resource, provenance)) {
      const outputs = await observeOutputs({ deps, pass, desired, provenance }, [], false);
      return { ...blank, outputs, release: released(true) };
    }
    try {
      const clients = await clientsFor(deps, pass);
      const clientsOfConsumer = createConsumers(deps, pass, clients);
      const context: Context = { deps, pass, desired, provenance, clients, clientsOfConsumer, call: pass.call };
      return await (deleting ? observeDeletion(context, blank, standing) : observeLife(context));
    } catch (thrown) {
      const error = toOperatorError(thrown);
      if (!deleting || !isLoss(error)) throw thrown;
      return observeLoss({ deps, pass, desired, provenance }, blank, error);
    }
  };

/** Of objects that name one workspace the oldest owns it; equally old ones are ordered by uid. */
function olderOwner(pass: Pass<WorkspacePrivateLink>, { workspaceId }: Desired): string | undefined {
  const age = ({ metadata }: WorkspacePrivateLink) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
  const { uid } = pass.resource.metadata;
  const older = pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'workspace', workspaceId)
    .find((other) => other.metadata.uid !== uid && age(other) < age(pass.resource));
  return older && `${older.metadata.namespace}/${older.metadata.name}`;
}

function unread(
  about: Pick<Context, 'deps' | 'pass' | 'provenance'>,
  desired: Desired,
  of: { standing: ServiceFacts['standing']; claimed: boolean; older: string | undefined },
): Seen {
  const { provenance } = about;
  return {
    desired,
    provenance,
    service: {
      facts: unreadService(of.standing, of.claimed, provenance.service),
      actual: undefined,
      workspaceName: undefined,
      capacityName: undefined,
      unread: [],
      ...(of.older !== undefined && { other: of.older }),
    },
    endpoints: desired.endpoints.map((endpoint) => ({
      desired: endpoint,
      facts: unreadEndpoint({
        service: 'notReady',
        provenance: provenance.endpoints[endpoint.name]?.how ?? 'none',
        recreate: endpoint.spec.recreatePolicy ?? 'Never',
        listed: listedFact(desired, endpoint),
      }),
      dns: unapprovedDns(endpoint.dns),
      actual: undefined,
      connection: undefined,
      addresses: [],
      counts: false,
    })),
    removals: [],
    connections: NO_CONNECTIONS,
    access: unreadAccess(about),
    outputs: undefined,
    staleNotes: {},
    release: undefined,
  };
}

/**
 * `decisive`: what this pass may decide cannot be taken back lightly (deny access, take an endpoint away), so approvals,
 * records and proofs are read fresher than the shared lists are.
 */
async function observeLife(first: Context, isDecisive = false): Promise<Seen> {
  const { spec } = first.pass.resource;
  const managesPolicy = spec.inbound !== undefined || spec.outbound !== undefined;
  const policyOf = once(() => readPolicy(first));
  const isGlassBroken = spec.inbound?.publicAccess === 'Deny' && readGlass(first).untilMs !== undefined;
  const wantsDeny = spec.inbound?.publicAccess === 'Deny' && !isGlassBroken;
  // A door that we never closed waits for a proof, perhaps for days: until there is one, no policy need be read anew.
  const isAwaited = wantsDeny && !isOrWasClosed(first.provenance);
  const opening = !managesPolicy ? undefined : isAwaited ? await readPolicy(first, false) : await policyOf();
  const removed = removedNames(first, false);
  const denies = wantsDeny && opening?.value?.inbound === 'Allow';
  // Nothing is decided about what is only observed: shared reads are fresh enough.
  const decisive = !first.pass.readOnly && (isDecisive || denies || removed.length > 0);
  const context = decisive ? { ...first, call: decisiveCall(first) } : first;

  const service = await observeService(context);
  const usable = serviceUsable(service.facts);
  const connectionsOf = once(() => observeConnections(context, service));
  const bases = await Promise.all(
    context.desired.endpoints.map((endpoint) =>
      // An entry that came back under its name while its old endpoint is still being removed waits for that.
      observeEndpoint(context, endpoint, usable && !removed.includes(endpoint.name), {
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
    removed.length > 0 && (await deniedOf()) ? await observeLeaving(context, removed, await connectionsOf()) : [];
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
    endpoints: endpoints.map((endpoint) => withHold(endpoint, endpoints, denied)),
    removals,
    connections: withHolds(context, connections, endpoints, denied),
    // What stands in the way changes slowly, and settings are read under a small quota: at the shared pace.
    access: withoutOpening(context, service, await observeAccess(first, service.facts.capacity, endpoints, policy)),
    outputs: await observeOutputs(context, endpoints, usable),
    staleNotes: staleNotes(context.pass.resource, context.desired),
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
    ...(base.fault && { fault: base.fault }),
  };
}

/** While access may be denied, an approved endpoint is held unless another one is a proven way in. */
function withHold(endpoint: EndpointSeen, all: readonly EndpointSeen[], denied: boolean): EndpointSeen {
  const otherWay = all.some((other) => other !== endpoint && other.counts);
  const mayBeTheWay = !['rejected', 'disconnected'].includes(endpoint.facts.connection);
  const hold = denied && mayBeTheWay && !otherWay ? 'held' : 'free';
  return {
    ...endpoint,
    facts: { ...endpoint.facts, hold },
    dns: { ...endpoint.dns, facts: { ...endpoint.dns.facts, hold } },
  };
}

async function observeRemovals(
  context: Context,
  names: readonly string[],
  endpoints: readonly EndpointSeen[],
  connectionsOf: () => Promise<Reading<readonly PrivateEndpointConnection[]>>,
  denied: boolean,
): Promise<readonly RemovalSeen[]> {
  const connections = await connectionsOf();
  const otherWay = endpoints.some(({ counts }) => counts);
  return Promise.all(
    names.map((name, index) =>
      observeRemoval(context, {
        name,
        deleting: false,
        gate: denied && !otherWay ? 'lastProof' : 'open',
        policy: context.pass.resource.spec.deletionPolicy ?? 'DeleteCreated',
        connections,
        keepsZones: index === 0,
      }),
    ),
  );
}

async function observeDeletion(context: Context, blank: Seen, standing: ServiceFacts['standing']): Promise<Seen> {
  const { spec } = context.pass.resource;
  const mayWrite = standing !== 'notServed';
  const policy = mayWrite ? (spec.deletionPolicy ?? 'DeleteCreated') : 'Retain';
  const service = await findService(context);
  const isOwner = standing === 'clear' && !isOthers(context, service.actual);
  const inbound = await observeInboundRelease(context, service, isOwner);
  const life = isOwner && isToRelock(context) ? await observeLife(context) : undefined;
  const isGone = life?.access.fault?.error.status === 404 && service.state === 'absent';
  const relocks = life !== undefined && !isGone;
  const access = inboundReleased(inbound.inbound) && !relocks ? 'released' : 'pending';
  const connections: Reading<readonly PrivateEndpointConnection[]> = service.actual
    ? { value: service.actual.connections }
    : service.fault
      ? { fault: service.fault }
      : { value: [] };
  const held = mayWrite && (await locksOut(context, service, isOwner));
  const found = await Promise.all(
    removedNames(context, true).map((name, index) =>
      observeRemoval(context, {
        name,
        deleting: true,
        gate: access === 'pending' ? 'awaitingAccess' : held ? 'lastProof' : 'open',
        policy,
        connections,
        keepsZones: index === 0,
      }),
    ),
  );
  const { removals, abandonment } = await observeAbandonment(context, found);
  const allRemoved = removals.every(({ facts }) => endpointRemoved(facts));
  const question = { claimed: true, access, policy, service, connections, removals, allRemoved } as const;
  const outputs = await observeOutputs(context, [], false);
  return {
    ...blank,
    ...(relocks && { access: life.access, endpoints: life.endpoints }),
    removals,
    connections: stillShown(context.desired, connections.value ?? []),
    outputs,
    ...(abandonment && { abandonment }),
    release: { ...inbound, ...serviceRemoval(context, question), relocks },
  };
}

/** Nothing is decided any more; who is connected, and by which entry, people want to know all the more. */
function stillShown(desired: Desired, list: readonly PrivateEndpointConnection[]): Seen['connections'] {
  const decidedBy = list.flatMap((connection) => {
    const { privateEndpointId, status } = connection;
    const entry = entryBehind(desired, connection);
    if (privateEndpointId === undefined || status === 'Pending') return [];
    return [[privateEndpointId.toLowerCase(), entry === undefined ? 'unlisted' : `connections/${entry}`] as const];
  });
  return { ...NO_CONNECTIONS, list, decidedBy: Object.fromEntries(decidedBy) };
}

/**
 * Deletion leaves the door as it was before somebody broke the glass. Where that was closed, and onDelete does not
 * restore what was open before us, it is closed again first, as in life: when the time is over or the annotation is
 * gone, and with a proven way in. Only then do the endpoints go.
 */
function isToRelock({ pass, provenance }: Context): boolean {
  const { publicAccess, onDelete } = pass.resource.spec.inbound ?? {};
  const opens = onDelete === 'Restore' && provenance.accessBefore === 'Allow';
  const isOpened = provenance.locked && provenance.glassUntilMs !== undefined;
  return publicAccess === 'Deny' && isOpened && !opens;
}

/**
 * We closed the workspace, and the spec, which has since lost its inbound section, does not say what the deletion does
 * with that; or it says Restore, and what there was before is no longer written down. To take the endpoints away would
 * leave no way in, which nobody has asked for. Where another owner has the door, Restore opens nothing here.
 */
async function locksOut(context: Context, service: ServiceFound, isOwner: boolean): Promise<boolean> {
  const { onDelete } = context.pass.resource.spec.inbound ?? {};
  const { locked, denyAtMs, accessBefore } = context.provenance;
  const isSaid = onDelete === 'Keep' || (onDelete === 'Restore' && accessBefore !== 'none' && isOwner);
  // Noted before the call: what happened to it, the policy tells.
  const isOurs = locked || denyAtMs !== undefined;
  if (isSaid || (isOwner && !isOurs) || removedNames(context, true).length === 0) return false;
  const policy = policyFact(await readPolicy(context), service);
  return policy !== 'Allow' && policy !== 'absent';
}

/**
 * Nothing of ours is to be taken down, and no door is ours to open: nothing was ever noted, hence nothing was ever sent;
 * or everything is to be retained and public access was never denied by us.
 */
function leavesNothing({ spec }: WorkspacePrivateLink, provenance: Provenance): boolean {
  const { accessBefore, denyAtMs, locked } = provenance;
  if (accessBefore !== 'none' || denyAtMs !== undefined || locked) return false;
  if (spec.deletionPolicy === 'Retain') return true;
  const { service, endpoints, zoneGroups, records, zones, links } = provenance;
  return (
    service === 'none' &&
    [endpoints, zoneGroups, records, zones, links].every((noted) => Object.keys(noted).length === 0)
  );
}

/** Nothing is to be taken down. */
const released = (claimed: boolean): Seen['release'] => ({
  inbound: {
    standing: 'notOwner',
    onDelete: 'none',
    inbound: 'unobservable',
    before: 'missing',
    denied: false,
    settle: 'unknown',
    call: 'unobservable',
  },
  inboundDueAtMs: undefined,
  service: {
    claimed,
    access: 'released',
    endpoints: 'gone',
    connections: 'unobservable',
    service: 'unobservable',
    provenance: 'none',
    policy: 'Retain',
  },
  actual: undefined,
  liveConnections: [],
  relocks: false,
});
