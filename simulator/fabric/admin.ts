import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { ofTenant, requireAdminReader } from './access.ts';
import { page } from './paging.ts';
import { shownPolicy } from './policy-document.ts';
import { countCall } from './quota.ts';
import type { TenantSetting, Workspace } from './types.ts';
import { settingsOf } from './world.ts';

/** Section 17. Admin APIs are not covered by any workspace's inbound policy (seed 002 [D]). */
export const adminRoutes: Route[] = [
  { method: 'GET', path: '/v1/admin/tenantsettings', handle: tenantSettings },
  { method: 'GET', path: '/v1/admin/workspaces/networking/communicationpolicies', handle: inventory },
];

function tenantSettings(request: SimRequest, cloud: Cloud): SimResponse {
  const caller = requireAdminReader(cloud, request);
  const { switches, quotas, choices } = cloud.conduct.fabric;
  if (switches.countTenantSettingsQuota) countCall(cloud, request, 'tenantsettings', quotas.tenantSettingsPerMinute);
  const settings = Object.values(settingsOf(cloud.world.fabric, caller.tenantId)).map(shownSetting);
  const { value, ...rest } = page(cloud, request, settings);
  return { status: 200, body: { [choices.tenantSettingsMember]: value, ...rest } };
}

/** Shows what is configured; the change acts later. */
function shownSetting({ enabled, appliesTo, ...shown }: TenantSetting) {
  const groups = appliesTo?.map((graphId) => ({ graphId, name: `group of ${graphId}` }));
  return { ...shown, enabled: enabled.configured, ...(groups && { enabledSecurityGroups: groups }) };
}

const CLAUSE = /^(inbound|outbound)\/publicAccessRules\/defaultAction eq 'deny'$/i;

/**
 * Only workspaces with inbound or outbound protection are listed: one that is absent is open [D]. `filter` takes one
 * clause per direction, joined by `or` [D].
 */
function inventory(request: SimRequest, cloud: Cloud): SimResponse {
  const caller = requireAdminReader(cloud, request);
  const directions = directionsOf(request.url.searchParams.get('filter'));
  const listed = Object.values(cloud.world.fabric.workspaces).filter(
    (workspace) => ofTenant(workspace, caller) && directions.some((direction) => denies(workspace, direction)),
  );
  return { status: 200, body: page(cloud, request, listed.map(shownInInventory)) };
}

const denies = ({ policy }: Workspace, direction: 'inbound' | 'outbound') => policy[direction].configured === 'Deny';

function directionsOf(filter: string | null): ('inbound' | 'outbound')[] {
  if (filter === null) return ['inbound', 'outbound'];
  return filter.split(/\s+or\s+/i).map((clause) => {
    const direction = CLAUSE.exec(clause.trim())?.[1]?.toLowerCase();
    if (direction !== 'inbound' && direction !== 'outbound') {
      throw new Refusal(400, 'InvalidFilterExpression', 'The filter expression is not supported.');
    }
    return direction;
  });
}

/** Names of the members are [O] from public clients; the sub-policies stand below their direction as they were put. */
function shownInInventory(workspace: Workspace) {
  const policy = shownPolicy(workspace);
  const below = (direction: 'inbound' | 'outbound') =>
    Object.fromEntries(
      Object.entries(workspace.subPolicies)
        .filter(([name]) => name.startsWith(`${direction}/`))
        .map(([name, { document }]) => [name.slice(direction.length + 1), document]),
    );
  return {
    workspaceId: workspace.id,
    workspaceName: workspace.displayName,
    workspaceType: workspace.type,
    inbound: { ...policy.inbound, ...below('inbound') },
    outbound: { ...policy.outbound, ...below('outbound') },
  };
}
