import type { LookupFunction } from 'node:net';
import type { Agent, Dispatcher } from 'undici';
import { OperatorError } from '../errors.ts';
import type { HttpRequest, HttpResponse, HttpStream, Service, Transport } from './http.ts';
import { type CountingTransport, countInFlight } from './in-flight.ts';
import { createSockets, type TlsOptions, Witness } from './sockets.ts';

/** One finished call, for metrics. `status` is absent when there was no answer. */
export type CallRecord = {
  service: Service;
  operation: string;
  method: HttpRequest['method'];
  host: string;
  status?: number;
  durationMs: number;
};

export type TransportOptions = {
  /** Most connections to one origin, watches apart. */
  connectionsPerOrigin?: number;
  /** Most watches to one origin at the same time. */
  watchesPerOrigin?: number;
  /** TLS by service, asked at each new connection. Absent: the system's authorities and NODE_EXTRA_CA_CERTS. */
  tls?: Partial<Record<Service, () => TlsOptions | undefined>>;
  /** Name resolution by service, such as FABRICLINK_NAMESERVERS for workspace hosts. Absent: the system's. */
  lookup?: Partial<Record<Service, LookupFunction>>;
  connectTimeoutMs?: number;
  /** Limit for calls that bring none of their own. */
  defaultTimeoutMs?: number;
  onCall?: (call: CallRecord) => void;
};

const SERVICES: readonly Service[] = ['kubernetes', 'entra', 'arm', 'fabric', 'graph'];

/**
 * The undici implementation of `Transport`. Few connections, shared by everybody; watches live on connections of their
 * own, so that a long answer never stands before a short one. Redirects are not followed. Nothing is retried: the
 * queue is the retry.
 */
export function createTransport(options: TransportOptions = {}): CountingTransport {
  const agents = new Map<string, Agent>();
  for (const service of SERVICES) {
    const shared = {
      tls: options.tls?.[service] ?? (() => undefined),
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      ...(options.lookup?.[service] && { lookup: options.lookup[service] }),
    };
    agents.set(service, createSockets({ ...shared, connections: options.connectionsPerOrigin ?? 4 }));
    agents.set(`${service}/watch`, createSockets({ ...shared, connections: options.watchesPerOrigin ?? 64 }));
  }

  const begin = async (
    request: HttpRequest,
    agent: Agent,
    limit: CallLimit,
  ): Promise<Dispatcher.ResponseData<Witness>> => {
    // undici would open a connection first and only then look.
    limit.signal.throwIfAborted();
    const url = new URL(request.url);
    return (await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      signal: limit.signal,
      opaque: new Witness(),
      ...(request.headers && { headers: request.headers }),
      ...(request.body !== undefined && { body: request.body }),
    } as Parameters<Agent['request']>[0])) as unknown as Dispatcher.ResponseData<Witness>;
  };

  const recorded = (request: HttpRequest, startedAt: number, status?: number) =>
    options.onCall?.({
      service: request.service,
      operation: request.operation,
      method: request.method,
      host: hostOf(request.url),
      ...(status !== undefined && { status }),
      durationMs: performance.now() - startedAt,
    });

  const transport: Transport = {
    async send(request): Promise<HttpResponse> {
      const startedAt = performance.now();
      const limit = limitCall(request.signal, request.timeoutMs ?? options.defaultTimeoutMs ?? 30_000);
      try {
        const answer = await begin(request, agents.get(request.service)!, limit);
        const remoteAddress = answer.opaque.remoteAddress();
        const body = await answer.body.text();
        recorded(request, startedAt, answer.statusCode);
        return {
          status: answer.statusCode,
          headers: plainHeaders(answer.headers),
          body,
          ...(remoteAddress !== undefined && { remoteAddress }),
        };
      } catch (thrown) {
        recorded(request, startedAt);
        throw noAnswer(request, thrown, limit);
      } finally {
        limit.release();
      }
    },

    async stream(request): Promise<HttpStream> {
      const startedAt = performance.now();
      // The limit covers the time to the headers; from then on the reader decides when a stream is too quiet.
      const limit = limitCall(request.signal, request.timeoutMs ?? options.defaultTimeoutMs ?? 30_000);
      try {
        const answer = await begin(request, agents.get(`${request.service}/watch`)!, limit);
        limit.stopTimer();
        recorded(request, startedAt, answer.statusCode);
        return {
          status: answer.statusCode,
          headers: plainHeaders(answer.headers),
          chunks: decoded(request, answer.body, limit),
          close() {
            limit.release();
            answer.body.destroy();
          },
        };
      } catch (thrown) {
        limit.release();
        recorded(request, startedAt);
        throw noAnswer(request, thrown, limit);
      }
    },

    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
  return countInFlight(transport);
}

type CallLimit = { signal: AbortSignal; timedOut(): boolean; stopTimer(): void; release(): void };

/** Caller's signal and a time limit in one; `release` lets go of both, so that long-lived signals gather no listeners. */
function limitCall(signal: AbortSignal | undefined, timeoutMs: number): CallLimit {
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort(new Error(`no complete answer within ${timeoutMs} ms`));
  }, timeoutMs);
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const stopTimer = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    timedOut: () => timedOut,
    stopTimer,
    release() {
      stopTimer();
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** UTF-8 across chunk borders. A broken socket throws the same OperatorError as a broken call. */
async function* decoded(
  request: HttpRequest,
  body: AsyncIterable<Uint8Array>,
  limit: CallLimit,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
    }
  } catch (thrown) {
    throw noAnswer(request, thrown, limit);
  } finally {
    limit.release();
  }
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** OpenSSL's verdicts, as Node names them, that no new try changes: a proxy or a private authority is in the way. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function noAnswer(request: HttpRequest, thrown: unknown, limit: CallLimit): OperatorError {
  if (thrown instanceof OperatorError) return thrown;
  const cause = thrown as { code?: unknown; message?: unknown } | undefined;
  const code = typeof cause?.code === 'string' ? cause.code : undefined;
  const timedOut = limit.timedOut();
  const aborted = !timedOut && request.signal?.aborted === true;
  // Codes are stable across identical failures; messages of the socket layer carry ports and addresses.
  const why = timedOut
    ? 'no complete answer in time'
    : aborted
      ? 'the call was given up'
      : code && UNTRUSTED.has(code)
        ? `its certificate is not trusted (${code}); name its authority in NODE_EXTRA_CA_CERTS and start the operator again`
        : (code ?? 'connection failed');
  return new OperatorError({
    disposition: 'transient',
    reason: timedOut ? 'CallTimedOut' : aborted ? 'CallAborted' : 'NoAnswer',
    message: `${request.operation} on ${hostOf(request.url)} had no answer: ${why}`,
    ...(code !== undefined && { code }),
    cause: thrown,
  });
}

function hostOf(url: string): string {
  return new URL(url).host;
}
