import { objectAt, textAt } from '../raw.ts';
import type { ArmContext } from './context.ts';
import { armKey } from './ids.ts';
import type { RawResource } from './rest.ts';
import type { ConnectionDecision, PrivateEndpointConnection } from './types.ts';

/** The owner's list of who asks for a resource is shared for this long when nobody asks for a fresher one. */
export const CONNECTIONS_PERIOD_MS = 1_200_000;

/** `path`: of the resource that takes the connections. */
export const connectionsKey = (context: ArmContext, path: string): string =>
  `${context.cacheKey}|connections|${armKey(path)}`;

/** What every type of Azure resource shows of a private endpoint connection (cloud-apis section 8). */
export function readConnection(raw: RawResource): PrivateEndpointConnection {
  const properties = objectAt(raw, 'properties');
  const state = objectAt(properties, 'privateLinkServiceConnectionState');
  const privateEndpointId = textAt(objectAt(properties, 'privateEndpoint'), 'id');
  const provisioningState = textAt(properties, 'provisioningState');
  const id = textAt(raw, 'id') ?? '';
  return {
    id,
    // Embedded connections sometimes come without a name.
    name: textAt(raw, 'name') ?? id.split('/').at(-1) ?? '',
    ...(privateEndpointId === undefined ? {} : { privateEndpointId }),
    status: textAt(state, 'status') ?? 'Unknown',
    description: textAt(state, 'description') ?? '',
    ...(provisioningState === undefined ? {} : { provisioningState }),
  };
}

/** `actionsRequired` is required in the schema, so it is always sent. */
export const rawDecision = ({ status, description }: ConnectionDecision): RawResource => ({
  status,
  description,
  actionsRequired: 'None',
});
