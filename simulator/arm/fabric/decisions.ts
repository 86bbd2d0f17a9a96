import type { Cloud } from '../../cloud.ts';
import type { ConnectionState } from '../../connections.ts';
import type { LinkConnection, LinkService } from '../../fabric/types.ts';
import { keyOf } from '../ids.ts';

const TOLD = 'fabric.connectionDecisionTold';

type Told = {
  privateEndpointId: string;
  targetId: string;
  connection: string;
  status: string;
  description: string;
  actionsRequired: string;
};

/** Consumers learn of a decision seconds to minutes later (section 8 [G]). */
export function defineDecisions(cloud: Cloud): void {
  cloud.schedule.define(TOLD, (current, payload) => {
    const { privateEndpointId, targetId, connection, ...state } = payload as Told;
    // An endpoint that was made anew meanwhile has a connection of its own: this decision was about the former one.
    const service = current.world.fabric.linkServices[keyOf(targetId)];
    const present = service && connectionOf(service, privateEndpointId);
    if (present && present.name !== connection) return;
    current.connections.decided(current, { privateEndpointId, targetId, state: state as ConnectionState });
  });
}

/** The connection of a private endpoint, by the endpoint's id. */
export function connectionOf(service: LinkService, privateEndpointId: string): LinkConnection | undefined {
  return Object.values(service.connections).find(
    (entry) => keyOf(entry.privateEndpointId) === keyOf(privateEndpointId),
  );
}

function tell(
  cloud: Cloud,
  { id: targetId }: LinkService,
  { name: connection, privateEndpointId }: LinkConnection,
  state: ConnectionState,
): void {
  const { switches, delays } = cloud.conduct.fabric;
  const payload: Told = { privateEndpointId, targetId, connection, ...state };
  cloud.schedule.after(switches.delayDecision ? delays.decisionMs : 0, TOLD, payload);
}

export function decide(cloud: Cloud, service: LinkService, connection: LinkConnection, state: ConnectionState): void {
  connection.state = state;
  connection.provisioningState = 'Succeeded';
  tell(cloud, service, connection, state);
}

/** The target's owner removes a connection: the consumer sees Disconnected (section 8 [G]). */
export function disconnect(cloud: Cloud, service: LinkService, connection: LinkConnection): void {
  delete service.connections[connection.name.toLowerCase()];
  tell(cloud, service, connection, {
    status: 'Disconnected',
    description: 'Removed by the owner of the service',
    actionsRequired: 'None',
  });
}
