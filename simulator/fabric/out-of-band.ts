import type { Cloud } from '../cloud.ts';
import { declareTenantSetting, workspaceIn } from './build.ts';
import { inForce } from './effective.ts';
import { actingDelays } from './network.ts';
import { putPolicy } from './policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { Capacity, Guid } from './types.ts';
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
