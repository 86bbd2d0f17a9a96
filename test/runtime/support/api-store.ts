import type { KubeObject } from '../../../operator/clients/kube/types.ts';

export type StoredEvent = { version: number; type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubeObject };

/** An answer of the API server that is not a success. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  readonly extra: object;

  constructor(status: number, reason: string, extra: object = {}) {
    super(reason);
    this.status = status;
    this.reason = reason;
    this.extra = extra;
  }
}

type Json = Record<string, unknown>;

/**
 * Objects of one API server with one version counter, and just enough semantics to judge a runtime: optimistic
 * concurrency, generation, status subresource, finalizers.
 */
export function createApiStore(now: () => number = Date.now) {
  let version = 100;
  let uids = 0;
  const collections = new Map<string, Map<string, KubeObject>>();
  const logs = new Map<string, StoredEvent[]>();
  const listeners = new Set<(resource: string, event: StoredEvent) => void>();

  const collection = (resource: string) => {
    let objects = collections.get(resource);
    if (!objects) {
      objects = new Map();
      collections.set(resource, objects);
      logs.set(resource, []);
    }
    return objects;
  };

  const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

  const commit = (resource: string, type: StoredEvent['type'], object: KubeObject): KubeObject => {
    version += 1;
    const stored: KubeObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') collection(resource).delete(keyOf(stored));
    else collection(resource).set(keyOf(stored), stored);
    const event: StoredEvent = { version, type, object: stored };
    logs.get(resource)!.push(event);
    for (const listener of listeners) listener(resource, event);
    return stored;
  };

  const found = (resource: string, key: string): KubeObject => {
    const object = collection(resource).get(key);
    if (!object) throw new Refusal(404, 'NotFound');
    return object;
  };

  /** Gone once it is marked for deletion and nobody holds it back. */
  const settle = (resource: string, object: KubeObject): KubeObject => {
    const held = (object.metadata.finalizers ?? []).length > 0;
    return commit(resource, object.metadata.deletionTimestamp && !held ? 'DELETED' : 'MODIFIED', object);
  };

  return {
    version: () => version,
    list: (resource: string): KubeObject[] => [...collection(resource).values()],
    get: found,
    events: (resource: string, after: number): StoredEvent[] => {
      collection(resource);
      return logs.get(resource)!.filter((event) => event.version > after);
    },
    onEvent(listener: (resource: string, event: StoredEvent) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    create(resource: string, object: KubeObject): KubeObject {
      if (collection(resource).has(keyOf(object))) throw new Refusal(409, 'AlreadyExists');
      uids += 1;
      const metadata = {
        ...object.metadata,
        uid: `uid-${uids}`,
        generation: 1,
        creationTimestamp: new Date(now()).toISOString(),
        managedFields: [{ manager: 'test', operation: 'Update' }],
      };
      return commit(resource, 'ADDED', { ...object, metadata });
    },
    replace(resource: string, key: string, wanted: KubeObject, subresource?: string): KubeObject {
      const before = found(resource, key);
      const asked = wanted.metadata.resourceVersion;
      if (asked !== undefined && asked !== before.metadata.resourceVersion) throw new Refusal(409, 'Conflict');
      if (subresource === 'status') return commit(resource, 'MODIFIED', { ...before, status: wanted.status });
      const moved = JSON.stringify(before.spec) !== JSON.stringify(wanted.spec);
      const { uid, creationTimestamp, deletionTimestamp, generation = 1 } = before.metadata;
      const metadata = {
        ...wanted.metadata,
        ...(uid && { uid }),
        ...(creationTimestamp && { creationTimestamp }),
        ...(deletionTimestamp && { deletionTimestamp }),
        generation: generation + (moved ? 1 : 0),
      };
      // Only a kind with a status subresource keeps its status here; the lease and the events have none.
      const status = before.status === undefined ? {} : { status: before.status };
      const after = { ...wanted, metadata, ...status };
      const quiet = { ...after, metadata: { ...metadata, resourceVersion: before.metadata.resourceVersion } };
      return JSON.stringify(quiet) === JSON.stringify(before) ? before : settle(resource, after);
    },
    merge(resource: string, key: string, patch: object, subresource?: string): KubeObject {
      const before = found(resource, key);
      const merged = mergeInto(before, patch) as unknown as KubeObject;
      if (subresource === 'status' && JSON.stringify(merged) === JSON.stringify(before)) return before;
      return this.replace(resource, key, merged, subresource);
    },
    delete(resource: string, key: string): KubeObject {
      const object = found(resource, key);
      if ((object.metadata.finalizers ?? []).length === 0) return commit(resource, 'DELETED', object);
      if (object.metadata.deletionTimestamp) return object;
      const { generation = 1 } = object.metadata;
      const metadata = {
        ...object.metadata,
        deletionTimestamp: new Date(now()).toISOString(),
        generation: generation + 1,
      };
      return commit(resource, 'MODIFIED', { ...object, metadata });
    },
  };
}

export type ApiStore = ReturnType<typeof createApiStore>;

/** RFC 7396. */
function mergeInto(target: object, patch: object): Json {
  const merged: Json = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (typeof value === 'object' && !Array.isArray(value)) merged[name] = mergeInto(merged[name] ?? {}, value);
    else merged[name] = value;
  }
  return merged;
}
