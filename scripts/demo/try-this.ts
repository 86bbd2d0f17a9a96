// The last lines of the screen: what to type in another terminal.
import type { KubeObject } from '../../operator/clients/kube/types.ts';

type Places = { kubeconfigFile: string; armUrl: string; caFile: string; headerFile: string; metrics: string };

const NETWORK_API = '2024-10-01';

export function tryThis(places: Places): (objects: readonly KubeObject[]) => string[] {
  return (objects) => {
    const endpointId = objects
      .flatMap(({ status }) => (status as { endpoints?: { resourceId?: string }[] } | undefined)?.endpoints ?? [])
      .find(({ resourceId }) => resourceId)?.resourceId;
    const { kubeconfigFile, armUrl, caFile, headerFile, metrics } = places;
    return [
      'Try in another terminal (Ctrl-C here ends everything):',
      `  kubectl --kubeconfig ${kubeconfigFile} -n fabric-demo describe wpl sales`,
      `  curl -s http://${metrics}/metrics | grep -E '^(controller_runtime_reconcile|fabriclink_cloud_requests)_total'`,
      '  and, to delete an endpoint behind the operator’s back and watch it come back:',
      endpointId
        ? `  curl -X DELETE --cacert ${caFile} -H @${headerFile} '${armUrl}${endpointId}?api-version=${NETWORK_API}'`
        : '  (the line comes here as soon as there is an endpoint)',
    ];
  };
}
