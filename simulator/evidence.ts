/**
 * What vouches for a behaviour, as cloud-apis marks it: D documented, O observed by practitioners, G general knowledge
 * of the platform, I inferred. Only O was seen happening; the rest is the vendor's word or ours.
 */
export type Evidence = 'D' | 'O' | 'G' | 'I';

/** Every behaviour of a table switched on. */
export function allOn<Name extends string>(table: Record<Name, Evidence>): Record<Name, boolean> {
  return Object.fromEntries(Object.keys(table).map((name) => [name, true])) as Record<Name, boolean>;
}
