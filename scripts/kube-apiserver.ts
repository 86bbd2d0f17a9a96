// A real Kubernetes API server, for tests and for trying things out.
//
//   node scripts/kube-apiserver.ts             starts one, prints its kubeconfig, runs until Ctrl-C
//   node scripts/kube-apiserver.ts --prepare   only makes sure that the binaries are there, building them if need be
import { provideBinaries } from './kube-apiserver/binaries.ts';
import { startKubeApiServer } from './kube-apiserver/start.ts';

const binaries = await provideBinaries((line) => console.error(line));
console.error(`kube-apiserver, etcd and kubectl: ${binaries.source}`);
console.error(
  `kube-controller-manager: ${binaries.kubeControllerManager ?? 'none; owners and namespaces collect nothing'}`,
);

if (!process.argv.includes('--prepare')) {
  const server = await startKubeApiServer(binaries);
  console.log(`export KUBECONFIG=${server.kubeconfigPath}`);
  console.error(`Kubernetes ${server.version} at ${server.url}; Ctrl-C ends it`);
  const end = () => void server.stop();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
