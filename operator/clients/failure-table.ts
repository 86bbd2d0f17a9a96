import type { Disposition } from '../errors.ts';

/** What to do about one kind of failure. */
export type Verdict = { disposition: Disposition; reason: string; remedy?: string };

type Row = Verdict & {
  /** Codes as the services write them; compared without regard to case. */
  codes: readonly string[];
  /** Absent: the code means the same wherever it comes from. */
  service?: 'arm' | 'fabric' | 'entra' | 'graph';
  /** Says little by itself: a nested code that the table knows is preferred. */
  generic?: true;
};

const GRANT_AZURE_ROLE =
  'grant the operator’s identity the Azure role that the documentation lists for this action; a new role assignment takes up to 10 minutes to work';
const GRANT_FABRIC_RIGHT =
  'grant the operator’s identity the Fabric role or tenant setting that the documentation lists for this call; a tenant setting takes up to 15 minutes to work';
const GRANT_WORKSPACE_ROLE = 'make the operator’s identity an Admin of the workspace';
/** Also for a refusal that does not say which quota (private-link-services.ts). */
export const SERVICE_QUOTA_REMEDY =
  'the tenant has as many private link services as its quota allows (500 unless Microsoft granted more): delete services that nobody needs, or ask for more by a support request';
const CHECK_ID =
  'what the message names does not exist, or does not show itself to the operator’s identity: compare the id with the portal, and check the identity’s rights there';
const CORRECT_SPEC =
  'correct what the message names; if nothing of it is in the spec, report it with the request id of the operator’s log';
const CHECK_CLIENT =
  'check AZURE_CLIENT_ID and AZURE_TENANT_ID in the credentials Secret, and that the application has a service principal in that tenant';

/**
 * Every error code that we know, once. Sources: cloud-apis sections 2.2 (Entra), 3.1 (Fabric), 4.1 (ARM), 7–13; users
 * 2.3 for what recorded traffic shows. A code that is missing here is judged by its HTTP status (`classify.ts`).
 */
export const FAILURES: readonly Row[] = [
  // Somebody else wrote in between.
  { codes: ['PreconditionFailed'], disposition: 'conflict', reason: 'ChangedMeanwhile' },

  // The service asks us to slow down. RequestBlocked is what Fabric really sends with 429.
  {
    codes: [
      'TooManyRequests',
      'RequestBlocked',
      'SubscriptionRequestsThrottled',
      'ResourceRequestsThrottled',
      'RequestThrottled',
    ],
    disposition: 'throttled',
    reason: 'Throttled',
  },

  // Passes by itself.
  {
    codes: [
      'AnotherOperationInProgress',
      'RetryableError',
      'OperationPreempted',
      'CanceledAndSupersededDueToAnotherOperation',
      'ResourceNotProvisioned',
      'ReferencedResourceNotProvisioned',
      'ParentResourceNotProvisioned',
    ],
    disposition: 'transient',
    reason: 'OperationInProgress',
  },
  {
    codes: [
      'InternalServerError',
      'ServerTimeout',
      'ServiceUnavailable',
      'GatewayTimeout',
      'ResourceRequestTimedout',
      'OperationFailedOnTimeout',
    ],
    disposition: 'transient',
    reason: 'ServiceFailure',
  },
  // Fabric says this of two endpoint creations at once in one workspace (terraform-provider-fabric issue 807), and of much else.
  { codes: ['UnknownError'], disposition: 'transient', reason: 'UnknownError', generic: true },
  {
    codes: ['InvalidContinuationToken', 'ExpiredContinuationToken'],
    disposition: 'transient',
    reason: 'ListInterrupted',
  },
  { codes: ['EntityConflict'], service: 'fabric', disposition: 'transient', reason: 'Conflict' },
  { codes: ['Conflict'], service: 'fabric', disposition: 'transient', reason: 'Conflict', generic: true },
  { codes: ['ItemDisplayNameNotAvailableYet'], disposition: 'transient', reason: 'NameNotFreeYet' },

  // Rights.
  {
    codes: ['AuthorizationFailed', 'AuthorizationPermissionMismatch'],
    service: 'arm',
    disposition: 'blocked',
    reason: 'AuthorizationFailed',
    remedy: GRANT_AZURE_ROLE,
  },
  {
    codes: ['LinkedAuthorizationFailed', 'LinkedInvalidPropertyId', 'LinkedAccessCheckFailed'],
    disposition: 'blocked',
    reason: 'LinkedAuthorizationFailed',
    remedy:
      'a resource that the request names (subnet, private link service, zone) is not open to the operator’s identity: grant it the join or write right there, or use connectionMode: Manual',
  },
  {
    codes: ['RequestDisallowedByPolicy', 'PolicyViolation'],
    disposition: 'blocked',
    reason: 'RequestDisallowedByPolicy',
    remedy:
      'an Azure Policy assignment refuses this resource: ask its owner for an exemption, or change what the policy names',
  },
  {
    codes: [
      'InsufficientWorkspaceRole',
      'MissingMinimalPermissions',
      'PrincipalWithoutWorkspaceRolePermissions',
      'PrincipalNotWorkspaceAdmin',
    ],
    disposition: 'blocked',
    reason: 'InsufficientWorkspaceRole',
    remedy: GRANT_WORKSPACE_ROLE,
  },
  {
    codes: ['InsufficientPermissionsToManageGateway'],
    service: 'fabric',
    disposition: 'blocked',
    reason: 'InsufficientGatewayRole',
    remedy: 'give the operator’s identity a role on the data gateway',
  },
  {
    codes: ['Authorization_RequestDenied', 'Forbidden', 'accessDenied'],
    service: 'graph',
    disposition: 'blocked',
    reason: 'GraphNotPermitted',
    remedy: 'grant the operator’s application the Microsoft Graph permission that this call needs',
  },
  {
    codes: ['InsufficientPrivileges', 'InsufficientScopes'],
    disposition: 'blocked',
    reason: 'InsufficientPrivileges',
    remedy: GRANT_FABRIC_RIGHT,
  },
  // Also the outer code of a nested refusal, whose inner one may be the inbound policy's.
  {
    codes: ['Forbidden'],
    disposition: 'blocked',
    reason: 'InsufficientPrivileges',
    remedy: GRANT_FABRIC_RIGHT,
    generic: true,
  },
  {
    codes: ['FeatureNotAvailable', 'TenantSwitchDisabled'],
    disposition: 'blocked',
    reason: 'TenantSettingOff',
    remedy:
      'a Fabric administrator must enable the tenant setting that this call needs; it takes up to 15 minutes to work',
  },
  {
    codes: ['TenantNotAllowed', 'UserNotLicensed', 'DisabledUser', 'PrivilegedAppCantBeAddedToWorkspace'],
    disposition: 'blocked',
    reason: 'IdentityNotAllowed',
    remedy: 'a Fabric administrator must allow service principals to call Fabric APIs for the operator’s identity',
  },

  // Network policy. The first is a fact for whoever probes; as an error it means that we have no way in.
  {
    codes: ['RequestDeniedByInboundPolicy'],
    disposition: 'blocked',
    reason: 'NoPrivatePath',
    remedy:
      'the workspace denies public access: give the operator a private endpoint of it and the name resolution that goes with it, or allow inbound access',
  },
  {
    codes: ['InboundRestrictionNotEligible'],
    disposition: 'blocked',
    reason: 'InboundRestrictionNotEligible',
    remedy:
      'enable the tenant setting for workspace-level inbound rules, take the workspace out of deployment pipelines, and remove the items that the preflight names',
  },

  // Something that must exist first does not.
  {
    codes: ['SubscriptionNotFound', 'InvalidSubscriptionId', 'DisabledSubscription', 'ReadOnlyDisabledSubscription'],
    disposition: 'blocked',
    reason: 'SubscriptionNotUsable',
    remedy:
      'check the subscription id, that the subscription is enabled, and that the operator’s identity has a role in it',
  },
  {
    codes: ['ResourceGroupNotFound', 'ResourceGroupBeingDeleted'],
    disposition: 'blocked',
    reason: 'ResourceGroupNotFound',
    remedy: 'create the resource group, or correct its name',
  },
  {
    codes: ['ParentResourceNotFound'],
    disposition: 'blocked',
    reason: 'ParentResourceNotFound',
    remedy:
      'what it is to be made in (the service, zone or network) does not exist: if the operator makes that itself, it does so first; else create it, or correct its id',
  },
  {
    codes: ['InvalidResourceReference', 'ReferencedResourceNotFound', 'LinkedResourceNotFound'],
    disposition: 'blocked',
    reason: 'ReferencedResourceNotFound',
    remedy: 'the request names a resource (subnet, zone, network) that does not exist: create it, or correct its id',
  },
  { codes: ['ResourceNotFound'], disposition: 'blocked', reason: 'ResourceNotFound', remedy: CHECK_ID },
  {
    codes: ['NotFound', 'EntityNotFound'],
    disposition: 'blocked',
    reason: 'NotFound',
    generic: true,
    remedy: CHECK_ID,
  },
  {
    codes: ['WorkspaceNotFound'],
    disposition: 'blocked',
    reason: 'WorkspaceNotFound',
    remedy: 'check the workspace id; Fabric also answers so when the operator’s identity has no role in the workspace',
  },
  {
    codes: ['CapacityNotFound'],
    disposition: 'blocked',
    reason: 'CapacityNotFound',
    remedy:
      'the capacity of the workspace is gone, or does not show itself to who is no contributor of it: look under Workspace settings > License info which one it is, assign the workspace to one that is there and active, or make the operator’s identity a contributor of the capacity',
  },
  {
    codes: ['ItemNotFound'],
    disposition: 'blocked',
    reason: 'ItemNotFound',
    remedy:
      'there is no such item in that workspace, or the operator’s identity may not see it: compare the id with the one in the address of the item in the Fabric portal, and give the identity at least the role Viewer under Manage access of the workspace',
  },
  {
    codes: ['EndpointNotFound', 'InvalidResourceType'],
    disposition: 'blocked',
    reason: 'ApiNotServed',
    remedy: 'this cloud does not serve the API: check the endpoint URLs of the operator',
  },
  {
    codes: ['PrincipalNotFound'],
    disposition: 'blocked',
    reason: 'PrincipalNotFound',
    remedy: 'a new principal takes minutes to appear in the directory; if it stays unknown, check its object id',
  },
  {
    codes: [
      'MissingSubscriptionRegistration',
      'NoRegisteredProviderFound',
      'SubscriptionNotRegistered',
      'ResourceProviderNotRegistered',
    ],
    disposition: 'blocked',
    reason: 'ProviderNotRegistered',
    remedy:
      'register the providers: az provider register --namespace Microsoft.Fabric --subscription <id>, and the same for Microsoft.Network',
  },

  {
    codes: ['Request_ResourceNotFound'],
    service: 'graph',
    disposition: 'blocked',
    reason: 'NotFound',
    remedy: CHECK_ID,
  },
  {
    codes: ['InvalidGuestTenantId'],
    disposition: 'blocked',
    reason: 'GuestTenantUnknown',
    remedy: 'Fabric does not know the guest’s tenant: correct guest.tenantId',
  },

  // Workspace roles (section 6).
  { codes: ['PrincipalAlreadyHasWorkspaceRolePermissions'], disposition: 'transient', reason: 'RoleAlreadyAssigned' },
  {
    codes: ['GroupHasTooManyMembers'],
    disposition: 'blocked',
    reason: 'GroupTooLarge',
    remedy:
      'Fabric refuses a workspace role for a group of that size: have the guest’s tenant split the group, and map the parts',
  },

  // Capacity, quota, locks.
  {
    codes: ['SubnetIsFull', 'SubnetFull', 'InsufficientIPAddressesInSubnet', 'NotEnoughIpAddressesInSubnet'],
    disposition: 'blocked',
    reason: 'SubnetFull',
    remedy:
      'free addresses in the subnet or use a larger one: a workspace endpoint takes 5 addresses, and 10 should be free',
  },
  {
    codes: ['QuotaExceeded', 'ResourceQuotaExceeded', 'ResourceCountExceedsLimit'],
    disposition: 'blocked',
    reason: 'QuotaExceeded',
    remedy: 'a quota is used up: delete what is no longer needed, or ask for more by a support request',
  },
  // Codes of the two Fabric quotas are not documented (section 7.1): these, and QuotaExceeded of the service's own PUT.
  {
    codes: ['PrivateLinkServiceLimitReached', 'PrivateLinkServiceLimitExceeded'],
    disposition: 'blocked',
    reason: 'ServiceQuotaReached',
    remedy: SERVICE_QUOTA_REMEDY,
  },
  {
    codes: ['PrivateEndpointConnectionLimitExceeded', 'PrivateEndpointCountLimitReached', 'TooManyPrivateEndpoints'],
    disposition: 'blocked',
    reason: 'EndpointQuotaReached',
    remedy:
      'the workspace has as many private endpoints as its quota allows (100 unless Microsoft granted more): remove endpoints that nobody needs, or ask for more by a support request',
  },
  {
    codes: ['PrivateEndpointsPerVnetLimitReached'],
    disposition: 'blocked',
    reason: 'NetworkEndpointQuotaReached',
    remedy:
      'the virtual network has as many private endpoints as it may (1000): remove some, use another network, or opt in to high-scale private endpoints',
  },
  {
    codes: ['PrivateEndpointsPerSubscriptionLimitReached'],
    disposition: 'blocked',
    reason: 'SubscriptionEndpointQuotaReached',
    remedy:
      'the subscription has as many private endpoints as it may: remove some, or place the endpoint in another subscription',
  },
  {
    codes: ['ScopeLocked', 'CannotDeleteResource', 'LockedResource'],
    disposition: 'blocked',
    reason: 'Locked',
    remedy: 'a lock or a dependent resource forbids the change: remove it',
  },
  {
    codes: ['OperationNotAllowed', 'ResourceNotModifiable', 'InUsePrivateEndpointCannotBeUpdated'],
    disposition: 'blocked',
    reason: 'OperationNotAllowed',
    remedy:
      'Azure does not allow this change to what is there, as the message says: delete it, after which the operator makes it as the spec has it, or set the spec to what there is',
  },
  {
    codes: ['CapacityNotInActiveState'],
    disposition: 'blocked',
    reason: 'CapacityNotActive',
    remedy: 'resume the Fabric capacity of the workspace',
  },
  {
    codes: ['UnsupportedCapacitySKU', 'UnsupportedSku', 'WorkspaceHasNoCapacityAssigned'],
    disposition: 'blocked',
    reason: 'UnsupportedSku',
    remedy: 'assign the workspace to an F capacity',
  },
  {
    codes: ['UnsupportedRegion'],
    disposition: 'blocked',
    reason: 'UnsupportedRegion',
    remedy:
      'managed private endpoints need Fabric Data Engineering in the region of the capacity and in the home region of the tenant: move the workspace to a capacity in a region that has it',
  },
  {
    codes: ['NonCompliant', 'IncorrectVNetType'],
    disposition: 'blocked',
    reason: 'NonCompliant',
    remedy:
      'the managed network of the workspace cannot hold this endpoint: ask Fabric support, with the request id of the operator’s log',
  },
  // Passes when the other one is gone, which may be one that is being deleted, or was less than 15 minutes ago.
  {
    codes: ['DuplicatePrivateEndpointName'],
    disposition: 'blocked',
    reason: 'EndpointNameTaken',
    remedy:
      'the workspace has a managed private endpoint of that name already: choose another name, or delete that one and wait until it is gone',
  },
  {
    codes: ['DuplicateTargetPrivateLinkResourceId'],
    disposition: 'blocked',
    reason: 'EndpointTargetTaken',
    remedy:
      'the workspace has a managed private endpoint to that target and sub-resource already: use that one, or delete it and wait 15 minutes',
  },
  {
    codes: ['PrivateEndpointNotFound'],
    disposition: 'blocked',
    reason: 'EndpointNotFound',
    remedy:
      'the managed private endpoint is gone since the list was read: the next list shows it, and the operator asks for the endpoint anew, 15 minutes after its deletion at the earliest; if that repeats itself, find out who deletes it: Fabric’s audit log tells',
  },
  {
    codes: ['OperationNotFound', 'OperationHasNoResult', 'OperationNotSucceeded'],
    service: 'fabric',
    disposition: 'transient',
    reason: 'OperationLost',
  },
  {
    codes: ['PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled'],
    disposition: 'blocked',
    reason: 'SubnetPoliciesEnabled',
    remedy: 'set privateEndpointNetworkPolicies of the subnet to Disabled',
  },
  {
    codes: ['PrivateEndpointConnectionStatusNotPending'],
    disposition: 'blocked',
    reason: 'ConnectionNotPending',
    remedy:
      'somebody has decided the connection already, and this resource lets nobody decide a second time: see what it is now under Networking > Private endpoint connections of the target; if it is Rejected or Disconnected, the endpoint has to be deleted and requested anew',
  },
  {
    codes: ['VirtualNetworkLinkConflict', 'VnetAlreadyLinked'],
    disposition: 'blocked',
    reason: 'VnetLinkedElsewhere',
    remedy:
      'the virtual network is linked to another private DNS zone of that name, and a network has but one: name that zone in dns.zoneId, or take its link away',
  },
  {
    codes: ['Conflict', 'ResourceConflict'],
    service: 'arm',
    disposition: 'blocked',
    reason: 'Conflict',
    generic: true,
    remedy:
      'what is there stands against the change, as the message says, such as a thing of that name, or one that is still being deleted: look at it in the Azure portal, under its Activity log too, and remove or rename what is in the way; what is only under way passes by itself',
  },
  {
    codes: ['WorkspaceContainsManagedEndpoints', 'DeleteWorkspaceNotAllowed'],
    disposition: 'blocked',
    reason: 'WorkspaceInUse',
    remedy:
      'delete the managed private endpoints and the private link service of the workspace first; a managed private endpoint stays listed for minutes after its deletion',
  },

  // The request as such can never work.
  {
    codes: [
      'InvalidRequestFormat',
      'InvalidParameter',
      'InvalidInput',
      'InvalidRequestContent',
      'InvalidRequestUri',
      'CorruptedPayload',
      'UnsupportedMediaType',
      'InvalidResourceName',
      'InvalidResourceLocation',
      'LocationNotAvailableForResourceType',
      'InvalidTagNameCharacters',
      'InvalidTagName',
    ],
    disposition: 'terminal',
    reason: 'InvalidRequest',
    remedy: CORRECT_SPEC,
  },
  {
    codes: ['BadRequest', 'InvalidRequest'],
    disposition: 'terminal',
    reason: 'InvalidRequest',
    generic: true,
    remedy: CORRECT_SPEC,
  },
  {
    codes: ['InvalidApiVersionParameter'],
    disposition: 'terminal',
    reason: 'ApiVersionNotServed',
    remedy: 'this cloud does not serve the API version: use a release of the operator that supports it',
  },
  {
    codes: ['InvalidPrivateEndpointName'],
    disposition: 'terminal',
    reason: 'InvalidEndpointRequest',
    remedy: 'choose another endpoint name: letters, digits, dashes and underscores, 64 at most',
  },
  {
    codes: ['InvalidTargetSubResourceType'],
    disposition: 'terminal',
    reason: 'InvalidEndpointRequest',
    remedy:
      'correct the sub-resource: "workspace" for a Fabric private link service, none for a Microsoft.Network/privateLinkServices, else one that the target lists under privateLinkResources',
  },
  {
    codes: ['InvalidTargetPrivateLinkResourceId'],
    disposition: 'terminal',
    reason: 'InvalidEndpointRequest',
    remedy: 'correct the target: the full Azure id of a resource that private endpoints can reach',
  },
  {
    codes: ['InvalidRequestMessage'],
    disposition: 'terminal',
    reason: 'InvalidEndpointRequest',
    remedy: 'shorten the request message: 140 characters at most',
  },
  {
    codes: [
      'InvalidPrincipal',
      'InvalidPrincipalType',
      'PrincipalTypeNotSupported',
      'MissingPrincipal',
      'MissingPrincipalType',
      'InvalidWorkspacePrincipalRole',
      'MissingWorkspaceRole',
    ],
    disposition: 'terminal',
    reason: 'InvalidPrincipal',
    remedy:
      'Fabric gives no workspace role to such a principal: name the object id of a user, a security group, or a service principal (under Enterprise applications; not the application id, and not the object id of the app registration), and one of the roles Admin, Member, Contributor, Viewer',
  },

  // A fresh token was refused too (the first 401 costs us a new token, not an error).
  {
    codes: ['InvalidAuthenticationTokenTenant'],
    disposition: 'blocked',
    reason: 'CredentialTenantMismatch',
    remedy: 'the subscription belongs to another tenant than tenantId says: correct the subscription or the tenant',
  },
  {
    codes: [
      'InvalidAuthenticationToken',
      'ExpiredAuthenticationToken',
      'AuthenticationFailed',
      'InvalidToken',
      'TokenExpired',
      'TokenIsMissing',
      'Unauthorized',
      'InvalidAuthenticationTokenAudience',
    ],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy:
      'the service refuses a token that Entra has just issued: check the endpoint URLs and scopes of the operator, and the node’s clock',
  },

  // Entra, by AADSTS number.
  {
    codes: ['AADSTS7000215'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy:
      'AZURE_CLIENT_SECRET is not a secret of this application: put the secret’s value (not its id) into the credentials Secret',
  },
  {
    codes: ['AADSTS7000222'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy: 'the client secret has expired: create a new one and put it into the credentials Secret',
  },
  {
    codes: ['AADSTS700027', 'AADSTS7000214', 'AADSTS1000502'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy:
      'the certificate is not registered with the application, or has expired: upload its public part, or renew it',
  },
  {
    codes: ['AADSTS700016', 'AADSTS7000229'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy: CHECK_CLIENT,
  },
  {
    codes: ['AADSTS90002', 'AADSTS900023'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy: 'the tenant is unknown to Entra: correct tenantId and AZURE_TENANT_ID',
  },
  {
    codes: ['AADSTS7000112', 'AADSTS50057'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy: 'the application or its service principal is disabled: enable it',
  },
  {
    codes: ['AADSTS53003', 'AADSTS530035'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy: 'a Conditional Access policy refuses the identity: allow it from the cluster’s addresses',
  },
  {
    codes: ['AADSTS70011', 'AADSTS500011', 'AADSTS1002012'],
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    remedy:
      'the tenant does not know the API that the token is for: check the operator’s scopes, and that Fabric or Azure is in use in the tenant',
  },
  // A new federated credential takes minutes to become effective: the queue's backoff is the waiting.
  {
    codes: ['AADSTS70021', 'AADSTS700213', 'AADSTS700211', 'AADSTS700212'],
    disposition: 'transient',
    reason: 'CredentialInvalid',
    remedy:
      'no federated credential of the application matches the operator’s service account (issuer, subject, audience); a new one takes minutes to work',
  },
  {
    codes: ['AADSTS700024'],
    disposition: 'transient',
    reason: 'CredentialInvalid',
    remedy: 'the service account token is outside its validity: check the node’s clock and the token projection',
  },
  {
    codes: ['AADSTS90033', 'AADSTS90012', 'AADSTS90006', 'AADSTS50196', 'temporarily_unavailable'],
    disposition: 'transient',
    reason: 'EntraUnavailable',
  },
];
