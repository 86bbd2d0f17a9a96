// The demo's own hands on the cluster: server-side apply, as kubectl would, and lists for the table.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';

/** Of everything in examples/demo. */
export const DEMO_NAMESPACE = 'fabric-demo';

export const CRDS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

export type DemoCluster = { kube: KubeClient; close(): Promise<void> };

export async function connect(kubeconfigFile: string): Promise<DemoCluster> {
  const access = await kubeconfigAccess(kubeconfigFile);
  const transport = createTransport({ tls: { kubernetes: () => access.tls() } });
  return {
    kube: createKubeClient({ transport, access, userAgent: 'fabric-link-demo' }),
    close: () => transport.close(),
  };
}

/** Every document of every YAML file of a folder; namespaces first. */
export async function readManifests(folder: string): Promise<KubeObject[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).toSorted();
  const objects = await Promise.all(
    files.map(async (file) =>
      parseAllDocuments(await readFile(join(folder, file), 'utf8')).map((document) => document.toJS() as KubeObject),
    ),
  );
  return objects.flat().toSorted((one, other) => rank(one) - rank(other));
}

const rank = ({ kind }: KubeObject): number => (kind === 'Namespace' ? 0 : kind === 'Secret' ? 1 : 2);

/** Applies in order. `types` are the custom resources that may occur. */
export async function applyAll(
  { kube }: DemoCluster,
  objects: readonly KubeObject[],
  types: readonly ResourceType[] = [],
): Promise<void> {
  const known = [...types, NAMESPACES, SECRETS, CRDS];
  for (const object of objects) {
    const type = known.find(({ kind }) => kind === object.kind);
    if (!type) throw new Error(`the demo does not know how to apply a ${object.kind}`);
    const { namespace = '', name } = object.metadata;
    await kube.patch(type, namespace, name, { type: 'apply', body: object, fieldManager: 'demo', force: true });
  }
}

/** All objects of these kinds in the namespace, by kind and name. */
export async function listAll(
  { kube }: DemoCluster,
  namespace: string,
  types: readonly ResourceType[],
): Promise<KubeObject[]> {
  const pages = await Promise.all(types.map((type) => kube.list<KubeObject>(type, { namespace })));
  return pages.flatMap(({ items }) =>
    items.toSorted((one, other) => one.metadata.name.localeCompare(other.metadata.name)),
  );
}
