import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import type { Call } from '../support/stage-calls.ts';
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
import { NAMESPACE, SALES, salesLink } from '../support/stage-world.ts';

/** How the policy is written, by whom else it is written, and what deletion makes of it. */

let stage: Stage;
let bare: StageSnapshot;
let locked: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
  await bringToReady(stage);
  await stage.killOperator();
  locked = stage.snapshot();
});
afterAll(() => stage.close());

const workspace = () => workspaceIn(stage.simulator.world, SALES);
const inbound = () => workspace().policy.inbound.configured;
const outbound = () => workspace().policy.outbound.configured;
const isPolicy = ({ path }: Call) => path.endsWith('/communicationPolicy');
const policyWrites = () => cloudWrites(stage.calls).filter(isPolicy);
const DENY = { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Restore' };
const apply = (spec: Record<string, unknown> = {}) => stage.apply(salesLink(stage.nameserverOf, spec));
const noted = (key: string) => stage.link()?.metadata.annotations?.[`fabriclink.dev/${key}`];

/** Nobody's half is left to the service's idea of an omitted one, and nobody's change is overwritten unseen. */
const incomplete = (calls: readonly Call[]) =>
  calls.filter(({ sent, host }) => {
    const body = JSON.parse(sent?.body ?? '{}') as Record<string, { publicAccessRules?: { defaultAction?: string } }>;
    const halves = ['inbound', 'outbound'].map((half) => body[half]?.publicAccessRules?.defaultAction);
    const isComplete = halves.every((action) => action === 'Allow' || action === 'Deny');
    return !isComplete || !/^"[^"]+"$/.test(sent?.ifMatch ?? '') || host.includes('.w.api.');
  });

describe('every write of the policy', () => {
  test('carries both halves and the quoted ETag, and goes to the global host: up, relocked, opened, and down', async () => {
    await setTheStage(stage, bare);
    await bringToReady(stage);
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await stage.run(() => inbound() === 'Deny', { withinMs: 3 * HOUR_MS, what: 'it is closed again' });
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: {
        metadata: {
          annotations: { 'fabriclink.dev/break-glass': new Date(stage.clock.now() + HOUR_MS).toISOString() },
        },
      },
      fieldManager: 'person',
    });
    await stage.run(() => inbound() === 'Allow', { withinMs: MINUTE_MS, what: 'the glass is broken' });
    await playUntilReady(stage);
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(policyWrites().length).toBeGreaterThanOrEqual(7);
    expect(incomplete(policyWrites())).toEqual([]);
  });

  test('that meets a change by somebody else in between is read anew and merged: nothing is lost', async () => {
    await setTheStage(stage, bare);
    let isStruck = false;
    stage.onCall((call, moment) => {
      const denies = isPolicy(call) && call.method === 'PUT' && call.sent?.body.includes('"Deny"');
      if (moment === 'before' && denies && !isStruck) {
        isStruck = true;
        policySetByOthers(stage.simulator.cloud, SALES, { outbound: 'Deny' });
      }
      return undefined;
    });
    await bringToReady(stage, { outbound: undefined });
    stage.onCall(undefined);
    expect(policyWrites().filter(({ status }) => status === 412)).toHaveLength(1);
    expect([inbound(), outbound()]).toEqual(['Deny', 'Deny']);
  });

  test('leaves the sub-policies alone', async () => {
    await setTheStage(stage, bare);
    await bringToReady(stage);
    expect(stage.calls.filter(({ path }) => /communicationPolicy\//.test(path))).toEqual([]);
  });
});

describe('a workspace that Fabric does not restrict', () => {
  const addItems = (items: readonly (readonly [string, string])[]) => {
    for (const [displayName, type] of items) {
      const id = `d0000000-0000-4000-8000-${String(Object.keys(workspace().items).length).padStart(12, '0')}`;
      workspace().items[id] = { id, displayName, type, description: '', createdRestricted: false };
    }
  };

  test('has its suspects named, is asked again gently, and is locked when they are gone', async () => {
    await setTheStage(stage, bare);
    addItems([
      ['orders', 'Lakehouse'],
      ['orders', 'SemanticModel'],
      ['board', 'Dashboard'],
    ]);
    await stage.startOperator();
    await apply();
    await stage.pass(3 * HOUR_MS);
    expect(inbound()).toBe('Allow');
    expect(readout(stage.link())).toMatchObject({
      reason: 'InboundRestrictionNotEligible',
      nextStep: expect.stringContaining('suspects are orders (SemanticModel), board (Dashboard)'),
    });
    expect(stage.link()?.status?.preflight?.slice(0, 2)).toEqual([
      expect.objectContaining({ code: 'DefaultSemanticModelSuspect', item: 'orders (SemanticModel)' }),
      expect.objectContaining({ code: 'NotListedAsSupported', item: 'board (Dashboard)' }),
    ]);
    expect(noted('deny-at')).toBeUndefined();
    const denials = policyWrites().filter(({ status }) => status === 403);
    expect(denials.length).toBeGreaterThan(5);
    expect(denials.length).toBeLessThan(30);
    for (const [id, { type }] of Object.entries(workspace().items)) {
      if (type === 'SemanticModel' || type === 'Dashboard') delete workspace().items[id];
    }
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });
});

describe('access that was denied before us', () => {
  test.each(['Restore', 'Keep'] as const)('stays denied through life and deletion with %s', async (onDelete) => {
    await setTheStage(stage, bare);
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Deny' });
    await stage.startOperator();
    await apply({ inbound: { ...DENY, onDelete }, outbound: undefined });
    await playUntilReady(stage);
    expect(noted('access-before')).toBe('Deny');
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(inbound()).toBe('Deny');
    expect(policyWrites()).toEqual([]);
  });

  test('is not opened by Allow in the spec', async () => {
    await setTheStage(stage, bare);
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Deny' });
    await stage.startOperator();
    await apply({ inbound: { publicAccess: 'Allow' }, outbound: undefined });
    await stage.pass(2 * HOUR_MS);
    expect(inbound()).toBe('Deny');
    expect(readout(stage.link()).reason).toBe('AdoptionWouldOpen');
  });
});

describe('deletion with onDelete Keep', () => {
  beforeEach(() => setTheStage(stage, locked));

  test.each([true, false])(
    'leaves the door closed and takes everything down (provenance there: %s)',
    async (isNoted) => {
      await stage.startOperator();
      await apply({ inbound: { ...DENY, onDelete: 'Keep' } });
      await playUntilReady(stage);
      if (!isNoted) {
        await stage.killOperator();
        await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
          type: 'merge',
          body: { metadata: { annotations: { 'fabriclink.dev/access-before': null, 'fabriclink.dev/locked': null } } },
          fieldManager: 'careless',
        });
        await stage.startOperator();
      }
      stage.forget();
      await stage.deleteLink();
      await playUntilGone(stage);
      expect(inbound()).toBe('Deny');
      expect(policyWrites()).toEqual([]);
      expect(Object.keys(stage.simulator.world.arm.privateEndpoints)).toEqual([]);
    },
  );
});

describe('a writer who keeps opening the workspace', () => {
  test('is reported, answered ever more rarely, and forgotten after some peace', async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
    let reported = 0;
    for (let half = 0; half < 24; half += 1) {
      policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
      await stage.pass(30 * MINUTE_MS);
      if (readout(stage.link()).reason === 'ConflictingWriter') reported += 1;
    }
    expect(reported).toBeGreaterThan(4);
    expect(policyWrites().length).toBeLessThanOrEqual(8);
    expect(readout(stage.link()).nextStep).toContain('find who changes the policy');
    expect(eventNotes(stage).join('\n')).toContain('somebody had opened it');
    await stage.pass(30 * HOUR_MS);
    expect(inbound()).toBe('Deny');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  }, 60_000);
});

describe('while Fabric propagates, and answers now this way, now that', () => {
  test('an opening is waited for until a call succeeds, and nothing of the way in goes before', async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await stage.deleteLink();
    await playUntilGone(stage);
    const firstDeletion = cloudWrites(stage.calls).find(({ method }) => method === 'DELETE')!;
    const probes = stage.calls.filter(({ operation }) => operation === 'workspaces.probe');
    expect(probes.some(({ status, atMs }) => status === 200 && atMs <= firstDeletion.atMs)).toBe(true);
  });

  test('a denial that is seen by its refusal is in effect, and is not written again', async () => {
    await setTheStage(stage, bare);
    await stage.startOperator();
    await apply();
    await playUntilReady(stage);
    const denials = policyWrites().filter(({ sent }) =>
      sent?.body.startsWith('{"inbound":{"publicAccessRules":{"defaultAction":"Deny"'),
    );
    expect(denials).toHaveLength(1);
    expect(said(stage, 'AccessApplied')).toBe('True AccessDenied');
  });
});

describe('old answers, and no memory', () => {
  beforeEach(() => setTheStage(stage, locked));

  test.each([['fabric'], ['arm']] as const)(
    'an hour of answers from before by %s, while others open the door and an endpoint goes: the same end',
    async (service) => {
      stage.simulator.faults.add({ kind: 'stale', service, method: 'GET' });
      policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
      await stage.startOperator();
      await stage.pass(HOUR_MS);
      stage.simulator.faults.clear();
      await stage.run(() => inbound() === 'Deny', { withinMs: 3 * HOUR_MS, what: 'it is closed again' });
      await playUntilReady(stage);
      expect(policyWrites().filter(({ status }) => status === 200)).toHaveLength(1);
      expect(incomplete(policyWrites())).toEqual([]);
      expect(cloudWrites(stage.calls).filter(({ method }) => method === 'DELETE')).toEqual([]);
    },
  );

  test('without any status a door that others opened is closed by the same single write', async () => {
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
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await stage.startOperator();
    await stage.pass(3 * HOUR_MS);
    expect(inbound()).toBe('Deny');
    expect(policyWrites()).toHaveLength(1);
    stage.kubernetes.faults.clear();
    await playUntilReady(stage);
  });
});

describe('while nothing is proven', () => {
  test('hours of waiting do not read the policy anew at each look', async () => {
    await setTheStage(stage, bare);
    await stage.startOperator();
    const [hub] = salesLink(stage.nameserverOf).spec['endpoints'] as Record<string, unknown>[];
    const seenFromOutside = {
      ...hub,
      dns: { ...(hub!['dns'] as object), verify: { mode: 'Resolve', nameservers: [stage.nameserverOf('public')] } },
    };
    await apply({ endpoints: [seenFromOutside], outbound: undefined });
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(8 * HOUR_MS);
    expect(inbound()).toBe('Allow');
    const looks = stage.calls.filter(isPolicy).length;
    expect(looks).toBeGreaterThan(6);
    expect(looks).toBeLessThanOrEqual(8 * 6);
    expect(stage.calls.filter(({ host }) => host.includes('.w.api.'))).toEqual([]);
  });
});
