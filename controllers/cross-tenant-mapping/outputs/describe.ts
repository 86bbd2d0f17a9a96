import type { Report, Rest, Seen } from '../types.ts';
import type { Holder } from './types.ts';

type Condition = Pick<Report['conditions'][number], 'status' | 'reason' | 'message'>;

const UNKNOWN = new Set(['PublishingUnobservable', 'PublishingRefused']);

const placeOf = ({ outputs }: Seen, { phase }: Rest): Holder | undefined =>
  phase.startsWith('Withdraw.') ? (outputs?.note ?? outputs?.holder) : outputs?.holder;

export function outputsDetail(seen: Seen, rest: Rest): string | undefined {
  const place = placeOf(seen, rest);
  if (!place) return undefined;
  const named = `${place.kind} ${place.name}`;
  if (rest.reason !== 'AwaitingStrings') return named;
  const missing = Object.values(seen.strings).flatMap(({ name, host }) => (host === undefined ? [name] : []));
  return missing.length > 0 ? `${named}, without ${missing.slice(0, 5).join(', ')}` : named;
}

/** The exact command, where there is one. */
export function outputsRemedy({ outputs, desired }: Seen, { reason }: Rest): string | undefined {
  const { holder } = outputs ?? {};
  if (reason !== 'TargetExists' || !holder) return undefined;
  const label = `fabriclink.dev/published-by=${desired.uid}`;
  const { facts, note } = outputs ?? {};
  const stays =
    facts?.previous === 'left' && note ? `; until then ${note.kind} ${note.name} goes on saying what it says` : '';
  return `choose another name, delete it, or hand it over: \`kubectl -n ${desired.namespace} label ${holder.kind.toLowerCase()} ${holder.name} ${label}\`; its other keys stay as they are, and the operator looks again every ten minutes${stays}`;
}

/** The condition Published; undefined where nothing is to be published. */
export function publishedCondition(
  rests: readonly Rest[],
  say: (rest: Rest) => { reason: string; line: string },
): Condition | undefined {
  const rest = rests.find(({ machine }) => machine === 'outputs');
  if (!rest || rest.reason === 'PublishingUnwanted') return undefined;
  const { reason, line } = say(rest);
  const isDone = rest.tag === 'ready' && rest.outcome.kind !== 'failed';
  return { status: isDone ? 'True' : UNKNOWN.has(rest.reason) ? 'Unknown' : 'False', reason, message: line };
}
