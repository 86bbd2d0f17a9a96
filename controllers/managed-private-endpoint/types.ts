import type { ManagedPrivateEndpoint } from '../../crds/managed-private-endpoint.ts';
import type { ApprovalNote } from '../../operator/approval/note.ts';
import type { Recreations } from '../../operator/approval/recreation.ts';
import type { LossSeen } from '../../operator/runtime/loss/types.ts';
import type {
  ArmId,
  Fault,
  ManagedEndpointRow,
  ManagedSource,
  PrivateEndpointConnection,
  ServiceScope,
} from './cloud-types.ts';
import type { ApprovalFacts, EndpointFacts, RemovalFacts, TargetFacts } from './fact-types.ts';

export type {
  DescribeInput,
  EventNote,
  Ladder,
  PlanStep,
  Report,
  Rest,
} from '../../operator/runtime/kind.ts';
export type { LossEffect, LossSeen } from '../../operator/runtime/loss/types.ts';
export * from './cloud-types.ts';
export * from './fact-types.ts';
export * from './word-types.ts';
export type { ManagedPrivateEndpoint };

/** What the spec asks for, in the cloud's terms. */
export type Desired = {
  uid: string;
  namespace: string;
  /** Of the object. */
  name: string;
  tenantId: string;
  /** Lower-case workspace id, and the name in Fabric. */
  source: ManagedSource;
  /** The WorkspacePrivateLink that the spec names; undefined: it names an ARM id. */
  reference: { namespace: string; name: string } | undefined;
  /** By ARM id. */
  resourceId: ArmId | undefined;
  subresource: string | undefined;
  /** What the catalogue of targets says against the target or its sub-resource. */
  warnings: readonly string[];
  fqdns: readonly string[];
  /** Lower case. */
  expectedWorkspaceId: string | undefined;
  requestMessage: string;
  approver: 'person' | 'operator';
  adoption: 'allowed' | 'never';
  recreate: 'Never' | 'OnRejection';
  deletion: 'DeleteCreated' | 'DeleteAll' | 'Retain';
  /** Parts of the spec that this version does not serve, as a person would name them. */
  notServed: readonly string[];
};

/** Annotation requested-at, written before the POST. */
export type RequestNote = {
  atMs: number;
  /** Nothing on the target bore the name when this was written. */
  clean: boolean;
  /** What the request message holds and nobody else knows. */
  nonce: string;
  /** What was asked for: a row of our name that leads elsewhere is not ours. */
  targetId: ArmId;
  /** Whose workspace the target was then; for people, once nothing of the target is read any more. */
  workspaceId?: string;
  /**
   * Fabric has not been asked yet, or answered that it made nothing: a row of our name is somebody else's, until it is
   * asked (again).
   */
  refused?: true;
};

/** Annotation match: what has happened about the connection on the target. */
export type MatchNote = ApprovalNote;

/** What was written before calls, and cannot be observed later. */
export type Provenance = {
  request: RequestNote | undefined;
  /** `sinceMs`: when it was taken over, where it was. */
  endpoint: { how: 'created' | 'adopted'; id: string; sinceMs?: number } | undefined;
  match: MatchNote | undefined;
  /** The proven private endpoint of a request that is over, whose connection may still be on the target. */
  leftover: ArmId | undefined;
  pin: string | undefined;
  /** What recreatePolicy OnRejection has given up lately: ids of endpoints. */
  recreations: Recreations | undefined;
  deletedAtMs: number | undefined;
  lostAtMs: number | undefined;
};

export type TargetSeen = {
  facts: TargetFacts;
  id: ArmId | undefined;
  subresource: string | undefined;
  /** Where it is a Fabric private link service. */
  scope: ServiceScope | undefined;
  /** Lower case, as read. */
  workspaceId: string | undefined;
  /** Connections of the target that bear the endpoint's name. */
  matches: readonly PrivateEndpointConnection[];
  /** The WorkspacePrivateLink that keeps the target, where there is one in this cluster. */
  link?: {
    namespace: string;
    name: string;
    hasConnections: boolean;
    /** Name of the entry of its spec.connections that approves this endpoint. */
    approves?: string;
  };
  /** What the catalogue of targets says against it; never a reason not to try. */
  warnings: readonly string[];
  /** Why the WorkspacePrivateLink may not be used. */
  detail?: string;
  /** When to look again at a target that needs no endpoint. */
  dueAtMs?: number;
  fault?: Fault;
};

export type ApprovalSeen = {
  facts: ApprovalFacts;
  /** Where the connections were looked for. */
  targetId: ArmId | undefined;
  connection: PrivateEndpointConnection | undefined;
  matches: readonly PrivateEndpointConnection[];
  /** Names of the objects that note the subscription which the request does not come from. */
  pinnedOn?: readonly string[];
  /** Why a match is implausible. */
  detail?: string;
  /** When to look again at a request that settles. */
  dueAtMs?: number;
  fault?: Fault;
};

export type RemovalSeen = { facts: RemovalFacts; dueAtMs?: number; fault?: Fault };

/** An entry of status.preflight. */
export type PreflightItem = { code: string; severity: 'Blocks' | 'Degrades'; item?: string; message: string };

/** One pass' reading of one object. */
export type Seen = {
  desired: Desired;
  provenance: Provenance;
  endpoint: {
    facts: EndpointFacts;
    row: ManagedEndpointRow | undefined;
    /** The row to the same target under another name. */
    twin?: ManagedEndpointRow;
    /** The object of this cluster that keeps that one. */
    twinOf?: string;
    /** The object that owns the name. */
    other?: string;
    /** The ledger's. */
    recreateAfterMs?: number;
    /** When to look again at one that is being provisioned, or that waits for nothing but its target. */
    dueAtMs?: number;
    /** Nothing is made anew before that. */
    pausedUntilMs?: number;
    fault?: Fault;
  };
  target: TargetSeen;
  /** Only while the operator decides about the request. */
  approval: ApprovalSeen | undefined;
  removal: RemovalSeen | undefined;
  loss: LossSeen | undefined;
};
