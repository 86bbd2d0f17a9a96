// The embedded API of the simulator, beside the real one: the same cases, the same messages.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { findKubectl } from '../../scripts/kube-apiserver/binaries.ts';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { judge } from './judge.ts';

const kubectl = await findKubectl();

describe('the embedded API server', () => {
  judge({
    ...(kubectl ? { kubectl } : {}),
    start: async () => {
      const kubernetes = await startKubernetes({ anonymous: false });
      const { url, ca = '', token } = kubernetes;
      const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
      const kubeconfigPath = join(folder, 'kubeconfig');
      await writeFile(kubeconfigPath, kubernetes.kubeconfig, { mode: 0o600 });
      const stop = async () => {
        await kubernetes.close();
        await rm(folder, { recursive: true });
      };
      return { url, ca, token, kubeconfigPath, stop };
    },
  });
});
