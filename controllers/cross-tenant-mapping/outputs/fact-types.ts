import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** What guests are told, in a Secret or ConfigMap of the object's namespace. */
export const OUTPUTS_FACTS = {
  /** spec.publishTo names one, there is something to publish, and the object is not being deleted. */
  wanted: [true, false],
  /** Another one than the wanted bears what we published (annotation published). */
  previous: ['none', 'left', 'unobservable', 'refused'],
  /** Whether any of the wanted hosts is known in this pass. */
  content: ['some', 'none'],
  /**
   * The Secret or ConfigMap. incomplete: it lacks nothing but hosts that are not known yet · outdated: it says something
   * else, or bears a key of ours that is no longer wanted · taken: neither made by us nor labelled for us.
   */
  target: ['absent', 'current', 'incomplete', 'outdated', 'taken', 'unobservable', 'refused'],
} as const satisfies Domain;
export type OutputsFacts = FactsOf<typeof OUTPUTS_FACTS>;
