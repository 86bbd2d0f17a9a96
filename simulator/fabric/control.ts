import {
  approveConnection,
  injectImpostor,
  injectManagedConnection,
  rejectConnection,
  removeConnection,
} from '../arm/fabric/out-of-band.ts';
import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { addItem } from './build.ts';
import type { NetworkAction } from './effective.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from './managed-out-of-band.ts';
import {
  consent,
  forgetMapping,
  recyclePrincipal,
  revokeConsent,
  setGuestMembers,
  setRoleByHand,
  signIn,
} from './mapping-out-of-band.ts';
import { changeTenantSetting, policySetByOthers, setCapacityState, setGatewayOnline } from './out-of-band.ts';
import type { WorkspaceRole } from './types.ts';

type Act = (cloud: Cloud, request: SimRequest, body: Record<string, unknown>) => unknown;

/** What other people do, for demos and people at a shell: the simulator's own API, nothing of it exists in Fabric. */
export const fabricControlRoutes: Route[] = [
  // {"inbound": "Allow" | "Deny", "outbound": …}: absent directions stay.
  control('PUT', '/_sim/fabric/workspaces/:workspaceId/policy', (cloud, { params }, { inbound, outbound }) =>
    policySetByOthers(cloud, params['workspaceId'] ?? '', {
      ...(inbound !== undefined && { inbound: oneOf<NetworkAction>(inbound, 'Allow', 'Deny') }),
      ...(outbound !== undefined && { outbound: oneOf<NetworkAction>(outbound, 'Allow', 'Deny') }),
    }),
  ),
  // {"type": "SemanticModel", "displayName": …}
  control('POST', '/_sim/fabric/workspaces/:workspaceId/items', ({ world }, { params }, { type, displayName }) =>
    addItem(world, params['workspaceId'] ?? '', {
      type: text(type),
      ...(displayName !== undefined && { displayName: text(displayName) }),
    }),
  ),
  // {"name": …, "targetId": …, "subresource": …, "requestMessage": …}
  control(
    'POST',
    '/_sim/fabric/workspaces/:workspaceId/managedPrivateEndpoints',
    (cloud, { params }, { name, targetId, subresource, requestMessage }) =>
      createManagedEndpoint(cloud, params['workspaceId'] ?? '', {
        name: text(name),
        targetId: text(targetId),
        ...(subresource !== undefined && { subresource: text(subresource) }),
        ...(requestMessage !== undefined && { requestMessage: text(requestMessage) }),
      }),
  ),
  control('DELETE', '/_sim/fabric/workspaces/:workspaceId/managedPrivateEndpoints/:name', (cloud, { params }) =>
    deleteManagedEndpoint(cloud, params['workspaceId'] ?? '', params['name'] ?? ''),
  ),
  // {"state": "Active" | "Inactive"}
  control('PUT', '/_sim/fabric/capacities/:capacityId', (cloud, { params }, { state }) =>
    setCapacityState(cloud, params['capacityId'] ?? '', oneOf(state, 'Active', 'Inactive')),
  ),
  // {"online": true | false}
  control('PUT', '/_sim/fabric/gateways/:gatewayId', (cloud, { params }, { online }) =>
    setGatewayOnline(cloud, params['gatewayId'] ?? '', online === true),
  ),
  // {"enabled": true | false}; acts after the published delay.
  control('PUT', '/_sim/fabric/tenants/:tenantId/settings/:settingName', (cloud, { params }, { enabled }) =>
    changeTenantSetting(cloud, params['tenantId'] ?? '', params['settingName'] ?? '', enabled === true),
  ),
  // A Global Administrator of the guest's tenant consents, or takes it back.
  control('PUT', '/_sim/fabric/consents/:guestTenantId/:providerTenantId', ({ world }, { params }) =>
    consent(world, params['guestTenantId'] ?? '', params['providerTenantId'] ?? ''),
  ),
  // ?ends=atOnce: access ends now, and not at some time within the day.
  control('DELETE', '/_sim/fabric/consents/:guestTenantId/:providerTenantId', (cloud, { params, url }) =>
    revokeConsent(
      cloud,
      params['guestTenantId'] ?? '',
      params['providerTenantId'] ?? '',
      oneOf(url.searchParams.get('ends') ?? 'withinADay', 'withinADay', 'atOnce'),
    ),
  ),
  // {"role": "Admin" | "Member" | "Contributor" | "Viewer"}
  control('PUT', '/_sim/fabric/workspaces/:workspaceId/roles/:principalId', (cloud, { params }, { role }) =>
    setRoleByHand(
      cloud,
      params['workspaceId'] ?? '',
      params['principalId'] ?? '',
      oneOf<WorkspaceRole>(role, 'Admin', 'Member', 'Contributor', 'Viewer'),
    ),
  ),
  control('DELETE', '/_sim/fabric/workspaces/:workspaceId/roles/:principalId', (cloud, { params }) =>
    setRoleByHand(cloud, params['workspaceId'] ?? '', params['principalId'] ?? '', undefined),
  ),
  // Somebody deleted it, and Fabric has forgotten it since.
  control('DELETE', '/_sim/fabric/mappings/:mappingId', (cloud, { params }) =>
    forgetMapping(cloud, params['mappingId'] ?? ''),
  ),
  // Fabric removes the principal, as after five days without a login.
  control('DELETE', '/_sim/fabric/mappings/:mappingId/principal', (cloud, { params }) =>
    recyclePrincipal(cloud, params['mappingId'] ?? ''),
  ),
  // {"members": [<object ids>]}
  control('PUT', '/_sim/fabric/guests/:tenantId/:groupId', (cloud, { params }, { members }) =>
    setGuestMembers(
      cloud,
      params['tenantId'] ?? '',
      params['groupId'] ?? '',
      Array.isArray(members) ? members.map(text) : [],
    ),
  ),
  // {"providerTenantId": …, "guestTenantId": …, "objectId": …, "workspaceId": …}: answers whether they get in, and why.
  control(
    'POST',
    '/_sim/fabric/signIns',
    (cloud, _request, { providerTenantId, guestTenantId, objectId, workspaceId }) =>
      signIn(cloud, {
        providerTenantId: text(providerTenantId),
        guestTenantId: text(guestTenantId),
        objectId: text(objectId),
        workspaceId: text(workspaceId),
      }),
  ),
  // ?service=<ARM id>&connection=<name, or id of the private endpoint> {"status": "Approved" | "Rejected" | "Removed"}
  control('PUT', '/_sim/fabric/connections', (cloud, { url }, { status }) => {
    const act = { Approved: approveConnection, Rejected: rejectConnection, Removed: removeConnection };
    const service = url.searchParams.get('service') ?? '';
    act[oneOf(status, 'Approved', 'Rejected', 'Removed')](cloud, service, url.searchParams.get('connection') ?? '');
  }),
  // ?service=<ARM id> {"kind": "managed" | "impostor", "workspaceId": …, "name": …, "message": …}
  control('POST', '/_sim/fabric/connections', (cloud, { url }, { kind, workspaceId, name, message }) => {
    const inject = { managed: injectManagedConnection, impostor: injectImpostor };
    return inject[oneOf(kind, 'managed', 'impostor')](cloud, url.searchParams.get('service') ?? '', {
      workspaceId: text(workspaceId),
      name: text(name),
      ...(message !== undefined && { message: text(message) }),
    });
  }),
];

function control(method: string, path: string, act: Act): Route {
  return {
    method,
    path,
    handle(request, cloud): SimResponse {
      const body = (request.body ?? {}) as Record<string, unknown>;
      try {
        const result = act(cloud, request, body);
        return result === undefined ? { status: 204 } : { status: 201, body: result };
      } catch (thrown) {
        if (thrown instanceof Refusal) throw thrown;
        // The out-of-band functions throw plainly for what is not in the world.
        throw new Refusal(404, 'NotInTheWorld', thrown instanceof Error ? thrown.message : String(thrown));
      }
    },
  };
}

function oneOf<T extends string>(value: unknown, ...allowed: T[]): T {
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw new Refusal(400, 'BadControl', `say one of: ${allowed.join(', ')}`);
}

function text(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(400, 'BadControl', 'a member is missing or no text');
}
