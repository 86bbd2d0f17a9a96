import { addWorkspace } from '../../../simulator/fabric/build.ts';
import type { LinkConnection, Workspace } from '../../../simulator/fabric/types.ts';
import { type Bench, MINUTE_MS, type Reply, TENANT } from './fixture.ts';

/** The published times at which things are to be seen (cloud-apis sections 8 and 12). */
export const ARRIVAL_MS = 2 * MINUTE_MS;
export const PROVISIONED_MS = 3 * MINUTE_MS;
export const ECHO_MS = 15 * MINUTE_MS;
export const DELETED_MS = 2 * MINUTE_MS;
export const COOLDOWN_MS = 15 * MINUTE_MS;
/** More than what makes two creations concurrent. */
export const APART_MS = 2_000;

export const listPath = (workspace: Workspace) => `/v1/workspaces/${workspace.id}/managedPrivateEndpoints`;

/** Another workspace, from which endpoints lead to the bench's own. */
export const aSource = (bench: Bench): Workspace =>
  addWorkspace(bench.simulator.world, {
    tenantId: TENANT,
    capacityId: bench.workspace.capacityId!,
    roles: { [bench.admin.objectId]: 'Admin', [bench.viewer.objectId]: 'Viewer' },
  });

export const bodyTo = (bench: Bench, body: Record<string, unknown> = {}) => ({
  name: 'to-sales',
  targetPrivateLinkResourceId: bench.linkService().id,
  targetSubresourceType: 'workspace',
  requestMessage: 'please',
  ...body,
});

export const create = (bench: Bench, source: Workspace, body: Record<string, unknown> = {}): Promise<Reply> =>
  bench.fabric('POST', listPath(source), { body: bodyTo(bench, body) });

export const connections = (bench: Bench): LinkConnection[] => Object.values(bench.linkService().connections);

export async function rows(bench: Bench, source: Workspace): Promise<Record<string, unknown>[]> {
  return (await bench.fabric('GET', listPath(source))).body['value'] as Record<string, unknown>[];
}

/** provisioningState and connectionState.status of the only row. */
export async function states(bench: Bench, source: Workspace): Promise<[unknown, unknown]> {
  const [row] = await rows(bench, source);
  return [row?.['provisioningState'], (row?.['connectionState'] as { status?: unknown } | undefined)?.status];
}
