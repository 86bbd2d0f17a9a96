// What proves a CrossTenantMapping: Fabric's own lists of mappings and of workspace roles, and the host that it names for
// the guest. What the operator says of itself is only held against them.
import type { CrossTenantMapping } from '../../crds/cross-tenant-mapping.ts';
import type { Witnesses } from './evidence.ts';

type Assignment = { principal: { id: string; type: string }; role: string };

/** One line a fact. Throws where Fabric does not hold what the status says. */
export async function evidenceOfGuest(
  { metadata, spec, status }: CrossTenantMapping,
  { clouds }: Pick<Witnesses, 'clouds'>,
): Promise<string[]> {
  const refuse = (why: string): never => {
    throw new Error(`${metadata.name}: ${why}`);
  };
  const { guest } = spec;
  const { mappingId, principal, expansion, connectionStrings = [] } = status ?? {};
  const reader = clouds(spec.tenantId);
  const { value: rows } = (await reader.fabric('/v1/admin/crosstenantauth/mappings')) as { value: unknown[] };
  const isListed = rows.some((row) => JSON.stringify(row).toLowerCase().includes(guest.objectId.toLowerCase()));
  if (!isListed || principal?.id === undefined)
    return refuse('Fabric does not list the mapping, or names no principal');
  const lines = [`mapping       ${mappingId}, listed by Fabric`, `principal     ${principal.type} ${principal.id}`];
  for (const { workspaceId, role } of spec.grants) {
    const path = `/v1/workspaces/${workspaceId}/roleAssignments`;
    const { value } = (await reader.fabric(path)) as { value: Assignment[] };
    const held = value.find((assignment) => assignment.principal.id === principal.id);
    if (held?.role !== role) refuse(`the role in workspace ${workspaceId} is ${held?.role ?? 'missing'}`);
    lines.push(`role          ${role} in workspace ${workspaceId}`);
  }
  for (const { name, workspaceId, warehouseId, privateLinkType } of spec.connectionStrings) {
    if (warehouseId === undefined) continue;
    const query = new URLSearchParams({ guestTenantId: guest.tenantId, privateLinkType });
    const path = `/v1/workspaces/${workspaceId}/warehouses/${warehouseId}/connectionString?${query.toString()}`;
    const { connectionString } = (await reader.fabric(path)) as { connectionString: string };
    const told = connectionStrings.find((string) => string.name === name)?.host;
    if (told !== connectionString) refuse(`Fabric names ${connectionString} for "${name}", the status ${told}`);
    lines.push(`connects to   ${connectionString}, as "${name}"`);
  }
  return expansion ? [...lines, `members       ${expansion.state}, by ${expansion.expectedBy}`] : lines;
}
