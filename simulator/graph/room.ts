import type { Cloud, Room } from '../cloud.ts';
import { checkToken } from '../entra/tokens.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { directoryOf, objectIn, permissionsOf } from './directory.ts';
import { type Filter, filterOf } from './filter.ts';
import type { DirectoryObject } from './types.ts';

const AUDIENCES = ['https://graph.microsoft.com'];
const WINDOW_MS = 10_000;
const MOST_PER_PAGE = 999;

type Kind = DirectoryObject['kind'];

const COLLECTIONS: Record<string, { kind: Kind; permissions: readonly string[] }> = {
  servicePrincipals: { kind: 'ServicePrincipal', permissions: ['Application.Read.All', 'Directory.Read.All'] },
  groups: { kind: 'Group', permissions: ['Group.Read.All', 'Directory.Read.All'] },
  users: { kind: 'User', permissions: ['User.Read.All', 'Directory.Read.All'] },
};

/** Microsoft Graph, as far as the directory is read (cloud-apis section 16): every tenant's own objects. */
export const mountGraph: Room = (cloud) => {
  const { graph } = cloud.services;
  graph.before = before;
  graph.failure = failure;
  graph.headers = (request) => ({ 'request-id': request.id });
  for (const [name, { kind, permissions }] of Object.entries(COLLECTIONS)) {
    graph.router.add(
      { method: 'GET', path: `/v1.0/${name}`, handle: listing(kind, permissions) },
      {
        method: 'GET',
        path: `/v1.0/${name}/:id`,
        handle(request, current) {
          requirePermission(current, request, permissions);
          return { status: 200, body: shown(objectFor(current, request, kind)) };
        },
      },
    );
  }
  graph.router.add(membersRoute);
};

function before(request: SimRequest, cloud: Cloud): undefined {
  const check = checkToken(request, cloud, AUDIENCES);
  if (check.kind !== 'valid') {
    const missing = check.kind === 'missing';
    throw new Refusal(
      401,
      'InvalidAuthenticationToken',
      missing ? 'Access token is empty.' : 'Access token is not valid.',
    );
  }
  request.token = check.token;
  const { switches, requestsPerWindow } = cloud.conduct.graph;
  if (!switches.countGraphRequests) return;
  const windowMs = cloud.clock.scaled(WINDOW_MS);
  const windowStartMs = Math.floor(cloud.clock.now() / windowMs) * windowMs;
  const key = `${check.token.tenantId}/${check.token.objectId}`.toLowerCase();
  const known = cloud.world.graph.callsInWindow[key];
  const calls = (known?.windowStartMs === windowStartMs ? known.calls : 0) + 1;
  if (calls > requestsPerWindow) {
    const seconds = Math.max(1, Math.ceil((windowStartMs + windowMs - cloud.clock.now()) / 1000));
    throw new Refusal(429, 'TooManyRequests', 'Too many requests.', { headers: { 'retry-after': String(seconds) } });
  }
  cloud.world.graph.callsInWindow[key] = { windowStartMs, calls };
}

/** Section 16 [G]. */
function failure(refusal: Refusal, request: SimRequest): SimResponse {
  const innerError = {
    date: new Date().toISOString().slice(0, 19),
    'request-id': request.id,
    'client-request-id': request.id,
  };
  return {
    status: refusal.status,
    headers: refusal.headers,
    body: { error: { code: refusal.code, message: refusal.message, innerError } },
  };
}

function requirePermission(cloud: Cloud, { token }: SimRequest, permissions: readonly string[]): void {
  if (!cloud.conduct.graph.switches.requirePermission || !token) return;
  const held = permissionsOf(cloud.world, token.tenantId, token.objectId);
  if (permissions.some((permission) => held.includes(permission))) return;
  throw new Refusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}

function listing(kind: Kind, permissions: readonly string[]): Route['handle'] {
  return (request, cloud) => {
    requirePermission(cloud, request, permissions);
    const filter = filterOf(request.url.searchParams.get('$filter'));
    if (filter?.advanced) requireConsistency(cloud, request);
    const seen = visibleTo(request, cloud).filter(
      (object) => object.kind === kind && (filter?.accepts(object) ?? true),
    );
    return { status: 200, body: page(request, cloud, seen.map(shown), filter) };
  };
}

/** Anything beyond equality is answered from an index, which whoever asks has to accept [G]. */
function requireConsistency(cloud: Cloud, { url, headers }: SimRequest): void {
  if (!cloud.conduct.graph.switches.requireConsistencyLevel) return;
  if (headers['consistencylevel'] === 'eventual' && url.searchParams.get('$count') === 'true') return;
  throw new Refusal(400, 'Request_UnsupportedQuery', 'Unsupported query: ConsistencyLevel and $count are required.');
}

const membersRoute: Route = {
  method: 'GET',
  path: '/v1.0/groups/:id/members',
  handle(request, cloud) {
    requirePermission(cloud, request, ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All']);
    const { members } = objectFor(cloud, request, 'Group');
    const wanted = new Set(members.map((id) => id.toLowerCase()));
    const found = visibleTo(request, cloud).filter(({ id }) => wanted.has(id.toLowerCase()));
    const typed = found.map((object) => ({ '@odata.type': odataType(object.kind), ...shown(object) }));
    return { status: 200, body: page(request, cloud, typed) };
  },
};

const odataType = (kind: Kind) => `#microsoft.graph.${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;

function visibleTo({ token }: SimRequest, { world, clock }: Cloud): DirectoryObject[] {
  return directoryOf(world, token?.tenantId ?? '').filter(({ visibleAtMs }) => visibleAtMs <= clock.now());
}

function objectFor(cloud: Cloud, { params, token }: SimRequest, kind: Kind): DirectoryObject {
  const id = params['id'] ?? '';
  const object = objectIn(cloud.world, token?.tenantId ?? '', id, cloud.clock.now());
  if (object?.kind === kind) return object;
  throw new Refusal(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried references is not present.`,
  );
}

function page(request: SimRequest, { conduct }: Cloud, all: readonly object[], filter?: Filter) {
  const { searchParams, origin, pathname } = request.url;
  const asked = Number(searchParams.get('$top') ?? conduct.graph.pageSize);
  const size = Math.min(Math.max(1, Math.floor(asked) || 1), MOST_PER_PAGE);
  const start = Number(searchParams.get('$skiptoken') ?? 0);
  const next = new URLSearchParams(searchParams);
  next.set('$skiptoken', String(start + size));
  return {
    '@odata.context': `${origin}/v1.0/$metadata`,
    ...(filter?.advanced && { '@odata.count': all.length }),
    value: all.slice(start, start + size),
    ...(start + size < all.length && { '@odata.nextLink': `${origin}${pathname}?${next.toString()}` }),
  };
}

function shown({ id, kind, displayName, appId, mail, userPrincipalName, createdAtMs }: DirectoryObject) {
  return {
    id,
    displayName,
    createdDateTime: new Date(createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(kind === 'ServicePrincipal' && { appId: appId ?? id, servicePrincipalType: 'Application' }),
    ...(kind === 'Group' && { mail: mail ?? null, securityEnabled: true }),
    ...(kind === 'User' && { mail: mail ?? null, userPrincipalName: userPrincipalName ?? '' }),
  };
}
