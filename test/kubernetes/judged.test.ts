// What the real kube-apiserver makes of our CRDs, the embedded one must make of them, too: the same cases run on both.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { findKubectl } from '../../scripts/kube-apiserver/binaries.ts';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { writeKubeconfig } from '../../simulator/kubernetes/server/kubeconfig.ts';
import { judge } from '../api/judge.ts';

const kubectl = await findKubectl();

describe('the embedded API server, judged as the real one is', () => {
  judge({
    ...(kubectl && { kubectl }),
    async start() {
      const server = await startKubernetes();
      const folder = await mkdtemp(join(tmpdir(), 'kubernetes-'));
      const kubeconfigPath = join(folder, 'kubeconfig');
      await writeKubeconfig(kubeconfigPath, server.kubeconfig);
      const { url, ca = '', token } = server;
      return {
        url,
        ca,
        token,
        kubeconfigPath,
        async stop() {
          await server.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  });
});
