import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addItem, workspaceIn } from '../../simulator/fabric/build.ts';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { cloudWrites, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, playUntilReady } from '../support/stage-link.ts';
import {
  ANA,
  deleteMappingObject,
  FABRIKAM,
  liveRows,
  mappingCondition,
  mappingIn,
  mappingManifest,
  mappingSaid,
  mappingWorld,
  playUntilMappingGone,
  playUntilMappingReady,
  playUntilMappingSaid,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { endpointIn, FINANCE, HUB, SALES, salesLink, TENANT } from '../support/stage-world.ts';

/** A workspace that denies public access is served through the operator's own private path, or not at all. */

const WAREHOUSE = '3a4e0000-0000-4000-8000-000000000001';
const SPEC = {
  grants: [{ workspaceId: SALES, role: 'Viewer' }],
  connectionStrings: [{ name: 'sales', workspaceId: SALES, warehouseId: WAREHOUSE, privateLinkType: 'Workspace' }],
};

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  const world = mappingWorld();
  consent(world, FABRIKAM, TENANT);
  addItem(world, SALES, { type: 'Warehouse', id: WAREHOUSE });
  stage = await startMappingStage({}, { world, operatorNetworkId: HUB });
  empty = stage.snapshot();
});
beforeEach(() => setTheStage(stage, empty));
afterAll(() => stage.close());

const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const roleInSales = () => workspaceIn(stage.simulator.world, SALES).roles[liveRows(stage)[0]?.principalId ?? ''];
const roleWrites = () => cloudWrites(stage.calls).filter(({ path }) => path.includes('/roleAssignments'));
const spoke = () => endpointIn('spoke', 'Records', stage.nameserverOf);

describe('without a private path', () => {
  test('nothing is given and nothing is taken for done; what opens the workspace ends that', async () => {
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Deny' });
    await stage.pass(HOUR_MS);
    await stage.startOperator();
    const other = { workspaceId: FINANCE, role: 'Viewer' };
    await stage.apply(mappingManifest(ANA, { ...SPEC, grants: [...SPEC.grants, other] }));
    await playUntilMappingSaid(stage, 'NoPrivatePath', 'Granted');
    await stage.pass(2 * HOUR_MS);
    expect(mappingCondition(stage, 'Granted')?.status).toBe('Unknown');
    // The other workspace is not held up.
    expect(roleWrites().map(({ path }) => path.split('/')[3])).toEqual([FINANCE]);
    expect(mappingIn(stage)!.status!.grants).toMatchObject([
      { workspaceId: SALES, state: 'Unobservable', message: expect.stringContaining('private endpoint') },
      { workspaceId: FINANCE, state: 'Granted' },
    ]);
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await playUntilMappingReady(stage);
    expect(roleInSales()).toBe('Viewer');
  });

  test('a role that was given stays known while the door is closed, and is given no second time', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, SPEC));
    await playUntilMappingReady(stage);
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Deny' });
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(5 * HOUR_MS);
    expect(mappingSaid(stage, 'Granted')).toBe('Unknown NoPrivatePath');
    expect(roleWrites()).toEqual([]);
  });
});

describe('a link that is to close the workspace', () => {
  test('waits while a mapping needs it, and no path of the operator is proven', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, SPEC));
    await playUntilMappingReady(stage);
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [spoke()] }));
    await stage.pass(2 * HOUR_MS);
    expect(inbound()).toBe('Allow');
    // The spec names the workspace no more, but a role in it is still to be taken back, and cannot be.
    stage.simulator.faults.add({ kind: 'refuse', status: 503, code: 'ServiceUnavailable', path: '/roleAssignments' });
    await stage.apply(mappingManifest(ANA, { grants: [], connectionStrings: [] }));
    await stage.pass(2 * HOUR_MS);
    expect(inbound()).toBe('Allow');
    stage.simulator.faults.clear();
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
    expect(roleWrites().map(({ method }) => method)).toContain('DELETE');
  });

  test('closes it once the path is proven, and the guest goes on being served through it', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, SPEC));
    await bringUp();
    expect(inbound()).toBe('Deny');
    await stage.apply(mappingManifest(ANA, { ...SPEC, grants: [{ workspaceId: SALES, role: 'Member' }] }));
    await playUntilMappingReady(stage);
    expect(roleInSales()).toBe('Member');
    const hosts = roleWrites().map(({ host }) => host);
    expect(hosts.at(-1)).toMatch(/^[0-9a-f]{32}\.z5a\.w\.api\./);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(Object.keys(workspaceIn(stage.simulator.world, SALES).roles)).toHaveLength(1);
  });
});

async function bringUp(): Promise<void> {
  await stage.killOperator();
  await bringToReady(stage);
}
