import type { CallOptions } from '../call.ts';
import { unreadableAnswer } from '../classify.ts';
import { jsonOf } from '../exchange.ts';
import { textAt } from '../raw.ts';
import type { FabricContext } from './context.ts';
import type { ThroughOpenDoor } from './open-door.ts';
import type { FabricCall, FabricRest } from './rest.ts';
import type { ConnectionStringQuery, FabricClient } from './types.ts';

/** "Stable per tenant, workspace, guest tenant and link type" (section 14); a change of the spec is another key. */
const PERIOD_MS = 43_200_000;
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;

/** Host names of warehouses and SQL analytics endpoints, also for guests (cloud-apis section 14). Never built, always asked for. */
export function createConnectionStrings(
  { observers, cacheKey }: FabricContext,
  rest: FabricRest,
  throughOpenDoor: ThroughOpenDoor,
): Pick<FabricClient, 'connectionString'> {
  return {
    connectionString(query, call) {
      const { path, what } = placeOf(query);
      return observers.read(
        `${cacheKey}|fabric|${path}`.toLowerCase(),
        PERIOD_MS,
        call,
        async (shared: CallOptions) => {
          const request: FabricCall = { path, operation: 'connectionString.get', what, call: shared };
          const response = await throughOpenDoor(query.workspaceId, request, (asked) => rest.get(asked));
          const host = textAt(jsonOf(response, what), 'connectionString')?.trim();
          if (host === undefined || !HOST.test(host)) throw unreadableAnswer(what, response.status);
          return host;
        },
      );
    },
  };
}

function placeOf({ workspaceId, item, guestTenantId, privateLinkType }: ConnectionStringQuery) {
  const [collection, id, name] =
    'warehouseId' in item
      ? ['warehouses', item.warehouseId, 'warehouse']
      : ['sqlEndpoints', item.sqlEndpointId, 'SQL analytics endpoint'];
  const query = new URLSearchParams();
  if (guestTenantId !== undefined) query.set('guestTenantId', guestTenantId);
  query.set('privateLinkType', privateLinkType);
  const place = `/v1/workspaces/${encodeURIComponent(workspaceId)}/${collection}/${encodeURIComponent(id)}`;
  return {
    path: `${place}/connectionString?${query.toString()}`,
    what: `read the connection string of ${name} ${id} in workspace ${workspaceId}`,
  };
}
