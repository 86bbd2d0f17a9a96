import type { Cloud } from '../../cloud.ts';
import { type OperationHome, serveOperations } from '../operations.ts';
import type { ArmRequest } from '../service.ts';
import { API_VERSIONS, NAMESPACE, PATHS, serviceIdOf } from './ids.ts';

/** Headers spell the type in the singular, as the specification's examples do (section 7.2). */
export function homeOf(request: ArmRequest): OperationHome {
  const [, , subscriptionId, , group, , , , name] = serviceIdOf(request.resourceId).split('/');
  const base = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/${NAMESPACE}/privateLinkServiceForFabric/${name}`;
  return {
    status: `${base}/operationStatuses`,
    result: `${base}/operationResults`,
    apiVersion: API_VERSIONS[0],
    retryAfter: 10,
  };
}

export function serveFabricOperations(cloud: Cloud): void {
  for (const service of [PATHS.service, PATHS.singularService]) {
    serveOperations(
      cloud,
      {
        status: `${service}/operationStatuses/:operationId`,
        result: `${service}/operationResults/:operationId`,
      },
      {
        status202: () => false,
        resultOf: (request, _cloud, operation) => ({
          status: 200,
          body: { id: request.url.pathname, name: operation.id, status: operation.status },
        }),
      },
    );
  }
}
