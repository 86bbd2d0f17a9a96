import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recyclePrincipal, signIn } from '../../simulator/fabric/mapping-out-of-band.ts';
import { addDirectoryObject } from '../../simulator/graph/directory.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { cloudWrites, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  changeMapping,
  chooseAnswers,
  FABRIKAM,
  isMappingReady,
  liveRows,
  mappingCalls,
  mappingCondition,
  mappingIn,
  mappingManifest,
  mappingSaid,
  playUntilMappingReady,
  playUntilMappingSaid,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { OPERATOR_APP, SALES, TENANT } from '../support/stage-world.ts';

/** Who represents the guest in our tenant: told, named, found, or nobody; and gone again after five days. */

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  empty = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, empty);
  chooseAnswers(stage, {});
});
afterAll(() => stage.close());

/** Fabric says nothing about whom it made. */
const SILENT = { mappingRow: 'echo', mappingPrincipal: 'none' } as const;
const VIEWER = [{ workspaceId: SALES, role: 'Viewer' }];
const begin = async (...[guest, spec]: Parameters<typeof mappingManifest>) => {
  await stage.startOperator();
  await stage.apply(mappingManifest(guest, { grants: VIEWER, ...spec }));
};
const patchSpec = (spec: object) => changeMapping(stage, { spec });
const principal = () => liveRows(stage)[0]!.principalId!;
/** Whoever has a role in the workspace, beside the operator. */
const guestsInSales = () =>
  Object.keys(stage.simulator.world.fabric.workspaces[SALES]!.roles).filter((id) => id !== OPERATOR_APP.objectId);
const message = () => mappingCondition(stage, 'Ready')?.message ?? '';

describe('found by name', () => {
  test('exactly one and younger than the request: it gets the role', async () => {
    chooseAnswers(stage, SILENT);
    await begin(ANA, { principalLookup: 'Graph' });
    await playUntilMappingReady(stage);
    expect(guestsInSales()).toEqual([principal()]);
    expect(mappingIn(stage)!.status).toMatchObject({
      guest: 'ana@fabrikam.example',
      access: 'Viewer in 1 workspace',
      principal: { id: principal(), type: 'ServicePrincipal' },
    });
  });

  test.each([
    ['older than the request', 'opaque', 'PrincipalUnproven'],
    ['one of several', 'guestName', 'PrincipalAmbiguous'],
  ] as const)('nobody who is %s gets anything', async (_, principalName, reason) => {
    chooseAnswers(stage, { ...SILENT, principalName });
    addDirectoryObject(stage.simulator.world, {
      tenantId: TENANT,
      kind: 'ServicePrincipal',
      displayName: `${ANA.userPrincipalName} (somebody)`,
      createdAtMs: stage.clock.now() - HOUR_MS,
    });
    await begin(ANA, { principalLookup: 'Graph' });
    await stage.pass(20 * MINUTE_MS);
    expect(mappingSaid(stage, 'Stalled')).toBe(`True ${reason}`);
    expect(message()).toContain('(somebody)');
    expect(guestsInSales()).toEqual([]);
    await patchSpec({ principalId: principal() });
    await playUntilMappingReady(stage);
    expect(guestsInSales()).toEqual([principal()]);
  });

  test('nobody yet is waited for, some minutes; and nobody after that is said', async () => {
    chooseAnswers(stage, { ...SILENT, principalName: 'opaque' });
    await begin(ANA, { principalLookup: 'Graph' });
    await playUntilMappingSaid(stage, 'PrincipalReplicating');
    expect(mappingSaid(stage, 'Stalled')).toBe('nothing');
    await playUntilMappingSaid(stage, 'PrincipalUnresolved');
    expect(mappingSaid(stage, 'Stalled')).toBe('True PrincipalUnresolved');
  });
});

describe('told or named', () => {
  test('without a word from Fabric and without a search, a person is told what to do', async () => {
    chooseAnswers(stage, SILENT);
    await begin(ANA, {});
    // The next list may tell it: until then nobody is called.
    await playUntilMappingSaid(stage, 'PrincipalUntold');
    expect(mappingSaid(stage, 'Stalled')).toBe('nothing');
    await stage.pass(30 * MINUTE_MS);
    expect(mappingSaid(stage, 'Stalled')).toBe('nothing');
    await playUntilMappingSaid(stage, 'PrincipalUnresolved');
    expect(mappingSaid(stage, 'Stalled')).toBe('True PrincipalUnresolved');
    expect(message()).toContain('spec.principalId');
    expect(message()).toContain('principalLookup');
    expect(guestsInSales()).toEqual([]);
    await patchSpec({ principalId: principal() });
    await playUntilMappingReady(stage);
    expect(guestsInSales()).toEqual([principal()]);
  });

  test('a spec that Fabric contradicts gives nobody anything', async () => {
    const other = 'dddddddd-0000-4000-8000-00000000000d';
    await begin(ANA, { principalId: other });
    await playUntilMappingSaid(stage, 'PrincipalContradicted');
    await stage.pass(HOUR_MS);
    expect(guestsInSales()).toEqual([]);
    expect(message()).toContain(principal());
    // Whoever the directory does not know was asked for, and got nothing: there is nothing that is not known.
    expect(mappingIn(stage)!.status!.access).toBe('no roles');
    // Nor when a new process cannot read the list that contradicts it.
    stage.forget();
    stage.simulator.faults.add({ kind: 'cut', service: 'fabric', method: 'GET', path: 'crosstenantauth' });
    await stage.crashAndRestart();
    await stage.pass(HOUR_MS);
    expect(guestsInSales()).toEqual([]);
    expect(stage.calls.some(({ method, path }) => method === 'POST' && path.endsWith('/roleAssignments'))).toBe(false);
    stage.simulator.faults.clear();
    await patchSpec({ principalId: principal() });
    await playUntilMappingReady(stage);
    // Who was given a role keeps it while the spec is wrong: an auditor must not read that there is none.
    await patchSpec({ principalId: other });
    await playUntilMappingSaid(stage, 'PrincipalContradicted');
    expect(mappingIn(stage)!.status!.access).toBe('1 unknown');
    expect(guestsInSales()).toEqual([principal()]);
  });
});

describe('recycled after five days without a login', () => {
  test.each([
    ['Fabric tells whom it made', { mappingTimes: 'createdDateTime' }, {}],
    ['Fabric takes the role away with it', { lostPrincipalRoles: 'vanish' }, {}],
    ['the answer to the request told whom, and the list does', { mappingAnswer: 'row' }, {}],
    ['only the directory knows', SILENT, { principalLookup: 'Graph' }],
  ] as const)('is noticed and healed, and the role is given again: %s', async (_, choices, spec) => {
    chooseAnswers(stage, choices);
    await begin(ANA, spec);
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    const [before, posts] = [principal(), mappingCalls(stage, 'POST').length];
    recyclePrincipal(stage.simulator.cloud, liveRows(stage)[0]!.id);
    await stage.run(
      () => principal() !== undefined && isMappingReady(stage) && guestsInSales().join() === principal(),
      {
        withinMs: 30 * HOUR_MS,
        what: 'the role is given to another one',
      },
    );
    expect(principal()).not.toBe(before);
    expect(mappingCalls(stage, 'POST').length - posts).toBe(1);
    expect(eventReasons(stage)).toContain('PrincipalRecycled');
    await stage.pass(2 * HOUR_MS);
    expect(mappingIn(stage)!.metadata.annotations!['fabriclink.dev/mapping']).toMatch(/^created /);
  });

  test('and made anew by a login of the guest: the role follows', async () => {
    await begin(ANA, {});
    await playUntilMappingReady(stage);
    const before = principal();
    recyclePrincipal(stage.simulator.cloud, liveRows(stage)[0]!.id);
    signIn(stage.simulator.cloud, {
      providerTenantId: TENANT,
      guestTenantId: FABRIKAM,
      objectId: ANA.objectId,
      workspaceId: SALES,
    });
    await stage.run(() => guestsInSales().join() === principal() && principal() !== before, {
      withinMs: 4 * HOUR_MS,
      what: 'the role follows',
    });
    // Nobody had to be mapped again for it.
    expect(mappingCalls(stage, 'POST')).toHaveLength(1);
  });

  test('a principal that nobody can look for is missed when its role is gone, and it is said why', async () => {
    chooseAnswers(stage, { ...SILENT, lostPrincipalRoles: 'vanish' });
    await begin(ANA, {});
    await stage.run(() => liveRows(stage).length === 1, { withinMs: HOUR_MS, what: 'mapped' });
    await patchSpec({ principalId: principal() });
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    recyclePrincipal(stage.simulator.cloud, liveRows(stage)[0]!.id);
    await playUntilMappingSaid(stage, 'PrincipalNotFound');
    expect(mappingIn(stage)!.status!.nextStep).toContain('five days');
  });

  test('a principal that a person named is missed where only the list tells, and not replaced', async () => {
    await begin(ANA, {});
    await stage.run(() => liveRows(stage).length === 1, { withinMs: HOUR_MS, what: 'mapped' });
    await patchSpec({ principalId: principal() });
    await playUntilMappingReady(stage);
    await stage.pass(2 * HOUR_MS);
    recyclePrincipal(stage.simulator.cloud, liveRows(stage)[0]!.id);
    await playUntilMappingSaid(stage, 'PrincipalRecycled');
    expect(mappingCalls(stage, 'POST')).toHaveLength(1);
  });

  test('a principal that a person named is not replaced behind their back', async () => {
    chooseAnswers(stage, SILENT);
    await begin(ANA, { principalLookup: 'Graph' });
    await stage.run(() => liveRows(stage).length === 1, { withinMs: HOUR_MS, what: 'mapped' });
    await patchSpec({ principalId: principal() });
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    recyclePrincipal(stage.simulator.cloud, liveRows(stage)[0]!.id);
    const posts = mappingCalls(stage, 'POST').length;
    await playUntilMappingSaid(stage, 'PrincipalRecycled');
    await stage.pass(3 * HOUR_MS);
    expect(mappingCalls(stage, 'POST')).toHaveLength(posts);
  });
});

describe('a group', () => {
  test('waits for its expansion again when a grant changes, and not when nothing does', async () => {
    await begin(ANALYSTS, {});
    await playUntilMappingReady(stage);
    await stage.pass(6 * HOUR_MS);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpansionDue');
    const writes = cloudWrites(stage.calls).length;
    await patchSpec({ grants: [{ workspaceId: SALES, role: 'Contributor' }] });
    await playUntilMappingSaid(stage, 'GroupExpanding', 'GroupExpanded');
    expect(cloudWrites(stage.calls)).toHaveLength(writes + 1);
    const { expectedBy } = mappingIn(stage)!.status!.expansion!;
    expect(Date.parse(expectedBy!) - stage.clock.now()).toBeGreaterThan(55 * MINUTE_MS);
    await stage.run(() => isMappingReady(stage), { withinMs: HOUR_MS, what: 'it is due' });
    expect(stage.clock.now()).toBeGreaterThanOrEqual(Date.parse(expectedBy!));
  });
});
