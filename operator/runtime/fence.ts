import type { HttpRequest, Transport } from '../clients/http.ts';
import { OperatorError } from '../errors.ts';

/** Milliseconds of a clock that never jumps, such as performance.now. */
export type MonotonicMs = () => number;

/**
 * Whether this process may write, to the cluster or to a cloud.
 *
 * Guarantees: closed until granted; closes by itself when the granted time is over, even if nobody comes to say so (a
 * paused process finds it closed when it wakes); once revoked it never opens again.
 */
export type Fence = {
  /** Throws OperatorError `transient` with reason `LeaseLost` when writes are not allowed. */
  assertHeld(): void;
  isHeld(): boolean;
  /** Writes are allowed until this monotonic time. */
  grant(untilMs: number): void;
  revoke(why: string): void;
  /** Aborts when the fence is revoked: for what is under way. */
  readonly signal: AbortSignal;
};

export function createFence(monotonicMs: MonotonicMs = () => performance.now()): Fence {
  const controller = new AbortController();
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  const isHeld = () => !controller.signal.aborted && monotonicMs() < heldUntilMs;
  const closed = () =>
    new OperatorError({
      disposition: 'transient',
      reason: 'LeaseLost',
      message: 'this replica does not hold the lease and must not write',
    });
  return {
    assertHeld() {
      if (!isHeld()) throw closed();
    },
    isHeld,
    grant(untilMs) {
      heldUntilMs = untilMs;
    },
    revoke(why) {
      if (!controller.signal.aborted) controller.abort(new Error(why));
    },
    signal: controller.signal,
  };
}

/**
 * Lets a write out only while the fence is held. Reads pass; so do tokens and other POSTs that change nothing.
 * Leader election itself must use the bare transport.
 */
export function fencedTransport(inner: Transport, fence: Pick<Fence, 'assertHeld'>): Transport {
  const isWrite = ({ method, service, safe }: HttpRequest) =>
    service !== 'entra' && safe !== true && method !== 'GET' && method !== 'HEAD';
  return {
    async send(request) {
      if (isWrite(request)) fence.assertHeld();
      return inner.send(request);
    },
    stream: (request) => inner.stream(request),
    close: () => inner.close(),
  };
}
