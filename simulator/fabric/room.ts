import type { Room } from '../cloud.ts';
import { adminRoutes } from './admin.ts';
import { capacityRoutes } from './capacities.ts';
import { fabricControlRoutes } from './control.ts';
import { gatewayRoutes } from './gateways.ts';
import { managedEndpointRoutes } from './managed-endpoints.ts';
import { defineManagedLife } from './managed-life.ts';
import { defineMappingLife } from './mapping-life.ts';
import { mappingRoutes } from './mappings.ts';
import { defineOperations, operationRoutes } from './operations.ts';
import { carriesTraffic } from './origin.ts';
import { pipelineRoutes } from './pipelines.ts';
import { policyRoutes } from './policy.ts';
import { roleAssignmentRoutes } from './role-assignments.ts';
import { beforeFabric, fabricFailure, fabricHeaders } from './service.ts';
import { subPolicyRoutes } from './sub-policies.ts';
import { warehouseRoutes } from './warehouses.ts';
import { workspaceRoutes } from './workspaces.ts';

/** The Fabric REST API on the global host, the workspace hosts and every private endpoint. */
export const mountFabric: Room = (cloud) => {
  const { fabric } = cloud.services;
  fabric.before = beforeFabric;
  fabric.failure = (refusal, request) => fabricFailure(cloud, refusal, request);
  fabric.headers = fabricHeaders;
  fabric.accepts = (localAddress, { world }) => carriesTraffic(world, localAddress);
  fabric.router.add(
    ...workspaceRoutes,
    ...policyRoutes,
    ...subPolicyRoutes,
    ...capacityRoutes,
    ...pipelineRoutes,
    ...managedEndpointRoutes,
    ...gatewayRoutes,
    ...operationRoutes,
    ...adminRoutes,
    ...mappingRoutes,
    ...roleAssignmentRoutes,
    ...warehouseRoutes,
  );
  defineOperations(cloud);
  defineManagedLife(cloud);
  defineMappingLife(cloud);
  cloud.services.control.router.add(...fabricControlRoutes);
};
