import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { saysAbsent } from '../classify.ts';
import { parsedObject } from '../error-body.ts';
import { objectAt, textAt } from '../raw.ts';
import type { FabricContext } from './context.ts';
import { reworded } from './mapping-errors.ts';
import type { ThroughOpenDoor } from './open-door.ts';
import type { FabricCall, FabricRest, RawItem } from './rest.ts';
import type { FabricClient, RoleAssignment } from './types.ts';

const LIST_PERIOD_MS = 3_600_000;

/** Workspace roles (cloud-apis section 6). */
export function createRoleAssignments(
  context: FabricContext,
  rest: FabricRest,
  throughOpenDoor: ThroughOpenDoor,
): Pick<FabricClient, 'roleAssignments' | 'addRoleAssignment' | 'updateRoleAssignment' | 'deleteRoleAssignment'> {
  const { observers, cacheKey } = context;
  const keyOf = (workspaceId: string) => `${cacheKey}|fabric|role-assignments|${workspaceId}`.toLowerCase();
  const pathOf = (workspaceId: string, id?: string) =>
    `/v1/workspaces/${encodeURIComponent(workspaceId)}/roleAssignments${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
  const about = (workspaceId: string, verb: string, operation: string, call: CallOptions, id?: string): FabricCall => ({
    path: pathOf(workspaceId, id),
    operation: `roleAssignments.${operation}`,
    what: `${verb} of workspace ${workspaceId}`,
    call,
  });

  /**
   * A success changes the list that everybody shares, instead of having it read anew: a thousand grants in a workspace
   * would else cost a thousand lists. Whatever else happened, the list is read again.
   */
  const write = async <T>(
    workspaceId: string,
    act: () => Promise<T>,
    /** Undefined: what was made of the list is not known. */
    changed: (answer: T) => ((list: readonly RoleAssignment[]) => readonly RoleAssignment[]) | undefined,
  ): Promise<void> => {
    try {
      const change = changed(await act());
      if (change) observers.amend(keyOf(workspaceId), change);
      else observers.invalidate(keyOf(workspaceId));
    } catch (error) {
      const untouched = error instanceof OperatorError && (error.disposition === 'throttled' || error.unsent);
      if (!untouched) observers.invalidate(keyOf(workspaceId));
      throw error;
    }
  };

  /** No code is documented for it: whoever is refused while changing the only Admin of the list has met this rule. */
  const orLastAdmin = async (workspaceId: string, id: string, act: () => Promise<unknown>): Promise<unknown> => {
    const known = observers.peek<readonly RoleAssignment[]>(keyOf(workspaceId))?.value ?? [];
    try {
      return await act();
    } catch (error) {
      const admins = known.filter(({ role }) => role === 'Admin');
      const last = admins.length === 1 && sameId(admins[0]!.id, id);
      if (!last || !(error instanceof OperatorError) || !isRefusal(error)) throw error;
      throw reworded(error, {
        disposition: 'blocked',
        reason: 'LastAdmin',
        remedy: 'make somebody else an Admin of the workspace first: its last Admin can neither be removed nor changed',
      });
    }
  };

  return {
    roleAssignments: (workspaceId, call) =>
      observers.read(keyOf(workspaceId), LIST_PERIOD_MS, call, async (shared) => {
        const request = about(workspaceId, 'list the role assignments', 'list', shared);
        return (await throughOpenDoor(workspaceId, request, (asked) => rest.list(asked))).map(readAssignment);
      }),

    addRoleAssignment: (workspaceId, principal, role, call, beforehand) =>
      write(
        workspaceId,
        async () => {
          const request = about(workspaceId, `give ${principal.id} the role ${role}`, 'add', call);
          const body = { principal: { id: principal.id, type: principal.type }, role };
          return throughOpenDoor(workspaceId, { ...request, body, ...(beforehand && { beforehand }) }, (asked) =>
            rest.post(asked),
          );
        },
        ({ body, headers }) => {
          const told = readAssignment(parsedObject(body) ?? {});
          const id = told.id || idAt(headers['location']);
          // That it is the principal's is not to be relied on, and whoever deletes by a wrong id is told that it is gone.
          if (id === undefined) return undefined;
          const added = told.id === '' ? { id, principal, role } : told;
          return (known) => [...known.filter((other) => !sameId(other.id, id)), added];
        },
      ),

    updateRoleAssignment: (workspaceId, id, role, call, beforehand) =>
      write(
        workspaceId,
        () => {
          const request = about(workspaceId, `change role assignment ${id} to ${role}`, 'update', call, id);
          return orLastAdmin(workspaceId, id, () =>
            throughOpenDoor(workspaceId, { ...request, body: { role }, ...(beforehand && { beforehand }) }, (asked) =>
              rest.patch(asked),
            ),
          );
        },
        () => (known) => known.map((assignment) => (sameId(assignment.id, id) ? { ...assignment, role } : assignment)),
      ),

    deleteRoleAssignment: (workspaceId, id, call) =>
      write(
        workspaceId,
        async () => {
          const request = about(workspaceId, `remove role assignment ${id}`, 'delete', call, id);
          try {
            await orLastAdmin(workspaceId, id, () =>
              throughOpenDoor(workspaceId, request, (asked) => rest.delete(asked)),
            );
          } catch (error) {
            if (!saysAssignmentAbsent(error)) throw error;
          }
        },
        () => (known) => known.filter((assignment) => !sameId(assignment.id, id)),
      ),
  };
}

/** `…/roleAssignments/<id>`, as a 201 tells where to find what it made. */
const idAt = (location: string | undefined): string | undefined =>
  /\/roleAssignments\/([^/?#]+)\/?(?:[?#].*)?$/i.exec(location ?? '')?.[1];

const sameId = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** A refusal of this change, and not of us: those say so. */
function isRefusal({ status = 0, reason }: OperatorError): boolean {
  const ours = ['InsufficientWorkspaceRole', 'InsufficientPrivileges', 'NoPrivatePath', 'CredentialInvalid'];
  return [400, 403, 409].includes(status) && !ours.includes(reason);
}

/** A workspace that is not found may be one in which we have no role any more. */
function saysAssignmentAbsent(error: unknown): boolean {
  return saysAbsent(error) && error instanceof OperatorError && error.reason !== 'WorkspaceNotFound';
}

function readAssignment(raw: RawItem): RoleAssignment {
  const principal = objectAt(raw, 'principal');
  const displayName = textAt(principal, 'displayName');
  return {
    id: textAt(raw, 'id') ?? textAt(principal, 'id') ?? '',
    principal: {
      id: textAt(principal, 'id') ?? '',
      type: textAt(principal, 'type') ?? 'Unknown',
      ...(displayName === undefined ? {} : { displayName }),
    },
    role: textAt(raw, 'role') ?? 'Unknown',
  };
}
