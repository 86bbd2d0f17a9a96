import { type Domain, type FactsOf, PROVIDER } from '../fact-domain-types.ts';

/** Whether the endpoint may be created where the spec says. All but the gateway is read only before a creation. */
export const PLACEMENT_FACTS = {
  /** As for the service, in the endpoint's subscription. */
  provider: PROVIDER,
  registration: ['allowed', 'notAllowed'],
  /** The subnet and its usage (cloud-apis 24, A10 and A11). tight: room for an endpoint as it is today, and less than is to be reserved for one (9.1). */
  subnet: ['fits', 'tight', 'missing', 'delegated', 'otherRegion', 'full', 'unobservable'],
  /** Connections of the service against the quota of endpoints a workspace (cloud-apis 18). */
  quota: ['free', 'usedUp'],
  /**
   * spec.endpoints[].gateway in the Gateways API (cloud-apis 13), also once the endpoint is there. unchecked: it could
   * not be looked up, or is of a type that tells no network · notVisible: it is there, and the identity may not see it.
   */
  gateway: ['none', 'fits', 'onPremises', 'unchecked', 'otherNetwork', 'ownSubnet', 'notFound', 'notVisible'],
  /** awaited: Fabric is still asking the gateway whether it is online. */
  check: ['ended', 'awaited'],
} as const satisfies Domain;
export type PlacementFacts = FactsOf<typeof PLACEMENT_FACTS>;
