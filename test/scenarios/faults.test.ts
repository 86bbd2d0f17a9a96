import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { workspaceIn } from '../../simulator/fabric/build.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloud, isCloudWrite, isWrite } from '../support/stage-calls.ts';
import { cloudCalls, cloudWrites, everyOnce, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, isTrue, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { SALES, salesLink } from '../support/stage-world.ts';

/** Clouds that answer nonsense, late, twice or not at all: nothing is lost, nothing is done twice, all ends Ready. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
let undisturbed: unknown;
let calls: readonly Call[];

beforeAll(async () => {
  stage = await startStage();
  // The object is there already, so that its uid is the same in every play.
  await stage.apply(salesLink(stage.nameserverOf));
  bare = stage.snapshot();
  await stage.startOperator();
  await playUntilReady(stage);
  undisturbed = viewOf(stage.simulator.world);
  calls = stage.calls;
  ready = stage.snapshot();
});
beforeEach(() => setTheStage(stage, bare));
afterAll(() => stage.close());

const inject = (...faults: Fault[]) => faults.map((fault) => stage.simulator.faults.add(fault));
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const defects = () =>
  stage.logs.filter(({ level, fields }) => level === 'error' || JSON.stringify(fields).includes('"bug"'));

function expectTheSameEnd() {
  expect(viewOf(stage.simulator.world)).toEqual(undisturbed);
  expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
  expect(new Set(stage.births().keys())).toEqual(thingsIn(stage.simulator.world));
  expect(defects()).toEqual([]);
}

describe('each call meets trouble once', () => {
  const SERVER_ERROR = { kind: 'refuse', status: 503, code: 'ServiceUnavailable' } as const;
  const TROUBLES: Record<string, Fault> = {
    'the HTML page of a gateway': { kind: 'html' },
    'an HTML page with status 200': { kind: 'html', status: 200 },
    'half of the JSON': { kind: 'truncate' },
    'no body': { kind: 'empty' },
    'a cut before the work': { kind: 'cut' },
    'a cut after the work': { kind: 'loseReply' },
    '503': SERVER_ERROR,
    '429 without Retry-After': { kind: 'refuse', status: 429, code: 'TooManyRequests' },
    '429 with Retry-After': { kind: 'throttle', retryAfterSeconds: 7 },
    '409 because of another operation': { kind: 'refuse', status: 409, code: 'AnotherOperationInProgress' },
  };

  test.each(Object.entries(TROUBLES))('%s for every write', async (_, fault) => {
    inject(...everyOnce(calls.filter(isCloudWrite), fault));
    await stage.startOperator();
    await playUntilReady(stage);
    expectTheSameEnd();
    expect(stage.simulator.faults.list()).toEqual([]);
  });

  test.each(Object.entries(TROUBLES))('%s for every read', async (_, fault) => {
    const reads = everyOnce(
      calls.filter((call) => isCloud(call) && !isWrite(call)),
      fault,
    );
    inject(...reads);
    await stage.startOperator();
    await playUntilReady(stage);
    expectTheSameEnd();
    expect(reads.length - stage.simulator.faults.list().length).toBeGreaterThan(20);
  });

  const AT_ENTRA = [
    'the HTML page of a gateway',
    'half of the JSON',
    'a cut after the work',
    '503',
    '429 with Retry-After',
  ];
  test.each(AT_ENTRA.map((name) => [name, TROUBLES[name]!] as const))(
    '%s for the first five token requests',
    async (_, fault) => {
      inject({ ...fault, service: 'login', times: 5 });
      await stage.startOperator();
      await playUntilReady(stage);
      expectTheSameEnd();
      expect(stage.simulator.faults.list()).toEqual([]);
    },
  );
});

describe('a storm of ten minutes', () => {
  const STORM_MS = 10 * MINUTE_MS;
  const scopeOf = ({ service, method, path }: { service: string; method: string; path: string }) =>
    [service, method === 'GET' ? 'read' : 'write', /subscriptions\/([^/]+)/i.exec(path)?.[1] ?? ''].join(' ');

  test.each(['arm', 'fabric', 'login'] as const)(
    'of 429 with Retry-After from %s: nobody calls before the time, and it ends as if nothing had been',
    async (service) => {
      const [storm] = inject({ kind: 'throttle', retryAfterSeconds: 60, service });
      await stage.startOperator();
      await stage.pass(STORM_MS);
      const refused = stage.simulator.requests.list({ service, status: 429 });
      const lastOf = new Map<string, number>();
      const early = refused.filter((request) => {
        const before = lastOf.get(scopeOf(request));
        lastOf.set(scopeOf(request), request.atMs);
        return before !== undefined && request.atMs > before && request.atMs < before + 60_000;
      });
      expect(early).toEqual([]);
      expect(refused.length).toBeGreaterThan(3);
      stage.simulator.faults.remove(storm!);
      await playUntilReady(stage);
      expectTheSameEnd();
    },
  );

  test.each(['arm', 'fabric', 'login'] as const)('of 503 and cuts from %s is met ever more slowly', async (service) => {
    const storm = inject(
      { kind: 'refuse', status: 503, code: 'ServiceUnavailable', service, times: 40 },
      { kind: 'cut', service },
    );
    await stage.startOperator();
    await stage.pass(STORM_MS);
    const asked = stage.simulator.requests.list({ service });
    const early = asked.filter(({ atMs }) => atMs < asked[0]!.atMs + STORM_MS / 2).length;
    expect(asked.length - early).toBeLessThan(early);
    expect(asked.length).toBeLessThan(300);
    for (const id of storm) stage.simulator.faults.remove(id);
    await playUntilReady(stage);
    expectTheSameEnd();
  });
});

describe('old answers', () => {
  test('lists and reads that lag half a minute behind every write: nothing is made twice', async () => {
    let lags = 0;
    stage.onCall((call, moment) => {
      if (moment === 'after' || !isCloudWrite(call)) return undefined;
      lags += 1;
      const [lag] = inject({ kind: 'stale', service: call.service });
      stage.clock.after(30_000, () => stage.simulator.faults.remove(lag!));
      return undefined;
    });
    await stage.startOperator();
    await playUntilReady(stage);
    stage.onCall(undefined);
    expectTheSameEnd();
    expect(lags).toBeGreaterThan(15);
  });

  test('a world that stood still for an hour while the object is Ready: nothing is written', async () => {
    await setTheStage(stage, ready);
    inject({ kind: 'stale' });
    await stage.startOperator();
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });
});

describe('words that nobody knows', () => {
  const MEMBERS = [
    'provisioningState',
    'status',
    'virtualNetworkLinkState',
    'registrationState',
    'state',
    'sku',
    'defaultAction',
    'resolutionPolicy',
    'capacityAssignmentProgress',
    'type',
  ];

  test.each(MEMBERS)(
    'in %s are "not yet" on the way up: no crash, nobody is locked out, Ready once they are gone',
    async (member) => {
      const [fault] = inject({ kind: 'unknownEnum', members: [member] });
      await stage.startOperator();
      await stage.pass(HOUR_MS);
      expect(defects()).toEqual([]);
      expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
      // In the end a pass a minute at most, and one try for each thing, whatever it cannot make sense of.
      const late = stage.calls.filter(({ atMs }) => atMs > stage.clock.now() - HOUR_MS / 2);
      const tries = Object.values(Object.groupBy(cloudWrites(late), ({ path }) => path)).map((all) => all!.length);
      expect(Math.max(0, ...tries)).toBeLessThanOrEqual(30);
      expect(cloudCalls(late).length).toBeLessThanOrEqual(30 * 25);
      stage.simulator.faults.remove(fault!);
      await playUntilReady(stage);
      expectTheSameEnd();
    },
  );

  test('in every enumeration at once, once Ready: nothing is written, opened or deleted for a day', async () => {
    await setTheStage(stage, ready);
    inject({ kind: 'unknownEnum', members: MEMBERS });
    await stage.startOperator();
    await stage.pass(24 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(inbound()).toBe('Deny');
    expect(defects()).toEqual([]);
  });
});
