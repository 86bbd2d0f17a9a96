import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { bearsName } from '../../operator/approval/managed-endpoint.ts';
import type { TenantClients } from '../../operator/clients/clouds.ts';
import { attempt, blindness } from '../../operator/runtime/reading.ts';
import { fabricServiceOf, same } from './desired-names.ts';
import { provenId } from './desired-provenance.ts';
import { type Age, tickAfter } from './paces.ts';
import { agedCall, type Context, withTheirs } from './reading.ts';
import { connectionsOf, isRejectedBy, names, type Reference, targetClients } from './target-side.ts';
import type { ArmId, Desired, Fault, PrivateEndpointConnection, Provenance, TargetFacts, TargetSeen } from './types.ts';

/**
 * Once the request is noted, the target has been found fit for it, and nothing on it bore the name. Its turn may take
 * minutes to come, and whatever shows up meanwhile the approval finds when it asks again whether ours is the only one.
 */
const requestAge = ({ provenance }: Pick<Context, 'provenance'>): Age => (provenance.request ? 'settled' : 'underWay');

/** What the cluster alone says of the target: all that counts once the endpoint is there. */
export function knownTarget(desired: Desired, { state, id, link, keepers, detail }: Reference): TargetSeen {
  return {
    facts: {
      reference: state,
      service: 'notAsked',
      workspace: 'asExpected',
      access: 'notAsked',
      listed: isRejectedBy({ keepers }, desired) ? 'rejected' : 'none',
      matches: 'notAsked',
      approver: desired.approver,
    },
    id,
    subresource: desired.subresource,
    scope: id === undefined ? undefined : fabricServiceOf(id),
    workspaceId: link?.spec.workspaceId.toLowerCase(),
    matches: [],
    warnings: desired.warnings,
    ...(link && { link: placeOf(desired, link) }),
    ...(detail !== undefined && { detail }),
  };
}

function placeOf(desired: Desired, { metadata, spec }: WorkspacePrivateLink): NonNullable<TargetSeen['link']> {
  const place = { namespace: metadata.namespace ?? '', name: metadata.name };
  const approves = spec.connections?.find((entry) => entry.decision === 'Approve' && names(entry, desired))?.name;
  return { ...place, hasConnections: spec.connections !== undefined, ...(approves !== undefined && { approves }) };
}

/** Everything that must hold before the endpoint is asked for. Read with the credentials of the target's side. */
export async function observeTarget(context: Context, reference: Reference): Promise<TargetSeen> {
  const { deps, pass, desired } = context;
  const known = knownTarget(desired, reference);
  const { id, scope } = known;
  const usable = reference.state === 'arm' || reference.state === 'allowed';
  if (!usable || id === undefined || known.facts.listed === 'rejected') return known;
  const side = await attempt(withTheirs(context), 'the credentials of the target’s side', () =>
    targetClients(deps, pass, reference),
  );
  if (side.fault) return withService(desired, known, 'refused', side.fault);
  if (!scope) return observeOther(context, known, side.value);
  const call = agedCall(context, requestAge(context));
  const read = await attempt(
    withTheirs(context),
    'the private link service of the target',
    async () => (await side.value.arm.privateLinkServices.get(scope, call)).value,
  );
  if (read.fault) return withService(desired, known, blindness(read.fault), read.fault);
  if (!read.value) return withService(desired, known, 'absent');
  const service = read.value.provisioningState === 'Succeeded' ? 'ready' : 'notReady';
  // What the service itself says outranks what somebody wants it to say.
  const workspaceId = read.value.workspaceId?.toLowerCase() ?? known.workspaceId;
  const found = withService(desired, { ...known, workspaceId }, service);
  if (service === 'notReady' || found.facts.workspace !== 'asExpected') return found;
  const access = await accessOf(context, side.value, workspaceId);
  const closed = { ...found, facts: { ...found.facts, access } };
  if (access === 'open') return { ...closed, dueAtMs: tickAfter(context, 'open') };
  if (access === 'unobservable') return closed;
  const sight = await observeMatches(context, side.value, id);
  const { fault, list, fact } = sight;
  return { ...closed, facts: { ...closed.facts, matches: fact }, matches: list, ...(fault && { fault }) };
}

/** Of an endpoint that exists already, before it is taken over: only whose workspace it leads to counts. */
export async function observeExpected(context: Context, reference: Reference, known: TargetSeen): Promise<TargetSeen> {
  if (context.desired.expectedWorkspaceId === undefined) return known;
  const { facts, workspaceId, fault } = await observeTarget(context, reference);
  return { ...known, workspaceId, facts: { ...known.facts, workspace: facts.workspace }, ...(fault && { fault }) };
}

/** By what is known without a look at the target. Where that is nothing, nothing is said. */
export const heldAgainst = (desired: Desired, known: TargetSeen): TargetSeen =>
  known.workspaceId === undefined
    ? known
    : { ...known, facts: { ...known.facts, workspace: workspaceFact(desired, known.workspaceId) } };

/** Any other resource: nothing is read of it but its connections, and those only where the operator decides. */
async function observeOther(context: Context, known: TargetSeen, side: TenantClients): Promise<TargetSeen> {
  const other: TargetSeen = { ...known, facts: { ...known.facts, service: 'otherResource' } };
  if (context.desired.approver === 'person') return other;
  const { fact, list, fault, isAbsent } = await observeMatches(context, side, known.id ?? '');
  if (isAbsent) return { ...other, facts: { ...other.facts, service: 'absent' } };
  return { ...other, facts: { ...other.facts, matches: fact }, matches: list, ...(fault && { fault }) };
}

function withService(desired: Desired, known: TargetSeen, service: TargetFacts['service'], fault?: Fault): TargetSeen {
  const workspace = workspaceFact(desired, known.workspaceId);
  return { ...known, facts: { ...known.facts, service, workspace }, ...(fault && { fault }) };
}

function workspaceFact(
  { expectedWorkspaceId, source }: Desired,
  workspaceId: string | undefined,
): TargetFacts['workspace'] {
  if (workspaceId === undefined) return expectedWorkspaceId === undefined ? 'asExpected' : 'unproven';
  if (workspaceId === source.workspaceId) return 'own';
  return expectedWorkspaceId === undefined || expectedWorkspaceId === workspaceId ? 'asExpected' : 'other';
}

/**
 * A workspace that is open needs no managed private endpoint (seed 000), and the first one has a price. One that is about
 * to be closed does: whoever waits until it is closed is cut off for as long as request and approval take.
 */
async function accessOf(
  context: Context,
  { fabric }: TenantClients,
  workspaceId: string | undefined,
): Promise<TargetFacts['access']> {
  if (workspaceId === undefined) return 'unknown';
  const closes = context.pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'workspace', workspaceId)
    .some(({ spec, metadata }) => spec.inbound?.publicAccess === 'Deny' && metadata.deletionTimestamp === undefined);
  if (closes) return 'closing';
  const call = agedCall(context, requestAge(context));
  const policy = await attempt(withTheirs(context), 'the policy of the target', () =>
    fabric.communicationPolicy(workspaceId, call),
  );
  if (policy.fault) return blindness(policy.fault) === 'refused' ? 'unknown' : 'unobservable';
  return policy.value.value.inbound === 'Allow' ? 'open' : 'closed';
}

/** As fresh as the word deserves that nothing bore the name: it is noted again when Fabric is asked again. */
function matchesAge(context: Context): Age {
  const { request } = context.provenance;
  if (!request) return 'decisive';
  return request.refused ? 'underWay' : requestAge(context);
}

type Sight = {
  fact: TargetFacts['matches'];
  list: readonly PrivateEndpointConnection[];
  /** There is no such resource. */
  isAbsent?: boolean;
  fault?: Fault;
};

async function observeMatches(context: Context, side: TenantClients, id: ArmId): Promise<Sight> {
  const connections = connectionsOf(side, id);
  if (!connections) return { fact: 'notAsked', list: [] };
  const call = agedCall(context, matchesAge(context));
  const read = await attempt(withTheirs(context), 'the connections of the target', () => connections.list(call));
  if (read.fault) return { fact: blindness(read.fault), list: [], fault: read.fault };
  if (!read.value) return { fact: 'none', list: [], isAbsent: true };
  const list = namesakesOf(context.desired, read.value);
  return { fact: matchFact(context.provenance, list), list };
}

/** Connections whose endpoint's id ends as ours would: the genuine one, and every imitation. */
export const namesakesOf = (
  { source }: Pick<Desired, 'source'>,
  list: readonly PrivateEndpointConnection[],
): readonly PrivateEndpointConnection[] => list.filter(({ privateEndpointId }) => bearsName(source, privateEndpointId));

/** Over, and never to be revived by whoever asked (cloud-apis 8). */
export const isOver = ({ status }: PrivateEndpointConnection): boolean =>
  status === 'Rejected' || status === 'Disconnected';

function matchFact(provenance: Provenance, list: readonly PrivateEndpointConnection[]): TargetFacts['matches'] {
  if (list.length === 0) return 'none';
  if (!list.every(isOver)) return 'present';
  const own = provenId(provenance);
  return list.every(({ privateEndpointId }) => same(privateEndpointId, own)) ? 'leftover' : 'dead';
}
