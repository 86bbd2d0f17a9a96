import { randomUUID } from 'node:crypto';

import type { World } from '../world.ts';
import { settled } from './effective.ts';
import type {
  Capacity,
  DeploymentPipeline,
  Gateway,
  Guid,
  Item,
  TenantSetting,
  Workspace,
  WorkspaceRole,
} from './types.ts';
import { settingsOf } from './world.ts';

/** Plain ways to fill a world with Fabric things, for tests and world files. Each returns what it added. */

type Given<T, Required extends keyof T> = Pick<T, Required> & Partial<T>;

/** Active, `F2` and seen by everybody of the tenant, unless told otherwise. */
export function addCapacity(world: World, capacity: Given<Capacity, 'tenantId'>): Capacity {
  const id = capacity.id ?? randomUUID();
  const added: Capacity = {
    id,
    displayName: `capacity-${id.slice(0, 8)}`,
    sku: 'F2',
    region: 'West Europe',
    state: 'Active',
    ...capacity,
  };
  world.fabric.capacities[id.toLowerCase()] = added;
  return added;
}

/** Open in both directions, and settled; `roles` by object id. */
export function addWorkspace(
  world: World,
  workspace: Given<Omit<Workspace, 'policy' | 'items' | 'roles'>, 'tenantId'> & {
    roles?: Record<Guid, WorkspaceRole>;
    inbound?: 'Allow' | 'Deny';
    outbound?: 'Allow' | 'Deny';
  },
): Workspace {
  const { roles = {}, inbound = 'Allow', outbound = 'Allow', ...rest } = workspace;
  const id = workspace.id ?? randomUUID();
  const added: Workspace = {
    id,
    displayName: `workspace-${id.slice(0, 8)}`,
    description: '',
    type: 'Workspace',
    subPolicies: {},
    flaps: 0,
    ...rest,
    roles: Object.fromEntries(Object.entries(roles).map(([objectId, role]) => [objectId.toLowerCase(), role])),
    items: {},
    policy: { etag: randomUUID(), inbound: settled(inbound), outbound: settled(outbound) },
  };
  world.fabric.workspaces[id.toLowerCase()] = added;
  return added;
}

/** Compatible for good when the workspace already denies inbound access, as configured (section 5.4 [D]). */
export function addItem(world: World, workspaceId: Guid, item: Given<Item, 'type'>): Item {
  const workspace = workspaceIn(world, workspaceId);
  const id = item.id ?? randomUUID();
  const createdRestricted = workspace.policy.inbound.configured === 'Deny';
  const added: Item = {
    id,
    displayName: `${item.type}-${id.slice(0, 8)}`,
    description: '',
    createdRestricted,
    ...item,
  };
  workspace.items[id.toLowerCase()] = added;
  return added;
}

/** A pipeline of which each stage holds one of the workspaces. */
export function addDeploymentPipeline(
  world: World,
  pipeline: Given<Omit<DeploymentPipeline, 'stages'>, 'tenantId'> & { workspaceIds: readonly (Guid | undefined)[] },
): DeploymentPipeline {
  const { workspaceIds, ...rest } = pipeline;
  const id = pipeline.id ?? randomUUID();
  const added: DeploymentPipeline = {
    id,
    displayName: `pipeline-${id.slice(0, 8)}`,
    description: '',
    ...rest,
    stages: workspaceIds.map((workspaceId, order) => ({
      id: randomUUID(),
      order,
      displayName: `stage ${order}`,
      description: '',
      isPublic: false,
      ...(workspaceId !== undefined && { workspaceId }),
    })),
  };
  world.fabric.pipelines[id.toLowerCase()] = added;
  return added;
}

/** Runs in a virtual network; its own subnet is delegated, so that no private endpoint fits into it. */
export function addVirtualNetworkGateway(
  world: World,
  gateway: Pick<Gateway, 'tenantId'> &
    Partial<Pick<Gateway, 'id' | 'administrators' | 'offline'>> & {
      subnetId: string;
      displayName?: string;
      type?: 'VirtualNetwork' | 'StreamingVirtualNetwork';
    },
): Gateway {
  const { subnetId, displayName = 'gateway', type = 'VirtualNetwork', ...rest } = gateway;
  const members = { inactivityMinutesBeforeSleep: 120, numberOfMemberGateways: 1 };
  return addGateway(world, {
    ...rest,
    shown: {
      type,
      displayName,
      ...(type === 'VirtualNetwork' && members),
      virtualNetworkAzureResource: virtualNetworkResource(subnetId),
    },
  });
}

/** How a gateway names the subnet with this ARM id. */
export function virtualNetworkResource(subnetId: string) {
  const [, , subscriptionId, , resourceGroupName, , , , virtualNetworkName, , subnetName] = subnetId.split('/');
  return { subscriptionId, resourceGroupName, virtualNetworkName, subnetName };
}

export function addGateway(world: World, gateway: Given<Gateway, 'tenantId' | 'shown'>): Gateway {
  const added = { id: randomUUID(), ...gateway };
  world.fabric.gateways[added.id.toLowerCase()] = added;
  return added;
}

/** In force at once, as if set long ago; `changeTenantSetting` is the delayed way. */
export function declareTenantSetting(
  world: World,
  tenantId: Guid,
  settingName: string,
  enabled: boolean,
  appliesTo?: readonly Guid[],
): TenantSetting {
  const settings = settingsOf(world.fabric, tenantId);
  const known = settings[settingName];
  const added: TenantSetting = {
    settingName,
    title: known?.title ?? settingName,
    tenantSettingGroup: known?.tenantSettingGroup ?? 'Other',
    canSpecifySecurityGroups: known?.canSpecifySecurityGroups ?? true,
    enabled: settled(enabled),
    ...(appliesTo && { appliesTo: [...appliesTo] }),
  };
  settings[settingName] = added;
  return added;
}

/** Throws when the world has no such workspace. */
export function workspaceIn(world: World, workspaceId: Guid): Workspace {
  const workspace = world.fabric.workspaces[workspaceId.toLowerCase()];
  if (!workspace) throw new Error(`no workspace ${workspaceId} in the world`);
  return workspace;
}

/** A tenant-level private link with an endpoint in a network of the world, which may be of any tenant. */
export function addTenantLink(world: World, tenantId: Guid, virtualNetworkId: string, address: string): void {
  const network = world.arm.virtualNetworks[virtualNetworkId.toLowerCase()];
  if (!network) throw new Error(`no network ${virtualNetworkId} in the world`);
  network.tenantLinkAddress = address;
  world.fabric.tenantLinkAddresses[address] = tenantId;
}
