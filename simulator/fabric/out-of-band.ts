import type { Cloud } from '../cloud.ts';
import { addTenantLink, declareTenantSetting, virtualNetworkResource, workspaceIn } from './build.ts';
import { inForce } from './effective.ts';
import { actingDelays } from './network.ts';
import { putPolicy } from './policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { Capacity, Gateway, Guid } from './types.ts';
import { settingsOf } from './world.ts';

/** What other people do to Fabric while the operator runs: the same effects as their API calls, without the checks. */

/** Somebody writes the policy in the portal: absent directions stay as they are, the ETag changes, delays apply. */
export function policySetByOthers(cloud: Cloud, workspaceId: Guid, wanted: Partial<PolicyDocument>): void {
  const workspace = workspaceIn(cloud.world, workspaceId);
  const { inbound, outbound } = workspace.policy;
  putPolicy(cloud, workspace, { inbound: inbound.configured, outbound: outbound.configured, ...wanted });
}

/** A Fabric administrator switches a tenant setting; it acts after the published delay. */
export function changeTenantSetting(cloud: Cloud, tenantId: Guid, settingName: string, enabled: boolean): void {
  const now = cloud.clock.now();
  const setting =
    settingsOf(cloud.world.fabric, tenantId)[settingName] ??
    declareTenantSetting(cloud.world, tenantId, settingName, !enabled);
  if (setting.enabled.configured === enabled) return;
  const before = inForce(setting.enabled, now, actingDelays(cloud).tenantSettingMs);
  setting.enabled = { configured: enabled, before, changedAt: now };
}

export function setCapacityState(cloud: Cloud, capacityId: Guid, state: Capacity['state']): void {
  const capacity = cloud.world.fabric.capacities[capacityId.toLowerCase()];
  if (!capacity) throw new Error(`no capacity ${capacityId} in the world`);
  capacity.state = state;
}

/** Puts a client behind a tenant-level private link: Fabric listens on `address`, and knows callers there by tenant. */
export function openTenantLink(cloud: Cloud, tenantId: Guid, address: string): void {
  cloud.world.fabric.tenantLinkAddresses[address] = tenantId;
  cloud.addresses.open(address);
}

/** Its machines are switched off, or on again; a gateway of a virtual network may also have gone to sleep. */
export function setGatewayOnline(cloud: Cloud, gatewayId: Guid, online: boolean): void {
  const gateway = gatewayIn(cloud, gatewayId);
  if (online) delete gateway.offline;
  else gateway.offline = true;
}

/** Somebody deletes a gateway of a virtual network and makes it anew, under the same id, in another subnet. */
export function moveGateway(cloud: Cloud, gatewayId: Guid, subnetId: string): void {
  gatewayIn(cloud, gatewayId).shown['virtualNetworkAzureResource'] = virtualNetworkResource(subnetId);
}

/** Gone, or out of the caller's sight: the API does not tell them apart. */
export function removeGateway(cloud: Cloud, gatewayId: Guid): void {
  delete cloud.world.fabric.gateways[gatewayIn(cloud, gatewayId).id.toLowerCase()];
}

function gatewayIn(cloud: Cloud, gatewayId: Guid): Gateway {
  const gateway = cloud.world.fabric.gateways[gatewayId.toLowerCase()];
  if (!gateway) throw new Error(`no gateway ${gatewayId} in the world`);
  return gateway;
}

/** The tenant-level private link gets an endpoint in a network: workspace names lead there from now on (cloud-apis 10.2). */
export function putTenantLink(cloud: Cloud, tenantId: Guid, virtualNetworkId: string, address: string): void {
  addTenantLink(cloud.world, tenantId, virtualNetworkId, address);
  cloud.addresses.open(address);
}

/** And it goes again. */
export function removeTenantLink(cloud: Cloud, virtualNetworkId: string): void {
  const network = cloud.world.arm.virtualNetworks[virtualNetworkId.toLowerCase()];
  const address = network?.tenantLinkAddress;
  if (!network || address === undefined) throw new Error(`no tenant-level link in ${virtualNetworkId}`);
  delete network.tenantLinkAddress;
  delete cloud.world.fabric.tenantLinkAddresses[address];
  cloud.addresses.close(address);
}
