import { OperatorError, toOperatorError } from '../../../operator/errors.ts';
import { found, report } from '../../../operator/runtime/acting.ts';
import { notes } from '../desired-provenance.ts';
import { didNothing, type Run } from '../effect-parts.ts';
import { clientsOf, type Deps, type MyPass } from '../reading.ts';
import type { GrantEffect, Seen } from '../types.ts';
import { grantNote, isHolding, noGrant } from './desired-notes.ts';
import type { GrantNote, GrantSeen, RevocationSeen, RolePrincipal } from './types.ts';

/** Published: "several minutes" until the directory knows a new principal (cloud-apis 6); then somebody should look. */
const REPLICATION_MS = 1_800_000;
const ASK_AGAIN_MS = 60_000;

export const grantEffects = (deps: Deps): Readonly<Record<GrantEffect, Run>> => ({
  /** Noted, then asked for. Safe to repeat: Fabric refuses a second role, and the list then tells. */
  async grantRole(pass, seen, ladder) {
    const grant = grantOf(seen, ladder);
    const { principal, note, wanted } = grant;
    const { nowMs } = pass;
    const atMs = note && note.how !== 'adopted' ? note.atMs : nowMs;
    const asked: GrantNote = { how: 'created', atMs, askedAtMs: nowMs, principal, ...wanted };
    const { fabric } = await clientsOf(deps, pass);
    try {
      await fabric.addRoleAssignment(wanted.workspaceId, principal, wanted.role, pass.call, () =>
        pass.annotate(grantNote(asked)),
      );
    } catch (thrown) {
      const error = toOperatorError(thrown);
      // Nothing of ours was there before, and we have given nothing now: what is there, or will be, is somebody else's.
      if (didNothing(error) && note?.how !== 'created') {
        const former = note ? grantNote(note) : noGrant(asked);
        // When a principal was first not found is kept: it tells how long to wait for it.
        await pass.annotate(error.reason === 'PrincipalNotFound' ? grantNote({ ...asked, how: 'refused' }) : former);
      }
      if (error.reason !== 'PrincipalNotFound') throw error;
      const isLate = nowMs - atMs >= deps.clock.scaled(REPLICATION_MS) || note?.how === 'adopted';
      if (!isLate) throw replicating(deps, error);
      throw isHolding(note) ? removed(error) : error;
    }
    tell(pass, 'RoleGranted', 'GrantRole', `Gave ${words(grant)}.`, grant);
  },

  async adoptGrant(pass, seen, ladder) {
    const grant = grantOf(seen, ladder);
    const atMs = pass.nowMs;
    const taken: GrantNote = { how: 'adopted', atMs, askedAtMs: atMs, principal: grant.principal, ...grant.wanted };
    await pass.annotate(grantNote(taken));
    const held = grant.assignment?.role ?? grant.wanted.role;
    const { principal, wanted } = grant;
    const note = `Took over the role ${held} that ${principal.type} ${principal.id} has in workspace ${wanted.workspaceId}.`;
    tell(pass, 'GrantAdopted', 'AdoptGrant', note, grant);
  },

  /** Safe to repeat: the same role again changes nothing. */
  async correctRole(pass, seen, ladder) {
    const grant = grantOf(seen, ladder);
    const { wanted, note, assignment } = grant;
    const { id, role: before } = found(assignment, ladder);
    const noted = found(note, ladder);
    const asked: GrantNote = { ...noted, ...wanted, askedAtMs: pass.nowMs };
    const { fabric } = await clientsOf(deps, pass);
    await fabric.updateRoleAssignment(wanted.workspaceId, id, wanted.role, pass.call, () =>
      pass.annotate(grantNote(asked)),
    );
    tell(pass, 'RoleCorrected', 'CorrectRole', `Gave ${words(grant)}; it was ${before}.`, grant, { before });
  },

  /** Safe to repeat: what is gone is taken away. The answer proves it, and no list that lags need be asked. */
  async revokeRole(pass, seen, ladder) {
    const { note, assignment } = revocationOf(seen, ladder);
    const { id, role } = found(assignment, ladder);
    const { fabric } = await clientsOf(deps, pass);
    await fabric.deleteRoleAssignment(note.workspaceId, id, pass.call);
    await pass.annotate({ ...noGrant(note), ...hourBegins(pass, note.principal) });
    const text = `Took the role ${role} in workspace ${note.workspaceId} from ${note.principal.type} ${note.principal.id}.`;
    report(pass, { reason: 'RoleRevoked', action: 'RevokeRole', note: text }, fieldsOf(note, role));
  },

  async forgetGrant(pass, seen, ladder) {
    const { note, facts } = revocationOf(seen, ladder);
    // Whoever took it away, perhaps we did, and were never answered.
    const isGone = facts.wish === 'revoke';
    await pass.annotate({ ...noGrant(note), ...(isGone && hourBegins(pass, note.principal)) });
    pass.audit('ForgetGrant', fieldsOf(note));
  },
});

/**
 * Members of a group feel a change with the next expansion (cloud-apis 15.4). Roles that are there tell by their own notes
 * since when; only of one that is gone nothing else would.
 */
const hourBegins = ({ nowMs }: MyPass, { type }: RolePrincipal): ReturnType<typeof notes.grantsChanged> =>
  type === 'Group' ? notes.grantsChanged(nowMs) : {};

type Granting = GrantSeen & { principal: NonNullable<GrantSeen['principal']> };

function grantOf({ grants }: Seen, ladder: string): Granting {
  const grant = found(grants.grants[ladder], ladder);
  return { ...grant, principal: found(grant.principal, ladder) };
}
const revocationOf = ({ grants }: Seen, ladder: string): RevocationSeen => found(grants.revocations[ladder], ladder);

const words = ({ principal, wanted }: Granting) =>
  `${principal.type} ${principal.id} the role ${wanted.role} in workspace ${wanted.workspaceId}`;

const fieldsOf = ({ workspaceId, principal, role }: GrantNote, held?: string) => ({
  workspaceId,
  principalId: principal.id,
  role: held ?? role,
});

function tell(
  pass: MyPass,
  reason: string,
  action: string,
  note: string,
  { wanted, principal }: Granting,
  more: Record<string, string> = {},
): void {
  const { workspaceId, role } = wanted;
  report(pass, { reason, action, note }, { workspaceId, principalId: principal.id, role, ...more });
}

/** It has had the role, or was asked to have it long ago: then it is no new one, and often nobody but this refusal tells that it is gone (cloud-apis 15.4). */
const removed = (error: OperatorError): OperatorError =>
  new OperatorError({
    disposition: 'blocked',
    reason: error.reason,
    message: error.message,
    remedy:
      'a new principal would be known by now: Fabric removes that of a guest who has not signed in to a warehouse for five days, and makes another one when the guest signs in again; set spec.principalId to that one, or take it out of the spec where Fabric’s list tells it',
    cause: error,
  });

/** A principal that was just made: the directory takes minutes, and nobody need act. */
function replicating({ clock }: Deps, error: OperatorError): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: error.reason,
    message: error.message,
    remedy: 'a new principal takes minutes to appear in the directory; the operator asks again every minute',
    retryAfterMs: clock.scaled(ASK_AGAIN_MS),
    cause: error,
  });
}
