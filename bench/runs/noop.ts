import { setTimeout as pause } from 'node:timers/promises';
import type { FleetSize } from '../fleet/names.ts';
import type { Stages } from '../fleet/stages.ts';
import { callsTo } from '../report/bounds.ts';
import type { Figure } from '../report/table.ts';
import type { Operator } from '../stage/operator.ts';
import type { Passes } from '../stage/passes.ts';

const LONGEST_MS = 120_000;

/**
 * Every object changes at once in what means nothing (a label), and is found changed by a relist: how many passes a
 * second are made, with everything that they ask about already known.
 */
export async function burst(stages: Stages, operator: Operator, passes: Passes, size: FleetSize): Promise<Figure[]> {
  const links = size.tenants * size.linksPerTenant;
  await stages.clouds.ask('clear');
  passes.clear();
  const before = operator.usage();
  await stages.cluster.ask('touchAll', `burst-${Date.now()}`);
  const lastAtMs = Date.now() + LONGEST_MS;
  while (passes.firstAtMs.size < links && Date.now() < lastAtMs) await pause(20);
  const times = [...passes.firstAtMs.values()].toSorted((one, other) => one - other);
  const after = operator.usage();
  const tally = await stages.clouds.ask('tally');
  const seconds = ((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN)) / 1000;
  return [
    { name: 'passes that change nothing', value: times.length / seconds, unit: 'per s', against: 'aim 2,000 per s' },
    {
      name: 'passes per second of operator CPU',
      value: times.length / ((after.cpuMs - before.cpuMs) / 1000),
      unit: '',
      against: 'the relist of all objects included',
    },
    {
      name: 'external reads of these passes',
      value: callsTo(tally.calls, 'arm') + callsTo(tally.calls, 'fabric'),
      unit: '',
    },
  ];
}
