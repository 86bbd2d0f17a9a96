import { splitKey } from '../clients/kube/resources.ts';
import type { KubeClient, KubeObject, ResourceType } from '../clients/kube/types.ts';
import type { Clock } from '../clock.ts';
import { OperatorError, toOperatorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createAttempts } from './attempts.ts';
import type { Random } from './backoff.ts';
import { createBlindness } from './blindness.ts';
import { createDecider } from './decide.ts';
import type { EventRecorder } from './events.ts';
import type { Fence } from './fence.ts';
import type { Informer } from './informer.ts';
import type { Instruments } from './instruments.ts';
import type { EventNote, Kind } from './kind.ts';
import { createObjectWriter } from './object-writer.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { createOwnWrites } from './own-writes.ts';
import { createPass } from './pass.ts';
import { type PassResult, reconcile } from './reconcile.ts';
import type { SecretKeeper } from './secret-keeper.ts';
import type { Change } from './store.ts';
import { createTokenBuckets } from './token-buckets.ts';
import { asksToLook, urgencyOf } from './urgency.ts';
import { createWorkerPool } from './worker-pool.ts';
import { createWorkQueue, type Taken } from './workqueue.ts';

export type ControllerOptions = {
  kind: Kind;
  /** Of the kind itself. */
  informer: Informer;
  informerOf: (type: ResourceType) => Informer;
  kube: Pick<KubeClient, 'get' | 'patch'>;
  fence: Fence;
  clock: Clock;
  /** Time of sockets, for the limit of a pass. */
  ioClock: Clock;
  random: Random;
  log: Logger;
  instruments: Instruments;
  recorder: Pick<EventRecorder, 'record'>;
  fieldManager: string;
  workers: number;
  passTimeoutMs: number;
  /** Keeps the credentials of objects from being deleted before them; absent: no kind acts with any. */
  keeper?: Pick<SecretKeeper, 'hold' | 'noticed'> | undefined;
};

/**
 * An object that somebody else changes without end (two writers that disagree, a loop in a pipeline) costs a pass for
 * each change only this many times in a row, then one in a while: the others need the workers, too.
 */
const STORM = { burst: 30, refillMs: 5_000, mostKeys: 4_096 };
const STORM_DELAY_MS = 5_000;

/** Brings each object of one kind to a pass when something about it changed or is due. */
export function createController(options: ControllerOptions) {
  const { kind, informer, clock, random, fence } = options;
  const log = options.log.with({ controller: kind.type.plural });
  const instruments = options.instruments.controller(kind.type.plural, options.workers, kind.type.kind);
  const decide = createDecider(kind.machines);
  const attempts = createAttempts();
  const blindness = createBlindness(clock);
  const ownWrites = createOwnWrites((change) => notice(change, false));
  const storms = createTokenBuckets(STORM, clock);
  const wantsFresh = new Set<string>();
  const underWay = new Set<AbortController>();
  const queue = createWorkQueue({ clock, onReady: () => pool.wake(), observer: instruments.queue });
  const pool = createWorkerPool({ queue, workers: options.workers, work, onActive: instruments.active });
  const { fleet } = options.instruments;
  fleet.declare(
    kind.type.plural,
    () => informer.list(),
    kind,
    () => clock.now(),
  );
  instruments.watchQueue(queue, () => clock.now());
  options.instruments.watchBlindness(kind.type.plural, blindness.count);

  informer.onChange((change, initial) => {
    if (!ownWrites.holdBack(change)) notice(change, initial);
  });

  function notice(change: Change, initial: boolean): void {
    const priority = urgencyOf(change, initial);
    if (priority === 'person') attempts.forget(change.key);
    if (change.after && asksToLook(change.before, change.after)) wantsFresh.add(change.key);
    const calm = initial || storms.take(change.key);
    if (!calm) instruments.stormed();
    queue.add(change.key, calm ? { priority } : { priority, delayMs: STORM_DELAY_MS });
  }
  for (const related of kind.watches ?? []) {
    options.informerOf(related.type).onChange(({ before, after }, initial) => {
      // Everything is in the queue already while the first lists arrive.
      if (initial && !informer.hasSynced()) return;
      const keys = new Set<string>();
      for (const object of [before, after]) {
        if (object) for (const key of related.keys(object, informer.list(), informer.indexed)) keys.add(key);
      }
      for (const key of keys) queue.add(key);
    });
  }

  /** The object to act on: from the cache, or from the server where the cache may be older than our last write. */
  async function current(key: string, signal: AbortSignal): Promise<KubeObject | undefined> {
    const cached = informer.get(key);
    if (!cached || !ownWrites.mustRead(key, cached)) return cached;
    const { namespace, name } = splitKey(key);
    const read = await options.kube.get(kind.type, namespace, name, signal);
    ownWrites.forget(key);
    if (read) informer.absorb(read);
    else informer.absorbDeletion(key);
    return informer.get(key);
  }

  async function pass(taken: Taken, resource: KubeObject, controller: AbortController): Promise<Outcome> {
    const { key, priority } = taken;
    const { uid, generation } = resource.metadata;
    const about = { key, uid, generation };
    const emit = (note: EventNote) => options.recorder.record({ type: kind.type, object: resource }, note);
    const writer = createObjectWriter({
      type: kind.type,
      key,
      resource,
      kube: options.kube,
      fence,
      fieldManager: options.fieldManager,
      ownWrites,
      onWritten(object) {
        const before = informer.get(key);
        informer.absorb(object);
        options.keeper?.noticed(kind, before, object);
      },
      signal: controller.signal,
    });
    const { pass, isReleased } = createPass({
      resource,
      key,
      priority,
      fresh: wantsFresh.delete(key),
      readOnly: kind.readOnly?.applies(resource) ?? false,
      nowMs: clock.now(),
      signal: controller.signal,
      writer,
      emit,
      audit(action, fields) {
        instruments.audited(action);
        log.info('audit', { audit: action, ...about, ...fields });
      },
      onAbandoned: () => instruments.abandoned(),
      cached: (type) => options.informerOf(type).list(),
      indexed: (type, index, value) => options.informerOf(type).indexed(index, value),
    });
    const result = await reconcile({
      kind,
      decide,
      pass,
      writer,
      isReleased,
      emit,
      beforeEffects: async () => options.keeper?.hold(kind, resource, controller.signal),
    });
    if (result.wroteStatus) {
      instruments.wroteStatus();
      fleet.reported(kind.type.plural, resource, writer.current(), clock.now());
    }
    if (result.released) fleet.released(kind.type.plural, resource, clock.now());
    const outcome = outcomeOf(key, priority, result, attempts, { clock, random });
    say(about, priority, result, outcome);
    tellBlindness(about, result, emit);
    return outcome;
  }

  /** For whoever is on call: what fails no pass and needs no person, when it lasts. */
  function tellBlindness(about: { key: string }, { unread, released }: PassResult, emit: (note: EventNote) => void) {
    const told = blindness.look(about.key, released ? [] : unread);
    if (told === undefined) return;
    if (told === 'seesAgain') {
      log.info('observable again', about);
      return;
    }
    const what = `${told.unread.about}: ${told.unread.error.message}`;
    log.warn('cannot observe', { ...about, minutes: told.minutes, error: what });
    const note = `For minutes now it could not be read, and nothing is done on a guess (${what}); the operator tries again by itself.`;
    emit({ type: 'Warning', reason: 'Unobservable', action: 'Observe', note: note.slice(0, 1_000) });
  }

  function say(about: object, priority: string, result: PassResult, { failures, requeue }: Outcome): void {
    const fields = {
      ...about,
      urgency: priority,
      phases: result.rests.map(({ ladder, phase }) => `${ladder}=${phase}`),
      wroteStatus: result.wroteStatus,
      requeueAfterMs: requeue?.delayMs,
    };
    if (failures.length === 0) log.debug('pass', { ...fields, why: result.rests.map(({ why }) => why) });
    for (const error of failures) {
      const failure = { ...fields, disposition: error.disposition, reason: error.reason, error: error.message };
      if (error.disposition === 'bug') log.error('pass failed', { ...failure, stack: stackOf(error) });
      else log.warn('pass failed', failure);
    }
  }

  async function work(taken: Taken): Promise<void> {
    const { key, priority } = taken;
    const startedAt = performance.now();
    const controller = new AbortController();
    underWay.add(controller);
    const cancelLimit = options.ioClock.after(options.passTimeoutMs, () =>
      controller.abort(tooLong(options.passTimeoutMs)),
    );
    let outcome: Outcome;
    try {
      const resource = await current(key, controller.signal);
      if (!resource) {
        attempts.forget(key);
        blindness.forget(key);
        ownWrites.forget(key);
        wantsFresh.delete(key);
        return;
      }
      outcome = await pass(taken, resource, controller);
    } catch (thrown) {
      const failed: PassResult = {
        rests: [],
        ladders: [],
        unread: [],
        wroteStatus: false,
        released: false,
        error: toOperatorError(thrown),
      };
      outcome = outcomeOf(key, priority, failed, attempts, { clock, random });
      say({ key }, priority, failed, outcome);
    } finally {
      cancelLimit();
      underWay.delete(controller);
    }
    instruments.passed(outcome.result, (performance.now() - startedAt) / 1000);
    if (outcome.result === 'error') instruments.retried();
    if (outcome.requeue) queue.add(key, outcome.requeue);
  }

  return {
    name: kind.type.plural,
    /** Passes begin. Before this, changes only gather in the queue. */
    start: () => pool.start(),
    /** No new pass begins; resolves when those under way have ended. */
    async drain(): Promise<void> {
      pool.stop();
      await queue.drain();
    },
    /** Ends what is under way. */
    abort(why: Error): void {
      pool.stop();
      for (const controller of underWay) controller.abort(why);
      void queue.drain();
    },
    /** Nothing under way and nothing that could begin now. */
    isIdle: () => queue.taken() === 0 && (!pool.isRunning() || queue.ready() === 0),
    /** When the next delayed key becomes ready, milliseconds since the epoch. */
    nextAtMs: () => queue.nextAtMs(),
  };
}

function tooLong(passTimeoutMs: number): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'PassTimedOut',
    message: `the pass took longer than ${passTimeoutMs} ms`,
  });
}

function stackOf(error: OperatorError): string | undefined {
  return error.cause instanceof Error ? error.cause.stack : error.stack;
}
