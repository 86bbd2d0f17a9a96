import type { Cluster, WriteOptions } from '../api/cluster.ts';
import { createObject } from '../api/create.ts';

const OPTIONS: WriteOptions = {
  dryRun: false,
  fieldManager: 'kube-apiserver',
  fieldValidation: 'Strict',
  force: false,
  warn: () => undefined,
};

/** The namespaces that every cluster starts with. */
export function seed(cluster: Cluster): void {
  const resource = cluster.registry.find('', 'v1', 'namespaces')!;
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    createObject(cluster, { resource, namespace: '', name: '' }, { metadata: { name } }, OPTIONS);
  }
}
