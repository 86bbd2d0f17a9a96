import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { addGateway, addVirtualNetworkGateway } from '../../../simulator/fabric/build.ts';
import { moveGateway, removeGateway, setGatewayOnline } from '../../../simulator/fabric/out-of-band.ts';
import { GATEWAYS } from '../../clients/fixtures/fabric-shapes.ts';
import { type Bench, GROUP, startFabric, TENANT } from './fixture.ts';

const HUB = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub`;

let bench: Bench;

beforeEach(async () => {
  bench = await startFabric();
});

afterEach(() => bench.close());

const addAll = () =>
  Object.values(GATEWAYS).map(({ id, ...shown }) => addGateway(bench.simulator.world, { id, tenantId: TENANT, shown }));
const check = (id: string) => bench.fabric('POST', `/v1/gateways/${id}/checkStatus`);
const pathOf = (location: string | undefined) => location!.replace(/^https:\/\/[^/]+/, '');

describe('simulated gateways', () => {
  test('have the shapes that the specification publishes, over pages, unknown types included', async () => {
    bench.simulator.conduct.fabric.choices.pageSize = 3;
    addAll();
    const first = await bench.fabric('GET', '/v1/gateways');
    const second = await bench.fabric('GET', pathOf(first.body['continuationUri'] as string));
    expect([...(first.body['value'] as unknown[]), ...(second.body['value'] as unknown[])]).toEqual(
      Object.values(GATEWAYS),
    );
    expect((await bench.fabric('GET', `/v1/gateways/${GATEWAYS.personal.id}`)).body).toEqual(GATEWAYS.personal);
  });

  test('say at once whether they answer', async () => {
    addAll();
    const { id } = GATEWAYS.onPremises;
    expect((await check(id)).body).toMatchObject({ status: 'Online', errorDetails: [] });
    setGatewayOnline(bench.simulator.cloud, id, false);
    const offline = await check(id);
    expect([offline.status, offline.body['status']]).toEqual([200, 'Offline']);
    setGatewayOnline(bench.simulator.cloud, id, true);
    expect((await check(id)).body).toMatchObject({ status: 'Online' });
  });

  test.each(['versioned', 'bare'] as const)('or by an operation, whose result has a %s address', async (spelling) => {
    Object.assign(bench.simulator.conduct.fabric.choices, { gatewayCheck: 'operation', operationLocation: spelling });
    addAll();
    const begun = await check(GATEWAYS.virtualNetwork.id);
    expect([begun.status, begun.text]).toEqual([202, '']);
    expect(begun.headers['location']).toContain(begun.headers['x-ms-operation-id']);
    const early = await bench.fabric('GET', `${pathOf(begun.headers['location'])}/result`);
    expect([early.status, early.body['errorCode']]).toEqual([400, 'OperationNotSucceeded']);
    const running = await bench.fabric('GET', pathOf(begun.headers['location']));
    expect(running.headers['retry-after']).toBe('20');
    bench.clock.advance(30_000);
    const done = await bench.fabric('GET', pathOf(begun.headers['location']));
    expect(done.headers).not.toHaveProperty('retry-after');
    expect(pathOf(done.headers['location']).startsWith('/v1')).toBe(spelling === 'versioned');
    expect((await bench.fabric('GET', pathOf(done.headers['location']))).body).toMatchObject({ status: 'Online' });
    const foreign = await bench.fabric('GET', pathOf(begun.headers['location']), { as: bench.foreigner });
    expect([foreign.status, foreign.body['errorCode']]).toEqual([404, 'OperationNotFound']);
  });

  test('an operation that failed answers 200, too', async () => {
    bench.simulator.conduct.fabric.choices.gatewayCheck = 'failedOperation';
    addAll();
    const begun = await check(GATEWAYS.virtualNetwork.id);
    bench.clock.advance(30_000);
    const failed = await bench.fabric('GET', pathOf(begun.headers['location']));
    expect(failed.status).toBe(200);
    expect(failed.body).toMatchObject({ status: 'Failed', error: { errorCode: 'OperationFailedOnTimeout' } });
  });

  test('move to another subnet, and go', async () => {
    const { id } = addVirtualNetworkGateway(bench.simulator.world, {
      tenantId: TENANT,
      subnetId: `${HUB}/subnets/snet-one`,
    });
    const network = async () => (await bench.fabric('GET', `/v1/gateways/${id}`)).body['virtualNetworkAzureResource'];
    expect(await network()).toMatchObject({ virtualNetworkName: 'hub', subnetName: 'snet-one' });
    moveGateway(bench.simulator.cloud, id, `${HUB}/subnets/snet-two`);
    expect(await network()).toMatchObject({ resourceGroupName: 'rg-links', subnetName: 'snet-two' });
    removeGateway(bench.simulator.cloud, id);
    expect((await bench.fabric('GET', `/v1/gateways/${id}`)).status).toBe(404);
  });

  test.each([
    ['notFound', [404, 'EntityNotFound']],
    ['forbidden', [403, 'InsufficientPrivileges']],
  ] as const)('answer those whom they are hidden from by choice: %s', async (hiddenGateway, expected) => {
    bench.simulator.conduct.fabric.choices.hiddenGateway = hiddenGateway;
    const administrators = [bench.admin.objectId];
    const subnetId = `${HUB}/subnets/snet-one`;
    const { id } = addVirtualNetworkGateway(bench.simulator.world, { tenantId: TENANT, subnetId, administrators });
    for (const [method, below] of [
      ['GET', ''],
      ['POST', '/checkStatus'],
    ] as const) {
      const { status, body } = await bench.fabric(method, `/v1/gateways/${id}${below}`, { as: bench.viewer });
      expect([status, body['errorCode']]).toEqual(expected);
    }
    const foreign = await bench.fabric('GET', `/v1/gateways/${id}`, { as: bench.foreigner });
    expect(foreign.status).toBe(404);
  });

  test('go offline through the control port', async () => {
    addAll();
    const { id } = GATEWAYS.streaming;
    expect((await bench.control('PUT', `/_sim/fabric/gateways/${id}`, { online: false })).status).toBe(204);
    expect((await check(id)).body).toMatchObject({ status: 'Offline' });
  });
});
