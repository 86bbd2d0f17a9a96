// The embedded Kubernetes API in a process of its own: node bench/stage-cluster.ts [SNAPSHOT].
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { startKubernetes } from '../simulator/kubernetes/kubernetes.ts';
import type { StoreSnapshot } from '../simulator/kubernetes/store/store.ts';
import type { ClusterCalls, ClusterQuestions, ClusterReady } from './stage/messages.ts';
import { answerQuestions, usage } from './stage/serve.ts';

const LINKS = 'fabriclink.dev/workspaceprivatelinks';
const [snapshotFile] = process.argv.slice(2);
const kubernetes = await startKubernetes({ historyLimit: 50_000 });
if (snapshotFile) kubernetes.restore(deserialize(readFileSync(snapshotFile)) as StoreSnapshot);

answerQuestions(
  { kubeconfig: kubernetes.kubeconfig } satisfies ClusterReady,
  {
    usage,
    calls: callsOf,
    clear: () => kubernetes.clearRequests(),
    touchAll(label) {
      const snapshot = structuredClone(kubernetes.snapshot());
      for (const object of snapshot.collections[LINKS] ?? []) {
        object.metadata.labels = { ...object.metadata.labels, touched: label };
        object.metadata.resourceVersion = String((snapshot.revision += 1));
      }
      kubernetes.restore(snapshot);
    },
  } satisfies ClusterQuestions,
);

function callsOf(): ClusterCalls {
  const requests = kubernetes.requests();
  const byMethod: Record<string, number> = {};
  for (const { method, isWatch } of requests) if (!isWatch) byMethod[method] = (byMethod[method] ?? 0) + 1;
  return {
    byMethod,
    watches: requests.filter(({ isWatch }) => isWatch).length,
    firstListAtMs: requests.find(({ path, isWatch }) => !isWatch && path.endsWith('/workspaceprivatelinks'))?.atMs,
  };
}
