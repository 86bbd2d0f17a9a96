import { keyOf } from '../clients/kube/resources.ts';
import type { KubeObject, ResourceType, WatchingKubeClient } from '../clients/kube/types.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Random } from './backoff.ts';
import { createReflector, type ReflectorLimits, type WatchFault } from './reflector.ts';
import { isNewer } from './resource-version.ts';
import { type Change, createStore, type IndexFunction } from './store.ts';
import { trimForCache } from './transform.ts';

/** `initial`: part of the first complete list, news to nobody. */
export type InformerListener = (change: Change, initial: boolean) => void;

export type InformerObserver = {
  fault(fault: WatchFault): void;
  /** Changes that a relist found and no watch event had told. */
  missed(count: number): void;
  relisted(): void;
};

export type InformerOptions = {
  type: ResourceType;
  /** Empty: the whole cluster. */
  namespaces: readonly string[];
  kube: WatchingKubeClient;
  /** Time of sockets: real, even where the operator's own clock is stepped. */
  clock: Clock;
  random: Random;
  log: Logger;
  indexes?: Readonly<Record<string, IndexFunction>>;
  observer?: InformerObserver;
  /** Forbidden is tolerated, and holds nobody up: what the log then says follows from it. */
  optional?: string;
  limits?: Partial<ReflectorLimits>;
};

/**
 * A cache of one kind that follows the API server, and tells listeners what changed. One reflector per namespace feeds
 * one store.
 */
export function createInformer(options: InformerOptions) {
  const { type, observer } = options;
  const store = createStore({ namespace: ({ metadata }) => [metadata.namespace ?? ''], ...options.indexes });
  const listeners: InformerListener[] = [];
  const scopes: readonly (string | undefined)[] =
    options.namespaces.length === 0 || !type.namespaced ? [undefined] : [...new Set(options.namespaces)];
  const onSynced: (() => void)[] = [];
  /** Scopes that have answered for the first time: with a list or, where that is optional, with a refusal. */
  let answered = 0;
  let lastSeen: string | undefined;
  let stop: AbortController | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const tell = (change: Change | undefined, initial: boolean): boolean => {
    if (!change) return false;
    for (const listener of listeners) {
      try {
        listener(change, initial);
      } catch (thrown) {
        // One listener's fault must not cost the others this change, nor the watch its life.
        options.log.error('listener failed', { resource: type.plural, key: change.key, error: String(thrown) });
      }
    }
    return true;
  };

  const forbidden = new Set<string | undefined>();
  const answer = (): void => {
    answered += 1;
    if (answered === scopes.length) for (const synced of onSynced) synced();
  };

  const reflectorOf = (namespace: string | undefined) => {
    let hasAnswered = false;
    let listedBefore = false;
    let missed = 0;
    let latest: string | undefined;
    // A complete list is the truth, also when it is older than what we saw: then etcd was restored from a backup.
    const isBackwards = (listed: string) => isNewer(latest, listed) === true;
    return createReflector({
      type,
      ...(namespace !== undefined && { namespace }),
      kube: options.kube,
      clock: options.clock,
      random: options.random,
      log: options.log,
      ...(options.limits && { limits: options.limits }),
      ...(options.optional !== undefined && { optional: options.optional }),
      sink: {
        page(items, resourceVersion) {
          const backwards = isBackwards(resourceVersion);
          for (const item of items) {
            if (tell(store.put(trimForCache(type, item), backwards), !listedBefore) && listedBefore) missed += 1;
          }
        },
        complete(keys, resourceVersion) {
          // What was deleted while nobody watched is only noticed here.
          const candidates = namespace === undefined ? store.keys() : store.indexed('namespace', namespace).map(keyOf);
          for (const key of candidates) {
            if (keys.has(key)) continue;
            if (tell(store.remove(key, resourceVersion, isBackwards(resourceVersion)), false)) missed += 1;
          }
          if (isBackwards(resourceVersion)) lastSeen = resourceVersion;
          if (listedBefore) {
            observer?.relisted();
            observer?.missed(missed);
          }
          listedBefore = true;
          forbidden.delete(namespace);
          if (!hasAnswered) answer();
          hasAnswered = true;
          missed = 0;
        },
        changed: (object) => void tell(store.put(trimForCache(type, object)), false),
        deleted: (object) => void tell(store.remove(keyOf(object), object.metadata.resourceVersion), false),
        seen(resourceVersion) {
          latest = resourceVersion;
          if (isNewer(lastSeen, resourceVersion) !== true) lastSeen = resourceVersion;
        },
        fault: (fault) => observer?.fault(fault),
        forbidden() {
          forbidden.add(namespace);
          if (!hasAnswered) answer();
          hasAnswered = true;
        },
      },
    });
  };
  const reflectors = scopes.map(reflectorOf);

  return {
    type,
    start(): void {
      if (stop) return;
      const controller = new AbortController();
      stop = controller;
      running = Promise.all(reflectors.map((reflector) => reflector.run(controller.signal)));
    },
    /** Resolves when nothing runs any more. */
    async stop(): Promise<void> {
      stop?.abort(new Error('informer stopped'));
      await running;
    },
    onChange: (listener: InformerListener): void => void listeners.push(listener),
    /** True once every scope has been listed completely, or was refused where it is optional. */
    onSynced: (callback: () => void): void => void onSynced.push(callback),
    hasSynced: () => answered === reflectors.length,
    /** What happens in this namespace (or anywhere) is heard of: complete, and not forbidden since. */
    follows: (namespace?: string): boolean => {
      if (answered < reflectors.length) return false;
      if (namespace === undefined || scopes.includes(undefined)) return forbidden.size === 0;
      return scopes.includes(namespace) && !forbidden.has(namespace);
    },
    /** The newest version that everything up to has been told to listeners. */
    lastSeenResourceVersion: () => lastSeen,
    /** When the least lively reflector last did something; milliseconds since the epoch. */
    progressAtMs: () => Math.min(...reflectors.map((reflector) => reflector.progressAtMs())),
    get: (key: string) => store.get(key),
    list: () => store.list(),
    indexed: (index: string, value: string) => store.indexed(index, value),
    size: () => store.size(),
    /**
     * Takes in what the server answered to a read or write of ours, ahead of the watch. Listeners are not told: whoever
     * asked the server knows already, and the watch event that follows, being no newer, is no news either. What is not
     * cached stays so: the watch may have told of its deletion while the answer was on its way.
     */
    absorb(object: KubeObject): void {
      if (store.get(keyOf(object))) store.put(trimForCache(type, object));
    },
    /** The server said that it is gone. */
    absorbDeletion(key: string): void {
      const cached = store.get(key);
      if (cached) tell(store.remove(key, cached.metadata.resourceVersion), false);
    },
  };
}

export type Informer = ReturnType<typeof createInformer>;
