import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { SETTLE_MS } from '../../operator/approval/managed-endpoint.ts';
import { attempt, blindness, type Reading } from '../../operator/runtime/reading.ts';
import { pausedUntilMs } from '../../operator/runtime/rivalry.ts';
import { cooldownSubject, endpointKey, same } from './desired-names.ts';
import { isOpenApproval } from './desired-provenance.ts';
import { type Age, echoPace, type Tick, tickAfter } from './paces.ts';
import { agedCall, type Context } from './reading.ts';
import type {
  ArmId,
  Desired,
  EndpointFacts,
  Fault,
  LedgerEntry,
  ManagedEndpointRow,
  ManagedPrivateEndpoint,
  Provenance,
  Seen,
} from './types.ts';

type Rows = readonly ManagedEndpointRow[];
type Endpoint = Seen['endpoint'];
type State = EndpointFacts['endpoint'];

/** The list of the source workspace: one call serves every object that lives there. */
export function readRows(context: Context, age: Age, sinceMs?: number): Promise<Reading<Rows>> {
  const { workspaceId } = context.desired.source;
  return attempt(context, `the managed private endpoints of workspace ${workspaceId}`, async () => {
    const call = agedCall(context, age, sinceMs);
    return (await context.clients.fabric.managedPrivateEndpoints(workspaceId, call)).value;
  });
}

/** The list, as fresh as the matter deserves, and what it does not show of ours. */
export async function observeRows(context: Context, targetId: ArmId | undefined): Promise<Reading<Rows>> {
  return withNoted(context, await agedRows(context, targetId));
}

/**
 * A list may lag: before the endpoint that we noted counts as gone, Fabric is asked for it by its id. Not again once its
 * end is noted.
 */
export async function withNoted(context: Context, rows: Reading<Rows>): Promise<Reading<Rows>> {
  const { endpoint, request } = context.provenance;
  const isAwaited = endpoint !== undefined && (request !== undefined || endpoint.how === 'adopted');
  // Another one of its name is listed: names are unique in a workspace.
  if (rows.fault || !isAwaited || rowOf(context.desired, rows.value)) return rows;
  const { workspaceId } = context.desired.source;
  const read = await attempt(context, `managed private endpoint ${endpoint.id} of workspace ${workspaceId}`, () =>
    context.clients.fabric.managedPrivateEndpoint(workspaceId, endpoint.id, context.pass.call),
  );
  if (read.fault) return read;
  return { value: read.value ? [...rows.value, read.value] : rows.value };
}

/** An old list is enough while it shows nothing to be done; else it is asked again. */
async function agedRows(context: Context, targetId: ArmId | undefined): Promise<Reading<Rows>> {
  const first = await readRows(context, 'rest');
  if (first.fault) return first;
  const { state } = stateIn(context, first.value, targetId);
  const { endpoint } = context.provenance;
  if (isOpenApproval(context.provenance)) {
    const { age, sinceMs } = echoPace(context, context.provenance.match?.approvedAtMs ?? 0);
    return readRows(context, age, sinceMs);
  }
  if (state === 'approved' && endpoint) return first;
  if (state === 'nameTaken') return readRows(context, 'unsettled');
  return readRows(context, ageFor(context, state));
}

/** What we make ourselves is in the list at once; of what others make meanwhile Fabric refuses a second one. */
function ageFor({ provenance: { request }, desired }: Pick<Context, 'provenance' | 'desired'>, state: State): Tick {
  // Noted, and in the line of those who are created one after the other.
  if (state === 'absent') return request ? 'beside' : 'underWay';
  if (state === 'deleting') return 'underWay';
  if (state !== 'provisioning' && state !== 'pending') return 'awaited';
  if (desired.approver === 'operator') return 'beside';
  return state === 'provisioning' ? 'underWay' : 'awaited';
}

/** The facts of the endpoint's ladder that the list and the annotations tell. */
export function endpointOf(
  context: Context,
  rows: Reading<Rows>,
  target: { id: ArmId | undefined; facts: { listed: EndpointFacts['listed'] } },
): Endpoint {
  const { desired, provenance } = context;
  const untilMs = pauseOf(context);
  const recreate = untilMs === undefined ? desired.recreate : 'paused';
  const base = { ...blankEndpoint(desired, provenance), claimed: true, listed: target.facts.listed, recreate } as const;
  if (rows.fault) return { facts: { ...base, endpoint: blindState(rows.fault) }, row: undefined, fault: rows.fault };
  const { state, row, twin } = stateIn(context, rows.value, target.id);
  return {
    facts: { ...base, endpoint: state, origin: originOf(provenance, row) },
    row,
    // At the tick, with all others who wait for this list: what it shows then is news to all of them.
    dueAtMs: tickAfter(context, state === 'provisioning' ? ageFor(context, state) : 'open'),
    ...(twin && { twin, ...keeperOf(context, twin.name) }),
    ...(untilMs !== undefined && { pausedUntilMs: untilMs }),
  };
}

/** Whose endpoint that is, where an object of this cluster names it. */
function keeperOf({ desired, pass }: Context, name: string): Pick<Endpoint, 'twinOf'> {
  const key = endpointKey({ ...desired.source, name });
  const [keeper] = pass.indexed<ManagedPrivateEndpoint>(managedPrivateEndpoints, 'endpoint', key);
  return keeper ? { twinOf: `${keeper.metadata.namespace}/${keeper.metadata.name}` } : {};
}

/** Something rejects what we ask for as often as we ask: it is left alone for a while. */
function pauseOf({ desired, provenance, pass, deps }: Context): number | undefined {
  const { recreations } = provenance;
  if (desired.recreate !== 'OnRejection' || !recreations) return undefined;
  return pausedUntilMs(recreations.atMs, pass.nowMs, deps.clock);
}

/** Of an object about whose endpoint nothing has been read. */
export const blankEndpoint = (desired: Desired, provenance: Provenance): EndpointFacts => ({
  standing: 'clear',
  claimed: false,
  target: 'notRequestable',
  cooldown: 'over',
  request: provenance.request ? 'noted' : 'none',
  endpoint: 'unobservable',
  origin: originOf(provenance, undefined),
  adoption: desired.adoption,
  recreate: desired.recreate,
  listed: 'none',
  approver: desired.approver,
});

/** No capacity, or not there for us: nobody learns from the workspace what became of its endpoints. */
export const tellsNothing = ({ reason }: Fault['error']): boolean =>
  reason === 'UnsupportedSku' || reason === 'WorkspaceNotFound';

/** What is known of the state when the list itself was refused. */
export function blindState(fault: Fault): State {
  const { reason } = fault.error;
  if (reason === 'NoPrivatePath') return 'restricted';
  if (reason === 'UnsupportedSku') return 'unsupported';
  if (reason === 'CapacityNotActive') return 'paused';
  return blindness(fault);
}

export const rowOf = ({ source }: Pick<Desired, 'source'>, rows: Rows): ManagedEndpointRow | undefined =>
  rows.find(({ name }) => same(name, source.name));

function originOf({ endpoint, request }: Provenance, row: ManagedEndpointRow | undefined): EndpointFacts['origin'] {
  if (endpoint && (!row || same(row.id, endpoint.id))) return endpoint.how;
  // Ours, and not noted before a list shows it: whoever notes it and then reads an older list takes it for lost.
  const isAsked = request !== undefined && !request.refused;
  if (row?.isUnlisted && !endpoint && isAsked) return 'created';
  if (row) return !endpoint && isAsked ? 'fresh' : 'foreign';
  return isAsked ? 'fresh' : 'none';
}

type Found = { state: State; row: ManagedEndpointRow | undefined; twin?: ManagedEndpointRow };

function stateIn(context: Context, rows: Rows, targetId: ArmId | undefined): Found {
  const { desired } = context;
  const row = rowOf(desired, rows);
  if (!row) {
    const twin = rows.find(
      (one) => leadsTo(one, targetId, desired.subresource) && one.provisioningState !== 'Deleting',
    );
    return twin ? { state: 'targetTaken', row, twin } : { state: 'absent', row };
  }
  if (row.provisioningState === 'Deleting') return { state: 'deleting', row };
  // Of a WorkspacePrivateLink that is gone nobody knows where it led.
  const isElsewhere = targetId !== undefined && !mayLeadTo(row, targetId, desired.subresource);
  return { state: isElsewhere ? 'nameTaken' : connectionState(context, row), row };
}

/** The pair of target and sub-resource is what makes two endpoints of a workspace the same (cloud-apis 12.1). */
const leadsTo = (row: ManagedEndpointRow, targetId: ArmId | undefined, subresource: string | undefined): boolean =>
  same(row.targetId, targetId) && (row.subresource ?? '').toLowerCase() === (subresource ?? '').toLowerCase();

/** Of a row of our own name: a sub-resource that nobody names is no difference, least of all one to delete the row for. */
const mayLeadTo = (row: ManagedEndpointRow, targetId: ArmId, subresource: string | undefined): boolean =>
  same(row.targetId, targetId) &&
  (row.subresource === undefined || subresource === undefined || same(row.subresource, subresource));

const CONNECTION: Readonly<Record<string, State>> = {
  Approved: 'approved',
  Pending: 'pending',
  Rejected: 'rejected',
  Disconnected: 'disconnected',
};

/** With no word of the approval beside them. */
const BLANK: ReadonlySet<string> = new Set(['Provisioning', 'Succeeded', 'Updating']);

function connectionState({ deps, pass, provenance }: Context, row: ManagedEndpointRow): State {
  if (row.provisioningState === 'Failed') return 'failed';
  const status = row.connection?.status;
  if (status !== undefined) return CONNECTION[status] ?? 'unknown';
  if (!BLANK.has(row.provisioningState)) return 'unknown';
  // "Provisioning and a blank approval" is how the portal shows an endpoint that waits for its approval; Succeeded says
  // nothing about approval, and no state is one that is not known yet (12.3).
  const atMs = provenance.request?.atMs ?? 0;
  return pass.nowMs < atMs + deps.clock.scaled(SETTLE_MS) ? 'provisioning' : 'pending';
}

/** Fabric's cool-down, from the ledger: the note outlives the object that made it. */
export async function observeCooldown(
  context: Context,
  targetId: ArmId,
): Promise<{ fact: EndpointFacts['cooldown']; untilMs?: number; fault?: Fault }> {
  const { desired, deps, pass } = context;
  const subject = cooldownSubject(desired.source.workspaceId, targetId, desired.subresource);
  const read = await attempt(context, 'the ledger', () =>
    deps.ledger.find({ what: 'managedEndpointDeleted', subject }, pass.signal),
  );
  if (read.fault) return { fact: 'unobservable', fault: read.fault };
  return read.value ? { fact: 'before', untilMs: Date.parse(read.value.until) } : { fact: 'over' };
}

/**
 * Published: a request to the same target fails within 15 minutes after a deletion (cloud-apis 12.1: "at least"). One
 * more, since this is counted from before the call, and Fabric counts from when it got it.
 */
const COOLDOWN_MS = 960_000;

/** To be written before the DELETE, or when somebody else's is noticed. */
export function cooldownEntry(
  { deps, pass, desired }: Pick<Context, 'deps' | 'pass' | 'desired'>,
  targetId: ArmId,
  why: string,
): LedgerEntry {
  const { kind, metadata } = pass.resource;
  const nowMs = deps.clock.now();
  return {
    what: 'managedEndpointDeleted',
    subject: cooldownSubject(desired.source.workspaceId, targetId, desired.subresource),
    object: { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' },
    at: new Date(nowMs).toISOString(),
    until: new Date(nowMs + deps.clock.scaled(COOLDOWN_MS)).toISOString(),
    why,
    left: [],
  };
}
