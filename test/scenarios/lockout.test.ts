import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { rejectConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { deleteOutOfBand } from '../../simulator/arm/out-of-band.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { changeTenantSetting, policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloud } from '../support/stage-calls.ts';
import { cloudWrites, eventNotes, eventReasons, readout, setTheStage } from '../support/stage-faults.ts';
import {
  bringToReady,
  HOUR_MS,
  isTrue,
  MINUTE_MS,
  playUntilGone,
  playUntilReady,
  said,
} from '../support/stage-link.ts';
import { thingsIn } from '../support/stage-view.ts';
import {
  endpointIn,
  FINANCE,
  NAMESPACE,
  OPERATOR_APP,
  SALES,
  SALES_SERVICE,
  SPOKE_ZONE,
  salesLink,
  TENANT,
} from '../support/stage-world.ts';

/** Who locks the door from inside must be sure of another one. */

let stage: Stage;
let bare: StageSnapshot;
let locked: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
  await bringToReady(stage);
  locked = stage.snapshot();
});
afterAll(() => stage.close());

const HALF_A_DAY_MS = 12 * HOUR_MS;
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const isPolicy = ({ path }: Call) => path.endsWith('/communicationPolicy');
/** Paths of this workspace that its restriction covers; the policy is the one that it leaves open. */
const workspaceReads = () =>
  stage.calls.filter((call) => isCloud(call) && call.path.includes(`/workspaces/${SALES}`) && !isPolicy(call));
const policyWrites = () => cloudWrites(stage.calls).filter(isPolicy);
const lines = (calls: readonly Call[]) => calls.map(({ method, host, path }) => `${method} ${host}${path}`);
const hub = () => endpointIn('hub', 'ZoneGroup', stage.nameserverOf);
const spoke = () => endpointIn('spoke', 'Records', stage.nameserverOf);
const seenFromOutside = (endpoint: ReturnType<typeof hub>) => ({
  ...endpoint,
  dns: { ...endpoint.dns, verify: { mode: 'Resolve', nameservers: [stage.nameserverOf('public')] } },
});

const apply = (spec: Record<string, unknown> = {}) => stage.apply(salesLink(stage.nameserverOf, spec));

describe('public access is denied only when there is a proven way in', () => {
  beforeEach(() => setTheStage(stage, bare));

  type Case = {
    because: string;
    spec?: () => Record<string, unknown>;
    /** What stands in the way, from before the object. */
    given?: () => void | Promise<void>;
    /** What happens as soon as the service exists. */
    reason: string;
    heal?: () => void | Promise<void>;
  };
  const cases: Record<string, Case> = {
    'names that resolve to public addresses': {
      because: 'requires is Resolve, and where people are the names lead to the front door',
      spec: () => ({ endpoints: [seenFromOutside(hub())] }),
      reason: 'NoProvenEndpoint',
      heal: () => apply({ endpoints: [hub()] }),
    },
    'one proven way as Resolve asks, and one that is not': {
      because: 'one is enough',
      spec: () => ({ endpoints: [seenFromOutside(hub()), spoke()] }),
      reason: 'AccessDenied',
    },
    'proof by the control plane where Resolve is asked for': {
      because: 'an endpoint counts only when it is proven as requires says',
      spec: () => ({
        endpoints: [seenFromOutside(hub()), { ...spoke(), dns: { ...spoke().dns, verify: { mode: 'ControlPlane' } } }],
      }),
      reason: 'NoProvenEndpoint',
      heal: () => apply({ endpoints: [hub(), spoke()] }),
    },
    'another object that needs the workspace, and no private path of our own': {
      because: 'a managed private endpoint from this workspace is kept by calls that Deny would refuse',
      given: () =>
        stage.apply({
          apiVersion: 'fabriclink.dev/v1alpha1',
          kind: 'ManagedPrivateEndpoint',
          metadata: { name: 'to-finance', namespace: NAMESPACE },
          spec: {
            tenantId: TENANT,
            workspaceId: SALES,
            target: { privateLinkResourceId: SALES_SERVICE.replace('pls-sales', 'pls-finance') },
          },
        }),
      reason: 'NoPrivatePath',
      heal: () => stage.kube.delete(managedPrivateEndpoints, NAMESPACE, 'to-finance'),
    },
    'a tenant that blocks public access as a whole': {
      because: 'then the global host does not answer either, and nobody could open the door again',
      given: () => changeTenantSetting(stage.simulator.cloud, TENANT, 'BlockAccessFromPublicNetworks', true),
      reason: 'PolicyReadRefused',
      heal: () => changeTenantSetting(stage.simulator.cloud, TENANT, 'BlockAccessFromPublicNetworks', false),
    },
  };

  test.each(Object.entries(cases))('%s', async (_, { spec, given, reason, heal }) => {
    await given?.();
    await stage.startOperator();
    await apply(spec?.());
    await stage.pass(6 * HOUR_MS);
    const access = said(stage, 'AccessApplied').split(' ').at(-1);
    expect([access, inbound()]).toEqual([reason, heal ? 'Allow' : 'Deny']);
    if (!heal) return;
    await heal();
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });

  test('a right to write the policy that is missing shows while the door is still open', async () => {
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'InsufficientPrivileges',
      service: 'fabric',
      method: 'PUT',
      path: 'communicationPolicy',
    });
    await stage.startOperator();
    await apply({ outbound: undefined });
    await stage.pass(HOUR_MS);
    expect(readout(stage.link()).reason).toBe('InsufficientPrivileges');
    expect(inbound()).toBe('Allow');
    expect(Object.keys(stage.link()?.metadata.annotations ?? {})).not.toContain('fabriclink.dev/deny-at');
    stage.simulator.faults.clear();
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });

  test('somebody who rejects the only endpoint in time keeps the door open', async () => {
    await stage.startOperator();
    await apply({ endpoints: [hub()] });
    const connections = () =>
      Object.values(stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]?.connections ?? {});
    await stage.run(() => connections().some(({ state }) => state.status === 'Approved'), {
      withinMs: HOUR_MS,
      what: 'the endpoint is approved',
    });
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, connections()[0]!.name, 'not from there');
    await stage.pass(HALF_A_DAY_MS);
    expect(inbound()).toBe('Allow');
    expect(readout(stage.link()).reason).toBe('ConnectionRejected');
  });

  test('requires None is obeyed, and loudly', async () => {
    const unmanaged = { ...hub(), dns: undefined };
    await bringToReady(stage, {
      endpoints: [unmanaged],
      inbound: { publicAccess: 'Deny', requires: 'None', onDelete: 'Restore' },
    });
    expect(inbound()).toBe('Deny');
    expect(eventNotes(stage).join('\n')).toContain('Nothing was proven first, because inbound.requires is None');
  });
});

describe('once the door is locked and the operator itself stands outside', () => {
  beforeEach(async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  /** Nothing was opened, nothing of the workspace was asked, and what was there is there. */
  const expectLocked = () => {
    expect(inbound()).toBe('Deny');
    expect(lines(workspaceReads())).toEqual([]);
    expect(lines(policyWrites())).toEqual([]);
    expect([...stage.births().keys()].filter((key) => key.startsWith('service '))).toEqual([]);
  };

  test('days of rest read nothing that the restriction covers', async () => {
    await stage.pass(48 * HOUR_MS);
    expectLocked();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('drift is corrected from outside', async () => {
    const record = Object.keys(stage.simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()]!.records)[0]!;
    expect(deleteOutOfBand(stage.simulator.cloud, `${SPOKE_ZONE}/A/${record}`)).toBe(true);
    await stage.pass(3 * HOUR_MS);
    expectLocked();
    expect(stage.simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()]!.records[record]).toBeDefined();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('a change of the spec and a new endpoint go through from outside', async () => {
    const service = { ...(salesLink(stage.nameserverOf).spec['service'] as object), tags: { 'cost-centre': '4712' } };
    await apply({ service, endpoints: [hub(), spoke(), { ...spoke(), name: 'spoke-2' }] });
    await playUntilReady(stage);
    expectLocked();
    const { tags, connections } = stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]!;
    expect(tags['cost-centre']).toBe('4712');
    expect(Object.values(connections).map(({ state }) => state.status)).toEqual(['Approved', 'Approved', 'Approved']);
  });

  test('a new process finds everything as it is', async () => {
    await stage.crashAndRestart();
    await stage.pass(6 * HOUR_MS);
    expectLocked();
    expect(lines(cloudWrites(stage.calls))).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('taking inbound out of the spec leaves it locked', async () => {
    await apply({ inbound: undefined });
    await stage.pass(HALF_A_DAY_MS);
    expectLocked();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('publicAccess Allow opens it, because a person says so', async () => {
    await apply({ inbound: { publicAccess: 'Allow' } });
    await playUntilReady(stage);
    expect(inbound()).toBe('Allow');
    expect(said(stage, 'AccessApplied')).toBe('True AccessAllowed');
    expect(eventReasons(stage)).toContain('AccessOpening');
  });

  test('somebody who opens it finds it closed again, and people are told', async () => {
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await stage.run(() => inbound() === 'Deny', { withinMs: 3 * HOUR_MS, what: 'it is closed again' });
    expect(eventNotes(stage).join('\n')).toContain('somebody had opened it');
  });

  test('endpoints that are all replaced stay until the new one is a proven way in', async () => {
    const before = Object.keys(stage.simulator.world.arm.privateEndpoints);
    await apply({ endpoints: [{ ...seenFromOutside(hub()), name: 'hub-2' }] });
    await stage.pass(6 * HOUR_MS);
    expect(Object.keys(stage.simulator.world.arm.privateEndpoints)).toEqual(expect.arrayContaining(before));
    expect(readout(stage.link()).reason).toMatch(/^(HeldByDeny|ZoneConflict|ForeignRecords)$/);
    expectLocked();
  });

  test('replaced by a proven one, the old ones go', async () => {
    const before = Object.keys(stage.simulator.world.arm.privateEndpoints);
    await apply({ endpoints: [spoke(), { ...spoke(), name: 'spoke-2' }] });
    await playUntilReady(stage);
    await apply({ endpoints: [{ ...spoke(), name: 'spoke-2' }] });
    await stage.run(
      () =>
        before.every((id) => stage.simulator.world.arm.privateEndpoints[id] === undefined) &&
        isTrue(stage.link(), 'Ready'),
      { withinMs: 6 * HOUR_MS, what: 'the old endpoints are gone' },
    );
    expect(Object.keys(stage.simulator.world.arm.privateEndpoints)).toHaveLength(1);
    expectLocked();
  });

  test('the tenant setting switched off later opens nothing and unmakes nothing', async () => {
    const { cloud } = stage.simulator;
    changeTenantSetting(cloud, TENANT, 'WorkspaceBlockInboundAccess', false);
    await stage.pass(HALF_A_DAY_MS);
    expectLocked();
    // The policy still says Deny, and Fabric no longer enforces it: that is not Ready.
    expect(said(stage, 'AccessApplied')).toBe('False TenantSettingOff');
    expect(readout(stage.link()).nextStep).toContain('Fabric administrator');
    changeTenantSetting(cloud, TENANT, 'WorkspaceBlockInboundAccess', true);
    await playUntilReady(stage);
    expectLocked();
  });

  test('a role that is taken away later opens nothing and unmakes nothing', async () => {
    delete workspaceIn(stage.simulator.world, SALES).roles[OPERATOR_APP.objectId];
    await stage.pass(HALF_A_DAY_MS);
    expectLocked();
    expect(lines(cloudWrites(stage.calls))).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(false);
  });
});

describe('deletion of a locked workspace', () => {
  beforeEach(() => setTheStage(stage, locked));
  const policyOf = (id: string) => workspaceIn(stage.simulator.world, id).policy.inbound.configured;

  test('opens it first with onDelete Restore, and takes nothing away before it is open', async () => {
    await stage.startOperator();
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(policyOf(SALES)).toBe('Allow');
    const writes = cloudWrites(stage.calls);
    expect(isPolicy(writes[0]!)).toBe(true);
    expect(writes[1]!.atMs - writes[0]!.atMs).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    expect(policyOf(FINANCE)).toBe('Allow');
  });

  test('without access-before nothing is opened: what it was before is not known', async () => {
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/access-before': null } } },
      fieldManager: 'careless',
    });
    await stage.startOperator();
    await stage.deleteLink();
    await stage.pass(6 * HOUR_MS);
    expect(policyOf(SALES)).toBe('Deny');
    expect(lines(policyWrites())).toEqual([]);
    // Nor is the way in taken away, and a person reads why the deletion does not go on.
    expect(thingsIn(stage.simulator.world)).toEqual(thingsIn(locked.world));
    expect(readout(stage.link()).reason).toBe('HeldByDeny');
  });
});
