// The real kube-apiserver, which is the judge. Without one the suite is skipped by name; REQUIRE_REAL=1 builds one or fails.
import { describe } from '@jest/globals';
import { findBinaries, provideBinaries } from '../../scripts/kube-apiserver/binaries.ts';
import { startKubeApiServer } from '../../scripts/kube-apiserver/start.ts';
import { judge } from './judge.ts';
import { skipped } from './skipped.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const binaries = process.env.REQUIRE_REAL === '1' ? await provideBinaries(say) : await findBinaries();

describe('a real API server', () => {
  if (!binaries) {
    skipped('no kube-apiserver and etcd here: `node scripts/kube-apiserver.ts --prepare` gets them');
    return;
  }
  judge({
    kubectl: binaries.kubectl,
    start: async () => {
      const server = await startKubeApiServer(binaries);
      say(`judged by Kubernetes ${server.version} (${binaries.source})`);
      return server;
    },
  });
});
