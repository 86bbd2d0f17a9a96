import type { RoleAssignment, RolePrincipal, WorkspaceRole } from '../../../operator/clients/fabric/types.ts';
import type { Fault } from '../cloud-types.ts';
import type { GrantFacts, RevocationFacts } from './fact-types.ts';

export type { RoleAssignment, RolePrincipal, WorkspaceRole };

/** One entry of spec.grants; the id in lower case. */
export type WantedGrant = { workspaceId: string; role: WorkspaceRole };

/** Annotation granted.<workspace>.<principal>. */
export type GrantNote = {
  /** refused: the directory does not know the principal. Nothing is given then, and only the time counts. */
  how: 'created' | 'adopted' | 'refused';
  /** What was asked for last. */
  role: WorkspaceRole;
  /** When we first asked: a principal that is unknown for long after it is no new one. */
  atMs: number;
  /** When we last asked: for minutes after it, a list that does not show the role proves nothing. */
  askedAtMs: number;
  workspaceId: string;
  principal: RolePrincipal;
};

export type GrantSeen = {
  facts: GrantFacts;
  wanted: WantedGrant;
  principal: RolePrincipal | undefined;
  /** As listed. */
  assignment?: RoleAssignment;
  note: GrantNote | undefined;
  /** A role was given there, and nothing is read while it is not known who represents the guest. */
  isUnread?: boolean;
  fault?: Fault;
};

export type RevocationSeen = {
  facts: RevocationFacts;
  note: GrantNote;
  assignment?: RoleAssignment;
  /** When a list that does not show the role can be believed. */
  dueAtMs: number;
  fault?: Fault;
};

export type GrantsSeen = {
  /** By the name of their ladder. */
  grants: Readonly<Record<string, GrantSeen>>;
  revocations: Readonly<Record<string, RevocationSeen>>;
};
