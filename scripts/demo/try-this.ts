// The last lines of the screen: what to type in another terminal.
import type { Condition, KubeObject } from '../../operator/clients/kube/types.ts';
import { decisionCommand, shortName } from './rows.ts';

type Places = { kubeconfigFile: string; armUrl: string; caFile: string; headerFile: string; metrics: string };

type Status = { nextStep?: string; conditions?: Condition[]; endpoints?: { resourceId?: string }[] };

const NETWORK_API = '2024-10-01';

export function tryThis(places: Places): (objects: readonly KubeObject[]) => string[] {
  return (objects) => {
    // The id stands in the status before the endpoint is there; of a Ready object it is there.
    const endpointId = objects
      .map(({ status }) => (status ?? {}) as Status)
      .filter(({ conditions }) => conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
      .flatMap(({ endpoints }) => endpoints ?? [])
      .find(({ resourceId }) => resourceId)?.resourceId;
    const { kubeconfigFile, armUrl, caFile, headerFile, metrics } = places;
    return [
      'Try in another terminal (Ctrl-C here ends everything):',
      `  kubectl --kubeconfig ${kubeconfigFile} -n fabric-demo describe wpl sales`,
      `  curl -s http://${metrics}/metrics | grep -E '^(controller_runtime_reconcile|fabriclink_cloud_requests)_total'`,
      ...objects.flatMap((object) => decision(object, kubeconfigFile)),
      '  and, to delete an endpoint behind the operator’s back and watch it come back:',
      endpointId
        ? `  curl -X DELETE --cacert ${caFile} -H @${headerFile} '${armUrl}${endpointId}?api-version=${NETWORK_API}'`
        : '  (the line comes here as soon as an object is Ready)',
      '  or have others take back a consent, change a role, delete a mapping (npm run meanwhile lists it all):',
      '  npm run meanwhile -- revoke partner-ana',
    ];
  };
}

/** Its own status says it, without a kubeconfig; nothing while nobody is awaited. */
function decision(object: KubeObject, kubeconfigFile: string): string[] {
  const command = decisionCommand(object.status as Status | undefined);
  if (command === undefined) return [];
  return [
    `  as the owner of its target, to approve ${shortName(object)} (Ready within some 25 published minutes):`,
    `  ${command.replace('kubectl', `kubectl --kubeconfig ${kubeconfigFile}`)}`,
  ];
}
