import type { Cloud, Room } from '../cloud.ts';
import type { SimRequest, SimResponse } from '../exchange.ts';
import { checkAssertion } from './assertion.ts';
import { entraError, entraFailure } from './errors.ts';
import { issueToken, withoutSlash } from './tokens.ts';
import type { App } from './types.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Resources that exist in every tenant, unless `missingResources` says otherwise (cloud-apis section 2.1). */
const RESOURCES = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://api.fabric.microsoft.com',
  'https://analysis.windows.net/powerbi/api',
  'https://graph.microsoft.com',
  'https://database.windows.net',
];

/** Entra: discovery and the client credentials flow (cloud-apis section 2). */
export const mountEntra: Room = (cloud) => {
  const service = cloud.services.login;
  service.failure = entraFailure;
  service.headers = (request) => ({ 'x-ms-request-id': request.id, 'cache-control': 'no-store, no-cache' });
  service.router.add(
    { method: 'GET', path: '/:tenantId/v2.0/.well-known/openid-configuration', handle: discover },
    { method: 'GET', path: '/:tenantId/discovery/v2.0/keys', handle: () => ({ status: 200, body: { keys: [] } }) },
    { method: 'POST', path: '/:tenantId/oauth2/v2.0/token', handle: grantToken },
  );
};

function tenantOf(request: SimRequest, { world, conduct }: Cloud): string {
  const tenantId = (request.params.tenantId ?? '').toLowerCase();
  if (conduct.entra.switches.requireTenant && !world.entra.tenants[tenantId]) {
    throw entraError(90002, `Tenant '${tenantId}'.`);
  }
  return tenantId;
}

function discover(request: SimRequest, cloud: Cloud): SimResponse {
  const base = `${cloud.urls.login}/${tenantOf(request, cloud)}`;
  return {
    status: 200,
    body: {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    },
  };
}

function grantToken(request: SimRequest, cloud: Cloud): SimResponse {
  const form = new URLSearchParams(request.rawBody);
  const tenantId = tenantOf(request, cloud);
  if (form.get('grant_type') !== 'client_credentials') throw entraError(70003, `'${form.get('grant_type') ?? ''}'.`);
  const app = appOf(cloud, tenantId, form.get('client_id'));
  const audience = audienceOf(cloud, tenantId, form.get('scope'));
  checkCredential(cloud, app, form);

  // Token lifetimes are real: client libraries keep tokens by the machine's clock, whatever time the clouds have.
  const lifetimeMs = cloud.conduct.entra.tokenLifetimeMs;
  const issuedAtMs = Date.now();
  const token = {
    tenantId,
    clientId: app.clientId,
    objectId: app.objectId,
    audience,
    issuedAtMs,
    expiresAtMs: issuedAtMs + lifetimeMs,
  };
  const seconds = Math.floor(lifetimeMs / 1000);
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: issueToken(token) },
  };
}

function appOf({ world, conduct }: Cloud, tenantId: string, clientId: string | null): App {
  if (!clientId) throw entraError(900144, "'client_id'.");
  const app = world.entra.apps[`${tenantId}/${clientId.toLowerCase()}`];
  if (app) return app;
  if (conduct.entra.switches.requireApp) throw entraError(700016, `Identifier '${clientId}', directory '${tenantId}'.`);
  const nobody = { secrets: [], certificates: [], federated: [] };
  return { tenantId, clientId, objectId: clientId, displayName: clientId, ...nobody };
}

/** The client credentials flow knows one scope: the resource with `/.default`. */
function audienceOf({ world, conduct }: Cloud, tenantId: string, scope: string | null): string {
  const { switches } = conduct.entra;
  const resource = /^(https:\/\/\S+?)\/+\.default$/i.exec(scope?.trim() ?? '')?.[1];
  if (!resource && switches.checkScope) throw entraError(70011, `The scope '${scope ?? ''}' is not valid.`);
  const audience = withoutSlash(resource ?? scope ?? '');
  const missing = world.entra.tenants[tenantId]?.missingResources.map(withoutSlash) ?? [];
  const exists = RESOURCES.includes(audience) && !missing.includes(audience);
  if (!exists && switches.requireResourcePrincipal) throw entraError(500011, `Resource '${audience}'.`);
  return audience;
}

function checkCredential(cloud: Cloud, app: App, form: URLSearchParams): void {
  const assertion = form.get('client_assertion');
  if (assertion !== null && form.get('client_assertion_type') === ASSERTION_TYPE) {
    checkAssertion(cloud, app, assertion);
    return;
  }
  const given = form.get('client_secret');
  if (given === null) throw entraError(7000218);
  const { switches } = cloud.conduct.entra;
  const secret = app.secrets.find(({ value }) => value === given);
  if (!secret && switches.checkSecret) throw entraError(7000215, `App '${app.clientId}'.`);
  const expired = secret?.expiresAtMs !== undefined && secret.expiresAtMs <= cloud.clock.now();
  if (expired && switches.checkSecretExpiry) throw entraError(7000222, `App '${app.clientId}'.`);
}
