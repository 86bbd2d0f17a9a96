import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { readManifests } from '../../scripts/demo/cluster.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { loadWorld } from '../../simulator/world-file.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { strayTokens } from '../support/stage-fabrikam.ts';
import { HOUR_MS, playUntilReady, said } from '../support/stage-link.ts';
import { viewOf } from '../support/stage-view.ts';

/** examples/two-tenants as it stands, in a world that its ids are taken from. */
const OURS = '11111111-1111-4111-8111-111111111111';
const PARTNERS = '77777777-7777-4777-8777-777777777777';
const OUR_APP = { clientId: '12121212-1212-4212-8212-121212121212', objectId: '12121212-0000-4000-8000-000000000001' };
const THEIR_APP = {
  clientId: '78787878-7878-4787-8787-787878787878',
  objectId: '78787878-0000-4000-8000-000000000001',
};
const OUR_SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';
const CLUSTER_SUBSCRIPTION = '33333333-3333-4333-8333-333333333333';
const THEIR_SUBSCRIPTION = '79797979-7979-4797-8797-797979797979';
const WORKSPACE = 'cf1e0000-0000-4000-8000-000000000005';
const SECRETS: Record<string, string> = { [OURS]: 'planted-ours', [PARTNERS]: 'planted-theirs' };

const world = () =>
  loadWorld({
    tenants: [{ id: OURS }, { id: PARTNERS }],
    apps: [
      { tenantId: OURS, ...OUR_APP, clientSecret: SECRETS[OURS]! },
      { tenantId: PARTNERS, ...THEIR_APP, clientSecret: SECRETS[PARTNERS]! },
    ],
    tenantSettings: [
      {
        tenantId: OURS,
        enabled: [
          'ServicePrincipalAccessGlobalAPIs',
          'AllowServicePrincipalsUseReadAdminAPIs',
          'WorkspaceBlockInboundAccess',
        ],
      },
    ],
    subscriptions: [
      { id: OUR_SUBSCRIPTION, tenantId: OURS, providers: REGISTERED, resourceGroups: [{ name: 'rg-fabric' }] },
      { id: CLUSTER_SUBSCRIPTION, tenantId: OURS, providers: REGISTERED, resourceGroups: [{ name: 'rg-cluster' }] },
      { id: THEIR_SUBSCRIPTION, tenantId: PARTNERS, providers: REGISTERED, resourceGroups: [{ name: 'rg-network' }] },
    ],
    virtualNetworks: [
      {
        name: 'vnet-cluster',
        subscriptionId: CLUSTER_SUBSCRIPTION,
        resourceGroup: 'rg-cluster',
        location: 'westeurope',
        addressPrefix: '127.65.5.0/24',
        subnets: [{ name: 'snet-endpoints', addressPrefix: '127.65.5.128/26' }],
      },
      {
        name: 'vnet-partner',
        subscriptionId: THEIR_SUBSCRIPTION,
        resourceGroup: 'rg-network',
        location: 'germanywestcentral',
        addressPrefix: '127.65.4.0/24',
        subnets: [{ name: 'snet-endpoints', addressPrefix: '127.65.4.128/26' }],
      },
    ],
    azureRoles: [
      {
        objectId: OUR_APP.objectId,
        scopes: [`/subscriptions/${OUR_SUBSCRIPTION}`],
        actions: ['*/read', 'Microsoft.Fabric/privateLinkServicesForFabric/*'],
      },
      { objectId: OUR_APP.objectId, scopes: [`/subscriptions/${CLUSTER_SUBSCRIPTION}`], actions: NETWORK_ACTIONS },
      // As docs/credentials.md says.
      { objectId: THEIR_APP.objectId, scopes: [`/subscriptions/${THEIR_SUBSCRIPTION}`], actions: NETWORK_ACTIONS },
    ],
    capacities: [
      {
        id: '50000000-0000-4000-8000-000000000005',
        tenantId: OURS,
        displayName: 'f8',
        sku: 'F8',
        region: 'West Europe',
        state: 'Active',
      },
    ],
    workspaces: [
      {
        id: WORKSPACE,
        tenantId: OURS,
        displayName: 'shared',
        capacityId: '50000000-0000-4000-8000-000000000005',
        roles: [{ objectId: OUR_APP.objectId, role: 'Admin' }],
      },
    ],
  });
const NETWORK_ACTIONS = [
  '*/read',
  'Microsoft.Network/privateEndpoints/*',
  'Microsoft.Network/privateDnsZones/*',
  'Microsoft.Network/virtualNetworks/join/action',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
];
const REGISTERED = { 'Microsoft.Fabric': 'Registered', 'Microsoft.Network': 'Registered' } as const;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ world: world() });
});
afterAll(() => stage.close());

type SecretManifest = KubeObject & { stringData: { AZURE_TENANT_ID: string } };

/** The stage's Entra is told no ServiceAccount's keys: a client secret stands for the federated credential. */
function withClientSecret(manifest: KubeObject): KubeObject {
  if (manifest.kind !== 'Secret') return manifest;
  const { USE_WORKLOAD_IDENTITY_AUTH: _, ...stringData } = (manifest as SecretManifest).stringData as Record<
    string,
    string
  >;
  return {
    ...manifest,
    stringData: { ...stringData, AZURE_CLIENT_SECRET: SECRETS[stringData.AZURE_TENANT_ID!] },
  } as KubeObject;
}

test('the example goes to Ready: reached from the networks of both tenants alone, and each sees its own tokens only', async () => {
  await stage.startOperator();
  for (const manifest of await readManifests('examples/two-tenants')) await stage.apply(withClientSecret(manifest));
  // The stage's operator runs in no network at all: as long as the mapping needs calls to the workspace, it stays open.
  await stage.run(() => said(stage, 'DNSVerified', 'shared-data') === 'True DnsProven', {
    withinMs: HOUR_MS,
    what: 'everything but the operator’s own way in is there',
  });
  await stage.pass(HOUR_MS);
  expect([said(stage, 'AccessApplied', 'shared-data'), inbound()]).toEqual(['False NoPrivatePath', 'Allow']);
  await stage.kube.delete(crossTenantMappings, 'partner-access', 'partner-analysts');
  await playUntilReady(stage, 'shared-data');
  expect(inbound()).toBe('Deny');
  const { services, endpoints, zones } = viewOf(stage.simulator.world);
  expect(
    Object.values(services).map(({ workspaceId, connections }) => [workspaceId, Object.values(connections)]),
  ).toEqual([[WORKSPACE, ['Approved', 'Approved']]]);
  for (const things of [endpoints, zones]) {
    expect(Object.keys(things)).toEqual([
      expect.stringContaining(CLUSTER_SUBSCRIPTION),
      expect.stringContaining(THEIR_SUBSCRIPTION),
    ]);
  }
  expect(strayTokens(stage)).toEqual([]);
});

const inbound = () => workspaceIn(stage.simulator.world, WORKSPACE).policy.inbound.configured;
