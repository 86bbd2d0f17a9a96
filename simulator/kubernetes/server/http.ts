import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { StatusError } from '../status-error.ts';
import type { Fault } from './faults.ts';
import { type ApiRequest, failure, type Reply } from './reply.ts';

/** PEM texts of a server's key and certificate, and of the authority that clients trust. */
export type ServerTls = { key: string; cert: string; ca: string };

/** Larger bodies are refused with 413, as etcd's limit makes a real server do. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

export async function readRequest(message: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(message.url ?? '/', 'http://server');
  const body = await readBody(message);
  const { headers } = message;
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    segments: url.pathname.split('/').filter(Boolean).map(decodeURIComponent),
    query: url.searchParams,
    accept: headers.accept ?? '',
    userAgent: headers['user-agent'] ?? '',
    contentType: headers['content-type'] ?? '',
    body,
    warnings: [],
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Sends a whole answer. A fault may cut it short. */
export function send(response: ServerResponse, reply: Reply, warnings: string[], fault: Fault | undefined): void {
  if (fault?.kind === 'loseReply') {
    response.destroy();
    return;
  }
  const headers: Record<string, string | string[]> = {
    'Content-Type': reply.contentType ?? 'application/json',
    'Content-Length': String(Buffer.byteLength(reply.body)),
    'Cache-Control': 'no-cache, private',
    ...reply.headers,
  };
  if (warnings.length > 0) {
    headers['Warning'] = [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`);
  }
  response.writeHead(reply.code, headers);
  if (fault?.kind !== 'truncate') {
    response.end(reply.body);
    return;
  }
  const half = Buffer.from(reply.body).subarray(0, Math.floor(Buffer.byteLength(reply.body) / 2));
  response.write(half, () => response.destroy());
}

/** What a thrown error looks like to the client. */
export function failureOf(error: unknown): Reply {
  if (error instanceof StatusError) return failure(error.status);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return failure(new StatusError(500, 'InternalError', `Internal error occurred: ${message}`).status);
}

type Listener = (message: IncomingMessage, response: ServerResponse) => void;

/** Listens on `host`; port 0 takes a free one. */
export async function listen(
  listener: Listener,
  { tls, host, port }: { tls: ServerTls | false; host: string; port: number },
): Promise<{ server: Server; port: number }> {
  const server = tls ? createSecure({ key: tls.key, cert: tls.cert }, listener) : createPlain(listener);
  // Watches are silent for long; keep-alive connections of clients, too.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : port };
}
