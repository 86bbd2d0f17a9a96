import type { Cloud } from '../cloud.ts';
import type { World } from '../world.ts';
import { workspaceIn } from './build.ts';
import { type ManagedRequest, managedOf } from './managed-creation.ts';
import { createManaged, deleteManaged } from './managed-life.ts';
import type { Guid, ManagedEndpoint } from './types.ts';

/** What people do in a workspace's settings: the same effects as their API calls, without the checks. */

export function createManagedEndpoint(
  cloud: Cloud,
  workspaceId: Guid,
  request: Pick<ManagedRequest, 'name' | 'targetId'> & Partial<ManagedRequest>,
): ManagedEndpoint {
  return createManaged(cloud, workspaceIn(cloud.world, workspaceId), {
    requestMessage: '',
    fqdns: [],
    subresource: 'workspace',
    ...request,
  });
}

/** By id or name. The row goes by way of Deleting, as always. */
export function deleteManagedEndpoint(cloud: Cloud, workspaceId: Guid, idOrName: string): void {
  deleteManaged(cloud, managedEndpointIn(cloud.world, workspaceId, idOrName));
}

/** Throws when the workspace has no such endpoint. */
function managedEndpointIn(world: World, workspaceId: Guid, idOrName: string): ManagedEndpoint {
  const wanted = idOrName.toLowerCase();
  const found = managedOf({ world }, { id: workspaceId }).find(
    ({ id, name }) => id === wanted || name.toLowerCase() === wanted,
  );
  if (!found) throw new Error(`no managed private endpoint ${idOrName} in workspace ${workspaceId}`);
  return found;
}
