import type { KubeObject } from '../types.ts';
import type { Change, Version } from './version.ts';

/** Objects of one resource, their recent history and who listens to it. */
export type Collection = {
  readonly name: string;
  readonly entries: Map<string, Version>;
  /** Keys in list order; undefined after an insertion or a removal, until the next list. */
  order?: string[];
  /** Oldest first. */
  history: Change[];
  /** Changes at or below this revision are forgotten. */
  compactedAt: number;
  /** Revision of the latest change. */
  changedAt: number;
  readonly listeners: Set<(change: Change) => void>;
};

export function newCollection(name: string, compactedAt: number): Collection {
  return {
    name,
    entries: new Map(),
    history: [],
    compactedAt,
    changedAt: compactedAt,
    listeners: new Set(),
  };
}

export function keyOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

export const keyOfObject = ({ metadata }: KubeObject): string => keyOf(metadata.namespace, metadata.name);

/** Keys in the order of a real server's storage: by bytes. */
export function orderedKeys(collection: Collection): string[] {
  collection.order ??= [...collection.entries.keys()].sort();
  return collection.order;
}

/** Keeps at most `limit` changes. Trims in batches, so that a write costs no array shift. */
export function trimHistory(collection: Collection, limit: number): void {
  if (collection.history.length <= limit * 1.25) return;
  const dropped = collection.history.length - limit;
  collection.compactedAt = collection.history[dropped - 1]!.revision;
  collection.history = collection.history.slice(dropped);
}

/**
 * What the collection held at `revision`, in list order: the present with every later change undone.
 * The caller has made sure that `revision` is not compacted.
 */
export function versionsAt(collection: Collection, revision: number): Version[] {
  if (revision >= collection.changedAt) return orderedKeys(collection).map((key) => collection.entries.get(key)!);
  const undone = new Map<string, Version | undefined>();
  for (let index = collection.history.length - 1; index >= 0; index -= 1) {
    const change = collection.history[index]!;
    if (change.revision <= revision) break;
    undone.set(change.current.key, change.previous);
  }
  const keys = [...new Set([...collection.entries.keys(), ...undone.keys()])].sort();
  const versions: Version[] = [];
  for (const key of keys) {
    const version = undone.has(key) ? undone.get(key) : collection.entries.get(key);
    if (version) versions.push(version);
  }
  return versions;
}

/** Changes after `revision`, oldest first. Binary search: watches often resume near the end of a long history. */
export function changesAfter(collection: Collection, revision: number): Change[] {
  const { history } = collection;
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (history[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return history.slice(low);
}
