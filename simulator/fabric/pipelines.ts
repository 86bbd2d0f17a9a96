import { Refusal } from '../exchange.ts';
import type { Route } from '../router.ts';
import { callerOf, visible } from './access.ts';
import { page } from './paging.ts';
import type { DeploymentPipeline } from './types.ts';
import type { FabricWorld } from './world.ts';

/** Section 24, F18: stages carry `workspaceId` when one is assigned. */
export const pipelineRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/deploymentPipelines',
    handle(request, cloud) {
      const seen = visible(cloud.world.fabric.pipelines, callerOf(request));
      const shown = seen.map(({ id, displayName, description }) => ({ id, displayName, description }));
      return { status: 200, body: page(cloud, request, shown) };
    },
  },
  {
    method: 'GET',
    path: '/v1/deploymentPipelines/:pipelineId/stages',
    handle(request, cloud) {
      const { fabric } = cloud.world;
      const id = request.params['pipelineId']!.toLowerCase();
      const pipeline = visible(fabric.pipelines, callerOf(request)).find((entry) => entry.id.toLowerCase() === id);
      if (!pipeline) throw new Refusal(404, 'EntityNotFound', 'The deployment pipeline could not be found.');
      return { status: 200, body: page(cloud, request, shownStages(fabric, pipeline)) };
    },
  },
];

function shownStages(fabric: FabricWorld, { stages }: DeploymentPipeline) {
  return stages.map((stage) => {
    const workspace = fabric.workspaces[(stage.workspaceId ?? '').toLowerCase()];
    return { ...stage, ...(workspace && { workspaceName: workspace.displayName }) };
  });
}
