import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

import type { Cloud } from './cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from './exchange.ts';
import type { ActiveFault } from './faults.ts';
import { mangled } from './mangle.ts';
import { answer, type Service } from './service.ts';
import type { CertificateAuthority } from './tls.ts';

const KEEP_ALIVE_MS = 120_000;

/** Larger bodies than this are no client of these APIs. */
const MAX_BODY_BYTES = 4_000_000;

export type CloudServer = {
  port: number;
  /** Listens on one more address under the same port; its requests carry that local address. */
  listenAlso(address: string): Promise<void>;
  closeAlso(address: string): void;
  close(): Promise<void>;
};

/** Serves one service over TLS at 127.0.0.1; port 0 takes a free one. */
export async function serve(
  service: Service,
  cloud: Cloud,
  authority: CertificateAuthority,
  port = 0,
): Promise<CloudServer> {
  // Callers that address an IP send no server name: they get this one.
  const fallback = await authority.issue(['127.0.0.1', 'localhost']);
  const server = createHttpsServer(
    {
      ...fallback,
      SNICallback(serverName, done) {
        void lend(authority, serverName, done);
      },
    },
    (incoming, outgoing) => void respond(service, cloud, incoming, outgoing),
  );
  // The real front ends keep idle connections for minutes; Node's five seconds would cut callers that a test held up.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const sockets = new Set<Socket>();
  const fronts = new Map<string, Server>();

  // TLS is spoken by one server; each address only has a listener that hands its sockets over.
  const front = (address: string, onPort: number) =>
    new Promise<Server>((resolve, reject) => {
      const listener = createTcpServer((socket) => {
        if (!service.accepts(socket.localAddress ?? '', cloud)) {
          socket.on('error', () => undefined);
          socket.resetAndDestroy();
          return;
        }
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        server.emit('connection', socket);
      });
      listener.once('error', reject);
      listener.listen(onPort, address, () => resolve(listener));
    });

  const main = await front('127.0.0.1', port);
  const boundPort = (main.address() as AddressInfo).port;
  return {
    port: boundPort,
    async listenAlso(address) {
      if (fronts.has(address)) return;
      const listener = await front(address, boundPort);
      fronts.set(address, listener);
    },
    closeAlso(address) {
      fronts.get(address)?.close();
      fronts.delete(address);
      for (const socket of sockets) if (socket.localAddress === address) socket.destroy();
    },
    async close() {
      const listeners = [main, ...fronts.values()];
      const closed = listeners.map((listener) => new Promise<void>((done) => listener.close(() => done())));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

type ContextTaker = (error: Error | null, context?: SecureContext) => void;

async function lend(authority: CertificateAuthority, serverName: string, done: ContextTaker): Promise<void> {
  let context: SecureContext;
  try {
    context = await authority.contextFor(serverName);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, context);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toRequest(service: Service, incoming: IncomingMessage, rawBody: string): SimRequest {
  const hostHeader = incoming.headers.host ?? 'localhost';
  return {
    id: randomUUID(),
    service: service.name,
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', `https://${hostHeader}`),
    params: {},
    headers: incoming.headers,
    rawBody,
    body: parsed(rawBody),
    host: hostHeader.replace(/:\d+$/, '').toLowerCase(),
    localAddress: incoming.socket.localAddress ?? '127.0.0.1',
  };
}

async function respond(service: Service, cloud: Cloud, incoming: IncomingMessage, outgoing: ServerResponse) {
  try {
    const request = toRequest(service, incoming, await readBody(incoming));
    // A kept connection does not outlive its permission to be there.
    if (!service.accepts(request.localAddress, cloud)) {
      incoming.socket.destroy();
      return;
    }
    const faults = service.name === 'control' ? [] : cloud.faults.strike(request);
    const response = await underFaults(service, request, cloud, faults);
    const bytes = response ? send(outgoing, response) : 0;
    if (!response) incoming.socket.destroy();
    record(cloud, request, response, bytes);
  } catch {
    // The caller went away, or sent no HTTP worth an answer.
    incoming.socket.destroy();
  }
}

/** Undefined: the connection is to be cut. */
async function underFaults(
  service: Service,
  request: SimRequest,
  cloud: Cloud,
  faults: ActiveFault[],
): Promise<SimResponse | undefined> {
  let seen = cloud;
  for (const { fault, id } of faults) {
    if (fault.kind === 'cut') return undefined;
    if (fault.kind === 'delay') await new Promise<void>((done) => void cloud.clock.after(fault.delayMs, done));
    if (fault.kind === 'stale' && request.method === 'GET')
      seen = { ...seen, world: cloud.faults.worldOf(id) ?? seen.world };
    const refusal = refusalOf(fault);
    if (refusal) {
      const response = service.failure(refusal, request);
      return { ...response, headers: { ...service.headers(request, cloud), ...response.headers } };
    }
  }
  const response = await answer(service, request, seen);
  if (faults.some(({ fault }) => fault.kind === 'loseReply')) return undefined;
  return faults.reduce((result, { fault }) => mangled(result, fault), response);
}

function refusalOf(fault: ActiveFault['fault']): Refusal | undefined {
  if (fault.kind === 'throttle') {
    const headers = { 'retry-after': String(fault.retryAfterSeconds) };
    return new Refusal(429, fault.code ?? 'TooManyRequests', 'Too many requests.', { headers });
  }
  if (fault.kind !== 'refuse') return undefined;
  return new Refusal(fault.status, fault.code, fault.message ?? fault.code, {
    headers: fault.headers ?? {},
    extra: fault.extra ?? {},
  });
}

function send(outgoing: ServerResponse, response: SimResponse): number {
  const text = response.rawBody ?? (response.body === undefined ? '' : JSON.stringify(response.body));
  const body = Buffer.from(text, 'utf8');
  const type: Record<string, string> =
    response.rawBody === undefined && response.body !== undefined
      ? { 'content-type': 'application/json; charset=utf-8' }
      : {};
  const noBody = response.status === 204 || response.status === 304;
  const length: Record<string, string> = noBody ? {} : { 'content-length': String(body.length) };
  outgoing.writeHead(response.status, { ...type, ...response.headers, ...length });
  outgoing.end(noBody ? undefined : body);
  return noBody ? 0 : body.length;
}

function record(cloud: Cloud, request: SimRequest, response: SimResponse | undefined, bytes: number): void {
  cloud.requests.record({
    service: request.service,
    method: request.method,
    path: request.url.pathname,
    query: request.url.search,
    host: request.host,
    localAddress: request.localAddress,
    ...(request.token && { tenantId: request.token.tenantId, principalId: request.token.objectId }),
    status: response?.status ?? 0,
    bytes,
    atMs: cloud.clock.now(),
  });
}
