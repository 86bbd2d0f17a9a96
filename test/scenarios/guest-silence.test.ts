import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { MAPPING_DELAYS, type MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import { consent, revokeConsent } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  changeMapping,
  chooseAnswers,
  deleteMappingObject,
  FABRIKAM,
  liveRows,
  mappingCalls,
  mappingIn,
  mappingManifest,
  mappingSaid,
  playUntilMappingGone,
  playUntilMappingReady,
  playUntilMappingSaid,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { NAMESPACE, SALES, TENANT } from '../support/stage-world.ts';

/** Access that would end, go on, or be missing without a word. */

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  empty = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, empty);
  chooseAnswers(stage, {});
  stage.simulator.cloud.conduct.fabric.delays.groupExpansionMs = MAPPING_DELAYS.groupExpansionMs;
});
afterAll(() => stage.close());

const VIEWER = [{ workspaceId: SALES, role: 'Viewer' }];
const patchSpec = (spec: object, name = 'guest') => changeMapping(stage, { spec }, name);

test('a copy of an object, with its notes and finalizer, takes nothing from the owner when it is deleted', async () => {
  await stage.startOperator();
  await stage.apply(mappingManifest(ANA, { grants: VIEWER }));
  await playUntilMappingReady(stage);
  const { principalId = '' } = liveRows(stage)[0]!;
  await stage.pass(2 * HOUR_MS);
  const { annotations, finalizers } = mappingIn(stage)!.metadata;
  const copy = mappingManifest(ANA, { grants: VIEWER }, 'copy');
  await stage.apply({ ...copy, metadata: { ...copy.metadata, annotations: annotations!, finalizers: finalizers! } });
  await playUntilMappingSaid(stage, 'Claimed', 'Ready', 'copy');
  await stage.kube.delete(crossTenantMappings, NAMESPACE, 'copy');
  await playUntilMappingGone(stage, 'copy');
  expect(mappingCalls(stage, 'DELETE')).toEqual([]);
  expect(liveRows(stage)).toHaveLength(1);
  expect(workspaceIn(stage.simulator.world, SALES).roles[principalId]).toBe('Viewer');
});

test.each([{}, { mappingRow: 'echo', mappingPrincipal: 'none' }] as const)(
  'a copy that takes the place of the original, as when an object moves, maps the guest itself (%j)',
  async (shape) => {
    chooseAnswers(stage, shape);
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, { grants: VIEWER, principalLookup: 'Graph' }));
    await playUntilMappingReady(stage);
    await stage.pass(2 * HOUR_MS);
    const { annotations, finalizers } = mappingIn(stage)!.metadata;
    const copy = mappingManifest(ANA, { grants: VIEWER, principalLookup: 'Graph' }, 'copy');
    await stage.apply({ ...copy, metadata: { ...copy.metadata, annotations: annotations!, finalizers: finalizers! } });
    await playUntilMappingSaid(stage, 'Claimed', 'Ready', 'copy');
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    await stage.pass(2 * HOUR_MS);
    expect(liveRows(stage)).toHaveLength(1);
    const { principalId = '' } = liveRows(stage)[0]!;
    expect(workspaceIn(stage.simulator.world, SALES).roles[principalId]).toBe('Viewer');
    expect(mappingSaid(stage, 'Granted', 'copy')).toBe('True Granted');
    await stage.kube.delete(crossTenantMappings, NAMESPACE, 'copy');
    await playUntilMappingGone(stage, 'copy');
    expect(liveRows(stage)).toEqual([]);
  },
);

test('an expansion that is late is noticed, and is no empty group for a day', async () => {
  stage.simulator.cloud.conduct.fabric.delays.groupExpansionMs = 2 * HOUR_MS;
  await stage.startOperator();
  await stage.apply(mappingManifest(ANALYSTS, { grants: VIEWER, principalLookup: 'Graph' }));
  await playUntilMappingReady(stage);
  expect(mappingSaid(stage, 'GroupExpanded')).toBe('False GroupEmpty');
  await stage.pass(6 * HOUR_MS);
  expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpanded');
});

test('a role of an entry that was removed, whose workspace is gone, can be forgotten by the command that is said', async () => {
  await stage.startOperator();
  await stage.apply(mappingManifest(ANA, { grants: VIEWER }));
  await playUntilMappingReady(stage);
  delete stage.simulator.world.fabric.workspaces[SALES];
  await patchSpec({ grants: [] });
  await stage.pass(HOUR_MS);
  expect(mappingSaid(stage, 'Ready')).toBe('False GrantUnreadable');
  const { nextStep = '', grants = [] } = mappingIn(stage)!.status!;
  const [, key = ''] = /`kubectl -n stage annotate ctm guest (\S+)-`/.exec(nextStep) ?? [];
  expect(grants[0]?.message).toContain(key);
  await changeMapping(stage, { metadata: { annotations: { [key]: null } } });
  await playUntilMappingReady(stage);
});

describe('consent that is taken back and given again: the role follows the guest', () => {
  test.each([
    { mappingRow: 'nested', revokedMappings: 'tombstone', mappingTimes: 'createdDateTime' },
    { lostPrincipalRoles: 'vanish', mappingAnswer: 'row', mappingTimes: 'createdDateTime' },
  ] as Partial<MappingChoices>[])('%j', async (shape) => {
    chooseAnswers(stage, shape);
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, { grants: VIEWER, principalLookup: 'Graph' }));
    await playUntilMappingReady(stage);
    await stage.pass(3 * HOUR_MS);
    revokeConsent(stage.simulator.cloud, FABRIKAM, TENANT);
    await playUntilMappingSaid(stage, 'ConsentRevoked');
    await stage.pass(3 * HOUR_MS);
    consent(stage.simulator.world, FABRIKAM, TENANT);
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    expect(liveRows(stage)).toHaveLength(1);
    const { principalId = '' } = liveRows(stage)[0]!;
    const { roles } = workspaceIn(stage.simulator.world, SALES);
    expect(roles[principalId]).toBe('Viewer');
    expect(Object.keys(roles).filter((id) => roles[id] === 'Viewer')).toHaveLength(1);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toEqual([]);
    expect(Object.values(roles)).not.toContain('Viewer');
  });
});
