import type { AnyStateMachine } from 'xstate';
import type { CallOptions } from '../clients/call.ts';
import type { Condition, KubeObject, ResourceType } from '../clients/kube/types.ts';
import type { OperatorError } from '../errors.ts';
import type { Fault } from './reading.ts';

/**
 * What one folder under controllers/ hands to the runtime. A pass is: observe → decide (pure, here in the runtime) →
 * act (at most one effect per ladder) → describe → one status write if something changed.
 *
 * Guarantees: a pass never acts on a cached object older than our last write to it; two passes for one key never
 * overlap; after losing the Lease no effect and no write begins.
 * Assumptions: observe never writes; every effect is safe to repeat; describe and ladders are pure.
 */
export interface Kind<R extends KubeObject = KubeObject, Seen = unknown, Effect extends string = string> {
  readonly type: ResourceType;
  /** Machines by name; each is a ladder whose resting leaf carries `RestMeta` in its `meta` and one of `RestTag`. */
  readonly machines: Readonly<Record<string, AnyStateMachine>>;
  /** Reads the cloud and the cluster. Throws only OperatorErrors that make the whole pass meaningless; a fact that cannot be read is `unobservable`. */
  observe(pass: Pass<R>): Promise<Seen>;
  /** The ladders of this object with their closed facts, in the order in which their effects are to run. Pure. */
  ladders(seen: Seen): readonly Ladder[];
  readonly effects: Readonly<Record<Effect, EffectOf<R, Seen>>>;
  /**
   * Facts are missing for no other reason than that it is not our turn to ask (a budget, a Retry-After): the
   * `throttled` error that says until when. A pass that has nothing to do either then ends like one that could not
   * observe at all, and nobody is told that something went wrong. Pure.
   */
  awaitsTurn?(seen: Seen): OperatorError | undefined;
  /** What could not be read in this pass: when it lasts for minutes, on-call hears of it. Pure. */
  unread?(seen: Seen): readonly Fault[];
  /** Turns facts and resting places into what people read. Pure. */
  describe(input: DescribeInput<R, Seen>): Report;
  /** Objects that are only looked at. Absent: every object is acted on. */
  readonly readOnly?: ReadOnly<R, Seen>;
  /** Other objects of the cluster whose change should bring this one back (for example a Secret): their keys. */
  readonly watches?: readonly RelatedWatch[];
  /** Objects of this kind to be counted at each scrape, from the cache; each is zero from the start. Pure and cheap. */
  readonly counts?: readonly ObjectCount[];
  /** What a person is awaited for, object by object, at each scrape, from the cache. Pure and cheap. */
  readonly gauges?: readonly ObjectGauge[];
  /**
   * Names of the Secrets in its own namespace that an object acts with, or would if they were there. A change of one
   * brings the object back at once, where Secrets may be watched. Pure.
   */
  readonly secrets?: (object: KubeObject) => readonly string[];
  /**
   * Indexes over the cached objects of this kind, such as the workspace each one names: `Pass.indexed` then finds those
   * that share a value without looking at all of them. `namespace` is always there.
   */
  readonly indexes?: Readonly<Record<string, (object: KubeObject) => readonly string[]>>;
}

/** A gauge over all objects of a kind. Never labelled by object: the number of series does not grow with the fleet. */
export type ObjectCount = { metric: string; help: string; counts: (object: KubeObject) => boolean };

/**
 * A number about single objects, labelled by namespace and name. Only for what is seldom: an object has a series while
 * `value` is defined, so that a fleet at rest has none.
 */
export type ObjectGauge = {
  metric: string;
  help: string;
  value: (object: KubeObject, nowMs: number) => number | undefined;
};

/**
 * An object that its owner wants observed only: a pass observes, decides and describes as ever, and runs no effect.
 * Every client call of such a pass carries the mark that makes anything but a read fail.
 */
export type ReadOnly<R extends KubeObject, Seen> = {
  applies(resource: R): boolean;
  /** Effects that touch nothing outside our own object and run all the same, such as letting go of it. */
  readonly stillRun: readonly string[];
  /** What would be done if the object were acted on, in order. Pure. */
  plan(seen: Seen, decide: (ladder: Ladder) => Decision): readonly PlanStep[];
};

/**
 * call: a request that changes something · takeover: what exists becomes this object's, and no call is made · wait:
 * until something under way has ended · person: the ladder goes no further until a person has done what the
 * description says · unread: nothing can be foretold, because something could not be read.
 */
export type PlanStep = {
  kind: 'call' | 'takeover' | 'wait' | 'person' | 'unread';
  /** Name of the ladder. */
  ladder: string;
  /** Name of the effect; where there is none, the ladder's reason. */
  action: string;
  description: string;
};

/** Written as a method's type so that a Kind of a certain resource is a Kind: the runtime hands each its own. */
export type EffectOf<R extends KubeObject, Seen> = {
  run(pass: Pass<R>, seen: Seen, ladder: string): Promise<void>;
}['run'];

export type Ladder = {
  /** Unique within the object, such as `service`, `endpoint/hub`, `access`. */
  name: string;
  /** Key of `Kind.machines`. */
  machine: string;
  /** Input of the machine: closed values only (booleans and string unions). */
  facts: Readonly<Record<string, boolean | string>>;
  /** When a resting leaf says `poll: 'due'`: the time at which something is due, milliseconds since the epoch. */
  dueAtMs?: number;
};

/**
 * How soon to look again. Numbers live in runtime/policy.ts.
 * now: at once · fast: seconds, growing to a minute · person: growing to minutes while a person is awaited ·
 * slow: ten minutes, something must change elsewhere · due: exactly at `dueAtMs` · rest: an hour or so, with jitter ·
 * never: only when the object changes.
 */
export type Poll = 'now' | 'fast' | 'person' | 'slow' | 'due' | 'rest' | 'never';

/** `meta` of a resting leaf. */
export type RestMeta = { effect?: string; reason: string; poll: Poll };

/** The one tag of a resting leaf. gone: the object may be forgotten. */
export type RestTag = 'ready' | 'progressing' | 'waiting' | 'stalled' | 'gone';

/** Where the facts of a ladder rest, before anything has been done about it. */
export type Decision = {
  machine: string;
  /** Path of the resting leaf, such as `Approval.Waiting`. */
  phase: string;
  tag: RestTag;
  reason: string;
  effect?: string;
  poll: Poll;
  /** States walked through, for the debug log. */
  why: readonly string[];
};

/** Where a ladder came to rest in this pass. */
export type Rest = Decision & {
  ladder: string;
  /** What the effect, if any, ended with. withheld: it was not run, because the object is only observed. */
  outcome: { kind: 'none' } | { kind: 'done' } | { kind: 'withheld' } | { kind: 'failed'; error: OperatorError };
};

export type DescribeInput<R extends KubeObject, Seen> = {
  resource: R;
  /** Undefined when observe itself threw; then `error` is set and rests are empty. */
  seen: Seen | undefined;
  rests: readonly Rest[];
  error: OperatorError | undefined;
  /** Set for an object that is only observed, whenever `seen` is without an error. */
  plan?: readonly PlanStep[];
  /** The object's status as it stands (never used for *what*, only to keep times and texts steady). */
  nowMs: number;
};

export type Report = {
  /** Everything of status except conditions and observedGeneration. */
  status: Record<string, unknown>;
  /** The runtime adds observedGeneration and lastTransitionTime; a type left out is removed. */
  conditions: readonly Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[];
  /** Something happened. Emitted after the status write of the same pass; a pass that changes no status emits none. */
  events: readonly EventNote[];
};

export type EventNote = { type: 'Normal' | 'Warning'; reason: string; action: string; note: string };

/** Everything a pass may use. Made anew for each pass. */
export interface Pass<R extends KubeObject> {
  /** From the cache, never older than our last write; frozen. */
  readonly resource: R;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** For every client call of this pass: signal, priority and fairness key. */
  readonly call: CallOptions;
  /** The object is only observed: no effect runs, and neither clouds nor annotations are written. */
  readonly readOnly: boolean;
  /** Emits an Event about the object now (effects use it for what has just been done). */
  event(note: EventNote): void;
  /** One line for the audit trail: a decision or a cloud mutation. */
  audit(action: string, fields: Record<string, string | number | boolean>): void;
  /** Adds our finalizer and sets annotations in one patch, with optimistic concurrency. */
  claim(annotations: Readonly<Record<string, string>>): Promise<void>;
  /** Sets (string) or removes (null) `fabriclink.dev/…` annotations under our own field manager. Provenance: written before the call it is about. */
  annotate(annotations: Readonly<Record<string, string | null>>): Promise<void>;
  /** Removes our finalizer and nothing else. `abandoned`: something of ours is left behind, which is counted. */
  release(how?: 'abandoned'): Promise<void>;
  /** Objects of a kind that the runtime caches, such as all WorkspacePrivateLinks (for one owner per workspace). */
  cached<T extends KubeObject>(type: ResourceType): readonly T[];
  /** Of those, the ones with `value` under an index of their kind. */
  indexed<T extends KubeObject>(type: ResourceType, index: string, value: string): readonly T[];
}

export type RelatedWatch = {
  type: ResourceType;
  /** Set: where this may not be listed or watched, the operator goes on without. Says in the log what follows from that. */
  optional?: string;
  /**
   * Which of our objects to look at again when `related` changed. Keys are `namespace/name`. Called for every change of
   * `type`: with thousands of objects, `indexed` (an index of our own kind) rather than `all` keeps that cheap.
   */
  keys(related: KubeObject, all: readonly KubeObject[], indexed: IndexLookup): readonly string[];
};

/** Objects of our own kind with `value` under one of `Kind.indexes`. */
export type IndexLookup = (index: string, value: string) => readonly KubeObject[];
