import { type Cluster, timestamp } from '../api/cluster.ts';
import { deleteObject } from '../api/delete.ts';
import { clone, equal } from '../json.ts';
import { setCondition } from './conditions.ts';
import { resourcesOf } from './definition.ts';
import { CLEANUP_FINALIZER } from './resource.ts';
import type { Crd } from './types.ts';

export const CRD_COLLECTION = 'apiextensions.k8s.io/customresourcedefinitions';

/** Serves what definitions declare, and takes it away again. */
export type CrdController = {
  /** Brings one definition's status and served resources up to date. */
  reconcile(name: string): void;
  /** Serves every stored definition, after a restore. */
  reload(): void;
};

export function createCrdController(cluster: Cluster): CrdController {
  const { store, registry } = cluster;
  const collection = store.collection(CRD_COLLECTION);
  /** What is served now, by the name of the definition. */
  const served = new Map<string, { spec: Crd['spec']; gvrs: [string, string, string][] }>();

  function withdraw(name: string): void {
    for (const gvr of served.get(name)?.gvrs ?? []) registry.remove(...gvr);
    served.delete(name);
  }

  function serve(crd: Crd): void {
    const { name } = crd.metadata;
    if (equal(served.get(name)?.spec, crd.spec)) return;
    withdraw(name);
    const resources = resourcesOf(crd);
    for (const resource of resources) registry.add(resource);
    const gvrs = resources.map(({ group, version, plural }): [string, string, string] => [group, version, plural]);
    served.set(name, { spec: crd.spec, gvrs });
  }

  function takesNames({ spec, metadata }: Crd): string | undefined {
    const clash = registry
      .all()
      .find(
        ({ group, kind, plural }) =>
          group === spec.group && plural !== spec.names.plural && kind === spec.names.kind && metadata.name,
      );
    return clash && `"${spec.names.kind}" is already in use`;
  }

  function establish(crd: Crd): void {
    const next = clone(crd);
    const now = timestamp(cluster.now());
    const clash = takesNames(crd);
    next.status = { ...next.status };
    if (!clash) next.status.acceptedNames = crd.spec.names;
    setCondition(next, now, {
      type: 'NamesAccepted',
      status: clash ? 'False' : 'True',
      reason: clash ? 'KindConflict' : 'NoConflicts',
      message: clash ?? 'no conflicts found',
    });
    setCondition(next, now, {
      type: 'Established',
      status: clash ? 'False' : 'True',
      reason: clash ? 'NotAccepted' : 'InitialNamesAccepted',
      message: clash ? 'not all names are accepted' : 'the initial names have been accepted',
    });
    const storage = crd.spec.versions.find((version) => version.storage)?.name;
    const stored = next.status.storedVersions ?? [];
    next.status.storedVersions = storage && !stored.includes(storage) ? [...stored, storage] : stored;
    if (!clash) serve(crd);
    if (!equal(next, crd)) store.put(collection, next);
  }

  /** Deletes the custom objects; lets go of the definition when none is left. */
  function terminate(crd: Crd): void {
    const resource = registry.find(crd.spec.group, crd.spec.versions[0]!.name, crd.spec.names.plural);
    const instances = store.collection(`${crd.spec.group}/${crd.spec.names.plural}`);
    for (const { object } of Array.from(instances.entries.values())) {
      const { namespace = '', name, deletionTimestamp } = object.metadata;
      if (resource && !deletionTimestamp) deleteObject(cluster, { resource, namespace, name }, { dryRun: false });
    }
    if (instances.entries.size > 0) return;
    const next = clone(crd);
    next.metadata.finalizers = next.metadata.finalizers?.filter((name) => name !== CLEANUP_FINALIZER) ?? [];
    if (next.metadata.finalizers.length > 0) store.put(collection, next);
    else store.remove(collection, next);
  }

  return {
    reconcile(name) {
      const crd = collection.entries.get(name)?.object as Crd | undefined;
      if (!crd) withdraw(name);
      else if (crd.metadata.deletionTimestamp) {
        if (crd.metadata.finalizers?.includes(CLEANUP_FINALIZER)) terminate(crd);
      } else establish(crd);
    },
    reload() {
      for (const name of Array.from(served.keys())) if (!collection.entries.has(name)) withdraw(name);
      for (const { object } of collection.entries.values()) serve(object as Crd);
    },
  };
}
