// Reads the simulated clouds as any outsider would: a token from Entra, then GETs over TLS. The evidence that the demo
// prints is what the clouds answer, not what the operator says of itself.
import { Agent, request } from 'undici';

export type CloudAddress = {
  urls: { login: string; arm: string; fabric: string };
  /** PEM of the simulator's certificate authority. */
  ca: string;
  app: { tenantId: string; clientId: string; clientSecret: string };
};

export type CloudReader = {
  arm(pathAndQuery: string): Promise<unknown>;
  fabric(path: string): Promise<unknown>;
  /** With the ETag, as it was sent. */
  policy(workspaceId: string): Promise<{ body: unknown; etag: string | undefined }>;
  close(): Promise<void>;
};

const ARM_SCOPE = 'https://management.azure.com/.default';
const FABRIC_SCOPE = 'https://api.fabric.microsoft.com/.default';

/** A token by client secret, as `curl` would get it. */
async function tokenFor({ urls, app }: CloudAddress, scope: string, dispatcher: Agent): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: app.clientId,
    client_secret: app.clientSecret,
    scope,
  });
  const answer = await request(`${urls.login}/${app.tenantId}/oauth2/v2.0/token`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const body = (await answer.body.json()) as { access_token?: string; error_description?: string };
  if (!body.access_token) throw new Error(`no token for ${scope}: ${body.error_description ?? answer.statusCode}`);
  return body.access_token;
}

/** A header line for `curl -H @file`. */
export async function armHeader(address: CloudAddress): Promise<string> {
  const dispatcher = new Agent({ connect: { ca: address.ca } });
  try {
    return `Authorization: Bearer ${await tokenFor(address, ARM_SCOPE, dispatcher)}\n`;
  } finally {
    await dispatcher.close();
  }
}

/** Tokens are asked for when they are needed first. */
export function createCloudReader(address: CloudAddress): CloudReader {
  const { urls, ca } = address;
  const dispatcher = new Agent({ connect: { ca } });
  const tokens = new Map<string, Promise<string>>();
  const bearer = (scope: string) => {
    const token = tokens.get(scope) ?? tokenFor(address, scope, dispatcher);
    tokens.set(scope, token);
    return token;
  };
  const get = async (url: string, scope: string) => {
    const headers = { authorization: `Bearer ${await bearer(scope)}` };
    const answer = await request(url, { dispatcher, headers });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`GET ${url}: ${answer.statusCode} ${text}`);
    return { body: JSON.parse(text) as unknown, etag: answer.headers['etag']?.toString() };
  };
  const policyUrl = (workspaceId: string) =>
    `${urls.fabric}/v1/workspaces/${workspaceId}/networking/communicationPolicy`;
  return {
    arm: async (pathAndQuery) => (await get(`${urls.arm}${pathAndQuery}`, ARM_SCOPE)).body,
    fabric: async (path) => (await get(`${urls.fabric}${path}`, FABRIC_SCOPE)).body,
    policy: (workspaceId) => get(policyUrl(workspaceId), FABRIC_SCOPE),
    close: () => dispatcher.close(),
  };
}
