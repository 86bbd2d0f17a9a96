import { afterEach, describe, expect, test } from '@jest/globals';
import type { ApprovalTarget } from '../../operator/clients/arm/types.ts';
import { addLinkService, rejectConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { addLinkTarget, decideOnTarget, deleteLinkTarget } from '../../simulator/arm/targets/out-of-band.ts';
import { grantRole } from '../../simulator/builders.ts';
import type { Conduct } from '../../simulator/conduct.ts';
import { createManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { type Bench, GROUP, startBench } from './against-simulator.ts';
import { rejection, SUBSCRIPTION, TENANT } from './fakes.ts';

const MINUTE_MS = 60_000;
const STORAGE: ApprovalTarget = {
  id: `${GROUP}/providers/Microsoft.Storage/storageAccounts/lake`,
  apiVersion: '2023-01-01',
};
const VAULT: ApprovalTarget = {
  id: `${GROUP}/providers/Microsoft.KeyVault/vaults/keys`,
  apiVersion: '2023-02-01',
  connectionsIn: 'resource',
};
const SERVER: ApprovalTarget = { id: `${GROUP}/providers/Microsoft.Sql/servers/erp`, apiVersion: '2021-11-01' };
const OWN_SERVICE: ApprovalTarget = {
  id: `${GROUP}/providers/Microsoft.Network/privateLinkServices/api`,
  apiVersion: '2023-09-01',
};

let bench: Bench;
afterEach(() => bench.close());

const start = async (adjust?: (conduct: Conduct) => void) => {
  bench = await startBench(adjust ? { adjust } : {});
};
const approvals = () => bench.clients.arm.approvals;

/** A managed endpoint of the workspace asks for the resource; the one connection, as the owner sees it. */
async function asked({ id }: ApprovalTarget, subresource: string | undefined) {
  addLinkTarget(bench.simulator.world, id);
  createManagedEndpoint(bench.simulator.cloud, bench.workspace.id, {
    name: 'out',
    targetId: id,
    subresource: subresource ?? '',
    requestMessage: 'uid 7',
  });
  await bench.clock.advance(3 * MINUTE_MS);
}
/** The same of a workspace's private link service. */
async function askedOfWorkspace(): Promise<ApprovalTarget> {
  const { id } = addLinkService(bench.simulator.world, {
    tenantId: TENANT,
    workspaceId: bench.workspace.id,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg-links',
  });
  createManagedEndpoint(bench.simulator.cloud, bench.workspace.id, { name: 'out', targetId: id });
  await bench.clock.advance(3 * MINUTE_MS);
  return { id, apiVersion: '2024-06-01' };
}
const list = async (target: ApprovalTarget) => (await approvals().connections(target, bench.fresh())).value;
const only = async (target: ApprovalTarget) => {
  const all = await list(target);
  expect(all).toHaveLength(1);
  return all![0]!;
};
const seenByFabric = async () =>
  (await bench.clients.fabric.managedPrivateEndpoints(bench.workspace.id, bench.fresh())).value[0]!.connection;
const approve = (target: ApprovalTarget, name: string, description = 'ours') =>
  approvals().decide(target, name, { status: 'Approved', description }, bench.fresh());
const reject = (target: ApprovalTarget, name: string) =>
  approvals().decide(target, name, { status: 'Rejected', description: 'taken back' }, bench.fresh());
const writes = () => bench.records.filter(({ write, service }) => write && service === 'arm');

describe('decisions on any resource, against simulated ARM', () => {
  test.each([
    ['a storage account', STORAGE, 'blob'],
    ['a vault, whose connections are read from the vault itself', VAULT, 'vault'],
    ['a private link service without sub-resources', OWN_SERVICE, undefined],
  ])('reach %s, and Fabric hears of them', async (_name, target, subresource) => {
    await start();
    await asked(target, subresource);
    const pending = await only(target);
    expect(pending).toMatchObject({ status: 'Pending', description: 'uid 7' });
    expect(pending.privateEndpointId).toMatch(/\.out$/);
    await approve(target, pending.name);
    expect(await only(target)).toEqual({ ...pending, status: 'Approved', description: 'ours' });
    await bench.clock.advance(16 * MINUTE_MS);
    expect(await seenByFabric()).toMatchObject({ status: 'Approved', description: 'ours' });
  });

  test('are written once, however often they are taken', async () => {
    await start();
    await asked(STORAGE, 'blob');
    const { name } = await only(STORAGE);
    await approve(STORAGE, name);
    await approve(STORAGE, name);
    expect(writes()).toHaveLength(1);
  });

  test('are taken back where the type lets them', async () => {
    await start();
    await asked(STORAGE, 'blob');
    const { name } = await only(STORAGE);
    await approve(STORAGE, name);
    await reject(STORAGE, name);
    expect(await only(STORAGE)).toMatchObject({ status: 'Rejected', description: 'taken back' });
    expect(await rejection(approve(STORAGE, name, 'once more'))).toMatchObject({
      disposition: 'transient',
      reason: 'ConnectionChanged',
      message: expect.stringContaining('Rejected by now'),
    });
  });

  test('take their time on an SQL server, which is asked once meanwhile', async () => {
    await start();
    await asked(SERVER, 'sqlServer');
    const { name } = await only(SERVER);
    await approve(SERVER, name);
    expect(await only(SERVER)).toMatchObject({ status: 'Pending', provisioningState: 'Updating' });
    expect(await rejection(approve(SERVER, name))).toMatchObject({
      disposition: 'throttled',
      reason: 'OperationInProgress',
      retryAfterMs: 15_000,
    });
    await bench.clock.advance(2 * MINUTE_MS);
    expect(await only(SERVER)).toMatchObject({ status: 'Approved', description: 'ours' });
    await approve(SERVER, name);
    expect(writes()).toHaveLength(1);
  });

  test('cannot be taken back on an SQL server, which says how to end the connection; removing it works', async () => {
    await start(({ arm }) => {
      arm.switches.delayTargetDecision = false;
    });
    await asked(SERVER, 'sqlServer');
    const { name } = await only(SERVER);
    await approve(SERVER, name);
    await bench.clock.advance(1_000);
    const refused = await rejection(reject(SERVER, name));
    expect(refused).toMatchObject({ disposition: 'blocked', reason: 'ConnectionNotPending', status: 400 });
    expect(refused.remedy).toContain(
      `az rest --method delete --url "${SERVER.id}/privateEndpointConnections/${name}?api-version=2021-11-01"`,
    );
    await approvals().remove(SERVER, name, bench.fresh());
    expect(await list(SERVER)).toEqual([]);
    await approvals().remove(SERVER, name, bench.fresh());
    await bench.clock.advance(16 * MINUTE_MS);
    expect(await seenByFabric()).toMatchObject({ status: 'Disconnected' });
  });

  test('are not taken about a connection of another endpoint, nor about one that is gone', async () => {
    await start();
    await asked(STORAGE, 'blob');
    const { name, privateEndpointId } = await only(STORAGE);
    const decision = { status: 'Approved' as const, description: 'ours' };
    const decide = (id: string, connection = name) =>
      approvals().decide(STORAGE, connection, { ...decision, privateEndpointId: id }, bench.fresh());
    expect(await rejection(decide(`${privateEndpointId}-other`))).toMatchObject({ reason: 'ConnectionChanged' });
    expect(await rejection(decide(privateEndpointId!, 'gone'))).toMatchObject({ reason: 'ConnectionChanged' });
    expect(writes()).toEqual([]);
    await decide(privateEndpointId!.toUpperCase());
    expect(await only(STORAGE)).toMatchObject({ status: 'Approved' });
  });

  test('leave no older list in use, even when their answer is lost', async () => {
    await start();
    await asked(STORAGE, 'blob');
    const { name } = await only(STORAGE);
    bench.simulator.faults.add({
      kind: 'loseReply',
      service: 'arm',
      method: 'PUT',
      path: 'privateEndpointConnections',
      times: 1,
    });
    expect(await rejection(approve(STORAGE, name))).toMatchObject({ disposition: 'transient' });
    const { maxAgeMs: _fresh, ...relaxed } = bench.fresh();
    expect((await approvals().connections(STORAGE, relaxed)).value).toMatchObject([{ status: 'Approved' }]);
    await approve(STORAGE, name);
    expect(writes()).toHaveLength(1);
  });

  test('share one list among those who ask, until a fresher one is wanted', async () => {
    await start();
    await asked(STORAGE, 'blob');
    const { maxAgeMs: _fresh, ...relaxed } = bench.fresh();
    await approvals().connections(STORAGE, relaxed);
    await approvals().connections({ ...STORAGE, id: STORAGE.id.toUpperCase() }, relaxed);
    const reads = bench.records.filter(({ operation }) => operation === 'approvals.connections');
    expect(reads).toHaveLength(1);
    decideOnTarget(bench.simulator.cloud, STORAGE.id, (await only(STORAGE)).name, 'Rejected', 'no');
    expect(await only(STORAGE)).toMatchObject({ status: 'Rejected', description: 'no' });
  });

  test.each([STORAGE, VAULT])('know a resource that is gone', async (target) => {
    await start();
    await asked(target, target === VAULT ? 'vault' : 'blob');
    deleteLinkTarget(bench.simulator.cloud, target.id);
    expect(await list(target)).toBeUndefined();
  });

  test('say which right is missing, and where', async () => {
    await start();
    await asked(STORAGE, 'blob');
    const { name } = await only(STORAGE);
    const { arm } = bench.simulator.world;
    const read = 'Microsoft.Storage/storageAccounts/privateEndpointConnections/read';
    arm.grants.length = 0;
    const blind = await rejection(list(STORAGE));
    expect(blind).toMatchObject({ disposition: 'blocked', reason: 'AuthorizationFailed', status: 403 });
    expect(blind.remedy).toContain(`"${read}" on ${STORAGE.id}`);
    grantRole(bench.simulator.world, {
      principalId: bench.app.objectId,
      scope: `/subscriptions/${SUBSCRIPTION}`,
      actions: [read],
    });
    await bench.clock.advance(15 * MINUTE_MS);
    const bound = await rejection(approve(STORAGE, name));
    expect(bound.remedy).toContain('"Microsoft.Storage/storageAccounts/privateEndpointConnections/write"');
    expect(bound.remedy).toContain('privateEndpointConnectionsApproval/action');
  });

  test('go by way of the service client for the private link service of a workspace', async () => {
    await start();
    const target = await askedOfWorkspace();
    const { name, privateEndpointId } = await only(target);
    const theirs = {
      status: 'Approved',
      description: 'ours',
      privateEndpointId: `${privateEndpointId}-other`,
    } as const;
    expect(await rejection(approvals().decide(target, name, theirs, bench.fresh()))).toMatchObject({
      reason: 'ConnectionChanged',
    });
    await approve(target, name);
    await approve(target, name);
    expect(writes()).toHaveLength(1);
    expect(await only(target)).toMatchObject({ status: 'Approved', description: 'ours' });
    expect(bench.records.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['privateLinkServices.connections', 'privateLinkServices.decide']),
    );
    await approvals().remove(target, name, bench.fresh());
    await bench.clock.advance(MINUTE_MS);
    expect(await list(target)).toEqual([]);
    expect(await list({ ...target, id: `${target.id}-gone` })).toBeUndefined();
  });

  test('show in the list that is there what the service answered, and decide nothing by that', async () => {
    await start();
    const target = await askedOfWorkspace();
    const { name } = await only(target);
    const { maxAgeMs: _fresh, ...relaxed } = bench.fresh();
    const lists = () => bench.records.filter(({ operation }) => operation === 'privateLinkServices.connections').length;
    const decide = (status: 'Approved' | 'Rejected', description: string) =>
      approvals().decide(target, name, { status, description }, { ...relaxed, maxAgeMs: MINUTE_MS });
    await decide('Approved', 'ours');
    // Read a moment ago, and that is as fresh as was asked for.
    expect(lists()).toBe(1);
    const shown = (await approvals().connections(target, relaxed)).value;
    expect(shown).toMatchObject([{ status: 'Approved', description: 'ours', isAnswered: true }]);
    expect(lists()).toBe(1);
    rejectConnection(bench.simulator.cloud, target.id, name, 'no');
    expect(await rejection(decide('Approved', 'again'))).toMatchObject({ reason: 'ConnectionChanged' });
    expect(lists()).toBe(2);
    expect((await approvals().connections(target, relaxed)).value![0]).not.toHaveProperty('isAnswered');
  });

  test('leave no older list of a workspace’s service in use when their answer is lost', async () => {
    await start();
    const target = await askedOfWorkspace();
    const { name } = await only(target);
    bench.simulator.faults.add({ kind: 'loseReply', service: 'arm', method: 'PUT', path: name, times: 1 });
    expect(await rejection(approve(target, name))).toMatchObject({ disposition: 'transient' });
    const { maxAgeMs: _fresh, ...relaxed } = bench.fresh();
    const [shown] = (await approvals().connections(target, relaxed)).value!;
    expect(shown).toMatchObject({ status: 'Approved' });
    expect(shown).not.toHaveProperty('isAnswered');
  });
});
