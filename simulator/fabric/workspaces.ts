import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { callerOf, ofTenant, roleOf, workspaceFor } from './access.ts';
import { linkServiceOf } from './link-services.ts';
import { managedOf } from './managed-creation.ts';
import { forget } from './managed-life.ts';
import { actingDelays } from './network.ts';
import { originOf } from './origin.ts';
import { page } from './paging.ts';
import { capacityOf, shownWorkspace } from './shown.ts';
import type { Workspace } from './types.ts';

const ROLES = new Set(['Admin', 'Member', 'Contributor', 'Viewer']);

/** Sections 5.1–5.4. */
export const workspaceRoutes: Route[] = [
  { method: 'GET', path: '/v1/workspaces', handle: list },
  {
    method: 'GET',
    path: '/v1/workspaces/:workspaceId',
    handle: (request, cloud) => ({
      status: 200,
      body: shownWorkspace(cloud.world.fabric, workspaceFor(cloud, request, 'Viewer'), request),
    }),
  },
  { method: 'DELETE', path: '/v1/workspaces/:workspaceId', handle: remove },
  { method: 'GET', path: '/v1/workspaces/:workspaceId/items', handle: items },
];

/** Not workspace-scoped: restricted workspaces stay in it (section 5.2 [I]). */
function list(request: SimRequest, cloud: Cloud): SimResponse {
  const caller = callerOf(request);
  const asked = request.url.searchParams.get('roles')?.split(',') ?? [];
  const wrong = asked.find((role) => !ROLES.has(role));
  if (wrong !== undefined) throw new Refusal(400, 'InvalidParameter', `'${wrong}' is not a workspace role.`);
  const seen = Object.values(cloud.world.fabric.workspaces).filter((workspace) => {
    if (!ofTenant(workspace, caller)) return false;
    const role = roleOf(workspace, caller);
    return role !== undefined && (asked.length === 0 || asked.includes(role));
  });
  const result = page(cloud, request, seen);
  const value = result.value.map((workspace) => shownWorkspace(cloud.world.fabric, workspace, request));
  return { status: 200, body: { ...result, value } };
}

function items(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  requireActiveCapacity(cloud, workspace);
  const type = request.url.searchParams.get('type');
  const wanted = Object.values(workspace.items).filter((item) => type === null || item.type === type);
  const result = page(cloud, request, wanted);
  const value = result.value.map(({ createdRestricted: _hidden, ...shown }) => ({
    ...shown,
    workspaceId: workspace.id,
  }));
  return { status: 200, body: { ...result, value } };
}

/** "A paused capacity makes many workspace calls fail" (section 5.5); which ones is not published [U]. The status is [I]. */
export function requireActiveCapacity(cloud: Cloud, workspace: Workspace): void {
  const capacity = capacityOf(cloud.world.fabric, workspace);
  if (cloud.conduct.fabric.switches.requireActiveCapacity && capacity?.state === 'Inactive') {
    throw new Refusal(403, 'CapacityNotInActiveState', 'The capacity of this workspace is not active.');
  }
}

/** Section 5.3. */
function remove(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Admin');
  const { switches } = cloud.conduct.fabric;
  if (switches.delayWorkspaceDeleteAfterAllow && stillRestricted(cloud, request, workspace)) {
    throw new Refusal(403, 'RequestDeniedByInboundPolicy', 'Request is denied due to inbound communication policy');
  }
  if (switches.keepLinkedWorkspace && linkServiceOf(cloud.world.fabric, workspace.id)) {
    // [D] that it is refused; the code is not documented (U4).
    throw new Refusal(400, 'DeleteWorkspaceNotAllowed', 'The workspace has an active private link service.');
  }
  const managed = managedOf(cloud, workspace);
  if (switches.keepWorkspaceWithEndpoints && managed.length > 0) {
    // Also while they are still Deleting [O]; the status is [I].
    throw new Refusal(400, 'WorkspaceContainsManagedEndpoints', 'The workspace has managed private endpoints.');
  }
  for (const endpoint of managed) forget(cloud, endpoint);
  delete cloud.world.fabric.workspaces[workspace.id.toLowerCase()];
  return { status: 200 };
}

/** DELETE stays blocked for public callers up to about 15 minutes after Allow [O], longer than other calls. */
function stillRestricted(cloud: Cloud, request: SimRequest, { policy }: Workspace): boolean {
  if (originOf(cloud.world, request.localAddress).kind === 'endpoint') return false;
  const { inbound } = policy;
  const liftedFromDeny = inbound.configured === 'Allow' && inbound.before === 'Deny';
  return liftedFromDeny && cloud.clock.now() - inbound.changedAt < actingDelays(cloud).workspaceDeleteMs;
}
