// A fleet at rest, with published durations divided: how often the clouds are asked when nothing happens.
import { setTimeout as pause } from 'node:timers/promises';
import type { FleetSize } from '../fleet/names.ts';
import type { Stages } from '../fleet/stages.ts';
import { callsTo } from '../report/bounds.ts';
import type { Figure } from '../report/table.ts';
import { followPasses } from '../stage/passes.ts';

const HOUR_MS = 3_600_000;

export type RestOptions = { stages: Stages; size: FleetSize; speed: number; hours: number };

export async function rest({ stages, size, speed, hours }: RestOptions): Promise<Figure[]> {
  const links = size.tenants * size.linksPerTenant;
  const operator = stages.operator({ logLevel: 'debug' });
  const passes = followPasses(operator);
  while (passes.firstAtMs.size < links) await pause(50);
  // The first hour is not yet at rest: all was read at the same moment.
  await pause(HOUR_MS / speed);
  await Promise.all([stages.clouds.ask('clear'), stages.cluster.ask('clear')]);
  const cpuBefore = operator.usage().cpuMs;
  await pause((hours * HOUR_MS) / speed);
  const [tally, calls] = await Promise.all([stages.clouds.ask('tally'), stages.cluster.ask('calls')]);
  const cpuMs = operator.usage().cpuMs - cpuBefore;
  await operator.stop();
  const perLinkHour = (count: number) => count / links / hours;
  return [
    {
      name: 'external reads per link and hour',
      value: perLinkHour(callsTo(tally.calls, 'arm', 'GET') + callsTo(tally.calls, 'fabric', 'GET')),
      unit: '',
      against: `aim 1; ${size.linksPerTenant} links share a subscription`,
    },
    { name: '… of ARM', value: perLinkHour(callsTo(tally.calls, 'arm', 'GET')), unit: '' },
    { name: '… of Fabric', value: perLinkHour(callsTo(tally.calls, 'fabric', 'GET')), unit: '' },
    { name: 'external writes', value: tally.writes, unit: '', against: 'aim 0' },
    { name: 'status writes', value: calls.byMethod['PATCH'] ?? 0, unit: '', against: 'aim 0' },
    { name: 'refused with 429', value: tally.refused, unit: '', against: 'aim 0' },
    { name: 'operator CPU per 1,000 links and hour', value: (cpuMs / links / hours) * 1000, unit: 'ms' },
  ];
}
