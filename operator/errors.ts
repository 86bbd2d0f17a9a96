/**
 * What to do next about an error. Clients classify, the runtime reacts, controllers do neither.
 *
 * | disposition | like                                        | the runtime then                               |
 * |-------------|---------------------------------------------|------------------------------------------------|
 * | conflict    | resourceVersion or ETag moved               | tries again at once and says nothing           |
 * | throttled   | 429, or our own budget is spent             | waits for `retryAfterMs`; it is not a failure  |
 * | transient   | 5xx, timeout, connection reset, bad JSON    | backs off with jitter                          |
 * | blocked     | 403, quota, lock, missing parent            | tries slowly and tells the user why            |
 * | terminal    | the spec cannot work                        | `Stalled`; waits for a new generation (and looks again slowly) |
 * | bug         | anything unclassified, a broken invariant   | backs off, logs with stack                     |
 */
export type Disposition = 'conflict' | 'throttled' | 'transient' | 'blocked' | 'terminal' | 'bug';

export type OperatorErrorInit = {
  disposition: Disposition;
  /** CamelCase, stable: becomes a condition reason. */
  reason: string;
  /** What went wrong, where, for which input. Free of tokens, timestamps and ids that differ between two identical failures. */
  message: string;
  /** One sentence that says what a person should do, if a person can do something. */
  remedy?: string;
  /** Earliest useful next try, in milliseconds from now. */
  retryAfterMs?: number;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** The service's own error code, such as `RequestDeniedByInboundPolicy` or `SubnetIsFull`. */
  code?: string;
  /** What had to come before the call failed, so that it never left. */
  unsent?: true;
  cause?: unknown;
};

/** Every error that leaves a client is one of these. */
export class OperatorError extends Error {
  readonly disposition: Disposition;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly unsent: boolean;

  constructor(init: OperatorErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'OperatorError';
    this.disposition = init.disposition;
    this.reason = init.reason;
    this.remedy = init.remedy;
    this.retryAfterMs = init.retryAfterMs;
    this.status = init.status;
    this.code = init.code;
    this.unsent = init.unsent ?? false;
  }
}

/** Wraps whatever was thrown: an OperatorError as it is, anything else as a `bug`. */
export function toOperatorError(thrown: unknown): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new OperatorError({ disposition: 'bug', reason: 'InternalError', message, cause: thrown });
}

/**
 * Nothing at all can be read for want of credentials. Whoever mends a Secret waits in front of the screen, so these are
 * looked at every minute where other refusals get slower.
 */
export const isCredentialTrouble = ({ reason }: Pick<OperatorError, 'reason'>): boolean =>
  reason.startsWith('Credential');

/** Our own budget said when: nothing was sent, and the time is this caller's alone. A refusal by the service has a status. */
export const isOwnTurn = ({ reason, status }: Pick<OperatorError, 'reason' | 'status'>): boolean =>
  reason === 'WaitingForQuota' && status === undefined;
