import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { injectConnection, linkServiceIn } from '../../simulator/arm/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { recordMoments } from '../support/stage-crash.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { done, personsTurns, planOf, promised } from '../support/stage-plan.ts';
import { NAMESPACE, SALES_SERVICE, salesLink } from '../support/stage-world.ts';
import { heals, stalls } from './breakages.ts';

/** A plan is worth what comes of it: it is taken under Observe, then the object is managed, and deeds are compared. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
/** What the stores held after each write to a cloud on the way up. */
let halfBuilt: StageSnapshot[];

beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
  await stage.apply(salesLink(stage.nameserverOf));
  const recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await playUntilReady(stage);
  });
  ready = stage.snapshot();
  halfBuilt = recording.points
    .filter(({ call, moment }) => moment === 'after' && isCloudWrite(call))
    .map(({ state }) => recording.states.get(state)!);
});
afterAll(() => stage.close());

type Spec = Parameters<typeof salesLink>[1];

/** The plan for what is there, and what is written once the object is managed. */
async function compare(
  start: StageSnapshot,
  {
    spec = {},
    removed,
    given,
    play = playUntilReady,
  }: { spec?: Spec; removed?: string[]; given?: () => void; play?: (stage: Stage) => Promise<void> } = {},
) {
  await setTheStage(stage, start);
  given?.();
  await stage.apply(salesLink(stage.nameserverOf, { ...spec, managementPolicy: 'Observe' }));
  await stage.startOperator();
  await stage.pass(15 * MINUTE_MS);
  expect(stage.calls.filter(isCloudWrite)).toEqual([]);
  const plan = planOf(stage);
  expect(stage.link()?.status?.planTotal).toBe(plan.length);
  stage.forget();
  await stage.apply(salesLink(stage.nameserverOf, { ...spec, managementPolicy: 'Manage' }));
  await play(stage);
  return { plan, promised: promised(plan), done: done(stage.calls, removed) };
}

test('for a bare world', async () => {
  const found = await compare(bare);
  expect(found.promised).toEqual(found.done);
  expect(personsTurns(found.plan)).toEqual([]);
  expect(found.plan).toHaveLength(18);
});

test('for a world where all is done: nothing, and nothing is written', async () => {
  const found = await compare(ready);
  expect([found.plan, found.done]).toEqual([[], {}]);
});

test('for half-built worlds, after every third write on the way up', async () => {
  expect(halfBuilt.length).toBeGreaterThan(15);
  const wrong: unknown[] = [];
  for (const [index, snapshot] of halfBuilt.entries()) {
    if (index % 3 !== 0) continue;
    const found = await compare(snapshot);
    if (JSON.stringify(sorted(found.promised)) !== JSON.stringify(sorted(found.done))) wrong.push({ index, ...found });
  }
  expect(wrong).toEqual([]);
}, 120_000);

describe('for drift', () => {
  test.each(Object.entries(heals))('%s', async (_, { broken }) => {
    const found = await compare(ready, { given: () => broken(stage.simulator.cloud) });
    // An endpoint that is made anew may get the very addresses that its records hold: they are not written then.
    const comparable = found.done['endpoint/spoke'] ? exceptRecords : sorted;
    expect(comparable(found.promised)).toEqual(comparable(found.done));
    expect(personsTurns(found.plan)).toEqual([]);
    expect(found.plan).not.toEqual([]);
  });
});

describe('for a spec that has changed', () => {
  const { endpoints } = salesLink(() => ({ address: '127.0.0.1', port: 53 })).spec as {
    endpoints: [{ name: string; dns: object }, { name: string; dns: object }];
  };
  const named = (name: string) => ({
    endpoints: (salesLink(stage.nameserverOf).spec as { endpoints: { name: string }[] }).endpoints.filter(
      (one) => one.name === name,
    ),
  });
  const rest = () => stage.pass(6 * HOUR_MS);
  test.each(endpoints.map(({ name }) => name))(
    'only the endpoint %s is left: the other goes, with its names, its link and its zone',
    async (name) => {
      const found = await compare(ready, {
        spec: named(name),
        removed: ['hub', 'spoke'].filter((one) => one !== name),
        play: rest,
      });
      expect(found.promised).toEqual(found.done);
      expect(Object.keys(found.promised)).toEqual([expect.stringMatching(/^removal\//)]);
    },
  );

  test('public access is allowed again, in both directions', async () => {
    const found = await compare(ready, {
      spec: { inbound: { publicAccess: 'Allow' }, outbound: { publicAccess: 'Allow' } },
      play: rest,
    });
    expect(found.promised).toEqual(found.done);
    expect(found.plan.map(({ action }) => action)).toEqual(['openInbound', 'applyOutbound']);
  });
});

describe('for what exists already', () => {
  const mark = (owner: string | undefined) => {
    const { fabric, arm } = stage.simulator.world;
    for (const { tags } of [...Object.values(fabric.linkServices), ...Object.values(arm.privateEndpoints)]) {
      if (owner === undefined) delete tags['fabriclink-owner'];
      else tags['fabriclink-owner'] = owner;
    }
  };
  let unnoted: StageSnapshot;
  beforeAll(async () => {
    await setTheStage(stage, ready);
    const keys = Object.keys(stage.link()?.metadata.annotations ?? {}).filter((key) =>
      key.startsWith('fabriclink.dev/'),
    );
    const annotations = Object.fromEntries(keys.map((key) => [key, null]));
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations, finalizers: [] } },
      fieldManager: 'somebody',
    });
    unnoted = stage.snapshot();
  });

  test('and is as wanted: it is taken over, and nothing is written', async () => {
    const found = await compare(unnoted, { given: () => mark(undefined) });
    expect(found.plan.map(({ action }) => action)).toEqual(['adoptService', 'adoptEndpoint', 'adoptEndpoint']);
    expect([found.promised, found.done]).toEqual([{}, {}]);
  });

  test('and differs: under Always it is taken over and corrected', async () => {
    const given = () => {
      mark(undefined);
      linkServiceIn(stage.simulator.world, SALES_SERVICE).tags['cost-centre'] = 'another';
    };
    const found = await compare(unnoted, { given, spec: { adoptionPolicy: 'Always' } });
    expect(found.promised).toEqual(found.done);
    expect(found.promised).toEqual({ service: ['patchServiceTags'] });
  });

  test('and bears another owner’s mark: under Always the mark is written over', async () => {
    const given = () => mark('elsewhere.team.sales.0');
    const found = await compare(unnoted, { given, spec: { adoptionPolicy: 'Always' } });
    expect(found.promised).toEqual(found.done);
    expect(Object.keys(found.promised)).toEqual(['service', 'endpoint/hub', 'endpoint/spoke']);
  });

  test('and bears another owner’s mark: otherwise a person comes first, and nothing is written', async () => {
    const found = await compare(unnoted, {
      given: () => mark('elsewhere.team.sales.0'),
      play: () => stage.pass(HOUR_MS),
    });
    expect([found.promised, found.done]).toEqual([{}, {}]);
    expect(personsTurns(found.plan)).toEqual(['service: ForeignOwner']);
  });
});

test('for decisions on the requests of others', async () => {
  const ids = ['friend', 'stranger'].map(
    (name) =>
      `/subscriptions/99999999-0000-4000-8000-000000000009/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/${name}`,
  );
  const [friend, stranger] = ids;
  const found = await compare(ready, {
    given: () => ids.forEach((id) => injectConnection(stage.simulator.cloud, SALES_SERVICE, id, 'let me in')),
    spec: {
      connections: [
        { name: 'friend', source: { privateEndpointId: friend }, decision: 'Approve' },
        { name: 'stranger', source: { privateEndpointId: stranger }, decision: 'Reject' },
      ],
    },
    play: () => stage.pass(HOUR_MS),
  });
  expect(found.promised).toEqual(found.done);
  expect(found.plan.map(({ ladder, action }) => `${ladder} ${action}`)).toEqual([
    'connection/friend approveListed',
    'connection/stranger rejectListed',
  ]);
});

test('for two endpoints whose records share one zone: each set is promised once', async () => {
  const { endpoints } = salesLink(stage.nameserverOf).spec as { endpoints: [object, { dns: object }] };
  const dns = { ...endpoints[1].dns, zoneId: undefined };
  const shared = [endpoints[1], { ...endpoints[1], name: 'second', resourceName: 'pe-sales-second-1', dns }];
  const found = await compare(bare, { spec: { endpoints: shared } });
  expect(new Set(found.promised['dns/spoke'])).toEqual(new Set(found.done['dns/spoke']));
  expect(found.plan.filter(({ action }) => action === 'putRecord')).toHaveLength(5);
  expect(found.plan.filter(({ action }) => ['createZone', 'putLink'].includes(action))).toHaveLength(2);
});

describe('for what only a person can settle', () => {
  test.each(Object.entries(stalls))('%s', async (_, { broken }) => {
    const found = await compare(ready, {
      given: () => broken(stage.simulator.cloud),
      play: () => stage.pass(6 * HOUR_MS),
    });
    expect(found.promised).toEqual(found.done);
    expect(personsTurns(found.plan).map((turn) => turn.replace(/.*: /, 'True '))).toContain(said(stage, 'Stalled'));
  });
});

const sorted = (lines: Record<string, readonly string[]>) =>
  Object.entries(lines).toSorted(([one], [other]) => (one < other ? -1 : 1));
const exceptRecords = (lines: Record<string, readonly string[]>) =>
  sorted(lines)
    .map(([ladder, whats]) => [ladder, whats.filter((what) => !what.startsWith('putRecord'))] as const)
    .filter(([, whats]) => whats.length > 0);
