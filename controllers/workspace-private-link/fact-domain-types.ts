/**
 * The closed facts of each ladder: every domain is a list, so that tests enumerate the whole observation space, and no
 * number, date or list reaches a machine. `unobservable` (transient) and `refused` (a right is missing) never mean
 * "absent" and never mean "met": no effect follows from them.
 */
export type Domain = Readonly<Record<string, readonly (boolean | string)[]>>;
export type FactsOf<D extends Domain> = { readonly [K in keyof D]: D[K][number] };

/** taking: another owner's mark is being written over, as adoptionPolicy Always says. */
export const PROVENANCE = ['created', 'adopted', 'taking', 'none'] as const;
/** While deleting there is no taking any more: what bears our mark is adopted, and what bears another's is foreign. */
export const SETTLED_PROVENANCE = ['created', 'adopted', 'none'] as const;
export const PROVIDER = ['settled', 'registered', 'registering', 'missing', 'unobservable'] as const;
export const DELETION_POLICY = ['DeleteCreated', 'DeleteAll', 'Retain'] as const;

export const ACTION = ['Allow', 'Deny', 'other', 'unobservable', 'refused'] as const;
