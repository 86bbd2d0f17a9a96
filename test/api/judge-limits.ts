import { describe, expect, test } from '@jest/globals';
import {
  aManagedPrivateEndpoint,
  anEndpoint,
  aService,
  aWorkspacePrivateLink,
  fabricService,
  privateEndpointId,
  storageAccount,
  tenantId,
  virtualNetworkId,
  workspaceId,
} from './builders.ts';
import type { Running } from './judge.ts';
import type { Manifest } from './manifests.ts';

const count = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));
const tags = Object.fromEntries(count(20, (index) => [`${'tag'.repeat(20)}${index}`, 'v'.repeat(40)]));

/** As many entries as the schema admits, with everything that the quadratic rules look at, below etcd's 1.5 MiB. */
function theLargest(): Manifest {
  const endpoint = (index: number) =>
    anEndpoint(`endpoint-${index}`, {
      resourceGroup: `${'g'.repeat(85)}${index}`,
      resourceName: `${'p'.repeat(75)}${index}`,
      networkInterfaceName: `${'n'.repeat(75)}${index}`,
      requestMessage: 'm'.repeat(140),
      tags,
      dns: {
        mode: 'Records',
        virtualNetworkLinks: count(10, (link) => ({ virtualNetworkId: virtualNetworkId(`vnet-${link}`) })),
        verify: { mode: 'Resolve', nameservers: count(8, (server) => ({ address: `10.0.${index}.${server}` })) },
      },
    });
  const source = (index: number) =>
    index % 2 === 0
      ? { privateEndpointId: privateEndpointId(`${'e'.repeat(70)}${index}`) }
      : { managedPrivateEndpoint: { workspaceId, name: `${'m'.repeat(60)}${index}` } };
  return aWorkspacePrivateLink('largest', {
    service: aService({ tags }),
    endpoints: count(100, endpoint),
    connections: count(100, (index) => ({ name: `c-${index}`, source: source(index), decision: 'Approve' })),
    inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Keep' },
  });
}

/** Near a rule, and on its good side. */
const good: Record<string, Manifest> = {
  'Auto, where the endpoint names its own tenant, in another case': aWorkspacePrivateLink('good', {
    endpoints: [anEndpoint('hub', { connectionMode: 'Auto', tenantId: tenantId.toUpperCase() })],
  }),
  'one name for private endpoints in two resource groups': aWorkspacePrivateLink('good', {
    endpoints: [
      anEndpoint('a', { resourceName: 'pe', networkInterfaceName: 'nic' }),
      anEndpoint('b', { resourceName: 'pe', networkInterfaceName: 'nic', resourceGroup: 'rg-other' }),
    ],
  }),
  'two endpoints in one subnet, with derived names': aWorkspacePrivateLink('good', {
    endpoints: [anEndpoint('a'), anEndpoint('b')],
  }),
  'one managed private endpoint name in two workspaces': aWorkspacePrivateLink('good', {
    connections: ['cf', 'ab'].map((start) => ({
      name: start,
      source: { managedPrivateEndpoint: { workspaceId: workspaceId.replace('cf', start), name: 'to-sales' } },
      decision: 'Approve',
    })),
  }),
  'Resolve as the stronger proof where ControlPlane is required': aWorkspacePrivateLink('good', {
    endpoints: [anEndpoint('hub', { dns: { mode: 'Records', verify: { mode: 'Resolve' } } })],
    inbound: { publicAccess: 'Deny', requires: 'ControlPlane', onDelete: 'Keep' },
  }),
  'a person who vouches for a way in, with requires None': aWorkspacePrivateLink('good', {
    endpoints: [anEndpoint('hub')],
    inbound: { publicAccess: 'Deny', requires: 'None', onDelete: 'Keep' },
  }),
  'tag names with spaces, dots, colons and letters of any script': aWorkspacePrivateLink('good', {
    service: aService({ tags: { 'cost centre': '1', 'a.b:c': '2', größe: '3', 'not-fabriclink-': '4' } }),
  }),
  "Auto for a reference, by the target's permission": aManagedPrivateEndpoint('good', { approval: { mode: 'Auto' } }),
  'a Fabric private link service without its only sub-resource': aManagedPrivateEndpoint('good', {
    target: { privateLinkResourceId: fabricService, expectedWorkspaceId: workspaceId.replace('cf', 'ab') },
  }),
  'sub-resources of other Azure services': aManagedPrivateEndpoint('good', {
    target: { privateLinkResourceId: storageAccount, subresource: 'dfs' },
  }),
};

/** What is at the edge: big enough for the rules' cost, and the last values that are still good. */
export function describeLimits(running: Running): void {
  describe('within its limits', () => {
    test('takes the largest object, also as an update: the rules stay within their cost budget', async () => {
      const created = await running.client.create(theLargest(), 'judge');
      expect(created).toMatchObject({ status: 201 });
      const next = { ...theLargest(), metadata: (created.body as Manifest).metadata };
      next.spec!.registerProviders = true;
      expect(await running.client.replace(next, 'judge')).toMatchObject({ status: 200 });
    });

    const names = ['abc', 'a1-b2-c3', 'a-b-c', 'abc-', 'a'.repeat(80)];
    test.each(names)('takes %s as the name of a private link service', async (name) => {
      const object = aWorkspacePrivateLink(`service-${names.indexOf(name)}`, { service: aService({ name }) });
      expect(await running.client.create(object, 'judge')).toMatchObject({ status: 201 });
    });

    test.each(['ab', 'a-b', '-abc', 'a--bc', 'a'.repeat(81), 'a_bc'])(
      'refuses %s as the name of a private link service',
      async (name) => {
        const object = aWorkspacePrivateLink('refused', { service: aService({ name }) });
        expect(await running.client.create(object, 'judge')).toMatchObject({ status: 422 });
      },
    );

    test.each(Object.entries(good))('takes %s', async (_name, manifest) => {
      expect(await running.client.create(manifest, 'judge')).toMatchObject({ status: 201 });
      expect(await running.client.delete(manifest, 'judge')).toMatchObject({ status: 200 });
    });

    test('takes ARM ids in any case, and resource groups with letters of any script', async () => {
      const subnetId = anEndpoint('hub').subnetId as string;
      const object = aWorkspacePrivateLink('cases', {
        service: aService({ resourceGroup: 'Büro_(Süd).größe' }),
        endpoints: [anEndpoint('hub', { subnetId: subnetId.toUpperCase() })],
      });
      expect(await running.client.create(object, 'judge')).toMatchObject({ status: 201 });
    });

    test('takes a name of 63 characters and an endpoint name of 64', async () => {
      const object = aManagedPrivateEndpoint('n'.repeat(63), { endpointName: 'e'.repeat(64) });
      expect(await running.client.create(object, 'judge')).toMatchObject({ status: 201 });
    });
  });
}
