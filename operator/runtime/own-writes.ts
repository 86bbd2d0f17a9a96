import type { KubeObject } from '../clients/kube/types.ts';
import { isNewer } from './resource-version.ts';

/**
 * Which cached objects may be older than our own last write to them.
 *
 * A write's answer goes into the cache at once, and the cache never goes back to an older version: that is enough while
 * we know what we wrote. Two cases remain, and in both the next pass first reads the object from the server: the answer
 * was lost or refused (we may have written, or somebody else has), or versions do not compare, so that a late watch
 * event may have put an old state back.
 */
export function createOwnWrites() {
  const doubtful = new Set<string>();
  const opaque = new Map<string, string>();
  return {
    wrote(key: string, answer: KubeObject): void {
      const version = answer.metadata.resourceVersion;
      doubtful.delete(key);
      if (version !== undefined && isNewer(version, version) === undefined) opaque.set(key, version);
    },
    doubt: (key: string): void => void doubtful.add(key),
    mustRead(key: string, cached: KubeObject): boolean {
      const written = opaque.get(key);
      return doubtful.has(key) || (written !== undefined && written !== cached.metadata.resourceVersion);
    },
    /** The object has been read from the server. */
    read(key: string): void {
      doubtful.delete(key);
      opaque.delete(key);
    },
    forget(key: string): void {
      doubtful.delete(key);
      opaque.delete(key);
    },
  };
}

export type OwnWrites = ReturnType<typeof createOwnWrites>;
