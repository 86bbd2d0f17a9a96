import { OperatorError } from '../../errors.ts';
import { type Side, sideOf } from './approval-sides.ts';
import type { ArmContext } from './context.ts';
import { armPath, resourcePath, sameArmId } from './ids.ts';
import type {
  ApprovalTarget,
  ArmApprovals,
  ArmPrivateLinkServices,
  ConnectionDecision,
  PrivateEndpointConnection,
} from './types.ts';

/** provisioningState of a connection while a decision is under way: SQL says Approving, Rejecting; others Updating. */
const BUSY = ['updating', 'approving', 'rejecting', 'dropping', 'deleting'];
/** The Retry-After that such a decision is answered with (SQL, as recorded). */
const BUSY_FOR_MS = 15_000;
/** Words of the failure table for "you may not". */
const NO_RIGHT = ['AuthorizationFailed', 'LinkedAuthorizationFailed', 'InsufficientPrivileges', 'Forbidden'];
/** From which states a decision leads on: nobody revives what was rejected, or approves what somebody else has approved. */
const FROM: Readonly<Record<ConnectionDecision['status'], readonly string[]>> = {
  Approved: ['Pending'],
  Rejected: ['Pending', 'Approved', 'Rejected'],
};

/**
 * Decisions on private endpoint connections of any type of Azure resource.
 *
 * Guarantees: nothing is written that is so already; an approval is only ever sent for a connection that a read in the
 * same call has shown Pending, and, where the caller says whose it is, as that endpoint's.
 */
export function createApprovals(context: ArmContext, services: ArmPrivateLinkServices): ArmApprovals {
  const side = (target: ApprovalTarget): Side => sideOf(context, services, target);

  return {
    async connections(target, call) {
      const asked = side(target);
      return asked.list(call).catch(sayRight(asked, target, 'read'));
    },

    async decide(target, connectionName, { privateEndpointId, ...decision }, call) {
      const asked = side(target);
      const verb = decision.status === 'Approved' ? 'approve' : 'reject';
      const what = `${verb} connection "${connectionName}" of ${asked.label}`;
      const found = await asked.find(connectionName, what, call).catch(sayRight(asked, target, 'read'));
      if (!found) throw changed(what, 'it is gone');
      const { connection } = found;
      if (privateEndpointId !== undefined && !sameArmId(connection.privateEndpointId ?? '', privateEndpointId)) {
        throw changed(what, 'it belongs to another private endpoint by now');
      }
      if (isSo(connection, decision)) return;
      if (!FROM[decision.status].includes(connection.status)) throw changed(what, `it is ${connection.status} by now`);
      if (BUSY.includes(connection.provisioningState?.toLowerCase() ?? '')) {
        throw inProgress(what, context.clock.scaled(BUSY_FOR_MS));
      }
      await asked
        .put(found, decision, what, call)
        .catch(sayDecidedOnce(target, connectionName, decision))
        .catch(sayRight(asked, target, 'write'));
    },

    async remove(target, connectionName, call) {
      const asked = side(target);
      const what = `remove connection "${connectionName}" of ${asked.label}`;
      await asked.remove(connectionName, what, call).catch(sayRight(asked, target, 'delete'));
    },
  };
}

const isSo = ({ status, description }: PrivateEndpointConnection, decision: ConnectionDecision): boolean =>
  status === decision.status && description === decision.description;

function changed(what: string, why: string): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'ConnectionChanged',
    message: `cannot ${what}: ${why}`,
  });
}

function inProgress(what: string, retryAfterMs: number): OperatorError {
  return new OperatorError({
    disposition: 'throttled',
    reason: 'OperationInProgress',
    message: `cannot ${what}: an earlier decision is still being carried out`,
    retryAfterMs,
  });
}

/** SQL and its like take one decision and refuse the next, whatever it is (recorded, users.md 2.3). */
function sayDecidedOnce({ id, apiVersion }: ApprovalTarget, name: string, { status }: ConnectionDecision) {
  return (error: unknown): never => {
    if (!(error instanceof OperatorError) || error.reason !== 'ConnectionNotPending') throw error;
    const url = `${resourcePath(id)}/privateEndpointConnections${armPath(name)}?api-version=${apiVersion}`;
    throw retold(error, {
      // Approved meanwhile by somebody, or by ourselves: the next look says which.
      disposition: status === 'Approved' ? 'transient' : 'blocked',
      remedy:
        status === 'Approved'
          ? 'somebody has decided meanwhile; the connection is looked at anew'
          : `this type of resource lets nobody take a decision back; to end the connection, remove it: az rest --method delete --url "${url}"`,
    });
  };
}

/** Names the one action that is missing; ARM's own message names the identity. */
function sayRight({ type }: Side, { id }: ApprovalTarget, verb: 'read' | 'write' | 'delete') {
  const action = `${type}/privateEndpointConnections/${verb}`;
  const approval =
    verb === 'write' ? ` (some types also ask for "${type}/privateEndpointConnectionsApproval/action")` : '';
  return (error: unknown): never => {
    if (!(error instanceof OperatorError) || !NO_RIGHT.includes(error.reason)) throw error;
    throw retold(error, {
      remedy: `grant the identity that approves the action "${action}"${approval} on ${id}, with the role Contributor there or a custom role; a new role assignment takes up to 10 minutes to work`,
    });
  };
}

function retold(
  error: OperatorError,
  changes: { remedy: string; disposition?: OperatorError['disposition'] },
): OperatorError {
  const { disposition, reason, message, retryAfterMs, status, code } = error;
  return new OperatorError({
    disposition,
    reason,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    cause: error,
    ...changes,
  });
}
