import type { KubeObject } from '../clients/kube/types.ts';
import { OperatorError, toOperatorError } from '../errors.ts';
import type { Decision, EventNote, Kind, Ladder, Pass, PlanStep, Rest } from './kind.ts';
import type { ObjectWriter } from './object-writer.ts';
import type { Fault } from './reading.ts';
import { statusPatch } from './report.ts';

export type PassResult = {
  /** In ladder order; empty when observe threw. */
  rests: readonly Rest[];
  ladders: readonly Ladder[];
  /** What observe threw, or what the status write threw. */
  error?: OperatorError;
  /** What observe could not read, though it went on. */
  unread: readonly Fault[];
  wroteStatus: boolean;
  /** Our finalizer was removed in this pass: there is nothing left to report on. */
  released: boolean;
};

export type ReconcileInput<R extends KubeObject, Seen> = {
  kind: Kind<R, Seen>;
  decide: (ladder: Ladder) => Decision;
  pass: Pass<R>;
  writer: ObjectWriter<R>;
  /** True once `release` has removed our finalizer. */
  isReleased: () => boolean;
  emit: (note: EventNote) => void;
  /** Before the first effect: what must be in place before anything is written on behalf of the object. */
  beforeEffects?: () => Promise<void>;
};

/**
 * One pass over one object: observe → decide → act → describe → write the status if something changed.
 *
 * Guarantees: at most one effect per ladder, in ladder order; an effect that fails holds up no other ladder; nothing
 * begins after the pass's signal aborted; for an object that is only observed no effect runs that could reach further
 * than the object itself; the status is written at most once, and not when it says so already. Never throws.
 */
export async function reconcile<R extends KubeObject, Seen>(input: ReconcileInput<R, Seen>): Promise<PassResult> {
  const { kind, pass } = input;
  let seen: Seen | undefined;
  let ladders: readonly Ladder[] = [];
  let rests: Rest[] = [];
  let plan: readonly PlanStep[] | undefined;
  let error: OperatorError | undefined;
  const mayRun = ({ effect }: Pick<Rest, 'effect'>): boolean =>
    effect !== undefined && (!pass.readOnly || (kind.readOnly?.stillRun.includes(effect) ?? false));
  try {
    seen = await kind.observe(pass);
    ladders = kind.ladders(seen);
    rests = ladders.map((ladder) => restAt(ladder, input.decide(ladder), mayRun));
    const turn = rests.some(mayRun) ? undefined : kind.awaitsTurn?.(seen);
    if (turn) throw turn;
    if (pass.readOnly) plan = kind.readOnly?.plan(seen, input.decide);
    if (!pass.readOnly && rests.some(mayRun)) await input.beforeEffects?.();
  } catch (thrown) {
    error = toOperatorError(thrown);
    ladders = [];
    rests = [];
  }
  if (seen !== undefined && !error) await act(kind, pass, seen, rests, mayRun);

  const result = {
    rests,
    ladders,
    unread: unreadIn(kind, seen, error),
    wroteStatus: false,
    released: input.isReleased(),
    ...(error && { error }),
  };
  // After an outdated read there is nothing true to say; after the end of the pass there is nobody to say it.
  if (result.released || error?.disposition === 'conflict' || pass.signal.aborted) return result;
  try {
    return { ...result, wroteStatus: await report(input, { seen, rests, plan, error }) };
  } catch (thrown) {
    return { ...result, error: error ?? toOperatorError(thrown) };
  }
}

function unreadIn<R extends KubeObject, Seen>(
  kind: Kind<R, Seen>,
  seen: Seen | undefined,
  error: OperatorError | undefined,
): readonly Fault[] {
  const partly = seen === undefined ? [] : (kind.unread?.(seen) ?? []);
  return error ? [{ about: 'the object as a whole', error }, ...partly] : partly;
}

function restAt({ name }: Ladder, decision: Decision, mayRun: (decision: Decision) => boolean): Rest {
  const withheld = decision.effect !== undefined && !mayRun(decision);
  return { ladder: name, ...decision, outcome: { kind: withheld ? 'withheld' : 'none' } };
}

async function act<R extends KubeObject, Seen>(
  kind: Kind<R, Seen>,
  pass: Pass<R>,
  seen: Seen,
  rests: Rest[],
  mayRun: (rest: Rest) => boolean,
): Promise<void> {
  for (const [index, rest] of rests.entries()) {
    if (rest.effect === undefined || !mayRun(rest)) continue;
    if (pass.signal.aborted) return;
    rests[index] = { ...rest, outcome: await outcomeOf(kind, pass, seen, rest, rest.effect) };
  }
}

async function outcomeOf<R extends KubeObject, Seen>(
  kind: Kind<R, Seen>,
  pass: Pass<R>,
  seen: Seen,
  rest: Rest,
  name: string,
): Promise<Rest['outcome']> {
  try {
    const effect = kind.effects[name];
    if (!effect)
      throw new OperatorError({ disposition: 'bug', reason: 'InternalError', message: `no effect "${name}"` });
    await effect(pass, seen, rest.ladder);
    return { kind: 'done' };
  } catch (thrown) {
    return { kind: 'failed', error: toOperatorError(thrown) };
  }
}

type Found<Seen> = {
  seen: Seen | undefined;
  rests: readonly Rest[];
  plan: readonly PlanStep[] | undefined;
  error: OperatorError | undefined;
};

async function report<R extends KubeObject, Seen>(
  { kind, pass, writer, emit }: ReconcileInput<R, Seen>,
  { seen, rests, plan, error }: Found<Seen>,
): Promise<boolean> {
  const resource = writer.current();
  const told = rests.map(quietConflict);
  const said = kind.describe({ resource, seen, rests: told, error, nowMs: pass.nowMs, ...(plan && { plan }) });
  const patch = statusPatch(resource, said, pass.nowMs);
  if (!patch) return false;
  await writer.status(patch);
  // Only now: an event tells of a transition, and a pass that changes nothing has none.
  for (const note of said.events) emit(note);
  return true;
}

/** A conflict is tried again at once and nobody hears of it. */
function quietConflict(rest: Rest): Rest {
  const conflict = rest.outcome.kind === 'failed' && rest.outcome.error.disposition === 'conflict';
  return conflict ? { ...rest, outcome: { kind: 'none' } } : rest;
}
