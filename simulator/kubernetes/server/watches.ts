import type { ServerResponse } from 'node:http';
import type { Cluster, Target } from '../api/cluster.ts';
import { openWatch, type WatchStream } from '../api/watch.ts';
import type { KubernetesClock } from '../types.ts';
import { rendering } from './rendering.ts';
import type { ApiRequest } from './reply.ts';

const BOOKMARK_INTERVAL_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** A client that reads this slowly is cut off, as a real server does. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** An open watch, as tests see it. */
export type OpenWatch = {
  /** `plural.group`, or `plural` of the core group. */
  resource: string;
  namespace: string;
  userAgent: string;
  path: string;
};

export type Watches = {
  serve(target: Target, request: ApiRequest, response: ServerResponse): void;
  open(): OpenWatch[];
  /** Ends every watch at once, by breaking its connection. */
  cut(): void;
  /** Keeps connections open but sends nothing any more on those that are open now: half-open, as behind a dead NAT. */
  silence(): void;
  /** Writes a line into every open watch, whatever it says. */
  inject(line: string): void;
};

type Entry = OpenWatch & { response: ServerResponse; silent: boolean };

export function createWatches(cluster: Cluster, clock: KubernetesClock): Watches {
  const entries = new Set<Entry>();

  function serve(target: Target, request: ApiRequest, response: ServerResponse): void {
    const { resource, namespace } = target;
    const entry: Entry = {
      resource: resource.group ? `${resource.plural}.${resource.group}` : resource.plural,
      namespace,
      userAgent: request.userAgent,
      path: request.path,
      response,
      silent: false,
    };
    let stream: WatchStream | undefined;
    const write = (line: string) => {
      // Between its end and the end of its connection a watch says nothing more: the client goes on where it was.
      if (entry.silent || response.writableEnded) return;
      if (!response.headersSent)
        response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
      response.write(`${line}\n`);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    };
    const end = () => {
      if (!entry.silent) response.end();
    };
    // Registered first: a watch that is refused throws before anything is sent.
    const events = rendering(cluster, resource, request).events();
    stream = openWatch(cluster, target, request.query, { ...events, write, end });
    if (response.writableEnded) return;
    if (!response.headersSent) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
      // The client learns that the watch stands before anything happens.
      response.flushHeaders();
    }
    entries.add(entry);
    const cancels = [
      clock.after(timeoutMs(request.query), () => {
        stream.bookmark();
        end();
      }),
      every(clock, BOOKMARK_INTERVAL_MS, () => stream.bookmark()),
    ];
    response.on('close', () => {
      stream.stop();
      entries.delete(entry);
      for (const cancel of cancels) cancel();
    });
  }

  return {
    serve,
    open: () =>
      [...entries].map(({ resource, namespace, userAgent, path }) => ({ resource, namespace, userAgent, path })),
    cut() {
      for (const { response } of entries) response.destroy();
    },
    silence() {
      for (const entry of entries) entry.silent = true;
    },
    inject(line) {
      for (const { response, silent } of entries) if (!silent) response.write(`${line}\n`);
    },
  };
}

/** Watches end by themselves, somewhere between the asked time and twice that when the client names none. */
function timeoutMs(query: URLSearchParams): number {
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return seconds > 0 ? seconds * 1000 : DEFAULT_TIMEOUT_MS * (1 + Math.random());
}

function every(clock: KubernetesClock, intervalMs: number, work: () => void): () => void {
  let cancel = clock.after(intervalMs, tick);
  function tick(): void {
    work();
    cancel = clock.after(intervalMs, tick);
  }
  return () => cancel();
}
