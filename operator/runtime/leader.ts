import { LEASES } from '../clients/kube/resources.ts';
import type { KubeClient } from '../clients/kube/types.ts';
import { type Clock, sleep } from '../clock.ts';
import { toOperatorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { jittered, type Random } from './backoff.ts';
import type { Fence, MonotonicMs } from './fence.ts';
import { heldBy, type Lease, released } from './lease-record.ts';

export type LeaseDurations = {
  /** Others take over this long after the last renewal that they saw. */
  leaseMs: number;
  /** The holder stops writing this long after the last renewal that it began and that succeeded. */
  renewDeadlineMs: number;
  retryMs: number;
};

/** client-go's values. The five seconds between the first two are for writes that are already on their way. */
export const LEASE_DURATIONS: LeaseDurations = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export type LeaderElectionOptions = {
  /** Bare: leader election is what opens the fence. */
  kube: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  fence: Fence;
  namespace: string;
  name: string;
  /** Unique to this process. */
  identity: string;
  /** Real time, never stepped or scaled. */
  clock: Clock;
  monotonicMs?: MonotonicMs;
  random: Random;
  log: Logger;
  durations?: LeaseDurations;
  onElected: () => void;
  /** Once, and for good: a process that lost its lease does not stand again. */
  onLost: () => void;
};

type Try = 'held' | 'foreign' | 'failed';

/**
 * Leader election on a Lease.
 *
 * Guarantees: the fence is open only between a renewal and its deadline, measured from before the renewal was sent, on
 * a clock that does not jump; a foreign lease is taken only after it has not changed for its whole duration *as seen
 * from here*, so that clocks of different machines need not agree.
 * Assumption: a write that has been sent is answered or given up within leaseMs - renewDeadlineMs.
 */
export function createLeaderElection(options: LeaderElectionOptions) {
  const { kube, fence, namespace, name, identity, clock, log } = options;
  const durations = options.durations ?? LEASE_DURATIONS;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const stopping = new AbortController();
  let held: Lease | undefined;
  let seen: { record: string; atMs: number } | undefined;
  let running: Promise<void> = Promise.resolve();

  const terms = () => ({ name, namespace, durationSeconds: durations.leaseMs / 1000, nowMs: clock.now() });

  /** One try, to take or to renew. */
  const attempt = async (signal: AbortSignal): Promise<Try> => {
    const startedAtMs = monotonicMs();
    const present = held ?? (await kube.get<Lease>(LEASES, namespace, name, signal));
    if (present && !held && !isFree(present)) return 'foreign';
    const wanted = heldBy(identity, present, terms());
    held = present ? await kube.replace(LEASES, wanted, signal) : await kube.create(LEASES, wanted, signal);
    fence.grant(startedAtMs + durations.renewDeadlineMs);
    return 'held';
  };

  const isFree = (lease: Lease): boolean => {
    const holder = lease.spec?.holderIdentity;
    const record = `${lease.metadata.resourceVersion} ${holder} ${lease.spec?.renewTime}`;
    if (seen?.record !== record) seen = { record, atMs: monotonicMs() };
    if (!holder || holder === identity) return true;
    const durationMs = (lease.spec?.leaseDurationSeconds ?? durations.leaseMs / 1000) * 1000;
    return monotonicMs() - seen.atMs >= durationMs;
  };

  const tryOnce = async (limitMs: number): Promise<Try> => {
    const limit = new AbortController();
    const cancel = clock.after(limitMs, () => limit.abort(new Error('the lease could not be renewed in time')));
    const onStop = () => limit.abort(stopping.signal.reason);
    stopping.signal.addEventListener('abort', onStop, { once: true });
    try {
      return await attempt(limit.signal);
    } catch (thrown) {
      const error = toOperatorError(thrown);
      // What we remember of the lease may be outdated: read it again next time.
      held = undefined;
      log.debug('lease not written', { reason: error.reason, error: error.message });
      return 'failed';
    } finally {
      cancel();
      stopping.signal.removeEventListener('abort', onStop);
    }
  };

  const acquire = async (): Promise<void> => {
    while ((await tryOnce(durations.renewDeadlineMs)) !== 'held') {
      await sleep(clock, jittered(durations.retryMs, 0.2, options.random), stopping.signal);
    }
  };

  /** Returns when the lease is lost. */
  const renew = async (): Promise<void> => {
    let renewedAtMs = monotonicMs();
    for (;;) {
      await sleep(clock, durations.retryMs, stopping.signal);
      const startedAtMs = monotonicMs();
      const remainingMs = renewedAtMs + durations.renewDeadlineMs - startedAtMs;
      if (remainingMs <= 0) return;
      const result = await tryOnce(remainingMs);
      if (result === 'held') renewedAtMs = startedAtMs;
      if (result === 'foreign') return;
    }
  };

  const run = async (): Promise<void> => {
    await acquire();
    log.info('lease acquired', { lease: `${namespace}/${name}`, identity });
    options.onElected();
    await renew();
    fence.revoke('the lease is lost');
    log.error('lease lost', { lease: `${namespace}/${name}`, identity });
    options.onLost();
  };

  return {
    start(): void {
      running = run().catch((thrown: unknown) => {
        if (stopping.signal.aborted) return;
        fence.revoke('leader election failed');
        log.error('leader election failed', { error: toOperatorError(thrown).message });
        options.onLost();
      });
    },
    /** Ends renewing and closes the fence; with `letGo`, tells the others that they need not wait. */
    async stop(letGo: boolean): Promise<void> {
      const wasHeld = fence.isHeld();
      fence.revoke('stopping');
      stopping.abort(new Error('stopping'));
      await running;
      if (!letGo || !wasHeld) return;
      try {
        // The last renewal may have been cut off by our stopping: then only the server knows the version.
        const last = held ?? (await kube.get<Lease>(LEASES, namespace, name));
        if (last?.spec?.holderIdentity !== identity) return;
        await kube.replace(LEASES, released(last, clock.now()));
        log.info('lease released', { lease: `${namespace}/${name}`, identity });
      } catch (thrown) {
        log.warn('lease not released', { error: toOperatorError(thrown).message });
      }
    },
  };
}

export type LeaderElection = ReturnType<typeof createLeaderElection>;
