import { clone } from '../json.ts';
import type { Collection } from '../store/collection.ts';
import { keyOfObject } from '../store/collection.ts';
import type { Change } from '../store/version.ts';
import type { KubeObject, OwnerReference } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { deleteObject } from './delete.ts';

type Place = { collection: Collection; key: string };

/** Deletes what has lost its owners, and runs the foreground and orphan finalizers of owners that go. */
export type GarbageCollector = {
  observe(collection: Collection, change: Change): void;
  /** Looks at everything that `observe` put aside. */
  run(): void;
  /** Reads the whole store anew, after a restore. */
  reload(): void;
};

export function createGarbageCollector(cluster: Cluster): GarbageCollector {
  const { store, registry } = cluster;
  /** Where the object of a uid is. */
  const places = new Map<string, Place>();
  /** Uids of dependents, by the uid of the owner. */
  const dependents = new Map<string, Set<string>>();
  const dirty = new Set<string>();

  function learn(collection: Collection, object: KubeObject): void {
    const { uid = '', ownerReferences = [], finalizers = [], deletionTimestamp } = object.metadata;
    places.set(uid, { collection, key: keyOfObject(object) });
    for (const owner of ownerReferences) {
      const known = dependents.get(owner.uid) ?? new Set();
      dependents.set(owner.uid, known.add(uid));
      // A dependent that changes may be what a foreground deletion waits for.
      if (deletionTimestamp) dirty.add(owner.uid);
    }
    if (ownerReferences.length > 0) dirty.add(uid);
    if (deletionTimestamp && finalizers.some((name) => name in finishers)) dirty.add(uid);
  }

  function forget({ metadata }: KubeObject): void {
    const { uid = '', ownerReferences = [] } = metadata;
    places.delete(uid);
    for (const owner of ownerReferences) {
      dependents.get(owner.uid)?.delete(uid);
      dirty.add(owner.uid);
    }
    for (const dependent of dependents.get(uid) ?? []) dirty.add(dependent);
    dependents.delete(uid);
  }

  function objectAt(uid: string): KubeObject | undefined {
    const place = places.get(uid);
    return place && place.collection.entries.get(place.key)?.object;
  }

  /** An owner counts only in the same namespace, or when it has none. */
  function ownerExists({ uid }: OwnerReference, dependent: KubeObject): boolean {
    const owner = objectAt(uid);
    if (!owner) return false;
    return !owner.metadata.namespace || owner.metadata.namespace === dependent.metadata.namespace;
  }

  function remove(object: KubeObject, collection: Collection): void {
    const resource = registry.byCollection(collection.name);
    if (!resource || object.metadata.deletionTimestamp) return;
    const { namespace = '', name, uid } = object.metadata;
    const preconditions = uid ? { uid } : {};
    deleteObject(
      cluster,
      { resource, namespace, name },
      { dryRun: false, preconditions, propagationPolicy: 'Background' },
    );
  }

  function rewrite(
    object: KubeObject,
    collection: Collection,
    alter: (metadata: KubeObject['metadata']) => void,
  ): void {
    const next = clone(object);
    alter(next.metadata);
    if (next.metadata.deletionTimestamp && !next.metadata.finalizers?.length) store.remove(collection, next);
    else store.put(collection, next);
  }

  function release(object: KubeObject, collection: Collection, finalizer: string): void {
    rewrite(object, collection, (metadata) => {
      metadata.finalizers = metadata.finalizers?.filter((name) => name !== finalizer) ?? [];
    });
  }

  function dependentsOf(uid: string): { object: KubeObject; collection: Collection }[] {
    return [...(dependents.get(uid) ?? [])].flatMap((dependent) => {
      const object = objectAt(dependent);
      return object ? [{ object, collection: places.get(dependent)!.collection }] : [];
    });
  }

  /** What each propagation finalizer stands for. */
  const finishers: Record<string, (owner: KubeObject, collection: Collection) => void> = {
    foregroundDeletion(owner, collection) {
      const uid = owner.metadata.uid!;
      for (const dependent of dependentsOf(uid)) remove(dependent.object, dependent.collection);
      const blocking = dependentsOf(uid).some(({ object }) =>
        object.metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
      );
      if (!blocking) release(owner, collection, 'foregroundDeletion');
    },
    orphan(owner, collection) {
      const uid = owner.metadata.uid!;
      for (const dependent of dependentsOf(uid)) {
        rewrite(dependent.object, dependent.collection, (metadata) => {
          metadata.ownerReferences = metadata.ownerReferences?.filter((reference) => reference.uid !== uid) ?? [];
          if (metadata.ownerReferences.length === 0) delete metadata.ownerReferences;
        });
        dependents.get(uid)?.delete(dependent.object.metadata.uid!);
      }
      release(owner, collection, 'orphan');
    },
  };

  function examine(uid: string): void {
    const object = objectAt(uid);
    const collection = places.get(uid)?.collection;
    if (!object || !collection) return;
    const { ownerReferences = [], deletionTimestamp, finalizers = [] } = object.metadata;
    const finalizer = deletionTimestamp && finalizers.find((name) => name in finishers);
    if (finalizer) {
      finishers[finalizer]!(object, collection);
      return;
    }
    if (ownerReferences.length === 0 || deletionTimestamp) return;
    const solid = ownerReferences.filter((owner) => ownerExists(owner, object));
    if (solid.length === 0) remove(object, collection);
    else if (solid.length < ownerReferences.length) {
      rewrite(object, collection, (metadata) => {
        metadata.ownerReferences = solid;
      });
    }
  }

  return {
    observe(collection, { type, current, previous }) {
      if (type === 'DELETED') forget(previous?.object ?? current.object);
      else {
        for (const owner of previous?.object.metadata.ownerReferences ?? []) {
          dependents.get(owner.uid)?.delete(current.object.metadata.uid!);
        }
        learn(collection, current.object);
      }
    },
    run() {
      while (dirty.size > 0) {
        const [uid] = dirty;
        dirty.delete(uid!);
        examine(uid!);
      }
    },
    reload() {
      places.clear();
      dependents.clear();
      dirty.clear();
      for (const collection of store.collections()) {
        for (const { object } of collection.entries.values()) learn(collection, object);
      }
    },
  };
}
