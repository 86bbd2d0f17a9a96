import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { saysAbsent } from '../classify.ts';
import { jsonOf } from '../exchange.ts';
import type { HttpResponse } from '../http.ts';
import { objectAt, textAt } from '../raw.ts';
import type { FabricContext } from './context.ts';
import type { ThroughOpenDoor } from './open-door.ts';
import type { FabricCall, FabricRest, RawItem } from './rest.ts';
import type { FabricClient, ManagedPrivateEndpoint, ManagedPrivateEndpointBody } from './types.ts';

type Rows = readonly ManagedPrivateEndpoint[];

const LIST_PERIOD_MS = 1_200_000;
/** How long a creation without an answer is taken to be under way. */
const CREATION_BOUND_MS = 60_000;
/** "A small delay avoids it" (section 12.1 [O]): how long after one creation the next may begin. */
export const CREATION_APART_MS = 5_000;
/** So many refusals without a cause may be two creations that met; more have another cause. */
const MOST_UNKNOWN = 4;
const MOST_REMEMBERED = 10_000;

export type ManagedPrivateEndpoints = Pick<
  FabricClient,
  'managedPrivateEndpoints' | 'managedPrivateEndpoint' | 'createManagedPrivateEndpoint' | 'deleteManagedPrivateEndpoint'
>;

/** Managed private endpoints of workspaces (cloud-apis section 12). There is no update: delete, wait, create. */
export function createManagedPrivateEndpoints(
  context: FabricContext,
  rest: FabricRest,
  throughOpenDoor: ThroughOpenDoor,
): ManagedPrivateEndpoints {
  const { observers, creations, cacheKey } = context;
  /** UnknownError in a row, by creation. A hint: after a restart it is counted anew. */
  const unknown = new Map<string, number>();

  const listKey = (workspaceId: string) => `${cacheKey}|fabric|managed-private-endpoints|${workspaceId}`.toLowerCase();
  const about = (workspaceId: string, verb: string, operation: string, call: CallOptions): FabricCall => ({
    path: `/v1/workspaces/${encodeURIComponent(workspaceId)}/managedPrivateEndpoints`,
    operation: `managedPrivateEndpoints.${operation}`,
    what: `${verb} of workspace ${workspaceId}`,
    call,
  });

  return {
    managedPrivateEndpoints: (workspaceId, call) =>
      observers.read(listKey(workspaceId), LIST_PERIOD_MS, call, async (shared) => {
        const request = about(workspaceId, 'list the managed private endpoints', 'list', shared);
        return (await throughOpenDoor(workspaceId, request, (asked) => rest.list(asked))).map(readEndpoint);
      }),

    async managedPrivateEndpoint(workspaceId, endpointId, call) {
      const request = about(workspaceId, `read managed private endpoint ${endpointId}`, 'get', call);
      const path = `${request.path}/${encodeURIComponent(endpointId)}`;
      try {
        const response = await throughOpenDoor(workspaceId, { ...request, path }, (asked) => rest.get(asked));
        return readEndpoint(jsonOf(response, request.what));
      } catch (error) {
        if (saysEndpointAbsent(error)) return undefined;
        throw error;
      }
    },

    async createManagedPrivateEndpoint(workspaceId, body, call) {
      const place = `managed-private-endpoint|${workspaceId}`.toLowerCase();
      const holder = `${place}/${body.name}`.toLowerCase();
      const turn = `another managed private endpoint of workspace ${workspaceId} is being created`;
      creations.enter(place, holder, CREATION_BOUND_MS, turn);
      const request = about(workspaceId, `create managed private endpoint "${body.name}"`, 'create', call);
      try {
        const filled = { ...request, body: rawBody(body) };
        const response = await throughOpenDoor(workspaceId, filled, (asked) => rest.post(asked));
        unknown.delete(holder);
        const made = madeIn(response, body, request.what);
        // Of twenty creations one after the other each would else cost the others a list of their own.
        if (made) observers.amend<Rows>(listKey(workspaceId), (rows) => [...rows.filter(isOther(body)), made]);
        else observers.invalidate(listKey(workspaceId));
        // Held a little longer: what follows too closely is refused without a cause.
        creations.enter(place, holder, CREATION_APART_MS, turn);
      } catch (error) {
        // An answer that refuses means that nothing is under way; without an answer nobody knows.
        const refused = ['throttled', 'conflict'];
        if (error instanceof OperatorError && (error.status !== undefined || refused.includes(error.disposition))) {
          creations.leave(place, holder);
        }
        // It may have worked though its answer was lost; only what our own quota held back has not even left.
        if (!isOwnQuota(error)) observers.invalidate(listKey(workspaceId));
        throw countUnknown(unknown, holder, error);
      }
    },

    async deleteManagedPrivateEndpoint(workspaceId, endpointId, call) {
      const request = about(workspaceId, `delete managed private endpoint ${endpointId}`, 'delete', call);
      const path = `${request.path}/${encodeURIComponent(endpointId)}`;
      try {
        await throughOpenDoor(workspaceId, { ...request, path }, (asked) => rest.delete(asked));
      } catch (error) {
        if (!saysEndpointAbsent(error)) throw error;
      } finally {
        observers.invalidate(listKey(workspaceId));
      }
    },
  };
}

/** The row that the answer shows; undefined when it does not show the one that was asked for. */
function madeIn(
  response: HttpResponse,
  { name, targetId }: ManagedPrivateEndpointBody,
  what: string,
): ManagedPrivateEndpoint | undefined {
  try {
    const made = readEndpoint(jsonOf(response, what));
    const isIt = made.id !== '' && made.name === name && made.targetId.toLowerCase() === targetId.toLowerCase();
    return isIt ? { ...made, isUnlisted: true } : undefined;
  } catch {
    // Created is created: the next list shows what.
    return undefined;
  }
}

const isOther =
  ({ name }: ManagedPrivateEndpointBody) =>
  (row: ManagedPrivateEndpoint): boolean =>
    row.name.toLowerCase() !== name.toLowerCase();

const isOwnQuota = (error: unknown): boolean =>
  error instanceof OperatorError && error.reason === 'WaitingForQuota' && error.status === undefined;

/** A workspace that is not found may be one in which we have no role any more: then nothing is known of its endpoints. */
function saysEndpointAbsent(error: unknown): boolean {
  return saysAbsent(error) && error instanceof OperatorError && error.reason !== 'WorkspaceNotFound';
}

/**
 * Fabric says 400 UnknownError when two creations of a workspace meet (terraform-provider-fabric issue 807): a few times
 * that passes by itself. It says the same of a sub-resource where none may be named, and that does not.
 */
function countUnknown(unknown: Map<string, number>, holder: string, error: unknown): unknown {
  if (!(error instanceof OperatorError) || error.code !== 'UnknownError' || error.status !== 400) return error;
  if (unknown.size >= MOST_REMEMBERED) unknown.clear();
  const times = (unknown.get(holder) ?? 0) + 1;
  unknown.set(holder, times);
  if (times <= MOST_UNKNOWN) return error;
  return new OperatorError({
    disposition: 'blocked',
    reason: 'CreationRefused',
    message: error.message,
    remedy:
      'Fabric names no cause: check that the target exists and that the sub-resource fits its type (none for a Microsoft.Network/privateLinkServices), and try the same in the workspace settings, under Outbound networking',
    code: error.code,
    status: error.status,
    cause: error,
  });
}

function rawBody({ name, targetId, subresource, requestMessage, fqdns }: ManagedPrivateEndpointBody) {
  return {
    name,
    targetPrivateLinkResourceId: targetId,
    ...(subresource === undefined ? {} : { targetSubresourceType: subresource }),
    ...(requestMessage === undefined ? {} : { requestMessage }),
    ...(fqdns === undefined || fqdns.length === 0 ? {} : { targetFQDNs: fqdns }),
  };
}

function readEndpoint(raw: RawItem): ManagedPrivateEndpoint {
  const connection = readConnection(objectAt(raw, 'connectionState'));
  const subresource = textAt(raw, 'targetSubresourceType');
  return {
    id: textAt(raw, 'id') ?? '',
    name: textAt(raw, 'name') ?? '',
    targetId: textAt(raw, 'targetPrivateLinkResourceId') ?? '',
    ...(subresource ? { subresource } : {}),
    provisioningState: textAt(raw, 'provisioningState') ?? 'Unknown',
    ...(connection && { connection }),
  };
}

/** Null members, or none at all, are how a fresh endpoint looks. */
function readConnection(raw: RawItem): ManagedPrivateEndpoint['connection'] {
  const [status, description, actionsRequired] = ['status', 'description', 'actionsRequired'].map((key) =>
    textAt(raw, key),
  );
  if (status === undefined && description === undefined && actionsRequired === undefined) return undefined;
  return {
    ...(status === undefined ? {} : { status }),
    ...(description === undefined ? {} : { description }),
    ...(actionsRequired === undefined ? {} : { actionsRequired }),
  };
}
