import { afterEach, describe, expect, test } from '@jest/globals';
import { addGateway, addVirtualNetworkGateway } from '../../simulator/fabric/build.ts';
import { setGatewayOnline } from '../../simulator/fabric/out-of-band.ts';
import { type Bench, GROUP, startBench } from './against-simulator.ts';
import { rejection, TENANT } from './fakes.ts';
import { GATEWAYS } from './fixtures/fabric-shapes.ts';

const HUB = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub`;

let bench: Bench;
afterEach(() => bench.close());

describe('the gateway client against simulated Fabric', () => {
  test('sees where gateways sit, page by page, and none that it has no permission on', async () => {
    bench = await startBench({
      adjust: ({ fabric }) => {
        fabric.choices.pageSize = 1;
        fabric.choices.emptyPage = true;
      },
    });
    const { world } = bench.simulator;
    const subnetId = `${HUB}/subnets/snet-gateway`;
    const { id } = addVirtualNetworkGateway(world, { tenantId: TENANT, subnetId, displayName: 'vgw' });
    addVirtualNetworkGateway(world, { tenantId: TENANT, subnetId, administrators: ['somebody-else'] });
    const { id: unknownId, ...shown } = GATEWAYS.unheardOf;
    addGateway(world, { id: unknownId, tenantId: TENANT, shown });
    expect((await bench.clients.fabric.gateways(bench.fresh())).value).toEqual([
      { id, type: 'VirtualNetwork', displayName: 'vgw', subnetId, virtualNetworkId: HUB },
      { id: unknownId, type: 'Satellite', displayName: 'in orbit' },
    ]);
  });

  test.each(['immediate', 'operation'] as const)('learns whether one answers: %s', async (gatewayCheck) => {
    bench = await startBench({
      adjust: ({ fabric }) => {
        fabric.choices.gatewayCheck = gatewayCheck;
        fabric.choices.operationLocation = 'bare';
      },
    });
    const { id } = addVirtualNetworkGateway(bench.simulator.world, { tenantId: TENANT, subnetId: `${HUB}/subnets/x` });
    const status = async () => {
      let found: string | undefined;
      for (let asked = 0; found === undefined && asked < 5; asked += 1) {
        found = (await bench.clients.fabric.gatewayStatus(id, bench.fresh())).value;
        await bench.clock.advance(20_000);
      }
      return found;
    };
    expect(await status()).toBe('Online');
    setGatewayOnline(bench.simulator.cloud, id, false);
    expect(await status()).toBe('Offline');
    expect(bench.records.some(({ write }) => write)).toBe(false);
  });

  test('is told when the check failed, and when the gateway is none of its business', async () => {
    bench = await startBench({
      adjust: ({ fabric }) => {
        fabric.choices.gatewayCheck = 'failedOperation';
      },
    });
    const { id } = addVirtualNetworkGateway(bench.simulator.world, { tenantId: TENANT, subnetId: `${HUB}/subnets/x` });
    const ask = (gatewayId: string) => bench.clients.fabric.gatewayStatus(gatewayId, bench.fresh());
    await ask(id);
    await bench.clock.advance(30_000);
    expect(await rejection(ask(id))).toMatchObject({ disposition: 'transient', code: 'OperationFailedOnTimeout' });
    expect(await rejection(ask(bench.workspace.id))).toMatchObject({ status: 404, code: 'EntityNotFound' });
  });
});
