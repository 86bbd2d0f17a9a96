import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { Admission, Budgets } from './budget.ts';
import type { Beforehand, CallOptions } from './call.ts';
import { classify, unreadableAnswer } from './classify.ts';
import { isObject } from './error-body.ts';
import type { HttpRequest, HttpResponse, Transport } from './http.ts';
import { isWrite, type Quota } from './quotas.ts';

/** Reads answer within seconds; a write may hold the line while a resource provider makes up its mind. Real time. */
const READ_TIMEOUT_MS = 30_000;
const WRITE_TIMEOUT_MS = 60_000;

/** One call of a cloud by one identity. */
export type CloudRequest = {
  service: 'arm' | 'fabric' | 'graph';
  /** Low-cardinality name for metrics, such as `privateEndpoints.put`. */
  operation: string;
  /** Completes "cannot …" in an error message. */
  what: string;
  method: HttpRequest['method'];
  /** Asks and changes nothing, although the method is POST. */
  safe?: true;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** A 401 may be about something else than the token: it is passed on, unless the service names the token. */
  ambiguous401?: true;
  /** What the call counts against. */
  quotas: readonly Quota[];
  /** When it fails nothing is sent, and the turn is given back. Run again for each way that a call takes. */
  beforehand?: Beforehand;
};

/** Who speaks: everything that an exchange needs of an identity. */
export type Speaker = {
  tenantId: string;
  /** Tenant and client id. */
  identity: string;
  token(): Promise<string>;
  dropToken(token: string): void;
};

/** One finished external request, for metrics and the audit trail. */
export type RequestRecord = {
  service: CloudRequest['service'];
  operation: string;
  method: HttpRequest['method'];
  tenantId: string;
  identity: string;
  namespace: string;
  /** `namespace/name` of the object, or `read/…` for a shared read. */
  key: string;
  write: boolean;
  durationMs: number;
  /** Absent: no answer. */
  status?: number;
  /** The service's error code, or our reason when there was no answer. */
  code?: string;
};

export type ExchangeOptions = {
  transport: Transport;
  clock: Clock;
  budgets: Budgets;
  onRequest?: (record: RequestRecord) => void;
};

export type Exchange = (speaker: Speaker, request: CloudRequest, call: CallOptions) => Promise<HttpResponse>;

/**
 * The one way to a cloud: takes the call's share of every budget, adds the token, sends, and turns whatever is no
 * success into an OperatorError. Never retries, but for one repetition with a fresh token after a 401.
 *
 * Guarantees: the token of a speaker goes to the configured host of the service only (callers build URLs with
 * `rebase`); a refused call has sent nothing; nothing but reads is sent for an object that is only observed.
 */
export function createExchange(options: ExchangeOptions): Exchange {
  const { transport, clock, budgets } = options;

  const send = async (
    speaker: Speaker,
    request: CloudRequest,
    call: CallOptions,
    token: string,
    admission: Admission,
  ) => {
    const startedAt = performance.now();
    const write = changesSomething(request);
    const record = (outcome: { status?: number; code?: string }) =>
      options.onRequest?.({
        service: request.service,
        operation: request.operation,
        method: request.method,
        tenantId: speaker.tenantId,
        identity: speaker.identity,
        namespace: call.namespace,
        key: call.key,
        write,
        durationMs: performance.now() - startedAt,
        ...outcome,
      });
    try {
      const response = await transport.send({
        service: request.service,
        operation: request.operation,
        method: request.method,
        ...(request.safe ? { safe: request.safe } : {}),
        url: request.url,
        headers: { ...headersOf(request), authorization: `Bearer ${token}` },
        ...(request.body === undefined ? {} : { body: request.body }),
        timeoutMs: write ? WRITE_TIMEOUT_MS : READ_TIMEOUT_MS,
        signal: call.signal,
      });
      const failure =
        response.status < 300 ? undefined : classify(request.service, request.what, response, clock.now());
      record({ status: response.status, ...(failure ? { code: failure.code ?? failure.reason } : {}) });
      return { response, failure };
    } catch (error) {
      if (call.signal.aborted) throw error;
      record({ code: error instanceof OperatorError ? error.reason : 'NoAnswer' });
      throw withWhat(error, request.what);
    } finally {
      admission.answered();
    }
  };

  const learn = (request: CloudRequest, response: HttpResponse, failure: OperatorError | undefined) => {
    const [first] = request.quotas;
    const remaining = remainingCalls(request, response.headers);
    if (first && remaining !== undefined) budgets.remaining(first, remaining);
    if (failure?.disposition !== 'throttled') return;
    // ARM's own bucket still has something: then it is the resource provider who refused, and only its limits suffer.
    const guilty =
      remaining !== undefined && remaining > 0 && request.quotas.length > 1 ? request.quotas.slice(1) : request.quotas;
    budgets.refused(guilty, failure.retryAfterMs ?? 0);
  };

  return async (speaker, request, call) => {
    call.signal.throwIfAborted();
    assertMayWrite(request, call);
    // The token first: what is admitted is sent at once, or the times that budgets keep would be wrong.
    const token = await speaker.token();
    const admission = budgets.admit(request.quotas, { write: changesSomething(request), call });
    try {
      await request.beforehand?.();
    } catch (error) {
      admission.givenBack();
      throw unsent(error);
    }
    let { response, failure } = await send(speaker, request, call, token, admission);
    if (response.status === 401 && !(request.ambiguous401 && !namesToken(failure))) {
      speaker.dropToken(token);
      const fresh = await speaker.token();
      // The same token again means that Entra gave no new one: the second answer would be the first one's.
      if (fresh !== token) {
        ({ response, failure } = await send(speaker, request, call, fresh, budgets.charge(request.quotas)));
      }
    }
    learn(request, response, failure);
    if (failure) throw failure;
    return response;
  };
}

/**
 * Who is only observed writes to no cloud. The runtime runs no effect for such an object in the first place, so whoever
 * gets here is a defect, and is stopped before it does harm.
 */
function assertMayWrite(request: CloudRequest, call: CallOptions): void {
  if (!call.readOnly || !changesSomething(request)) return;
  throw new OperatorError({
    disposition: 'bug',
    reason: 'WriteWhileObserving',
    message: `cannot ${request.what}: the object is only observed, and nothing is written to a cloud for it`,
  });
}

/** Codes that are about the token and nothing else (cloud-apis section 3.1); `Unauthorized` may mean anything. */
const TOKEN_CODES: readonly (string | undefined)[] = ['InvalidToken', 'TokenExpired', 'TokenIsMissing'];

function namesToken(failure: OperatorError | undefined): boolean {
  return TOKEN_CODES.includes(failure?.code);
}

/** The body of a success as a JSON object. Anything else was not said by the service. */
export function jsonOf(response: HttpResponse, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(response.body);
  } catch {
    throw unreadableAnswer(what, response.status);
  }
  if (!isObject(value)) throw unreadableAnswer(what, response.status);
  return value;
}

/** `link` with the origin of `base`: whatever a page link says, our token goes nowhere but where we were configured to go. */
export function rebase(link: string, base: string): string {
  const target = new URL(link, base);
  return `${new URL(base).origin}${target.pathname}${target.search}`;
}

function changesSomething({ method, safe }: CloudRequest): boolean {
  return isWrite(method) && safe !== true;
}

function headersOf(request: CloudRequest): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': 'fabric-link-operator',
    'x-ms-client-request-id': randomUUID(),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...request.headers,
  };
}

/** ARM tells what remains of the bucket that the call was counted against (cloud-apis section 4.3). */
function remainingCalls(request: CloudRequest, headers: Readonly<Record<string, string>>): number | undefined {
  if (request.service !== 'arm') return undefined;
  const kind = request.method === 'DELETE' ? 'deletes' : isWrite(request.method) ? 'writes' : 'reads';
  const value = headers[`x-ms-ratelimit-remaining-subscription-${kind}`];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** What another service answered: its status says nothing about this call, which was never made. */
function unsent(error: unknown): unknown {
  if (!(error instanceof OperatorError)) return error;
  const { disposition, reason, message, remedy, retryAfterMs } = error;
  return new OperatorError({
    disposition,
    reason,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    unsent: true,
    cause: error,
  });
}

/** Says in the words of the caller what a transport error prevented. */
function withWhat(error: unknown, what: string): unknown {
  if (!(error instanceof OperatorError)) return error;
  return new OperatorError({
    disposition: error.disposition,
    reason: error.reason,
    message: `cannot ${what}: ${error.message}`,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.code === undefined ? {} : { code: error.code }),
    cause: error,
  });
}
