import type { KubeObject } from '../clients/kube/types.ts';
import type { Change } from './store.ts';
import type { Priority } from './workqueue.ts';

/** Any new value means: look now. */
export const RECONCILE_ANNOTATION = 'fabriclink.dev/reconcile';
/** Words of a person, who waits for what they do; other annotations are written by programs. */
const PERSONS_WORDS = [RECONCILE_ANNOTATION, 'fabriclink.dev/break-glass'];

/**
 * How soon a change deserves a look. A person waits for what a person did: a new object, a new generation, a deletion, a
 * request to look now. What happened while we were away goes before what is settled, and is behind whoever waits in
 * front of the screen now: of a fleet's first thousands nobody can say who does.
 */
export function urgencyOf({ before, after }: Change, initial: boolean): Priority {
  if (!after) return 'routine';
  if (initial) return isSettled(after) ? 'resync' : 'routine';
  if (!before || before.metadata.uid !== after.metadata.uid) return 'person';
  const acted =
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    PERSONS_WORDS.some((key) => before.metadata.annotations?.[key] !== after.metadata.annotations?.[key]);
  return acted ? 'person' : 'routine';
}

/** A person asked to look now: what the observers remember is not good enough. */
export function asksToLook(before: KubeObject | undefined, after: KubeObject): boolean {
  const asked = after.metadata.annotations?.[RECONCILE_ANNOTATION];
  return asked !== undefined && before !== undefined && asked !== before.metadata.annotations?.[RECONCILE_ANNOTATION];
}

/** Reported on at its present generation. Only a hint for the order of the first sweep. */
function isSettled(object: KubeObject): boolean {
  const { observedGeneration } = (object.status ?? {}) as { observedGeneration?: number };
  return object.metadata.deletionTimestamp === undefined && observedGeneration === object.metadata.generation;
}
