import { OperatorError } from '../../errors.ts';
import { sharedText } from '../../intern.ts';
import type { CallOptions, Read } from '../call.ts';
import { madeMeanwhile } from '../classify.ts';
import { SERVICE_QUOTA_REMEDY } from '../failure-table.ts';
import { LIMITS } from '../quotas.ts';
import { objectAt, objectsAt, textAt, textsAt, without } from '../raw.ts';
import { CONNECTIONS_PERIOD_MS, connectionsKey, rawDecision, readConnection } from './connections.ts';
import type { ArmContext } from './context.ts';
import { armKey, armPath } from './ids.ts';
import { createListed } from './listed.ts';
import { createArmRest, type RawResource, type RestCall } from './rest.ts';
import type {
  ArmPrivateLinkServices,
  ConnectionDecision,
  PrivateEndpointConnection,
  PrivateLinkService,
  ServiceScope,
} from './types.ts';

type Connections = readonly PrivateEndpointConnection[];

const API_VERSION = '2024-06-01';
/** What the service writes itself; sent back it would be noise at best. */
const READ_ONLY = ['id', 'name', 'type', 'etag', 'systemData'];

/** Microsoft.Fabric/privateLinkServicesForFabric (cloud-apis sections 7 and 8), for which there is no SDK. */
export function createPrivateLinkServices(context: ArmContext): ArmPrivateLinkServices {
  const rest = createArmRest(context, { provider: 'fabric', apiVersion: API_VERSION });
  const listed = createListed<PrivateLinkService>({
    context,
    kind: 'private-link-service',
    keyOf: ({ id }) => armKey(id),
    loadList: (subscriptionId, call) => {
      const path = `${armPath('subscriptions', subscriptionId)}/providers/Microsoft.Fabric/privateLinkServicesForFabric`;
      const what = `list the private link services of subscription ${subscriptionId}`;
      return rest.list({ subscriptionId, path, operation: 'privateLinkServices.list', what, call }, readService);
    },
  });

  const about = (scope: ServiceScope, verb: string, call: CallOptions, operation: string, below = ''): RestCall => ({
    subscriptionId: scope.subscriptionId,
    path: `${pathOf(scope)}${below}`,
    operation: `privateLinkServices.${operation}`,
    what: `${verb} private link service "${scope.name}" in group "${scope.resourceGroup}"`,
    call,
  });
  const connectionsOf = (scope: ServiceScope) => connectionsKey(context, pathOf(scope));
  const wrote = (scope: ServiceScope) => {
    listed.wrote(scope.subscriptionId, armKey(pathOf(scope)));
    context.observers.invalidate(connectionsOf(scope));
  };
  /** Whatever came of it, what we knew before is no longer known: the write may have worked though its answer was lost. */
  const writing = async (scope: ServiceScope, write: Promise<void>): Promise<void> => {
    try {
      await write;
    } finally {
      wrote(scope);
    }
  };

  return {
    get: (scope, call) =>
      listed.get(scope.subscriptionId, armKey(pathOf(scope)), call, async (shared) => {
        const raw = await rest.get(about(scope, 'read', shared, 'get'));
        return raw && readService(raw);
      }),
    list: listed.list,
    async put(scope, { tenantId, workspaceId, tags, creates }, call) {
      const request = about(scope, 'create', call, 'put');
      const current = await rest.get({ ...about(scope, 'read', call, 'get') });
      if (current && creates) throw madeMeanwhile(request.what);
      const body = {
        ...without(current ?? {}, READ_ONLY),
        location: 'global',
        tags: { ...textsAt(current, 'tags'), ...tags },
        properties: {
          ...without(objectAt(current, 'properties'), ['provisioningState', 'privateEndpointConnections']),
          tenantId,
          // Documentation and every working template; the published specification alone says workspaceObjectId (U1).
          workspaceId,
        },
      };
      // Creations have a limit of their own, ten a minute (section 7.1); an update counts as any write.
      const quotas = current ? [] : [{ limit: LIMITS.serviceCreations, scope: context.tenantId }];
      await writing(scope, rest.put({ ...request, body, quotas }).catch(explainRefusal));
    },
    async patchTags(scope, tags, call) {
      const current = await rest.get(about(scope, 'read', call, 'get'));
      // PATCH replaces the whole map.
      const body = { tags: { ...textsAt(current, 'tags'), ...tags } };
      await writing(scope, rest.patch({ ...about(scope, 'tag', call, 'patch'), body }));
    },
    delete: (scope, call) => writing(scope, rest.delete(about(scope, 'delete', call, 'delete'))),
    async connections(scope, call): Promise<Read<readonly PrivateEndpointConnection[]>> {
      return context.observers.read(connectionsOf(scope), CONNECTIONS_PERIOD_MS, call, (shared) => {
        const request = about(scope, 'list the connections of', shared, 'connections', '/privateEndpointConnections');
        return rest.list(request, readConnection);
      });
    },
    async decideConnection(scope, connectionName, decision, call) {
      const verb = `${decision.status === 'Approved' ? 'approve' : 'reject'} connection "${connectionName}" of`;
      const request = about(scope, verb, call, 'decide', `/privateEndpointConnections${armPath(connectionName)}`);
      const body = { properties: { privateLinkServiceConnectionState: rawDecision(decision) } };
      try {
        await rest.put({ ...request, body });
      } catch (error) {
        wrote(scope);
        throw error;
      }
      listed.wrote(scope.subscriptionId, armKey(pathOf(scope)));
      // Of twenty decisions on one service each would else cost the others a list of their own.
      context.observers.amend<Connections>(connectionsOf(scope), (known) =>
        known.map(decided(connectionName, decision)),
      );
    },
    deleteConnection(scope, connectionName, call) {
      const below = `/privateEndpointConnections${armPath(connectionName)}`;
      const verb = `remove connection "${connectionName}" of`;
      return writing(scope, rest.delete(about(scope, verb, call, 'deleteConnection', below)));
    },
  };
}

/** A connection as our decision has left it, for whoever looks before the next list. */
const decided =
  (name: string, { status, description }: ConnectionDecision) =>
  (connection: PrivateEndpointConnection): PrivateEndpointConnection =>
    connection.name.toLowerCase() === name.toLowerCase()
      ? { ...connection, status, description, isAnswered: true }
      : connection;

function pathOf({ subscriptionId, resourceGroup, name }: ServiceScope): string {
  const group = armPath('subscriptions', subscriptionId, 'resourceGroups', resourceGroup);
  return `${group}/providers/Microsoft.Fabric/privateLinkServicesForFabric${armPath(name)}`;
}

const ELSEWHERE = {
  reason: 'PrivateLinkServiceConflict',
  remedy:
    'a workspace can have one private link service: look for another one of this workspace, in any subscription of the tenant',
};

/**
 * Neither the code for "this workspace has a private link service elsewhere" (U2) nor that for the tenant's quota is
 * documented: name the likely cause. A creation spends no other quota.
 */
const LIKELY_CAUSES: Readonly<Record<string, { reason: string; remedy: string }>> = {
  InvalidRequest: ELSEWHERE,
  Conflict: ELSEWHERE,
  QuotaExceeded: { reason: 'ServiceQuotaReached', remedy: SERVICE_QUOTA_REMEDY },
};

function explainRefusal(error: unknown): never {
  if (!(error instanceof OperatorError)) throw error;
  const meaning = LIKELY_CAUSES[error.reason];
  if (!meaning) throw error;
  throw new OperatorError({
    disposition: 'blocked',
    ...meaning,
    message: error.message,
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.code === undefined ? {} : { code: error.code }),
    cause: error,
  });
}

function readService(raw: RawResource): PrivateLinkService {
  const properties = objectAt(raw, 'properties');
  const tenantId = textAt(properties, 'tenantId');
  const workspaceId = textAt(properties, 'workspaceId') ?? textAt(properties, 'workspaceObjectId');
  return {
    id: textAt(raw, 'id') ?? '',
    name: textAt(raw, 'name') ?? '',
    tags: textsAt(raw, 'tags'),
    ...(tenantId === undefined ? {} : { tenantId: sharedText(tenantId) }),
    ...(workspaceId === undefined ? {} : { workspaceId }),
    provisioningState: textAt(properties, 'provisioningState') ?? 'Unknown',
    connections: objectsAt(properties, 'privateEndpointConnections').map(readConnection),
  };
}
