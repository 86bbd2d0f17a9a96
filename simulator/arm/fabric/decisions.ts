import type { Cloud } from '../../cloud.ts';
import type { ConnectionState } from '../../connections.ts';
import type { LinkConnection, LinkService } from '../../fabric/types.ts';

const TOLD = 'fabric.connectionDecisionTold';

type Told = {
  privateEndpointId: string;
  targetId: string;
  status: string;
  description: string;
  actionsRequired: string;
};

/** Consumers learn of a decision seconds to minutes later (section 8 [G]). */
export function defineDecisions(cloud: Cloud): void {
  cloud.schedule.define(TOLD, (current, payload) => {
    const { privateEndpointId, targetId, ...state } = payload as Told;
    current.connections.decided(current, { privateEndpointId, targetId, state: state as ConnectionState });
  });
}

function tell(cloud: Cloud, service: LinkService, privateEndpointId: string, state: ConnectionState): void {
  const { switches, delays } = cloud.conduct.fabric;
  const payload: Told = { privateEndpointId, targetId: service.id, ...state };
  cloud.schedule.after(switches.delayDecision ? delays.decisionMs : 0, TOLD, payload);
}

export function decide(cloud: Cloud, service: LinkService, connection: LinkConnection, state: ConnectionState): void {
  connection.state = state;
  connection.provisioningState = 'Succeeded';
  tell(cloud, service, connection.privateEndpointId, state);
}

/** The target's owner removes a connection: the consumer sees Disconnected (section 8 [G]). */
export function disconnect(cloud: Cloud, service: LinkService, connection: LinkConnection): void {
  delete service.connections[connection.name.toLowerCase()];
  tell(cloud, service, connection.privateEndpointId, {
    status: 'Disconnected',
    description: 'Removed by the owner of the service',
    actionsRequired: 'None',
  });
}
