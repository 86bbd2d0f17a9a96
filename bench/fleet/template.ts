// The pattern of the fleet: one tenant with one link, brought to its desired state by the operator itself, so that
// whatever the operator leaves behind (annotations, tags, status) is in the fleet without being told here.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { applyAll, connect, readManifests } from '../../scripts/demo/cluster.ts';
import { addApp, addSubscription, addTenant, addVirtualNetwork, grantRole } from '../../simulator/builders.ts';
import { addCapacity, addWorkspace, declareTenantSetting } from '../../simulator/fabric/build.ts';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import type { StoreSnapshot } from '../../simulator/kubernetes/store/store.ts';
import { startSimulator } from '../../simulator/start.ts';
import { emptyWorld, type World } from '../../simulator/world.ts';
import { startOperator } from '../stage/operator.ts';
import { agedOnce } from './age.ts';
import { linkNames, type Shape, tenantNames } from './names.ts';

export type Template = { world: World; store: StoreSnapshot; uid: string; endpointId: string; addresses: string[] };

/** Divides published delays while the template is built; the fleet itself is measured at whatever scale a run says. */
const SPEED = 600;
const LONGEST_MS = 90_000;
/** Older than every published delay, so that nothing of the fleet is still under way. */
const AGE_MS = 7 * 24 * 3_600_000;
const SETTINGS = [
  'ServicePrincipalAccessGlobalAPIs',
  'AllowServicePrincipalsUseReadAdminAPIs',
  'WorkspaceBlockInboundAccess',
  'WorkspaceBlockOutboundAccess',
];
const SECRET = 'bench-not-a-real-secret';

/** Throws when the link does not become Ready in time. */
export async function buildTemplate(shape: Shape): Promise<Template> {
  const simulator = await startSimulator({ speed: SPEED, world: worldOf() });
  const kubernetes = await startKubernetes();
  const folder = await mkdtemp(join(tmpdir(), 'fabric-link-bench-'));
  const [caFile, kubeconfig] = [join(folder, 'ca.pem'), join(folder, 'kubeconfig')];
  await Promise.all([writeFile(caFile, simulator.ca), writeFile(kubeconfig, kubernetes.kubeconfig, { mode: 0o600 })]);
  const cluster = await connect(kubeconfig);
  try {
    await applyAll(cluster, await readManifests('crds'));
    await applyAll(cluster, [namespaceOf(), credentialsOf(), linkOf(shape)], [workspacePrivateLinks]);
    const operator = startOperator({ settings: simulator.env, kubeconfig, caFile });
    try {
      await becomesReady(() => kubernetes.objects('workspaceprivatelinks.fabriclink.dev')[0] as WorkspacePrivateLink);
      // What was begun together with the last write may still end.
      await pause(500);
    } finally {
      await operator.stop();
    }
    const world = { ...simulator.snapshot(), scheduled: [] };
    world.arm.operations = {};
    const [endpoint] = Object.values(world.arm.privateEndpoints);
    const store = structuredClone(kubernetes.snapshot());
    const [link] = store.collections['fabriclink.dev/workspaceprivatelinks'] ?? [];
    return {
      world: agedOnce(world, AGE_MS),
      store: agedOnce(store, AGE_MS),
      uid: link?.metadata.uid ?? '',
      endpointId: endpoint?.id ?? '',
      addresses: (endpoint?.members ?? []).map(({ address }) => address),
    };
  } finally {
    await cluster.close();
    await Promise.all([simulator.close(), kubernetes.close()]);
  }
}

async function becomesReady(read: () => WorkspacePrivateLink | undefined): Promise<void> {
  const lastAtMs = Date.now() + LONGEST_MS;
  for (;;) {
    const status = read()?.status;
    if (status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')) return;
    if (Date.now() > lastAtMs) {
      throw new Error(
        `the template did not become Ready: ${status?.phase} ${status?.nextStep} ${JSON.stringify(status?.conditions)}`,
      );
    }
    await pause(100);
  }
}

function worldOf(): World {
  const world = emptyWorld();
  const tenant = tenantNames(0);
  const { tenantId, subscriptionId } = tenant;
  addTenant(world, tenantId);
  addApp(world, { tenantId, clientId: tenant.clientId, objectId: tenant.objectId, secret: SECRET });
  addSubscription(world, { id: subscriptionId, tenantId, resourceGroups: [tenant.resourceGroup] });
  grantRole(world, { principalId: tenant.objectId, scope: `/subscriptions/${subscriptionId}`, actions: ['*'] });
  for (const setting of SETTINGS) declareTenantSetting(world, tenantId, setting, true);
  addCapacity(world, { tenantId, id: tenant.capacityId });
  const { workspaceId, name } = linkNames(0);
  addWorkspace(world, {
    tenantId,
    id: workspaceId,
    displayName: name,
    capacityId: tenant.capacityId,
    roles: { [tenant.objectId]: 'Admin' },
  });
  addVirtualNetwork(world, {
    id: tenant.networkId,
    addressPrefixes: [tenant.addressPrefix],
    subnets: [{ name: 'endpoints', addressPrefix: tenant.addressPrefix }],
  });
  return world;
}

const namespaceOf = () => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenantNames(0).namespace } });

function credentialsOf() {
  const { tenantId, clientId, namespace } = tenantNames(0);
  const data = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: SECRET };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'fabriclink-credentials', namespace },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
  };
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

function linkOf({ dns, policy }: Shape) {
  const { tenantId, subscriptionId, resourceGroup, namespace, networkId } = tenantNames(0);
  const { workspaceId, name } = linkNames(0);
  return {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'WorkspacePrivateLink',
    metadata: { name, namespace },
    spec: {
      tenantId,
      workspaceId,
      service: { subscriptionId, resourceGroup, name: `pls-${name}` },
      endpoints: [
        {
          name: 'hub',
          subscriptionId,
          resourceGroup,
          location: 'eastus',
          subnetId: `${networkId}/subnets/endpoints`,
          resourceName: `pe-${name}`,
          networkInterfaceName: `nic-${name}`,
          ...(dns !== 'none' && { dns: { mode: dns, virtualNetworkLinks: [{ virtualNetworkId: networkId }] } }),
        },
      ],
      ...(policy && {
        inbound: { publicAccess: 'Deny', onDelete: 'Restore', requires: dns === 'none' ? 'None' : 'ControlPlane' },
      }),
    },
  };
}
