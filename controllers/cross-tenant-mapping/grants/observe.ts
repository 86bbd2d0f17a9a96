import { attempt, blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { agedCall, type Context } from '../reading.ts';
import { foundIn, grantLadder, revocationLadder, unwantedNotes } from './desired.ts';
import { grantNotesIn, isHolding, noteOf } from './desired-notes.ts';
import type {
  GrantNote,
  GrantSeen,
  GrantsSeen,
  RevocationSeen,
  RoleAssignment,
  RolePrincipal,
  WantedGrant,
} from './types.ts';

type Assignments = Reading<readonly RoleAssignment[]>;
type Blind = 'unobservable' | 'refused' | 'restricted';

/** Published: the list may lag behind what works, for seconds (section 21); a role that is overlooked would stay for ever. */
const LISTING_MS = 300_000;

/** The workspace roles that this object gives, and those that it gave and is to give no more. */
export async function observeGrants(context: Context, principal: RolePrincipal | undefined): Promise<GrantsSeen> {
  const { metadata } = context.pass.resource;
  const { grants: wanted, deletion } = context.desired;
  const deleting = metadata.deletionTimestamp !== undefined;
  const notes = grantNotesIn(metadata.annotations);
  const [grants, revocations] = await Promise.all([
    deleting ? [] : Promise.all(wanted.map((grant) => observeGrant(context, grant, principal, notes))),
    Promise.all(
      (deleting ? outgoingNotes(metadata.annotations, deletion) : unwantedNotes(notes, wanted, principal)).map((note) =>
        observeRevocation(context, note, deleting),
      ),
    ),
  ]);
  return {
    grants: Object.fromEntries(grants.map((grant) => [grantLadder(grant.wanted), grant])),
    revocations: Object.fromEntries(revocations.map((one) => [revocationLadder(one.note), one])),
  };
}

/** Roles that go with the object. An adopted one stays, unless everything is to go. */
export function outgoingNotes(
  annotations: Readonly<Record<string, string>> | undefined,
  policy: Context['desired']['deletion'],
): readonly GrantNote[] {
  if (policy === 'Retain') return [];
  return grantNotesIn(annotations).filter(
    ({ how }) => how === 'created' || (how === 'adopted' && policy === 'DeleteAll'),
  );
}

async function observeGrant(
  context: Context,
  wanted: WantedGrant,
  principal: RolePrincipal | undefined,
  notes: readonly GrantNote[],
): Promise<GrantSeen> {
  const { adoption } = context.desired;
  const facts = { principal: 'waiting', assignment: 'notAsked', origin: 'none', adoption } as const;
  // Whom it was given to has it still, and nobody looks: what people read must not call that nothing.
  if (!principal) {
    const isUnread = notes.some((note) => isHolding(note) && note.workspaceId === wanted.workspaceId);
    return { facts, wanted, principal, note: undefined, ...(isUnread && { isUnread }) };
  }
  const note = noteOf(notes, wanted.workspaceId, principal);
  const known = { ...facts, principal: 'resolved', origin: isHolding(note) ? note.how : 'none' } as const;
  const list = await readAssignments(context, wanted.workspaceId, (found) => {
    const { state } = foundIn(found, principal.id, wanted.role);
    return state === 'asWanted' && isHolding(note);
  });
  if (list.fault) {
    return { facts: { ...known, assignment: blind(list) }, wanted, principal, note, fault: list.fault };
  }
  const { state, assignment } = foundIn(list.value, principal.id, wanted.role);
  return { facts: { ...known, assignment: state }, wanted, principal, note, ...(assignment && { assignment }) };
}

async function observeRevocation(context: Context, note: GrantNote, deleting: boolean): Promise<RevocationSeen> {
  const { workspaceId, principal, how } = note;
  const wish = how === 'created' || deleting ? 'revoke' : 'forget';
  const dueAtMs = note.askedAtMs + context.deps.clock.scaled(LISTING_MS);
  const [facts, seen] = [{ wish, assignment: 'unobservable' } as const, { note, dueAtMs }];
  if (wish === 'forget') return { ...seen, facts };
  const list = await readAssignments(context, workspaceId, () => false);
  if (list.fault) return { ...seen, facts: { ...facts, assignment: blind(list) }, fault: list.fault };
  const { state, assignment } = foundIn(list.value, principal.id);
  const absent = context.pass.nowMs < dueAtMs ? 'settling' : 'absent';
  const found = state === 'absent' ? absent : state === 'lastAdmin' ? state : 'present';
  return { ...seen, facts: { ...facts, assignment: found }, ...(assignment && { assignment }) };
}

/** An old list is enough while it shows nothing to be done; what is written rests on a young one. */
async function readAssignments(
  context: Context,
  workspaceId: string,
  isSettled: (list: readonly RoleAssignment[]) => boolean,
): Promise<Assignments> {
  const read = (call: Context['pass']['call']) =>
    attempt(context, `the role assignments of workspace ${workspaceId}`, async () => {
      const { value } = await context.clients.fabric.roleAssignments(workspaceId, call);
      return value;
    });
  // The list's own period: an hour.
  const first = await read(context.pass.call);
  const isAnew = context.pass.call.maxAgeMs === 0;
  return first.fault || isAnew || isSettled(first.value) ? first : read(agedCall(context, 'decisive'));
}

function blind({ fault }: { fault: NonNullable<Assignments['fault']> }): Blind {
  return fault.error.reason === 'NoPrivatePath' ? 'restricted' : blindness(fault);
}
