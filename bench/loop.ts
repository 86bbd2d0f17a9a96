// The runtime with a kind that does no more than write each object's status once: node bench/loop.ts KUBECONFIG COUNT.
// Prints one line of JSON, and ends.
import { setTimeout as pause } from 'node:timers/promises';
import { createMachine } from 'xstate';
import { countInFlight } from '../operator/clients/in-flight.ts';
import { createKubeClient } from '../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../operator/clients/kube/kubeconfig.ts';
import { createTransport } from '../operator/clients/transport.ts';
import { systemClock } from '../operator/clock.ts';
import { silentLogger } from '../operator/log.ts';
import type { Kind } from '../operator/runtime/kind.ts';
import { createManager } from '../operator/runtime/manager.ts';
import { createMetrics } from '../operator/runtime/metrics.ts';
import { LOOPS } from './runs/loops.ts';

const [kubeconfig = '', count = '0'] = process.argv.slice(2);
const WORKERS = 16;
const LONGEST_MS = 120_000;

const machine = createMachine({
  id: 'loop',
  initial: 'Ready',
  states: { Ready: { tags: 'ready', meta: { reason: 'Ready', poll: 'never' } } },
});

const kind: Kind = {
  type: LOOPS,
  machines: { loop: machine },
  observe: async () => ({}),
  ladders: () => [{ name: 'loop', machine: 'loop', facts: {} }],
  effects: {},
  describe: () => ({ status: { phase: 'Ready' }, conditions: [], events: [] }),
};

const access = await kubeconfigAccess(kubeconfig);
const transport = countInFlight(createTransport({ tls: { kubernetes: () => access.tls() } }));
const manager = createManager({
  kube: createKubeClient({ transport, access }),
  transport,
  clock: systemClock(),
  log: silentLogger,
  metrics: createMetrics(),
  kinds: [kind],
  workers: WORKERS,
});
manager.start();
while (!manager.hasSynced()) await pause(1);
const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
const isDone = () =>
  manager.cached(LOOPS).every((object) => (object.status as { phase?: string } | undefined)?.phase === 'Ready');
while (!isDone() && performance.now() - startedAt < LONGEST_MS) await pause(20);
const { user, system } = process.cpuUsage(cpuBefore);
const seconds = (performance.now() - startedAt) / 1000;
console.log(
  JSON.stringify({
    perSecond: Number(count) / seconds,
    cpuSeconds: (user + system) / 1_000_000,
    rssMiB: process.memoryUsage.rss() / 1024 / 1024,
  }),
);
await manager.stop();
await transport.close();
