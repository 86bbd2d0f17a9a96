// The first look at a fleet that is already in its desired state.
import { setTimeout as pause } from 'node:timers/promises';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import type { FleetSize } from '../fleet/names.ts';
import { linkNames, tenantNames } from '../fleet/names.ts';
import type { Stages } from '../fleet/stages.ts';
import { armReadSeconds, callsTo, fabricSeconds } from '../report/bounds.ts';
import { percentile } from '../report/numbers.ts';
import type { Figure } from '../report/table.ts';
import type { Operator } from '../stage/operator.ts';
import { followPasses, type Passes } from '../stage/passes.ts';
import { latenciesOf } from './latency.ts';
import { burst } from './noop.ts';

export type SweepOptions = {
  stages: Stages;
  size: FleetSize;
  longestMs: number;
  changes: number;
  nodeOptions: readonly string[];
};

/** After the sweep the same operator also answers for latency and for passes that change nothing. */
export async function sweep({ stages, size, longestMs, changes, nodeOptions }: SweepOptions): Promise<Figure[]> {
  const { clouds, cluster } = stages;
  const links = size.tenants * size.linksPerTenant;
  await Promise.all([clouds.ask('clear'), cluster.ask('clear')]);
  const before = await Promise.all([clouds.ask('usage'), cluster.ask('usage')]);
  const operator = stages.operator({ logLevel: 'debug', nodeOptions });
  const passes = followPasses(operator);
  const impatient = changesOf(stages, passes, size, changes);
  await lookedAtAll(passes, links, operator.startedAtMs + longestMs);
  const person = await impatient;
  await pause(1_000);

  const firsts = [...passes.firstAtMs.values()].map((atMs) => (atMs - operator.startedAtMs) / 1000);
  const usage = operator.usage();
  const [tally, calls] = await Promise.all([clouds.ask('tally'), cluster.ask('calls')]);
  const after = await Promise.all([clouds.ask('usage'), cluster.ask('usage')]);
  const external = callsTo(tally.calls, 'arm') + callsTo(tally.calls, 'fabric');
  const armDemand = armReadSeconds(callsTo(tally.calls, 'arm', 'GET') / size.tenants);
  const fabricDemand = fabricSeconds(callsTo(tally.calls, 'fabric', 'GET') / size.tenants);
  const seconds = Math.max(...firsts);
  const quota = `ARM reads demand ${armDemand.toFixed(0)} s, Fabric calls ${fabricDemand.toFixed(0)} s`;
  const figures: Figure[] = [
    { name: 'links looked at', value: firsts.length, unit: `of ${links}` },
    { name: 'start to first list', value: (calls.firstListAtMs ?? Number.NaN) - operator.startedAtMs, unit: 'ms' },
    { name: 'start to first decision', value: Math.min(...firsts), unit: 's', against: 'aim 5 s' },
    { name: 'start to half looked at', value: percentile(firsts, 0.5), unit: 's' },
    { name: 'start to all looked at', value: seconds, unit: 's', against: quota },
    { name: 'all looked at / what quotas demand', value: seconds / Math.max(armDemand, fabricDemand), unit: '×' },
    { name: 'person’s change, p50', value: percentile(person, 0.5), unit: 'ms' },
    {
      name: 'person’s change, slowest',
      value: Math.max(...person),
      unit: 'ms',
      against: `aim 1,000 ms; ${person.length} changes during the sweep`,
    },
    { name: 'operator peak RSS', value: usage.peakRssMiB, unit: 'MiB', against: 'aim 200 MiB' },
    { name: 'operator CPU', value: usage.cpuMs / 1000, unit: 's' },
    { name: 'clouds CPU', value: (after[0].cpuMs - before[0].cpuMs) / 1000, unit: 's' },
    { name: 'cluster CPU', value: (after[1].cpuMs - before[1].cpuMs) / 1000, unit: 's' },
    { name: 'external reads per link', value: external / links, unit: '' },
    { name: 'external writes', value: tally.writes, unit: '', against: 'aim 0' },
    { name: 'refused with 429', value: tally.refused, unit: '', against: 'aim 0' },
    {
      name: 'status writes',
      value: callsPatched(calls.byMethod) - 2 * person.length,
      unit: '',
      against: 'aim 0; without those of the changes',
    },
    {
      name: 'connections per 1,000 external calls',
      value: ((after[0].socketsAccepted - before[0].socketsAccepted) / external) * 1000,
      unit: '',
      against: 'aim 4',
    },
    { name: 'passes that awaited their turn', value: passes.early.get('AwaitsTurn') ?? 0, unit: '' },
  ];
  return [...figures, ...(await atRest(stages, operator, passes, size))];
}

/** The fleet is known; now it is changed. */
async function atRest(stages: Stages, operator: Operator, passes: Passes, size: FleetSize): Promise<Figure[]> {
  await pause(3_000);
  const latencies = await latenciesOf(stages, passes, size);
  const noop = await burst(stages, operator, passes, size);
  return [
    { name: 'event to decision, p50', value: percentile(latencies, 0.5), unit: 'ms' },
    { name: 'event to decision, p99', value: percentile(latencies, 0.99), unit: 'ms' },
    ...noop,
  ];
}

const callsPatched = (byMethod: Readonly<Record<string, number>>) => byMethod['PATCH'] ?? 0;

async function lookedAtAll(passes: Passes, links: number, lastAtMs: number): Promise<void> {
  while (passes.firstAtMs.size < links && Date.now() < lastAtMs) await pause(50);
}

/**
 * People change specs while the first sweep goes on: milliseconds from sending each change to the decision about it. The
 * change means nothing to the clouds; each costs its own patch and one status write.
 */
async function changesOf(stages: Stages, passes: Passes, size: FleetSize, changes: number): Promise<number[]> {
  while (passes.decided.length === 0) await pause(10);
  const took: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    const [tenant, link] = [change % size.tenants, size.linksPerTenant - 1 - Math.floor(change / size.tenants)];
    const { namespace } = tenantNames(tenant);
    const { name } = linkNames(link);
    const sentAtMs = Date.now();
    const decided = new Promise<number>((resolve) => {
      passes.onDecided((pass) => {
        if (pass.key === `${namespace}/${name}` && pass.generation > 1) resolve(pass.atMs);
      });
    });
    const body = { spec: { allowedSourceNamespaces: ['somebody'] } };
    await stages.kube.patch(workspacePrivateLinks, namespace, name, { type: 'merge', body });
    took.push((await decided) - sentAtMs);
    await pause(200);
  }
  return took;
}
