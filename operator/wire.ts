import { randomUUID } from 'node:crypto';
import { createCrossTenantMappingKind } from '../controllers/cross-tenant-mapping/controller.ts';
import { createManagedPrivateEndpointKind } from '../controllers/managed-private-endpoint/controller.ts';
import { createWorkspacePrivateLinkKind } from '../controllers/workspace-private-link/controller.ts';
import { createClouds } from './clients/cloud-factory.ts';
import { lookupThrough } from './clients/dns.ts';
import type { Transport } from './clients/http.ts';
import { type CountingTransport, countInFlight } from './clients/in-flight.ts';
import { inClusterAccess, type KubeAccess } from './clients/kube/access.ts';
import { createKubeClient } from './clients/kube/client.ts';
import { kubeconfigAccess } from './clients/kube/kubeconfig.ts';
import { createLedger } from './clients/kube/ledger.ts';
import { createPublisher, createSecretPublisher } from './clients/kube/published.ts';
import { NAMESPACES } from './clients/kube/resources.ts';
import type { WatchingKubeClient } from './clients/kube/types.ts';
import { createTransport } from './clients/transport.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { createCallMetrics } from './cloud-metrics.ts';
import type { Config } from './config.ts';
import { OperatorError } from './errors.ts';
import { createLogger, type Logger } from './log.ts';
import { createFence, fencedTransport } from './runtime/fence.ts';
import { type RunningServer, serveHealth, serveMetrics, type Verdict } from './runtime/http.ts';
import { createManager, type Manager } from './runtime/manager.ts';
import { createMetrics, type Metrics } from './runtime/metrics.ts';

/** The configuration could be read but not used, such as a kubeconfig without a current context. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Between two tries to reach the API server at start, real time. */
const RETRY_START_MS = 2_000;

export type OperatorOverrides = {
  log?: Logger;
  /** Where the API server is and who we are to it; absent: what the kubeconfig says, else the pod's own service account. */
  access?: KubeAccess;
  /** What decisions and published durations are measured by; leases and sockets keep real time. */
  clock?: Clock;
  /** Wraps the transport: where a test crashes, cuts, counts and forbids. */
  wrapTransport?: (transport: Transport) => Transport;
  /** Most passes at once. */
  workers?: number;
  random?: () => number;
};

export type Operator = {
  /**
   * Resolves when the API server has told who this cluster is; caches fill and passes begin in the background. The
   * servers for probes and metrics listen before that. Rejects with ConfigurationError when the API server refuses.
   */
  start(): Promise<void>;
  /** Drains: passes end, the Lease is let go, servers close. */
  stop(): Promise<void>;
  /** As if the process had died. */
  kill(): Promise<void>;
  onLeaseLost(listener: () => void): void;
  /** Throws before `start` has resolved. */
  readonly manager: Manager;
  readonly metrics: Metrics;
};

/** The one place that constructs everything. Throws ConfigurationError when the API server's address cannot be told. */
export async function createOperator(config: Config, overrides: OperatorOverrides = {}): Promise<Operator> {
  const log = overrides.log ?? createLogger(config.logLevel);
  const clock = overrides.clock ?? systemClock(config.timeScale);
  const metrics = createMetrics();
  const calls = createCallMetrics(metrics, log);
  const access = overrides.access ?? (await kubeAccess(config));
  const sockets = createTransport({
    tls: { kubernetes: () => access.tls() },
    lookup: { fabric: lookupThrough(config.nameservers) },
    onCall: (call) => calls.onCall(call),
  });
  const transport: CountingTransport = overrides.wrapTransport
    ? countInFlight(overrides.wrapTransport(sockets))
    : sockets;
  const kube = createKubeClient({ transport, access });
  const fence = createFence();
  const clouds = createClouds({
    transport: fencedTransport(transport, fence),
    kube,
    clock,
    config,
    onRequest: (record) => calls.onRequest(record),
  });
  // Of everything that the operator sends to the API server only what a pass writes ends with the Lease.
  const fenced = createKubeClient({ transport: fencedTransport(transport, fence), access });
  const publisher = createPublisher(fenced);
  const publishers = { ConfigMap: publisher, Secret: createSecretPublisher(fenced) };
  const ownNamespace = config.podNamespace ?? access.namespace ?? 'default';
  const ledger = createLedger({ kube: fenced, clock, namespace: ownNamespace });
  const leaseLost: (() => void)[] = [];
  const manage = (cluster: string): Manager =>
    createManager({
      kube,
      transport,
      clock,
      log,
      metrics,
      fence,
      kinds: [
        createWorkspacePrivateLinkKind({ clouds, clock, clusterId: cluster, publisher, ledger }),
        createManagedPrivateEndpointKind({ clouds, clock, ledger }),
        createCrossTenantMappingKind({ clouds, clock, ledger, publishers }),
      ],
      holdSecrets: config.secretFinalizer,
      onSecretChange: (namespace, name) => clouds.invalidateSecret(namespace, name),
      namespaces: config.watchNamespaces,
      instance: config.podName,
      ...(overrides.workers && { workers: overrides.workers }),
      ...(overrides.random && { random: overrides.random }),
      ...(config.leaderElection && {
        leaderElection: {
          namespace: ownNamespace,
          identity: `${config.podName}_${randomUUID()}`,
          onLost: () => leaseLost.forEach((listener) => listener()),
        },
      }),
    });
  let servers: RunningServer[] = [];
  let manager: Manager | undefined;
  const waiting = new AbortController();
  const end = async () => {
    await Promise.all(servers.map((server) => server.close()));
    await transport.close();
  };

  return {
    get manager() {
      if (!manager) throw new Error('the operator has not been started');
      return manager;
    },
    metrics,
    onLeaseLost: (listener) => void leaseLost.push(listener),
    async start() {
      const probes = {
        live: (): Verdict => manager?.live() ?? { ok: true },
        ready: (): Verdict => manager?.ready() ?? { ok: false, reason: 'waiting for the API server' },
      };
      servers = await Promise.all([
        ...(config.metricsAddress ? [serveMetrics(config.metricsAddress, metrics)] : []),
        ...(config.healthAddress ? [serveHealth(config.healthAddress, probes)] : []),
      ]);
      const cluster = config.clusterId ?? (await uidOfCluster(kube, log, waiting.signal));
      if (waiting.signal.aborted) return;
      manager = manage(cluster);
      manager.start();
      const namespaces = config.watchNamespaces.length > 0 ? config.watchNamespaces : 'all';
      log.info('started', { pod: config.podName, namespaces, kubernetes: access.server });
    },
    async stop() {
      waiting.abort(new Error('stopped'));
      await manager?.stop();
      await end();
    },
    async kill() {
      waiting.abort(new Error('killed'));
      manager?.kill();
      await end();
    },
  };
}

async function kubeAccess(config: Config): Promise<KubeAccess> {
  try {
    return config.kubeconfig
      ? await kubeconfigAccess(config.kubeconfig)
      : inClusterAccess({ environment: process.env });
  } catch (error) {
    const name = config.kubeconfig ? 'KUBECONFIG' : 'service account';
    throw new ConfigurationError(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * The uid of kube-system names a cluster for as long as it lives; the same rule as other operators use. An API server
 * that is away is waited for, until `signal` aborts ('' then); one that refuses is a matter of configuration.
 */
async function uidOfCluster(kube: WatchingKubeClient, log: Logger, signal: AbortSignal): Promise<string> {
  const ioClock = systemClock();
  while (!signal.aborted) {
    try {
      const namespace = await kube.get(NAMESPACES, '', 'kube-system', signal);
      if (namespace?.metadata.uid) return namespace.metadata.uid;
      throw new ConfigurationError(
        'FABRICLINK_CLUSTER_ID: not set, and there is no namespace kube-system to derive it from',
      );
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      if (error.disposition !== 'transient' && error.disposition !== 'throttled') {
        throw new ConfigurationError(`FABRICLINK_CLUSTER_ID: not set, and it cannot be derived: ${error.message}`, {
          cause: error,
        });
      }
      log.warn('waiting for the API server', { error: error.message });
      await sleep(ioClock, error.retryAfterMs ?? RETRY_START_MS, signal).catch(() => undefined);
    }
  }
  return '';
}
