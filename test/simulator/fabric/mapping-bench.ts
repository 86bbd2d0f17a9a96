import { addApp } from '../../../simulator/builders.ts';
import type { App } from '../../../simulator/entra/types.ts';
import { declareTenantSetting } from '../../../simulator/fabric/build.ts';
import { consent, enrolProvider, type SignIn, signIn } from '../../../simulator/fabric/mapping-out-of-band.ts';
import type { CrossTenantMapping } from '../../../simulator/fabric/types.ts';
import { fabricApplicationIn, grantPermissions } from '../../../simulator/graph/directory.ts';
import { type Bench, OTHER_TENANT, type Reply, TENANT } from './fixture.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** The published time, and what it stands for here, until a new principal is known. */
export const REPLICATED_MS = 180_000;

export const MAPPINGS = '/v1/admin/crosstenantauth/mappings';
export const ANA = '70000000-0000-4000-8000-00000000000a';
export const BEN = '70000000-0000-4000-8000-00000000000b';
export const BOT = '70000000-0000-4000-8000-00000000000c';
export const ANALYSTS = '70000000-0000-4000-8000-00000000000d';
const UPN = 'ana@fabrikam.example';

/** An enrolled provider, and a guest tenant that has consented: a user, an application, a group of two. */
export function invite(bench: Bench): void {
  const { world } = bench.simulator;
  enrolProvider(world, TENANT);
  declareTenantSetting(world, TENANT, 'AllowServicePrincipalsUseWriteAdminAPIs', true);
  grantPermissions(world, TENANT, fabricApplicationIn(world, TENANT).id, ['Group.Create']);
  consent(world, OTHER_TENANT, TENANT);
  const tenantId = OTHER_TENANT;
  world.entra.guests.push(
    { tenantId, type: 'User', objectId: ANA, userPrincipalName: UPN },
    { tenantId, type: 'ServicePrincipal', objectId: BOT },
    { tenantId, type: 'Group', objectId: ANALYSTS, email: 'analysts@fabrikam.example', members: [ANA, BEN] },
  );
}

export const ana = { id: ANA, tenantId: OTHER_TENANT, type: 'User', userDetails: { userPrincipalName: UPN } };
export const bot = { id: BOT, tenantId: OTHER_TENANT, type: 'User' };
export const analysts = { id: ANALYSTS, tenantId: OTHER_TENANT, type: 'Group' };

export const map = (bench: Bench, body: unknown = ana): Promise<Reply> => bench.fabric('POST', MAPPINGS, { body });

export const mappingOf = (bench: Bench, guestObjectId: string = ANA): CrossTenantMapping | undefined =>
  Object.values(bench.simulator.world.fabric.mappings).find((mapping) => mapping.guestObjectId === guestObjectId);

export async function rows(bench: Bench): Promise<Record<string, unknown>[]> {
  const { body } = await bench.fabric('GET', MAPPINGS);
  const found = Array.isArray(body) ? (body as unknown) : (body['value'] ?? body['mappings']);
  return found as Record<string, unknown>[];
}

export const unmap = (bench: Bench, id: string): Promise<Reply> => bench.fabric('DELETE', `${MAPPINGS}/${id}`);

/** Maps a guest, waits until the principal is known, and gives it a role. Answers the principal's id. */
export async function admit(bench: Bench, body: { id: string } = ana, role = 'Viewer'): Promise<string> {
  await map(bench, body);
  bench.clock.advance(REPLICATED_MS);
  const id = mappingOf(bench, body.id)!.principalId!;
  await grant(bench, id, role);
  return id;
}

export const grant = (bench: Bench, id: string, role: string, as?: App): Promise<Reply> =>
  bench.fabric('POST', bench.path('/roleAssignments'), {
    body: { principal: { id, type: 'ServicePrincipal' }, role },
    ...(as && { as }),
  });

/** Another application of the tenant, with that role if any. */
export function colleague(bench: Bench, role?: 'Admin' | 'Member' | 'Viewer'): App {
  const app = addApp(bench.simulator.world, { tenantId: TENANT });
  if (role) bench.workspace.roles[app.objectId] = role;
  return app;
}

export const enter = (bench: Bench, objectId: string = ANA): SignIn['because'] =>
  signIn(bench.simulator.cloud, {
    providerTenantId: TENANT,
    guestTenantId: OTHER_TENANT,
    objectId,
    workspaceId: bench.workspace.id,
  }).because;
