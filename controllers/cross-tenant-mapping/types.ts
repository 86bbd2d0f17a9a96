import type { CrossTenantMapping } from '../../crds/cross-tenant-mapping.ts';
import type { LossSeen } from '../../operator/runtime/loss/types.ts';
import type { Fault, Mapping, WorkspaceRole } from './cloud-types.ts';
import type { AccessFacts, ExpansionFacts, MappingFacts, RemovalFacts } from './fact-types.ts';
import type { GrantsSeen } from './grants/types.ts';
import type { OutputsSeen } from './outputs/types.ts';
import type { StringsSeen } from './strings/types.ts';

export type {
  DescribeInput,
  Ladder,
  PlanStep,
  Report,
  Rest,
} from '../../operator/runtime/kind.ts';
export type { LossEffect, LossSeen } from '../../operator/runtime/loss/types.ts';
export * from './cloud-types.ts';
export * from './fact-types.ts';
export type { GrantsSeen } from './grants/types.ts';
export type { OutputsSeen } from './outputs/types.ts';
export type { StringsSeen } from './strings/types.ts';
export * from './word-types.ts';
export type { CrossTenantMapping };

/** What the spec asks for, in the cloud's terms; ids in lower case. */
export type Desired = {
  uid: string;
  namespace: string;
  name: string;
  /** The provider's. */
  tenantId: string;
  guest: {
    tenantId: string;
    objectId: string;
    type: 'User' | 'ServicePrincipal' | 'Group';
    userPrincipalName?: string;
    email?: string;
  };
  /** What Fabric makes of such a guest in our tenant (cloud-apis 15.4). */
  principalType: PrincipalType;
  principalId: string | undefined;
  lookup: 'none' | 'graph';
  denyUserAccess: boolean | undefined;
  grants: readonly { workspaceId: string; role: WorkspaceRole }[];
  adoption: 'Never' | 'IfIdentical' | 'Always';
  deletion: 'DeleteCreated' | 'DeleteAll' | 'Retain';
};

export type PrincipalType = 'ServicePrincipal' | 'Group';

/** Annotation requested-at, written before the POST. */
export type RequestNote = {
  atMs: number;
  /** What the list showed of the guest then: nothing, or only what is over. */
  before: 'none' | 'over';
  /** When what we have was asked for first. A row that was made before that is somebody else's. */
  firstAtMs: number;
};

/** Annotation mapping: ours, or taken over, and since when. */
export type MappingNote = {
  how: 'created' | 'adopted';
  /** As the answer or the row told it; the guest's own object id where neither told any. */
  id: string;
  atMs: number;
};

/**
 * Annotation principal: who represents the guest, and who said so. before: who did while the mapping was there that has
 * gone since; Fabric's principals stop working with their mapping (cloud-apis 15.3).
 */
export type PrincipalNote = { id: string; type: PrincipalType; by: 'listed' | 'answered' | 'found' | 'before' };
export type ToldPrincipal = PrincipalNote & { by: 'listed' | 'answered' | 'found' };

/** What was written before calls, and cannot be observed later. */
export type Provenance = {
  request: RequestNote | undefined;
  mapping: MappingNote | undefined;
  principal: PrincipalNote | undefined;
  grantsChangedAtMs: number | undefined;
  /** Ids of mappings that this object has deleted. */
  deletedIds: readonly string[];
  lostAtMs: number | undefined;
};

/** What the mapping's ladder tells the others about the guest's principal. */
export type PrincipalSummary = { kind: 'known'; id: string; type: PrincipalType } | { kind: 'awaited' | 'unresolved' };

export type MappingSeen = {
  facts: MappingFacts;
  /** The row that lives, or our own answer. */
  row: Mapping | undefined;
  principal: PrincipalSummary;
  /** Who was told or found, to be noted. */
  candidate?: ToldPrincipal;
  /** Names and ids that a person has to choose from. */
  detail?: string;
  /** Listed under another id than our POST was answered: it stays when the object goes. */
  isListedAsOther?: boolean;
  /** The object that owns the guest. */
  other?: string;
  fault?: Fault;
};

export type ExpansionSeen = {
  facts: ExpansionFacts;
  /** Undefined: nothing that this object did has to be carried out. */
  dueAtMs: number | undefined;
  fault?: Fault;
};
export type AccessSeen = { facts: AccessFacts; dueAtMs: number };

export type RemovalSeen = {
  facts: RemovalFacts;
  /** The next one to delete. */
  mappingId?: string;
  /** One of the guest that is taken for somebody else's, and stays. */
  theirs?: string;
  dueAtMs?: number;
  fault?: Fault;
};

/** One pass' reading of one object. */
export type Seen = {
  desired: Desired;
  provenance: Provenance;
  mapping: MappingSeen;
  grants: GrantsSeen;
  strings: StringsSeen;
  /** Undefined: nothing is to be published, and nothing ever was. */
  outputs: OutputsSeen | undefined;
  /** Groups only. */
  expansion: ExpansionSeen | undefined;
  access: AccessSeen | undefined;
  removal: RemovalSeen | undefined;
  loss: LossSeen | undefined;
};
