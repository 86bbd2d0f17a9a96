import type { ManagedPrivateEndpoint } from '../../crds/managed-private-endpoint.ts';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { resourceName } from '../../operator/clients/kube/resources.ts';
import { addLinkService } from '../../simulator/arm/fabric/out-of-band.ts';
import { addApp, addSubscription, addTenant, grantRole } from '../../simulator/builders.ts';
import { addCapacity, addWorkspace, declareTenantSetting } from '../../simulator/fabric/build.ts';
import { emptyWorld, type World } from '../../simulator/world.ts';
import { type Stage, startStage } from './stage.ts';
import { type Call, isCloud } from './stage-calls.ts';

/**
 * A fleet of managed private endpoints with approval by the operator: each tenant has one identity, its share of the
 * source workspaces, and as many target workspaces as a source workspace has endpoints, since of one workspace no two
 * lead to the same target.
 */
export type ManagedFleet = { tenants: number; workspaces: number; endpoints: number };

const RESOURCE_GROUP = 'rg-targets';
const SECRET = 'planted-not-a-real-secret';

const guid = (kind: string, number: number) => `${kind}00000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
const two = (number: number) => String(number).padStart(2, '0');
const namespaceOf = (tenant: number) => `tenant-${two(tenant)}`;
const sourceOf = (workspace: number) => guid('f66', workspace);
const targetOf = (tenant: number, target: number) => guid('a77', tenant * 1_000 + target);
const serviceOf = (tenant: number, target: number) =>
  `/subscriptions/${guid('b22', tenant)}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls-${two(target)}`;

function worldOf({ tenants, workspaces, endpoints }: ManagedFleet): World {
  const world = emptyWorld();
  for (let tenant = 0; tenant < tenants; tenant += 1) {
    const tenantId = guid('a11', tenant);
    const subscriptionId = guid('b22', tenant);
    const [clientId, objectId] = [guid('c33', tenant), guid('d44', tenant)];
    addTenant(world, tenantId);
    addApp(world, { tenantId, clientId, objectId, secret: SECRET });
    addSubscription(world, { id: subscriptionId, tenantId, resourceGroups: [RESOURCE_GROUP] });
    grantRole(world, { principalId: objectId, scope: `/subscriptions/${subscriptionId}`, actions: ['*'] });
    for (const setting of ['ServicePrincipalAccessGlobalAPIs', 'WorkspaceBlockInboundAccess']) {
      declareTenantSetting(world, tenantId, setting, true);
    }
    const { id: capacityId } = addCapacity(world, { tenantId, id: guid('e55', tenant) });
    const mine = { tenantId, capacityId, roles: { [objectId]: 'Admin' as const } };
    for (let workspace = tenant; workspace < workspaces; workspace += tenants) {
      addWorkspace(world, { ...mine, id: sourceOf(workspace) });
    }
    for (let target = 0; target < endpoints; target += 1) {
      const workspaceId = targetOf(tenant, target);
      addWorkspace(world, { ...mine, id: workspaceId, inbound: 'Deny' });
      const name = `pls-${two(target)}`;
      addLinkService(world, { tenantId, workspaceId, subscriptionId, resourceGroup: RESOURCE_GROUP, name });
    }
  }
  return world;
}

function manifestsOf({ tenants, workspaces, endpoints }: ManagedFleet): object[] {
  const manifests: object[] = [];
  for (let tenant = 0; tenant < tenants; tenant += 1) {
    const namespace = namespaceOf(tenant);
    manifests.push(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'fabriclink-credentials', namespace },
        stringData: {
          AZURE_TENANT_ID: guid('a11', tenant),
          AZURE_CLIENT_ID: guid('c33', tenant),
          AZURE_CLIENT_SECRET: SECRET,
        },
      },
    );
  }
  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    const tenant = workspace % tenants;
    for (let target = 0; target < endpoints; target += 1) {
      manifests.push({
        apiVersion: 'fabriclink.dev/v1alpha1',
        kind: 'ManagedPrivateEndpoint',
        metadata: { name: `from-${two(workspace)}-to-${two(target)}`, namespace: namespaceOf(tenant) },
        spec: {
          tenantId: guid('a11', tenant),
          workspaceId: sourceOf(workspace),
          target: {
            privateLinkResourceId: serviceOf(tenant, target),
            subresource: 'workspace',
            expectedWorkspaceId: targetOf(tenant, target),
          },
          approval: { mode: 'Auto', credentialsRef: { name: 'fabriclink-credentials' } },
        },
      });
    }
  }
  return manifests;
}

/** Everything is applied; the operator is still down. */
export async function stageManagedFleet(fleet: ManagedFleet, stepMs = 1): Promise<Stage> {
  const objects = fleet.workspaces * fleet.endpoints;
  const stage = await startStage({ world: worldOf(fleet), workers: 16, objects, stepMs });
  for (const manifest of manifestsOf(fleet)) await stage.apply(manifest);
  return stage;
}

const managedFleetIn = (stage: Stage): ManagedPrivateEndpoint[] =>
  stage.kubernetes.objects(resourceName(managedPrivateEndpoints)) as unknown as ManagedPrivateEndpoint[];

export const readyCount = (stage: Stage): number =>
  managedFleetIn(stage).filter(({ status }) =>
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
  ).length;

/** How often each operation of a cloud was called: `fabric managedPrivateEndpoints.list`. */
export function callsPerOperation(calls: readonly Call[]): (operation: string) => number {
  const counts = new Map<string, number>();
  for (const { service, operation } of calls.filter(isCloud)) {
    const key = `${service} ${operation}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return (operation) => counts.get(operation) ?? 0;
}

/**
 * The fewest calls with which anybody can get there. The API alone: ask and approve each once; see each workspace's list
 * before, while its requests wait, and when they are approved; see the services of each subscription, the policy of each
 * target's workspace, and the target's connections before, when they arrive, and when they have settled. `fresh`: what
 * approvals must read anew beside (design section 7), if all of a workspace or a target fell due at the same moment.
 */
export function leastCalls({ tenants, workspaces, endpoints }: ManagedFleet) {
  const objects = workspaces * endpoints;
  const targets = tenants * endpoints;
  return {
    fabric: { create: objects, list: 3 * workspaces, policy: targets },
    arm: { decide: objects, service: tenants, connections: 3 * targets },
    fresh: { fabric: workspaces, arm: targets },
  };
}
