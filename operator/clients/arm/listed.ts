import { OperatorError } from '../../errors.ts';
import type { CallOptions, Read } from '../call.ts';
import type { ArmContext } from './context.ts';

/** Shared lists are read anew after this long when nobody asks for fresher ones (design section 5: tens of minutes). */
const LIST_PERIOD_MS = 1_200_000;
/** So many different resources asked about freshly in this time make one list cheaper than single reads. */
const CROWD = 4;
const CROWD_WINDOW_MS = 10_000;
/** A subscription that may not be listed is not asked again for this long. */
const REFUSED_FOR_MS = 900_000;

const MOST_WRITES = 10_000;
const WRITES_MATTER_FOR_MS = 6 * 3_600_000;

export type ListedOptions<T> = {
  context: ArmContext;
  /** Names the kind of resource in cache keys. */
  kind: string;
  keyOf: (item: T) => string;
  loadList: (subscriptionId: string, call: CallOptions) => Promise<readonly T[]>;
};

/**
 * Resources that one list per subscription serves as long as it is young enough, and single reads where it is not.
 *
 * Guarantees: after our own write to a resource no older read of it is served; a resource that the list lacks is only
 * absent once its own read says so, because ARM lists lag behind; an identity without the right to list gets single reads.
 */
export function createListed<T>({ context, kind, keyOf, loadList }: ListedOptions<T>) {
  const { observers, clock, cacheKey } = context;
  const crowds = new Map<string, Map<string, number>>();
  const refusedUntilMs = new Map<string, number>();
  /** When we last wrote a resource: the list may serve it only if read after that, by as much as ARM's lists lag. */
  const writtenAtMs = new Map<string, number>();
  const lastWriteMs = new Map<string, number>();

  const listKey = (subscriptionId: string) => `${cacheKey}|${kind}s|${subscriptionId.toLowerCase()}`;
  const itemKey = (key: string) => `${cacheKey}|${kind}|${key}`;

  const sharedList = (subscriptionId: string, call: CallOptions): Promise<Read<readonly T[]>> =>
    observers.read(listKey(subscriptionId), LIST_PERIOD_MS, call, (shared) => loadList(subscriptionId, shared));

  /** Whoever wants the whole list (to find a twin, say) must see what we have just done; single reads see to themselves. */
  const list = (subscriptionId: string, call: CallOptions): Promise<Read<readonly T[]>> => {
    const wroteAtMs = lastWriteMs.get(subscriptionId.toLowerCase());
    if (wroteAtMs === undefined) return sharedList(subscriptionId, call);
    const sinceWriteMs = Math.max(0, clock.now() - wroteAtMs - 1);
    const maxAgeMs = Math.min(call.maxAgeMs ?? clock.scaled(LIST_PERIOD_MS), sinceWriteMs);
    return sharedList(subscriptionId, { ...call, maxAgeMs });
  };

  const isCrowd = (subscriptionId: string, key: string): boolean => {
    const nowMs = clock.now();
    let crowd = crowds.get(subscriptionId);
    if (!crowd) crowds.set(subscriptionId, (crowd = new Map()));
    crowd.set(key, nowMs);
    for (const [other, atMs] of crowd) if (nowMs - atMs > clock.scaled(CROWD_WINDOW_MS)) crowd.delete(other);
    return crowd.size >= CROWD;
  };

  const mayList = (subscriptionId: string) => (refusedUntilMs.get(subscriptionId) ?? 0) <= clock.now();

  const fromList = async (subscriptionId: string, key: string, call: CallOptions): Promise<Read<T> | undefined> => {
    try {
      const { value, readAtMs } = await sharedList(subscriptionId, call);
      const item = value.find((candidate) => keyOf(candidate) === key);
      const floorMs = writtenAtMs.get(key);
      return item === undefined || (floorMs !== undefined && readAtMs <= floorMs)
        ? undefined
        : { value: item, readAtMs };
    } catch (error) {
      if (!(error instanceof OperatorError) || error.disposition !== 'blocked') throw error;
      refusedUntilMs.set(subscriptionId, clock.now() + clock.scaled(REFUSED_FOR_MS));
      return undefined;
    }
  };

  return {
    list,
    async get(
      subscriptionId: string,
      key: string,
      call: CallOptions,
      loadOne: (call: CallOptions) => Promise<T | undefined>,
    ): Promise<Read<T | undefined>> {
      const own = observers.peek<T | undefined>(itemKey(key));
      const oldestMs = clock.now() - (call.maxAgeMs ?? clock.scaled(LIST_PERIOD_MS));
      if (own && call.maxAgeMs !== 0 && own.readAtMs >= oldestMs)
        return newer(own, observers.peek(listKey(subscriptionId)));
      // "Anew" is one resource's own read: a list that nobody else may be served from would cost more than it brings.
      const single =
        call.maxAgeMs === 0 ||
        (call.maxAgeMs !== undefined && !isCrowd(subscriptionId, key) && !listIsYoung(subscriptionId, oldestMs));
      if (!single && mayList(subscriptionId)) {
        const listed = await fromList(subscriptionId, key, call);
        if (listed) return listed;
      }
      return observers.read(itemKey(key), LIST_PERIOD_MS, call, loadOne);

      function newer(mine: Read<T | undefined>, all: Read<readonly T[]> | undefined): Read<T | undefined> {
        if (!all || all.readAtMs <= mine.readAtMs || all.readAtMs <= (writtenAtMs.get(key) ?? 0)) return mine;
        const item = all.value.find((candidate) => keyOf(candidate) === key);
        return item === undefined ? mine : { value: item, readAtMs: all.readAtMs };
      }
    },
    /** We have just written this resource. */
    wrote(subscriptionId: string, key: string): void {
      observers.invalidate(itemKey(key));
      writtenAtMs.set(key, clock.now());
      lastWriteMs.set(subscriptionId.toLowerCase(), clock.now());
      if (writtenAtMs.size > MOST_WRITES) forgetOldWrites();
    },
  };

  /** No list that old is served any more, so nobody needs to be told to distrust it. */
  function forgetOldWrites(): void {
    const beforeMs = clock.now() - clock.scaled(WRITES_MATTER_FOR_MS);
    for (const [key, atMs] of writtenAtMs) if (atMs < beforeMs) writtenAtMs.delete(key);
  }

  function listIsYoung(subscriptionId: string, oldestMs: number): boolean {
    const read = observers.peek<readonly T[]>(listKey(subscriptionId));
    return read !== undefined && read.readAtMs >= oldestMs;
  }
}
