import type { Cloud } from '../cloud.ts';
import type { Guest, Token } from '../entra/types.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import { fabricApplicationIn, permissionsOf } from '../graph/directory.ts';
import type { Route } from '../router.ts';
import { allowedBySetting, callerOf, requireAdminReader } from './access.ts';
import { deleteMapping, guestIn, mapGuest, mappingsOfGuest, pairOf } from './mapping-life.ts';
import { mappingIdShown, shownMapping } from './mapping-shapes.ts';
import { beginOperation } from './operations.ts';
import { page } from './paging.ts';
import { requestBlocked } from './quota.ts';
import { SETTING } from './tenant-settings.ts';
import type { CrossTenantMapping } from './types.ts';

const PATH = '/v1/admin/crosstenantauth/mappings';
const WINDOW_MS = 60_000;

/** Section 15: for the caller's own tenant as the provider. */
export const mappingRoutes: Route[] = [
  { method: 'GET', path: PATH, handle: list },
  { method: 'POST', path: PATH, handle: create },
  { method: 'DELETE', path: `${PATH}/:mappingId`, handle: remove },
];

/** Order of the checks [U]: quota, rights, enrolment; then what is asked for. */
function enter(request: SimRequest, cloud: Cloud, kind: 'read' | 'write'): Token {
  countMappingCall(cloud, callerOf(request));
  const caller = kind === 'read' ? requireAdminReader(cloud, request) : requireAdminWriter(cloud, request);
  const { switches, choices } = cloud.conduct.fabric;
  if (switches.requireEnrolment && !cloud.world.fabric.providers[caller.tenantId.toLowerCase()]) {
    throw choices.enrolmentRefusal === 'forbidden'
      ? new Refusal(403, 'FeatureNotAvailable', 'The feature is not available for this tenant.')
      : new Refusal(404, 'EndpointNotFound', 'The requested endpoint does not exist.');
  }
  return caller;
}

/** Section 2.4 [D]; the code is [I]. */
function requireAdminWriter(cloud: Cloud, request: SimRequest): Token {
  const caller = callerOf(request);
  const { switches, choices } = cloud.conduct.fabric;
  const refused = () =>
    new Refusal(403, 'InsufficientPrivileges', 'The caller does not have permissions to call the API.');
  if (switches.requireAdminWriteAccess && !allowedBySetting(cloud, caller, SETTING.adminWrite)) throw refused();
  if (!switches.requireGroupCreate) return caller;
  const holder =
    choices.groupCreateHolder === 'caller' ? caller.objectId : fabricApplicationIn(cloud.world, caller.tenantId).id;
  if (!permissionsOf(cloud.world, caller.tenantId, holder).includes('Group.Create')) throw refused();
  return caller;
}

/** 50 in any minute, of the whole tenant: stricter than "per caller and per API" (section 15.3), and than a fixed window. */
function countMappingCall(cloud: Cloud, { tenantId }: Token): void {
  const { switches, quotas } = cloud.conduct.fabric;
  if (!switches.countMappingQuota) return;
  const { mappingCalls } = cloud.world.fabric;
  const windowMs = cloud.clock.scaled(WINDOW_MS);
  const now = cloud.clock.now();
  const key = tenantId.toLowerCase();
  const calls = (mappingCalls[key] ?? []).filter((atMs) => atMs > now - windowMs);
  if (calls.length >= quotas.mappingsPerMinute) throw requestBlocked(now, calls[0]! + windowMs);
  mappingCalls[key] = [...calls, now];
}

function ownMappings({ world }: Cloud, { tenantId }: Token): CrossTenantMapping[] {
  const own = tenantId.toLowerCase();
  return Object.values(world.fabric.mappings).filter(({ providerTenantId }) => providerTenantId.toLowerCase() === own);
}

function list(request: SimRequest, cloud: Cloud): SimResponse {
  const caller = enter(request, cloud, 'read');
  const all = ownMappings(cloud, caller);
  const shown = (mappings: readonly CrossTenantMapping[]) => mappings.map((mapping) => shownMapping(cloud, mapping));
  const { mappingList, mappingPages } = cloud.conduct.fabric.choices;
  if (mappingList === 'array') return { status: 200, body: shown(all) };
  const { value, ...rest } = mappingPages ? page(cloud, request, all) : { value: all };
  return { status: 200, body: { [mappingList]: shown(value), ...rest } };
}

function create(request: SimRequest, cloud: Cloud): SimResponse {
  const caller = enter(request, cloud, 'write');
  const wanted = readRequest(request.body, caller.tenantId);
  if (!hasConsent(cloud, wanted)) return refuseConsent(cloud);
  requireGuest(cloud, wanted);
  const own = mappingsOfGuest(cloud.world, wanted);
  const live = own.find(({ deletedAtMs }) => deletedAtMs === undefined);
  const { repeatedMapping, revivedMapping } = cloud.conduct.fabric.choices;
  if (live && repeatedMapping === 'conflict') throw new Refusal(409, 'EntityConflict', 'The mapping exists already.');
  if (live && repeatedMapping === 'badRequest') {
    throw new Refusal(400, 'MappingAlreadyExists', 'The mapping exists already.');
  }
  if (!live && own.length > 0 && revivedMapping === 'refuse') {
    throw new Refusal(409, 'EntityConflict', 'The mapping is being deleted.');
  }
  const there = live ?? (revivedMapping === 'revive' ? own[0] : undefined);
  return answer(cloud, caller, mapGuest(cloud, wanted, there));
}

function answer(cloud: Cloud, caller: Token, mapping: CrossTenantMapping): SimResponse {
  const { choices, delays } = cloud.conduct.fabric;
  const answers: Record<typeof choices.mappingAnswer, () => SimResponse> = {
    empty: () => ({ status: 200 }),
    row: () => ({ status: 200, body: shownMapping(cloud, mapping) }),
    id: () => ({ status: 200, body: mappingIdShown(cloud, mapping) }),
    operation: () => beginOperation(cloud, caller, delays.mappingOperationMs, { status: 'Succeeded' }),
  };
  return answers[choices.mappingAnswer]();
}

function remove(request: SimRequest, cloud: Cloud): SimResponse {
  const caller = enter(request, cloud, 'write');
  const wanted = (request.params['mappingId'] ?? '').toLowerCase();
  const mapping = ownMappings(cloud, caller).find(
    (entry) => entry.deletedAtMs === undefined && mappingIdShown(cloud, entry).toLowerCase() === wanted,
  );
  if (!mapping) throw new Refusal(404, 'EntityNotFound', 'The requested mapping could not be found.');
  deleteMapping(cloud, mapping);
  return { status: 200 };
}

type Wanted = Parameters<typeof mapGuest>[1];

/** Section 15.1. Applications are users without details. */
function readRequest(body: unknown, providerTenantId: string): Wanted {
  const given = (body ?? {}) as Record<string, unknown>;
  const { id, tenantId, type, denyUserAccess } = given;
  const bad = (what: string) => new Refusal(400, 'InvalidInput', `The request has an invalid input: ${what}.`);
  if (typeof id !== 'string' || id === '') throw bad('id');
  if (typeof tenantId !== 'string' || tenantId.toLowerCase() === providerTenantId.toLowerCase()) throw bad('tenantId');
  if (type !== 'User' && type !== 'Group') throw bad('type');
  const userPrincipalName = detail(given['userDetails'], 'userPrincipalName');
  const email = detail(given['groupDetails'], 'email');
  return {
    providerTenantId,
    guestTenantId: tenantId,
    guestObjectId: id,
    type,
    ...(userPrincipalName !== undefined && { userPrincipalName }),
    ...(email !== undefined && { email }),
    ...(typeof denyUserAccess === 'boolean' && { denyUserAccess }),
  };
}

function detail(details: unknown, name: string): string | undefined {
  const value = (details as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** "401: guest tenant hasn't consented" [D]: the status of a bad token too. */
function hasConsent({ world, conduct }: Cloud, { guestTenantId, providerTenantId }: Wanted): boolean {
  const given = world.fabric.consents[pairOf(guestTenantId, providerTenantId)] !== undefined;
  return given || !conduct.fabric.switches.requireConsent;
}

function refuseConsent({ conduct }: Cloud): SimResponse {
  if (conduct.fabric.choices.consentRefusal === 'empty') return { status: 401 };
  throw new Refusal(401, 'Unauthorized', 'The request is not authorized.');
}

/** "400: guest principal is unresolvable" [D]; the code is a stand-in [U]. */
function requireGuest(cloud: Cloud, wanted: Wanted): void {
  if (!cloud.conduct.fabric.switches.requireResolvableGuest) return;
  const guest = guestIn(cloud.world, wanted.guestTenantId, wanted.guestObjectId);
  if (!guest || !fits(guest, wanted)) {
    throw new Refusal(400, 'InvalidPrincipal', 'The guest principal could not be resolved.');
  }
}

function fits({ type, userPrincipalName }: Guest, wanted: Wanted): boolean {
  if ((type === 'Group') !== (wanted.type === 'Group')) return false;
  const named = wanted.userPrincipalName?.toLowerCase();
  return type === 'User' ? named === userPrincipalName?.toLowerCase() : type === 'Group' || named === undefined;
}
