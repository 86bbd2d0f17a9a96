import { keyOf, parseId } from '../arm/ids.ts';
import type { Cloud } from '../cloud.ts';
import { resourceTypeOf } from '../connections.ts';
import { Refusal } from '../exchange.ts';
import { capacityOf } from './shown.ts';
import type { ManagedEndpoint, Workspace } from './types.ts';

export type ManagedRequest = Pick<ManagedEndpoint, 'name' | 'targetId' | 'requestMessage' | 'fqdns'> &
  Partial<Pick<ManagedEndpoint, 'subresource'>>;

const LONGEST_NAME = 64;
const LONGEST_MESSAGE = 140;
const MOST_FQDNS = 20;

const bad = (code: string, message: string) => new Refusal(400, code, message);
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const texts = (value: unknown) => (Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []);

/** Section 12.1: the fields, and the codes for what is wrong with them. */
export function readManagedRequest(body: unknown, { conduct }: Cloud): ManagedRequest {
  const given = (body ?? {}) as Record<string, unknown>;
  const subresource = text(given['targetSubresourceType']);
  const request: ManagedRequest = {
    name: text(given['name']),
    targetId: text(given['targetPrivateLinkResourceId']),
    requestMessage: text(given['requestMessage']),
    fqdns: texts(given['targetFQDNs']),
    ...(subresource !== '' && { subresource }),
  };
  if (!conduct.fabric.switches.checkManagedRequest) return request;
  if (request.name === '' || request.name.length > LONGEST_NAME) {
    throw bad('InvalidPrivateEndpointName', 'The name of the private endpoint is not valid.');
  }
  if (!parseId(request.targetId)) {
    throw bad('InvalidTargetPrivateLinkResourceId', 'The target is not the id of a private link resource.');
  }
  if (request.requestMessage.length > LONGEST_MESSAGE) {
    throw bad('InvalidRequestMessage', `The request message is longer than ${LONGEST_MESSAGE} characters.`);
  }
  // The limit is [D]; the code is a stand-in.
  if (request.fqdns.length > MOST_FQDNS) throw bad('InvalidParameter', `At most ${MOST_FQDNS} FQDNs may be given.`);
  return request;
}

/** Trial and every F SKU (section 12.1 [D 2025+]); reads of a workspace without capacity answer the same [O]. */
export function requireManagedSku({ world, conduct }: Cloud, workspace: Workspace): void {
  if (!conduct.fabric.switches.requireManagedSku) return;
  if (/^FT?\d+$/.test(capacityOf(world.fabric, workspace)?.sku ?? '')) return;
  throw bad('UnsupportedSku', 'Managed private endpoints are not supported on the capacity of this workspace.');
}

/** Whether a new endpoint may come now. Says nothing about whether it will work: that shows later. */
export function requireManagedCreatable(cloud: Cloud, workspace: Workspace, request: ManagedRequest): void {
  const { switches } = cloud.conduct.fabric;
  const present = managedOf(cloud, workspace);
  if (switches.refuseConcurrentCreation && justCreated(cloud, workspace)) {
    throw bad('UnknownError', 'An unexpected error occurred.');
  }
  // Seen for a value where none may be given (section 12.1 [O]).
  const linkService = resourceTypeOf(request.targetId) === 'microsoft.network/privatelinkservices';
  if (switches.refuseLinkServiceGroup && linkService && request.subresource !== undefined) {
    throw bad('UnknownError', 'An unexpected error occurred.');
  }
  const name = request.name.toLowerCase();
  if (switches.refuseManagedName && present.some((endpoint) => endpoint.name.toLowerCase() === name)) {
    throw bad('DuplicatePrivateEndpointName', 'A private endpoint of this name exists already.');
  }
  // The pair counts: the same target under another sub-resource is accepted [O].
  if (switches.refuseManagedTarget && present.some((endpoint) => pairOf(endpoint) === pairOf(request))) {
    throw bad('DuplicateTargetPrivateLinkResourceId', 'A private endpoint to this resource exists already.');
  }
  // [D] that it fails; how is not documented.
  if (cloud.conduct.fabric.choices.managedCooldown === 'refuse' && inCooldown(cloud, workspace, request)) {
    throw bad('UnknownError', 'An unexpected error occurred.');
  }
}

export function managedOf({ world }: Pick<Cloud, 'world'>, { id }: Pick<Workspace, 'id'>): ManagedEndpoint[] {
  return Object.values(world.fabric.managedEndpoints).filter(
    ({ workspaceId }) => workspaceId.toLowerCase() === id.toLowerCase(),
  );
}

/** What makes two endpoints of a workspace the same: target and sub-resource. */
export function pairOf({ targetId, subresource = '' }: Pick<ManagedEndpoint, 'targetId' | 'subresource'>): string {
  return `${keyOf(targetId)}#${subresource.toLowerCase()}`;
}

function justCreated({ world, clock, conduct }: Cloud, { id }: Workspace): boolean {
  const atMs = world.fabric.managedCreations[id.toLowerCase()];
  return atMs !== undefined && clock.now() - atMs < clock.scaled(conduct.fabric.delays.managedCreationApartMs);
}

export function inCooldown(cloud: Cloud, { id }: Workspace, request: ManagedRequest): boolean {
  const { switches, delays } = cloud.conduct.fabric;
  if (!switches.keepManagedCooldown) return false;
  const sinceMs = cloud.clock.now() - cloud.clock.scaled(delays.managedCooldownMs);
  return cloud.world.fabric.managedDeletions.some(
    ({ workspaceId, target, atMs }) => workspaceId === id.toLowerCase() && target === pairOf(request) && atMs > sinceMs,
  );
}
