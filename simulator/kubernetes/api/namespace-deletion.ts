import { clone } from '../json.ts';
import type { KubeObject } from '../types.ts';
import { type Cluster, timestamp } from './cluster.ts';
import { deleteObject } from './delete.ts';

export const NAMESPACES = '/namespaces';

/** Empties a namespace that is being deleted; removes it when nothing is left in it. */
export function emptyNamespace(cluster: Cluster, name: string): void {
  const { store, registry } = cluster;
  const namespaces = store.collection(NAMESPACES);
  const namespace = namespaces.entries.get(name)?.object;
  if (!namespace?.metadata.deletionTimestamp) return;
  const remaining: Remaining[] = [];
  for (const collection of store.collections()) {
    const resource = registry.byCollection(collection.name);
    if (!resource?.namespaced) continue;
    const inside = [...collection.entries.values()].filter(({ object }) => object.metadata.namespace === name);
    for (const { object } of inside) {
      const target = { resource, namespace: name, name: object.metadata.name };
      if (!object.metadata.deletionTimestamp) deleteObject(cluster, target, { dryRun: false });
      const left = collection.entries.get(`${name}/${object.metadata.name}`);
      if (left) remaining.push({ resource: `${resource.plural}.${resource.group}`, object: left.object });
    }
  }
  if (remaining.length > 0) report(cluster, namespace, remaining);
  else finish(cluster, namespace);
}

function finish({ store }: Cluster, namespace: KubeObject): void {
  const next = clone(namespace);
  next['spec'] = {};
  const collection = store.collection(NAMESPACES);
  if (next.metadata.finalizers?.length) store.put(collection, next);
  else store.remove(collection, next);
}

/** Something that is left, and its resource as the namespace controller writes it: `secrets.` in the core group. */
type Remaining = { resource: string; object: KubeObject };

/** Says in the conditions of the namespace what it waits for, as the namespace controller does. */
function report(cluster: Cluster, namespace: KubeObject, remaining: readonly Remaining[]): void {
  const status = namespace['status'] as { conditions?: { type: string; message: string }[] };
  const resources = Map.groupBy(remaining, ({ resource }) => resource);
  const finalizers = Map.groupBy(
    remaining.flatMap(({ object }) => object.metadata.finalizers ?? []),
    (name) => name,
  );
  const instances = (count: number) => `${count} resource instances`;
  const content = [...resources].map(([name, objects]) => `${name} has ${instances(objects.length)}`).join(', ');
  const waits = [...finalizers].map(([name, uses]) => `${name} in ${instances(uses.length)}`).join(', ');
  const messages: [string, string, string][] = [
    ['NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${content}`],
    [
      'NamespaceFinalizersRemaining',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${waits}`,
    ],
  ];
  const same = messages.every(([type, , message]) =>
    status.conditions?.some((condition) => condition.type === type && condition.message === message),
  );
  if (same) return;
  const lastTransitionTime = timestamp(cluster.now());
  const conditions = messages.map(([type, reason, message]) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime,
  }));
  const next = clone(namespace);
  next['status'] = { ...status, conditions };
  cluster.store.put(cluster.store.collection(NAMESPACES), next);
}
