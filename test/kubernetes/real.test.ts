// The contract is true only if the real kube-apiserver keeps it, too. Without one the suite is skipped by name.
import { describe } from '@jest/globals';
import { findBinaries } from '../../scripts/kube-apiserver/binaries.ts';
import { startKubeApiServer } from '../../scripts/kube-apiserver/start.ts';
import { skipped } from '../api/skipped.ts';
import { contract } from './contract.ts';

const binaries = await findBinaries();

describe('a real API server', () => {
  if (!binaries) {
    skipped('no kube-apiserver and etcd here: `node scripts/kube-apiserver.ts --prepare` gets them');
    return;
  }
  contract(() => startKubeApiServer(binaries));
});
