import { addLinkTarget } from '../../../simulator/arm/targets/out-of-band.ts';
import { createManagedEndpoint } from '../../../simulator/fabric/managed-out-of-band.ts';
import { expect } from '../core/expectations.ts';
import { type Bench, GROUP_PATH, WORKSPACE } from '../core/fixture.ts';
import type { SwitchCase } from '../core/switches.ts';
import { expectCode, MINUTE_MS } from './network-fixture.ts';

export const STORAGE_ID = `${GROUP_PATH}/providers/Microsoft.Storage/storageAccounts/lake`;
export const VAULT_ID = `${GROUP_PATH}/providers/Microsoft.KeyVault/vaults/keys`;
export const SERVER_ID = `${GROUP_PATH}/providers/Microsoft.Sql/servers/erp`;
export const LINK_SERVICE_ID = `${GROUP_PATH}/providers/Microsoft.Network/privateLinkServices/api`;

/** A managed endpoint of the workspace asks for the resource; returns the path of its connection. */
export async function asked(bench: Bench, targetId: string, subresource: string): Promise<string> {
  addLinkTarget(bench.simulator.world, targetId);
  createManagedEndpoint(bench.simulator.cloud, WORKSPACE, { name: 'out', targetId, subresource, requestMessage: 'hi' });
  bench.clock.advance(3 * MINUTE_MS);
  const list = await bench.arm('GET', `${targetId}/privateEndpointConnections`);
  return String(list.at('value.0.id'));
}

export const decision = (status: string) => ({
  properties: { privateLinkServiceConnectionState: { status, description: 'by the owner' } },
});

export const statusAt = async (bench: Bench, path: string) =>
  (await bench.arm('GET', path)).at('properties.privateLinkServiceConnectionState.status');

export const targetCases = {
  delayTargetDecision: {
    keeps: 'an SQL server at its decision for more than a minute',
    async check(bench) {
      const path = await asked(bench, SERVER_ID, 'sqlServer');
      const put = await bench.arm('PUT', path, decision('Approved'));
      expect([put.status, put.headers['retry-after']]).toEqual([202, '15']);
      bench.clock.advance(104_000);
      expect((await bench.arm('GET', put.headers['azure-asyncoperation']!)).at('status')).toBe('InProgress');
      expect(await statusAt(bench, path)).toBe('Pending');
      bench.clock.advance(1_000);
      expect((await bench.arm('GET', put.headers['azure-asyncoperation']!)).at('status')).toBe('Succeeded');
      expect(await statusAt(bench, path)).toBe('Approved');
    },
  },
  decideTargetOnce: {
    keeps: 'an SQL server to its first decision',
    async check(bench) {
      const path = await asked(bench, SERVER_ID, 'sqlServer');
      expect((await bench.arm('PUT', path, decision('Rejected'))).status).toBe(202);
      bench.clock.advance(2 * MINUTE_MS);
      const again = await bench.arm('PUT', path, decision('Approved'));
      expectCode(again, 400, 'PrivateEndpointConnectionStatusNotPending');
    },
  },
} satisfies Record<string, SwitchCase>;
