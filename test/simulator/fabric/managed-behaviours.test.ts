import { describe, expect, test } from '@jest/globals';

import { approveConnection, rejectConnection } from '../../../simulator/arm/fabric/out-of-band.ts';
import type { ManagedBehaviour } from '../../../simulator/fabric/managed-conduct.ts';
import { type Bench, GROUP, judge, type Reply } from './fixture.ts';
import {
  APART_MS,
  ARRIVAL_MS,
  aSource,
  COOLDOWN_MS,
  connections,
  create,
  DELETED_MS,
  ECHO_MS,
  listPath,
  PROVISIONED_MS,
  rows,
  states,
} from './managed-bench.ts';

type Case = { keeps: string; check: (bench: Bench) => Promise<void> };

const expectCode = ({ status, body }: Reply, expected: number, code: string) =>
  expect({ status, code: body['errorCode'] }).toEqual({ status: expected, code });

/** Creates an endpoint and lets its request arrive; returns the source workspace. */
async function requested(bench: Bench) {
  const source = aSource(bench);
  expect((await create(bench, source)).status).toBe(201);
  bench.clock.advance(PROVISIONED_MS);
  return source;
}

const decide = (bench: Bench, act: typeof approveConnection | typeof rejectConnection, description = '') =>
  act(bench.simulator.cloud, bench.linkService().id, connections(bench)[0]!.name, description);

const removeFirst = async (bench: Bench, source: Awaited<ReturnType<typeof requested>>) => {
  const [row] = await rows(bench, source);
  return bench.fabric('DELETE', `${listPath(source)}/${String(row!['id'])}`);
};

/** One case per published refusal and delay. Each must fail when its behaviour is switched off. */
const cases: Record<ManagedBehaviour, Case> = {
  checkManagedRequest: {
    keeps: 'names, messages and targets in their bounds',
    async check(bench) {
      const source = aSource(bench);
      expectCode(await create(bench, source, { name: 'x'.repeat(65) }), 400, 'InvalidPrivateEndpointName');
      expectCode(await create(bench, source, { requestMessage: 'x'.repeat(141) }), 400, 'InvalidRequestMessage');
      const wrong = create(bench, source, { targetPrivateLinkResourceId: 'sales.example.test' });
      expectCode(await wrong, 400, 'InvalidTargetPrivateLinkResourceId');
      expectCode(await create(bench, source, { targetFQDNs: Array(21).fill('a.b') }), 400, 'InvalidParameter');
    },
  },
  requireManagedSku: {
    keeps: 'workspaces without a capacity out, readers included',
    async check(bench) {
      const source = aSource(bench);
      const [capacity] = Object.values(bench.simulator.world.fabric.capacities);
      capacity!.sku = 'FT1';
      expect((await bench.fabric('GET', listPath(source))).status).toBe(200);
      capacity!.sku = 'P1';
      expectCode(await create(bench, source), 400, 'UnsupportedSku');
      delete source.capacityId;
      expectCode(await bench.fabric('GET', listPath(source)), 400, 'UnsupportedSku');
    },
  },
  refuseManagedName: {
    keeps: 'names unique in a workspace, whatever their case',
    async check(bench) {
      const source = await requested(bench);
      const twin = create(bench, source, { name: 'TO-SALES', targetSubresourceType: 'other' });
      expectCode(await twin, 400, 'DuplicatePrivateEndpointName');
    },
  },
  refuseManagedTarget: {
    keeps: 'one endpoint for each pair of target and sub-resource',
    async check(bench) {
      const source = await requested(bench);
      expectCode(await create(bench, source, { name: 'again' }), 400, 'DuplicateTargetPrivateLinkResourceId');
      const otherGroup = await create(bench, source, { name: 'other', targetSubresourceType: 'other' });
      expect(otherGroup.status).toBe(201);
    },
  },
  refuseConcurrentCreation: {
    keeps: 'two creations that meet from both being served',
    async check(bench) {
      const source = aSource(bench);
      expect((await create(bench, source)).status).toBe(201);
      const second = { name: 'second', targetSubresourceType: 'other' };
      expectCode(await create(bench, source, second), 400, 'UnknownError');
      expect((await create(bench, aSource(bench))).status).toBe(201);
      bench.clock.advance(APART_MS);
      expect((await create(bench, source, second)).status).toBe(201);
    },
  },
  refuseLinkServiceGroup: {
    keeps: 'sub-resources away from private link services, without saying why',
    async check(bench) {
      const source = aSource(bench);
      const targetPrivateLinkResourceId = `${GROUP}/providers/Microsoft.Network/privateLinkServices/pls`;
      expectCode(await create(bench, source, { targetPrivateLinkResourceId }), 400, 'UnknownError');
    },
  },
  keepManagedCooldown: {
    keeps: 'a target out of reach for 15 minutes after a delete',
    async check(bench) {
      const source = await requested(bench);
      expect((await removeFirst(bench, source)).status).toBe(200);
      bench.clock.advance(DELETED_MS);
      expect(await rows(bench, source)).toEqual([]);
      expectCode(await create(bench, source), 400, 'UnknownError');
      expect((await create(bench, aSource(bench))).status).toBe(201);
      bench.clock.advance(COOLDOWN_MS - DELETED_MS);
      expect((await create(bench, source)).status).toBe(201);
    },
  },
  failWrongGroup: {
    keeps: 'a wrong sub-resource for later: 201, then Failed',
    async check(bench) {
      const source = aSource(bench);
      expect((await create(bench, source, { targetSubresourceType: 'sqlServer' })).status).toBe(201);
      bench.clock.advance(PROVISIONED_MS);
      expect(await states(bench, source)).toEqual(['Failed', null]);
      expect(connections(bench)).toEqual([]);
    },
  },
  delayManagedArrival: {
    keeps: 'the target’s owner waiting for the request',
    async check(bench) {
      expect((await create(bench, aSource(bench))).status).toBe(201);
      bench.clock.advance(ARRIVAL_MS - 1);
      expect(connections(bench)).toEqual([]);
      bench.clock.advance(1);
      expect(connections(bench)).toHaveLength(1);
    },
  },
  delayManagedProvisioning: {
    keeps: 'Fabric behind the target',
    async check(bench) {
      const source = aSource(bench);
      expect((await create(bench, source)).status).toBe(201);
      bench.clock.advance(ARRIVAL_MS);
      expect(await states(bench, source)).toEqual(['Provisioning', null]);
      bench.clock.advance(PROVISIONED_MS - ARRIVAL_MS);
      expect(await states(bench, source)).toEqual(['Succeeded', 'Pending']);
    },
  },
  delayManagedEcho: {
    keeps: 'Fabric from showing a decision for a quarter of an hour',
    async check(bench) {
      const source = await requested(bench);
      decide(bench, approveConnection, 'approved for sales');
      bench.clock.advance(ECHO_MS - 1);
      expect(await states(bench, source)).toEqual(['Succeeded', 'Pending']);
      bench.clock.advance(1);
      expect((await rows(bench, source))[0]!['connectionState']).toEqual({
        status: 'Approved',
        description: 'approved for sales',
        actionsRequired: 'None',
      });
    },
  },
  keepManagedRejected: {
    keeps: 'a rejected endpoint from coming back',
    async check(bench) {
      bench.simulator.conduct.fabric.switches.refuseRevivedConnection = false;
      const source = await requested(bench);
      decide(bench, rejectConnection, 'not you');
      bench.clock.advance(ECHO_MS);
      expect(await states(bench, source)).toEqual(['Succeeded', 'Rejected']);
      decide(bench, approveConnection);
      bench.clock.advance(ECHO_MS);
      expect(await states(bench, source)).toEqual(['Succeeded', 'Rejected']);
    },
  },
  delayManagedDelete: {
    keeps: 'the row of a deleted endpoint for a while',
    async check(bench) {
      const source = await requested(bench);
      expect((await removeFirst(bench, source)).status).toBe(200);
      expect((await states(bench, source))[0]).toBe('Deleting');
      expectCode(await removeFirst(bench, source), 404, 'PrivateEndpointNotFound');
      bench.clock.advance(DELETED_MS);
      expect(await rows(bench, source)).toEqual([]);
    },
  },
  keepWorkspaceWithEndpoints: {
    keeps: 'a workspace with managed endpoints, those that are being deleted included',
    async check(bench) {
      const source = await requested(bench);
      await removeFirst(bench, source);
      const remove = () => bench.fabric('DELETE', `/v1/workspaces/${source.id}`);
      expectCode(await remove(), 400, 'WorkspaceContainsManagedEndpoints');
      bench.clock.advance(DELETED_MS);
      expect((await remove()).status).toBe(200);
    },
  },
};

describe('simulated managed private endpoints, one published fact at a time', () => {
  for (const [behaviour, { keeps, check }] of Object.entries(cases) as [ManagedBehaviour, Case][]) {
    test(`keeps ${keeps}`, async () => {
      await expect(judge(check)).resolves.toBeUndefined();
    });

    test(`does not without ${behaviour}`, async () => {
      const without = judge(check, ({ fabric }) => {
        fabric.switches[behaviour] = false;
      });
      await expect(without).rejects.toHaveProperty('matcherResult');
    });
  }
});
