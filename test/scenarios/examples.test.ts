import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import { injectConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { addVirtualNetworkGateway } from '../../simulator/fabric/build.ts';
import type { World } from '../../simulator/world.ts';
import { loadWorld, type WorldFile } from '../../simulator/world-file.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { credentialsSecret, NAMESPACE } from '../support/stage-world.ts';

/** The manifests to copy of examples/workspaceprivatelink, each as it stands, in a world that has what they name. */
const TENANT = '11111111-1111-4111-8111-111111111111';
const DATA = '22222222-2222-4222-8222-222222222222';
const NETWORKS = '33333333-3333-4333-8333-333333333333';
const APP = { clientId: '12121212-1212-4212-8212-121212121212', objectId: '12121212-0000-4000-8000-000000000001' };
const CAPACITY = '50000000-0000-4000-8000-000000000005';
const THEIRS = { name: 'ba5e0000000040008000000000000007.zba.w.api', addresses: ['127.65.9.4'] };
const ZONE =
  `/subscriptions/${NETWORKS}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`.toLowerCase();

/** Where the examples put their networks; minimal.yaml and observe.yaml keep everything in one subscription each. */
const PLACES = [
  { subscriptionId: DATA, resourceGroup: 'rg-network', name: 'vnet-hub', location: 'westeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-network', name: 'vnet-hub', location: 'westeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-hub', name: 'vnet-hub', location: 'westeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-spoke', name: 'vnet-spoke', location: 'northeurope' },
  { subscriptionId: NETWORKS, resourceGroup: 'rg-gateway', name: 'vnet-gateway', location: 'westeurope' },
];

function examplesWorld(): World {
  const providers = { 'Microsoft.Fabric': 'Registered', 'Microsoft.Network': 'Registered' } as const;
  const groups = ['rg-network', 'rg-hub', 'rg-spoke', 'rg-gateway', 'rg-endpoints', 'rg-dns'];
  const world: WorldFile = {
    tenants: [{ id: TENANT }],
    apps: [{ tenantId: TENANT, ...APP, clientSecret: 'planted-not-a-real-secret' }],
    tenantSettings: [
      { tenantId: TENANT, enabled: ['ServicePrincipalAccessGlobalAPIs', 'WorkspaceBlockInboundAccess'] },
    ],
    subscriptions: [
      { id: DATA, tenantId: TENANT, providers, resourceGroups: [{ name: 'rg-fabric' }, { name: 'rg-network' }] },
      { id: NETWORKS, tenantId: TENANT, providers, resourceGroups: groups.map((name) => ({ name })) },
    ],
    virtualNetworks: PLACES.map((place, index) => ({
      ...place,
      addressPrefix: `127.65.${10 + index}.0/24`,
      subnets: [
        { name: 'snet-endpoints', addressPrefix: `127.65.${10 + index}.128/26` },
        {
          name: 'snet-gateway',
          addressPrefix: `127.65.${10 + index}.64/27`,
          delegations: ['Microsoft.PowerPlatform/vnetaccesslinks'],
        },
      ],
    })),
    privateDnsZones: [
      { name: ZONE.split('/').at(-1)!, subscriptionId: NETWORKS, resourceGroup: 'rg-dns', records: [THEIRS] },
    ],
    azureRoles: [
      { objectId: APP.objectId, scopes: [`/subscriptions/${DATA}`, `/subscriptions/${NETWORKS}`], actions: ['*'] },
    ],
    capacities: [
      { id: CAPACITY, tenantId: TENANT, displayName: 'f8', sku: 'F8', region: 'West Europe', state: 'Active' },
    ],
    workspaces: ['1', '6', '7'].map((digit) => ({
      id: `cf1e0000-0000-4000-8000-00000000000${digit}`,
      tenantId: TENANT,
      displayName: `workspace ${digit}`,
      capacityId: CAPACITY,
      roles: [{ objectId: APP.objectId, role: 'Admin' }],
    })),
  };
  const loaded = loadWorld(world);
  addVirtualNetworkGateway(loaded, {
    id: '44444444-4444-4444-8444-444444444444',
    tenantId: TENANT,
    subnetId: `/subscriptions/${NETWORKS}/resourceGroups/rg-gateway/providers/Microsoft.Network/virtualNetworks/vnet-gateway/subnets/snet-gateway`,
  });
  return loaded;
}

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ world: examplesWorld() });
  const secret = credentialsSecret();
  await stage.apply({
    ...secret,
    stringData: { ...secret.stringData, AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP.clientId },
  });
  bare = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, bare);
  await stage.startOperator();
});
afterAll(() => stage.close());

async function applyExample(file: string): Promise<WorkspacePrivateLink> {
  const manifest = parse(await readFile(`examples/workspaceprivatelink/${file}`, 'utf8')) as WorkspacePrivateLink;
  await stage.apply({ ...manifest, metadata: { ...manifest.metadata, namespace: NAMESPACE } });
  return manifest;
}

describe('examples/workspaceprivatelink', () => {
  test.each(['minimal.yaml', 'gateway.yaml'])('%s goes to Ready', async (file) => {
    const { metadata, spec } = await applyExample(file);
    await playUntilReady(stage, metadata.name);
    const [endpoint] = stage.link(metadata.name)!.status!.endpoints!;
    expect(endpoint).toMatchObject({ phase: 'Verified.Proven', connection: 'Approved' });
    expect(endpoint?.gateway?.state).toBe(spec.endpoints[0]!.gateway && 'Online');
  });

  test('central-zone.yaml goes to Ready: each name has both addresses, and the record of others is as it was', async () => {
    const before = structuredClone(stage.simulator.world.arm.dnsZones[ZONE]!.records);
    const { metadata } = await applyExample('central-zone.yaml');
    await playUntilReady(stage, metadata.name);
    const { records } = stage.simulator.world.arm.dnsZones[ZONE]!;
    expect(records).toMatchObject(before);
    const ours = Object.values(records).filter(({ name }) => name.startsWith('cf1e'));
    expect(ours.map(({ addresses }) => addresses.length)).toEqual([2, 2, 2, 2, 2]);
  });

  test('connections.yaml decides what it lists once it asks, and nothing else', async () => {
    const { metadata, spec } = await applyExample('connections.yaml');
    await stage.run(() => said(stage, 'ServiceReady', metadata.name).startsWith('True'), {
      withinMs: HOUR_MS,
      what: 'the service is there',
    });
    const ids = spec.connections.flatMap(({ source }) => source.privateEndpointId ?? []);
    const stranger = ids[0]!.replace('rg-audit', 'rg-stranger');
    for (const id of [...ids, stranger]) {
      injectConnection(stage.simulator.cloud, stage.link(metadata.name)!.status!.serviceId!, id);
    }
    await stage.pass(HOUR_MS);
    const shown = stage.link(metadata.name)!.status!.connections!;
    const statusOf = (id: string) => shown.find(({ privateEndpointId }) => privateEndpointId === id)?.status;
    expect([...ids, stranger].map(statusOf)).toEqual(['Approved', 'Rejected', 'Pending']);
  });

  test('observe.yaml lists what would be done, and nothing is', async () => {
    const { metadata } = await applyExample('observe.yaml');
    await stage.pass(10 * MINUTE_MS);
    expect(said(stage, 'Ready', metadata.name)).toBe('False WouldChange');
    expect(stage.link(metadata.name)!.status!.plan).toContainEqual(expect.objectContaining({ action: 'denyInbound' }));
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
  });
});
