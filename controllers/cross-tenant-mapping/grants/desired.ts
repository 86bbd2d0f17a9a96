import { isAbout } from './desired-notes.ts';
import type { GrantNote, GrantSeen, GrantsSeen, RoleAssignment, RolePrincipal, WantedGrant } from './types.ts';

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

export const grantLadder = ({ workspaceId }: WantedGrant): string => `grant/${workspaceId}`;
export const revocationLadder = ({ workspaceId, principal }: GrantNote): string =>
  `revocation/${workspaceId}/${principal.id.toLowerCase()}`;

/**
 * Notes of grants that are not asked for (any more). While it is not known who is to get the roles, those in wanted
 * workspaces stay: taking them away because a lookup failed would shut the guest out.
 */
export function unwantedNotes(
  notes: readonly GrantNote[],
  wanted: readonly WantedGrant[],
  principal: RolePrincipal | undefined,
): readonly GrantNote[] {
  if (!principal)
    return notes.filter(({ workspaceId }) => !wanted.some((grant) => same(grant.workspaceId, workspaceId)));
  return notes.filter((note) => !wanted.some(({ workspaceId }) => isAbout(note, workspaceId, principal.id)));
}

export type Found = { state: 'absent' | 'asWanted' | 'otherRole' | 'lastAdmin'; assignment?: RoleAssignment };

/** What the list says about one principal; `role` undefined: no role is wanted. */
export function foundIn(list: readonly RoleAssignment[], principalId: string, role?: string): Found {
  const assignment = list.find(({ principal }) => same(principal.id, principalId));
  if (!assignment) return { state: 'absent' };
  if (assignment.role === role) return { state: 'asWanted', assignment };
  const isLast = assignment.role === 'Admin' && list.filter((other) => other.role === 'Admin').length === 1;
  return { state: isLast ? 'lastAdmin' : 'otherRole', assignment };
}

const BLIND: readonly GrantSeen['facts']['assignment'][] = ['unobservable', 'refused', 'restricted'];

/** As asked for, and noted. What cannot be read just now was there when it was last noted. */
const isHeld = ({ facts: { assignment, origin } }: GrantSeen): boolean =>
  origin !== 'none' && (assignment === 'asWanted' || BLIND.includes(assignment));

/** When this object last asked for a change of one that is there now: of what was only taken over nothing was changed. */
export function grantedAtMs({ grants }: Pick<GrantsSeen, 'grants'>): number | undefined {
  const times = Object.values(grants).flatMap((grant) => {
    const { note } = grant;
    return isHeld(grant) && note && (note.how === 'created' || note.askedAtMs > note.atMs) ? [note.askedAtMs] : [];
  });
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** How many of the roles that are asked for are there. */
export function heldIn({ grants }: Pick<GrantsSeen, 'grants'>): { held: number; asked: number } {
  const all = Object.values(grants);
  return { held: all.filter(isHeld).length, asked: all.length };
}

/**
 * Rights inside a warehouse instead of a workspace role. CREATE USER cannot be run there: GRANT makes the user. Whoever
 * connects needs read permission on the item besides, which only the portal gives (cloud-apis 6, 15.4).
 */
export function sqlGrants(principal: Pick<RolePrincipal, 'id'> | undefined, type: string): string {
  const name = `[<display name of ${type === 'Group' ? 'group' : 'service principal'} ${principal?.id ?? '(not known yet)'}>]`;
  return `no workspace role is asked for; share the warehouse with the guest’s principal in the portal (Read is enough to connect), and run in it, for what the guest may see: GRANT SELECT ON SCHEMA::[dbo] TO ${name};`;
}
