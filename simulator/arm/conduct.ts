import { allOn, type Evidence } from '../evidence.ts';

/**
 * Each switch is one published refusal or delay (cloud-apis sections 4, 9, 10, 18, 21), with what vouches for it; a
 * contract case exists for each.
 */
export const ARM_EVIDENCE = {
  requireApiVersion: 'G',
  requireSubscriptionTenant: 'G',
  requireAuthorization: 'G',
  delayGrants: 'G',
  requireResourceGroup: 'G',
  requireProviderRegistration: 'D',
  delayRegistration: 'O',
  countRequests: 'D',
  countNetworkRequests: 'D',
  countDnsRequests: 'D',
  checkEndpointRegion: 'D',
  subnetAccounting: 'D',
  refuseDelegatedSubnet: 'D',
  refuseNetworkPolicies: 'O',
  limitEndpoints: 'G',
  oneMutationPerSubnet: 'O',
  delayEndpointCreate: 'O',
  delayEndpointDelete: 'I',
  keepEndpointIdentity: 'I',
  requireOneConnection: 'D',
  limitRequestMessage: 'D',
  checkLinkedAuthorization: 'D',
  addressesAfterApproval: 'D',
  emptyDnsConfigsUnderZoneGroup: 'D',
  keepRejected: 'D',
  lingerNetworkInterface: 'O',
  delayZoneGroup: 'I',
  oneZoneGroupPerEndpoint: 'G',
  keepZoneGroupInTenant: 'D',
  lastZoneGroupWins: 'G',
  checkEtags: 'D',
  delayZones: 'O',
  delayLinks: 'O',
  oneLinkPerZoneName: 'G',
  keepLinkedZone: 'D',
  keepLinkTarget: 'I',
  statusAnswers202: 'O',
  limitTagNames: 'O',
  delayTargetDecision: 'O',
  decideTargetOnce: 'O',
} as const satisfies Record<string, Evidence>;

export type ArmSwitch = keyof typeof ARM_EVIDENCE;

/** Published durations in milliseconds; the clock's speed divides them. */
export type ArmDelays = {
  /** Section 4.4 gives none; a registration is seen to take about a minute [O]. */
  registrationMs: number;
  /** Section 9.1: about 56 s in one report [O]. */
  endpointCreateMs: number;
  endpointDeleteMs: number;
  /** Section 9.2: the interface outlives its endpoint for a while [O]. */
  networkInterfaceLingerMs: number;
  zoneGroupMs: number;
  zoneMs: number;
  linkMs: number;
  /** A decision on a connection of an SQL server: about 105 s (users.md 2.3 [O]). */
  targetDecisionMs: number;
  /** Section 4.1: up to about 10 minutes [G]; used for grants that are added while the clouds run. */
  grantMs: number;
};

export type ArmQuotas = {
  /** Section 4.3: bucket and refill per second, per subscription and principal [D]. */
  reads: { bucket: number; perSecond: number };
  writes: { bucket: number; perSecond: number };
  deletes: { bucket: number; perSecond: number };
  /** All principals of a subscription together: this many times one principal's value [D]. */
  globalFactor: number;
  /** Per subscription and region in five minutes [D]. */
  network: { writes: number; reads: number; windowMs: number };
  dns: { writes: number; reads: number; windowMs: number };
  /** Private endpoints in one network and in one subscription [G]. */
  endpointsPerNetwork: number;
  endpointsPerSubscription: number;
};

/** Where the documentation is silent or contradicts itself, the side that the simulator takes. */
export type ArmChoices = {
  /** Entries on a page of an ARM list. */
  pageSize: number;
  /** A page without entries that still carries a nextLink. */
  emptyPage: boolean;
  /** Answer to a second mutation in one subnet [O: both seen]. */
  busySubnet: 'RetryableError' | 'AnotherOperationInProgress';
  /** U7: whether customDnsConfigs carries the public or the privatelink name. */
  customDnsFqdn: 'public' | 'privatelink';
  /** Section 9.2: DELETE of an endpoint answers 202, or 200 when it is quick. */
  endpointDelete: 'asynchronous' | 'synchronous';
};

export type ArmConduct = {
  switches: Record<ArmSwitch, boolean>;
  delays: ArmDelays;
  quotas: ArmQuotas;
  choices: ArmChoices;
};

export function publishedArmConduct(): ArmConduct {
  return {
    switches: allOn(ARM_EVIDENCE),
    delays: {
      registrationMs: 60_000,
      endpointCreateMs: 56_000,
      endpointDeleteMs: 30_000,
      networkInterfaceLingerMs: 60_000,
      zoneGroupMs: 10_000,
      zoneMs: 30_000,
      linkMs: 30_000,
      targetDecisionMs: 105_000,
      grantMs: 600_000,
    },
    quotas: {
      reads: { bucket: 250, perSecond: 25 },
      writes: { bucket: 200, perSecond: 10 },
      deletes: { bucket: 200, perSecond: 10 },
      globalFactor: 15,
      network: { writes: 1000, reads: 10_000, windowMs: 300_000 },
      dns: { writes: 500, reads: 500, windowMs: 300_000 },
      endpointsPerNetwork: 1000,
      endpointsPerSubscription: 64_000,
    },
    choices: {
      pageSize: 100,
      emptyPage: false,
      busySubnet: 'AnotherOperationInProgress',
      customDnsFqdn: 'public',
      endpointDelete: 'asynchronous',
    },
  };
}
