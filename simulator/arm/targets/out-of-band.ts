import type { Cloud } from '../../cloud.ts';
import type { World } from '../../world.ts';
import { keyOf, nameOf, parseId } from '../ids.ts';
import type { LinkTargetResource, TargetConnection } from '../types.ts';
import { TARGET_KINDS } from './catalogue.ts';
import { connectionOf, decide, disconnect } from './connections.ts';

/** A resource of a kind that the catalogue has, in a subscription that the world has. */
export function addLinkTarget(world: World, id: string, location = 'eastus'): LinkTargetResource {
  const parsed = parseId(id);
  const tenantId = world.arm.subscriptions[parsed?.subscriptionId.toLowerCase() ?? '']?.tenantId;
  const known = TARGET_KINDS.some(({ type }) => type.toLowerCase() === parsed?.type.toLowerCase());
  if (tenantId === undefined || !known) throw new Error(`no kind or no subscription for ${id}`);
  const added: LinkTargetResource = { id, name: nameOf(id), tenantId, location, connections: {} };
  world.arm.linkTargets[keyOf(id)] = added;
  return added;
}

/** The owner decides in the portal: at once on this side. `connection`: its name, or the private endpoint's id. */
export function decideOnTarget(
  cloud: Cloud,
  targetId: string,
  connection: string,
  status: 'Approved' | 'Rejected' | 'Removed',
  description = '',
): void {
  const target = targetIn(cloud.world, targetId);
  const found = connectionIn(target, connection);
  if (status === 'Removed') disconnect(cloud, target, found);
  else decide(cloud, target, found, { status, description, actionsRequired: 'None' });
}

/** Somebody deletes the resource, connections and all. */
export function deleteLinkTarget(cloud: Cloud, targetId: string): void {
  const target = targetIn(cloud.world, targetId);
  for (const connection of Object.values(target.connections)) disconnect(cloud, target, connection);
  delete cloud.world.arm.linkTargets[keyOf(targetId)];
}

function targetIn(world: World, targetId: string): LinkTargetResource {
  const target = world.arm.linkTargets[keyOf(targetId)];
  if (!target) throw new Error(`no resource ${targetId} in the world`);
  return target;
}

function connectionIn(target: LinkTargetResource, nameOrEndpointId: string): TargetConnection {
  const found = target.connections[nameOrEndpointId.toLowerCase()] ?? connectionOf(target, nameOrEndpointId);
  if (!found) throw new Error(`no connection ${nameOrEndpointId} on ${target.id}`);
  return found;
}
