import { type CrossTenantMapping, crossTenantMappings } from '../../../crds/cross-tenant-mapping.ts';
import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../../../crds/managed-private-endpoint.ts';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../../crds/workspace-private-link.ts';
import { bearsName } from '../../../operator/approval/managed-endpoint.ts';
import { attempt, blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { isPausing } from '../../../operator/runtime/rivalry.ts';
import { connectionNotesOf, isUnfinishedNote } from '../connections/desired.ts';
import { same } from '../desired-names.ts';
import { workspacesNeededBy } from '../desired-needs.ts';
import { type Context, type Deps, UNSETTLED_MS } from '../reading.ts';
import type {
  AccessSeen,
  CommunicationPolicySeen,
  EndpointSeen,
  GlassSeen,
  InboundFacts,
  InboundReleaseFacts,
  OutboundFacts,
  ServiceFacts,
} from '../types.ts';
import { glassOf, LONGEST_GLASS_MS } from './desired-glass.ts';
import { lastingItems, observePreflight, observeTenant } from './observe-preflight.ts';

const MINUTE_MS = 60_000;
/** Published: Deny is in effect within 30 minutes (cloud-apis 11.1, 18). */
export const DENY_DELAY_MS = 30 * MINUTE_MS;
/** Observed: up to about 15 minutes until everything answers again after Allow. */
export const ALLOW_DELAY_MS = 15 * MINUTE_MS;
/** Published: outbound Deny is in effect within 15 minutes. */
const OUTBOUND_DELAY_MS = 15 * MINUTE_MS;

type Policy = Reading<CommunicationPolicySeen>;

/** Nothing decisive hangs on it: an answer may be this old, in published milliseconds. */
const UNPROVEN_MS = 10 * MINUTE_MS;

/** What the annotation break-glass asks for at this moment. */
export function readGlass({
  deps,
  pass,
  provenance,
}: Pick<Context, 'pass' | 'provenance'> & { deps: Deps }): GlassSeen {
  const { resource, nowMs } = pass;
  const [limitMs, hourMs] = [deps.clock.scaled(LONGEST_GLASS_MS), deps.clock.scaled(60 * MINUTE_MS)];
  return glassOf({ resource, provenance, nowMs, limitMs, hourMs });
}

/** What the spec and a break-glass together ask for at this moment. */
const wantedNow = ({ pass }: Pick<Context, 'pass'>, glass: GlassSeen): InboundFacts['wanted'] => {
  const wanted = pass.resource.spec.inbound?.publicAccess ?? 'unmanaged';
  return wanted === 'Deny' && glass.untilMs !== undefined ? 'breakGlass' : wanted;
};

/**
 * The workspace's policy through the global host. What differs from the spec, or matters because endpoints are about to
 * go, is asked of the workspace itself, however young the tenant's inventory is: that one may lag, and takes a workspace
 * that it does not list for open. `isDecisive` false: what differs is known to have no effect yet, and need not be fresh.
 */
export function readPolicy(context: Context, isDecisive = true): Promise<Policy> {
  const { call, deps, clients, desired, pass, provenance } = context;
  const { outbound } = pass.resource.spec;
  const deleting = pass.resource.metadata.deletionTimestamp !== undefined;
  const wanted = wantedNow(context, readGlass(context));
  const wantedInbound = wanted === 'breakGlass' ? 'Allow' : wanted;
  const isAsWanted = (policy: CommunicationPolicySeen) =>
    (wantedInbound === 'unmanaged' || policy.inbound === wantedInbound) &&
    (outbound === undefined || policy.outbound === outbound.publicAccess);
  // A list that still shows the door as it was before break-glass would show it closed.
  const mayLag = deleting || provenance.glassUntilMs !== undefined;
  return attempt(context, 'the communication policy', async () => {
    const ask = async (asked: Context['call']) =>
      (await clients.fabric.communicationPolicy(desired.workspaceId, asked)).value;
    const shared = mayLag ? undefined : await ask(call);
    if (shared && isAsWanted(shared)) return shared;
    const maxAgeMs = deps.clock.scaled(isDecisive ? UNSETTLED_MS : UNPROVEN_MS);
    return ask({ ...call, maxAgeMs: Math.min(maxAgeMs, call.maxAgeMs ?? maxAgeMs) });
  });
}

/** Denied, or not known to be open: then the last way in is not taken away. */
export const mayBeDenied = (policy: Policy): boolean => policy.fault !== undefined || policy.value.inbound !== 'Allow';

const actionOf = (policy: Policy | undefined, half: 'inbound' | 'outbound'): InboundFacts['inbound'] => {
  if (!policy) return 'unobservable';
  if (policy.fault) return blindness(policy.fault);
  switch (policy.value[half]) {
    case 'Allow':
      return 'Allow';
    case 'Deny':
      return 'Deny';
    default:
      return 'other';
  }
};

/** Facts of both access ladders when nothing may be read or written. */
export const unreadAccess = (context: Pick<Context, 'pass' | 'provenance' | 'deps'>): AccessSeen => {
  const { outbound } = context.pass.resource.spec;
  const glass = readGlass(context);
  return {
    inbound: {
      standing: 'notOwner',
      wanted: wantedNow(context, glass),
      inbound: 'unobservable',
      record: 'missing',
      settle: 'unknown',
      lock: 'first',
      proof: 'insufficient',
      preflight: 'blocked',
      policyWrite: 'unproven',
      tenant: 'unobservable',
      path: 'missing',
    },
    outbound: {
      standing: 'notOwner',
      wanted: outbound?.publicAccess ?? 'unmanaged',
      outbound: 'unobservable',
      record: 'missing',
      settle: 'unknown',
      tenant: 'unobservable',
    },
    policy: undefined,
    preflight: [],
    unread: [],
    inboundDueAtMs: undefined,
    outboundDueAtMs: undefined,
    glass,
  };
};

/** Facts of both access ladders for the owner of the workspace. `policy` is undefined when nothing of it is managed. */
export async function observeAccess(
  context: Context,
  capacity: ServiceFacts['capacity'],
  endpoints: readonly EndpointSeen[],
  policy: Policy | undefined,
): Promise<AccessSeen> {
  const blank = unreadAccess(context);
  const owned: InboundFacts = { ...blank.inbound, standing: 'owner', inbound: actionOf(policy, 'inbound') };
  const facts: InboundFacts = { ...owned, ...recorded(context, owned.wanted, blank.glass) };
  const outbound = outboundFacts(context, blank.outbound, policy);
  const denying = facts.wanted === 'Deny' && facts.inbound === 'Allow';
  const denyingOut = outbound.wanted === 'Deny' && outbound.outbound === 'Allow';
  // Fabric enforces no restriction while the tenant's setting is off, whatever the policy goes on to show (cloud-apis 11.1).
  const locked = facts.wanted === 'Deny' && facts.inbound === 'Deny';
  const tenant = denying || denyingOut || locked ? await observeTenant(context) : undefined;
  const preflight = denying ? await observePreflight(context, capacity) : undefined;
  const isProven = endpoints.some(({ counts }) => counts);
  // Without a proven endpoint nothing is denied, and nobody needs to know where our own calls would go, but for a plan.
  const path = denying && (isProven || context.pass.readOnly) ? await observePath(context, endpoints) : facts.path;
  return {
    ...blank,
    inbound: {
      ...facts,
      proof: isProven ? 'sufficient' : 'insufficient',
      settle: await observeEffect(context, facts),
      preflight: preflight?.fact ?? 'blocked',
      tenant: tenant?.inbound ?? 'unobservable',
      path,
    },
    outbound: { ...outbound, tenant: tenant?.outbound ?? 'unobservable' },
    policy: policy?.value,
    ...(policy?.fault && { fault: policy.fault }),
    preflight:
      preflight?.items ?? (facts.wanted === 'Deny' || facts.wanted === 'breakGlass' ? lastingItems(context) : []),
    unread: [...(preflight?.unread ?? []), ...(tenant?.unread ?? [])],
    inboundDueAtMs: dueAt(context, facts.wanted === 'Deny' ? 'deny' : 'allow'),
    outboundDueAtMs: dueAt(context, 'outbound'),
  };
}

/** When the last change of that direction is in effect, by the published delay. */
export function dueAt(
  { provenance, deps }: Pick<Context, 'provenance' | 'deps'>,
  change: 'deny' | 'allow' | 'outbound',
): number | undefined {
  const [atMs, delayMs] = {
    deny: [provenance.denyAtMs, DENY_DELAY_MS] as const,
    allow: [provenance.allowAtMs, ALLOW_DELAY_MS] as const,
    outbound: [provenance.outboundAtMs, OUTBOUND_DELAY_MS] as const,
  }[change];
  return atMs === undefined ? undefined : atMs + deps.clock.scaled(delayMs);
}

export function settleFact(dueAtMs: number | undefined, nowMs: number): InboundReleaseFacts['settle'] {
  if (dueAtMs === undefined) return 'unknown';
  return nowMs < dueAtMs ? 'before' : 'after';
}

/** We opened the workspace, or saw it opened, a short while ago: not everybody is let in from everywhere yet. */
export const isOpening = (context: Pick<Context, 'provenance' | 'deps' | 'pass'>): boolean =>
  settleFact(dueAt(context, 'allow'), context.pass.nowMs) === 'before';

/** What annotations say about inbound. */
function recorded(
  context: Context,
  wanted: InboundFacts['wanted'],
  { untilMs }: GlassSeen,
): Pick<InboundFacts, 'record' | 'settle' | 'lock' | 'policyWrite'> {
  const { provenance, clients, pass } = context;
  const known = provenance.accessBefore !== 'none';
  const isRecorded = {
    unmanaged: known,
    Allow: known,
    Deny: known && provenance.locked && provenance.glassUntilMs === undefined,
    breakGlass: provenance.glassUntilMs !== undefined && provenance.glassUntilMs === untilMs,
  }[wanted];
  return {
    record: isRecorded ? 'recorded' : 'missing',
    settle: settleFact(dueAt(context, wanted === 'Deny' ? 'deny' : 'allow'), pass.nowMs),
    lock: lockFact(context),
    policyWrite: provenance.policyWrite === clients.access.identity ? 'proven' : 'unproven',
  };
}

/** What we opened ourselves, for break-glass, is no rival's work, whatever happened before. */
function lockFact({ provenance, pass, deps }: Context): InboundFacts['lock'] {
  if (!provenance.locked) return 'first';
  const isOurs = provenance.glassUntilMs !== undefined;
  return !isOurs && isPausing(provenance.relocksMs, pass.nowMs, deps.clock) ? 'rival' : 'relock';
}

function outboundFacts(context: Context, blank: OutboundFacts, policy: Policy | undefined): OutboundFacts {
  return {
    ...blank,
    standing: 'owner',
    outbound: actionOf(policy, 'outbound'),
    record: context.provenance.outboundBefore === 'none' ? 'missing' : 'recorded',
    settle: settleFact(dueAt(context, 'outbound'), context.pass.nowMs),
  };
}

/** Asked only while the delay runs: after it, nothing of a restricted workspace is read. */
async function observeEffect(
  context: Context,
  { wanted, inbound, settle }: InboundFacts,
): Promise<InboundFacts['settle']> {
  if (wanted !== 'Deny' || inbound !== 'Deny' || settle !== 'before') return settle;
  const probe = await attempt(context, 'the workspace from here', () =>
    context.clients.fabric.probeGlobal(context.desired.workspaceId, context.call),
  );
  return probe.value?.value.kind === 'restricted' ? 'restricted' : settle;
}

/** Design section 8: either nobody here needs workspace-scoped calls, or our own way in is proven by its addresses. */
async function observePath(context: Context, endpoints: readonly EndpointSeen[]): Promise<InboundFacts['path']> {
  if (workspaceUsers(context).length === 0) return 'notNeeded';
  const probe = await attempt(context, 'the workspace through its own host', () =>
    context.clients.fabric.probeWorkspaceHost(context.desired.workspaceId, { ...context.call, maxAgeMs: 0 }),
  );
  const answer = probe.value?.value;
  if (answer?.kind !== 'answered') return 'missing';
  // Before Deny the host answers over the internet too: only the addresses prove the way, and every one of them, since
  // the next call may take another than this one did.
  const approved = new Set(
    endpoints
      .filter(({ facts }) => facts.connection === 'approved')
      .flatMap(({ addresses }) => addresses.map(({ address }) => address)),
  );
  const through = [answer.remoteAddress, ...answer.resolvedAddresses];
  const isOurs = through.every((address) => address !== undefined && approved.has(address));
  return isOurs && answer.resolvedAddresses.length > 0 ? 'proven' : 'missing';
}

/**
 * Whose spec.connections decides about a request of this workspace just now: Fabric's word is asked from there, and could
 * not be once it is closed. Only until that word has been given, or is not waited for any more.
 */
function deciders({ cached }: Pick<Context['pass'], 'cached'>, workspaceId: string): readonly WorkspacePrivateLink[] {
  return cached<WorkspacePrivateLink>(workspacePrivateLinks).filter(({ spec, metadata }) => {
    const notes = Object.values(connectionNotesOf(metadata.annotations ?? {}).matches).filter(isUnfinishedNote);
    return (spec.connections ?? []).some(
      ({ source: { managedPrivateEndpoint: managed } }) =>
        managed &&
        same(managed.workspaceId, workspaceId) &&
        notes.some(({ privateEndpointId }) => bearsName(managed, privateEndpointId)),
    );
  });
}

/** Objects of this cluster that need workspace-scoped calls on this workspace, by name. */
export function workspaceUsers({ pass, desired }: Pick<Context, 'pass' | 'desired'>): readonly string[] {
  const workspaceId = desired.workspaceId.toLowerCase();
  const users = [
    ...pass.cached<ManagedPrivateEndpoint>(managedPrivateEndpoints),
    ...pass.cached<CrossTenantMapping>(crossTenantMappings),
  ].filter((object) => workspacesNeededBy(object).includes(workspaceId));
  return [...users, ...deciders(pass, workspaceId)].map(
    ({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`,
  );
}
