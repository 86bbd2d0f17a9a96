// What the bundle costs before there is anything to do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cacheSettings, writeCompileCache } from '../../scripts/image/compile-cache.ts';
import type { Stages } from '../fleet/stages.ts';
import type { Figure } from '../report/table.ts';
import { BUNDLE } from '../stage/operator.ts';

/** Long enough for what is loaded lazily and for a first garbage collection. */
const IDLE_MS = 5_000;
const LONGEST_MS = 20_000;
/** As the chart has it for its default limit. */
const HEAP = '--max-old-space-size=576';

/** Start to the first list of custom resources, and memory at idle, beside a Node that does nothing. */
export async function startUp(stages: Stages): Promise<Figure[]> {
  const bareMs = await bareNodeMs();
  const plain = await started(stages, {});
  const cache = await mkdtemp(join(tmpdir(), 'bench-cache-'));
  await writeCompileCache(cache, process.execPath, BUNDLE, process.getuid?.() ?? 0);
  const inImage = await started(stages, { ...cacheSettings(cache), NODE_OPTIONS: HEAP });
  await rm(cache, { recursive: true });
  return [
    { name: 'start to first list', value: plain.startMs, unit: 'ms', against: 'aim 300 ms' },
    { name: 'start to first list, as in the image', value: inImage.startMs, unit: 'ms', against: 'aim 300 ms' },
    { name: 'start and end of a bare Node', value: bareMs, unit: 'ms' },
    { name: 'start to first list / bare Node', value: plain.startMs / bareMs, unit: '×' },
    { name: 'idle RSS', value: plain.rssMiB, unit: 'MiB', against: 'aim 120 MiB' },
    { name: 'idle RSS, as in the image', value: inImage.rssMiB, unit: 'MiB', against: 'aim 120 MiB' },
    { name: 'CPU until idle', value: plain.cpuMs, unit: 'ms' },
    { name: 'CPU until idle, as in the image', value: inImage.cpuMs, unit: 'ms' },
  ];
}

async function started(stages: Stages, more: Record<string, string>) {
  await stages.cluster.ask('clear');
  const operator = stages.operator({ more });
  const firstListAtMs = await firstList(stages, Date.now() + LONGEST_MS);
  await pause(IDLE_MS);
  const { rssMiB, cpuMs } = operator.usage();
  await operator.stop();
  return { startMs: firstListAtMs - operator.startedAtMs, rssMiB, cpuMs };
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
