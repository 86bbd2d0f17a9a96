import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { desiredOf } from '../../controllers/workspace-private-link/desired.ts';
import { type Chance, chance } from '../support/seeded.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isWrite } from '../support/stage-calls.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import { viewOf } from '../support/stage-view.ts';
import { endpointIn, SALES, salesLink } from '../support/stage-world.ts';

/** Random edits over HTTP; many more, and harder ones, in test/controllers/workspace-private-link/edits.test.ts. */
// The first two by which it shows when two endpoints share their notes.
const FIRST = Number(process.env['EDIT_SEED'] ?? 7);
const SEEDS = Number(process.env['EDIT_SEEDS'] ?? 2);
const EDITS = 4;

let stage: Stage;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage, { endpoints: [entry('hub', 'a', 'pe-1'), entry('spoke', 'b', 'pe-2')] });
  await stage.killOperator();
  ready = stage.snapshot();
});
afterAll(() => stage.close());

type Entry = Omit<ReturnType<typeof endpointIn>, 'name'> & { name: string; resourceName: string };

const entry = (place: 'hub' | 'spoke', name: string, resourceName: string): Entry => ({
  ...endpointIn(place, place === 'hub' ? 'ZoneGroup' : 'Records', stage.nameserverOf),
  name,
  resourceName,
});

const NAMES = ['a', 'b', 'c'] as const;
const free = (random: Chance, entries: readonly Entry[]) =>
  random.oneOf(NAMES.filter((name) => !entries.some((one) => one.name === name)));

/** What the API takes in one write: what a name means changes only by leaving it out once. */
const EDITS_OF: readonly ((random: Chance, entries: readonly Entry[]) => readonly (readonly Entry[])[])[] = [
  (random, entries) => [entries.map((one, index) => (index === 0 ? { ...one, name: free(random, entries) } : one))],
  (random, entries) => {
    const [one, other] = entries;
    if (!one || !other) return [];
    const swapped = [
      { ...one, name: other.name },
      { ...other, name: one.name },
    ];
    return [[{ ...one, name: free(random, entries) }, other], [{ ...swapped[1]! }], swapped];
  },
  (random, entries) => {
    const [one, ...rest] = entries;
    const moved = { ...one!, resourceName: `pe-${random.below(900) + 100}` };
    return rest.length === 0 ? [] : [rest, [...rest, moved]];
  },
  (_, entries) => (entries.length > 1 ? [entries.slice(1)] : []),
  (random, entries) => {
    const place = entries.some((one) => one.resourceGroup.endsWith('hub')) ? 'spoke' : 'hub';
    if (entries.length > 1) return [];
    return [[...entries, entry(place, free(random, entries), `pe-${random.below(900) + 100}`)]];
  },
];

function denyWithoutAWayIn(): boolean {
  const { arm, fabric } = stage.simulator.world;
  const isDenied = fabric.workspaces[SALES]?.policy.inbound.configured === 'Deny';
  const ways = Object.values(arm.privateEndpoints).filter(({ connection }) => connection.state.status === 'Approved');
  return isDenied && ways.length === 0;
}

function broken(): string[] {
  const { endpoints, zoneGroups, zones, services } = viewOf(stage.simulator.world);
  const link = stage.link()!;
  const wanted = desiredOf(link, 'stage').endpoints;
  const ids = wanted.map(({ resourceId }) => resourceId.toLowerCase()).sort();
  const wantedZones = [...new Set(wanted.flatMap(({ dns }) => dns?.zoneId.toLowerCase() ?? []))].sort();
  const notes = Object.entries(link.metadata.annotations ?? {}).filter(([key]) => /\/(endpoint|records)\./.test(key));
  const differences = [
    ['endpoints', Object.keys(endpoints).map((id) => id.toLowerCase()), ids],
    ['zones', Object.keys(zones).map((id) => id.toLowerCase()), wantedZones],
    ['groups', Object.keys(zoneGroups).length, wanted.filter(({ dns }) => dns?.mode === 'ZoneGroup').length],
    ['connections', Object.values(services).flatMap(({ connections }) => Object.keys(connections)), ids],
    ['notes of endpoints', notes.filter(([key]) => key.includes('/endpoint.')).length, ids.length],
  ] as const;
  return differences.flatMap(([what, is, should]) =>
    JSON.stringify(is) === JSON.stringify(should)
      ? []
      : [`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`],
  );
}

async function play(seed: number): Promise<string[]> {
  await setTheStage(stage, ready);
  const random = chance(seed);
  const story: string[] = [];
  let left = Number.POSITIVE_INFINITY;
  const locked: string[] = [];
  stage.onCall((call) => {
    if (denyWithoutAWayIn()) locked.push(`at ${call.method} ${call.path}`);
    if (!isWrite(call)) return undefined;
    left -= 1;
    return left === 0 ? 'die' : undefined;
  });
  await stage.startOperator();
  let entries: readonly Entry[] = [entry('hub', 'a', 'pe-1'), entry('spoke', 'b', 'pe-2')];
  for (let edit = 0; edit < EDITS; edit += 1) {
    left = random.happens(0.6) ? 1 + random.below(8) : Number.POSITIVE_INFINITY;
    for (const endpoints of random.oneOf(EDITS_OF)(random, entries)) {
      story.push(endpoints.map(({ name, resourceName }) => `${name}=${resourceName}`).join(' '));
      await stage.apply(salesLink(stage.nameserverOf, { endpoints }));
      entries = endpoints;
      if (random.happens(0.4)) await stage.pass(random.below(5) * MINUTE_MS);
    }
    await stage.pass(2 * HOUR_MS);
    const wrong = broken();
    if (wrong.length > 0 || locked.length > 0) return [`EDIT_SEED=${seed}`, ...story, ...wrong, ...locked.slice(0, 1)];
  }
  left = Number.POSITIVE_INFINITY;
  stage.forget();
  await stage.pass(3 * HOUR_MS);
  return cloudWrites(stage.calls).map(({ method, path }) => `EDIT_SEED=${seed}: at rest ${method} ${path}`);
}

test('random edits over HTTP, with processes that die in between, leave what the spec says and nothing else', async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) expect(await play(seed)).toEqual([]);
}, 3_600_000);
