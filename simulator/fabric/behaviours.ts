import {
  MANAGED_BEHAVIOURS,
  MANAGED_CHOICES,
  MANAGED_DELAYS,
  type ManagedBehaviour,
  type ManagedChoices,
  type ManagedDelays,
} from './managed-conduct.ts';

import {
  MAPPING_BEHAVIOURS,
  MAPPING_CHOICES,
  MAPPING_DELAYS,
  MAPPING_QUOTAS,
  type MappingBehaviour,
  type MappingChoices,
  type MappingDelays,
  type MappingQuotas,
} from './mapping-conduct.ts';

// Everything about simulated Fabric that a test may switch off or turn. Each behaviour is one refusal or delay of the
// published list (cloud-apis sections 3.5, 7, 8, 11, 13, 18, 21); a contract case exists for each and fails without it.

/** The Fabric REST API. */
const REST_BEHAVIOURS = [
  'keepTenantsApart',
  'requireServicePrincipalAccess',
  'requireAdminReadAccess',
  'requireWorkspaceRole',
  'countUnifiedQuota',
  'countTenantSettingsQuota',
  'keepPolicyOffWorkspaceHost',
  'keepGlobalPathsOffWorkspaceHost',
  'enforceInboundDeny',
  'liftWithInboundSetting',
  'delayInboundDeny',
  'delayInboundAllow',
  'delayOutboundDeny',
  'delayTenantSettings',
  'enforceTenantBlock',
  'fillMissingHalves',
  'changeEtag',
  'checkIfMatch',
  'requireInboundSetting',
  'requireOutboundSetting',
  'requireOutboundProtection',
  'requireFirewallSetting',
  'requireFabricSku',
  'refuseDeploymentPipeline',
  'refuseUnsupportedItems',
  'requireActiveCapacity',
  'keepLinkedWorkspace',
  'delayWorkspaceDeleteAfterAllow',
  'hideForeignGateways',
  'delayGatewayCheck',
] as const;

/** ARM's Microsoft.Fabric/privateLinkServicesForFabric. */
const LINK_BEHAVIOURS = [
  'checkServiceName',
  'requireGlobalLocation',
  'oneServicePerWorkspace',
  'limitServicesPerTenant',
  'limitServiceCreations',
  'requireServiceFabricSku',
  'requireServiceWorkspaceAdmin',
  'requireServiceTenant',
  'keepServiceIdentity',
  'refuseDeleteWithConnections',
  'refuseUnknownConnection',
  'requireActionsRequired',
  'refuseRevivedConnection',
  'delayConnectionDelete',
  'delayDecision',
  'limitEndpointsPerWorkspace',
] as const;

export type FabricRestBehaviour = (typeof REST_BEHAVIOURS)[number];
export type LinkServiceBehaviour = (typeof LINK_BEHAVIOURS)[number];
export type FabricBehaviour = FabricRestBehaviour | LinkServiceBehaviour | ManagedBehaviour | MappingBehaviour;

/** Published durations in milliseconds; the clock's speed divides them. */
export type FabricDelays = ManagedDelays &
  MappingDelays & {
    /** Section 18: "up to 30 min" [D]; the worst published case. */
    inboundDenyMs: number;
    /** After Allow, every public call stays refused this long [O: 5–8 min in all]. */
    inboundAllowRefusedMs: number;
    /** After Allow, answers alternate until this long after the change [O]. */
    inboundAllowSettledMs: number;
    /** After Allow, DELETE of the workspace stays refused this long for public callers [O: up to about 15 min]. */
    workspaceDeleteMs: number;
    /** Section 18 [D]. */
    outboundDenyMs: number;
    /** Not documented [U]: taken to equal the time that Deny needs. */
    outboundAllowMs: number;
    /** Section 2.4: "up to about 15 minutes" [D]. */
    tenantSettingMs: number;
    /** How long Fabric asks a gateway before its operation ends: not published [U]. */
    gatewayCheckMs: number;
    /** Section 7.1: seen end to end about 24 s [O]. */
    servicePutMs: number;
    /** Section 8: DELETE of a connection is 202; its duration is not published [U]. */
    connectionDeleteMs: number;
    /** From a request or decision until the other side shows it: "seconds to minutes" [G]. */
    decisionMs: number;
  };

/** Where the documentation is silent or contradicts itself, the side that the simulator takes. */
export type FabricChoices = ManagedChoices &
  MappingChoices & {
    /** Section 3.1 and users.md 2.3: `BadRequest` outside, the useful code in moreDetails[]. */
    nestErrors: boolean;
    /** Entries on a page of a Fabric list. */
    pageSize: number;
    /** Sends one empty page that still carries a token, before the second page. */
    emptyPage: boolean;
    /** Which of two successive public calls get through while Allow settles: true answers, false refuses. */
    flapping: readonly boolean[];
    /** U1: which names the service returns, besides accepting both. */
    workspaceProperty: 'workspaceId' | 'workspaceObjectId' | 'both';
    /** Section 13: checkStatus answers at once, or by an operation, which may fail in the end [D for the first two]. */
    gatewayCheck: 'immediate' | 'operation' | 'failedOperation';
    /** How a gateway answers to whom it is hidden from [I]; the list leaves it out either way. */
    hiddenGateway: 'notFound' | 'forbidden';
    /** Section 3.3: vendor samples omit `/v1` in the Location of a poll's answer. Both are served. */
    operationLocation: 'versioned' | 'bare';
    /** Section 7.1: modelled as synchronous, seen asynchronous. */
    servicePut: 'synchronous' | 'asynchronous';
    /** U3: DELETE of a service that still has connections. */
    deleteWithConnections: 'refuse' | 'disconnect';
    /** Section 8: some providers refuse a second decision on a connection that is not Pending. */
    decideOnlyPending: boolean;
    /** Some gateways answer without the ETag header (U12). */
    sendEtag: boolean;
    /** Code of the refusal while the tenant blocks public internet access: not documented [U]. */
    tenantBlockCode: string;
    /** Section 3.1 [I]: a workspace without a role for the caller answers 404 rather than 403. */
    hideForeignWorkspaces: boolean;
    /** Section 17: some tools read the collection under another name. */
    tenantSettingsMember: 'value' | 'tenantSettings';
  };

export type FabricQuotas = MappingQuotas & {
  unifiedPerMinute: number;
  tenantSettingsPerMinute: number;
  servicesPerTenant: number;
  serviceCreationsPerMinute: number;
  endpointsPerWorkspace: number;
};

export type FabricConduct = {
  switches: Record<FabricBehaviour, boolean>;
  delays: FabricDelays;
  choices: FabricChoices;
  quotas: FabricQuotas;
};

const MINUTE_MS = 60_000;

/** As the published facts have it: every behaviour on. */
export function publishedConduct(): FabricConduct {
  return {
    switches: Object.fromEntries(
      [...REST_BEHAVIOURS, ...LINK_BEHAVIOURS, ...MANAGED_BEHAVIOURS, ...MAPPING_BEHAVIOURS].map((name) => [
        name,
        true,
      ]),
    ) as Record<FabricBehaviour, boolean>,
    delays: {
      ...MANAGED_DELAYS,
      ...MAPPING_DELAYS,
      inboundDenyMs: 30 * MINUTE_MS,
      inboundAllowRefusedMs: 5 * MINUTE_MS,
      inboundAllowSettledMs: 8 * MINUTE_MS,
      workspaceDeleteMs: 15 * MINUTE_MS,
      outboundDenyMs: 15 * MINUTE_MS,
      outboundAllowMs: 15 * MINUTE_MS,
      tenantSettingMs: 15 * MINUTE_MS,
      gatewayCheckMs: 30_000,
      servicePutMs: 24_000,
      connectionDeleteMs: 10_000,
      decisionMs: 20_000,
    },
    choices: {
      ...MANAGED_CHOICES,
      ...MAPPING_CHOICES,
      nestErrors: false,
      pageSize: 100,
      emptyPage: false,
      flapping: [true, false, true, true, false],
      workspaceProperty: 'workspaceId',
      gatewayCheck: 'immediate',
      hiddenGateway: 'notFound',
      operationLocation: 'versioned',
      servicePut: 'synchronous',
      deleteWithConnections: 'refuse',
      decideOnlyPending: false,
      sendEtag: true,
      tenantBlockCode: 'RequestDeniedByInboundPolicy',
      hideForeignWorkspaces: false,
      tenantSettingsMember: 'value',
    },
    quotas: {
      ...MAPPING_QUOTAS,
      unifiedPerMinute: 200,
      tenantSettingsPerMinute: 25,
      servicesPerTenant: 500,
      serviceCreationsPerMinute: 10,
      endpointsPerWorkspace: 100,
    },
  };
}
