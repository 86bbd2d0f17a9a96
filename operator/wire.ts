import { randomUUID } from 'node:crypto';
import { createWorkspacePrivateLinkKind } from '../controllers/workspace-private-link/controller.ts';
import { createClouds } from './clients/cloud-factory.ts';
import { lookupThrough } from './clients/dns.ts';
import type { Transport } from './clients/http.ts';
import { type CountingTransport, countInFlight } from './clients/in-flight.ts';
import { inClusterAccess, type KubeAccess } from './clients/kube/access.ts';
import { createKubeClient } from './clients/kube/client.ts';
import { kubeconfigAccess } from './clients/kube/kubeconfig.ts';
import { NAMESPACES } from './clients/kube/resources.ts';
import type { WatchingKubeClient } from './clients/kube/types.ts';
import { createTransport } from './clients/transport.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { createCallMetrics } from './cloud-metrics.ts';
import type { Config } from './config.ts';
import { OperatorError } from './errors.ts';
import { createLogger, type Logger } from './log.ts';
import { createFence, fencedTransport } from './runtime/fence.ts';
import { type RunningServer, serveHealth, serveMetrics } from './runtime/http.ts';
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
  /** What decisions and published durations are measured by; leases and sockets keep real time. */
  clock?: Clock;
  /** Wraps the transport: where a test crashes, cuts, counts and forbids. */
  wrapTransport?: (transport: Transport) => Transport;
  /** Most passes at once. */
  workers?: number;
  random?: () => number;
};

export type Operator = {
  /** Resolves when the servers listen; caches fill and passes begin in the background. */
  start(): Promise<void>;
  /** Drains: passes end, the Lease is let go, servers close. */
  stop(): Promise<void>;
  /** As if the process had died. */
  kill(): Promise<void>;
  onLeaseLost(listener: () => void): void;
  readonly manager: Manager;
  readonly metrics: Metrics;
};

/** The one place that constructs everything. Throws ConfigurationError when the API server's address cannot be told. */
export async function createOperator(config: Config, overrides: OperatorOverrides = {}): Promise<Operator> {
  const log = overrides.log ?? createLogger(config.logLevel);
  const clock = overrides.clock ?? systemClock(config.timeScale);
  const metrics = createMetrics();
  const calls = createCallMetrics(metrics, log);
  const access = await kubeAccess(config);
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
  const leaseLost: (() => void)[] = [];
  const manager = createManager({
    kube,
    transport,
    clock,
    log,
    metrics,
    fence,
    kinds: [createWorkspacePrivateLinkKind({ clouds, clock, clusterId: await clusterId(config, kube, log) })],
    namespaces: config.watchNamespaces,
    instance: config.podName,
    ...(overrides.workers && { workers: overrides.workers }),
    ...(overrides.random && { random: overrides.random }),
    ...(config.leaderElection && {
      leaderElection: {
        namespace: config.podNamespace ?? access.namespace ?? 'default',
        identity: `${config.podName}_${randomUUID()}`,
        onLost: () => leaseLost.forEach((listener) => listener()),
      },
    }),
  });
  let servers: RunningServer[] = [];
  const closeServers = () => Promise.all(servers.map((server) => server.close()));

  return {
    manager,
    metrics,
    onLeaseLost: (listener) => void leaseLost.push(listener),
    async start() {
      servers = await Promise.all([
        ...(config.metricsAddress ? [serveMetrics(config.metricsAddress, metrics)] : []),
        ...(config.healthAddress
          ? [serveHealth(config.healthAddress, { live: () => manager.live(), ready: () => manager.ready() })]
          : []),
      ]);
      manager.start();
      log.info('started', { pod: config.podName, namespaces: config.watchNamespaces, kubernetes: access.server });
    },
    async stop() {
      await manager.stop();
      await closeServers();
      await transport.close();
    },
    async kill() {
      manager.kill();
      await closeServers();
      await transport.close();
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
 * that is away is waited for; one that refuses is a matter of configuration.
 */
async function clusterId(config: Config, kube: WatchingKubeClient, log: Logger): Promise<string> {
  if (config.clusterId) return config.clusterId;
  const ioClock = systemClock();
  for (;;) {
    try {
      const namespace = await kube.get(NAMESPACES, '', 'kube-system');
      if (namespace?.metadata.uid) return namespace.metadata.uid;
      throw new ConfigurationError(
        'FABRICLINK_CLUSTER_ID: not set, and there is no namespace kube-system to derive it from',
      );
    } catch (error) {
      const known = error instanceof OperatorError ? error : undefined;
      if (known?.disposition === 'transient' || known?.disposition === 'throttled') {
        log.warn('waiting for the API server', { error: known.message });
        await sleep(ioClock, known.retryAfterMs ?? RETRY_START_MS);
        continue;
      }
      if (!known) throw error;
      throw new ConfigurationError(`FABRICLINK_CLUSTER_ID: not set, and it cannot be derived: ${known.message}`, {
        cause: error,
      });
    }
  }
}
