import { keyOf } from '../clients/kube/resources.ts';
import type { KubeObject } from '../clients/kube/types.ts';
import { isNewer } from './resource-version.ts';

/** Values of an object under one index, such as the workspace it names. */
export type IndexFunction = (object: KubeObject) => readonly string[];

export type Change = { key: string; before: KubeObject | undefined; after: KubeObject | undefined };

/**
 * Objects of one kind by key, with indexes.
 *
 * Guarantees: an object is never replaced by an older version of itself, except where the caller knows that the server
 * itself went back (`backwards`); stored objects are frozen.
 */
export function createStore(indexes: Readonly<Record<string, IndexFunction>> = {}) {
  const objects = new Map<string, KubeObject>();
  const indexNames = Object.keys(indexes);
  /** Most values are one object's own, and a Set for each of them weighs as much as half its object: a bare key then. */
  const byIndex = new Map<string, Map<string, string | Set<string>>>(indexNames.map((name) => [name, new Map()]));
  let all: readonly KubeObject[] | undefined;

  const index = (object: KubeObject, key: string, present: boolean): void => {
    for (const name of indexNames) {
      const values = byIndex.get(name)!;
      for (const value of indexes[name]!(object)) {
        const keys = values.get(value);
        if (present) {
          if (keys instanceof Set) keys.add(key);
          else if (keys === undefined) values.set(value, key);
          else if (keys !== key) values.set(value, new Set([keys, key]));
        } else if (keys === key || (keys instanceof Set && keys.delete(key) && keys.size === 0)) {
          values.delete(value);
        }
      }
    }
  };

  const replace = (key: string, before: KubeObject | undefined, after: KubeObject | undefined): Change => {
    if (before) index(before, key, false);
    if (after) {
      index(after, key, true);
      objects.set(key, after);
    } else {
      objects.delete(key);
    }
    all = undefined;
    return { key, before, after };
  };

  return {
    get: (key: string): KubeObject | undefined => objects.get(key),
    /** Undefined when what is stored is the same version or, unless `backwards`, a newer one. */
    put(object: KubeObject, backwards = false): Change | undefined {
      const key = keyOf(object);
      const before = objects.get(key);
      if (before) {
        const { resourceVersion } = object.metadata;
        if (before.metadata.resourceVersion === resourceVersion) return undefined;
        // Versions that do not compare are taken as they come: the server's order is the best we have.
        if (!backwards && isNewer(before.metadata.resourceVersion, resourceVersion)) return undefined;
      }
      return replace(key, before, deepFreeze(object));
    },
    /** Removes a key, unless what is stored is newer than `atVersion` (the version of the deletion, or of the list that lacks it). */
    remove(key: string, atVersion: string | undefined, backwards = false): Change | undefined {
      const before = objects.get(key);
      if (!before || (!backwards && isNewer(before.metadata.resourceVersion, atVersion))) return undefined;
      return replace(key, before, undefined);
    },
    keys: (): IterableIterator<string> => objects.keys(),
    size: () => objects.size,
    /** All objects; the same array until something changes. */
    list(): readonly KubeObject[] {
      all ??= Object.freeze([...objects.values()]);
      return all;
    },
    /** Objects with `value` under the index `name`. Throws when there is no such index. */
    indexed(name: string, value: string): readonly KubeObject[] {
      const values = byIndex.get(name);
      if (!values) throw new Error(`store has no index "${name}"`);
      const keys = values.get(value);
      if (keys === undefined) return [];
      return keys instanceof Set ? Array.from(keys, (key) => objects.get(key)!) : [objects.get(keys)!];
    },
  };
}

/** Frozen through and through: a pass that writes into the cache fails loudly instead of lying to the next one. */
function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Object.isFrozen(inner)) deepFreeze(inner as object);
  }
  return Object.freeze(value);
}
