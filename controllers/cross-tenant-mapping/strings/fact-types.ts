import type { Domain, FactsOf } from '../fact-domain-types.ts';

/** One entry of spec.connectionStrings. Nothing is ever written for it, and nothing waits for it but its publication. */
export const STRING_FACTS = {
  /**
   * The answer of Fabric for this item, guest tenant and link type (cloud-apis 14). itemMissing: 404 ItemNotFound ·
   * guestUnknown: 404 InvalidGuestTenantId · paused: CapacityNotInActiveState · unsupported: the workspace has no capacity
   * that serves the item, or Fabric takes the request for one that cannot work · restricted: 403
   * RequestDeniedByInboundPolicy.
   */
  host: ['known', 'itemMissing', 'guestUnknown', 'paused', 'unsupported', 'restricted', 'refused', 'unobservable'],
} as const satisfies Domain;
export type StringFacts = FactsOf<typeof STRING_FACTS>;
