import type { Cloud } from '../cloud.ts';
import type { Token } from '../entra/types.ts';
import { Refusal, type SimRequest } from '../exchange.ts';
import { inForce } from './effective.ts';
import { actingDelays } from './network.ts';
import { SETTING } from './tenant-settings.ts';
import type { Guid, Workspace, WorkspaceRole } from './types.ts';
import { settingsOf } from './world.ts';

const RANK: Record<WorkspaceRole, number> = { Viewer: 0, Contributor: 1, Member: 2, Admin: 3 };

/** The caller; the service's own check has run before every route. */
export function callerOf(request: SimRequest): Token {
  if (!request.token) throw new Refusal(401, 'TokenIsMissing', 'The request carries no token.');
  return request.token;
}

/** Whether a tenant setting works for this caller by now (section 2.4 [D]: changes take up to 15 minutes). */
export function allowedBySetting(cloud: Cloud, caller: Token, name: string): boolean {
  const setting = settingsOf(cloud.world.fabric, caller.tenantId)[name];
  if (!setting || !inForce(setting.enabled, cloud.clock.now(), actingDelays(cloud).tenantSettingMs)) return false;
  return listed(setting.appliesTo, caller);
}

/** An absent list means everybody of the tenant. */
export function listed(objectIds: Guid[] | undefined, caller: Token): boolean {
  return !objectIds || objectIds.some((id) => id.toLowerCase() === caller.objectId.toLowerCase());
}

/** Admin GETs by a service principal (sections 2.4, 17 [D]); the code is listed for the inventory [D]. */
export function requireAdminReader(cloud: Cloud, request: SimRequest): Token {
  const caller = callerOf(request);
  if (cloud.conduct.fabric.switches.requireAdminReadAccess && !allowedBySetting(cloud, caller, SETTING.adminRead)) {
    throw new Refusal(403, 'InsufficientPrivileges', 'The caller does not have permissions to call the API.');
  }
  return caller;
}

/**
 * The workspace of the path's `:workspaceId`, when the caller has at least `least` on it. Unknown here or in another
 * tenant: 404. Known but without any role: 403, or 404 by choice [I]. Too small a role: 403.
 */
export function workspaceFor(cloud: Cloud, request: SimRequest, least: WorkspaceRole): Workspace {
  const caller = callerOf(request);
  const { switches, choices } = cloud.conduct.fabric;
  const workspace = cloud.world.fabric.workspaces[(request.params['workspaceId'] ?? '').toLowerCase()];
  const unknown = new Refusal(404, 'WorkspaceNotFound', 'The requested workspace could not be found.');
  if (!workspace || (switches.keepTenantsApart && !ofTenant(workspace, caller))) throw unknown;
  if (!switches.requireWorkspaceRole) return workspace;
  const role = roleOf(workspace, caller);
  if (!role && choices.hideForeignWorkspaces) throw unknown;
  if (!role) throw new Refusal(403, 'InsufficientPrivileges', 'The caller has no role on the workspace.');
  if (RANK[role] < RANK[least]) {
    throw new Refusal(403, 'InsufficientWorkspaceRole', `The caller needs the role ${least} or higher.`);
  }
  return workspace;
}

export function roleOf(workspace: Workspace, caller: Pick<Token, 'objectId'>): WorkspaceRole | undefined {
  return workspace.roles[caller.objectId.toLowerCase()];
}

export function ofTenant(thing: { tenantId: Guid }, caller: Pick<Token, 'tenantId'>): boolean {
  return thing.tenantId.toLowerCase() === caller.tenantId.toLowerCase();
}

/** What the caller sees of a list whose entries name those who may: of its tenant, and listed. */
export function visible<T extends { tenantId: Guid; administrators?: Guid[] }>(
  all: Record<string, T>,
  caller: Token,
): T[] {
  return Object.values(all).filter((thing) => ofTenant(thing, caller) && listed(thing.administrators, caller));
}
