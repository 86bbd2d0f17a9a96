import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isStatusWrite } from '../support/stage-calls.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { NAMESPACE, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

/** The API server goes away, forgets, lags and talks nonsense; the object comes to the same end. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
let undisturbed: unknown;
beforeAll(async () => {
  stage = await startStage();
  await stage.apply(salesLink(stage.nameserverOf));
  bare = stage.snapshot();
  await stage.startOperator();
  await playUntilReady(stage);
  undisturbed = viewOf(stage.simulator.world);
  ready = stage.snapshot();
});
afterAll(() => stage.close());

type Seen = { method: string; path: string; userAgent: string };
const ofOperator = ({ userAgent }: Seen) => !userAgent.startsWith('person');
const retag = () => {
  const service = { ...(salesLink(stage.nameserverOf).spec['service'] as object), tags: { 'cost-centre': '4712' } };
  return stage.apply(salesLink(stage.nameserverOf, { service }));
};
const costCentre = () => stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]!.tags['cost-centre'];
const expectTheSameEnd = () => {
  expect(viewOf(stage.simulator.world)).toEqual(undisturbed);
  expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
  expect(new Set(stage.births().keys())).toEqual(thingsIn(stage.simulator.world));
};

describe('on the way to Ready', () => {
  beforeEach(() => setTheStage(stage, bare));
  const play = async () => {
    await stage.startOperator();
    await playUntilReady(stage);
  };

  test('conflicts on every third write are read anew, and nothing is done twice', async () => {
    let writes = 0;
    stage.kubernetes.faults.failNext(
      (request) => {
        if (request.method !== 'PATCH' || !ofOperator(request)) return false;
        writes += 1;
        return writes % 3 === 0;
      },
      { kind: 'answer', code: 409, reason: 'Conflict', message: 'the object has been modified' },
      1_000,
    );
    await play();
    expectTheSameEnd();
    expect(writes).toBeGreaterThan(20);
  });

  test.each([
    ['500', { kind: 'answer', code: 500, reason: 'InternalError' }],
    ['429 with Retry-After', { kind: 'answer', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 }],
    ['a lost reply', { kind: 'loseReply' }],
    ['half an answer', { kind: 'truncate' }],
    ['a page of HTML', { kind: 'garbage', code: 200, body: '<html>sign in</html>' }],
  ] as const)('%s for every second write', async (_, fault) => {
    let writes = 0;
    stage.kubernetes.faults.failNext(
      (request) => {
        if (request.method === 'GET' || !ofOperator(request)) return false;
        writes += 1;
        return writes % 2 === 1;
      },
      fault,
      1_000,
    );
    await play();
    expectTheSameEnd();
    expect(writes).toBeGreaterThan(20);
  });

  test('away for a while in the middle: the operator waits, and goes on where it was', async () => {
    await stage.startOperator();
    await stage.run(() => said(stage, 'ServiceReady') === 'True ServiceReady', {
      withinMs: HOUR_MS,
      what: 'the service',
    });
    const back = stage.kubernetes.faults.failNext(ofOperator, { kind: 'refuse' }, 1_000_000);
    stage.kubernetes.faults.cutWatches();
    const before = stage.calls.length;
    await away(5 * MINUTE_MS);
    expect(cloudWrites(stage.calls.slice(before)).length).toBeLessThanOrEqual(4);
    back();
    await playUntilReady(stage);
    expectTheSameEnd();
  });

  /** Nothing settles while the caches cannot follow: time passes in steps, and sockets get their turns. */
  async function away(durationMs: number) {
    for (let at = 0; at < durationMs; at += 5_000) {
      stage.clock.moveTo(stage.clock.now() + 5_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
});

describe('once Ready', () => {
  beforeEach(async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });
  const lists = () => stage.calls.filter(({ path }) => path.endsWith('v1alpha1/workspaceprivatelinks'));
  const expectToNotice = async () => {
    await retag();
    await stage.run(() => costCentre() === '4712' && isTrue(stage.link(), 'Ready'), {
      withinMs: 10 * MINUTE_MS,
      what: 'a person’s change is seen',
    });
    expect(cloudWrites(stage.calls)).toHaveLength(1);
  };

  test('watches that are cut are taken up again', async () => {
    stage.kubernetes.faults.cutWatches();
    await expectToNotice();
    expect(lists()).toEqual([]);
  });

  test('history that is gone (410) is listed anew', async () => {
    stage.kubernetes.faults.cutWatches();
    await retag();
    stage.kubernetes.faults.compact();
    await stage.run(() => costCentre() === '4712', { withinMs: 10 * MINUTE_MS, what: 'the change in the gap is seen' });
    expect(lists()).not.toEqual([]);
    expect(cloudWrites(stage.calls)).toHaveLength(1);
  });

  test('lines that are no events are survived', async () => {
    for (const line of ['{', '<html>', '', '{"type":"NEWS"}', '{"type":"MODIFIED","object":7}', 'null']) {
      stage.kubernetes.faults.injectLine(line);
    }
    await expectToNotice();
    expect(stage.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('an object that is deleted and made anew while nobody watches is the other object', async () => {
    const uid = stage.link()!.metadata.uid;
    stage.kubernetes.faults.cutWatches();
    const back = stage.kubernetes.faults.failNext(
      (request) => ofOperator(request) && request.method === 'GET',
      { kind: 'refuse' },
      1_000_000,
    );
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { finalizers: null } },
      fieldManager: 'person',
    });
    await stage.deleteLink();
    await stage.apply(salesLink(stage.nameserverOf));
    back();
    await stage.pass(2 * HOUR_MS);
    expect(stage.link()!.metadata.uid).not.toBe(uid);
    // What the first one made carries its name, and is nobody's to take.
    expect(said(stage, 'Ready')).toBe('False ForeignOwner');
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('a status that is refused again and again harms nothing else', async () => {
    stage.kubernetes.faults.failNext(
      (request) => ofOperator(request) && request.path.endsWith('/status'),
      { kind: 'answer', code: 422, reason: 'Invalid', message: 'status.phase: too long' },
      50,
    );
    await retag();
    await stage.pass(10 * MINUTE_MS);
    expect(costCentre()).toBe('4712');
    expect(stage.calls.filter(isStatusWrite).length).toBeLessThan(50);
    stage.kubernetes.faults.clear();
    await playUntilReady(stage);
    expect(cloudWrites(stage.calls)).toHaveLength(1);
  });
});
