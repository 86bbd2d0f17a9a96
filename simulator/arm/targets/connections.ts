import { randomUUID } from 'node:crypto';

import type { Cloud } from '../../cloud.ts';
import type { ConnectionState, LinkProvider } from '../../connections.ts';
import { Refusal } from '../../exchange.ts';
import { keyOf, nameOf } from '../ids.ts';
import type { LinkTargetResource, TargetConnection } from '../types.ts';
import type { TargetKind } from './catalogue.ts';

const TOLD = 'arm.targetDecisionTold';

/** Consumers learn of a decision as late as they do from a workspace's private link service (section 8 [G]). */
export function defineTargetDecisions(cloud: Cloud): void {
  cloud.schedule.define(TOLD, (current, { privateEndpointId = '', targetId = '', connection = '', state = '{}' }) => {
    const target = current.world.arm.linkTargets[keyOf(targetId)];
    const present = target && connectionOf(target, privateEndpointId);
    // An endpoint that was made anew meanwhile has a connection of its own.
    if (present && present.name !== connection) return;
    current.connections.decided(current, { privateEndpointId, targetId, state: JSON.parse(state) as ConnectionState });
  });
}

function tell(cloud: Cloud, target: LinkTargetResource, connection: TargetConnection, state: ConnectionState): void {
  const { switches, delays } = cloud.conduct.fabric;
  cloud.schedule.after(switches.delayDecision ? delays.decisionMs : 0, TOLD, {
    privateEndpointId: connection.privateEndpointId,
    targetId: target.id,
    connection: connection.name,
    state: JSON.stringify(state),
  });
}

export function decide(
  cloud: Cloud,
  target: LinkTargetResource,
  connection: TargetConnection,
  state: ConnectionState,
): void {
  connection.state = state;
  connection.provisioningState = 'Succeeded';
  tell(cloud, target, connection, state);
}

export function disconnect(cloud: Cloud, target: LinkTargetResource, connection: TargetConnection): void {
  delete target.connections[connection.name.toLowerCase()];
  const description = 'Removed by the owner of the resource';
  tell(cloud, target, connection, { status: 'Disconnected', description, actionsRequired: 'None' });
}

export function connectionOf(target: LinkTargetResource, privateEndpointId: string): TargetConnection | undefined {
  return Object.values(target.connections).find((entry) => keyOf(entry.privateEndpointId) === keyOf(privateEndpointId));
}

/** Lets private endpoints of any kind ask for resources of one kind. */
export function providerOf(kind: TargetKind): LinkProvider {
  return {
    type: kind.type.toLowerCase(),
    find({ world }, targetId) {
      const target = world.arm.linkTargets[keyOf(targetId)];
      return target && { resourceId: target.id, tenantId: target.tenantId, groups: kind.groups(target.name) };
    },
    request({ world }, { privateEndpointId, targetId, groupId, mode, message }) {
      const target = world.arm.linkTargets[keyOf(targetId)];
      if (!target) throw new Refusal(404, 'ResourceNotFound', `The resource '${targetId}' was not found.`);
      const left = connectionOf(target, privateEndpointId);
      if (left) delete target.connections[left.name.toLowerCase()];
      // Seen: `{workspaceId}.{name}-{guid}` for managed endpoints (users.md, finding 4 [O]).
      const name = `${nameOf(privateEndpointId)}-${randomUUID()}`;
      const state: ConnectionState =
        mode === 'Auto'
          ? { status: 'Approved', description: 'Auto-Approved', actionsRequired: 'None' }
          : { status: 'Pending', description: message, actionsRequired: 'None' };
      target.connections[name.toLowerCase()] = {
        name,
        privateEndpointId,
        groupId,
        state,
        provisioningState: 'Succeeded',
      };
      return state;
    },
    withdraw({ world }, { privateEndpointId, targetId, leaves }) {
      const target = world.arm.linkTargets[keyOf(targetId)];
      const connection = target && connectionOf(target, privateEndpointId);
      if (!connection) return;
      if (leaves) connection.state = { status: leaves, description: '', actionsRequired: 'None' };
      else delete target.connections[connection.name.toLowerCase()];
    },
  };
}
