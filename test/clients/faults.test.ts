import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Disposition } from '../../operator/errors.ts';
import type { FaultEffect } from '../../simulator/faults.ts';
import { type Bench, SUBNET_ID, startBench, ZONE_ID } from './against-simulator.ts';
import { aCall, rejection, SUBSCRIPTION, TENANT } from './fakes.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.simulator.faults.clear());

const service = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-links', name: 'pls-one' };
const fresh = () => aCall({ maxAgeMs: 0 });

/** One read through each of the ways to a cloud: the network SDK, raw ARM, Fabric. */
const reads: Record<string, () => Promise<unknown>> = {
  'the network SDK': () => bench.clients.arm.virtualNetworks.subnet(SUBNET_ID, fresh()),
  'raw ARM': () => bench.clients.arm.privateLinkServices.list(SUBSCRIPTION, fresh()),
  Fabric: () => bench.clients.fabric.workspaces(fresh()),
};

const faults: Record<string, { effect: FaultEffect; disposition: Disposition }> = {
  'a cut connection': { effect: { kind: 'cut' }, disposition: 'transient' },
  'a lost reply': { effect: { kind: 'loseReply' }, disposition: 'transient' },
  'a gateway’s page': { effect: { kind: 'html' }, disposition: 'transient' },
  'a gateway’s page that claims success': { effect: { kind: 'html', status: 200 }, disposition: 'transient' },
  'a gateway’s page that claims absence': { effect: { kind: 'html', status: 404 }, disposition: 'transient' },
  'half a body': { effect: { kind: 'truncate' }, disposition: 'transient' },
  'no body': { effect: { kind: 'empty' }, disposition: 'transient' },
  'no body with 503': { effect: { kind: 'empty', status: 503 }, disposition: 'transient' },
  'an internal error': {
    effect: { kind: 'refuse', status: 500, code: 'InternalServerError' },
    disposition: 'transient',
  },
  'a code that nobody knows': { effect: { kind: 'refuse', status: 403, code: 'NeverHeardOf' }, disposition: 'blocked' },
};

describe.each(Object.keys(reads))('through %s', (way) => {
  test.each(Object.entries(faults))(
    '%s is classified, and the next read works',
    async (_name, { effect, disposition }) => {
      // Failures are shared for a moment, refusals for some seconds.
      await bench.clock.advance(16_000);
      const fault = { ...effect, times: 1, path: way === 'Fabric' ? '/v1/workspaces' : '/subscriptions/' };
      bench.simulator.faults.add(fault);
      expect(await rejection(reads[way]!())).toMatchObject({ disposition });
      await bench.clock.advance(16_000);
      await expect(reads[way]!()).resolves.toMatchObject({ value: expect.anything() });
    },
  );
});

describe('writes', () => {
  test('whose reply is lost have happened, and are seen to have', async () => {
    const { privateLinkServices, privateDns } = bench.clients.arm;
    bench.simulator.faults.add({ kind: 'loseReply', method: 'PUT', times: 1 });
    const body = { tenantId: TENANT, workspaceId: bench.workspace.id, tags: {} };
    expect(await rejection(privateLinkServices.put(service, body, fresh()))).toMatchObject({
      disposition: 'transient',
    });
    expect((await privateLinkServices.get(service, aCall())).value?.name).toBe('pls-one');
    await privateLinkServices.put(service, body, fresh());

    bench.simulator.faults.add({ kind: 'html', method: 'PUT', times: 1 });
    expect(await rejection(privateDns.createZone(ZONE_ID, {}, fresh()))).toMatchObject({ disposition: 'transient' });
    await bench.clock.advance(60_000);
    expect((await privateDns.zone(ZONE_ID, aCall())).value?.id).toBeDefined();
  });

  test('words that nobody knows are passed on and break nothing', async () => {
    bench.simulator.faults.add({
      kind: 'unknownEnum',
      members: ['provisioningState', 'status', 'state', 'type', 'defaultAction'],
    });
    const { arm, fabric } = bench.clients;
    expect((await arm.privateLinkServices.get(service, fresh())).value?.provisioningState).toBe('NeverHeardOf');
    expect((await fabric.capacities(fresh())).value[0]?.state).toBe('NeverHeardOf');
    expect((await fabric.communicationPolicy(bench.workspace.id, fresh())).value.inbound).toBe('NeverHeardOf');
    expect((await arm.virtualNetworks.subnet(SUBNET_ID, fresh())).value?.subnet.id).toBe(SUBNET_ID);
  });
});
