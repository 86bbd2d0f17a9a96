import type { Cloud } from '../../cloud.ts';
import { Refusal } from '../../exchange.ts';
import { onFabricSku } from '../../fabric/eligibility.ts';
import { linkServiceOf } from '../../fabric/link-services.ts';
import type { Guid, LinkService } from '../../fabric/types.ts';
import type { ArmRequest } from '../service.ts';
import { isServiceName } from './ids.ts';

export type ServiceBody = { tenantId: Guid; workspaceId: Guid; tags: Record<string, string> };

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MINUTE_MS = 60_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const bad = (code: string, message: string) => new Refusal(400, code, message);
const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Reads the PUT body: `workspaceId` as every working template sends it, or `workspaceObjectId` as the TypeSpec has it (U1). */
export function readBody(request: ArmRequest, { conduct }: Cloud): ServiceBody {
  const { switches } = conduct.fabric;
  if (!isObject(request.body)) throw bad('InvalidRequestContent', 'The request content was invalid.');
  const { location, properties, tags } = request.body;
  if (switches.requireGlobalLocation && (typeof location !== 'string' || !same(location, 'global'))) {
    const message = `The location '${String(location)}' is not available; the type is available in 'global' only.`;
    throw bad('LocationNotAvailableForResourceType', message);
  }
  const given = isObject(properties) ? properties : {};
  const names = [given['workspaceId'], given['workspaceObjectId']].filter((value) => value !== undefined);
  const workspaceId = names[0];
  if (typeof workspaceId !== 'string' || !GUID.test(workspaceId) || names.some((name) => name !== workspaceId)) {
    throw bad('InvalidRequestContent', 'properties.workspaceId must be the GUID of one workspace.');
  }
  const { tenantId } = given;
  if (typeof tenantId !== 'string' || !GUID.test(tenantId)) {
    throw bad('InvalidRequestContent', 'properties.tenantId must be a GUID.');
  }
  return { tenantId, workspaceId, tags: isObject(tags) ? (tags as Record<string, string>) : {} };
}

/** Immutable (section 7.1): delete and create instead. That ARM refuses it, and how, is not documented [U]. */
export function requireSameIdentity(cloud: Cloud, existing: LinkService, body: ServiceBody): void {
  if (!cloud.conduct.fabric.switches.keepServiceIdentity) return;
  if (same(existing.workspaceId, body.workspaceId) && same(existing.tenantId, body.tenantId)) return;
  throw new Refusal(409, 'PropertyChangeNotAllowed', 'The workspace of a private link service cannot be changed.');
}

/**
 * What must hold before a service is created, all of it documented; the codes are not, save where noted (section 7.1).
 */
export function requireCreatable(cloud: Cloud, request: ArmRequest, body: ServiceBody): void {
  const { switches, quotas } = cloud.conduct.fabric;
  const { fabric } = cloud.world;
  if (switches.checkServiceName && !isServiceName(request.params['name'] ?? '')) {
    throw bad('InvalidResourceName', `'${request.params['name']}' is not a valid name for this type.`);
  }
  const workspace = fabric.workspaces[body.workspaceId.toLowerCase()];
  const tenantFits =
    same(body.tenantId, request.caller.tenantId) && (!workspace || same(workspace.tenantId, body.tenantId));
  if (switches.requireServiceTenant && !tenantFits) {
    throw bad('InvalidTenantId', 'The tenant is not that of the caller and the workspace.');
  }
  if (!workspace) throw bad('WorkspaceNotFound', `Workspace '${body.workspaceId}' could not be found.`);
  if (switches.requireServiceWorkspaceAdmin && workspace.roles[request.caller.objectId.toLowerCase()] !== 'Admin') {
    throw new Refusal(403, 'InsufficientWorkspaceRole', 'The caller must be an administrator of the workspace.');
  }
  if (switches.requireServiceFabricSku && !onFabricSku(fabric, workspace)) {
    throw bad('UnsupportedCapacitySKU', 'The workspace must be on a capacity with an F SKU.');
  }
  if (switches.oneServicePerWorkspace && linkServiceOf(fabric, workspace.id)) {
    // U2: the stand-in that the reference names.
    throw new Refusal(409, 'Conflict', 'The workspace already has a private link service.');
  }
  const ofTenant = Object.values(fabric.linkServices).filter((service) => same(service.tenantId, body.tenantId));
  if (switches.limitServicesPerTenant && ofTenant.length >= quotas.servicesPerTenant) {
    throw new Refusal(409, 'QuotaExceeded', `A tenant may have ${quotas.servicesPerTenant} private link services.`);
  }
  countCreation(cloud, body.tenantId);
}

/** At most ten creations a minute and tenant [D], here in a sliding minute; status and code are stand-ins (U5). */
function countCreation(cloud: Cloud, tenantId: Guid): void {
  const { serviceCreations } = cloud.world.fabric;
  const { switches, quotas } = cloud.conduct.fabric;
  const now = cloud.clock.now();
  const windowMs = cloud.clock.scaled(MINUTE_MS);
  const key = tenantId.toLowerCase();
  const recent = (serviceCreations[key] ?? []).filter((atMs) => now - atMs < windowMs);
  if (switches.limitServiceCreations && recent.length >= quotas.serviceCreationsPerMinute) {
    const freeInMs = (recent[0] ?? now) + windowMs - now;
    throw new Refusal(429, 'TooManyRequests', 'Too many private link services are being created in this tenant.', {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(freeInMs / 1000))) },
    });
  }
  serviceCreations[key] = [...recent, now];
}
