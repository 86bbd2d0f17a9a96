import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { addItem, workspaceIn } from '../../simulator/fabric/build.ts';
import { consent, recyclePrincipal } from '../../simulator/fabric/mapping-out-of-band.ts';
import { setRole } from '../../simulator/fabric/role-assignments.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { isWrite } from '../support/stage-calls.ts';
import { crashEverywhere, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANALYSTS,
  deleteMappingObject,
  FABRIKAM,
  liveRows,
  mappingIn,
  mappingManifest,
  mappingSaid,
  mappingWorld,
  playUntilMappingGone,
  playUntilMappingReady,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { FINANCE, NAMESPACE, SALES, TENANT } from '../support/stage-world.ts';

/** Roles and connection strings: a process that dies at any call, forgets everything, is lied to, or reads what is old. */

const WAREHOUSE = '3a4e0000-0000-4000-8000-000000000001';
const SECRET = 'guest-connection';
const SOMEBODY = '90000000-0000-4000-8000-000000000009';
const FULL = {
  grants: [
    { workspaceId: SALES, role: 'Viewer' },
    { workspaceId: FINANCE, role: 'Contributor' },
  ],
  connectionStrings: [{ name: 'sales', workspaceId: SALES, warehouseId: WAREHOUSE }],
  publishTo: { secretName: SECRET },
};

let stage: Stage;
let mapped: StageSnapshot;
let ready: StageSnapshot;

beforeAll(async () => {
  const world = mappingWorld();
  consent(world, FABRIKAM, TENANT);
  addItem(world, SALES, { type: 'Warehouse', id: WAREHOUSE });
  stage = await startMappingStage({}, { world });
  await stage.apply(mappingManifest(ANALYSTS));
  await stage.startOperator();
  await playUntilMappingReady(stage);
  await stage.apply(mappingManifest(ANALYSTS, FULL));
  await stage.killOperator();
  mapped = stage.snapshot();
  await stage.startOperator();
  await playUntilMappingReady(stage);
  await stage.killOperator();
  ready = stage.snapshot();
});
beforeEach(() => setTheStage(stage, mapped));
afterAll(() => stage.close());

type Holder = KubeObject & { data?: Record<string, string> };
const secretOf = () =>
  (stage.kubernetes.objects('secrets') as unknown as Holder[]).find(({ metadata }) => metadata.name === SECRET);
const rolesIn = (workspaceId: string) => ({ ...workspaceIn(stage.simulator.world, workspaceId).roles });
const view = () => ({
  roles: [rolesIn(SALES), rolesIn(FINANCE)],
  published: secretOf()?.data,
  notes: Object.keys(mappingIn(stage)?.metadata.annotations ?? {}).toSorted(),
});
const writes = () =>
  cloudWrites(stage.calls)
    .map(({ method, path }) => `${method} ${path}`)
    .toSorted();
const playUp = async () => {
  await stage.startOperator();
  await playUntilMappingReady(stage);
};
const playDown = async () => {
  await stage.startOperator();
  await deleteMappingObject(stage);
  await playUntilMappingGone(stage);
};

describe('a process that dies before or after any write', () => {
  test('on the way up: each role once, the same strings, the same notes', async () => {
    const recording = await recordMoments(stage, playUp);
    const undisturbed = view();
    expect(undisturbed.roles.map((roles) => Object.keys(roles).length)).toEqual([2, 2]);
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        await playUntilMappingReady(stage);
        expect(view()).toEqual(undisturbed);
      },
      isWrite,
    );
    expect(failures).toEqual([]);
    expect(crashes).toBeGreaterThan(10);
  });

  test('on the way down: nothing is left', async () => {
    await setTheStage(stage, ready);
    const recording = await recordMoments(stage, playDown);
    const undisturbed = view();
    expect(undisturbed.published).toBeUndefined();
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        await deleteMappingObject(stage);
        await playUntilMappingGone(stage);
        expect(view()).toEqual(undisturbed);
      },
      isWrite,
    );
    expect(failures).toEqual([]);
    expect(crashes).toBeGreaterThan(8);
  });
});

test('a key that was to be taken back when the process died is still known for ours', async () => {
  await setTheStage(stage, ready);
  await stage.startOperator();
  stage.kubernetes.faults.failNext(
    ({ path, method }) => method === 'PATCH' && path.endsWith(`/secrets/${SECRET}`),
    { kind: 'answer', code: 500, reason: 'InternalError' },
    100,
  );
  const [string] = FULL.connectionStrings;
  await stage.apply(mappingManifest(ANALYSTS, { ...FULL, connectionStrings: [{ ...string, name: 'renamed' }] }));
  await stage.pass(10_000);
  await stage.killOperator();
  stage.kubernetes.faults.clear();
  expect(Object.keys(secretOf()!.data!)).toEqual(['sales']);
  await stage.startOperator();
  await stage.run(() => secretOf()?.data?.['renamed'] !== undefined, { withinMs: HOUR_MS, what: 'it is published' });
  expect(Object.keys(secretOf()!.data!)).toEqual(['renamed']);
});

describe('what the status says decides nothing', () => {
  test.each([
    ['no status', null],
    [
      'a false one',
      {
        phase: 'Ready',
        principal: { id: SOMEBODY, type: 'Group' },
        grants: [{ workspaceId: SALES, role: 'Admin', state: 'Granted' }],
        connectionStrings: [{ name: 'sales', host: 'lie.example' }],
      },
    ],
  ])('in each pass %s: up and down every write is the same', async (_, status) => {
    await playUp();
    const [up, world] = [writes(), view()];
    stage.forget();
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    const down = writes();

    const fix = async () => {
      await stage.kube.patch(crossTenantMappings, NAMESPACE, 'guest', {
        type: 'merge',
        body: { status },
        subresource: 'status',
        fieldManager: 'somebody',
      });
      stage.kubernetes.faults.failNext(
        ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
        { kind: 'answer', code: 500, reason: 'InternalError' },
        1_000_000,
      );
    };
    await setTheStage(stage, mapped);
    await fix();
    await stage.startOperator();
    await stage.pass(2 * HOUR_MS);
    expect([writes(), view()]).toEqual([up, world]);
    await setTheStage(stage, ready);
    await fix();
    await playDown();
    expect(writes()).toEqual(down);
  });

  test('without its notes nothing is taken away, and what is there as wanted is taken over', async () => {
    await setTheStage(stage, ready);
    const annotations = Object.fromEntries(view().notes.map((key) => [key, null]));
    const body = { metadata: { annotations } };
    await stage.kube.patch(crossTenantMappings, NAMESPACE, 'guest', { type: 'merge', body, fieldManager: 'careless' });
    const before = [rolesIn(SALES), rolesIn(FINANCE)];
    await playUp();
    await stage.pass(2 * HOUR_MS);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(cloudWrites(stage.calls).filter(({ path }) => path.includes('roleAssignments'))).toEqual([]);
    expect([rolesIn(SALES), rolesIn(FINANCE)]).toEqual(before);
  });
});

describe('answers that are lost or old', () => {
  test('a role that the list does not show yet is not taken for gone when it is to be taken away', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    const { principalId = '' } = liveRows(stage)[0]!;
    await stage.apply(mappingManifest(ANALYSTS, { ...FULL, grants: [] }));
    await stage.run(() => rolesIn(SALES)[principalId] === undefined, { withinMs: HOUR_MS, what: 'the role is gone' });
    await stage.apply(mappingManifest(ANALYSTS, { ...FULL }));
    await stage.run(() => rolesIn(SALES)[principalId] !== undefined && rolesIn(FINANCE)[principalId] !== undefined, {
      withinMs: HOUR_MS,
      what: 'the roles are given again',
    });
    // A new process remembers nothing, and the list that it reads is seconds behind.
    await stage.killOperator();
    await playDown();
    expect([rolesIn(SALES)[principalId], rolesIn(FINANCE)[principalId]]).toEqual([undefined, undefined]);
  });

  test('a role that was given, whose answer was lost, is ours', async () => {
    stage.simulator.faults.add({ kind: 'loseReply', method: 'POST', path: '/roleAssignments', times: 2 });
    await playUp();
    expect(Object.keys(rolesIn(SALES))).toHaveLength(2);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(Object.keys(rolesIn(SALES))).toHaveLength(1);
  });

  test('a list that is old shows no role for an hour: it is asked for, refused, and noted as ours all the same', async () => {
    await setTheStage(stage, ready);
    const before = view();
    await stage.restore(mapped);
    const id = stage.simulator.faults.add({ kind: 'stale', method: 'GET', path: '/roleAssignments' });
    await stage.restore(ready);
    await stage.startOperator();
    await stage.pass(20 * MINUTE_MS);
    expect(view()).toEqual(before);
    stage.simulator.faults.remove(id);
    await stage.pass(HOUR_MS);
    expect(view()).toEqual(before);
    expect(mappingSaid(stage, 'Granted')).toBe('True Granted');
  });

  test('what somebody else gave since the list was read is not taken for ours', async () => {
    stage.simulator.faults.add({ kind: 'stale', method: 'GET', path: `/${SALES}/roleAssignments`, times: 2 });
    const { principalId = '' } = liveRows(stage)[0]!;
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, SALES), principalId, 'Viewer');
    await playUp();
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(rolesIn(SALES)[principalId]).toBe('Viewer');
  });
});

test('a principal that is replaced gets the roles of the old one, whose own are taken away', async () => {
  await setTheStage(stage, ready);
  const { id, principalId: old = '' } = liveRows(stage)[0]!;
  await stage.startOperator();
  recyclePrincipal(stage.simulator.cloud, id);
  const now = () => liveRows(stage)[0]?.principalId;
  await stage.run(() => now() !== undefined && now() !== old && rolesIn(SALES)[now()!] === 'Viewer', {
    withinMs: 60 * HOUR_MS,
    what: 'the new principal has its role',
  });
  await stage.pass(2 * HOUR_MS);
  expect([rolesIn(SALES)[old], rolesIn(FINANCE)[old]]).toEqual([undefined, undefined]);
  expect(rolesIn(FINANCE)[now()!]).toBe('Contributor');
});
