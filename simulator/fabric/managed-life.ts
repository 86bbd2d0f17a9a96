import { randomUUID } from 'node:crypto';

import { keyOf } from '../arm/ids.ts';
import type { Cloud } from '../cloud.ts';
import type { ConnectionState } from '../connections.ts';
import { Refusal } from '../exchange.ts';
import type { World } from '../world.ts';
import { workspaceIn } from './build.ts';
import { inCooldown, type ManagedRequest, pairOf } from './managed-creation.ts';
import { managedEndpointId } from './managed-ids.ts';
import { capacityOf } from './shown.ts';
import type { ManagedEndpoint, Workspace } from './types.ts';

const ARRIVED = 'fabric.managedEndpointArrived';
const PROVISIONED = 'fabric.managedEndpointProvisioned';
const ECHOED = 'fabric.managedEndpointEchoed';
const GONE = 'fabric.managedEndpointGone';

type Step = (cloud: Cloud, endpoint: ManagedEndpoint, payload: Record<string, string>) => void;

/**
 * What becomes of a managed private endpoint (sections 12.2, 12.3):
 *
 * created → request on the target (1–5 min) → Succeeded, Pending → decided by the owner → shown by Fabric (≤ 15 min)
 *         ↘ Failed: no such target, or not that sub-resource
 */
export function defineManagedLife(cloud: Cloud): void {
  const define = (kind: string, step: Step) =>
    cloud.schedule.define(kind, (current, payload) => {
      const endpoint = current.world.fabric.managedEndpoints[payload['endpointId'] ?? ''];
      if (endpoint) step(current, endpoint, payload);
    });
  define(ARRIVED, arrive);
  define(PROVISIONED, provision);
  define(ECHOED, (current, endpoint, { state = '{}' }) => {
    echo(current, endpoint, JSON.parse(state) as ConnectionState);
  });
  define(GONE, forget);
  cloud.connections.onDecision((current, { privateEndpointId, targetId, state }) => {
    const endpoint = Object.values(current.world.fabric.managedEndpoints).find(
      (entry) =>
        entry.arrived &&
        keyOf(entry.privateEndpointId) === keyOf(privateEndpointId) &&
        keyOf(entry.targetId) === keyOf(targetId),
    );
    if (!endpoint) return;
    const { switches, delays } = current.conduct.fabric;
    // The decision has travelled for a while already.
    const travelledMs = switches.delayDecision ? delays.decisionMs : 0;
    const lagMs = switches.delayManagedEcho ? Math.max(0, delays.managedEchoMs - travelledMs) : 0;
    current.schedule.after(lagMs, ECHOED, { endpointId: endpoint.id, state: JSON.stringify(state) });
  });
}

/** One that was asked for just before the clouds start: its request reaches the target as soon as they do. */
export function addManagedEndpoint(
  world: World,
  { workspaceId, ...request }: Pick<ManagedEndpoint, 'workspaceId' | 'name' | 'targetId'> & Partial<ManagedRequest>,
): ManagedEndpoint {
  const added = addRow(world, workspaceIn(world, workspaceId), { requestMessage: '', fqdns: [], ...request });
  const id = Math.max(0, ...world.scheduled.map((event) => event.id)) + 1;
  world.scheduled.push({ id, dueAtMs: 0, kind: ARRIVED, payload: { endpointId: added.id } });
  return added;
}

/** The row is there at once; everything else takes its time. */
export function createManaged(cloud: Cloud, workspace: Workspace, request: ManagedRequest): ManagedEndpoint {
  const endpoint = addRow(cloud.world, workspace, request);
  endpoint.doomed = inCooldown(cloud, workspace, request);
  cloud.world.fabric.managedCreations[workspace.id.toLowerCase()] = cloud.clock.now();
  const { switches, delays } = cloud.conduct.fabric;
  const arrivalMs = switches.delayManagedArrival ? delays.managedArrivalMs : 0;
  cloud.schedule.after(arrivalMs, ARRIVED, { endpointId: endpoint.id });
  return endpoint;
}

function addRow(world: World, workspace: Workspace, request: ManagedRequest): ManagedEndpoint {
  const { fabric } = world;
  const workspaceKey = workspace.id.toLowerCase();
  const subscriptionId = (fabric.managedSubscriptions[workspaceKey] ??= randomUUID());
  const region = capacityOf(fabric, workspace)?.region.replaceAll(' ', '');
  const origin = { subscriptionId, workspaceId: workspace.id, name: request.name };
  const endpoint: ManagedEndpoint = {
    ...request,
    id: randomUUID(),
    workspaceId: workspace.id,
    provisioningState: 'Provisioning',
    privateEndpointId: managedEndpointId(region === undefined ? origin : { ...origin, region }),
    arrived: false,
    doomed: false,
  };
  fabric.managedEndpoints[endpoint.id] = endpoint;
  return endpoint;
}

function arrive(cloud: Cloud, endpoint: ManagedEndpoint): void {
  if (endpoint.provisioningState !== 'Provisioning') return;
  const { switches, delays } = cloud.conduct.fabric;
  if (!endpoint.doomed && !ask(cloud, endpoint)) endpoint.doomed = true;
  const delayMs = switches.delayManagedProvisioning ? delays.managedProvisioningMs : 0;
  cloud.schedule.after(delayMs, PROVISIONED, { endpointId: endpoint.id });
}

/** Whether the target took the request. A wrong sub-resource is found out only here [O]; an unknown target too [I]. */
function ask(cloud: Cloud, endpoint: ManagedEndpoint): boolean {
  const { switches, choices } = cloud.conduct.fabric;
  const { privateEndpointId, targetId, subresource = '', requestMessage } = endpoint;
  const target = cloud.connections.find(cloud, targetId);
  if (!target) return false;
  const fits = target.groups.some(({ groupId }) => groupId.toLowerCase() === subresource.toLowerCase());
  if (switches.failWrongGroup && !fits) return false;
  try {
    const message = choices.passRequestMessage ? requestMessage : '';
    cloud.connections.request(cloud, { privateEndpointId, targetId, groupId: subresource, mode: 'Manual', message });
  } catch (thrown) {
    if (thrown instanceof Refusal) return false;
    throw thrown;
  }
  endpoint.arrived = true;
  return true;
}

function provision({ conduct }: Cloud, endpoint: ManagedEndpoint): void {
  if (endpoint.provisioningState !== 'Provisioning') return;
  if (!endpoint.arrived) {
    endpoint.provisioningState = 'Failed';
    return;
  }
  if (conduct.fabric.choices.pendingEndpoint === 'provisioning' && !endpoint.connectionState) return;
  endpoint.provisioningState = 'Succeeded';
  endpoint.connectionState ??= { status: 'Pending', description: '', actionsRequired: 'None' };
}

/** Fabric shows what the owner decided, in the owner's words. What is over does not come back (section 12.3 [D]). */
function echo({ conduct }: Cloud, endpoint: ManagedEndpoint, state: ConnectionState): void {
  const over = ['Rejected', 'Disconnected'].includes(endpoint.connectionState?.status ?? '');
  if (conduct.fabric.switches.keepManagedRejected && over && state.status !== 'Disconnected') return;
  endpoint.connectionState = state;
  if (endpoint.provisioningState === 'Provisioning') endpoint.provisioningState = 'Succeeded';
}

/** The row stays listed as Deleting for a while [O]; the cool-down counts from now. */
export function deleteManaged(cloud: Cloud, endpoint: ManagedEndpoint): void {
  const { switches, delays } = cloud.conduct.fabric;
  const { fabric } = cloud.world;
  const workspaceId = endpoint.workspaceId.toLowerCase();
  const sinceMs = cloud.clock.now() - cloud.clock.scaled(delays.managedCooldownMs);
  fabric.managedDeletions = [
    ...fabric.managedDeletions.filter(({ atMs }) => atMs > sinceMs),
    { workspaceId, target: pairOf(endpoint), atMs: cloud.clock.now() },
  ];
  endpoint.provisioningState = 'Deleting';
  cloud.schedule.after(switches.delayManagedDelete ? delays.managedDeleteMs : 0, GONE, { endpointId: endpoint.id });
}

/** Out of the world, and off its target, where it leaves a mark or nothing. */
export function forget(cloud: Cloud, { id, privateEndpointId, targetId, arrived }: ManagedEndpoint): void {
  delete cloud.world.fabric.managedEndpoints[id];
  if (!arrived) return;
  const leaves = cloud.conduct.fabric.choices.deletedEndpointLeaves;
  cloud.connections.withdraw(cloud, {
    privateEndpointId,
    targetId,
    ...(leaves === 'disconnected' && { leaves: 'Disconnected' }),
  });
}
