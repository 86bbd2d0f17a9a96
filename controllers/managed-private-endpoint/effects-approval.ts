import { closedNote } from '../../operator/approval/facts.ts';
import { fabricWord, managedSubscription } from '../../operator/approval/managed-endpoint.ts';
import { markedDescription } from '../../operator/approval/marker.ts';
import { isAbout, withoutWatch } from '../../operator/approval/note.ts';
import { toOperatorError } from '../../operator/errors.ts';
import { found, report } from '../../operator/runtime/acting.ts';
import { same } from './desired-names.ts';
import { notes } from './desired-provenance.ts';
import { inWords, type Run, targetOf } from './effect-parts.ts';
import { rowsNow } from './effects-endpoint.ts';
import { echoOf, matchOf } from './observe-approval.ts';
import { rowOf, tellsNothing } from './observe-endpoint.ts';
import { pinOf } from './pins.ts';
import { callAnew, type Deps, type MyPass } from './reading.ts';
import { isIdRejectedBy, isRejectedBy, type TargetConnections } from './target-side.ts';
import type { ApprovalSeen, Effect, ManagedEndpointRow, MatchNote, PrivateEndpointConnection, Seen } from './types.ts';

type ApprovalEffect = Extract<
  Effect,
  'noteMatch' | 'forgetMatch' | 'approveRequest' | 'closeApproval' | 'confirmApproval' | 'revokeUnconfirmed'
>;

const approvalOf = ({ approval }: Seen): ApprovalSeen => found(approval, 'the approval');
const RULE = 'approval.mode Auto';

/**
 * Design section 7, rule 2. Each decision reads both sides anew in the same pass, and does nothing when what it was
 * decided on is no longer so: the next pass decides again.
 */
export const approvalEffects = (deps: Deps): Readonly<Record<ApprovalEffect, Run>> => ({
  /** From now on the one request is watched: another one of its name, or Fabric's word against it, begins it anew. */
  async noteMatch(pass, seen) {
    const { connection } = approvalOf(seen);
    const privateEndpointId = found(connection?.privateEndpointId, 'the approval');
    await pass.annotate(notes.match({ privateEndpointId, sinceMs: deps.clock.now() }));
    pass.audit('NoteMatch', { rule: RULE, privateEndpointId });
  },

  async forgetMatch(pass, { provenance: { match } }) {
    if (!match) return;
    await pass.annotate(notes.match(withoutWatch(match)));
    pass.audit('ForgetMatch', { rule: RULE, privateEndpointId: match.privateEndpointId });
  },

  async approveRequest(pass, seen) {
    const { match: note, request } = seen.provenance;
    const target = await targetOf(deps, pass, seen);
    if (note?.sinceMs === undefined || !request?.clean || !target || seen.desired.approver !== 'operator') return;
    // Both sides as they have been since this pass began: Fabric's word that the endpoint waits, and that the request is
    // the only one. Those who decide at the same moment share the reads; what only our own writes tell counts for nothing.
    const context = { desired: seen.desired, provenance: seen.provenance, pass, deps };
    const rows = await rowsNow(deps, pass, seen, callAnew(context));
    const word = fabricWord(seen.desired.source, rows, target.id);
    if ((word !== 'pending' && word !== 'provisioning') || rowOf(seen.desired, rows)?.isUnlisted) return;
    const match = matchOf(context, (await target.side.list(callAnew(context))) ?? []);
    if (match.kind !== 'one' || match.connection.status !== 'Pending' || match.connection.isAnswered) return;
    const { connection } = match;
    const { privateEndpointId } = connection;
    if (!same(privateEndpointId, note.privateEndpointId)) return;
    // Noted as given on another one, to which the spec led before: that is seen to its end first.
    if (note.targetId !== undefined && !same(note.targetId, target.id)) return;
    if (isRejectedBy(target, seen.desired) || isIdRejectedBy(target, privateEndpointId)) return;
    const atMs = deps.clock.now();
    // Before the call: an approval that is not echoed is taken back, also when nobody heard that it was given.
    const { privateEndpointId: notedId, sinceMs } = note;
    await pass.annotate(notes.match({ privateEndpointId: notedId, targetId: target.id, sinceMs, approvedAtMs: atMs }));
    const description = descriptionOf(seen, atMs, seen.desired.requestMessage);
    // Whose it is and that it is Pending is checked once more: by the read above, or anew where the note took its time.
    await target.side.decide(connection, { status: 'Approved', description }, callAnew(context));
    decided(pass, target.side, {
      reason: 'RequestApproved',
      action: 'ApproveRequest',
      says: `Approved ${inWords(seen.desired)} on ${target.id}: the only request of that name for ten minutes, while Fabric showed the endpoint waiting. Fabric must confirm it within 20 minutes, or it is rejected again.`,
      why: `Fabric shows the endpoint ${word}, and this has been its only request since ${new Date(sinceMs).toISOString()}`,
      connection,
    });
  },

  /** Fabric shows our own words: the request was genuine, and so is the subscription it came from. */
  async confirmApproval(pass, seen) {
    const { match: note } = seen.provenance;
    const connection = found(approvalOf(seen).connection, 'the approval');
    const privateEndpointId = found(connection.privateEndpointId, 'the approval');
    const target = await targetOf(deps, pass, seen, true);
    if (!target) return;
    const subscription = managedSubscription(seen.desired.source, privateEndpointId);
    const isFirst = pinOf({ desired: seen.desired, provenance: seen.provenance, pass }) === undefined;
    const approvedAtMs = same(note?.privateEndpointId, privateEndpointId) ? note?.approvedAtMs : undefined;
    const pins = isFirst && subscription !== undefined;
    await pass.annotate({
      ...notes.match({ privateEndpointId, confirmed: true, ...(approvedAtMs !== undefined && { approvedAtMs }) }),
      ...(pins && notes.pin(subscription)),
    });
    decided(pass, target.side, {
      reason: 'ApprovalConfirmed',
      action: 'ConfirmApproval',
      says: `Fabric confirmed the approval of ${inWords(seen.desired)}.${pins ? ` From now on only subscription ${subscription} may ask for it.` : ''}`,
      why: 'Fabric shows the description of the approval',
      connection,
    });
  },

  /** Nobody has to look after it any more: taken back, also where a crash came before the note; removed by others; or never given. */
  async closeApproval(pass, seen) {
    const { match } = seen.provenance;
    if (!match) return;
    const { matches } = approvalOf(seen);
    await pass.annotate(notes.match(closedNote(seen.desired.uid, match, matches, deps.clock.now())));
    const { privateEndpointId } = match;
    const left = matches.find((one) => isAbout(match, one.privateEndpointId));
    pass.audit('CloseApproval', { rule: RULE, privateEndpointId, state: left?.status ?? 'gone' });
  },

  async revokeUnconfirmed(pass, seen) {
    const { match: note } = seen.provenance;
    const before = found(approvalOf(seen).connection, 'the approval');
    const target = await targetOf(deps, pass, seen, true);
    if (!target || target.isOnlyObserved) return;
    const list = await target.side.list({ ...pass.call, maxAgeMs: 0 });
    const connection = list?.find(({ name }) => name === before.name);
    if (connection?.status !== 'Approved') return;
    // A workspace that tells nothing any more will never confirm anything.
    const { match, approval } = approvalOf(seen).facts;
    const unwanted = match === 'rejected';
    const { rows, unasked } = await lastWord(deps, pass, seen, unwanted || approval === 'expired');
    if (fabricWord(seen.desired.source, rows, target.id, echoOf(seen, connection)) === 'echoed') return;
    const atMs = deps.clock.now();
    const { privateEndpointId = '' } = connection;
    const approvedAtMs = same(note?.privateEndpointId, privateEndpointId) ? note?.approvedAtMs : undefined;
    const ours: MatchNote = { privateEndpointId, targetId: target.id, approvedAtMs: approvedAtMs ?? 0 };
    // Known by its mark alone: noted as ours before the call, so that nothing makes it anybody's.
    if (approvedAtMs === undefined) await pass.annotate(notes.match(ours));
    const description = descriptionOf(seen, atMs, 'rejected again: Fabric did not confirm it');
    const how = await reject(target.side, pass, connection, description);
    // Only now: a refused or lost call must leave the approval open, or nobody would try again.
    await pass.annotate(notes.match({ ...ours, revokedAtMs: atMs }));
    decided(pass, target.side, {
      reason: 'ApprovalNotConfirmed',
      action: 'RejectRequest',
      says: `Rejected ${privateEndpointId} again: ${unwanted ? 'the owner of the target withdrew its consent before Fabric confirmed' : unasked ? 'Fabric could not be asked for an hour to confirm' : 'Fabric did not confirm within 20 minutes'} that it belongs to ${inWords(seen.desired)}. Somebody may have imitated it.${how}`,
      why: `Fabric did not show the description of the approval ${unwanted ? 'before the target withdrew its consent' : unasked ? 'within an hour, in which it could not be asked' : 'in time'}`,
      connection,
      warning: true,
    });
  },
});

/** Fabric's last chance to show our words. `anyway`: no answer is waited for any more, but for one whose turn has not come. */
async function lastWord(
  deps: Deps,
  pass: MyPass,
  seen: Seen,
  anyway: boolean,
): Promise<{ rows: readonly ManagedEndpointRow[]; unasked: boolean }> {
  try {
    return { rows: await rowsNow(deps, pass, seen), unasked: false };
  } catch (thrown) {
    const error = toOperatorError(thrown);
    const isOver = anyway && error.disposition !== 'throttled' && error.disposition !== 'bug';
    if (pass.signal.aborted || (!isOver && !tellsNothing(error))) throw thrown;
    return { rows: [], unasked: true };
  }
}

/**
 * Some services refuse to change what is no longer pending (cloud-apis 8): then the approved connection is removed
 * instead, which cuts it off as well. Answers what there is to add to the sentence about it.
 */
async function reject(
  side: TargetConnections,
  pass: MyPass,
  connection: PrivateEndpointConnection,
  description: string,
): Promise<string> {
  try {
    await side.decide(connection, { status: 'Rejected', description }, pass.call);
    return '';
  } catch (thrown) {
    if (toOperatorError(thrown).reason !== 'ConnectionNotPending') throw thrown;
    await side.remove(connection.name, pass.call);
    return ' The service does not let an approved connection be rejected: it was removed instead.';
  }
}

const descriptionOf = ({ desired }: Seen, atMs: number, note: string): string =>
  markedDescription({ uid: desired.uid, name: desired.source.name, atMs }, note);

type Decided = {
  reason: string;
  action: string;
  says: string;
  why: string;
  connection: PrivateEndpointConnection;
  warning?: boolean;
};

/** An Event for people; for the audit trail who, what, why, and by which rule. */
function decided(pass: MyPass, { identity }: TargetConnections, { says, why, connection, ...done }: Decided): void {
  const { privateEndpointId = '', name } = connection;
  report(pass, { ...done, note: says }, { identity, privateEndpointId, connection: name, why, rule: RULE });
}
