import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

/** What a probe is told. `reason` is for the person who reads the probe's answer. */
export type Verdict = { ok: true } | { ok: false; reason: string };

export type Endpoint = { host?: string; port: number };

export type RunningServer = { port: number; close(): Promise<void> };

/** /healthz (may the pod live on?) and /readyz (may it be counted on?). */
export function serveHealth(
  endpoint: Endpoint,
  checks: { live: () => Verdict; ready: () => Verdict },
): Promise<RunningServer> {
  const answer = (verdict: Verdict) => ({
    status: verdict.ok ? 200 : 503,
    contentType: 'text/plain; charset=utf-8',
    text: verdict.ok ? 'ok\n' : `${verdict.reason}\n`,
  });
  return serve(endpoint, {
    '/healthz': async () => answer(checks.live()),
    '/readyz': async () => answer(checks.ready()),
  });
}

/** /metrics in the Prometheus text format. */
export function serveMetrics(endpoint: Endpoint, metrics: Pick<Metrics, 'expose'>): Promise<RunningServer> {
  return serve(endpoint, { '/metrics': async () => ({ status: 200, ...(await metrics.expose()) }) });
}

type Page = () => Promise<{ status: number; contentType: string; text: string }>;

function serve({ host, port }: Endpoint, pages: Readonly<Record<string, Page>>): Promise<RunningServer> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? '/', 'http://localhost').pathname];
    if (!page || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(page ? 405 : 404).end();
      return;
    }
    page().then(
      ({ status, contentType, text }) => response.writeHead(status, { 'content-type': contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => close(server) }),
    );
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
