import { CRD_COLLECTION, createCrdController } from '../crd/controller.ts';
import type { Cluster } from './cluster.ts';
import { createGarbageCollector } from './garbage-collection.ts';
import { emptyNamespace, NAMESPACES } from './namespace-deletion.ts';

/** What kube-controller-manager and the CRD controllers do in a real cluster, as far as clients can see it. */
export type Controllers = {
  /** Resolves when nothing is left to do. */
  settled(): Promise<void>;
  /** Takes notice of a store that was restored. */
  reload(): void;
  stop(): void;
};

/** Runs after the write that made work, never inside it: a client sees the object first, its consequences later. */
export function startControllers(cluster: Cluster): Controllers {
  const { store } = cluster;
  const crds = createCrdController(cluster);
  const collector = createGarbageCollector(cluster);
  const dirtyCrds = new Set<string>();
  const dirtyNamespaces = new Set<string>();
  let scheduled: NodeJS.Immediate | undefined;
  let waiters: (() => void)[] = [];

  const unlisten = store.listen((collection, change) => {
    collector.observe(collection, change);
    const { metadata } = change.current.object;
    if (collection.name === CRD_COLLECTION) dirtyCrds.add(metadata.name);
    if (collection.name === NAMESPACES && metadata.deletionTimestamp) dirtyNamespaces.add(metadata.name);
    if (change.type === 'DELETED') noteRemoval(collection.name, metadata.namespace);
    schedule();
  });

  /** Something may wait for this removal: the definition of the kind, or the namespace. */
  function noteRemoval(collection: string, namespace: string | undefined): void {
    const [group, plural] = collection.split('/');
    const crd = `${plural}.${group}`;
    if (store.collection(CRD_COLLECTION).entries.get(crd)?.object.metadata.deletionTimestamp) dirtyCrds.add(crd);
    if (!namespace) return;
    if (store.collection(NAMESPACES).entries.get(namespace)?.object.metadata.deletionTimestamp) {
      dirtyNamespaces.add(namespace);
    }
  }

  function schedule(): void {
    scheduled ??= setImmediate(run);
  }

  function run(): void {
    scheduled = undefined;
    drain(dirtyCrds, (name) => crds.reconcile(name));
    collector.run();
    drain(dirtyNamespaces, (name) => emptyNamespace(cluster, name));
    if (scheduled) return;
    const done = waiters;
    waiters = [];
    for (const resolve of done) resolve();
  }

  return {
    settled: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        schedule();
      }),
    reload() {
      dirtyCrds.clear();
      dirtyNamespaces.clear();
      crds.reload();
      collector.reload();
      for (const name of store.collection(CRD_COLLECTION).entries.keys()) dirtyCrds.add(name);
      for (const name of store.collection(NAMESPACES).entries.keys()) dirtyNamespaces.add(name);
      schedule();
    },
    stop() {
      unlisten();
      if (scheduled) clearImmediate(scheduled);
      for (const resolve of waiters) resolve();
    },
  };
}

function drain(names: Set<string>, work: (name: string) => void): void {
  const batch = [...names];
  names.clear();
  for (const name of batch) work(name);
}
