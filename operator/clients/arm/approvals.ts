import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { orAbsent } from '../classify.ts';
import { objectAt, objectsAt, without } from '../raw.ts';
import { CONNECTIONS_PERIOD_MS, connectionsKey, rawDecision, readConnection } from './connections.ts';
import type { ArmContext } from './context.ts';
import { armPath, parseArmId, resourcePath, sameArmId } from './ids.ts';
import { createArmRest, type RestCall } from './rest.ts';
import type {
  ApprovalTarget,
  ArmApprovals,
  ArmPrivateLinkServices,
  ConnectionDecision,
  PrivateEndpointConnection,
  ServiceScope,
} from './types.ts';

/** What the services write themselves; sent back it would be noise at best. */
const READ_ONLY = ['id', 'name', 'type', 'etag', 'systemData'];
const FABRIC_SERVICE = 'microsoft.fabric/privatelinkservicesforfabric';
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

/** A target, taken apart. */
type Asked = { subscriptionId: string; path: string; type: string; label: string; target: ApprovalTarget };

/**
 * Decisions on private endpoint connections of any type of Azure resource.
 *
 * Guarantees: nothing is written that is so already; an approval is only ever sent for a connection that a read in the
 * same call has shown Pending, and, where the caller says whose it is, as that endpoint's.
 */
export function createApprovals(context: ArmContext, services: ArmPrivateLinkServices): ArmApprovals {
  const restFor = ({ type, target }: Asked) =>
    createArmRest(context, { provider: providerOf(type), apiVersion: target.apiVersion });
  const about = (asked: Asked, verb: string, operation: string, call: CallOptions, below = ''): RestCall => ({
    subscriptionId: asked.subscriptionId,
    path: `${asked.path}${below}`,
    operation: `approvals.${operation}`,
    what: `${verb} ${asked.label}`,
    call,
  });
  const oneOf = (asked: Asked, verb: string, operation: string, name: string, call: CallOptions): RestCall =>
    about(asked, `${verb} connection "${name}" of`, operation, call, `/privateEndpointConnections${armPath(name)}`);

  const load = async (asked: Asked, call: CallOptions): Promise<readonly PrivateEndpointConnection[] | undefined> => {
    const rest = restFor(asked);
    const request = about(asked, 'list the connections of', 'connections', call);
    if (asked.target.connectionsIn === 'resource') {
      const raw = await rest.get(request);
      return raw && objectsAt(objectAt(raw, 'properties'), 'privateEndpointConnections').map(readConnection);
    }
    const listed = rest.list({ ...request, path: `${asked.path}/privateEndpointConnections` });
    return (await orAbsent(listed))?.map(readConnection);
  };

  const ofService = async ({ target }: Asked, call: CallOptions) =>
    (await orAbsent(services.connections(scopeOf(target), call))) ?? {
      value: undefined,
      readAtMs: context.clock.now(),
    };

  /** Whatever came of it, what we knew before is no longer known: the write may have worked though its answer was lost. */
  const writing = async (asked: Asked, write: () => Promise<void>): Promise<void> => {
    try {
      await write();
    } finally {
      context.observers.invalidate(connectionsKey(context, asked.path));
    }
  };

  return {
    async connections(target, call) {
      const asked = ask(target);
      if (isFabricService(asked)) return ofService(asked, call).catch(sayRight(asked, 'read'));
      const key = connectionsKey(context, asked.path);
      return context.observers
        .read(key, CONNECTIONS_PERIOD_MS, call, (shared) => load(asked, shared))
        .catch(sayRight(asked, 'read'));
    },

    async decide(target, connectionName, { privateEndpointId, ...decision }, call) {
      const asked = ask(target);
      if (isFabricService(asked)) {
        const decided = services.decideConnection(scopeOf(target), connectionName, decision, call);
        return decided.catch(sayRight(asked, 'write'));
      }
      const verb = decision.status === 'Approved' ? 'approve' : 'reject';
      const request = oneOf(asked, verb, 'decide', connectionName, call);
      await writing(asked, async () => {
        const rest = restFor(asked);
        const raw = await rest.get({ ...request, operation: 'approvals.get' }).catch(sayRight(asked, 'read'));
        if (raw === undefined) throw changed(request.what, 'it is gone');
        const current = readConnection(raw);
        if (privateEndpointId !== undefined && !sameArmId(current.privateEndpointId ?? '', privateEndpointId)) {
          throw changed(request.what, 'it belongs to another private endpoint by now');
        }
        if (current.status === decision.status && current.description === decision.description) return;
        if (!FROM[decision.status].includes(current.status))
          throw changed(request.what, `it is ${current.status} by now`);
        if (BUSY.includes(current.provisioningState?.toLowerCase() ?? '')) throw inProgress(request.what);
        const body = {
          // Some types want their own properties back with the decision.
          ...without(raw, READ_ONLY),
          properties: {
            ...without(objectAt(raw, 'properties'), ['provisioningState']),
            privateLinkServiceConnectionState: rawDecision(decision),
          },
        };
        await rest
          .put({ ...request, body })
          .catch(sayDecidedOnce(asked, connectionName, decision))
          .catch(sayRight(asked, 'write'));
      });

      function inProgress(what: string): OperatorError {
        return new OperatorError({
          disposition: 'throttled',
          reason: 'OperationInProgress',
          message: `cannot ${what}: an earlier decision is still being carried out`,
          retryAfterMs: context.clock.scaled(BUSY_FOR_MS),
        });
      }
    },

    async remove(target, connectionName, call) {
      const asked = ask(target);
      if (isFabricService(asked)) {
        const removed = services.deleteConnection(scopeOf(target), connectionName, call);
        return removed.catch(sayRight(asked, 'delete'));
      }
      const request = oneOf(asked, 'remove', 'remove', connectionName, call);
      await writing(asked, () => restFor(asked).delete(request).catch(sayRight(asked, 'delete')));
    },
  };
}

function ask(target: ApprovalTarget): Asked {
  const { subscriptionId, resourceGroup, provider, path } = parseArmId(target.id);
  const type = [provider, ...path.map(([part]) => part)].join('/');
  const name = path.map(([, part]) => part).join('/');
  const label = `"${name}" (${type}) in group "${resourceGroup}"`;
  return { subscriptionId, path: resourcePath(target.id), type, label, target };
}

const isFabricService = ({ type }: Asked): boolean => type.toLowerCase() === FABRIC_SERVICE;

function scopeOf({ id }: ApprovalTarget): ServiceScope {
  const { subscriptionId, resourceGroup, path } = parseArmId(id);
  return { subscriptionId, resourceGroup, name: path[0]![1] };
}

function providerOf(type: string): 'network' | 'resources' {
  return type.toLowerCase().startsWith('microsoft.network/') ? 'network' : 'resources';
}

function changed(what: string, why: string): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'ConnectionChanged',
    message: `cannot ${what}: ${why}`,
  });
}

/** SQL and its like take one decision and refuse the next, whatever it is (recorded, users.md 2.3). */
function sayDecidedOnce({ target }: Asked, name: string, { status }: ConnectionDecision) {
  return (error: unknown): never => {
    if (!(error instanceof OperatorError) || error.reason !== 'ConnectionNotPending') throw error;
    const id = `${target.id}/privateEndpointConnections/${name}`;
    throw retold(error, {
      // Approved meanwhile by somebody, or by ourselves: the next look says which.
      disposition: status === 'Approved' ? 'transient' : 'blocked',
      remedy:
        status === 'Approved'
          ? 'somebody has decided meanwhile; the connection is looked at anew'
          : `this type of resource lets nobody take a decision back; to end the connection, remove it: az network private-endpoint-connection delete --id ${id}`,
    });
  };
}

/** Names the one action that is missing; ARM's own message names the identity. */
function sayRight({ type, target }: Asked, verb: 'read' | 'write' | 'delete') {
  const action = `${type}/privateEndpointConnections/${verb}`;
  const approval =
    verb === 'write' ? ` (some types also ask for "${type}/privateEndpointConnectionsApproval/action")` : '';
  return (error: unknown): never => {
    if (!(error instanceof OperatorError) || !NO_RIGHT.includes(error.reason)) throw error;
    throw retold(error, {
      remedy: `grant the identity that approves the action "${action}"${approval} on ${target.id}, with the role Contributor there or a custom role; a new role assignment takes up to 10 minutes to work`,
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
