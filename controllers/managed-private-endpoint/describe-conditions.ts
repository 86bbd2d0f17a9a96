import { BEING_TAKEN_DOWN, notReady } from '../../operator/words/report.ts';
import { primary as firstOf, isDone, needsPerson } from '../../operator/words/rests.ts';
import { capital, clip, MESSAGE_LIMIT } from '../../operator/words/text.ts';
import { readyMessage } from './describe-ready.ts';
import { line, say } from './describe-words.ts';
import type { Report, Rest, Seen } from './types.ts';

type Condition = Report['conditions'][number];
type Found = Pick<Condition, 'status' | 'reason' | 'message'>;

/** Rests that mean: not known, rather than not so. */
const UNKNOWN = new Set([
  'Unobservable',
  'ReadRefused',
  'NoPrivatePath',
  'TargetUnreadable',
  'UnsupportedSku',
  'CapacityPaused',
]);

/** What people should hear about first: what needs them, else the least advanced. Ladders come in that order. */
export const primary = (rests: readonly Rest[]): Rest | undefined =>
  // Why nothing can be seen is the lesser matter while an approval stands that may be an imitation's.
  rests.find(({ reason }) => reason === 'ApprovalUnproven' || reason === 'ApprovalHeld') ?? firstOf(rests);

/** A ladder that only waits for another one lets that one speak. */
export function spokesman(rests: readonly Rest[], rest: Rest): Rest {
  const others: Readonly<Record<string, readonly string[]>> = {
    AwaitingDecision: ['approval'],
    AwaitingTarget: ['target', 'approval'],
  };
  const named = others[rest.reason] ?? [];
  return rests.find((other) => named.includes(other.machine) && !isDone(other)) ?? rest;
}

/** `observed`: Ready, Stalled and Reconciling as they are for an object that is only observed. */
export function conditions(
  seen: Seen,
  rests: readonly Rest[],
  deleting: boolean,
  observed?: readonly Condition[],
): readonly Condition[] {
  const aspects = deleting
    ? {}
    : {
        TargetResolved: targetResolved(seen, rests),
        Requested: requested(seen, rests),
        Approved: approved(seen, rests),
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
  if (!main) {
    if (deleting) return notReady(undefined, BEING_TAKEN_DOWN);
    return [{ type: 'Ready', status: 'True', reason: 'Ready', message: readyMessage(seen) }];
  }
  const speaker = spokesman(rests, main);
  const text = `${line(seen, speaker)}${besides(seen, rests, main)}`;
  return notReady(main, { reason: say(seen, speaker).reason, text });
}

/** Another ladder's matter for a person, which does not come after this one: both can be put right at once. */
export function besides(seen: Seen, rests: readonly Rest[], main: Rest | undefined): string {
  if (!main || !needsPerson(main)) return '';
  const other = rests.find((rest) => rest.machine !== main.machine && needsPerson(rest));
  return other ? ` Besides: ${line(seen, other)}` : '';
}

const of = (rests: readonly Rest[], machine: string) => rests.find((rest) => rest.machine === machine);

const found = (seen: Seen, rest: Rest): Found => {
  const { reason, text, next } = say(seen, rest);
  const status = isDone(rest) ? 'True' : UNKNOWN.has(rest.reason) ? 'Unknown' : 'False';
  return { status, reason, message: capital(`${text}; ${next}.`) };
};

const notBegun = (seen: Seen, rests: readonly Rest[]): Found => {
  const own = of(rests, 'endpoint');
  return {
    status: 'Unknown',
    reason: own ? say(seen, own).reason : 'NotObserved',
    message: 'Not looked at yet: the object is not claimed.',
  };
};

function targetResolved(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'target');
  if (!rest) return notBegun(seen, rests);
  if (!isDone(rest)) return found(seen, rest);
  // The object is Ready, for traffic flows: what is lost is what it was set up by.
  if (rest.reason === 'LinkGone') return { ...found(seen, rest), status: 'False' };
  // Nothing of the target is read while the endpoint itself cannot be: then nobody has held it
  // against the spec, unless before the request.
  const own = of(rests, 'endpoint');
  const isProven = ['created', 'adopted', 'fresh'].includes(seen.endpoint.facts.origin);
  if (own && UNKNOWN.has(own.reason) && seen.target.facts.service === 'notAsked' && !isProven) {
    const message = 'Not looked at: whether the endpoint exists already cannot be read.';
    return { status: 'Unknown', reason: say(seen, own).reason, message };
  }
  const { id, warnings } = seen.target;
  const doubts = warnings.length === 0 ? '' : ` Note: ${warnings.join('; ')}.`;
  return { status: 'True', reason: 'TargetReady', message: `The target is ${id}.${doubts}` };
}

const BEFORE_REQUEST = /^(Source|Target|Cooldown|Request)\./;

function requested(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'endpoint');
  if (!rest || rest.phase.startsWith('Claim.')) return notBegun(seen, rests);
  if (BEFORE_REQUEST.test(rest.phase)) return found(seen, spokesman(rests, rest));
  const { row } = seen.endpoint;
  return {
    status: 'True',
    reason: 'Requested',
    message: `Fabric lists the endpoint (${row?.id ?? seen.desired.source.name}).`,
  };
}

function approved(seen: Seen, rests: readonly Rest[]): Found {
  const rest = of(rests, 'endpoint');
  if (!rest || rest.phase.startsWith('Claim.')) return notBegun(seen, rests);
  if (rest.reason === 'Approved') return found(seen, rest);
  if (!BEFORE_REQUEST.test(rest.phase)) return found(seen, spokesman(rests, rest));
  const { reason } = say(seen, spokesman(rests, rest));
  return { status: 'Unknown', reason, message: 'There is no request yet.' };
}
