import { type Domain, type FactsOf } from '../fact-domain-types.ts';

export const OUTPUTS_FACTS = {
  /** spec.publishTo names a ConfigMap, and the object is not being deleted. */
  wanted: [true, false],
  /** Summary of the service ladder. */
  service: ['ready', 'notReady'],
  /** Another ConfigMap than the wanted one bears what we published (annotation published). */
  previous: ['none', 'left', 'unobservable', 'refused'],
  /** unobservable: the addresses of an endpoint could not be read just now. */
  content: ['known', 'unobservable'],
  /** The ConfigMap. taken: neither made by us nor labelled for us. */
  target: ['absent', 'current', 'outdated', 'taken', 'unobservable', 'refused'],
} as const satisfies Domain;
export type OutputsFacts = FactsOf<typeof OUTPUTS_FACTS>;
