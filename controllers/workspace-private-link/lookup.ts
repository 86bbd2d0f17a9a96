type Listed = { id: string };

/** Forgotten together with the list: shared lists are replaced, never changed. */
const known = new WeakMap<readonly Listed[], ReadonlyMap<string, readonly Listed[] | Listed>>();
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
  if (!entries) known.set(list, (entries = byName(list)));
  const found = entries.get(lastSegment(wanted));
  const named = found === undefined ? [] : Array.isArray(found) ? (found as T[]) : [found as T];
  return named.find(({ id }) => id.toLowerCase() === wanted);
}

/** By the last part of the id, which is as good as unique, and a fifth of an id in memory. */
function byName(list: readonly Listed[]): ReadonlyMap<string, readonly Listed[] | Listed> {
  const entries = new Map<string, Listed[] | Listed>();
  for (const entry of list) {
    // In this order: a part of a lower-case copy would keep the whole copy.
    const name = lastSegment(entry.id).toLowerCase();
    const others = entries.get(name);
    if (others === undefined) entries.set(name, entry);
    else if (Array.isArray(others)) others.push(entry);
    else entries.set(name, [others, entry]);
  }
  return entries;
}

const lastSegment = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
