import { createPrivateKey, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type AccessToken,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { type Bench, CLIENT, startBench, TENANT } from '../core/fixture.ts';

const SCOPE = 'https://management.azure.com/.default';

let bench: Bench;
let directory: string;
let certificate: { key: string; cert: string };
const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeAll(async () => {
  bench = await startBench();
  directory = await mkdtemp(join(tmpdir(), 'entra-'));
  certificate = await clientCertificate();
  const app = bench.simulator.world.entra.apps[`${TENANT}/${CLIENT}`]!;
  app.certificates.push(certificate.cert);
  app.federated.push({
    issuer: 'https://cluster.example',
    subject: 'system:serviceaccount:ns:operator',
    audience: 'api://AzureADTokenExchange',
    publicKeyPem: issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  });
});

afterAll(async () => {
  await bench.close();
  await rm(directory, { recursive: true });
});

/** Self-signed RSA: what `az ad sp create-for-rbac --create-cert` makes. */
async function clientCertificate(): Promise<{ key: string; cert: string }> {
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=operator',
    keys,
    signingAlgorithm: algorithm,
  });
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    format: 'der',
    type: 'pkcs8',
  });
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: made.toString('pem') };
}

const options = () => ({
  authorityHost: bench.simulator.urls.login,
  disableInstanceDiscovery: true,
  tlsOptions: { ca: bench.simulator.ca },
  retryOptions: { maxRetries: 0 },
});

function projectedToken(subject = 'system:serviceaccount:ns:operator', lifetimeSeconds = 3600): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'https://cluster.example',
    sub: subject,
    aud: ['api://AzureADTokenExchange'],
    nbf: nowSeconds - 10,
    exp: nowSeconds + lifetimeSeconds,
  };
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${unsigned}.${sign('sha256', Buffer.from(unsigned), issuer.privateKey).toString('base64url')}`;
}

async function worksAtArm({ token }: AccessToken): Promise<number> {
  const url = `${bench.simulator.urls.arm}/subscriptions/11111111-0000-4000-8000-000000000001/providers/Microsoft.Fabric?api-version=2021-04-01`;
  return (await bench.raw('GET', url, { headers: { authorization: `Bearer ${token}` } })).status;
}

/** The number in the error that the library wraps as its cause. */
async function refusal(credential: { getToken(scope: string): Promise<AccessToken> }, scope = SCOPE): Promise<string> {
  const error: unknown = await credential.getToken(scope).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return /AADSTS\d+/.exec(String((error as Error | undefined)?.message))?.[0] ?? `no refusal: ${String(error)}`;
}

describe('the identity library gets tokens that ARM accepts', () => {
  test('with a client secret', async () => {
    const token = await new ClientSecretCredential(TENANT, CLIENT, 'open-sesame', options()).getToken(SCOPE);
    expect(await worksAtArm(token)).toBe(200);
    expect(token.expiresOnTimestamp - Date.now()).toBeGreaterThan(3_500_000);
  });

  test('with a certificate', async () => {
    const file = join(directory, 'client.pem');
    await writeFile(file, `${certificate.key}\n${certificate.cert}`, { mode: 0o600 });
    const credential = new ClientCertificateCredential(TENANT, CLIENT, { certificatePath: file }, options());
    expect(await worksAtArm(await credential.getToken(SCOPE))).toBe(200);
  });

  test('with a projected service account token', async () => {
    const tokenFilePath = join(directory, 'token');
    await writeFile(tokenFilePath, projectedToken(), { mode: 0o600 });
    const credential = new WorkloadIdentityCredential({
      tenantId: TENANT,
      clientId: CLIENT,
      tokenFilePath,
      ...options(),
    });
    expect(await worksAtArm(await credential.getToken(SCOPE))).toBe(200);
  });
});

describe('the identity library sees the numbers of the published errors', () => {
  const secret = (value: string, tenantId = TENANT, clientId = CLIENT) =>
    new ClientSecretCredential(tenantId, clientId, value, options());

  test('a wrong secret', async () => expect(await refusal(secret('guess'))).toBe('AADSTS7000215'));

  test('an app that the tenant does not know', async () => {
    expect(await refusal(secret('x', TENANT, '99999999-0000-4000-8000-000000000009'))).toBe('AADSTS700016');
  });

  test('a resource without principal', async () => {
    expect(await refusal(secret('open-sesame'), 'https://nothing.example/.default')).toBe('AADSTS500011');
  });

  test('a service account that no federated credential names', async () => {
    const credential = new ClientAssertionCredential(
      TENANT,
      CLIENT,
      async () => projectedToken('system:serviceaccount:ns:thief'),
      options(),
    );
    expect(await refusal(credential)).toBe('AADSTS700213');
  });

  test('a projected token that is over', async () => {
    const credential = new ClientAssertionCredential(
      TENANT,
      CLIENT,
      async () => projectedToken(undefined, -3600),
      options(),
    );
    expect(await refusal(credential)).toBe('AADSTS700024');
  });
});
