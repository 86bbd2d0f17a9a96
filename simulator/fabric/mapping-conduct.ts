// Cross-tenant mappings, workspace roles and connection strings: what a test may switch off or turn. Cloud-apis sections
// 6, 14, 15, 20 (U17–U23) and 21, points 12, 13 and 16.

export const MAPPING_BEHAVIOURS = [
  'requireAdminWriteAccess',
  'requireEnrolment',
  'requireGroupCreate',
  'requireConsent',
  'requireResolvableGuest',
  'countMappingQuota',
  'keepTombstone',
  'delayPrincipal',
  'recyclePrincipals',
  'delayExpansion',
  'delayRevocation',
  'requireKnownPrincipal',
  'refuseSecondRole',
  'keepLastAdmin',
  'limitGroupSize',
  'limitRolePrincipals',
  'limitGrantedRole',
  'delayRoleListing',
  'requireKnownGuestTenant',
  'refuseSqlEndpointList',
] as const;

export type MappingBehaviour = (typeof MAPPING_BEHAVIOURS)[number];

/** Published durations in milliseconds. */
export type MappingDelays = {
  /** "More than a day" [D]. */
  mappingTombstoneMs: number;
  /** From the mapping until directory and role assignments know the principal: "several minutes" [I]. */
  principalReplicationMs: number;
  /** Without a login to a warehouse [D]. */
  principalRecycleMs: number;
  /** Groups are expanded once in so long, for everybody at the same time [D for the hour]. */
  groupExpansionMs: number;
  /** From the revocation of consent until access ends and mappings go: "within a day" [D]. */
  consentRevocationMs: number;
  /** "Several hours" in "certain circumstances" [D]; none here unless a test says so. */
  accessSettlingMs: number;
  /** How long the list of roles lags behind [I]. */
  roleListingMs: number;
  /** How long an operation takes, where creating a mapping is one [U]. */
  mappingOperationMs: number;
};

/** Nothing of all this is documented [U]: the sides taken, and those that a client has to bear too. */
export type MappingChoices = {
  /** U17: where the rows stand. */
  mappingList: 'value' | 'mappings' | 'array';
  /** Whether the list is paged, by `pageSize` and `emptyPage`; an array cannot be. */
  mappingPages: boolean;
  /** U17, U18: how a row names mapping and guest; `echo` has no id but the guest's, which DELETE then takes. */
  mappingRow: 'mappingId' | 'objectId' | 'guestId' | 'principalId' | 'nested' | 'echo';
  /** U20: how a row names the principal that was created, if it does. */
  mappingPrincipal: 'none' | 'servicePrincipalId' | 'principalId' | 'providerObjectId';
  /** Whether a row tells when it was made. */
  mappingTimes: 'none' | 'createdDateTime';
  /** How a deleted row tells. */
  mappingDeletedMark: 'none' | 'isDeleted' | 'status';
  /** What POST answers: 200 and nothing, the row, its bare id; or 202 and an operation. */
  mappingAnswer: 'empty' | 'row' | 'id' | 'operation';
  /** U19: a second POST of what is there. */
  repeatedMapping: 'upsert' | 'conflict' | 'badRequest';
  /** U19: POST of what was deleted and is still listed. */
  revivedMapping: 'revive' | 'newRow' | 'refuse';
  /** U21: the 401 of missing consent has a body, or none. */
  consentRefusal: 'body' | 'empty';
  /** Who is not enrolled: 403, or the API is not there. */
  enrolmentRefusal: 'forbidden' | 'notFound';
  /** Which application needs Group.Create: U22. */
  groupCreateHolder: 'fabricApplication' | 'caller';
  /** How the created principals are called (section 16). */
  principalName: 'guestName' | 'guestObjectId' | 'opaque';
  /** What is left of the roles of a principal that is gone. */
  lostPrincipalRoles: 'stay' | 'vanish';
  /** What becomes of mappings a day after consent was revoked. */
  revokedMappings: 'vanish' | 'tombstone';
};

export type MappingQuotas = {
  /** POST, GET and DELETE together [D for the number]. */
  mappingsPerMinute: number;
  /** Of a group that is given a role: the number is not published [U]. */
  groupMembers: number;
  /** In the roles of one workspace [D]. */
  rolePrincipals: number;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const MAPPING_DELAYS: MappingDelays = {
  mappingTombstoneMs: 26 * HOUR_MS,
  principalReplicationMs: 3 * MINUTE_MS,
  principalRecycleMs: 120 * HOUR_MS,
  groupExpansionMs: HOUR_MS,
  consentRevocationMs: 24 * HOUR_MS,
  accessSettlingMs: 0,
  roleListingMs: 5_000,
  mappingOperationMs: 20_000,
};

export const MAPPING_CHOICES: MappingChoices = {
  mappingList: 'value',
  mappingPages: false,
  mappingRow: 'mappingId',
  mappingPrincipal: 'servicePrincipalId',
  mappingTimes: 'none',
  mappingDeletedMark: 'none',
  mappingAnswer: 'empty',
  repeatedMapping: 'upsert',
  revivedMapping: 'revive',
  consentRefusal: 'body',
  enrolmentRefusal: 'forbidden',
  groupCreateHolder: 'fabricApplication',
  principalName: 'guestName',
  lostPrincipalRoles: 'stay',
  revokedMappings: 'vanish',
};

export const MAPPING_QUOTAS: MappingQuotas = { mappingsPerMinute: 50, groupMembers: 1000, rolePrincipals: 1000 };
