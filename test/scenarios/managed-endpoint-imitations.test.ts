import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import {
  approveConnection,
  injectConnection,
  injectImpostor,
  linkServiceIn,
  removeConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { managedEndpointId } from '../../simulator/fabric/managed-ids.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { cloudWrites, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  AUTO,
  closeSales,
  deleteManaged,
  isManagedReady,
  managedIn,
  managedManifest,
  playUntilManagedGone,
  playUntilManagedReady,
  playUntilSaid,
  rowIn,
} from '../support/stage-managed.ts';
import { credentialsSecret, FINANCE, NAMESPACE, SALES_SERVICE } from '../support/stage-world.ts';

/**
 * Anybody may make a private endpoint with the name of a managed one: before it is asked for, in the minutes before the
 * genuine request shows up, at the same time, and afterwards. None ever stays approved (design section 7, rule 2).
 */

const STRANGERS = '99999999-0000-4000-8000-000000000009';
/** In the very shape of the genuine one, in a subscription of the stranger's. */
const IMITATION = managedEndpointId({ subscriptionId: STRANGERS, workspaceId: FINANCE, name: 'to-sales' });

let stage: Stage;
let linked: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  linked = await closeSales(stage);
});
beforeEach(async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
  fabric.choices.pendingEndpoint = 'succeeded';
  fabric.choices.passRequestMessage = true;
  await setTheStage(stage, linked);
});
afterAll(() => stage.close());

const imitate = (message = '') => injectConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION, message);
const connections = () => Object.values(linkServiceIn(stage.simulator.world, SALES_SERVICE).connections);
const statusOf = (id: string) =>
  connections().find(({ privateEndpointId }) => privateEndpointId.toLowerCase() === id.toLowerCase())?.state.status;
const genuine = () => statusOf(rowIn(stage)?.privateEndpointId ?? '');
const nextStep = () => managedIn(stage)?.status?.nextStep ?? '';
const approvals = () =>
  cloudWrites(stage.calls).filter(
    ({ path, method }) => method === 'PUT' && path.includes('/privateEndpointConnections/'),
  );
const begin = async () => {
  await stage.startOperator();
  await stage.apply(managedManifest(AUTO));
};
const requested = () => stage.run(() => rowIn(stage) !== undefined, { withinMs: HOUR_MS, what: 'it is asked for' });
const arrived = () =>
  stage.run(() => genuine() !== undefined, { withinMs: HOUR_MS, what: 'the genuine request arrives' });

test.each(['Auto', 'Manual'])(
  'before it is asked for, approval.mode %s: nothing is asked for, and it says what to remove',
  async (mode) => {
    imitate();
    await stage.startOperator();
    await stage.apply(managedManifest({ approval: { mode } }));
    await playUntilSaid(stage, 'AmbiguousConnection');
    await stage.pass(6 * HOUR_MS);
    expect(rowIn(stage)).toBeUndefined();
    expect(statusOf(IMITATION)).toBe('Pending');
    expect(nextStep()).toContain(IMITATION);
    expect(nextStep()).toContain('az rest --method delete');
  },
);

describe('in the minutes before the genuine one shows up', () => {
  test('two of a name are never approved, until the one that is not genuine is removed', async () => {
    await begin();
    await requested();
    imitate();
    await playUntilSaid(stage, 'AmbiguousConnection');
    await stage.pass(6 * HOUR_MS);
    expect([genuine(), statusOf(IMITATION)]).toEqual(['Pending', 'Pending']);
    expect(approvals()).toEqual([]);
    const service = linkServiceIn(stage.simulator.world, SALES_SERVICE);
    const name = connections()
      .find(({ privateEndpointId }) => privateEndpointId === IMITATION)!
      .name.toLowerCase();
    delete service.connections[name];
    await playUntilManagedReady(stage);
    expect(genuine()).toBe('Approved');
  });

  test('a genuine one that takes half an hour: the imitation lacks our mark, and is not approved', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 30 * MINUTE_MS;
    await begin();
    await requested();
    imitate('please');
    await playUntilSaid(stage, 'ConnectionNotGenuine');
    await arrived();
    await stage.pass(6 * HOUR_MS);
    expect([genuine(), statusOf(IMITATION)]).toEqual(['Pending', 'Pending']);
    expect(approvals()).toEqual([]);
  });

  test('and where messages are not passed on: what was approved is taken back, since Fabric does not confirm it', async () => {
    const { fabric } = stage.simulator.cloud.conduct;
    fabric.delays.managedArrivalMs = 30 * MINUTE_MS;
    fabric.choices.passRequestMessage = false;
    await begin();
    await requested();
    imitate();
    await stage.run(() => statusOf(IMITATION) === 'Approved', { withinMs: HOUR_MS, what: 'the imitation is approved' });
    const approvedAtMs = stage.clock.now();
    await stage.run(() => statusOf(IMITATION) === 'Rejected', { withinMs: HOUR_MS, what: 'it is taken back' });
    expect(stage.clock.now() - approvedAtMs).toBeLessThan(25 * MINUTE_MS);
    expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
    await stage.pass(6 * HOUR_MS);
    expect([genuine(), statusOf(IMITATION)]).toEqual(['Pending', 'Rejected']);
    expect(isManagedReady(stage)).toBe(false);
    expect(
      managedIn(stage)?.status?.conditions?.some(({ type, status }) => type === 'Stalled' && status === 'True'),
    ).toBe(true);
  });
});

describe('an imitation that was approved, where messages are not passed on, is taken back all the same', () => {
  beforeEach(async () => {
    const { fabric } = stage.simulator.cloud.conduct;
    fabric.delays.managedArrivalMs = 30 * MINUTE_MS;
    fabric.choices.passRequestMessage = false;
    await begin();
    await requested();
    imitate();
    await stage.run(() => statusOf(IMITATION) === 'Approved', { withinMs: HOUR_MS, what: 'the imitation is approved' });
  });
  const takenBack = () =>
    stage.run(() => statusOf(IMITATION) === 'Rejected', { withinMs: HOUR_MS, what: 'it is taken back' });

  test.each(['DeleteCreated', 'Retain'])(
    'when the object is deleted at once, deletionPolicy %s',
    async (deletionPolicy) => {
      await stage.apply(managedManifest({ ...AUTO, deletionPolicy }));
      await deleteManaged(stage);
      await takenBack();
      await playUntilManagedGone(stage);
      expect(statusOf(IMITATION)).toBe('Rejected');
      expect(rowIn(stage) !== undefined).toBe(deletionPolicy === 'Retain');
    },
  );

  test('when the object is deleted, and Azure refuses the first attempts', async () => {
    const id = stage.simulator.faults.add({
      kind: 'refuse',
      service: 'arm',
      method: 'PUT',
      path: /privateEndpointConnections/,
      status: 503,
      code: 'ServiceUnavailable',
    });
    await deleteManaged(stage);
    await stage.pass(30 * MINUTE_MS);
    expect(statusOf(IMITATION)).toBe('Approved');
    expect(managedIn(stage)).toBeDefined();
    stage.simulator.faults.remove(id);
    await playUntilManagedGone(stage);
    expect(statusOf(IMITATION)).toBe('Rejected');
  });

  test('when the spec says Manual by now', async () => {
    await stage.apply(managedManifest());
    await takenBack();
    expect(genuine() ?? 'Pending').toBe('Pending');
  });

  test('when somebody deletes the endpoint in the meantime', async () => {
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, 'to-sales');
    await takenBack();
    await stage.pass(3 * HOUR_MS);
    expect(statusOf(IMITATION)).toBe('Rejected');
    expect(isManagedReady(stage)).toBe(false);
  });

  test('when the target withdraws its permission by then, with which nothing more is approved', async () => {
    await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'reports' } });
    const secret = credentialsSecret();
    await stage.apply({ ...secret, metadata: { ...secret.metadata, namespace: 'reports' } });
    const allow = (allowedSourceNamespaces: string[]) =>
      stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
        type: 'merge',
        body: { spec: { allowedSourceNamespaces } },
        fieldManager: 'person',
      });
    await takenBack();
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    for (const name of Object.keys(linkServiceIn(stage.simulator.world, SALES_SERVICE).connections)) {
      delete linkServiceIn(stage.simulator.world, SALES_SERVICE).connections[name];
    }
    await allow(['reports']);
    const target = { workspacePrivateLinkRef: { name: 'sales', namespace: NAMESPACE } };
    await stage.apply(managedManifest({ ...AUTO, target }, 'to-sales', 'reports'));
    await stage.run(() => rowIn(stage) !== undefined, { withinMs: 2 * HOUR_MS, what: 'it is asked for' });
    imitate();
    await stage.run(() => statusOf(IMITATION) === 'Approved', { withinMs: HOUR_MS, what: 'the imitation is approved' });
    await allow([]);
    await takenBack();
    await stage.pass(6 * HOUR_MS);
    expect([genuine(), statusOf(IMITATION)]).toEqual(['Pending', 'Rejected']);
  });

  test('once Fabric can be asked again; until then it says that an approval stands unproven', async () => {
    const id = stage.simulator.faults.add({
      kind: 'refuse',
      service: 'fabric',
      path: 'managedPrivateEndpoints',
      status: 403,
      code: 'InsufficientPrivileges',
    });
    await playUntilSaid(stage, 'ApprovalUnproven');
    expect(nextStep()).toContain(IMITATION);
    expect(eventReasons(stage)).toContain('ApprovalUnproven');
    expect(statusOf(IMITATION)).toBe('Approved');
    stage.simulator.faults.remove(id);
    await takenBack();
  });

  test('when the workspace is gone', async () => {
    delete stage.simulator.world.fabric.workspaces[FINANCE.toLowerCase()];
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(statusOf(IMITATION)).toBe('Rejected');
  });
});

test('made anew after its approval was taken back: a person decides from then on', async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 12 * HOUR_MS;
  fabric.choices.passRequestMessage = false;
  await begin();
  await requested();
  imitate();
  await stage.run(() => statusOf(IMITATION) === 'Rejected', { withinMs: 2 * HOUR_MS, what: 'it is taken back' });
  removeConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
  await stage.pass(15 * MINUTE_MS);
  imitate();
  const before = approvals().length;
  await stage.pass(2 * HOUR_MS);
  expect(statusOf(IMITATION)).toBe('Pending');
  expect(approvals()).toHaveLength(before);
  await playUntilSaid(stage, 'ApprovalNotConfirmed');
});

test('at the same time, and in a group of another shape: never approved', async () => {
  await begin();
  await arrived();
  const id = injectImpostor(stage.simulator.cloud, SALES_SERVICE, {
    workspaceId: FINANCE,
    name: 'to-sales',
  }).privateEndpointId;
  await stage.pass(6 * HOUR_MS);
  expect([genuine(), statusOf(id)]).toEqual(['Pending', 'Pending']);
  expect(approvals()).toEqual([]);
});

test('in the last second of the ten minutes: they begin anew, and nothing is approved while there are two', async () => {
  await begin();
  await arrived();
  await stage.pass(9 * MINUTE_MS + 50_000);
  imitate();
  await stage.pass(6 * HOUR_MS);
  expect([genuine(), statusOf(IMITATION)]).toEqual(['Pending', 'Pending']);
  expect(approvals()).toEqual([]);
});

test('between the approval and Fabric’s word: the genuine one stays, the other is never approved', async () => {
  await begin();
  await stage.run(() => genuine() === 'Approved', { withinMs: 2 * HOUR_MS, what: 'it is approved' });
  imitate();
  await playUntilManagedReady(stage);
  await stage.pass(6 * HOUR_MS);
  expect([genuine(), statusOf(IMITATION)]).toEqual(['Approved', 'Pending']);
  expect(isManagedReady(stage)).toBe(true);
});

test('afterwards: it stays pending, and nothing changes', async () => {
  await begin();
  await playUntilManagedReady(stage);
  imitate();
  await stage.pass(6 * HOUR_MS);
  expect([genuine(), statusOf(IMITATION)]).toEqual(['Approved', 'Pending']);
  expect(isManagedReady(stage)).toBe(true);
  expect(approvals()).toHaveLength(1);
});

test('under another name of the same workspace, from another subscription than the proven one: not approved', async () => {
  await begin();
  await playUntilManagedReady(stage);
  // Another endpoint of the same workspace, to a second service, whose genuine request never comes.
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 12 * HOUR_MS;
  fabric.choices.passRequestMessage = false;
  const other = `${SALES_SERVICE}-two`;
  stage.simulator.world.fabric.linkServices[other.toLowerCase()] = {
    ...linkServiceIn(stage.simulator.world, SALES_SERVICE),
    id: other,
    name: 'pls-sales-two',
    connections: {},
  };
  const target = { privateLinkResourceId: other, subresource: 'workspace' };
  await stage.apply(
    managedManifest(
      { target, approval: { mode: 'Auto', credentialsRef: { name: 'fabriclink-credentials' } } },
      'second',
    ),
  );
  await stage.run(() => rowIn(stage, 'second') !== undefined, { withinMs: HOUR_MS, what: 'the second is asked for' });
  const id = managedEndpointId({ subscriptionId: STRANGERS, workspaceId: FINANCE, name: 'second' });
  injectConnection(stage.simulator.cloud, other, id);
  await playUntilSaid(stage, 'AmbiguousConnection', 'second');
  await stage.pass(3 * HOUR_MS);
  const there = Object.values(linkServiceIn(stage.simulator.world, other).connections);
  expect(there.map(({ state }) => state.status)).toEqual(['Pending']);
});

test('an annotation that somebody wrote takes nothing back from a target that does not allow its namespace', async () => {
  createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: SALES_SERVICE });
  await arrived();
  approveConnection(stage.simulator.cloud, SALES_SERVICE, rowIn(stage)!.privateEndpointId, 'by hand');
  await stage.startOperator();
  await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'reports' } });
  const secret = credentialsSecret();
  await stage.apply({ ...secret, metadata: { ...secret.metadata, namespace: 'reports' } });
  const target = { workspacePrivateLinkRef: { name: 'sales', namespace: NAMESPACE } };
  const forged = managedManifest({ ...AUTO, target }, 'to-sales', 'reports');
  const annotations = {
    'fabriclink.dev/match': `${rowIn(stage)!.privateEndpointId} approved=2026-01-01T00:00:00.000Z`,
  };
  await stage.apply({ ...forged, metadata: { ...forged.metadata, annotations } });
  await stage.pass(2 * HOUR_MS);
  expect(genuine()).toBe('Approved');
  await stage.kube.delete(managedPrivateEndpoints, 'reports', 'to-sales');
  await playUntilManagedGone(stage);
  expect(genuine()).toBe('Approved');
});
