import type { SimRequest } from '../exchange.ts';
import { workspaceHost } from './hosts.ts';
import type { Capacity, Workspace } from './types.ts';
import type { FabricWorld } from './world.ts';

/** A workspace as GET and the list show it (sections 5.1, 5.2). */
export function shownWorkspace(
  fabric: FabricWorld,
  workspace: Workspace,
  request: SimRequest,
): Record<string, unknown> {
  const specific = request.url.searchParams.get('preferWorkspaceSpecificEndpoints')?.toLowerCase() === 'true';
  const capacity = capacityOf(fabric, workspace);
  const port = request.url.port === '' ? '' : `:${request.url.port}`;
  const endpoint = (purpose: 'w.api' | 'dfs' | 'blob') => `https://${workspaceHost(workspace.id, purpose)}${port}`;
  const regional = (kind: 'dfs' | 'blob') =>
    `https://${capacity?.region.replaceAll(' ', '').toLowerCase()}-onelake.${kind}.fabric.microsoft.com`;
  const ownOneLake = specific || workspace.policy.inbound.configured === 'Deny';
  return {
    id: workspace.id,
    displayName: workspace.displayName,
    description: workspace.description,
    type: workspace.type,
    ...(workspace.capacityId !== undefined && { capacityId: workspace.capacityId }),
    ...(capacity && {
      capacityRegion: capacity.region,
      capacityAssignmentProgress: 'Completed',
      oneLakeEndpoints: {
        blobEndpoint: ownOneLake ? endpoint('blob') : regional('blob'),
        dfsEndpoint: ownOneLake ? endpoint('dfs') : regional('dfs'),
      },
    }),
    ...(specific && { apiEndpoint: endpoint('w.api') }),
  };
}

export function shownCapacity({ id, displayName, sku, region, state }: Capacity) {
  return { id, displayName, sku, region, state };
}

export function capacityOf(fabric: FabricWorld, workspace: Workspace): Capacity | undefined {
  return fabric.capacities[(workspace.capacityId ?? '').toLowerCase()];
}
