// What the bundle costs before there is anything to do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stages } from '../fleet/stages.ts';
import type { Figure } from '../report/table.ts';

/** Long enough for what is loaded lazily and for a first garbage collection. */
const IDLE_MS = 5_000;
const LONGEST_MS = 20_000;

/** Start to the first list of custom resources, and memory at idle, beside a Node that does nothing. */
export async function startUp(stages: Stages): Promise<Figure[]> {
  await stages.cluster.ask('clear');
  const bareMs = await bareNodeMs();
  const operator = stages.operator();
  const firstListAtMs = await firstList(stages, Date.now() + LONGEST_MS);
  await pause(IDLE_MS);
  const { rssMiB, cpuMs } = operator.usage();
  await operator.stop();
  const startMs = firstListAtMs - operator.startedAtMs;
  return [
    { name: 'start to first list', value: startMs, unit: 'ms', against: 'aim 300 ms' },
    { name: 'start and end of a bare Node', value: bareMs, unit: 'ms' },
    { name: 'start to first list / bare Node', value: startMs / bareMs, unit: '×' },
    { name: 'idle RSS', value: rssMiB, unit: 'MiB', against: 'aim 120 MiB' },
    { name: 'CPU until idle', value: cpuMs, unit: 'ms' },
  ];
}

async function bareNodeMs(): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - startedAt;
}

async function firstList(stages: Stages, lastAtMs: number): Promise<number> {
  for (;;) {
    const { firstListAtMs } = await stages.cluster.ask('calls');
    if (firstListAtMs !== undefined) return firstListAtMs;
    if (Date.now() > lastAtMs) throw new Error('the operator did not list its resources');
    await pause(5);
  }
}
