import { observedLifecycle } from '../../../operator/words/observed.ts';
import type { PlanStep, Report, Rest, Seen } from '../types.ts';
import { readyMessage } from './describe-ready.ts';
import { line, say } from './describe-words.ts';

/** Ready, Stalled and Reconciling of a mapping that is only observed. */
export const lifecycleObserved = (
  seen: Seen,
  main: Rest | undefined,
  plan: readonly PlanStep[],
): Report['conditions'] =>
  observedLifecycle(plan, {
    main: main && { outcome: main.outcome, reason: say(seen, main).reason, line: line(seen, main) },
    ready: readyMessage(seen),
  });
