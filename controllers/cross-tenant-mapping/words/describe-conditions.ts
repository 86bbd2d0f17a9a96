import { BEING_TAKEN_DOWN, notReady } from '../../../operator/words/report.ts';
import { isDone, needsPerson, primary } from '../../../operator/words/rests.ts';
import { capital, clip, MESSAGE_LIMIT } from '../../../operator/words/text.ts';
import { grantedCondition } from '../grants/describe.ts';
import { publishedCondition } from '../outputs/describe.ts';
import type { Report, Rest, Seen } from '../types.ts';
import { mappingIdOf } from './describe-access.ts';
import { readyMessage } from './describe-ready.ts';
import { WORDING } from './describe-reasons.ts';
import { line, say } from './describe-words.ts';

type Condition = Report['conditions'][number];
type Found = Pick<Condition, 'status' | 'reason' | 'message'>;

/** Rests that mean: not known, rather than not so. */
const UNKNOWN = new Set(['Unobservable', 'ReadRefused', 'GroupExpanding', 'AwaitingGrants', 'AwaitingMapping']);

/** `observed`: Ready, Stalled and Reconciling as they are for an object that is only observed. */
export function conditions(
  seen: Seen,
  rests: readonly Rest[],
  deleting: boolean,
  observed?: readonly Condition[],
): readonly Condition[] {
  const aspects: Readonly<Record<string, Found>> = deleting
    ? {}
    : {
        GuestConsented: guestConsented(seen, rests),
        Mapped: mapped(seen, rests),
        PrincipalResolved: principalResolved(seen, rests),
        ...(seen.desired.principalType === 'Group' && { GroupExpanded: groupExpanded(seen, rests) }),
        ...delivered(seen, rests),
      };
  return [
    ...(observed ?? lifecycle(seen, rests, deleting)),
    ...Object.entries(aspects).map(([type, found]) => ({
      type,
      ...found,
      message: clip(found.message, MESSAGE_LIMIT),
    })),
  ];
}

function lifecycle(seen: Seen, rests: readonly Rest[], deleting: boolean): readonly Condition[] {
  const main = primary(rests);
  if (main) return notReady(main, { reason: say(seen, main).reason, text: line(seen, main) });
  if (deleting) return notReady(undefined, BEING_TAKEN_DOWN);
  // All is done, and yet some guests are turned away for hours: whoever looks for the fault finds the word here.
  const reason = seen.access?.facts.settling === 'before' ? 'AccessSettling' : 'Ready';
  return [{ type: 'Ready', status: 'True', reason, message: readyMessage(seen) }];
}

const of = (rests: readonly Rest[], machine: string) => rests.find((rest) => rest.machine === machine);

const found = (seen: Seen, rest: Rest): Found => {
  const { reason, text, next } = say(seen, rest);
  const status = isDone(rest) ? 'True' : UNKNOWN.has(rest.reason) ? 'Unknown' : 'False';
  return { status, reason, message: capital(`${text}; ${next}.`) };
};

const unknown = (reason: string, message: string): Found => ({ status: 'Unknown', reason, message });

const notBegun = (seen: Seen, rest: Rest | undefined): Found =>
  unknown(rest ? say(seen, rest).reason : 'NotObserved', 'Not looked at yet: the object is not claimed.');

/** Nobody may read whether a tenant has consented: a mapping proves it, and a refused one disproves it. */
function guestConsented(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'mapping');
  if (rest?.outcome.kind === 'failed' && rest.outcome.error.reason === 'GuestConsentMissing') {
    const { reason, text, next } = say(seen, rest);
    return { status: 'False', reason, message: capital(`${text}; ${next}.`) };
  }
  if (seen.mapping.facts.mapping === 'live') {
    return {
      status: 'True',
      reason: 'GuestConsented',
      message: 'The guest is mapped, and Fabric maps nobody whose tenant has not consented.',
    };
  }
  return unknown(
    'ConsentUnknown',
    'Fabric tells nobody whether a tenant has consented; asking for the mapping shows it.',
  );
}

/** Roles and connection strings. */
function delivered(seen: Seen, rests: readonly Rest[]): Readonly<Record<string, Found>> {
  const own = of(rests, 'mapping');
  if (!own || own.phase.startsWith('Claim.')) return { Granted: notBegun(seen, own) };
  const told = (rest: Rest) => ({ reason: say(seen, rest).reason, line: line(seen, rest) });
  const published = publishedCondition(rests, told);
  return { Granted: grantedCondition(seen, rests, told), ...(published && { Published: published }) };
}

/** The guest administrator's steps stand in GuestConsented, and not everywhere. */
function unmapped(seen: Seen, rest: Rest): Found {
  const { status, reason, message } = found(seen, rest);
  const isConsent = rest.outcome.kind === 'failed' && rest.outcome.error.reason === 'GuestConsentMissing';
  if (!isConsent) return { status, reason, message };
  return {
    status,
    reason,
    message: capital(`${say(seen, rest).text}; the steps for its administrator are in GuestConsented.`),
  };
}

const BEFORE_MAPPED = /^(Claim|Mapping)\./;

/** Of a mapping that is listed under another id than our POST was answered. */
function staysBehind({ mapping, desired, provenance }: Seen): string {
  if (!mapping.isListedAsOther || (desired.deletion === 'DeleteAll' && desired.adoption !== 'Never')) return '';
  return ` It told another id (${provenance.mapping?.id}) when this object asked for the mapping: somebody else may have deleted that one and mapped the guest again. It stays when this object goes, unless deletionPolicy is DeleteAll.`;
}

function mapped(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'mapping');
  if (!rest || rest.phase.startsWith('Claim.')) return notBegun(seen, rest);
  if (BEFORE_MAPPED.test(rest.phase)) return unmapped(seen, rest);
  const id = mappingIdOf(seen);
  const message = `Fabric has mapped the guest (${id === undefined ? 'its list will tell under which id' : `mapping ${id}`}).${staysBehind(seen)}`;
  return { status: 'True', reason: 'Mapped', message };
}

function principalResolved(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'mapping');
  if (!rest || rest.phase.startsWith('Claim.')) return notBegun(seen, rest);
  if (BEFORE_MAPPED.test(rest.phase))
    return unknown(say(seen, rest).reason, 'The guest is not mapped; Mapped says why.');
  const { status, reason, message } = found(seen, rest);
  return { status: rest.reason === 'PrincipalUnneeded' ? 'Unknown' : status, reason, message };
}

const { says, next } = WORDING.AwaitingGrants;
const AWAITING_GRANTS: Found = { status: 'Unknown', reason: 'AwaitingGrants', message: capital(`${says}; ${next}.`) };

/** A role is being given, changed or taken away, and nobody need act for it. */
const isUnderWay = (rest: Rest): boolean =>
  (rest.machine === 'grant' || rest.machine === 'revocation') &&
  rest.reason !== 'GrantUnobservable' &&
  !isDone(rest) &&
  !needsPerson(rest);

function groupExpanded(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'expansion');
  if (!rest) return notBegun(seen, of(rests, 'mapping'));
  const { status, reason, message } = found(seen, rest);
  // With the change that is under way the hour begins again: whoever waits for this condition waits for that one, too.
  if (status === 'True' && rests.some(isUnderWay)) return { ...AWAITING_GRANTS };
  return { status: rest.reason === 'GroupEmpty' ? 'False' : status, reason, message };
}
