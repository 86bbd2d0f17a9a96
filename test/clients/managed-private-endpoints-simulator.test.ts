import { afterEach, describe, expect, test } from '@jest/globals';
import { addLinkService, approveConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import type { Conduct } from '../../simulator/conduct.ts';
import { addWorkspace } from '../../simulator/fabric/build.ts';
import { settled } from '../../simulator/fabric/effective.ts';
import { createManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import type { LinkService } from '../../simulator/fabric/types.ts';
import { type Bench, startBench } from './against-simulator.ts';
import { aCall, rejection, SUBSCRIPTION, TENANT } from './fakes.ts';

const MINUTE_MS = 60_000;

let bench: Bench;
let target: LinkService;
afterEach(() => bench.close());

async function start(adjust?: (conduct: Conduct) => void): Promise<void> {
  bench = await startBench(adjust ? { adjust } : {});
  const { world } = bench.simulator;
  const sales = addWorkspace(world, { tenantId: TENANT, capacityId: bench.workspace.capacityId! });
  target = addLinkService(world, {
    tenantId: TENANT,
    workspaceId: sales.id,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg-links',
  });
}

const create = (name = 'to-sales', subresource = 'workspace') =>
  bench.clients.fabric.createManagedPrivateEndpoint(
    bench.workspace.id,
    { name, targetId: target.id, subresource, requestMessage: 'uid 7' },
    bench.fresh(),
  );
const list = async (call = bench.fresh()) =>
  (await bench.clients.fabric.managedPrivateEndpoints(bench.workspace.id, call)).value;

describe('the managed endpoint client against simulated Fabric', () => {
  test('carries one from the request to the approved endpoint, and takes it away', async () => {
    await start();
    expect(await list(aCall())).toEqual([]);
    await create();
    const [fresh] = await list(aCall({ maxAgeMs: 0 }));
    expect(fresh).toEqual({
      id: expect.any(String),
      name: 'to-sales',
      targetId: target.id,
      subresource: 'workspace',
      provisioningState: 'Provisioning',
    });
    await bench.clock.advance(3 * MINUTE_MS);
    expect(await list()).toEqual([
      { ...fresh, provisioningState: 'Succeeded', connection: { status: 'Pending', actionsRequired: 'None' } },
    ]);
    const [connection] = Object.values(target.connections);
    expect(connection).toMatchObject({ state: { status: 'Pending', description: 'uid 7' } });
    approveConnection(bench.simulator.cloud, target.id, connection!.name, 'by the operator');
    await bench.clock.advance(15 * MINUTE_MS);
    expect((await list())[0]!.connection).toEqual({
      status: 'Approved',
      description: 'by the operator',
      actionsRequired: 'None',
    });

    const remove = () =>
      bench.clients.fabric.deleteManagedPrivateEndpoint(bench.workspace.id, fresh!.id, bench.fresh());
    const read = () => bench.clients.fabric.managedPrivateEndpoint(bench.workspace.id, fresh!.id, bench.fresh());
    expect(await read()).toEqual((await list())[0]);
    await remove();
    expect((await list(aCall()))[0]!.provisioningState).toBe('Deleting');
    expect((await read())!.provisioningState).toBe('Deleting');
    await remove();
    await bench.clock.advance(2 * MINUTE_MS);
    expect(await list()).toEqual([]);
    expect(await read()).toBeUndefined();
    await remove();
  });

  test.each([false, true])('reads the codes that a caller goes by; nested: %s', async (nestErrors) => {
    await start(({ fabric }) => {
      fabric.choices.nestErrors = nestErrors;
    });
    await create();
    await bench.clock.advance(MINUTE_MS);
    expect(await rejection(create('TO-SALES', 'other'))).toMatchObject({ reason: 'EndpointNameTaken' });
    expect(await rejection(create('again'))).toMatchObject({ reason: 'EndpointTargetTaken' });
    expect(await rejection(create('x'.repeat(65)))).toMatchObject({ code: 'InvalidPrivateEndpointName' });
    delete bench.workspace.capacityId;
    expect(await rejection(list())).toMatchObject({ code: 'UnsupportedSku', disposition: 'blocked' });
    // A refusal is remembered for a moment.
    await bench.clock.advance(MINUTE_MS);
    bench.workspace.policy.inbound = settled<'Allow' | 'Deny'>('Deny');
    expect(await rejection(list())).toMatchObject({ code: 'RequestDeniedByInboundPolicy', reason: 'NoPrivatePath' });
    await bench.clock.advance(MINUTE_MS);
    bench.workspace.roles = {};
    bench.workspace.policy.inbound = settled<'Allow' | 'Deny'>('Allow');
    expect(await rejection(list())).toMatchObject({ disposition: 'blocked', status: 403 });
  });

  test('never meets itself: its own creations are far enough apart', async () => {
    await start();
    await create('one');
    expect(await rejection(create('two', 'other'))).toMatchObject({ reason: 'WaitingForTurn' });
    await bench.clock.advance(5_000);
    await create('two', 'other');
    expect(bench.records.filter(({ status }) => status === 400)).toEqual([]);
  });

  test('meets somebody else, and may try again', async () => {
    await start();
    createManagedEndpoint(bench.simulator.cloud, bench.workspace.id, {
      name: 'theirs',
      targetId: `${target.id}-other`,
    });
    expect(await rejection(create())).toMatchObject({ disposition: 'transient', code: 'UnknownError' });
    await bench.clock.advance(5_000);
    await create();
  });

  test('finds by the list what a lost reply left behind', async () => {
    await start();
    bench.simulator.faults.add({
      kind: 'loseReply',
      service: 'fabric',
      method: 'POST',
      path: 'managedPrivateEndpoints',
      times: 1,
    });
    expect(await rejection(create())).toMatchObject({ disposition: 'transient' });
    expect((await list(aCall())).map(({ name }) => name)).toEqual(['to-sales']);
  });
});
