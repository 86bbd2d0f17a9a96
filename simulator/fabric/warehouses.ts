import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { workspaceFor } from './access.ts';
import { page } from './paging.ts';
import type { Item, Workspace } from './types.ts';

const PATH = '/v1/workspaces/:workspaceId';

/** Section 14. */
export const warehouseRoutes: Route[] = [
  { method: 'GET', path: `${PATH}/warehouses`, handle: list },
  {
    method: 'GET',
    path: `${PATH}/warehouses/:itemId`,
    handle: (request, cloud) => {
      const { workspace, item } = itemFor(request, cloud, 'Warehouse');
      return { status: 200, body: shown(workspace, item) };
    },
  },
  { method: 'GET', path: `${PATH}/warehouses/:itemId/connectionString`, handle: connectionString('Warehouse') },
  { method: 'GET', path: `${PATH}/sqlEndpoints`, handle: refuseApplications },
  { method: 'GET', path: `${PATH}/sqlEndpoints/:itemId/connectionString`, handle: connectionString('SQLEndpoint') },
];

function list(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  const warehouses = Object.values(workspace.items).filter(({ type }) => type === 'Warehouse');
  return {
    status: 200,
    body: page(
      cloud,
      request,
      warehouses.map((item) => shown(workspace, item)),
    ),
  };
}

/** Timestamps lack a Z. */
function shown(workspace: Workspace, { id, displayName, description, type }: Item) {
  const properties = {
    connectionString: hostOf(workspace, {}),
    createdDate: '2026-01-01T00:00:00.0000000',
    lastUpdatedTime: '2026-01-01T00:00:00.0000000',
    collationType: 'Latin1_General_100_BIN2_UTF8',
  };
  return { id, displayName, description, type, workspaceId: workspace.id, properties };
}

/** Documented as "user only": service principals have to know the id [D]; status and code are [U]. */
function refuseApplications(request: SimRequest, cloud: Cloud): SimResponse {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  if (cloud.conduct.fabric.switches.refuseSqlEndpointList) {
    throw new Refusal(403, 'PrincipalTypeNotSupported', 'Service principals may not call this API.');
  }
  const endpoints = Object.values(workspace.items).filter(({ type }) => type === 'SQLEndpoint');
  return {
    status: 200,
    body: page(
      cloud,
      request,
      endpoints.map(({ id, displayName }) => ({ id, displayName })),
    ),
  };
}

function itemFor(request: SimRequest, cloud: Cloud, type: 'Warehouse' | 'SQLEndpoint') {
  const workspace = workspaceFor(cloud, request, 'Viewer');
  const item = workspace.items[(request.params['itemId'] ?? '').toLowerCase()];
  if (item?.type !== type) throw new Refusal(404, 'ItemNotFound', 'The requested item was not found.');
  return { workspace, item };
}

function connectionString(type: 'Warehouse' | 'SQLEndpoint'): Route['handle'] {
  return (request, cloud) => {
    const { workspace } = itemFor(request, cloud, type);
    const { searchParams } = request.url;
    const guestTenantId = searchParams.get('guestTenantId') ?? undefined;
    const link = searchParams.get('privateLinkType') ?? 'None';
    if (link !== 'None' && link !== 'Workspace') {
      throw new Refusal(400, 'InvalidParameter', 'privateLinkType is None or Workspace.');
    }
    if (guestTenantId !== undefined) requireTenant(cloud, guestTenantId);
    return { status: 200, body: { connectionString: hostOf(workspace, { guestTenantId, own: link === 'Workspace' }) } };
  };
}

/** [D]: "the provided guest tenant ID doesn't exist". */
function requireTenant({ world, conduct }: Cloud, tenantId: string): void {
  const known = world.entra.tenants[tenantId.toLowerCase()];
  if (known || !conduct.fabric.switches.requireKnownGuestTenant) return;
  throw new Refusal(404, 'InvalidGuestTenantId', 'The provided guest tenant ID does not exist.');
}

/** `{tenant}-{workspace}[-{guest}][.z{xy}].datawarehouse…` (sections 10.1, 14). */
function hostOf(
  { id, tenantId }: Workspace,
  { guestTenantId, own = false }: { guestTenantId?: string | undefined; own?: boolean },
): string {
  const guest = guestTenantId === undefined ? '' : `-${guestSuffix(guestTenantId, tenantId)}`;
  const label = own ? `.z${id.slice(0, 2).toLowerCase()}` : '';
  return `${base32(tenantId)}-${base32(id)}${guest}${label}.datawarehouse.fabric.microsoft.com`;
}

/** Five characters that only the guest's tenant and ours decide: how is not known [U]. */
function guestSuffix(guestTenantId: string, tenantId: string): string {
  const digest = createHash('sha256').update(`${tenantId}/${guestTenantId}`.toLowerCase()).digest();
  return digest.readUIntBE(0, 6).toString(36).padStart(5, '0').slice(-5);
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 without padding, over the bytes as .NET orders them: the first three fields little-endian [I]. */
function base32(guid: string): string {
  const [one = '', two = '', three = '', ...rest] = guid.split('-');
  const reversed = (hex: string) => Buffer.from(hex, 'hex').reverse();
  const bytes = Buffer.concat([reversed(one), reversed(two), reversed(three), Buffer.from(rest.join(''), 'hex')]);
  let bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  bits = bits.padEnd(Math.ceil(bits.length / 5) * 5, '0');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}
