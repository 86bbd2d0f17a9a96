/** Group, version and plural of a Kubernetes resource. `group` is '' for core. */
export type ResourceType = { group: string; version: string; plural: string; kind: string; namespaced: boolean };

export type ObjectMeta = {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
};

export type KubeObject = { apiVersion: string; kind: string; metadata: ObjectMeta; spec?: unknown; status?: unknown };

/** metav1.Condition. */
export type Condition = {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  observedGeneration: number;
  lastTransitionTime: string;
};

export type ListPage<T> = { items: T[]; resourceVersion: string; continue?: string };

export type WatchEvent<T> = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: T };

export type PatchType = 'json' | 'merge' | 'apply';

/** The Kubernetes API server over the shared transport. Throws OperatorError; 404 on get is `undefined`. */
export interface KubeClient {
  get<T extends KubeObject>(
    type: ResourceType,
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<T | undefined>;
  list<T extends KubeObject>(
    type: ResourceType,
    query: {
      namespace?: string;
      limit?: number;
      continue?: string;
      resourceVersion?: string;
      labelSelector?: string;
      fieldSelector?: string;
      /** Names, versions, finalizers and the like, without the rest of each object. */
      metadataOnly?: boolean;
    },
    signal?: AbortSignal,
  ): Promise<ListPage<T>>;
  create<T extends KubeObject>(type: ResourceType, object: T, signal?: AbortSignal): Promise<T>;
  replace<T extends KubeObject>(type: ResourceType, object: T, signal?: AbortSignal): Promise<T>;
  patch<T extends KubeObject>(
    type: ResourceType,
    namespace: string,
    name: string,
    patch: { type: PatchType; body: unknown; subresource?: 'status'; fieldManager?: string; force?: boolean },
    signal?: AbortSignal,
  ): Promise<T>;
  delete(
    type: ResourceType,
    namespace: string,
    name: string,
    preconditions?: { uid?: string; resourceVersion?: string },
    signal?: AbortSignal,
  ): Promise<void>;
}

/** A watch under way: one JSON document a line, as text, so that its reader can count a line that is no JSON. */
export type KubeWatch = { lines: AsyncIterable<string>; close(): void };

export type WatchQuery = {
  namespace?: string;
  /** Events after this version. */
  resourceVersion: string;
  /** When the server is to end the watch, seconds. */
  timeoutSeconds: number;
  labelSelector?: string;
  metadataOnly?: boolean;
};

/** A client that can watch, too. Bookmarks are always asked for. A refused watch throws; 410 has status 410. */
export interface WatchingKubeClient extends KubeClient {
  watch(type: ResourceType, query: WatchQuery, signal?: AbortSignal): Promise<KubeWatch>;
}
