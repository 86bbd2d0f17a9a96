import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import {
  addLinkService,
  approveConnection,
  deleteLinkService,
  injectConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { addLinkTarget } from '../../simulator/arm/targets/out-of-band.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { managedEndpointId } from '../../simulator/fabric/managed-ids.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { policySetByOthers, setCapacityState } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { cloudWrites, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  AUTO,
  closeSales,
  deleteManaged,
  isManagedReady,
  managedCondition,
  managedIn,
  managedManifest,
  managedSaid,
  playUntilManagedGone,
  playUntilManagedReady,
  playUntilSaid,
  rowIn,
} from '../support/stage-managed.ts';
import {
  CAPACITY,
  credentialsSecret,
  endpointIn,
  FINANCE,
  NAMESPACE,
  OPERATOR_APP,
  SALES,
  SALES_SERVICE,
  salesLink,
  TENANT,
} from '../support/stage-world.ts';

/** What can be in the way of a managed private endpoint: each with its reason and remedy, healing by itself or by policy. */

let stage: Stage;
let linked: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  linked = await closeSales(stage);
});
beforeEach(async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.choices.pendingEndpoint = 'succeeded';
  fabric.choices.lostDelete = false;
  fabric.choices.freshConnection = 'nullMembers';
  await setTheStage(stage, linked);
});
afterAll(() => stage.close());

const nextStep = (name?: string) => managedIn(stage, name)?.status?.nextStep ?? '';
const begin = async (spec: Parameters<typeof managedManifest>[0] = {}, name?: string, namespace?: string) => {
  await stage.startOperator();
  await stage.apply(managedManifest(spec, name, namespace));
};
const posts = () =>
  stage.calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/managedPrivateEndpoints'));
const byId = (id: string, subresource?: string) => ({
  target: { privateLinkResourceId: id, ...(subresource !== undefined && { subresource }) },
});
const patchSales = (spec: object) =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { spec },
    fieldManager: 'person',
  });

describe('the target', () => {
  test('is waited for until its object and its service are there', async () => {
    await stage.startOperator();
    await stage.deleteLink();
    await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'sales is gone' });
    await stage.apply(managedManifest(AUTO));
    await playUntilSaid(stage, 'LinkNotFound');
    expect(posts()).toEqual([]);
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [], inbound: undefined, outbound: undefined }));
    await playUntilManagedReady(stage);
  });

  test('that is open is not needed; as soon as its spec says Deny, it is', async () => {
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await begin(AUTO);
    await playUntilSaid(stage, 'NotNeededTargetPublic');
    stage.forget();
    await stage.pass(3 * HOUR_MS);
    expect(posts()).toEqual([]);
    // Nobody is awaited: looked at as at rest.
    const lists = stage.calls.filter(({ operation }) => operation === 'managedPrivateEndpoints.list');
    expect(lists.length).toBeLessThanOrEqual(3);
    await patchSales({
      endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)],
      inbound: { publicAccess: 'Deny', requires: 'ControlPlane', onDelete: 'Keep' },
    });
    await playUntilManagedReady(stage);
  });

  test('of another workspace than expected is not asked for', async () => {
    await begin({
      ...byId(SALES_SERVICE),
      target: { privateLinkResourceId: SALES_SERVICE, expectedWorkspaceId: CAPACITY },
    });
    await playUntilSaid(stage, 'TargetWorkspaceDiffers');
    expect(nextStep()).toContain(SALES);
    expect(posts()).toEqual([]);
  });

  test('whose workspace nobody can tell is not asked for while one is expected', async () => {
    // No WorkspacePrivateLink of this cluster keeps it, and its own side lets nobody look.
    const privateLinkResourceId = `${SALES_SERVICE}-of-others`;
    const fault = { kind: 'refuse', status: 403, code: 'AuthorizationFailed', service: 'arm', method: 'GET' } as const;
    stage.simulator.faults.add({ ...fault, path: 'privateLinkServicesForFabric/pls-sales-of-others' });
    await begin({ target: { privateLinkResourceId, expectedWorkspaceId: SALES } });
    await playUntilSaid(stage, 'TargetUnproven');
    expect(nextStep()).toContain('expectedWorkspaceId');
    await stage.pass(HOUR_MS);
    expect(posts()).toEqual([]);
  });

  test('in another namespace is asked for only once it allows that', async () => {
    await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'reports' } });
    const secret = credentialsSecret();
    await stage.apply({ ...secret, metadata: { ...secret.metadata, namespace: 'reports' } });
    const target = { workspacePrivateLinkRef: { name: 'sales', namespace: NAMESPACE } };
    await begin({ ...AUTO, target }, 'to-sales', 'reports');
    await playUntilSaid(stage, 'LinkNotAllowed');
    expect(nextStep()).toContain('kubectl -n stage edit workspaceprivatelink sales');
    expect(cloudWrites(stage.calls)).toEqual([]);
    await patchSales({ allowedSourceNamespaces: ['reports'] });
    await playUntilManagedReady(stage);
  });

  test('whose service is made anew under the same name: disconnected, and asked for again by policy', async () => {
    await begin({ ...AUTO, recreatePolicy: 'OnRejection' });
    await playUntilManagedReady(stage);
    const { id } = rowIn(stage)!;
    deleteLinkService(stage.simulator.cloud, SALES_SERVICE);
    await stage.run(() => !isManagedReady(stage), { withinMs: 3 * HOUR_MS, what: 'it is noticed' });
    await playUntilManagedReady(stage);
    expect(rowIn(stage)!.id).not.toBe(id);
  });

  test('of a type on which nothing can be approved is not begun under Auto', async () => {
    const other = SALES_SERVICE.replace('Microsoft.Fabric/privateLinkServicesForFabric', 'Contoso.Things/others');
    await begin({
      ...byId(other, 'thing'),
      approval: { mode: 'Auto', credentialsRef: { name: 'fabriclink-credentials' } },
    });
    await playUntilSaid(stage, 'NotServedYet');
    expect(posts()).toEqual([]);
  });

  test('with a sub-resource that is wrong: warned about, asked for, and Failed with the likely cause', async () => {
    const storage =
      '/subscriptions/20000000-0000-4000-8000-000000000002/resourceGroups/rg-fabric/providers/Microsoft.Storage/storageAccounts/nowhere';
    await begin(byId(storage, 'blobs'));
    await playUntilSaid(stage, 'EndpointFailed');
    expect(managedCondition(stage, 'TargetResolved')?.message).toContain('not among the documented sub-resources');
    expect(nextStep()).toContain('sub-resource blobs');
  });
});

describe('any Azure resource', () => {
  const STORAGE =
    '/subscriptions/20000000-0000-4000-8000-000000000002/resourceGroups/rg-fabric/providers/Microsoft.Storage/storageAccounts/lake';
  const credentialsRef = { name: 'fabriclink-credentials' };

  /** In force from the start. */
  const mayDecideOn = (scope: string, type: string) =>
    stage.simulator.world.arm.grants.push({
      principalId: OPERATOR_APP.objectId,
      scope,
      actions: [`${type}/*`],
      effectiveAtMs: 0,
    });
  const mayDecideOnStorage = () => mayDecideOn(STORAGE, 'Microsoft.Storage/storageAccounts');

  test('is asked for and approved like a workspace, with credentials of its side', async () => {
    addLinkTarget(stage.simulator.world, STORAGE);
    mayDecideOnStorage();
    await begin({ ...byId(STORAGE, 'blob'), approval: { mode: 'Auto', credentialsRef } });
    await playUntilManagedReady(stage);
    expect(managedIn(stage)!.status?.targetResourceId).toBe(STORAGE);
    expect(nextStep()).toContain(STORAGE);
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
  });

  test('that takes one decision, and minutes for it, is approved with one call', async () => {
    const server = STORAGE.replace(/Microsoft\.Storage.*$/, 'Microsoft.Sql/servers/erp');
    addLinkTarget(stage.simulator.world, server);
    mayDecideOn(server, 'Microsoft.Sql/servers');
    await begin({ ...byId(server, 'sqlServer'), approval: { mode: 'Auto', credentialsRef } });
    await playUntilManagedReady(stage);
    const decisions = stage.calls.filter(
      ({ method, path }) => method === 'PUT' && /Microsoft\.Sql\/servers\/erp\/privateEndpointConnections/i.test(path),
    );
    expect(decisions.map(({ status }) => status)).toEqual([202]);
    expect(managedIn(stage)!.status).toMatchObject({ targetResourceId: server, connection: { status: 'Approved' } });
    const connections = Object.values(stage.simulator.world.arm.linkTargets[server.toLowerCase()]!.connections);
    expect(connections.map(({ state }) => state.status)).toEqual(['Approved']);
  });

  test('is not asked for under Auto while its connections cannot be read, and is under Manual', async () => {
    addLinkTarget(stage.simulator.world, STORAGE);
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'AuthorizationFailed',
      service: 'arm',
      path: 'storageAccounts',
    });
    await begin({ ...byId(STORAGE, 'blob'), approval: { mode: 'Auto', credentialsRef } });
    await playUntilSaid(stage, 'TargetUnreadable');
    expect(posts()).toEqual([]);
    await stage.apply(managedManifest(byId(STORAGE, 'blob')));
    await playUntilSaid(stage, 'AwaitingApproval');
    expect(nextStep()).toContain(`az network private-endpoint-connection approve --id "${STORAGE}`);
  });
});

describe('the source', () => {
  test('several of one workspace are asked for one after the other, and none is refused for good', async () => {
    await stage.startOperator();
    const subscription = '20000000-0000-4000-8000-000000000002';
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) {
      const id = `/subscriptions/${subscription}/resourceGroups/rg-fabric/providers/Microsoft.Storage/storageAccounts/${name}`;
      await stage.apply(managedManifest(byId(id, 'blob'), name));
    }
    await stage.run(() => names.every((name) => rowIn(stage, name)), { withinMs: HOUR_MS, what: 'all are asked for' });
    expect(posts().filter(({ status }) => status !== 201)).toEqual([]);
  });

  test('a second object for the same endpoint stalls, and takes its turn when the first is gone', async () => {
    await begin({ ...AUTO, endpointName: 'shared' }, 'first');
    await playUntilManagedReady(stage, 'first');
    await stage.apply(managedManifest({ ...AUTO, endpointName: 'shared' }, 'second'));
    await playUntilSaid(stage, 'Claimed', 'second');
    await deleteManaged(stage, 'first');
    await playUntilManagedReady(stage, 'second');
    expect(rowIn(stage, 'shared')).toBeDefined();
  });

  test('an endpoint of that name to another target, or to that target under another name, is left alone', async () => {
    createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: `${SALES_SERVICE}-other` });
    createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'theirs', targetId: SALES_SERVICE });
    await begin(AUTO);
    await playUntilSaid(stage, 'NameTaken');
    await stage.apply(managedManifest(AUTO, 'mine'));
    await playUntilSaid(stage, 'TargetTaken', 'mine');
    expect(nextStep('mine')).toContain('theirs');
    expect(nextStep('mine')).toContain('which no other object keeps');
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('an endpoint to that target that another object keeps is told with that object', async () => {
    await begin({ ...AUTO, endpointName: 'shared' }, 'first');
    await playUntilManagedReady(stage, 'first');
    await stage.apply(managedManifest(AUTO, 'second'));
    await playUntilSaid(stage, 'TargetTaken', 'second');
    expect(nextStep('second')).toContain(`shared, which ManagedPrivateEndpoint ${NAMESPACE}/first keeps`);
    expect(nextStep('second')).toContain('delete this object: one endpoint serves both');
  });

  test('what exists is taken over or not as adoptionPolicy says, and is never approved by the operator', async () => {
    createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: SALES_SERVICE });
    await begin({ ...AUTO, adoptionPolicy: 'Never' });
    await playUntilSaid(stage, 'AdoptionNever');
    await stage.apply(managedManifest(AUTO));
    await playUntilSaid(stage, 'RequestNotClean');
    await stage.pass(3 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('that is restricted, without a private path: says so, and goes on when it is open', async () => {
    policySetByOthers(stage.simulator.cloud, FINANCE, { inbound: 'Deny' });
    await stage.pass(HOUR_MS);
    await begin(AUTO);
    await playUntilSaid(stage, 'NoPrivatePath');
    expect(managedSaid(stage, 'Requested')).toBe('Unknown NoPrivatePath');
    // Nothing of the target has been read, so nothing is said of it.
    expect(managedSaid(stage, 'TargetResolved')).toBe('Unknown NoPrivatePath');
    policySetByOthers(stage.simulator.cloud, FINANCE, { inbound: 'Allow' });
    await playUntilManagedReady(stage);
    expect(managedSaid(stage, 'TargetResolved')).toBe('True TargetReady');
  });

  test('that is restricted, with an expectation that the link alone disproves: says both at once', async () => {
    policySetByOthers(stage.simulator.cloud, FINANCE, { inbound: 'Deny' });
    await stage.pass(HOUR_MS);
    await begin({
      ...AUTO,
      target: { workspacePrivateLinkRef: { name: 'sales' }, expectedWorkspaceId: FINANCE.replace(/^./, '0') },
    });
    await playUntilSaid(stage, 'TargetWorkspaceDiffers');
    expect(managedSaid(stage, 'TargetResolved')).toBe('False TargetWorkspaceDiffers');
    expect(managedSaid(stage, 'Requested')).toBe('Unknown NoPrivatePath');
    expect(nextStep()).toContain(`expected was ${FINANCE.replace(/^./, '0')}`);
    expect(nextStep()).toContain('The source workspace denies public access');
  });

  test('whose endpoints may not be listed: says which right is missing, where it is given, and how to look', async () => {
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'InsufficientPrivileges',
      method: 'GET',
      path: 'managedPrivateEndpoints',
    });
    await begin(AUTO);
    await playUntilSaid(stage, 'ReadRefused');
    for (const words of ['the role Admin', 'Manage access', `/v1/workspaces/${FINANCE}/managedPrivateEndpoints`]) {
      expect(nextStep()).toContain(words);
    }
  });

  test('whose capacity is paused: says so, and goes on when it is resumed', async () => {
    await begin(AUTO);
    setCapacityState(stage.simulator.cloud, CAPACITY, 'Inactive');
    await stage.pass(20 * MINUTE_MS);
    expect(isManagedReady(stage)).toBe(false);
    expect(nextStep()).toMatch(/resume/i);
    setCapacityState(stage.simulator.cloud, CAPACITY, 'Active');
    await playUntilManagedReady(stage);
  });

  test('that shows a waiting endpoint as Provisioning and blank, with no state at all: approved all the same', async () => {
    const { choices } = stage.simulator.cloud.conduct.fabric;
    choices.pendingEndpoint = 'provisioning';
    choices.freshConnection = 'absent';
    await begin(AUTO);
    await playUntilManagedReady(stage);
    expect(rowIn(stage)!.connectionState?.status).toBe('Approved');
  });
});

const ABANDON = `kubectl -n ${NAMESPACE} annotate managedprivateendpoint to-sales fabriclink.dev/abandon=yes`;

test('what somebody made under our name while we were about to ask is never deleted', async () => {
  const fault = { kind: 'refuse', status: 403, code: 'InsufficientWorkspaceRole', service: 'fabric' } as const;
  stage.simulator.faults.add({ ...fault, method: 'POST', path: 'managedPrivateEndpoints' });
  await begin(AUTO);
  await playUntilSaid(stage, 'InsufficientWorkspaceRole');
  createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: `${SALES_SERVICE}-other` });
  await playUntilSaid(stage, 'NameTaken');
  await deleteManaged(stage);
  await playUntilManagedGone(stage);
  expect(rowIn(stage)).toBeDefined();
  expect(rowIn(stage)!.provisioningState).not.toBe('Deleting');
});

describe('what Fabric refused to make', () => {
  const refuse = () =>
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'InsufficientWorkspaceRole',
      service: 'fabric',
      method: 'POST',
      path: 'managedPrivateEndpoints',
    });

  test('and a person makes then, to the same target, is theirs: a person decides, and it stays', async () => {
    refuse();
    await begin({ ...AUTO, recreatePolicy: 'OnRejection' });
    await playUntilSaid(stage, 'InsufficientWorkspaceRole');
    createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: SALES_SERVICE });
    await playUntilSaid(stage, 'RequestNotClean');
    expect(managedIn(stage)!.metadata.annotations?.['fabriclink.dev/endpoint']).toMatch(/^adopted /);
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)?.provisioningState).not.toBe('Deleting');
    expect(rowIn(stage)).toBeDefined();
  });

  test('is not asked for again once somebody asks the target under its name meanwhile', async () => {
    const id = refuse();
    await begin(AUTO);
    await playUntilSaid(stage, 'InsufficientWorkspaceRole');
    const network = { subscriptionId: '99999999-0000-4000-8000-000000000009', workspaceId: FINANCE, name: 'to-sales' };
    injectConnection(stage.simulator.cloud, SALES_SERVICE, managedEndpointId(network));
    await stage.pass(MINUTE_MS);
    stage.simulator.faults.remove(id);
    await playUntilSaid(stage, 'AmbiguousConnection');
    await stage.pass(HOUR_MS);
    expect(rowIn(stage)).toBeUndefined();
    expect(managedIn(stage)!.metadata.annotations?.['fabriclink.dev/requested-at']).toContain(' unasked');
  });

  test('for want of a turn, and a person makes while the target is gone, is theirs as well', async () => {
    const throttled = { kind: 'refuse', status: 429, code: 'RequestBlocked' } as const;
    stage.simulator.faults.add({ ...throttled, service: 'fabric', method: 'POST', path: 'managedPrivateEndpoints' });
    await begin(AUTO);
    await stage.pass(MINUTE_MS);
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { spec: { deletionPolicy: 'Retain' } },
      fieldManager: 'person',
    });
    await stage.deleteLink();
    await stage.pass(HOUR_MS);
    createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: SALES_SERVICE });
    await stage.pass(2 * HOUR_MS);
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)?.provisioningState).not.toBe('Deleting');
    expect(rowIn(stage)).toBeDefined();
  });

  test('is said once, asked for again and again, and ours when Fabric makes it', async () => {
    const id = refuse();
    await begin(AUTO);
    await playUntilSaid(stage, 'InsufficientWorkspaceRole');
    const since = managedCondition(stage, 'Stalled')?.lastTransitionTime;
    await stage.pass(2 * HOUR_MS);
    expect(posts().length).toBeGreaterThan(5);
    expect(managedCondition(stage, 'Stalled')?.lastTransitionTime).toBe(since);
    expect(eventReasons(stage).filter((reason) => reason === 'InsufficientWorkspaceRole')).toHaveLength(1);
    stage.simulator.faults.remove(id);
    await playUntilManagedReady(stage);
    expect(managedIn(stage)!.metadata.annotations?.['fabriclink.dev/endpoint']).toMatch(/^created /);
  });
});

describe('a list that does not show an endpoint that is there', () => {
  /** Fabric's list as it was before ours; an endpoint that is asked for by its id is shown. */
  const lag = () => {
    const { managedEndpoints } = stage.simulator.world.fabric;
    const row = rowIn(stage)!;
    delete managedEndpoints[row.id];
    const id = stage.simulator.faults.add({
      kind: 'stale',
      service: 'fabric',
      method: 'GET',
      path: 'managedPrivateEndpoints$',
    });
    managedEndpoints[row.id] = row;
    return id;
  };
  const look = () =>
    stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/reconcile': `${stage.clock.now()}` } } },
      fieldManager: 'person',
    });

  test('loses nothing: nobody is told that it was deleted, and Auto goes on to Ready', async () => {
    await begin(AUTO);
    await stage.run(() => managedIn(stage)?.metadata.annotations?.['fabriclink.dev/endpoint'] !== undefined, {
      withinMs: HOUR_MS,
      what: 'it is noted',
    });
    const id = lag();
    await look();
    await stage.pass(10 * MINUTE_MS);
    stage.simulator.faults.remove(id);
    await playUntilManagedReady(stage);
    expect(eventReasons(stage)).not.toContain('EndpointLost');
    expect(posts()).toHaveLength(1);
  });

  test('leaves none behind when its object is deleted', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    lag();
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
  });

  test.each([0, 40])('leaves none behind when its object is deleted %s s after it was asked for', async (seconds) => {
    const list = { service: 'fabric', method: 'GET', path: 'managedPrivateEndpoints$' } as const;
    const id = stage.simulator.faults.add({ kind: 'stale', ...list });
    await begin(AUTO);
    await stage.run(() => rowIn(stage) !== undefined, { withinMs: HOUR_MS, what: 'it is asked for' });
    await stage.pass(seconds * 1_000);
    await deleteManaged(stage);
    await playUntilSaid(stage, 'EndpointUnlisted');
    await stage.pass(2 * MINUTE_MS);
    stage.simulator.faults.remove(id);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
  });

  test('and one that is gone indeed is noticed', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, 'to-sales');
    await look();
    await stage.run(() => eventReasons(stage).includes('EndpointLost'), { withinMs: HOUR_MS, what: 'it is noticed' });
    await playUntilManagedReady(stage);
    expect(posts()).toHaveLength(2);
  });
});

describe('an endpoint that Fabric shows Succeeded, without a word of its approval', () => {
  const blank = async () => {
    stage.simulator.cloud.conduct.fabric.choices.pendingEndpoint = 'provisioning';
    await stage.run(() => rowIn(stage)?.arrived === true, { withinMs: HOUR_MS, what: 'its request arrives' });
    rowIn(stage)!.provisioningState = 'Succeeded';
  };

  test('is one that waits, under Manual: whom to ask is said', async () => {
    await begin();
    await blank();
    await playUntilSaid(stage, 'AwaitingApproval');
    expect(nextStep()).toContain('kubectl -n stage patch workspaceprivatelink sales');
  });

  test('is not approved under Auto before Fabric shows it waiting', async () => {
    await begin(AUTO);
    await blank();
    await playUntilSaid(stage, 'ApprovalUntold');
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls).filter(({ method }) => method === 'PUT')).toEqual([]);
    const row = rowIn(stage)!;
    row.connectionState = { status: 'Pending', description: '', actionsRequired: 'None' };
    await playUntilManagedReady(stage);
  });
});

describe('a deletion', () => {
  test('that Fabric loses is asked for again', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    stage.simulator.cloud.conduct.fabric.choices.lostDelete = true;
    await deleteManaged(stage);
    await stage.pass(5 * MINUTE_MS);
    expect(managedIn(stage)).toBeDefined();
    stage.simulator.cloud.conduct.fabric.choices.lostDelete = false;
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
  });

  test('in a workspace that lost its capacity is not wedged: deleted by its id, and let go when nothing can be seen', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    delete workspaceIn(stage.simulator.world, FINANCE).capacityId;
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
    expect(eventReasons(stage)).toContain('Abandoned');
    expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain('tells nothing of its managed');
  });

  test('from a workspace that is restricted waits for a path to it, and says how to let go', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    policySetByOthers(stage.simulator.cloud, FINANCE, { inbound: 'Deny' });
    await stage.pass(HOUR_MS);
    await deleteManaged(stage);
    await playUntilSaid(stage, 'NoPrivatePath');
    await stage.pass(3 * HOUR_MS);
    expect(managedIn(stage)).toBeDefined();
    expect(nextStep()).toContain(ABANDON);
    await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
      type: 'merge',
      body: { spec: { deletionPolicy: 'Retain' } },
      fieldManager: 'person',
    });
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeDefined();
  });

  test.each([
    ['the list is refused', { kind: 'refuse', status: 403, code: 'InsufficientPrivileges', method: 'GET' }],
    ['the deletion is refused', { kind: 'refuse', status: 403, code: 'InsufficientPrivileges', method: 'DELETE' }],
  ] as const)(
    'that is held up because %s ends when a person gives up, and what is left is listed',
    async (_, fault) => {
      await begin(AUTO);
      await playUntilManagedReady(stage);
      stage.simulator.faults.add({ ...fault, path: 'managedPrivateEndpoints' });
      await deleteManaged(stage);
      await stage.pass(3 * HOUR_MS);
      expect(nextStep()).toContain(ABANDON);
      await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
        type: 'merge',
        body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
        fieldManager: 'person',
      });
      await stage.settle();
      expect(managedIn(stage)).toBeUndefined();
      expect(rowIn(stage)).toBeDefined();
      expect(eventReasons(stage)).toContain('Abandoned');
      expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain(`(${rowIn(stage)!.id}) of workspace`);
    },
  );

  test('that Fabric never comes to an end with ends when a person gives up, and not before its time', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    rowIn(stage)!.provisioningState = 'Deleting';
    await deleteManaged(stage);
    await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
      fieldManager: 'person',
    });
    await stage.pass(10 * MINUTE_MS);
    expect(managedIn(stage)).toBeDefined();
    await playUntilManagedGone(stage);
    expect(eventReasons(stage)).toContain('Abandoned');
  });

  test('in a workspace that is gone is not wedged either', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    delete stage.simulator.world.fabric.workspaces[FINANCE.toLowerCase()];
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(eventReasons(stage)).toContain('Abandoned');
    expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain('tells nothing of its managed');
  });

  test('without credentials waits for them, and when a person gives up lets go and writes down what is left', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    await stage.kube.delete(
      { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
      NAMESPACE,
      'fabriclink-credentials',
    );
    await deleteManaged(stage);
    await playUntilSaid(stage, 'CredentialMissing');
    await stage.pass(2 * HOUR_MS);
    expect(managedIn(stage)).toBeDefined();
    expect(nextStep()).toContain(
      `\`kubectl -n ${NAMESPACE} annotate managedprivateendpoint to-sales fabriclink.dev/abandon=yes\``,
    );
    expect(nextStep()).toMatch(/is let go at \d{4}-\d\d-\d\dT\d\d:\d\dZ/);
    await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
      fieldManager: 'person',
    });
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeDefined();
    const ledger = JSON.stringify(stage.kubernetes.objects('configmaps'));
    expect(ledger).toContain(rowIn(stage)!.id);
  });
});

test('a region without Fabric Data Engineering is said with its remedy, not hammered, and heals', async () => {
  const fault = stage.simulator.faults.add({
    kind: 'refuse',
    status: 400,
    code: 'UnsupportedRegion',
    service: 'fabric',
    method: 'POST',
    path: 'managedPrivateEndpoints',
  });
  await begin();
  await playUntilSaid(stage, 'UnsupportedRegion');
  expect(nextStep()).toContain('move the workspace to a capacity in a region that has it');
  expect(managedIn(stage)!.status?.preflight?.map(({ code }) => code)).toContain('RegionNeedsDataEngineering');
  await stage.pass(3 * HOUR_MS);
  expect(posts().length).toBeLessThan(30);
  stage.simulator.faults.remove(fault);
  await playUntilSaid(stage, 'AwaitingApproval');
});

test('observed only while an approval is open: people are told that nobody takes it back', async () => {
  await begin(AUTO);
  await stage.run(() => eventReasons(stage).includes('RequestApproved'), { withinMs: HOUR_MS, what: 'it is approved' });
  await stage.apply(managedManifest({ ...AUTO, managementPolicy: 'Observe' }));
  await playUntilSaid(stage, 'ApprovalUnwatched');
  expect(nextStep()).toContain('kubectl -n stage patch managedprivateendpoint to-sales --type merge');
  expect(managedSaid(stage, 'Stalled')).toBe('True ApprovalUnwatched');
  // Fabric confirms it meanwhile, and then there is nothing to take back.
  await stage.run(() => managedSaid(stage, 'Ready') === 'True ObservedAsWanted', {
    withinMs: HOUR_MS,
    what: 'it is as wanted',
  });
  await stage.apply(managedManifest(AUTO));
  await playUntilManagedReady(stage);
});

test('a target by its ARM id that nobody here keeps: its workspace and uses stay known when it is asked for', async () => {
  const { id } = addLinkService(stage.simulator.world, {
    tenantId: TENANT,
    workspaceId: SALES,
    subscriptionId: SALES_SERVICE.split('/')[2]!,
    resourceGroup: 'rg-others',
    name: 'pls-others',
  });
  await begin({ target: { privateLinkResourceId: id } });
  await playUntilSaid(stage, 'AwaitingApproval');
  expect(managedIn(stage)!.status?.targetWorkspaceId).toBe(SALES);
  await stage.pass(3 * HOUR_MS);
  expect(managedIn(stage)!.status?.targetWorkspaceId).toBe(SALES);
  approveConnection(stage.simulator.cloud, id, rowIn(stage)!.privateEndpointId);
  await playUntilManagedReady(stage);
  expect(nextStep()).toContain('z5a.onelake.fabric.microsoft.com');
});

test('observed only: nothing is written, and the plan says what would be', async () => {
  await begin({ ...AUTO, managementPolicy: 'Observe' });
  await playUntilSaid(stage, 'WouldChange');
  await stage.pass(HOUR_MS);
  expect(managedIn(stage)!.status?.plan?.map(({ action }) => action)).toEqual(['requestEndpoint', 'approveRequest']);
  expect(cloudWrites(stage.calls)).toEqual([]);
  expect(managedIn(stage)!.metadata.finalizers).toBeUndefined();
  await stage.apply(managedManifest(AUTO));
  await playUntilManagedReady(stage);
  await stage.apply(managedManifest({ ...AUTO, managementPolicy: 'Observe' }));
  await playUntilSaid(stage, 'ObservedAsWanted');
});

describe('the WorkspacePrivateLink by which a working endpoint was set up', () => {
  const linkGoes = async () => {
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { spec: { deletionPolicy: 'Retain' } },
      fieldManager: 'person',
    });
    await stage.deleteLink();
    await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'the link is gone' });
  };

  test('is gone: it stays Ready, for traffic flows, and says what is lost and what to do', async () => {
    await stage.startOperator();
    await stage.apply(managedManifest(AUTO));
    await playUntilManagedReady(stage);
    stage.forget();
    await linkGoes();
    await stage.pass(MINUTE_MS);
    expect(managedSaid(stage, 'Ready')).toBe('True Ready');
    expect(managedCondition(stage, 'Ready')?.message).toContain('WorkspacePrivateLink stage/sales is gone');
    expect(managedSaid(stage, 'Stalled')).toBe('nothing');
    expect(managedSaid(stage, 'TargetResolved')).toBe('False LinkGone');
    expect(managedCondition(stage, 'TargetResolved')?.message).toContain('create it again');
    expect(managedIn(stage)?.status?.targetResourceId).toBe(SALES_SERVICE);
    await stage.pass(12 * HOUR_MS);
    expect(eventReasons(stage).filter((reason) => reason === 'LinkGone')).toHaveLength(1);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(managedIn(stage)?.status?.connection?.status).toBe('Approved');
  });

  test('is gone before the approval: whoever waits is told', async () => {
    await stage.startOperator();
    await stage.apply(managedManifest());
    await stage.run(() => rowIn(stage) !== undefined, { withinMs: HOUR_MS, what: 'it is asked for' });
    await linkGoes();
    await stage.pass(MINUTE_MS);
    expect(managedSaid(stage, 'Ready')).toBe('False LinkNotFound');
  });

  test('comes back: as if nothing had been', async () => {
    await stage.startOperator();
    await stage.apply(managedManifest(AUTO));
    await playUntilManagedReady(stage);
    await linkGoes();
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [], inbound: undefined, outbound: undefined }));
    await stage.pass(MINUTE_MS);
    expect(managedSaid(stage, 'Ready')).toBe('True Ready');
    expect(managedSaid(stage, 'TargetResolved')).toBe('True TargetReady');
  });
});

describe('a copy of an object, with its notes and finalizer', () => {
  test('takes nothing from the owner when it is deleted', async () => {
    await stage.startOperator();
    await stage.apply(managedManifest(AUTO));
    await playUntilManagedReady(stage);
    const { annotations, finalizers } = managedIn(stage)!.metadata;
    const copy = managedManifest({ ...AUTO, endpointName: 'to-sales' }, 'copy');
    await stage.apply({ ...copy, metadata: { ...copy.metadata, annotations: annotations!, finalizers: finalizers! } });
    await playUntilSaid(stage, 'Claimed', 'copy');
    await stage.kube.delete(managedPrivateEndpoints, NAMESPACE, 'copy');
    await playUntilManagedGone(stage, 'copy');
    expect(rowIn(stage)).toBeDefined();
    expect(isManagedReady(stage)).toBe(true);
  });
});
