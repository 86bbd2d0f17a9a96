import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import { objectIn } from '../graph/directory.ts';
import type { DirectoryObject } from '../graph/types.ts';
import type { Route } from '../router.ts';
import { callerOf, roleOf, workspaceFor } from './access.ts';
import { pairOf, rolesChanged } from './mapping-life.ts';
import { page } from './paging.ts';
import type { Guid, Workspace, WorkspaceRole } from './types.ts';

const PATH = '/v1/workspaces/:workspaceId/roleAssignments';
const ROLES: readonly unknown[] = ['Admin', 'Member', 'Contributor', 'Viewer'];
const TYPES: readonly unknown[] = ['User', 'Group', 'ServicePrincipal', 'ServicePrincipalProfile', 'EntireTenant'];

/** Section 6. */
export const roleAssignmentRoutes: Route[] = [
  { method: 'GET', path: PATH, handle: list },
  { method: 'POST', path: PATH, handle: add },
  { method: 'GET', path: `${PATH}/:assignmentId`, handle: read },
  { method: 'PATCH', path: `${PATH}/:assignmentId`, handle: update },
  { method: 'DELETE', path: `${PATH}/:assignmentId`, handle: remove },
];

function list(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Member');
  const roles = Object.entries(listedRoles(cloud, workspace));
  return {
    status: 200,
    body: page(
      cloud,
      request,
      roles.map(([id, role]) => shown(cloud, workspace, id, role)),
    ),
  };
}

/** The list lags behind what works (section 21, point 16 [I]). */
function listedRoles({ world, clock, conduct }: Cloud, workspace: Workspace): Record<Guid, WorkspaceRole> {
  const { switches, delays } = conduct.fabric;
  const lagMs = switches.delayRoleListing ? clock.scaled(delays.roleListingMs) : 0;
  const listed = { ...workspace.roles };
  for (const [key, { atMs, before }] of Object.entries(world.fabric.roleChanges)) {
    const [workspaceId, principalId = ''] = key.split('/');
    if (workspaceId !== workspace.id.toLowerCase() || clock.now() - atMs >= lagMs) continue;
    if (before === undefined) delete listed[principalId];
    else listed[principalId] = before;
  }
  return listed;
}

/** The id equals the principal's, as in all samples. Of what type somebody is only the directory knows (section 24 [O]). */
function shown(cloud: Cloud, { tenantId }: Workspace, id: Guid, role: WorkspaceRole) {
  const object = objectIn(cloud.world, tenantId, id, Number.POSITIVE_INFINITY);
  const { kind = 'ServicePrincipal', displayName = id, appId } = object ?? {};
  return {
    id,
    principal: {
      id,
      displayName,
      type: kind,
      ...(kind === 'ServicePrincipal' && { servicePrincipalDetails: { aadAppId: appId ?? id } }),
    },
    role,
  };
}

function add(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Member');
  const { principal, role } = readRequest(request);
  requireGrantable(cloud, request, workspace, role);
  const { switches, quotas } = cloud.conduct.fabric;
  const known = objectIn(cloud.world, workspace.tenantId, principal.id, cloud.clock.now());
  if (switches.requireKnownPrincipal && !known) {
    throw new Refusal(404, 'PrincipalNotFound', 'The requested principal could not be found.');
  }
  if (switches.refuseSecondRole && workspace.roles[principal.id] !== undefined) {
    throw new Refusal(
      409,
      'PrincipalAlreadyHasWorkspaceRolePermissions',
      'The principal already has a role assigned in the workspace.',
    );
  }
  if (switches.limitGroupSize && membersOf(known) > quotas.groupMembers) {
    throw new Refusal(400, 'GroupHasTooManyMembers', 'The group has too many members.');
  }
  if (switches.limitRolePrincipals && Object.keys(workspace.roles).length >= quotas.rolePrincipals) {
    throw new Refusal(400, 'QuotaExceeded', 'The workspace has too many role assignments.');
  }
  setRole(cloud, workspace, principal.id, role);
  return {
    status: 201,
    headers: { location: `${cloud.urls.fabric}/v1/workspaces/${workspace.id}/roleAssignments/${principal.id}` },
    body: shown(cloud, workspace, principal.id, role),
  };
}

const membersOf = (object: DirectoryObject | undefined) => object?.members.length ?? 0;

function readRequest({ body }: SimRequest): { principal: { id: Guid }; role: WorkspaceRole } {
  const { principal, role } = (body ?? {}) as { principal?: { id?: unknown; type?: unknown }; role?: unknown };
  if (typeof principal?.id !== 'string') throw new Refusal(400, 'MissingPrincipal', 'The principal is missing.');
  if (!TYPES.includes(principal.type)) throw new Refusal(400, 'InvalidPrincipalType', 'The principal type is invalid.');
  return { principal: { id: principal.id.toLowerCase() }, role: readRole(role) };
}

function readRole(role: unknown): WorkspaceRole {
  if (!ROLES.includes(role)) throw new Refusal(400, 'InvalidWorkspacePrincipalRole', 'The role is invalid.');
  return role as WorkspaceRole;
}

/** "Members can only grant ≤ Member" [D]. */
function requireGrantable(cloud: Cloud, request: SimRequest, workspace: Workspace, role: WorkspaceRole): void {
  if (!cloud.conduct.fabric.switches.limitGrantedRole || role !== 'Admin') return;
  if (roleOf(workspace, callerOf(request)) === 'Admin') return;
  throw new Refusal(403, 'InsufficientWorkspaceRole', 'Only an Admin may add another.');
}

function assignmentFor(request: SimRequest, cloud: Cloud, least: WorkspaceRole) {
  const workspace = workspaceFor(cloud, request, least);
  const id = (request.params['assignmentId'] ?? '').toLowerCase();
  const role = workspace.roles[id];
  if (role === undefined) throw new Refusal(404, 'EntityNotFound', 'The role assignment could not be found.');
  return { workspace, id, role };
}

function read(request: SimRequest, cloud: Cloud): SimResponse {
  const { workspace, id, role } = assignmentFor(request, cloud, 'Member');
  return { status: 200, body: shown(cloud, workspace, id, role) };
}

function update(request: SimRequest, cloud: Cloud): SimResponse {
  const { workspace, id, role } = assignmentFor(request, cloud, 'Admin');
  const wanted = readRole((request.body as { role?: unknown } | undefined)?.role);
  if (wanted !== 'Admin') keepLastAdmin(cloud, workspace, role);
  setRole(cloud, workspace, id, wanted);
  return { status: 200, body: shown(cloud, workspace, id, wanted) };
}

function remove(request: SimRequest, cloud: Cloud): SimResponse {
  const { workspace, id, role } = assignmentFor(request, cloud, 'Admin');
  keepLastAdmin(cloud, workspace, role);
  setRole(cloud, workspace, id, undefined);
  return { status: 200 };
}

/** [D]; the reference lists no code but UnknownError, and no status [U]. */
function keepLastAdmin(cloud: Cloud, { roles }: Workspace, role: WorkspaceRole): void {
  const admins = Object.values(roles).filter((held) => held === 'Admin').length;
  if (!cloud.conduct.fabric.switches.keepLastAdmin || role !== 'Admin' || admins > 1) return;
  throw new Refusal(400, 'UnknownError', 'The role of the last admin cannot be removed or changed.');
}

/** Works at once for a service principal, with the next expansion for the members of a mapped group. */
export function setRole(cloud: Cloud, workspace: Workspace, id: Guid, role: WorkspaceRole | undefined): void {
  const key = id.toLowerCase();
  const before = workspace.roles[key];
  const change = { atMs: cloud.clock.now(), ...(before !== undefined && { before }) };
  cloud.world.fabric.roleChanges[pairOf(workspace.id, key)] = change;
  if (role === undefined) delete workspace.roles[key];
  else workspace.roles[key] = role;
  rolesChanged(cloud, key);
}
