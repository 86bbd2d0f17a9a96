import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import type { Stage } from '../support/stage.ts';
import { type Call, isCloud, isCloudRead, isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  fleetManifest,
  isGroup,
  isServed,
  mappingFleetIn,
  namespaceName,
  namespaceOf,
  readyMappings,
  stageMappingFleet,
} from '../support/stage-mapping-fleet.ts';

/** `npm run bench -- mappings` in small: regressions in calls and in fairness, not in speed, turn this red. */
const FLEET = { mappings: 160, namespaces: 3, guestTenants: 4, workspaces: 2 };
const SERVED = Array.from({ length: FLEET.mappings }, (_, index) => index).filter(isServed).length;
const WINDOW_MS = 60_500;
/** The nth window of fifty calls, and a little: fifty calls take their time. */
const windowEndMs = (nth: number) => startedAtMs + (nth - 1) * WINDOW_MS + 2_000;
/** Not among those who get a role. */
const NEW = FLEET.mappings + 1;

let stage: Stage;
let startedAtMs: number;
let calls: readonly Call[];
const made = (operation: string) => calls.filter((call) => isCloud(call) && call.operation === operation);
const guestIndex = ({ sent }: Call) =>
  Number.parseInt((JSON.parse(sent?.body ?? '{}') as { id: string }).id.slice(-12), 16);

beforeAll(async () => {
  stage = await stageMappingFleet(FLEET, { stepMs: 500, spare: 2, choices: { mappingPages: true } });
  startedAtMs = stage.clock.now();
  await stage.startOperator();
  // Somebody comes when two windows of fifty are over, and the largest namespace is not.
  await stage.pass(WINDOW_MS + 5_000);
  await stage.apply(fleetManifest(FLEET, NEW, namespaceName(0)));
  await stage.run(() => readyMappings(stage) === FLEET.mappings + 1, {
    withinMs: 3 * HOUR_MS,
    what: 'the whole fleet is Ready',
  });
  calls = stage.calls;
}, 120_000);
afterAll(() => stage.close());

describe(`${FLEET.mappings} guests of one provider in ${FLEET.namespaces} namespaces`, () => {
  test('each is mapped once, in the windows that the quota demands, and nothing is refused', () => {
    const posts = made('mappings.create');
    expect(posts).toHaveLength(FLEET.mappings + 1);
    expect(posts.at(-1)!.atMs).toBeLessThanOrEqual(windowEndMs(4));
    // What the lists leave of three windows is used up: whoever looks before asking loses no turn by it.
    const before = (call: Call) => call.atMs <= windowEndMs(3);
    expect(posts.filter(before).length).toBeGreaterThanOrEqual(3 * 50 - made('mappings.list').filter(before).length);
    expect(calls.filter((call) => isCloud(call) && call.status === 429)).toEqual([]);
  });

  test('lists, roles and strings are shared', () => {
    // One list when the operator starts, one for each twenty minutes that the groups take: two pages each.
    expect(made('mappings.list').length).toBeLessThanOrEqual(1 + 4 * 2);
    expect(made('roleAssignments.add')).toHaveLength(SERVED);
    expect(made('roleAssignments.list').length).toBeLessThanOrEqual(6 * FLEET.workspaces);
    expect(made('connectionString.get').length).toBeLessThanOrEqual(FLEET.guestTenants * FLEET.workspaces);
    // Both names of a new principal in one search a minute until it is there, and one look at it (at groups: their members).
    expect(calls.filter(({ service }) => service === 'graph').length).toBeLessThanOrEqual(6 * SERVED);
    expect(calls.filter(isCloudWrite)).toHaveLength(FLEET.mappings + 1 + SERVED);
  });

  test('whoever waits for a turn writes nothing meanwhile, and notes the request when it comes', () => {
    const settledAtMs = startedAtMs + 5_000;
    const waited = made('mappings.create').filter((post) => post.atMs > settledAtMs && guestIndex(post) !== NEW);
    expect(waited.length).toBeGreaterThanOrEqual(FLEET.mappings - 2 * 50);
    const writesOf = (post: Call) =>
      calls
        .filter(({ index, atMs }) => atMs > settledAtMs && index < post.index)
        .filter(({ service, method }) => service === 'kubernetes' && method === 'PATCH')
        .filter(({ path }) => path.replace('/status', '').endsWith(`/guest-${guestIndex(post)}`))
        .map(({ path }) => (path.endsWith('/status') ? 'status' : 'note'));
    expect(new Set(waited.map((post) => writesOf(post).join()))).toEqual(new Set(['note']));
  });

  test('a small namespace is not behind a large one', () => {
    const last = new Map<string, number>();
    for (const post of made('mappings.create')) last.set(namespaceOf(FLEET, guestIndex(post)), post.atMs);
    // 80, 40 and 40: with equal shares the small ones are through after 120 of 160, in the third window.
    for (const small of [1, 2]) expect(last.get(namespaceName(small))).toBeLessThanOrEqual(windowEndMs(3));
  });

  test('somebody new in the large one is looked at within a second, and is mapped in the next window', () => {
    const createdAtMs = startedAtMs + WINDOW_MS + 5_000;
    const firstLook = calls.find(({ path, method }) => method === 'PATCH' && path.includes(`/guest-${NEW}`));
    expect(firstLook!.atMs - createdAtMs).toBeLessThanOrEqual(1_000);
    const post = made('mappings.create').find((call) => guestIndex(call) === NEW);
    expect(post!.atMs).toBeLessThanOrEqual(windowEndMs(3));
  });

  test('what later lists tell is written down without anybody ceasing to be Ready', async () => {
    const readyAtMs = stage.clock.now();
    await stage.pass(5 * HOUR_MS);
    // Without a role one is Ready when the guest is mapped; the lists that tell more come later.
    const isPlain = (name: string) => !isServed(Number(name.slice(6))) && !isGroup(Number(name.slice(6)));
    const posts = new Map(made('mappings.create').map((post) => [`guest-${guestIndex(post)}`, post]));
    const notes = stage.calls.filter(
      ({ service, method, path }) => service === 'kubernetes' && method === 'PATCH' && !path.endsWith('/status'),
    );
    const notesOf = (name: string) =>
      notes.filter(({ path, index }) => path.endsWith(`/${name}`) && index > posts.get(name)!.index);
    // The answer, and later what the list tells: the mapping's id and the principal in one.
    const most = [...posts.keys()].filter(isPlain).map((name) => notesOf(name).length);
    expect(new Set(most)).toEqual(new Set([2]));
    const posted = new Map([...posts].map(([name, { atMs }]) => [name, atMs]));
    const changed = mappingFleetIn(stage).flatMap(({ metadata: { name }, status }) => {
      const { status: is, lastTransitionTime } = status!.conditions!.find(({ type }) => type === 'Ready')!;
      const sinceMs = isPlain(name) ? posted.get(name)! + MINUTE_MS : readyAtMs;
      return is === 'True' && Date.parse(lastTransitionTime) <= sinceMs ? [] : [name];
    });
    expect(changed).toEqual([]);
  });

  test('at rest the list of mappings and a look into the directory each day are all that is read', async () => {
    stage.forget();
    const hours = 12;
    await stage.pass(hours * HOUR_MS);
    expect(stage.calls.filter((call) => isCloudWrite(call) || isStatusWrite(call))).toEqual([]);
    const reads = stage.calls.filter(isCloudRead);
    const lists = reads.filter(({ operation }) => operation === 'mappings.list');
    // Two pages in twenty minutes, however many objects there are.
    expect(lists.length).toBeLessThanOrEqual(hours * 3 * 2);
    expect(reads.length / FLEET.mappings / hours).toBeLessThan(0.1);
  });

  test('all are taken away in the windows that the quota demands, by the list that is there', async () => {
    await stage.pass(10 * MINUTE_MS);
    stage.forget();
    const deletedAtMs = stage.clock.now();
    for (const { metadata } of mappingFleetIn(stage)) {
      await stage.kube.delete(crossTenantMappings, metadata.namespace ?? '', metadata.name);
    }
    const isGone = () => mappingFleetIn(stage).length === 0;
    await stage.run(isGone, { withinMs: HOUR_MS, what: 'the whole fleet is gone' });
    const made = (name: string) => stage.calls.filter(({ operation }) => operation === name).length;
    expect([made('mappings.delete'), made('roleAssignments.delete')]).toEqual([FLEET.mappings + 1, SERVED]);
    expect(made('mappings.list')).toBeLessThanOrEqual(2);
    // The ledger is written for who is deleted, and not for who waits for a turn.
    const noted = stage.calls.filter(({ path, method }) => path.includes('/fabriclink-ledger-') && method === 'PATCH');
    expect(noted.length).toBeLessThanOrEqual(FLEET.mappings + 1);
    // 161 take four windows of fifty; when exactly the last one is over depends on how busy the machine is.
    expect(stage.clock.now() - deletedAtMs).toBeLessThan(4 * WINDOW_MS);
    expect(stage.calls.filter((call) => isCloud(call) && call.status === 429)).toEqual([]);
  }, 120_000);
});
