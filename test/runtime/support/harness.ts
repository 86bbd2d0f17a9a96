import type { KubeAccess } from '../../../operator/clients/kube/access.ts';
import { createKubeClient } from '../../../operator/clients/kube/client.ts';
import { createTransport } from '../../../operator/clients/transport.ts';
import { systemClock } from '../../../operator/clock.ts';
import { type Logger, silentLogger } from '../../../operator/log.ts';
import type { Kind } from '../../../operator/runtime/kind.ts';
import { createManager, type ManagerOptions } from '../../../operator/runtime/manager.ts';
import { createMetrics, type Metrics } from '../../../operator/runtime/metrics.ts';
import { eventually, settle, type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';
import type { ApiServer } from './api-server.ts';
import { TOYS, TOYS_NAME } from './toy.ts';

/** The middle of every jitter. */
export const noChance = () => 0.5;

export function accessTo(url: string): KubeAccess {
  return { server: url, authorization: async () => 'Bearer test', tls: () => undefined, namespace: undefined };
}

export type Running = {
  manager: ReturnType<typeof createManager>;
  clock: VirtualClock;
  metrics: Metrics;
  /** Everything that can happen at this time has happened. */
  quiet: () => Promise<void>;
  /** From one due pass to the next, until `untilMs` from now. */
  pass: (durationMs: number) => Promise<void>;
  close: () => Promise<void>;
};

/** A manager over real HTTP with a clock that the test moves. */
export function runManager(
  server: ApiServer,
  kinds: (clock: VirtualClock) => readonly Kind[],
  settings: Partial<ManagerOptions> & { clock?: VirtualClock; log?: Logger } = {},
): Running {
  const clock = settings.clock ?? virtualClock();
  const transport = createTransport();
  const kube = createKubeClient({ transport, access: accessTo(server.url) });
  const metrics = createMetrics();
  const manager = createManager({
    kube,
    transport,
    log: silentLogger,
    metrics,
    random: noChance,
    ioClock: systemClock(),
    ...settings,
    clock,
    kinds: kinds(clock),
  });
  const caughtUp = () => {
    const last = server.store.events(TOYS_NAME, 0).at(-1)?.version ?? 0;
    return Number(manager.lastSeenResourceVersion(TOYS) ?? 0) >= last;
  };
  const quiet = async (): Promise<void> => {
    await eventually(async () => {
      await settle();
      if (!manager.hasSynced() || !caughtUp() || !manager.isIdle()) return false;
      await settle();
      return caughtUp() && manager.isIdle();
    }, 'the manager to come to rest');
  };
  return {
    manager,
    clock,
    metrics,
    quiet,
    async pass(durationMs) {
      const endMs = clock.now() + durationMs;
      await quiet();
      for (let next = clock.nextAtMs(); next !== undefined && next <= endMs; next = clock.nextAtMs()) {
        await clock.advance(next - clock.now());
        await quiet();
      }
      await clock.advance(endMs - clock.now());
      await quiet();
    },
    async close() {
      manager.kill();
      await transport.close();
    },
  };
}
