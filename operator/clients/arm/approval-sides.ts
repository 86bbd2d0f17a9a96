import type { CallOptions, Read } from '../call.ts';
import { orAbsent } from '../classify.ts';
import { objectAt, objectsAt, without } from '../raw.ts';
import { CONNECTIONS_PERIOD_MS, connectionsKey, rawDecision, readConnection } from './connections.ts';
import type { ArmContext } from './context.ts';
import { armPath, parseArmId, resourcePath } from './ids.ts';
import { createArmRest, type RawResource, type RestCall } from './rest.ts';
import type { ApprovalTarget, ArmPrivateLinkServices, ConnectionDecision, PrivateEndpointConnection } from './types.ts';

/** What the services write themselves; sent back it would be noise at best. */
const READ_ONLY = ['id', 'name', 'type', 'etag', 'systemData'];
const FABRIC_SERVICE = 'microsoft.fabric/privatelinkservicesforfabric';

/** A connection as it was read just now, under the name that was asked for. */
type Found = { name: string; connection: PrivateEndpointConnection; raw: RawResource };

/** One target, and how its connections are read and written. */
export type Side = {
  /** Such as `Microsoft.Sql/servers`. */
  type: string;
  /** For messages. */
  label: string;
  list(call: CallOptions): Promise<Read<readonly PrivateEndpointConnection[] | undefined>>;
  /** Read anew, or as fresh as the call says; undefined: it is not there. */
  find(name: string, what: string, call: CallOptions): Promise<Found | undefined>;
  put(found: Found, decision: ConnectionDecision, what: string, call: CallOptions): Promise<void>;
  remove(name: string, what: string, call: CallOptions): Promise<void>;
};

export function sideOf(context: ArmContext, services: ArmPrivateLinkServices, target: ApprovalTarget): Side {
  const { resourceGroup, provider, path } = parseArmId(target.id);
  const type = [provider, ...path.map(([part]) => part)].join('/');
  const label = `"${path.map(([, part]) => part).join('/')}" (${type}) in group "${resourceGroup}"`;
  const side =
    type.toLowerCase() === FABRIC_SERVICE ? workspaceSide(context, services, target) : anySide(context, target);
  return { type, label, ...side };
}

/** Any resource: the pattern of cloud-apis section 8 [G]. */
function anySide(context: ArmContext, target: ApprovalTarget): Omit<Side, 'type' | 'label'> {
  const { subscriptionId, provider } = parseArmId(target.id);
  const path = resourcePath(target.id);
  const key = connectionsKey(context, path);
  const rest = createArmRest(context, {
    provider: provider.toLowerCase() === 'microsoft.network' ? 'network' : 'resources',
    apiVersion: target.apiVersion,
  });
  const about = (operation: string, what: string, call: CallOptions, below = ''): RestCall => ({
    subscriptionId,
    path: `${path}${below}`,
    operation: `approvals.${operation}`,
    what,
    call,
  });
  const one = (name: string) => `/privateEndpointConnections${armPath(name)}`;
  /** Whatever came of it, what we knew before is no longer known: the write may have worked though its answer was lost. */
  const writing = async (write: Promise<void>): Promise<void> => {
    try {
      await write;
    } finally {
      context.observers.invalidate(key);
    }
  };

  const load = async (call: CallOptions): Promise<readonly PrivateEndpointConnection[] | undefined> => {
    const what = `list the connections of ${target.id}`;
    if (target.connectionsIn === 'resource') {
      const raw = await rest.get(about('connections', what, call));
      return raw && objectsAt(objectAt(raw, 'properties'), 'privateEndpointConnections').map(readConnection);
    }
    return orAbsent(rest.list(about('connections', what, call, '/privateEndpointConnections'), readConnection));
  };

  return {
    list: (call) => context.observers.read(key, CONNECTIONS_PERIOD_MS, call, load),
    async find(name, what, call) {
      const raw = await rest.get(about('get', what, call, one(name)));
      return raw && { name, connection: readConnection(raw), raw };
    },
    put({ name, raw }, decision, what, call) {
      const body = {
        // Some types want their own properties back with the decision.
        ...without(raw, READ_ONLY),
        properties: {
          ...without(objectAt(raw, 'properties'), ['provisioningState']),
          privateLinkServiceConnectionState: rawDecision(decision),
        },
      };
      return writing(rest.put({ ...about('decide', what, call, one(name)), body }));
    },
    remove: (name, what, call) => writing(rest.delete(about('remove', what, call, one(name)))),
  };
}

/** A workspace's private link service, by way of its own client and caches. */
function workspaceSide(
  { clock }: ArmContext,
  services: ArmPrivateLinkServices,
  target: ApprovalTarget,
): Omit<Side, 'type' | 'label'> {
  const { subscriptionId, resourceGroup, path } = parseArmId(target.id);
  const scope = { subscriptionId, resourceGroup, name: path[0]![1] };
  const list: Side['list'] = async (call) =>
    (await orAbsent(services.connections(scope, call))) ?? { value: undefined, readAtMs: clock.now() };
  return {
    list,
    async find(wanted, _what, call) {
      const read = async (maxAgeMs: number) =>
        (await list({ ...call, maxAgeMs })).value?.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
      const known = await read(call.maxAgeMs ?? 0);
      // What our own decision made of it is not what the service shows.
      const connection = known?.isAnswered ? await read(0) : known;
      return connection && { name: connection.name, connection, raw: {} };
    },
    put: ({ name }, decision, _what, call) => services.decideConnection(scope, name, decision, call),
    remove: (name, _what, call) => services.deleteConnection(scope, name, call),
  };
}
