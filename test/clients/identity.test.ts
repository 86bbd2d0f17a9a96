import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readClientCertificate } from '../../operator/clients/certificate.ts';
import { identityError } from '../../operator/clients/identity-errors.ts';
import { createTokenRequests } from '../../operator/clients/identity-sdk.ts';
import type { Credential, Proof } from '../../operator/clients/identity-types.ts';
import type { Disposition, OperatorError } from '../../operator/errors.ts';
import { type Answer, CLIENT, json, noAnswer, type Script, scriptedTransport, TENANT } from './fakes.ts';

const AUTHORITY = 'https://login.test';
const SCOPE = 'https://management.azure.com/.default';
const NOISE =
  'Trace ID: 0f1e0000-0000-4000-8000-00000000000X Correlation ID: 0f1e0000-0000-4000-8000-00000000000X Timestamp: 2026-01-01 00:00:0XZ';
const folder = mkdtempSync(join(tmpdir(), 'fabriclink-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

const discovery = json({
  issuer: `${AUTHORITY}/${TENANT}/v2.0`,
  authorization_endpoint: `${AUTHORITY}/${TENANT}/oauth2/v2.0/authorize`,
  token_endpoint: `${AUTHORITY}/${TENANT}/oauth2/v2.0/token`,
  jwks_uri: `${AUTHORITY}/${TENANT}/discovery/v2.0/keys`,
});
const token = json({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: 'eyJ.issued.token' });
const entraError = (error: string, code: number, digit: number) =>
  json(
    {
      error,
      error_description: `AADSTS${code}: Something is wrong. ${NOISE.replaceAll('X', String(digit))}`,
      error_codes: [code],
    },
    error === 'invalid_client' ? 401 : 400,
  );

function requestWith(proof: Proof, script: Script) {
  const transport = scriptedTransport(script);
  const credential: Credential = { tenantId: TENANT, clientId: CLIENT, proof };
  return {
    requests: transport.requests,
    request: () => createTokenRequests({ transport, authorityHost: AUTHORITY })(credential, SCOPE),
  };
}
const secret: Proof = { kind: 'secret', clientSecret: 'planted-secret' };
const onToken =
  (answer: () => Answer): Script =>
  ({ method }) =>
    method === 'POST' ? answer() : discovery;

async function failure(proof: Proof, script: Script): Promise<OperatorError> {
  const { request } = requestWith(proof, script);
  try {
    await request();
  } catch (error) {
    return identityError(error, { tenantId: TENANT, clientId: CLIENT }, 0);
  }
  throw new Error('nothing was thrown');
}

describe('token requests', () => {
  test('with a secret', async () => {
    const { requests, request } = requestWith(
      secret,
      onToken(() => token),
    );
    const issued = await request();
    expect(issued.token).toBe('eyJ.issued.token');
    expect(issued.lifetimeMs).toBeGreaterThan(3_590_000);
    expect(issued.lifetimeMs).toBeLessThanOrEqual(3_600_000);
    const form = new URLSearchParams(requests.at(-1)!.body);
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'client_credentials',
      client_id: CLIENT,
      client_secret: 'planted-secret',
      scope: SCOPE,
    });
    expect(requests.every(({ service, url }) => service === 'entra' && url.startsWith(`${AUTHORITY}/${TENANT}/`))).toBe(
      true,
    );
  });

  test('with a certificate', async () => {
    const pem = await readClientCertificate(
      readFileSync(join(import.meta.dirname, 'fixtures', 'aes256.p12')),
      'open-sesame',
    );
    const { requests, request } = requestWith(
      { kind: 'certificate', pem },
      onToken(() => token),
    );
    await request();
    const form = new URLSearchParams(requests.at(-1)!.body);
    const [header, claims] = form
      .get('client_assertion')!
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header!)).toHaveProperty('x5t#S256');
    expect(JSON.parse(claims!)).toMatchObject({
      iss: CLIENT,
      sub: CLIENT,
      aud: `${AUTHORITY}/${TENANT}/oauth2/v2.0/token`,
    });
    expect(requests.at(-1)!.body).not.toContain('PRIVATE');
  });

  test('with a projected service account token, read anew each time because it rotates', async () => {
    const tokenFile = join(folder, 'token');
    const { requests, request } = requestWith(
      { kind: 'workload', tokenFile },
      onToken(() => token),
    );
    for (const assertion of ['first', 'second']) {
      writeFileSync(tokenFile, `${assertion}\n`);
      await request();
      expect(new URLSearchParams(requests.at(-1)!.body).get('client_assertion')).toBe(assertion);
    }
  });

  test('are sent once each: no retry behind our back', async () => {
    const { requests, request } = requestWith(
      secret,
      onToken(() => ({ status: 503 })),
    );
    await expect(request()).rejects.toThrow('token request failed');
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

type Row = {
  script: Script;
  disposition: Disposition;
  reason: string;
  code?: string;
  remedy?: RegExp;
  retryAfterMs?: number;
};
const answers = (error: string, code: number): Script => onToken(() => entraError(error, code, 1));

const rows: Record<string, Row> = {
  'a wrong secret': {
    script: answers('invalid_client', 7000215),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS7000215',
    remedy: /not its id/,
  },
  'an expired secret': {
    script: answers('invalid_client', 7000222),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS7000222',
    remedy: /expired/,
  },
  'an application that is not in the tenant': {
    script: answers('unauthorized_client', 700016),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS700016',
    remedy: /service principal/,
  },
  'an unknown tenant, told by the token endpoint': {
    script: answers('invalid_request', 90002),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS90002',
    remedy: /unknown to Entra/,
  },
  'an unknown tenant, told by the discovery': {
    script: () => entraError('invalid_tenant', 90002, 1),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS90002',
    remedy: /unknown to Entra/,
  },
  'a federated credential that does not match (yet)': {
    script: answers('invalid_client', 700213),
    disposition: 'transient',
    reason: 'CredentialInvalid',
    code: 'AADSTS700213',
    remedy: /service account/,
  },
  'the same by its older number': {
    script: answers('invalid_request', 70021),
    disposition: 'transient',
    reason: 'CredentialInvalid',
    code: 'AADSTS70021',
  },
  'an expired assertion': {
    script: answers('invalid_client', 700024),
    disposition: 'transient',
    reason: 'CredentialInvalid',
    code: 'AADSTS700024',
  },
  'a certificate that is not registered': {
    script: answers('invalid_client', 700027),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS700027',
    remedy: /public part/,
  },
  'a resource that the tenant does not know': {
    script: answers('invalid_resource', 500011),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS500011',
  },
  'a number that nobody knows': {
    script: answers('invalid_client', 99999999),
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    code: 'AADSTS99999999',
  },
  throttling: {
    script: onToken(() =>
      json({ error: 'temporarily_unavailable', error_description: 'AADSTS50196: slow' }, 429, { 'retry-after': '17' }),
    ),
    disposition: 'throttled',
    reason: 'EntraUnavailable',
    retryAfterMs: 17_000,
  },
  'an overloaded Entra': {
    script: onToken(() => ({ status: 503, body: 'busy' })),
    disposition: 'transient',
    reason: 'EntraUnavailable',
  },
  'an overloaded discovery': {
    script: () => ({ status: 503, body: 'busy' }),
    disposition: 'transient',
    reason: 'EntraUnavailable',
  },
  'a gateway’s HTML in place of the discovery': {
    script: () => ({ status: 200, body: '<html>' }),
    disposition: 'transient',
    reason: 'EntraUnavailable',
  },
  'a cut socket at the token endpoint': {
    script: onToken(() => noAnswer()),
    disposition: 'transient',
    reason: 'EntraUnavailable',
    code: 'ECONNRESET',
  },
  'a cut socket at the discovery': {
    script: () => noAnswer(),
    disposition: 'transient',
    reason: 'EntraUnavailable',
    code: 'ECONNRESET',
  },
};

describe('failed token requests', () => {
  test.each(Object.entries(rows))('%s', async (_name, { script, remedy, ...expected }) => {
    const error = await failure(secret, script);
    expect(error).toMatchObject(expected);
    expect(error.remedy ?? '').toMatch(remedy ?? /.*/);
    expect(error.message).toContain(`for client ${CLIENT} in tenant ${TENANT}`);
    expect(JSON.stringify([error, error.message, error.stack, String(error.cause)])).not.toMatch(/planted/);
  });

  test('a token file that is not there', async () => {
    const error = await failure(
      { kind: 'workload', tokenFile: join(folder, 'nowhere') },
      onToken(() => token),
    );
    expect(error).toMatchObject({ disposition: 'blocked', reason: 'CredentialInvalid' });
    expect(error.remedy).toMatch(/azure.workload.identity/);
  });

  test('say the same words each time, whatever trace ids and times Entra adds', async () => {
    const texts = await Promise.all(
      [1, 2].map(
        async (digit) =>
          (
            await failure(
              secret,
              onToken(() => entraError('invalid_client', 7000215, digit)),
            )
          ).message,
      ),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toMatch(/AADSTS7000215: Something is wrong$/);
  });
});
