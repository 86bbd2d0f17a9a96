import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { callText, isLastingWrite } from '../support/stage-calls.ts';
import { crashEverywhere, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';
import { thingsIn } from '../support/stage-view.ts';
import { endpointIn, HUB_ZONE, NAMESPACE, SALES, SPOKE_ZONE, salesLink } from '../support/stage-world.ts';

/** One endpoint, and the workspace is closed: whatever a person does to that endpoint, the way in stays until another is proven. */

let stage: Stage;
let locked: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage, { endpoints: [hub()] });
  await stage.killOperator();
  locked = stage.snapshot();
});
afterAll(() => stage.close());

type Endpoint = ReturnType<typeof endpointIn> & Record<string, unknown>;
const hub = (changes: Record<string, unknown> = {}, dns: Record<string, unknown> = {}): Endpoint => {
  const endpoint = endpointIn('hub', 'ZoneGroup', stage.nameserverOf);
  return { ...endpoint, ...changes, dns: { ...endpoint.dns, ...dns } };
};
const spoke = () => endpointIn('spoke', 'Records', stage.nameserverOf);
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const apply = (spec: Record<string, unknown>) => stage.apply(salesLink(stage.nameserverOf, spec));
const OTHER_ZONE = HUB_ZONE.replace('rg-network-hub', 'rg-network-spoke');
const unproven = { verify: { mode: 'Resolve', nameservers: [{ address: '127.0.0.1', port: 9 }] } };

/** Everything that the way in is made of. */
const way = () => [...thingsIn(stage.simulator.world)].toSorted();
const reasons = () =>
  new Set([
    ...(stage.link()?.status?.conditions ?? []).map(({ reason }) => reason),
    ...(stage.link()?.status?.endpoints ?? []).map(({ message = '' }) =>
      message.includes('the only proven way into a workspace') ? 'HeldByDeny' : '',
    ),
  ]);

type Case = { because: string; spec: () => Record<string, unknown>; held: boolean };
const cases: Record<string, Case> = {
  'it is taken out together with what the spec says about inbound': {
    because: 'the API refuses Deny without an endpoint, but an applied Deny is not lifted by silence',
    spec: () => ({ endpoints: [], inbound: undefined }),
    held: true,
  },
  'it is replaced by one that is not proven': {
    because: 'an endpoint that nobody can resolve is no way in',
    spec: () => ({ endpoints: [hub({ name: 'other', resourceName: 'pe-other' }, unproven)] }),
    held: true,
  },
  'it is renamed': {
    because: 'the new name stands for another private endpoint, unless resourceName says that it is the same',
    spec: () => ({ endpoints: [hub({ name: 'renamed' }, unproven)] }),
    held: true,
  },
  'its records change hands': {
    because: 'between the zone group’s records and explicit ones there are none',
    spec: () => ({ endpoints: [hub({}, { mode: 'Records' })] }),
    held: true,
  },
  'its zone is moved to one that does not exist': {
    because: 'nothing moves before there is somewhere to go, and what is in the zone of before is kept for that long',
    spec: () => ({ endpoints: [hub({}, { zoneId: OTHER_ZONE, virtualNetworkLinks: [] })] }),
    held: true,
  },
  'its link is taken out': {
    because: 'without it nobody sees the zone',
    spec: () => ({ endpoints: [hub({}, { virtualNetworkLinks: [] })] }),
    held: true,
  },
  'it is no longer verified': {
    because: 'a proof is needed to close the door, not to keep it closed',
    spec: () => ({
      endpoints: [hub({}, { verify: { mode: 'None' } })],
      inbound: { publicAccess: 'Deny', requires: 'None', onDelete: 'Restore' },
    }),
    held: false,
  },
};

describe('the last proven way into a closed workspace', () => {
  beforeEach(async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test.each(Object.entries(cases))('stays when %s', async (_, { spec, held }) => {
    const before = way();
    await apply(spec());
    await stage.pass(4 * HOUR_MS);
    expect(inbound()).toBe('Deny');
    expect(way()).toEqual(expect.arrayContaining(before));
    expect(cloudWrites(stage.calls).filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(reasons().has('HeldByDeny')).toBe(held);
  });

  test('stays while break-glass has the door open, since it is to be closed again', async () => {
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: {
        metadata: {
          annotations: { 'fabriclink.dev/break-glass': new Date(stage.clock.now() + 2 * HOUR_MS).toISOString() },
        },
      },
      fieldManager: 'person',
    });
    await stage.run(() => inbound() === 'Allow', { withinMs: MINUTE_MS, what: 'the door is open' });
    const before = way();
    await apply({ endpoints: [hub({ name: 'other', resourceName: 'pe-other' }, unproven)] });
    await stage.pass(HOUR_MS);
    expect(way()).toEqual(expect.arrayContaining(before));
    expect(reasons().has('HeldByDeny')).toBe(true);
    await apply({ endpoints: [hub()] });
    await stage.run(() => inbound() === 'Deny', { withinMs: 3 * HOUR_MS, what: 'the door is closed again' });
  });

  test('goes once another one is proven, in one change of the spec', async () => {
    await apply({ endpoints: [spoke()] });
    await stage.run(() => way().every((thing) => !thing.includes('rg-network-hub')), {
      withinMs: 3 * HOUR_MS,
      what: 'the old one is gone',
    });
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
    const wrote = cloudWrites(stage.calls);
    const firstDeletion = wrote.findIndex(({ method }) => method === 'DELETE');
    const lastOfTheNew = wrote.findLastIndex(
      ({ method, path }) => method === 'PUT' && path.includes('rg-network-spoke'),
    );
    expect(lastOfTheNew).toBeLessThan(firstDeletion);
  });

  test('goes once the door is open, because a person says so', async () => {
    await apply({ endpoints: [], inbound: { publicAccess: 'Allow' } });
    await stage.run(() => way().every((thing) => !thing.includes('rg-network-hub')), {
      withinMs: 3 * HOUR_MS,
      what: 'it is gone',
    });
    expect(inbound()).toBe('Allow');
  });
});

test('moved to another network by processes that die on the way: the door stays closed, and the old way goes last', async () => {
  const otherWay = () =>
    Object.keys(stage.simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()]?.records ?? {}).length >= 5;
  const astray: string[] = [];
  const move = async () => {
    await stage.run(() => way().every((thing) => !thing.includes('rg-network-hub')), {
      withinMs: 6 * HOUR_MS,
      what: 'the old one is gone',
    });
    await playUntilReady(stage);
    await stage.pass(HOUR_MS);
  };
  await setTheStage(stage, locked);
  await apply({ endpoints: [spoke()] });
  const recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await move();
  });
  const undisturbed = outcomeOf(stage);
  const { crashes, failures } = await crashEverywhere(
    stage,
    recording,
    async () => {
      stage.onCall((call) => {
        if (inbound() !== 'Deny' || (call.method === 'DELETE' && !otherWay())) astray.push(callText(call));
        return undefined;
      });
      await move().finally(() => stage.onCall(undefined));
      expect(outcomeOf(stage)).toEqual(undisturbed);
    },
    isLastingWrite,
  );
  expect(failures).toEqual([]);
  expect(astray).toEqual([]);
  expect(crashes).toBeGreaterThan(20);
}, 120_000);
