// A fleet of guests of other tenants from nothing to Ready, and then at rest: the operator in this process, simulated
// clouds and cluster over HTTP, and one virtual clock, so that quotas and published delays count and this machine does not.
import type { Stage } from '../../test/support/stage.ts';
import { type Call, isCloud, isCloudRead, isCloudWrite, isStatusWrite } from '../../test/support/stage-calls.ts';
import {
  fleetManifest,
  isReady,
  type MappingFleet,
  mappingFleetIn,
  namespaceName,
  namespaceOf,
  stageMappingFleet,
} from '../../test/support/stage-mapping-fleet.ts';
import { mappingMinutes } from '../report/bounds.ts';
import type { Figure } from '../report/table.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Timers of thousands of objects are all different; half a second is far below every delay that counts here. */
const STEP_MS = 500;
/** Groups are Ready an hour after their last role; access settles, and a status says so, four hours after the mapping. */
const UNTIL_REST_MS = 5 * HOUR_MS;
const MIB = 2 ** 20;

export type MappingOptions = { fleet: MappingFleet; hours: number; paged: boolean };

export async function mappings({ fleet, hours, paged }: MappingOptions): Promise<Figure[]> {
  const stage = await stageMappingFleet(fleet, { stepMs: STEP_MS, spare: 2, choices: { mappingPages: paged } });
  try {
    const up = await untilReady(stage, fleet);
    await stage.pass(UNTIL_REST_MS);
    stage.forget();
    await stage.pass(hours * HOUR_MS);
    return [...up, ...atRest(stage, fleet, hours), ...cost()];
  } finally {
    await stage.close();
  }
}

/** Which guest each POST was for, in order. */
type Post = { objectId: string; atMs: number };
type Counts = { operations: Map<string, number>; calls: number; refused: number; posts: Post[]; statusWrites: number };

async function untilReady(stage: Stage, fleet: MappingFleet): Promise<Figure[]> {
  const startedAtMs = stage.clock.now();
  const minutes = () => (stage.clock.now() - startedAtMs) / MINUTE_MS;
  const counts: Counts = { operations: new Map(), calls: 0, refused: 0, posts: [], statusWrites: 0 };
  const expected = fleet.mappings + 2;
  let late: Latecomers | undefined;
  let mappedAt: number | undefined;
  await stage.startOperator();
  for (let ready = 0; ready < expected; ) {
    await stage.pass(MINUTE_MS);
    take(stage, counts);
    if (!late && counts.posts.length * 2 >= fleet.mappings) late = await comeLate(stage, fleet, counts);
    if (counts.posts.length >= expected) mappedAt ??= (counts.posts.at(-1)!.atMs - startedAtMs) / MINUTE_MS;
    ready = mappingFleetIn(stage).filter(isReady).length;
    if (minutes() > 60 * 24) throw new Error(`only ${ready} of ${expected} are Ready after a day`);
    if (minutes() % 10 === 0) tell(minutes(), counts.posts.length, ready);
  }
  const made = (name: string) => counts.operations.get(name) ?? 0;
  const lists = made('mappings.list');
  const demanded = mappingMinutes(expected + 1);
  const took = mappedAt ?? minutes();
  const figure = (name: string, value: number, unit = '', against?: string): Figure =>
    against === undefined ? { name, value, unit } : { name, value, unit, against };
  return [
    figure('virtual minutes until the last was mapped', took, 'min', `quota demands ${demanded.toFixed(0)}`),
    figure('… more than is demanded', (took / demanded - 1) * 100, '%', 'aim 5'),
    figure('… until all are Ready', minutes(), 'min', 'groups an hour after their last role'),
    figure('refused with 429', counts.refused, '', 'aim 0'),
    figure('cloud calls for each object', counts.calls / expected),
    figure('Fabric: mappings posted', made('mappings.create'), '', `at least ${expected}`),
    figure('Fabric: pages of the list of mappings', lists, '', 'at least 1'),
    figure('Fabric: roles given', made('roleAssignments.add')),
    figure('Fabric: lists of roles', made('roleAssignments.list'), '', `${fleet.workspaces} workspaces`),
    figure('Fabric: connection strings', made('connectionString.get')),
    figure('Graph: looks', counts.operations.get('graph') ?? 0),
    figure('status writes for each object', counts.statusWrites / expected),
    ...fairness(fleet, counts.posts, startedAtMs),
    ...latecomers(late, counts.posts),
  ];
}

function take(stage: Stage, counts: Counts): void {
  for (const call of stage.calls) {
    if (isStatusWrite(call)) counts.statusWrites += 1;
    if (!isCloud(call)) continue;
    counts.calls += 1;
    const name = call.service === 'graph' ? 'graph' : call.operation;
    counts.operations.set(name, (counts.operations.get(name) ?? 0) + 1);
    if (call.status === 429) counts.refused += 1;
    if (call.operation === 'mappings.create') counts.posts.push({ objectId: guestIn(call), atMs: call.atMs });
  }
  stage.forget();
}

const guestIn = ({ sent }: Call): string => (JSON.parse(sent?.body ?? '{}') as { id?: string }).id ?? '';

type Latecomers = { atMs: number; posted: number; own: Looked; alone: Looked };
type Looked = { objectId: string; afterMs: number };

/** In the middle of the sweep somebody creates one in the largest namespace, and one in a namespace of its own. */
async function comeLate(stage: Stage, fleet: MappingFleet, counts: Counts): Promise<Latecomers> {
  const atMs = stage.clock.now();
  const create = async (index: number, namespace: string): Promise<Looked> => {
    const manifest = fleetManifest(fleet, index, namespace) as {
      metadata: { name: string };
      spec: { guest: { objectId: string } };
    };
    await stage.apply(manifest);
    const { name } = manifest.metadata;
    const isSeen = () => mappingFleetIn(stage).find(({ metadata }) => metadata.name === name)?.status !== undefined;
    await stage.run(isSeen, { withinMs: 10 * MINUTE_MS, what: 'the new one is looked at' });
    return { objectId: manifest.spec.guest.objectId, afterMs: stage.clock.now() - atMs };
  };
  const own = await create(fleet.mappings, namespaceName(0));
  const alone = await create(fleet.mappings + 1, namespaceName(fleet.namespaces - 1));
  return { atMs, posted: counts.posts.length, own, alone };
}

function latecomers(late: Latecomers | undefined, posts: readonly Post[]): Figure[] {
  if (!late) return [];
  const figures = ({ objectId, afterMs }: Looked, where: string): Figure[] => {
    const place = posts.findIndex((post) => post.objectId === objectId);
    const waitedMs = (posts[place]?.atMs ?? Number.NaN) - late.atMs;
    return [
      { name: `new in ${where}: looked at after`, value: afterMs / 1000, unit: 's', against: 'aim 1' },
      {
        name: `new in ${where}: mapped after`,
        value: waitedMs / MINUTE_MS,
        unit: 'min',
        against: `${place - late.posted} others meanwhile`,
      },
    ];
  };
  return [...figures(late.own, 'the largest namespace'), ...figures(late.alone, 'the smallest namespace')];
}

/** When the last one of each namespace was mapped; alone, and with an equal share for all who still wait. */
function fairness(fleet: MappingFleet, posts: readonly Post[], startedAtMs: number): Figure[] {
  const ends = new Map<string, { atMs: number; count: number }>();
  const indexOf = (objectId: string) => Number.parseInt(objectId.slice(-12), 16);
  for (const { objectId, atMs } of posts) {
    const index = indexOf(objectId);
    if (index >= fleet.mappings) continue;
    const namespace = namespaceOf(fleet, index);
    ends.set(namespace, { atMs, count: (ends.get(namespace)?.count ?? 0) + 1 });
  }
  const sizes = [...ends.values()].map(({ count }) => count);
  return [...ends]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([namespace, { atMs, count }]) => {
      const before = sizes.reduce((sum, size) => sum + Math.min(size, count), 0);
      return {
        name: `${count} in ${namespace}: all mapped after`,
        value: (atMs - startedAtMs) / MINUTE_MS,
        unit: 'min',
        against: `fair share ${mappingMinutes(before + 1).toFixed(0)}`,
      };
    });
}

function atRest(stage: Stage, fleet: MappingFleet, hours: number): Figure[] {
  const reads = stage.calls.filter(isCloudRead);
  const perHour = (test: (call: Call) => boolean) => reads.filter(test).length / fleet.mappings / hours;
  return [
    {
      name: 'at rest: external reads per object and hour',
      value: perHour(() => true),
      unit: '',
      against: 'aim 0.1',
    },
    {
      name: '… of which the list of mappings',
      value: perHour(({ operation }) => operation === 'mappings.list'),
      unit: '',
    },
    { name: '… of which Graph', value: perHour(({ service }) => service === 'graph'), unit: '' },
    { name: 'at rest: external writes', value: stage.calls.filter(isCloudWrite).length, unit: '', against: 'aim 0' },
    { name: 'at rest: status writes', value: stage.calls.filter(isStatusWrite).length, unit: '', against: 'aim 0' },
  ];
}

/** Of this process, which is the operator, the clouds, the cluster and the play. */
function cost(): Figure[] {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return [
    { name: 'peak RSS of all in one process', value: maxRSS / 1024, unit: 'MiB' },
    { name: 'CPU of all in one process', value: (userCPUTime + systemCPUTime) / 1e6, unit: 's' },
  ];
}

/** A play of ten thousand takes minutes: whoever watches sees that it moves. */
function tell(minute: number, mapped: number, ready: number): void {
  const rss = Math.round(process.memoryUsage.rss() / MIB);
  console.error(`  ${minute} virtual minutes: ${mapped} mapped, ${ready} Ready, ${rss} MiB`);
}
