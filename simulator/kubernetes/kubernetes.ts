import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createCertificateAuthority } from '../tls.ts';
import type { Cluster } from './api/cluster.ts';
import { startControllers } from './api/controllers.ts';
import { isTrue } from './api/watch.ts';
import { builtinResources } from './builtin/resources.ts';
import { seed } from './builtin/seed.ts';
import { createRegistry } from './resource.ts';
import { POSTED, review } from './server/access.ts';
import { createDiscovery, VERSION } from './server/discovery.ts';
import { createFaults, type Fault, type RequestPredicate } from './server/faults.ts';
import { failureOf, listen, readRequest, type ServerTls, send } from './server/http.ts';
import { kubeconfigYaml } from './server/kubeconfig.ts';
import { createOpenApi } from './server/openapi.ts';
import { type ApiRequest, failure, json, nowhere, type Reply } from './server/reply.ts';
import { createRequestLog, type LoggedRequest } from './server/request-log.ts';
import { serveResource } from './server/rest.ts';
import { resolve, route } from './server/routing.ts';
import { createWatches, type OpenWatch } from './server/watches.ts';
import { StatusError } from './status-error.ts';
import { createStore, type StoreSnapshot } from './store/store.ts';
import type { KubeObject, KubernetesClock } from './types.ts';

export type KubernetesOptions = {
  clock?: KubernetesClock;
  /** Key and certificate to serve with; absent: an own authority is made. `false`: plain HTTP. */
  tls?: ServerTls | false;
  /** Loopback address or name, default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Bearer token of the only user; absent: a random one is made. */
  token?: string;
  /** Whether requests without any token are served, too. Default true: this is loopback. */
  anonymous?: boolean;
  /** Changes kept for each resource, for watches that resume. Default 10 000. */
  historyLimit?: number;
};

/** A running API server. Everything but `url` and `kubeconfig` is for tests and demos. */
export type Kubernetes = {
  url: string;
  /** YAML, with the authority and the token. */
  kubeconfig: string;
  token: string;
  /** PEM of the authority; undefined with plain HTTP. */
  ca: string | undefined;
  /** The latest resourceVersion of the whole store. */
  revision(): number;
  /** Stored objects of `plural.group` (or `plural`), in list order. Do not change them. */
  objects(resource: string): KubeObject[];
  /** Resolves when garbage collection, namespace deletion and CRD controllers have nothing left to do. */
  settled(): Promise<void>;
  openWatches(): OpenWatch[];
  requests(): LoggedRequest[];
  clearRequests(): void;
  faults: {
    failNext(matches: RequestPredicate, fault: Fault, times?: number): () => void;
    cutWatches(): void;
    silenceWatches(): void;
    injectLine(line: string): void;
    /** Forgets history: resuming watches and continued lists get 410. */
    compact(): void;
    clear(): void;
  };
  snapshot(): StoreSnapshot;
  /** Puts the store back, cuts watches and drops connections' knowledge of later revisions, as an etcd restore does. */
  restore(snapshot: StoreSnapshot): void;
  close(): Promise<void>;
};

const SYSTEM_CLOCK: KubernetesClock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

/** Starts a Kubernetes API server on loopback. Throws when the port is taken. */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<Kubernetes> {
  const { clock = SYSTEM_CLOCK, host = '127.0.0.1', port = 0, anonymous = true, historyLimit = 10_000 } = options;
  const token = options.token ?? randomBytes(24).toString('base64url');
  const tls = options.tls ?? (await ownTls());
  const cluster: Cluster = { store: createStore({ historyLimit }), registry: createRegistry(), now: () => clock.now() };
  for (const resource of builtinResources()) cluster.registry.add(resource);
  const controllers = startControllers(cluster);
  seed(cluster);

  const discovery = createDiscovery(cluster.registry, POSTED);
  const openApi = createOpenApi(cluster.registry);
  const watches = createWatches(cluster, clock);
  const faults = createFaults();
  const log = createRequestLog();

  function answer(request: ApiRequest, response: ServerResponse): Reply | undefined {
    const fixed = fixedPath(request) ?? openApi.serve(request);
    if (fixed) return fixed;
    const where = route(request.segments);
    switch (where.kind) {
      case 'nowhere':
        return nowhere();
      case 'core':
        return discovery.core(request);
      case 'groups':
        return discovery.groups(request);
      case 'group':
        return discovery.group(where.group) ?? nowhere();
      case 'resources':
        return discovery.resources(where.group, where.version) ?? nowhere();
      case 'target': {
        const reviewed = review(request, where.group, where.version, where.plural);
        if (reviewed) return reviewed;
        const target = resolve(cluster.registry, where, request.method);
        if (!target) return nowhere();
        if (request.method !== 'GET' || !isTrue(request.query.get('watch'))) {
          return serveResource(cluster, target, request);
        }
        watches.serve(target, request, response);
        return undefined;
      }
      default:
        return where satisfies never;
    }
  }

  function authenticate(message: IncomingMessage): void {
    const { authorization } = message.headers;
    if (authorization === undefined ? anonymous : authorization === `Bearer ${token}`) return;
    throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    const isWatch = isTrue(request.query.get('watch'));
    const record = (code: number) =>
      log.add({
        atMs: clock.now(),
        method: request.method,
        path: request.path,
        query: request.query.toString(),
        userAgent: request.userAgent,
        code,
        isWatch,
      });
    const fault = faults.take(request);
    if (fault && (await interfere(fault, response, clock))) {
      record('code' in fault ? fault.code : 0);
      return;
    }
    let reply: Reply | undefined;
    try {
      authenticate(message);
      reply = answer(request, response);
    } catch (error) {
      reply = failureOf(error);
    }
    record(fault?.kind === 'loseReply' ? 0 : (reply?.code ?? 200));
    if (reply) send(response, reply, request.warnings, fault);
  }

  const { server, port: actualPort } = await listen(
    (message, response) => {
      serve(message, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else send(response, failureOf(error), [], undefined);
      });
    },
    { tls, host, port },
  );
  const url = `${tls ? 'https' : 'http'}://${host}:${actualPort}`;
  const ca = tls ? tls.ca : undefined;

  return {
    url,
    kubeconfig: kubeconfigYaml({ url, ca, token }),
    token,
    ca,
    revision: () => cluster.store.revision(),
    objects(resource) {
      const [plural = '', ...group] = resource.split('.');
      const { entries } = cluster.store.collection(`${group.join('.')}/${plural}`);
      return [...entries.keys()].sort().map((key) => entries.get(key)!.object);
    },
    settled: () => controllers.settled(),
    openWatches: () => watches.open(),
    requests: () => log.all(),
    clearRequests: () => log.clear(),
    faults: {
      failNext: (matches, fault, times) => faults.failNext(matches, fault, times),
      cutWatches: () => watches.cut(),
      silenceWatches: () => watches.silence(),
      injectLine: (line) => watches.inject(line),
      compact: () => cluster.store.compact(),
      clear: () => faults.clear(),
    },
    snapshot: () => cluster.store.snapshot(),
    restore(snapshot) {
      watches.cut();
      cluster.store.restore(snapshot);
      controllers.reload();
    },
    async close() {
      controllers.stop();
      watches.cut();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function ownTls(): Promise<ServerTls> {
  const authority = await createCertificateAuthority();
  return { ...(await authority.issue(['localhost', '127.0.0.1', '::1'])), ca: authority.pem };
}

function fixedPath({ path }: ApiRequest): Reply | undefined {
  if (path === '/version') return json(VERSION);
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return { code: 200, body: 'ok', contentType: 'text/plain' };
  if (path === '/')
    return json({
      paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
    });
  return undefined;
}

/** Acts out the part of a fault that comes before the work. Answers whether that is all that happens. */
async function interfere(fault: Fault, response: ServerResponse, clock: KubernetesClock): Promise<boolean> {
  switch (fault.kind) {
    case 'answer': {
      const { code, reason = '', message = 'planned failure', retryAfterSeconds } = fault;
      const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      send(response, failure(new StatusError(code, reason, message, details).status), [], undefined);
      return true;
    }
    case 'garbage': {
      const { code, body, contentType = 'text/html' } = fault;
      send(response, { code, body, contentType }, [], undefined);
      return true;
    }
    case 'refuse':
      response.destroy();
      return true;
    case 'hang':
      return true;
    case 'delay':
      await new Promise<void>((resolve) => {
        clock.after(fault.delayMs, resolve);
      });
      return false;
    case 'loseReply':
    case 'truncate':
      return false;
    default:
      return fault satisfies never;
  }
}
