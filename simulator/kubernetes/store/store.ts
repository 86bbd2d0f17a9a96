import type { KubeObject } from '../types.ts';
import { type Collection, keyOfObject, newCollection, trimHistory } from './collection.ts';
import type { Change, Version } from './version.ts';

/** Everything that the store holds, as plain data. */
export type StoreSnapshot = { revision: number; collections: Record<string, KubeObject[]> };

/**
 * Objects under one growing revision, as etcd keeps them.
 *
 * Guarantees: every write gets the next revision and is told to the listeners of its collection before the
 * write returns, in order; a version is never altered after it was written.
 */
export type Store = {
  /** The latest revision: metadata.resourceVersion of the newest write. */
  revision(): number;
  collection(name: string): Collection;
  collections(): IterableIterator<Collection>;
  /** Writes `object` and stamps its resourceVersion. The store owns `object` from here on. */
  put(collection: Collection, object: KubeObject): Version;
  /** Removes the key of `object`; watches see this last state. */
  remove(collection: Collection, object: KubeObject): Version;
  /** Hears every write of every collection, in order. The result stops it. */
  listen(listener: (collection: Collection, change: Change) => void): () => void;
  /** Forgets all history: watches and continue tokens from before answer 410. */
  compact(): void;
  snapshot(): StoreSnapshot;
  /** Replaces everything. The revision goes back to that of the snapshot, as after restoring a backup of etcd. */
  restore(snapshot: StoreSnapshot): void;
};

/** `historyLimit`: how many changes of one collection are kept for watches that resume and lists that continue. */
export function createStore({ historyLimit }: { historyLimit: number }): Store {
  const collections = new Map<string, Collection>();
  const listeners = new Set<(collection: Collection, change: Change) => void>();
  let revision = 1;

  function collection(name: string): Collection {
    let found = collections.get(name);
    if (!found) {
      found = newCollection(name, 0);
      collections.set(name, found);
    }
    return found;
  }

  function stamp(object: KubeObject): Version {
    revision += 1;
    object.metadata.resourceVersion = String(revision);
    return { key: keyOfObject(object), revision, object, texts: new Map() };
  }

  function record(target: Collection, change: Change): void {
    target.history.push(change);
    target.changedAt = change.revision;
    trimHistory(target, historyLimit);
    for (const listener of target.listeners) listener(change);
    for (const listener of listeners) listener(target, change);
  }

  return {
    revision: () => revision,
    collection,
    collections: () => collections.values(),
    put(target, object) {
      const current = stamp(object);
      const previous = target.entries.get(current.key);
      target.entries.set(current.key, current);
      if (!previous) target.order = undefined;
      const type = previous ? 'MODIFIED' : 'ADDED';
      record(target, { type, revision: current.revision, current, ...(previous && { previous }) });
      return current;
    },
    remove(target, object) {
      const previous = target.entries.get(keyOfObject(object));
      const current = stamp(object);
      target.entries.delete(current.key);
      target.order = undefined;
      record(target, { type: 'DELETED', revision: current.revision, current, ...(previous && { previous }) });
      return current;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact() {
      for (const target of collections.values()) {
        target.history = [];
        target.compactedAt = revision;
      }
    },
    snapshot() {
      const objects: Record<string, KubeObject[]> = {};
      for (const { name, entries } of collections.values()) {
        objects[name] = [...entries.values()].map(({ object }) => object);
      }
      return { revision, collections: objects };
    },
    restore(snapshot) {
      revision = snapshot.revision;
      for (const name of Object.keys(snapshot.collections)) collection(name);
      for (const target of collections.values()) {
        target.entries.clear();
        target.order = undefined;
        target.history = [];
        target.compactedAt = revision;
        target.changedAt = revision;
        for (const object of snapshot.collections[target.name] ?? []) {
          const key = keyOfObject(object);
          const written = Number(object.metadata.resourceVersion);
          target.entries.set(key, { key, revision: written, object, texts: new Map() });
        }
      }
    },
  };
}
