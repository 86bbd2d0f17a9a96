import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { ManagedPrivateEndpoint } from '../../crds/managed-private-endpoint.ts';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import { addLinkService, approveConnection, injectConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { addLinkTarget } from '../../simulator/arm/targets/out-of-band.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { managedCondition, managedIn, playUntilManagedReady, playUntilSaid, rowIn } from '../support/stage-managed.ts';
import { credentialsSecret, NAMESPACE } from '../support/stage-world.ts';
import { APP, DATA, examplesWorld, TENANT, ZONE } from './examples-world.ts';

/** The manifests to copy, each as it stands, in a world that has what they name. */
/** Another team's namespace, which full.yaml of managedprivateendpoint names. */
const PEOPLE = 'people';

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ world: examplesWorld() });
  await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: PEOPLE } });
  for (const namespace of [NAMESPACE, PEOPLE]) await stage.apply(secretNamed('fabriclink-credentials', namespace));
  bare = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, bare);
  await stage.startOperator();
});
afterAll(() => stage.close());

function secretNamed(name: string, namespace = NAMESPACE) {
  const { stringData, ...secret } = credentialsSecret();
  return {
    ...secret,
    metadata: { name, namespace },
    stringData: { ...stringData, AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APP.clientId },
  };
}

/** Each document of the file, and what was applied. */
async function applyAll<T extends { metadata: object }>(file: string): Promise<T[]> {
  const manifests = parseAllDocuments(await readFile(`examples/${file}`, 'utf8')).map((one) => one.toJS() as T);
  for (const manifest of manifests) {
    await stage.apply({ ...manifest, metadata: { ...manifest.metadata, namespace: NAMESPACE } });
  }
  return manifests;
}

async function applyExample(file: string): Promise<WorkspacePrivateLink> {
  const [manifest] = await applyAll<WorkspacePrivateLink>(`workspaceprivatelink/${file}`);
  return manifest!;
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

describe('examples/managedprivateendpoint', () => {
  const readyReason = (name: string) => managedCondition(stage, 'Ready', name)?.reason;

  test('minimal.yaml asks for nothing while its target is open, and is Ready once it closes and its owner approves', async () => {
    const { metadata, ...target } = await applyExample('minimal.yaml');
    const [managed] = await applyAll<ManagedPrivateEndpoint>('managedprivateendpoint/minimal.yaml');
    const { name } = managed!.metadata;
    await playUntilSaid(stage, 'NotNeededTargetPublic', name);
    expect(rowIn(stage, name)).toBeUndefined();
    const inbound = { publicAccess: 'Deny', onDelete: 'Restore' };
    await stage.apply({
      ...target,
      metadata: { ...metadata, namespace: NAMESPACE },
      spec: { ...target.spec, inbound },
    });
    await playUntilSaid(stage, 'AwaitingApproval', name);
    const { serviceId } = stage.link(metadata.name)!.status!;
    approveConnection(stage.simulator.cloud, serviceId!, rowIn(stage, name)!.privateEndpointId, 'change 4713');
    await playUntilManagedReady(stage, name);
    expect(managedIn(stage, name)!.status).toMatchObject({
      targetResourceId: serviceId,
      targetWorkspaceId: target.spec.workspaceId,
    });
  });

  test('full.yaml: with the owner’s credentials, by a person, and with the permission of another namespace', async () => {
    const { world, cloud } = stage.simulator;
    const [finance, hr] = ['cf1e0000-0000-4000-8000-000000000002', 'cf1e0000-0000-4000-8000-000000000006'] as const;
    addLinkTarget(
      world,
      `/subscriptions/${DATA}/resourceGroups/rg-api/providers/Microsoft.Network/privateLinkServices/pls-api`,
      'westeurope',
    );
    addLinkService(world, {
      tenantId: TENANT,
      workspaceId: finance,
      subscriptionId: DATA,
      resourceGroup: 'rg-fabric',
      name: 'pls-finance',
    });
    for (const workspaceId of [finance, hr]) policySetByOthers(cloud, workspaceId, { inbound: 'Deny' });
    for (const name of ['reports-azure', 'api-team-azure']) await stage.apply(secretNamed(name));
    await stage.apply({
      apiVersion: 'fabriclink.dev/v1alpha1',
      kind: 'WorkspacePrivateLink',
      metadata: { name: 'hr', namespace: PEOPLE },
      spec: {
        tenantId: TENANT,
        workspaceId: hr,
        service: { subscriptionId: DATA, resourceGroup: 'rg-fabric' },
        endpoints: [],
        allowedSourceNamespaces: [NAMESPACE],
      },
    });
    await applyAll('managedprivateendpoint/full.yaml');
    await playUntilManagedReady(stage, 'reports-to-partner-api');
    await playUntilManagedReady(stage, 'reports-to-hr');
    expect(rowIn(stage, 'to-partner-api')).toMatchObject({ fqdns: ['api.contoso.example'] });
    expect(rowIn(stage, 'to-partner-api')!.subresource).toBeUndefined();
    expect(readyReason('reports-to-finance')).toBe('AwaitingApproval');
  });
});
