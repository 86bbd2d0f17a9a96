// The loop of any controller, without a cloud: list, watch, and one status patch for each object, on the embedded API;
// the runtime, and in the same run whatever peer is given.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { applyAll, connect } from '../../scripts/demo/cluster.ts';
import type { Figure } from '../report/table.ts';
import { type Stage, startStage } from '../stage/ask.ts';
import type { ClusterQuestions, ClusterReady } from '../stage/messages.ts';
import { LOOPS, LOOPS_CRD } from './loops.ts';

const run = promisify(execFile);
const CREATING_AT_ONCE = 16;

type Ran = { perSecond: number; cpuSeconds: number; rssMiB: number };
type Cluster = Stage<ClusterQuestions, ClusterReady>;

/** `peer`: a program that takes -kubeconfig, -gvr, -mode run, -n and -workers, and prints its patches/s, cpu and rss. */
export async function patches(objects: number, peer: string | undefined): Promise<Figure[]> {
  const own = await onFresh(objects, async (kubeconfig) => {
    const { stdout } = await run(process.execPath, ['bench/loop.ts', kubeconfig, String(objects)]);
    return JSON.parse(stdout) as Ran;
  });
  const figures: Figure[] = [
    { name: 'status patches', value: own.ran.perSecond, unit: 'per s', against: `${objects} objects, 16 workers` },
    { name: 'CPU per 10,000 patches', value: (own.ran.cpuSeconds / objects) * 10_000, unit: 's' },
    { name: 'API server CPU per 10,000 patches', value: (own.serverCpuSeconds / objects) * 10_000, unit: 's' },
    { name: 'RSS', value: own.ran.rssMiB, unit: 'MiB' },
  ];
  if (peer === undefined) return figures;
  const other = await onFresh(objects, async (kubeconfig) => {
    const gvr = `${LOOPS.group}/${LOOPS.version}/${LOOPS.plural}`;
    const given = ['-kubeconfig', kubeconfig, '-gvr', gvr, '-mode', 'run', '-n', String(objects), '-workers', '16'];
    return readPeer((await run(peer, given)).stdout);
  });
  return [
    ...figures,
    { name: 'peer: status patches', value: other.ran.perSecond, unit: 'per s' },
    { name: 'peer: CPU per 10,000 patches', value: (other.ran.cpuSeconds / objects) * 10_000, unit: 's' },
    { name: 'peer: RSS', value: other.ran.rssMiB, unit: 'MiB' },
    { name: 'status patches, ours / peer', value: own.ran.perSecond / other.ran.perSecond, unit: '×' },
  ];
}

function readPeer(text: string): Ran {
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
  return {
    perSecond: number(/([\d.]+) patches\/s/),
    cpuSeconds: number(/cpu ([\d.]+)s/),
    rssMiB: number(/rss peak (\d+) MiB/),
  };
}

/** An API server of its own with `objects` untouched ones. */
async function onFresh(
  objects: number,
  measure: (kubeconfig: string) => Promise<Ran>,
): Promise<{ ran: Ran; serverCpuSeconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'fabric-link-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster: Cluster = await startStage('bench/stage-cluster.ts', []);
  await writeFile(kubeconfig, cluster.ready.kubeconfig, { mode: 0o600 });
  const hands = await connect(kubeconfig);
  try {
    await applyAll(hands, [LOOPS_CRD]);
    let next = 0;
    const create = async () => {
      for (let index = next++; index < objects; index = next++) {
        const metadata = { name: `loop-${index}`, namespace: 'default' };
        await hands.kube.create(LOOPS, {
          apiVersion: `${LOOPS.group}/${LOOPS.version}`,
          kind: LOOPS.kind,
          metadata,
          spec: { size: 1 },
        });
      }
    };
    await Promise.all(Array.from({ length: CREATING_AT_ONCE }, create));
    const before = await cluster.ask('usage');
    const ran = await measure(kubeconfig);
    const after = await cluster.ask('usage');
    return { ran, serverCpuSeconds: (after.cpuMs - before.cpuMs) / 1000 };
  } finally {
    await hands.close();
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  }
}
