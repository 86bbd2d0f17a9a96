import type { KubeObject } from '../clients/kube/types.ts';
import { isNewer } from './resource-version.ts';
import type { Change } from './store.ts';

/**
 * Which cached objects may be older than our own last write to them, and which watch events are only its echo.
 *
 * A write's answer goes into the cache at once, and the cache never goes back to an older version: that is enough while
 * we know what we wrote. Two cases remain, and in both the next pass first reads the object from the server: the answer
 * was lost or refused (we may have written, or somebody else has), or versions do not compare, so that a late watch
 * event may have put an old state back.
 *
 * An event often overtakes the answer to the write that caused it. While a write is under way, events about its object
 * are held back; those that turn out to be its echo are dropped. Every write carries the version it was made from, so
 * that nothing foreign can hide behind an echo.
 */
export function createOwnWrites(onNews: (change: Change) => void) {
  const doubtful = new Set<string>();
  const opaque = new Map<string, string>();
  const underWay = new Map<string, Change[]>();

  const settle = (key: string, version: string | undefined): void => {
    const held = underWay.get(key) ?? [];
    underWay.delete(key);
    for (const change of held) {
      if (version === undefined || change.after?.metadata.resourceVersion !== version) onNews(change);
    }
  };

  return {
    begin: (key: string): void => void underWay.set(key, []),
    wrote(key: string, answer: KubeObject): void {
      const version = answer.metadata.resourceVersion;
      doubtful.delete(key);
      if (version !== undefined && isNewer(version, version) === undefined) opaque.set(key, version);
      settle(key, version);
    },
    /** The write was refused, or nobody knows what became of it. */
    failed(key: string): void {
      doubtful.add(key);
      settle(key, undefined);
    },
    /** True when this change is not to be told yet, for it may be the echo of a write under way. */
    holdBack(change: Change): boolean {
      const held = underWay.get(change.key);
      held?.push(change);
      return held !== undefined;
    },
    mustRead(key: string, cached: KubeObject): boolean {
      const written = opaque.get(key);
      return doubtful.has(key) || (written !== undefined && written !== cached.metadata.resourceVersion);
    },
    /** The object has been read from the server, or is gone. */
    forget(key: string): void {
      doubtful.delete(key);
      opaque.delete(key);
    },
  };
}

export type OwnWrites = ReturnType<typeof createOwnWrites>;
