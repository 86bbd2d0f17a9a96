/**
 * Who asks, and how urgently. Budgets serve in this order: writes outrank polls, a person's change outranks a resync;
 * within one priority namespaces take turns.
 */
export type CallOptions = {
  signal: AbortSignal;
  /** person: somebody changed the object just now · routine: a poll or a requeue · resync: the initial sweep or a periodic look. */
  urgency: 'person' | 'routine' | 'resync';
  /** Fairness key: the object's namespace. */
  namespace: string;
  /** `namespace/name` of the object: keeps its place in a budget's queue from one pass to the next. */
  key: string;
  /** The answer may be at most this old, in milliseconds. Absent: the observer's own period. 0: read anew. */
  maxAgeMs?: number;
  /** The object is only observed: a call that is more than a read is refused before it leaves (`exchange.ts`). */
  readOnly?: boolean;
};

/** What must be on record before a call leaves; run once its turn has come, and not for a call that waits for one. */
export type Beforehand = () => Promise<void>;

/** A value together with the time (ms since the epoch) at which it was read. */
export type Read<T> = { value: T; readAtMs: number };
