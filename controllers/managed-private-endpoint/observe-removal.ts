import type { OperatorError } from '../../operator/errors.ts';
import { isAbandoned, observeLoss, PATIENCE_MS, personGivesUp } from '../../operator/runtime/loss/observe.ts';
import { attempt } from '../../operator/runtime/reading.ts';
import { same, timeOf } from './desired-names.ts';
import { isOpenApproval, isOurRow, provenId } from './desired-provenance.ts';
import { isStillOpen, observeApproval } from './observe-approval.ts';
import { blindState, readRows, rowOf, tellsNothing, withNoted } from './observe-endpoint.ts';
import { isOver, knownTarget, namesakesOf } from './observe-target.ts';
import { agedCall, type Context, type Deps, type MyPass, type Reader, withTheirs } from './reading.ts';
import { connectionsOf, referenceOf, targetClients, whereApproved } from './target-side.ts';
import type { ApprovalSeen, Desired, Fault, LossSeen, Provenance, RemovalFacts, RemovalSeen, Seen } from './types.ts';

/** Published: how long the end of a deletion that cannot be seen is waited for; a row goes within minutes (cloud-apis 12.2). */
const UNSEEN_MS = 900_000;
/** Published: how long a list may take to show what Fabric has just been asked for; none is documented. */
const UNLISTED_MS = 300_000;

/** Created by us, or adopted and asked for by name: nothing else is ever taken away. */
export function wishOf({ deletion }: Desired, provenance: Provenance): RemovalFacts['wish'] {
  if (deletion === 'Retain') return 'keep';
  return isOurs(provenance) || (provenance.endpoint && deletion === 'DeleteAll') ? 'delete' : 'keep';
}

/** Made by the object that bears these notes, or asked for. */
export const isOurs = ({ endpoint, request }: Provenance): boolean =>
  endpoint ? endpoint.how === 'created' : request !== undefined && !request.refused;

export const KEPT: RemovalFacts = {
  claimed: true,
  approval: 'settled',
  wish: 'keep',
  endpoint: 'absent',
  deletion: 'none',
  leftover: 'none',
};

/** Reads what is left of the endpoint, from a list that is as fresh as a deletion deserves. */
async function observeEndpointRemoval(context: Context): Promise<RemovalSeen> {
  const { desired, provenance, deps, pass } = context;
  const base: RemovalFacts = { ...KEPT, wish: wishOf(desired, provenance) };
  if (base.wish === 'keep') return { facts: base };
  const rows = await withNoted(context, await readRows(context, 'unsettled'));
  if (rows.fault) {
    const { deletedAtMs } = provenance;
    const dueAtMs = deletedAtMs === undefined ? undefined : deletedAtMs + deps.clock.scaled(UNSEEN_MS);
    const deletion = dueAtMs === undefined ? 'none' : pass.nowMs < dueAtMs ? 'before' : 'after';
    const state = blindRemoval(rows.fault);
    const endpoint = state !== 'unlistable' && personGivesUp(pass, rows.fault.error) ? 'givenUp' : state;
    const facts: RemovalFacts = { ...base, endpoint, deletion };
    return { facts, fault: rows.fault, ...(dueAtMs !== undefined && { dueAtMs }) };
  }
  const row = rowOf(desired, rows.value);
  const isOurs = row !== undefined && isOurRow(provenance, row);
  const endpoint = !row ? 'absent' : !isOurs ? 'other' : row.provisioningState === 'Deleting' ? 'deleting' : 'present';
  if (endpoint === 'deleting' && isStuck(context)) return { facts: { ...base, endpoint: 'givenUp' } };
  if (endpoint !== 'absent') return { facts: { ...base, endpoint } };
  if (isJustAsked(context)) return { facts: { ...base, endpoint: 'unlisted' } };
  return { facts: { ...base, endpoint, leftover: await leftoverOf(context) } };
}

/** Fabric has been at it for longer than it takes, and a person waits no longer. */
function isStuck({ pass, deps }: Context): boolean {
  const sinceMs = timeOf(pass.resource.metadata.deletionTimestamp) ?? pass.nowMs;
  return isAbandoned(pass.resource) && pass.nowMs >= sinceMs + deps.clock.scaled(UNSEEN_MS);
}

/** Its id is not known yet, by which Fabric could be asked for it. */
function isJustAsked({ provenance: { request, endpoint }, pass, deps }: Context): boolean {
  if (endpoint || !request || request.refused) return false;
  return pass.nowMs < request.atMs + deps.clock.scaled(UNLISTED_MS);
}

/** An open approval is seen to its end first: an imitation that we approved would stay approved for good. */
export async function observeRemoval(context: Context): Promise<Pick<Seen, 'removal' | 'approval'>> {
  const { desired, pass, provenance } = context;
  const reference = referenceOf(pass, desired);
  if (!isOpenApproval(provenance)) return { removal: await observeEndpointRemoval(context), approval: undefined };
  if (isNowhere(context)) return leaving(context);
  const rows = await readRows(context, 'underWay');
  const isGone = rows.fault !== undefined && blindRemoval(rows.fault) === 'unlistable';
  // Of a workspace that tells nothing any more no confirmation will ever come.
  const approval = await observeApproval(
    context,
    reference,
    knownTarget(desired, reference),
    isGone ? { value: [] } : rows,
  );
  if (isGivenUp(context, approval)) return leaving(context);
  if (!isStillOpen(approval)) return { removal: await observeEndpointRemoval(context), approval: undefined };
  return settling(context, approval, rows.fault);
}

/** Nobody knows on which target it was given. */
const isNowhere = ({ pass, desired, provenance }: Reader): boolean =>
  whereApproved(pass, referenceOf(pass, desired), provenance).id === undefined;

/** The rest goes on, and what is left of the approval is written down. */
async function leaving(context: Context): Promise<Pick<Seen, 'removal' | 'approval'>> {
  const removal = await observeEndpointRemoval(context);
  return { removal: { ...removal, facts: { ...removal.facts, approval: 'left' } }, approval: undefined };
}

/** Nothing else happens while Fabric's word, or the end of the time for it, is waited for. */
function settling({ desired, provenance }: Reader, approval: ApprovalSeen, fault: Fault | undefined) {
  const facts: RemovalFacts = { ...KEPT, approval: 'open', wish: wishOf(desired, provenance) };
  return { removal: { facts, ...(fault && { fault }) }, approval };
}

/**
 * The source's credentials are gone or wrong, and an approval of ours is open: as long as those of the target's side
 * still reach it, it is taken back in time. Undefined: there is none, or nobody can look.
 */
export async function observeOpenLoss(
  reader: Reader,
  error: OperatorError,
): Promise<Pick<Seen, 'removal' | 'approval'> | undefined> {
  const { desired, pass, provenance } = reader;
  const reference = referenceOf(pass, desired);
  if (!isOpenApproval(provenance) || isNowhere(reader)) return undefined;
  const fault = { about: 'the credentials', error };
  const approval = await observeApproval(reader, reference, knownTarget(desired, reference), { fault });
  const isLost = approval.facts.match === 'refused' || isGivenUp(reader, approval);
  return isLost || !isStillOpen(approval) ? undefined : settling(reader, approval, fault);
}

/**
 * The target's side lets nobody look, or write, any more: a day of patience, as with any credentials (design section 6).
 * What stands beyond its hour, Azure refuses to take back.
 */
function isGivenUp({ pass, deps }: Reader, { facts: { match, hand, approval } }: ApprovalSeen): boolean {
  const isHeldUp = match === 'unobservable' || match === 'refused' || hand === 'observed' || approval === 'expired';
  if (!isHeldUp) return false;
  const { deletionTimestamp } = pass.resource.metadata;
  if (isAbandoned(pass.resource)) return true;
  return pass.nowMs >= (timeOf(deletionTimestamp) ?? pass.nowMs) + deps.clock.scaled(PATIENCE_MS);
}

function blindRemoval(fault: Fault): RemovalFacts['endpoint'] {
  const state = blindState(fault);
  if (tellsNothing(fault.error)) return 'unlistable';
  if (state === 'restricted' || state === 'refused' || state === 'unobservable') return state;
  return 'unobservable';
}

/** Only what was proven to be ours, and is over; where the target cannot be read, its owner finds it Disconnected. */
async function leftoverOf(context: Context): Promise<RemovalFacts['leftover']> {
  const { deps, pass, desired, provenance } = context;
  const own = provenId(provenance);
  const reference = referenceOf(pass, desired);
  const { id, state } = reference;
  if (own === undefined || id === undefined || desired.approver !== 'operator') return 'none';
  if (state === 'missing' || state === 'notAllowed') return 'none';
  const read = await attempt(withTheirs(context), 'the connections of the target', async () =>
    connectionsOf(await targetClients(deps, pass, reference), id)?.list(agedCall(context, 'decisive')),
  );
  const isLeft = namesakesOf(desired, read.value ?? []).some((one) => same(one.privateEndpointId, own) && isOver(one));
  return isLeft ? 'present' : 'none';
}

/** The endpoint stays behind if the credentials do not come back, and an open approval with it. */
export const observeEndpointLoss = (
  deps: Deps,
  pass: MyPass,
  { desired, provenance }: { desired: Desired; provenance: Provenance },
  error: OperatorError,
): Promise<LossSeen> =>
  observeLoss(deps, pass, { lostAtMs: provenance.lostAtMs, error, left: [leftBehind(desired, provenance)] });

/** As a person would look for it. */
export function leftBehind({ source }: Desired, provenance: Provenance): string {
  const { endpoint, match } = provenance;
  const own = `managed private endpoint "${source.name}"${endpoint ? ` (${endpoint.id})` : ''} of workspace ${source.workspaceId}`;
  return isOpenApproval(provenance)
    ? `${own}, and on ${match?.targetId ?? 'its target'} the connection of ${match?.privateEndpointId}, approved and never confirmed`
    : own;
}
