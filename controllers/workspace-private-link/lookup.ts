type Listed = { id: string };

/** Forgotten together with the list: shared lists are replaced, never changed. */
const known = new WeakMap<readonly Listed[], ReadonlyMap<string, Listed>>();
/** Up to so many, searching is as quick. */
const FEW = 8;

/**
 * The entry with this id, in any case. One list of a tenant or subscription answers hundreds of objects, so that a search
 * through it in each of their passes was most of what a pass cost.
 */
export function byId<T extends Listed>(list: readonly T[], id: string): T | undefined {
  const wanted = id.toLowerCase();
  if (list.length <= FEW) return list.find((entry) => entry.id.toLowerCase() === wanted);
  let entries = known.get(list);
  if (!entries) {
    // Backwards, so that of two entries with one id the first counts, as in a search.
    entries = new Map(list.toReversed().map((entry) => [entry.id.toLowerCase(), entry]));
    known.set(list, entries);
  }
  return entries.get(wanted) as T | undefined;
}
