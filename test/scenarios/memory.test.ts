import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isStatusWrite } from '../support/stage-calls.ts';
import { cloudWrites, setTheStage, writeLines } from '../support/stage-faults.ts';
import { HOUR_MS, isTrue, MINUTE_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { NAMESPACE, SALES, salesLink } from '../support/stage-world.ts';

/** Nothing is remembered between passes: what the status says may be wrong or gone, and no effect may differ. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
let up: string[];
let down: string[];
let world: unknown;

beforeAll(async () => {
  stage = await startStage();
  await stage.apply(salesLink(stage.nameserverOf));
  bare = stage.snapshot();
  await stage.startOperator();
  await playUntilReady(stage);
  up = sortedWrites(stage.calls);
  world = viewOf(stage.simulator.world);
  ready = stage.snapshot();
  stage.forget();
  await stage.deleteLink();
  await playUntilGone(stage);
  down = sortedWrites(stage.calls);
});
afterAll(() => stage.close());

/** Siblings run side by side, so that only what is written counts, and how often. Names of chance stand for any. */
const sortedWrites = (calls: readonly Call[]) =>
  writeLines(calls)
    .map((line) => line.replace(/privateendpointconnections\/.*/, 'privateendpointconnections/<name>'))
    .toSorted();
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;

const FALSEHOOD = {
  phase: 'Inbound.Effective.Denied',
  nextStep: 'Nothing to do.',
  serviceId:
    '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/lie/providers/Microsoft.Fabric/privateLinkServicesForFabric/lie',
  access: { inbound: 'Deny', outbound: 'Deny' },
  endpoints: [
    { name: 'hub', phase: 'Approval.Approved', connection: 'Approved', addresses: ['192.0.2.1'] },
    { name: 'spoke', phase: 'Approval.Rejected', connection: 'Rejected', addresses: [] },
  ],
  conditions: ['Ready', 'ServiceReady', 'EndpointsReady', 'AccessApplied'].map((type) => ({
    type,
    status: 'True',
    reason: 'Lie',
    message: 'not so',
    observedGeneration: 99,
    lastTransitionTime: '2020-01-01T00:00:00Z',
  })),
};

const writeStatus = (status: object | null) =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { status },
    subresource: 'status',
    fieldManager: 'somebody',
  });

/** From now on every pass finds this status: the operator's own words about it are refused. */
async function fix(status: object | null): Promise<void> {
  await writeStatus(status);
  stage.kubernetes.faults.failNext(
    ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
    { kind: 'answer', code: 500, reason: 'InternalError' },
    1_000_000,
  );
}

const statuses: Record<string, object | null> = {
  'amnesia: every pass finds no status': null,
  'a lie: every pass finds a false status': FALSEHOOD,
};

describe.each(Object.entries(statuses))('%s', (_, status) => {
  test('on the way up every write to a cloud is the same', async () => {
    await setTheStage(stage, bare);
    await fix(status);
    await stage.startOperator();
    await stage.pass(2 * HOUR_MS);
    expect(stage.calls.filter(isStatusWrite).length).toBeGreaterThan(20);
    expect(sortedWrites(stage.calls)).toEqual(up);
    expect(viewOf(stage.simulator.world)).toEqual(world);
    stage.kubernetes.faults.clear();
    await playUntilReady(stage);
    expect(sortedWrites(stage.calls)).toEqual(up);
  });

  test('at rest nothing is written to a cloud, and the status is true again at the next look', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    for (let hour = 0; hour < 6; hour += 1) {
      await writeStatus(status);
      await stage.pass(2 * HOUR_MS);
      expect(isTrue(stage.link(), 'Ready')).toBe(true);
      expect(stage.link()?.status?.serviceId).toContain('pls-sales');
    }
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('on the way down every write to a cloud is the same', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
    await stage.deleteLink();
    await fix(status);
    await playUntilGone(stage);
    expect(sortedWrites(stage.calls)).toEqual(down);
    expect(inbound()).toBe('Allow');
  });
});

describe('lost provenance: the annotations are gone, as after a careless replace', () => {
  beforeEach(async () => {
    await setTheStage(stage, ready);
    const keys = Object.keys(stage.link()?.metadata.annotations ?? {}).filter((key) =>
      key.startsWith('fabriclink.dev/'),
    );
    if (keys.length <= 5) throw new Error('there is no provenance to lose');
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: Object.fromEntries(keys.map((key) => [key, null])) } },
      fieldManager: 'careless',
    });
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
  });
  const things = () => thingsIn(stage.simulator.world);

  test('nothing is deleted, nothing is opened, nothing is made anew, and it stays Ready', async () => {
    await stage.pass(24 * HOUR_MS);
    expect(things()).toEqual(thingsIn(ready.world));
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(inbound()).toBe('Deny');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('an endpoint that is taken out of the spec afterwards stays in the cloud', async () => {
    const { endpoints = [] } = salesLink(stage.nameserverOf).spec as { endpoints?: { name: string }[] };
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: endpoints.filter(({ name }) => name === 'spoke') }));
    await stage.pass(6 * HOUR_MS);
    expect(things()).toEqual(thingsIn(ready.world));
    expect(inbound()).toBe('Deny');
  });

  test('the object can still be deleted, and leaves everything as it is', async () => {
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(things()).toEqual(thingsIn(ready.world));
    expect(inbound()).toBe('Deny');
  });
});
