import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';
import { type ApiStore, createApiStore, Refusal, type StoredEvent } from './api-store.ts';

export type Asked = { method: string; path: string; query: URLSearchParams; watch: boolean; body: string };

/** What to do with a request instead of serving it. `cut-after`: serve it, then lose the answer. */
export type Fault = { status: number; headers?: Record<string, string>; body?: string } | 'cut' | 'cut-after' | 'hang';

type Watcher = { resource: string; namespace: string; response: ServerResponse; held: string[] };

type Where = { resource: string; namespace: string; name?: string; subresource?: string };

/**
 * A Kubernetes API server for tests of the runtime, over real HTTP. It holds as little as they need; what a real one
 * does is judged elsewhere.
 */
export async function startApiServer(store: ApiStore = createApiStore()) {
  const asked: Asked[] = [];
  const watchers = new Set<Watcher>();
  const continuations = new Map<string, { items: KubeObject[]; version: number }>();
  let faults: ((request: Asked) => Fault | undefined)[] = [];
  let oldest = 0;
  let connections = 0;
  let silent = false;
  let lagging = false;

  const unsubscribe = store.onEvent((resource, event) => {
    for (const watcher of watchers) {
      if (watcher.resource === resource) tell(watcher, event);
    }
  });

  const tell = (watcher: Watcher, event: StoredEvent): void => {
    if (watcher.namespace !== '' && event.object.metadata.namespace !== watcher.namespace) return;
    const line = `${JSON.stringify({ type: event.type, object: event.object })}\n`;
    if (silent || lagging) watcher.held.push(line);
    else watcher.response.write(line);
  };

  const watch = (where: Where, query: URLSearchParams, response: ServerResponse): void => {
    const from = Number(query.get('resourceVersion') ?? 0);
    if (from < oldest) throw new Refusal(410, 'Expired');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher: Watcher = { resource: where.resource, namespace: where.namespace, response, held: [] };
    watchers.add(watcher);
    response.on('close', () => watchers.delete(watcher));
    for (const event of store.events(where.resource, from)) tell(watcher, event);
  };

  const list = (where: Where, query: URLSearchParams): object => {
    const token = query.get('continue');
    const snapshot = token
      ? continuations.get(token)
      : {
          items: store
            .list(where.resource)
            .filter(({ metadata }) => where.namespace === '' || metadata.namespace === where.namespace),
          version: store.version(),
        };
    if (!snapshot) throw new Refusal(410, 'Expired');
    const limit = Number(query.get('limit') ?? snapshot.items.length);
    const rest = snapshot.items.slice(limit);
    const next = `next-${continuations.size + 1}`;
    if (rest.length > 0) continuations.set(next, { items: rest, version: snapshot.version });
    return {
      kind: 'List',
      metadata: { resourceVersion: String(snapshot.version), ...(rest.length > 0 && { continue: next }) },
      items: snapshot.items.slice(0, limit),
    };
  };

  const serve = (request: Asked, where: Where): object => {
    const key = `${where.namespace}/${where.name ?? ''}`;
    const body = request.body === '' ? {} : (JSON.parse(request.body) as KubeObject);
    switch (request.method) {
      case 'GET':
        return where.name === undefined ? list(where, request.query) : store.get(where.resource, key);
      case 'POST':
        return store.create(where.resource, body as KubeObject);
      case 'PUT':
        return store.replace(where.resource, key, body as KubeObject, where.subresource);
      case 'PATCH':
        return store.merge(where.resource, key, body, where.subresource);
      case 'DELETE':
        return store.delete(where.resource, key);
      default:
        throw new Refusal(405, 'MethodNotAllowed');
    }
  };

  const answer = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://api');
    const request: Asked = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      watch: url.searchParams.get('watch') === 'true',
      body: await text(incoming),
    };
    asked.push(request);
    const fault = faults.map((decide) => decide(request)).find((found) => found !== undefined);
    if (fault === 'hang') return;
    if (fault === 'cut') return void incoming.socket.destroy();
    if (fault && fault !== 'cut-after') {
      response
        .writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
        .end(fault.body ?? '{}');
      return;
    }
    try {
      const where = parse(url.pathname);
      if (request.watch) return watch(where, url.searchParams, response);
      const served = serve(request, where);
      if (fault === 'cut-after') return void incoming.socket.destroy();
      answer(response, request.method === 'POST' ? 201 : 200, served);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      answer(response, thrown.status, {
        kind: 'Status',
        status: 'Failure',
        code: thrown.status,
        reason: thrown.reason,
        message: thrown.reason,
        ...thrown.extra,
      });
    }
  };

  const server = createServer((incoming, response) => void respond(incoming, response));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    asked,
    connections: () => connections,
    watches: () => watchers.size,
    /** Until the result is called, requests meet what `decide` answers. */
    fault(decide: (request: Asked) => Fault | undefined): () => void {
      faults.push(decide);
      return () => {
        faults = faults.filter((other) => other !== decide);
      };
    },
    /** Breaks every watch in the middle. */
    cutWatches(): void {
      for (const { response } of watchers) response.destroy();
    },
    /** Ends every watch as the server does at its time limit. */
    endWatches(): void {
      for (const { response } of watchers) response.end();
    },
    /** Watches stay open and say nothing more, bookmarks included. */
    hush(on: boolean): void {
      silent = on;
    },
    /** Watches lag: events wait until the lag ends. */
    lag(on: boolean): void {
      lagging = on;
      if (on) return;
      for (const { held, response } of watchers) for (const line of held.splice(0)) response.write(line);
    },
    sendRaw(line: string): void {
      for (const { response } of watchers) response.write(line);
    },
    bookmark(): void {
      const metadata = { resourceVersion: String(store.version()) };
      for (const { response } of watchers) {
        response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Any', metadata } })}\n`);
      }
    },
    /** Versions up to now can no longer be watched from. */
    compact(): void {
      oldest = store.version() + 1;
    },
    uncompact(): void {
      oldest = 0;
    },
    async close(): Promise<void> {
      unsubscribe();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

function parse(path: string): Where {
  const match =
    /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<sub>[^/]+))?$/.exec(
      path,
    );
  if (!match?.groups) throw new Refusal(404, 'NotFound');
  const { group, namespace, plural, name, sub } = match.groups;
  return {
    resource: group ? `${plural}.${group}` : plural!,
    namespace: namespace ?? '',
    ...(name !== undefined && { name }),
    ...(sub !== undefined && { subresource: sub }),
  };
}

async function text(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
