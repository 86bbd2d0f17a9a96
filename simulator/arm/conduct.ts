/** Each switch is one published refusal or delay (cloud-apis sections 4, 9, 10, 18, 21); a contract case exists for each. */
const SWITCHES = [
  'requireApiVersion',
  'requireSubscriptionTenant',
  'requireAuthorization',
  'delayGrants',
  'requireResourceGroup',
  'requireProviderRegistration',
  'delayRegistration',
  'countRequests',
  'countNetworkRequests',
  'countDnsRequests',
  'checkEndpointRegion',
  'subnetAccounting',
  'refuseDelegatedSubnet',
  'refuseNetworkPolicies',
  'limitEndpoints',
  'oneMutationPerSubnet',
  'delayEndpointCreate',
  'delayEndpointDelete',
  'keepEndpointIdentity',
  'requireOneConnection',
  'limitRequestMessage',
  'checkLinkedAuthorization',
  'addressesAfterApproval',
  'emptyDnsConfigsUnderZoneGroup',
  'keepRejected',
  'lingerNetworkInterface',
  'delayZoneGroup',
  'oneZoneGroupPerEndpoint',
  'keepZoneGroupInTenant',
  'lastZoneGroupWins',
  'checkEtags',
  'delayZones',
  'delayLinks',
  'oneLinkPerZoneName',
  'keepLinkedZone',
  'keepLinkTarget',
  'statusAnswers202',
  'limitTagNames',
] as const;

export type ArmSwitch = (typeof SWITCHES)[number];

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
    switches: Object.fromEntries(SWITCHES.map((name) => [name, true])) as ArmConduct['switches'],
    delays: {
      registrationMs: 60_000,
      endpointCreateMs: 56_000,
      endpointDeleteMs: 30_000,
      networkInterfaceLingerMs: 60_000,
      zoneGroupMs: 10_000,
      zoneMs: 30_000,
      linkMs: 30_000,
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
