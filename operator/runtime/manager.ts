import type { CountingTransport } from '../clients/in-flight.ts';
import { resourceName, SECRETS, splitKey } from '../clients/kube/resources.ts';
import type { KubeObject, ResourceType, WatchingKubeClient } from '../clients/kube/types.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Random } from './backoff.ts';
import { createController } from './controller.ts';
import { createEventRecorder } from './events.ts';
import { createFence, type Fence, type MonotonicMs } from './fence.ts';
import type { Verdict } from './http.ts';
import { createInformers } from './informers.ts';
import { createInstruments } from './instruments.ts';
import type { Kind } from './kind.ts';
import { createLeaderElection, type LeaseDurations } from './leader.ts';
import type { Metrics } from './metrics.ts';
import type { ReflectorLimits } from './reflector.ts';
import { createSecretKeeper } from './secret-keeper.ts';
import { withSecretWatch } from './secret-watch.ts';

export type LeaderElectionSettings = {
  namespace: string;
  /** Unique to this process, such as the pod's name and a random part. */
  identity: string;
  /** Name of the Lease; default `fabric-link-operator`. */
  name?: string;
  durations?: LeaseDurations;
  monotonicMs?: MonotonicMs;
  /** The lease is gone for good; the program must end. */
  onLost: () => void;
};

export type ManagerOptions = {
  /** Bare, not fenced: the manager fences what passes write, and leader election opens the fence. */
  kube: WatchingKubeClient;
  /** Asked for calls in flight only. */
  transport: Pick<CountingTransport, 'inFlight'>;
  /** When keys are due and what time a pass sees. */
  clock: Clock;
  /** Time of sockets, leases and pass limits: real even where `clock` is stepped. Default: the system's. */
  ioClock?: Clock;
  log: Logger;
  metrics: Metrics;
  kinds: readonly Kind[];
  /** Used Secrets carry a finalizer until their last user is gone. Default false. */
  holdSecrets?: boolean;
  /** A Secret that some kind acts with appeared, changed or went: told before the objects that use it are looked at. */
  onSecretChange?: (namespace: string, name: string) => void;
  /** Default `fabric-link-operator`. */
  fieldManager?: string;
  /** Most passes at once, per kind. Default 16. */
  workers?: number;
  /** Empty: all. */
  namespaces?: readonly string[];
  /** Absent: this process is alone and always leads. */
  leaderElection?: LeaderElectionSettings;
  /** Shared with `fencedTransport`, so that effects cannot write after the lease is lost either. */
  fence?: Fence;
  /** Name of this replica in Events. */
  instance?: string;
  random?: Random;
  /** Longest pass, milliseconds of real time. Default two minutes. */
  passTimeoutMs?: number;
  watchLimits?: Partial<ReflectorLimits>;
};

export type Manager = {
  /** Caches begin to fill at once, in standby too; passes begin when they are complete and this process leads. */
  start(): void;
  /** Begins nothing more, lets passes end (within `graceMs`, default 20 s), lets go of the lease. */
  stop(graceMs?: number): Promise<void>;
  /** As if the process had died: everything under way is dropped at once, nothing is let go, nothing more is written. */
  kill(): void;
  /** No pass under way or ready to begin, no call in flight, no Event to be written. */
  isIdle(): boolean;
  hasSynced(): boolean;
  /** True once passes may run. */
  isLeading(): boolean;
  /** The newest version of this resource that the cache has told everybody about. */
  lastSeenResourceVersion(type: ResourceType): string | undefined;
  /** Whether all changes of this resource are heard of; false where an optional one is forbidden. */
  follows(type: ResourceType): boolean;
  cached<T extends KubeObject>(type: ResourceType): readonly T[];
  /** When the next delayed pass is due, milliseconds since the epoch. */
  nextDueAtMs(): number | undefined;
  /** For /healthz: false only when a watch loop is stuck; an API server that is away is no reason to restart. */
  live(): Verdict;
  /** For /readyz: caches complete, whether leading or not. */
  ready(): Verdict;
  readonly fence: Fence;
};

/** A reflector waits for bytes at most 150 s and between tries at most 30 s: after this long it is stuck. */
const STUCK_AFTER_MS = 600_000;

/** The last Events are not worth more than this of a pod's time to end. */
const LAST_EVENTS_MS = 2_000;

/** Wires informers, queues, passes, leader election and Events together. */
export function createManager(options: ManagerOptions): Manager {
  const { kube, clock, log, leaderElection } = options;
  const ioClock = options.ioClock ?? systemClock();
  const random = options.random ?? Math.random;
  const fieldManager = options.fieldManager ?? 'fabric-link-operator';
  const leaseName = leaderElection?.name ?? 'fabric-link-operator';
  const fence = options.fence ?? createFence(leaderElection?.monotonicMs);
  const instruments = createInstruments(options.metrics);
  const recorder = createEventRecorder({
    kube,
    fence,
    clock,
    log,
    metrics: options.metrics,
    controller: fieldManager,
    instance: options.instance ?? fieldManager,
  });
  const kinds = options.kinds.map(withSecretWatch);
  const informers = createInformers({
    kinds,
    namespaces: options.namespaces ?? [],
    kube,
    clock: ioClock,
    random,
    log,
    instruments,
    ...(options.watchLimits && { limits: options.watchLimits }),
  });
  const secrets = kinds.some((kind) => kind.secrets) ? informers.of(SECRETS) : undefined;
  // Before the controllers listen: a pass that this change brings about must not read what was known before it.
  secrets?.onChange(({ key }) => {
    const { namespace, name } = splitKey(key);
    options.onSecretChange?.(namespace, name);
  });
  const keeper =
    secrets &&
    createSecretKeeper({
      enabled: options.holdSecrets ?? false,
      kinds,
      secrets,
      informerOf: (type) => informers.of(type),
      kube,
      fence,
      clock,
      log,
      fieldManager,
    });
  const controllers = kinds.map((kind) =>
    createController({
      kind,
      informer: informers.of(kind.type),
      informerOf: (type) => informers.of(type),
      kube,
      fence,
      clock,
      ioClock,
      random,
      log,
      instruments,
      recorder,
      fieldManager,
      workers: options.workers ?? 16,
      passTimeoutMs: options.passTimeoutMs ?? 120_000,
      keeper,
    }),
  );
  let leading = false;
  let ended = false;

  const beginPasses = (): void => {
    if (ended || !leading || !informers.hasSynced()) return;
    keeper?.start();
    for (const controller of controllers) controller.start();
  };
  const lead = (): void => {
    leading = true;
    instruments.leader(leaseName, true);
    beginPasses();
  };
  const election =
    leaderElection &&
    createLeaderElection({
      kube,
      fence,
      namespace: leaderElection.namespace,
      name: leaseName,
      identity: leaderElection.identity,
      clock: ioClock,
      random,
      log,
      ...(leaderElection.durations && { durations: leaderElection.durations }),
      ...(leaderElection.monotonicMs && { monotonicMs: leaderElection.monotonicMs }),
      onElected: lead,
      onLost() {
        if (!ended) leaderElection.onLost();
      },
    });

  // What is under way ends with the right to write, whoever took it away.
  fence.signal.addEventListener('abort', () => {
    leading = false;
    instruments.leader(leaseName, false);
    for (const controller of controllers) controller.abort(fence.signal.reason as Error);
  });
  informers.onSynced(beginPasses);
  instruments.leader(leaseName, false);

  return {
    fence,
    start() {
      informers.start();
      if (election) election.start();
      else {
        fence.grant(Number.POSITIVE_INFINITY);
        lead();
      }
    },
    async stop(graceMs = 20_000) {
      if (ended) return;
      ended = true;
      const cancelLimit = ioClock.after(graceMs, () => {
        for (const controller of controllers) controller.abort(new Error('the time to finish is over'));
      });
      await Promise.all(controllers.map((controller) => controller.drain()));
      cancelLimit();
      await within(ioClock, LAST_EVENTS_MS, recorder.stop());
      await election?.stop(true);
      fence.revoke('stopped');
      await informers.stop();
    },
    kill() {
      ended = true;
      fence.revoke('killed');
      void recorder.stop();
      void election?.stop(false);
      void informers.stop();
    },
    isIdle: () =>
      options.transport.inFlight() === 0 &&
      recorder.pending() === 0 &&
      (keeper?.isIdle() ?? true) &&
      controllers.every((controller) => controller.isIdle()),
    hasSynced: () => informers.hasSynced(),
    isLeading: () => leading && fence.isHeld(),
    lastSeenResourceVersion: (type) => informers.of(type).lastSeenResourceVersion(),
    follows: (type) => informers.of(type).follows(),
    cached: <T extends KubeObject>(type: ResourceType) => informers.of(type).list() as readonly T[],
    nextDueAtMs() {
      const due = controllers.map((controller) => controller.nextAtMs()).filter((atMs) => atMs !== undefined);
      return due.length === 0 ? undefined : Math.min(...due);
    },
    live() {
      const stuck = informers.all.filter((informer) => ioClock.now() - informer.progressAtMs() > STUCK_AFTER_MS);
      return stuck.length === 0
        ? { ok: true }
        : {
            ok: false,
            reason: `no sign of life from the watch of ${stuck.map(({ type }) => resourceName(type)).join(', ')}`,
          };
    },
    ready: () =>
      informers.hasSynced() ? { ok: true } : { ok: false, reason: `still listing ${informers.unsynced().join(', ')}` },
  };
}

/** Waits for `work`, but no longer than `limitMs`. */
function within(clock: Clock, limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, resolve);
    work.then(resolve, reject).finally(cancel);
  });
}
