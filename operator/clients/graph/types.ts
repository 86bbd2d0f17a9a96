import type { CallOptions, Read } from '../call.ts';

export type DirectoryKind = 'ServicePrincipal' | 'Group' | 'User';

/** One object of our own tenant's directory (cloud-apis section 16). */
export type DirectoryObject = {
  id: string;
  kind: DirectoryKind;
  displayName: string;
  /** Service principals: the application. */
  appId?: string;
  createdAtMs?: number;
};

/** What a guest may be called: Fabric names the principals that it creates by no documented rule (U20). */
export type PrincipalQuery = {
  kind: 'ServicePrincipal' | 'Group';
  /** The guest's object id, user principal name or e-mail address: whatever is known. Blank ones are left out. */
  names: readonly string[];
};

/** Only `one` identifies anybody: of several nobody is taken. */
export type PrincipalSearch =
  | { kind: 'none' }
  | { kind: 'one'; principal: DirectoryObject }
  /** At most five of them, to be shown to a person. */
  | { kind: 'several'; principals: readonly DirectoryObject[] };

/**
 * Microsoft Graph as one identity sees its own tenant. Only reads. A right that is missing is `blocked` with reason
 * GraphNotPermitted and the permission to grant. Answers lag behind the directory by minutes.
 */
export interface GraphClient {
  /** `undefined`: no such object, or not any more, as when Fabric has recycled it. */
  find(kind: DirectoryKind, objectId: string, call: CallOptions): Promise<Read<DirectoryObject | undefined>>;
  /** Searches by display name: equal to one of the names, or one of them followed by something that is no part of it. */
  search(query: PrincipalQuery, call: CallOptions): Promise<Read<PrincipalSearch>>;
  /** Object ids of a group's direct members; `more`: there are others beyond the first thousands. `undefined`: no such group. */
  groupMembers(
    groupId: string,
    call: CallOptions,
  ): Promise<Read<{ ids: readonly string[]; more: boolean } | undefined>>;
}
