import type { Report, Rest, Seen } from '../types.ts';
import { sqlGrants } from './desired.ts';
import { grantKey } from './desired-notes.ts';

type Condition = Pick<Report['conditions'][number], 'status' | 'reason' | 'message'>;
/** How a rest reads: its reason, and one sentence. */
export type Sayer = (rest: Rest) => { reason: string; line: string };

const MESSAGE_LIMIT = 1_024;
const MOST_NAMED = 3;
/** Rests that mean: not known, rather than not so. */
const UNKNOWN = new Set(['GrantUnobservable', 'GrantUnreadable', 'NoPrivatePath']);

const clip = (text: string, limit: number) => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`);
const isDone = ({ tag, outcome }: Rest) => tag === 'ready' && outcome.kind !== 'failed';
const isOurs = ({ machine }: Rest) => machine === 'grant' || machine === 'revocation';

function roleText({ grants }: Pick<Seen, 'grants'>, ladder: string): string {
  const { wanted } = grants.grants[ladder] ?? {};
  return wanted ? `${wanted.role} in workspace ${wanted.workspaceId}` : '';
}

/** Which role of whom in which workspace, and what is there instead. */
export function grantDetail({ grants }: Seen, { ladder }: Rest): string | undefined {
  const grant = grants.grants[ladder];
  if (grant) {
    const { wanted, principal, assignment } = grant;
    const whom = principal ? `, ${principal.type} ${principal.id}` : '';
    const held = assignment && assignment.role !== wanted.role ? `; it is ${assignment.role}` : '';
    return `${roleText({ grants }, ladder)}${whom}${held}`;
  }
  const { note, assignment } = grants.revocations[ladder] ?? {};
  if (!note) return undefined;
  return `${assignment?.role ?? note.role} in workspace ${note.workspaceId}, ${note.principal.type} ${note.principal.id}`;
}

/** Of a role that is to be taken away and cannot be read: its workspace may have gone, and nobody could ever read it then. */
export function forgetRemedy({ grants, desired: { namespace, name } }: Seen, { ladder }: Rest): string {
  const { note } = grants.revocations[ladder] ?? {};
  if (!note) return '';
  const key = grantKey(note.workspaceId, note.principal.id);
  return `; if the workspace has been deleted, or the role is to stay, make the operator forget it with \`kubectl -n ${namespace} annotate ctm ${name} ${key}-\``;
}

type Entry = { workspaceId: string; role?: string; state: string; message?: string };

/** status.grants: by workspace; one that is being taken away shows unless another one of the same workspace does. */
export function grantsStatus(seen: Seen, rests: readonly Rest[], say: Sayer): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const rest of rests.filter(isOurs)) {
    const grant = seen.grants.grants[rest.ladder];
    const revocation = seen.grants.revocations[rest.ladder];
    const workspaceId = grant?.wanted.workspaceId ?? revocation?.note.workspaceId;
    if (workspaceId === undefined || (revocation && entries.get(workspaceId)?.state === 'Stalled')) continue;
    const role = grant?.assignment?.role ?? revocation?.assignment?.role;
    const message = isDone(rest) ? undefined : clip(say(rest).line, MESSAGE_LIMIT);
    entries.set(workspaceId, {
      workspaceId,
      ...(role !== undefined && { role }),
      state: stateOf(rest),
      ...(message !== undefined && { message }),
    });
  }
  if (entries.size > 0 || seen.desired.grants.length > 0) return [...entries.values()];
  const workspaces = new Set(Object.values(seen.strings).map(({ workspaceId }) => workspaceId));
  return [...workspaces].map((workspaceId) => ({ workspaceId, state: 'NotManaged', message: withoutRoles(seen) }));
}

function stateOf(rest: Rest): string {
  if (isDone(rest)) return 'Granted';
  if (UNKNOWN.has(rest.reason)) return 'Unobservable';
  if (rest.tag === 'stalled') return 'Stalled';
  return rest.machine === 'revocation' ? 'Revoking' : 'Waiting';
}

const withoutRoles = ({ mapping, desired }: Seen): string =>
  sqlGrants(mapping.principal.kind === 'known' ? mapping.principal : undefined, desired.principalType);

/** The condition Granted. */
export function grantedCondition(seen: Seen, rests: readonly Rest[], say: Sayer): Condition {
  const own = rests.filter(isOurs);
  if (own.length === 0) return { status: 'Unknown', reason: 'NotManaged', message: sentence(withoutRoles(seen)) };
  const open = own.filter((rest) => !isDone(rest));
  const [first] = open.toSorted((one, other) => rank(one) - rank(other));
  if (first) {
    const others = open.length === 1 ? '' : ` ${open.length - 1} more of ${own.length}: see status.grants.`;
    const done = own.length - open.length;
    const held = done === 0 ? '' : ` ${done} of ${own.length} ${done === 1 ? 'is' : 'are'} as asked for.`;
    const { reason, line } = say(first);
    const isUnknown = UNKNOWN.has(first.reason) && first.outcome.kind !== 'failed';
    return { status: isUnknown ? 'Unknown' : 'False', reason, message: `${line}${others}${held}` };
  }
  const { principal } = seen.mapping;
  const who = principal.kind === 'known' ? `${principal.type} ${principal.id}` : 'The guest’s principal';
  const held = own.slice(0, MOST_NAMED).map(({ ladder }) => roleText(seen, ladder));
  const more = own.length > MOST_NAMED ? ` and ${own.length - MOST_NAMED} more: see status.grants` : '';
  return { status: 'True', reason: 'Granted', message: `${who} has ${held.join(', ')}${more}.` };
}

/** What needs a person comes first, then what is under way, then what waits for others. */
function rank({ tag, outcome, reason }: Rest): number {
  if (tag === 'stalled' || outcome.kind === 'failed') return 0;
  return reason === 'AwaitingPrincipal' ? 2 : 1;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
