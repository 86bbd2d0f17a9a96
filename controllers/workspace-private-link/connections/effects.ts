import { closedNote } from '../../../operator/approval/facts.ts';
import {
  fabricWord,
  LINK_SERVICE_API_VERSION,
  managedSubscription,
} from '../../../operator/approval/managed-endpoint.ts';
import { markedDescription } from '../../../operator/approval/marker.ts';
import { isAbout, withoutWatch } from '../../../operator/approval/note.ts';
import { toOperatorError } from '../../../operator/errors.ts';
import { found, report } from '../../../operator/runtime/acting.ts';
import { same } from '../desired-names.ts';
import { clientsOf, isOvertaken, type MyPass, type Run } from '../effect-parts.ts';
import type { Deps, ServiceClients } from '../reading.ts';
import type { DecisionSeen, Effect, MatchNote, PrivateEndpointConnection, Seen } from '../types.ts';
import { noteOfMatch, noteOfPin, outdatedNotes, pinOf, ruleOf } from './desired.ts';
import { lastWord } from './effect-echo.ts';
import { isOwn, means, rejecterOf, unlistedOf } from './listing.ts';
import { concernOf, isManagedApproval } from './observe.ts';
import { echoOf, matchOf } from './observe-managed.ts';

type ConnectionEffect = Extract<
  Effect,
  | 'approveListed'
  | 'rejectListed'
  | 'noteMatch'
  | 'forgetMatch'
  | 'approveManaged'
  | 'confirmApproval'
  | 'revokeUnconfirmed'
  | 'revokeUnlisted'
  | 'closeApproval'
  | 'dropNotes'
>;

/**
 * Decisions from the list (design section 7). Each reads the connections anew in the same pass, and does nothing when
 * what it was decided on is no longer so: the next pass decides again.
 */
export const connectionEffects = (deps: Deps): Readonly<Record<ConnectionEffect, Run>> => ({
  async approveListed(pass, seen, ladder) {
    const clients = await clientsOf(deps, pass);
    const { desired: decision } = decisionOf(seen, ladder);
    if (rejecterOf(seen.desired, decision.endpointId) || isOwn(seen, decision.endpointId)) return;
    const connection = concernOf(decision, await matching(clients, pass, seen, decision));
    if (connection?.status !== 'Pending' || isOvertaken(pass, seen)) return;
    await approve(clients, pass, seen, { decision, connection, atMs: deps.clock.now() });
    decided(pass, clients, {
      reason: 'ConnectionApproved',
      action: 'ApproveConnection',
      says: `Approved the connection of ${requester(connection)}, because ${ruleOf(decision)} lists its ARM id${noteText(decision.note)}.`,
      why: 'the ARM id is listed for approval',
      rule: ruleOf(decision),
      connection,
    });
  },

  async rejectListed(pass, seen, ladder) {
    const clients = await clientsOf(deps, pass);
    const { desired: decision, about } = decisionOf(seen, ladder);
    const connection = concernOf(decision, await matching(clients, pass, seen, decision));
    const mayRevoke =
      about.machine === 'connection' && about.facts.connection === 'approved' && about.facts.hold === 'free';
    // Approved since this pass looked: whether it is the last way in was not asked.
    if (connection?.status !== 'Pending' && !(connection?.status === 'Approved' && mayRevoke)) return;
    if (isOvertaken(pass, seen)) return;
    const description = descriptionOf(seen, decision.name, deps.clock.now(), decision.note);
    const how = await reject(clients, pass, seen, connection, description);
    const did = connection.status === 'Approved' ? 'Revoked' : 'Rejected';
    decided(pass, clients, {
      reason: 'ConnectionRejected',
      action: 'RejectConnection',
      says: `${did} the connection of ${requester(connection)}, because ${ruleOf(decision)} says Reject${noteText(decision.note)}.${how}`,
      why: 'the requester is listed for rejection',
      rule: ruleOf(decision),
      connection,
      warning: connection.status === 'Approved',
    });
  },

  /** From now on the one request is watched: another one of its name, or Fabric's word against it, begins it anew. */
  async noteMatch(pass, seen, ladder) {
    const { desired: decision, connection } = decisionOf(seen, ladder);
    const privateEndpointId = found(connection?.privateEndpointId, ladder);
    const note = { privateEndpointId, sinceMs: deps.clock.now() };
    await pass.annotate({ ...outdatedNotes(seen), ...noteOfMatch(seen, decision, privateEndpointId, note) });
    pass.audit('NoteMatch', { rule: ruleOf(decision), privateEndpointId });
  },

  async forgetMatch(pass, seen, ladder) {
    const { desired: decision, noted } = decisionOf(seen, ladder);
    if (!noted) return;
    const { privateEndpointId } = noted.note;
    await pass.annotate(noteOfMatch(seen, decision, privateEndpointId, withoutWatch(noted.note)));
    pass.audit('ForgetMatch', { rule: ruleOf(decision), privateEndpointId });
  },

  /** Design section 7, rule 2: all of it holds now, as it did through the settle time, by answers that are not older than this pass. */
  async approveManaged(pass, seen, ladder) {
    const clients = await clientsOf(deps, pass);
    const { desired: decision, noted } = decisionOf(seen, ladder);
    const note = noted?.note;
    if (!isManagedApproval(decision) || note?.sinceMs === undefined) return;
    const { workspaceId } = decision.managed;
    const shown = await clients.fabric.managedPrivateEndpoints(workspaceId, { ...pass.call, maxAgeMs: 0 });
    const word = fabricWord(decision.managed, shown.value, seen.desired.service.id);
    if (word !== 'pending' && word !== 'provisioning') return;
    // Known by the answer to its request alone: that is not Fabric's list.
    if (shown.value.some(({ name, isUnlisted }) => isUnlisted && same(name, decision.managed.name))) return;
    const match = matchOf(seen, decision, await connectionsNow(clients, pass, seen));
    if (match.kind !== 'one' || match.connection.status !== 'Pending') return;
    const { connection } = match;
    const { privateEndpointId } = connection;
    if (!same(privateEndpointId, note.privateEndpointId) || rejecterOf(seen.desired, privateEndpointId)) return;
    if (isOvertaken(pass, seen)) return;
    const atMs = deps.clock.now();
    // Before the call: an approval that is not echoed is taken back, also when nobody heard that it was given.
    const { privateEndpointId: notedId, sinceMs } = note;
    await pass.annotate(
      noteOfMatch(seen, decision, notedId, { privateEndpointId: notedId, sinceMs, approvedAtMs: atMs }),
    );
    // And looked at once more: another object of ours, in another cluster perhaps, may have been about to as well.
    await approve(clients, pass, seen, { decision, connection, atMs, maxAgeMs: 0 });
    decided(pass, clients, {
      reason: 'ConnectionApproved',
      action: 'ApproveConnection',
      says: `Approved the connection of ${requester(connection)} for ${ruleOf(decision)}: the only request of that name for ten minutes, while Fabric showed the managed private endpoint waiting${noteText(decision.note)}. Fabric must confirm it within 20 minutes, or it is rejected again.`,
      why: `Fabric shows the endpoint ${word}, and this has been its only request since ${new Date(sinceMs).toISOString()}`,
      rule: ruleOf(decision),
      connection,
    });
  },

  /** Fabric shows our own words: the request was genuine, and so is the subscription it came from. */
  async confirmApproval(pass, seen, ladder) {
    const clients = await clientsOf(deps, pass);
    const { desired: decision, noted, connection } = decisionOf(seen, ladder);
    const { privateEndpointId = '' } = found(connection, ladder);
    if (!decision.managed) return;
    const { workspaceId } = decision.managed;
    const subscription = managedSubscription(decision.managed, privateEndpointId);
    const isFirst = pinOf(seen.provenance, workspaceId) === undefined;
    const approvedAtMs = isAbout(noted?.note, privateEndpointId) ? noted?.note.approvedAtMs : undefined;
    const proven: MatchNote = {
      privateEndpointId,
      confirmed: true,
      ...(approvedAtMs !== undefined && { approvedAtMs }),
    };
    await pass.annotate({
      ...outdatedNotes(seen),
      ...noteOfMatch(seen, decision, privateEndpointId, proven),
      ...(isFirst && subscription !== undefined && noteOfPin(workspaceId, subscription)),
    });
    decided(pass, clients, {
      reason: 'ApprovalConfirmed',
      action: 'ConfirmApproval',
      says: `Fabric confirmed the approval of ${requester(found(connection, ladder))} for ${ruleOf(decision)}.${isFirst && subscription !== undefined ? ` From now on only subscription ${subscription} may ask for workspace ${workspaceId}.` : ''}`,
      why: 'Fabric shows the description of the approval',
      rule: ruleOf(decision),
      connection: found(connection, ladder),
    });
  },

  async revokeUnconfirmed(pass, seen, ladder) {
    const clients = await clientsOf(deps, pass);
    const one = decisionOf(seen, ladder);
    const { desired: decision, about, noted, connection: before } = one;
    if (!decision.managed) return;
    const { workspaceId } = decision.managed;
    const list = await connectionsNow(clients, pass, seen);
    const connection = list.find(({ name }) => name === found(before, ladder).name);
    if (connection?.status !== 'Approved') return;
    const { rows, unasked } = await lastWord(clients, pass, workspaceId, about);
    const echo = echoOf(seen, one, connection);
    if (fabricWord(decision.managed, rows, seen.desired.service.id, echo) === 'echoed') return;
    const atMs = deps.clock.now();
    const { privateEndpointId = '' } = connection;
    const approvedAtMs = isAbout(noted?.note, privateEndpointId) ? noted?.note.approvedAtMs : undefined;
    const ours: MatchNote = { privateEndpointId, approvedAtMs: approvedAtMs ?? 0 };
    // Known by its mark alone: noted as ours before the call, so that nothing makes it anybody's.
    if (approvedAtMs === undefined) await pass.annotate(noteOfMatch(seen, decision, privateEndpointId, ours));
    const description = descriptionOf(seen, decision.name, atMs, 'rejected again: Fabric did not confirm it');
    const how = await reject(clients, pass, seen, connection, description);
    // Only now: a refused or lost call must leave the approval open, or nobody would try again once the entry is gone.
    await pass.annotate(noteOfMatch(seen, decision, privateEndpointId, { ...ours, revokedAtMs: atMs }));
    decided(pass, clients, {
      reason: 'ApprovalNotConfirmed',
      action: 'RejectConnection',
      says: `Rejected the connection of ${requester(connection)} again: ${unasked ? 'Fabric could not be asked for an hour to confirm' : 'Fabric did not confirm within 20 minutes'} that it belongs to managed private endpoint "${decision.managed.name}" of workspace ${workspaceId}. Somebody may have imitated it: ${privateEndpointId}.${how}`,
      why: `Fabric did not show the description of the approval ${unasked ? 'within an hour, in which it could not be asked' : 'in time'}`,
      rule: ruleOf(decision),
      connection,
      warning: true,
    });
  },

  /** Nobody has to look after it any more: taken back, also where a crash came before the note; gone; or never given. */
  async closeApproval(pass, seen, ladder) {
    const { desired: decision, noted, matches } = decisionOf(seen, ladder);
    if (!noted) return;
    const { privateEndpointId } = noted.note;
    const over = closedNote(seen.desired.uid, noted.note, matches, deps.clock.now());
    await pass.annotate(noteOfMatch(seen, decision, privateEndpointId, over));
    const left = matches.find((one) => isAbout(noted.note, one.privateEndpointId));
    pass.audit('CloseApproval', { rule: ruleOf(decision), privateEndpointId, state: left?.status ?? 'gone' });
  },

  /** The same, of those that no entry answers for. */
  async dropNotes(pass, { connections: { looseNotes }, provenance }) {
    await pass.annotate(Object.fromEntries(looseNotes.over.map((key) => [key, null])));
    for (const key of looseNotes.over) {
      const { privateEndpointId = '' } = provenance.matches[key] ?? {};
      pass.audit('CloseApproval', { rule: 'unconfirmed approval', privateEndpointId });
    }
  },

  async revokeUnlisted(pass, seen, ladder) {
    const clients = await clientsOf(deps, pass);
    const name = ladder.slice(ladder.indexOf('/') + 1);
    const connection = unlistedOf(seen, await connectionsNow(clients, pass, seen)).find((one) => one.name === name);
    if (!connection || isOvertaken(pass, seen)) return;
    const description = descriptionOf(seen, 'unlisted', deps.clock.now(), 'no longer listed in spec.connections');
    const how = await reject(clients, pass, seen, connection, description);
    const { authoritative } = seen.desired;
    const why = authoritative ? 'connectionsPolicy is Authoritative' : 'Fabric had not confirmed its approval';
    decided(pass, clients, {
      reason: 'ConnectionRejected',
      action: 'RejectConnection',
      says: `Revoked the connection of ${requester(connection)}: no entry of spec.connections lists it any more, and ${why}.${how}`,
      why: authoritative ? 'it carries our marker and is no longer listed' : 'not confirmed, and no longer listed',
      rule: authoritative ? 'connectionsPolicy/Authoritative' : 'unconfirmed approval',
      connection,
      warning: true,
    });
    // After the call: until then somebody has to look again.
    const over = Object.entries(seen.provenance.matches).filter(([, note]) =>
      same(note.privateEndpointId, connection.privateEndpointId),
    );
    if (over.length > 0) await pass.annotate(Object.fromEntries(over.map(([key]) => [key, null])));
  },
});

/** The entry that a ladder `connection/<name>` is about. */
function decisionOf({ connections }: Seen, ladder: string): DecisionSeen {
  const name = ladder.slice(ladder.indexOf('/') + 1);
  return found(
    connections.decisions.find(({ desired }) => desired.name === name),
    ladder,
  );
}

/** As the service itself shows them now. */
async function connectionsNow({ arm }: ServiceClients, pass: MyPass, { desired }: Seen) {
  return (await arm.privateLinkServices.connections(desired.service.scope, { ...pass.call, maxAgeMs: 0 })).value;
}

async function matching(clients: ServiceClients, pass: MyPass, seen: Seen, decision: DecisionSeen['desired']) {
  const list = await connectionsNow(clients, pass, seen);
  return list.filter(({ privateEndpointId }) => means(decision, privateEndpointId));
}

type Approval = {
  decision: DecisionSeen['desired'];
  connection: PrivateEndpointConnection;
  atMs: number;
  /** How old the read may be that shows once more whose it is, and that it is Pending. */
  maxAgeMs?: number;
};

function approve(
  clients: ServiceClients,
  pass: MyPass,
  seen: Seen,
  { decision, connection, atMs, maxAgeMs }: Approval,
) {
  const description = descriptionOf(seen, decision.name, atMs, decision.note);
  return decide(clients, pass, seen, { connection, status: 'Approved', description, maxAgeMs });
}

/** Reads come right before: what they showed is what is decided, and nothing else. */
const JUST_READ_MS = 1_000;

/** Only where it is still that endpoint's, and in a state from which the decision leads on. */
function decide(
  { arm }: ServiceClients,
  pass: MyPass,
  { desired }: Seen,
  decision: {
    connection: PrivateEndpointConnection;
    status: 'Approved' | 'Rejected';
    description: string;
    maxAgeMs?: number | undefined;
  },
): Promise<void> {
  const { connection, status, description, maxAgeMs = JUST_READ_MS } = decision;
  const { name, privateEndpointId } = connection;
  return arm.approvals.decide(
    { id: desired.service.id, apiVersion: LINK_SERVICE_API_VERSION },
    name,
    { status, description, ...(privateEndpointId !== undefined && { privateEndpointId }) },
    { ...pass.call, maxAgeMs },
  );
}

/**
 * Rejects. Some services refuse to change what is no longer pending (cloud-apis 8): then an approved connection is
 * removed instead, which cuts it off as well. Answers what there is to add to the sentence about it.
 */
async function reject(
  clients: ServiceClients,
  pass: MyPass,
  seen: Seen,
  connection: PrivateEndpointConnection,
  description: string,
): Promise<string> {
  try {
    await decide(clients, pass, seen, { connection, status: 'Rejected', description });
    return '';
  } catch (thrown) {
    const isFinal = toOperatorError(thrown).reason === 'ConnectionNotPending';
    if (!isFinal || connection.status !== 'Approved') throw thrown;
    await clients.arm.privateLinkServices.deleteConnection(seen.desired.service.scope, connection.name, pass.call);
    return ' The service does not let an approved connection be rejected: it was removed instead.';
  }
}

const descriptionOf = ({ desired }: Seen, name: string, atMs: number, note: string): string =>
  markedDescription({ uid: desired.uid, name, atMs }, note);

const requester = ({ privateEndpointId, name }: PrivateEndpointConnection): string => privateEndpointId ?? name;
const noteText = (note: string): string => (note === '' ? '' : ` ("${note}")`);

type Decided = {
  reason: string;
  action: string;
  says: string;
  why: string;
  rule: string;
  connection: PrivateEndpointConnection;
  warning?: boolean;
};

/** An Event for people; for the audit trail who, what, why, and by which rule. */
function decided(pass: MyPass, { access }: ServiceClients, { says, why, rule, connection, ...done }: Decided): void {
  report(
    pass,
    { ...done, note: says },
    {
      identity: access.identity,
      privateEndpointId: connection.privateEndpointId ?? '',
      connection: connection.name,
      why,
      rule,
    },
  );
}
