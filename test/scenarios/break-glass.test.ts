import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { changeTenantSetting, policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isLastingWrite, isStatusWrite } from '../support/stage-calls.ts';
import { crashEverywhere, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, eventNotes, readout, setTheStage } from '../support/stage-faults.ts';
import {
  bringToReady,
  HOUR_MS,
  isTrue,
  MINUTE_MS,
  playUntilGone,
  playUntilReady,
  said,
} from '../support/stage-link.ts';
import { NAMESPACE, SALES, salesLink, TENANT } from '../support/stage-world.ts';

/** A person opens a locked workspace by one annotation, and the operator locks it again whatever happens in between. */

let stage: Stage;
let locked: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage);
  await stage.killOperator();
  locked = stage.snapshot();
});
afterAll(() => stage.close());

const KEY = 'fabriclink.dev/break-glass';
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const isPolicy = ({ path }: Call) => path.endsWith('/communicationPolicy');
const policyWrites = () => cloudWrites(stage.calls).filter(isPolicy);
const noted = (key: string) => stage.link()?.metadata.annotations?.[`fabriclink.dev/${key}`];

const annotate = (text: string | null, key = KEY) =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { metadata: { annotations: { [key]: text } } },
    fieldManager: 'person',
  });
const breakGlass = async (ms = 2 * HOUR_MS): Promise<number> => {
  const untilMs = stage.clock.now() + ms;
  await annotate(new Date(untilMs).toISOString());
  return untilMs;
};
const isOpen = () => inbound() === 'Allow';
const untilOpen = () => stage.run(isOpen, { withinMs: MINUTE_MS, what: 'the door is open' });
const untilSaid = () =>
  stage.run(() => said(stage, 'BreakGlass') === 'True BreakGlassOpen', {
    withinMs: MINUTE_MS,
    what: 'people are told',
  });
const untilClosed = (withinMs = MINUTE_MS) =>
  stage.run(() => !isOpen(), { withinMs, what: 'the door is closed again' });

describe('break-glass', () => {
  beforeEach(async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test('opens within seconds of the annotation, and closes at its time to the second', async () => {
    const askedAtMs = stage.clock.now();
    const untilMs = await breakGlass();
    await untilOpen();
    expect(stage.clock.now() - askedAtMs).toBeLessThan(5_000);
    await untilSaid();
    expect(said(stage, 'Ready')).toBe('False BreakGlassOpen');
    expect(eventNotes(stage).join('\n')).toContain(
      `BREAK-GLASS: opened the workspace to the public until ${new Date(untilMs).toISOString()}`,
    );
    expect(stage.logs).toContainEqual(
      expect.objectContaining({
        message: 'audit',
        fields: expect.objectContaining({ audit: 'BreakGlass', until: new Date(untilMs).toISOString() }),
      }),
    );
    await untilClosed(3 * HOUR_MS);
    expect(stage.clock.now() - untilMs).toBeGreaterThanOrEqual(0);
    expect(stage.clock.now() - untilMs).toBeLessThan(5_000);
    expect(policyWrites()).toHaveLength(2);
    await playUntilReady(stage);
    expect(noted('relocks')).toBeUndefined();
  });

  test('writes nothing while it is open, however long that is', async () => {
    await breakGlass(8 * HOUR_MS);
    await untilOpen();
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(6 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(stage.calls.filter(isStatusWrite)).toEqual([]);
    expect(isOpen()).toBe(true);
  });

  test('is over at once when the annotation goes', async () => {
    await breakGlass();
    await untilOpen();
    await stage.pass(10 * MINUTE_MS);
    await annotate(null);
    await untilClosed();
    expect(eventNotes(stage).join('\n')).toContain('break-glass is over');
  });

  test('is refused with the words of a right one, and opens nothing later either', async () => {
    await breakGlass(24 * HOUR_MS + 10 * MINUTE_MS);
    await stage.pass(2 * HOUR_MS);
    expect(inbound()).toBe('Deny');
    expect(policyWrites()).toEqual([]);
    expect(readout(stage.link())).toMatchObject({
      reason: 'BreakGlassTooFar',
      nextStep: expect.stringContaining(`kubectl annotate wpl sales -n ${NAMESPACE} --overwrite ${KEY}=`),
    });
    await breakGlass();
    await untilOpen();
  });

  test('closes on time also where the operator was down at that moment', async () => {
    const untilMs = await breakGlass();
    await untilOpen();
    await stage.killOperator();
    await stage.pass(5 * HOUR_MS);
    expect(isOpen()).toBe(true);
    await stage.startOperator();
    await untilClosed();
    expect(stage.clock.now()).toBeGreaterThan(untilMs);
    await playUntilReady(stage);
  });

  test('opens for whoever asked while the operator was down', async () => {
    await stage.killOperator();
    await breakGlass();
    await stage.startOperator();
    await untilOpen();
    await untilSaid();
    expect(said(stage, 'Ready')).toBe('False BreakGlassOpen');
  });

  test('stays open after its time while the way in is not proven, and says so until it is', async () => {
    await breakGlass(HOUR_MS);
    await untilOpen();
    changeTenantSetting(stage.simulator.cloud, TENANT, 'WorkspaceBlockInboundAccess', false);
    await stage.pass(6 * HOUR_MS);
    expect(isOpen()).toBe(true);
    expect(said(stage, 'BreakGlass')).toBe('True BreakGlassOver');
    expect(readout(stage.link()).reason).toBe('RelockBlocked');
    expect(readout(stage.link()).nextStep).toContain('it stays OPEN (break-glass is over; the tenant setting is off)');
    changeTenantSetting(stage.simulator.cloud, TENANT, 'WorkspaceBlockInboundAccess', true);
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });

  test('shows in the metric as long as it is open, and not a moment longer', async () => {
    const metric = async () =>
      /^fabriclink_break_glass_open\{controller="workspaceprivatelinks"\} (\d+)$/m.exec(await stage.metrics())?.[1];
    expect(await metric()).toBe('0');
    await breakGlass();
    await untilOpen();
    await stage.settle();
    expect(await metric()).toBe('1');
    await annotate(null);
    await untilClosed();
    await stage.settle();
    expect(await metric()).toBe('0');
  });

  test('an answer from before the opening does not make the open door look closed for good', async () => {
    await breakGlass();
    await untilOpen();
    stage.simulator.faults.add({
      kind: 'stale',
      service: 'fabric',
      method: 'GET',
      path: 'communicationPolicy',
      times: 1,
    });
    await annotate(null);
    await untilClosed(2 * HOUR_MS);
    await playUntilReady(stage);
    expect(noted('glass-until')).toBeUndefined();
  });

  test('an answer that is lost after the door was opened opens it once, and closes it', async () => {
    stage.simulator.faults.add({
      kind: 'loseReply',
      service: 'fabric',
      method: 'PUT',
      path: 'communicationPolicy',
      times: 1,
    });
    const untilMs = await breakGlass();
    await untilOpen();
    await stage.pass(HOUR_MS);
    expect(said(stage, 'BreakGlass')).toBe('True BreakGlassOpen');
    stage.simulator.faults.add({
      kind: 'loseReply',
      service: 'fabric',
      method: 'PUT',
      path: 'communicationPolicy',
      times: 1,
    });
    await untilClosed(3 * HOUR_MS);
    expect(stage.clock.now()).toBeGreaterThanOrEqual(untilMs);
    await playUntilReady(stage);
    expect(noted('glass-until')).toBeUndefined();
  });

  test.each(['Restore', 'Keep'] as const)('deletion while it is open, with onDelete %s', async (onDelete) => {
    await stage.apply(
      salesLink(stage.nameserverOf, { inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete } }),
    );
    await stage.pass(MINUTE_MS);
    const untilMs = await breakGlass();
    await untilOpen();
    stage.forget();
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(inbound()).toBe(onDelete === 'Keep' ? 'Deny' : 'Allow');
    // Who said Keep has both: the time that was asked for, and the closed door afterwards.
    expect(stage.clock.now() >= untilMs).toBe(onDelete === 'Keep');
    expect(policyWrites()).toHaveLength(onDelete === 'Keep' ? 1 : 0);
  });

  test('under managementPolicy Observe opens nothing, and the plan says what would be done', async () => {
    await stage.apply(salesLink(stage.nameserverOf, { managementPolicy: 'Observe' }));
    await stage.pass(MINUTE_MS);
    stage.forget();
    await breakGlass();
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(inbound()).toBe('Deny');
    expect(noted('glass-until')).toBeUndefined();
    expect(JSON.stringify(stage.link()?.status?.plan)).toContain('break-glass');
  });

  test('taking inbound out of the spec while it is open leaves the door as it is, and says so', async () => {
    await breakGlass();
    await untilOpen();
    await stage.apply(salesLink(stage.nameserverOf, { inbound: undefined }));
    await annotate(null);
    await stage.pass(6 * HOUR_MS);
    expect(isOpen()).toBe(true);
    expect(said(stage, 'BreakGlass')).toBe('True BreakGlassLeftOpen');
    await stage.apply(salesLink(stage.nameserverOf));
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });
});

describe('nothing is remembered about it', () => {
  const play = async () => {
    await breakGlass(HOUR_MS);
    await stage.pass(HOUR_MS - 1_000);
    const middle = inbound();
    await stage.pass(2 * HOUR_MS);
    return [middle, inbound()];
  };
  const sortedWrites = () => policyWrites().map(({ method, path }) => `${method} ${path}`);

  test('amnesia: without a status the same is written', async () => {
    await setTheStage(stage, locked);
    stage.kubernetes.faults.failNext(
      ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
      { kind: 'answer', code: 500, reason: 'InternalError' },
      1_000_000,
    );
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { status: null },
      subresource: 'status',
      fieldManager: 'somebody',
    });
    await stage.startOperator();
    expect(await play()).toEqual(['Allow', 'Deny']);
    expect(sortedWrites()).toHaveLength(2);
    stage.kubernetes.faults.clear();
    await playUntilReady(stage);
  });

  test('lost provenance: the annotations gone with the glass, an open door is closed by the preconditions, and nothing is opened', async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await breakGlass();
    await untilOpen();
    const keys = Object.keys(stage.link()?.metadata.annotations ?? {}).filter((key) =>
      key.startsWith('fabriclink.dev/'),
    );
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: Object.fromEntries(keys.map((key) => [key, null])) } },
      fieldManager: 'careless',
    });
    await untilClosed(HOUR_MS);
    await playUntilReady(stage);
    await stage.pass(6 * HOUR_MS);
    expect(inbound()).toBe('Deny');
  });

  test('a rival who opens and closes meanwhile is no matter for the end', async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    const untilMs = await breakGlass(6 * HOUR_MS);
    await untilOpen();
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Deny' });
    await stage.pass(3 * HOUR_MS);
    expect(isOpen()).toBe(true);
    await untilClosed(6 * HOUR_MS);
    expect(stage.clock.now()).toBeGreaterThanOrEqual(untilMs);
    expect(noted('relocks')).toBeUndefined();
  });
});

describe('a process that dies at any call of it', () => {
  const plays: Record<string, { ends: () => Promise<unknown>; inbound: string }> = {
    'the time runs out': { ends: async () => undefined, inbound: 'Deny' },
    'the annotation is taken away': { ends: () => annotate(null), inbound: 'Deny' },
  };

  test.each(Object.entries(plays))(
    '%s',
    async (_, { ends, inbound: expected }) => {
      await stage.killOperator();
      await stage.restore(locked);
      await breakGlass(HOUR_MS);
      const endsAtMs = stage.clock.now() + HOUR_MS;
      const playOn = async () => {
        await stage.pass(Math.max(0, endsAtMs - MINUTE_MS - stage.clock.now()));
        // A process that dies later than the person's change finds it made.
        if (stage.clock.now() < endsAtMs && stage.link()?.metadata.annotations?.[KEY] !== undefined) {
          if (!isOpen()) throw new Error('the door is not open a minute before the end');
          await ends();
        }
        await stage.pass(2 * HOUR_MS);
        await stage.run(() => isTrue(stage.link(), 'Ready'), { withinMs: 4 * HOUR_MS, what: 'Ready again' });
      };
      const recording = await recordMoments(stage, async () => {
        await stage.startOperator();
        await playOn();
      });
      const undisturbed = outcomeOf(stage);
      expect(inbound()).toBe(expected);
      const { crashes, failures } = await crashEverywhere(
        stage,
        recording,
        async () => {
          await playOn();
          expect(outcomeOf(stage)).toEqual(undisturbed);
        },
        isLastingWrite,
      );
      expect(failures).toEqual([]);
      expect(crashes).toBe(2 * recording.calls.filter(isLastingWrite).length);
    },
    60_000,
  );
});
