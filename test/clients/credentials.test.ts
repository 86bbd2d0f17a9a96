import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AmbientIdentity, createCredentials } from '../../operator/clients/credentials.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { aCall, CLIENT, OTHER_TENANT, rejection, secretsOf, TENANT } from './fakes.ts';

const PLANTED = 'planted-secret-value';
const good = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: PLANTED };
const ambient: AmbientIdentity = {
  tenantId: TENANT,
  clientId: 'dddddddd-0000-4000-8000-000000000004',
  federatedTokenFile: '/token',
};

type Given = {
  secrets?: Record<string, Record<string, string | Buffer>>;
  credentialsRef?: { name: string };
  tenantId?: string;
  ambient?: AmbientIdentity | undefined;
  ambientNamespaces?: string[];
  federatedTokenFile?: string;
};

function set(given: Given) {
  const clock = virtualClock();
  const api = secretsOf(given.secrets ?? {});
  const credentials = createCredentials({
    kube: api.kube,
    clock,
    ambient: 'ambient' in given ? given.ambient : ambient,
    ambientNamespaces: given.ambientNamespaces ?? [],
    federatedTokenFile: given.federatedTokenFile,
  });
  const query = {
    tenantId: given.tenantId ?? TENANT,
    namespace: 'team-a',
    ...(given.credentialsRef ? { credentialsRef: given.credentialsRef } : {}),
  };
  return { clock, credentials, ...api, resolve: () => credentials.resolve(query, aCall().signal) };
}

describe('resolution of credentials', () => {
  test('prefers the object’s own Secret', async () => {
    const { resolve } = set({
      credentialsRef: { name: 'mine' },
      secrets: { 'team-a/mine': good, 'team-a/fabriclink-credentials': { ...good, AZURE_CLIENT_ID: 'other' } },
      ambientNamespaces: ['team-a'],
    });
    const { access, credential } = await resolve();
    expect(access).toEqual({ tenantId: TENANT, identity: `${TENANT}/${CLIENT}`, source: 'object' });
    expect(credential.proof).toEqual({ kind: 'secret', clientSecret: PLANTED });
  });

  test('then takes the namespace’s Secret, before the operator’s identity', async () => {
    const { resolve } = set({ secrets: { 'team-a/fabriclink-credentials': good }, ambientNamespaces: ['team-a'] });
    expect((await resolve()).access.source).toBe('namespace');
  });

  test('then takes the operator’s identity, in namespaces that may use it', async () => {
    const { resolve } = set({ ambientNamespaces: ['team-a'] });
    const { access, credential } = await resolve();
    expect(access).toEqual({ tenantId: TENANT, identity: `${TENANT}/${ambient.clientId}`, source: 'ambient' });
    expect(credential.proof).toEqual({ kind: 'workload', tokenFile: '/token' });
  });

  describe('with a certificate of the operator’s identity', () => {
    let folder: string;
    let file: string;
    const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);
    const identity = () => ({ tenantId: TENANT, clientId: ambient.clientId, certificateFile: file });
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'identity-'));
      file = join(folder, 'certificate');
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    test('proves it so, and notices within half a minute that the file was rotated', async () => {
      copyFileSync(fixture('certificate.pem'), file);
      const { clock, resolve } = set({ ambient: identity(), ambientNamespaces: ['team-a'] });
      const first = await resolve();
      expect(first.credential.proof).toMatchObject({ kind: 'certificate', pem: expect.stringContaining('BEGIN') });
      writeFileSync(file, 'no certificate');
      expect((await resolve()).fingerprint).toBe(first.fingerprint);
      await clock.advance(31_000);
      expect(await rejection(resolve())).toMatchObject({ reason: 'CredentialInvalid' });
      copyFileSync(fixture('certificate.pem'), file);
      expect((await resolve()).fingerprint).toBe(first.fingerprint);
    });

    test('opens one with a password, and says which file is wrong without quoting it', async () => {
      copyFileSync(fixture('aes256.p12'), file);
      const opened = set({
        ambient: { ...identity(), certificatePassword: 'open-sesame' },
        ambientNamespaces: ['team-a'],
      });
      expect((await opened.resolve()).credential.proof.kind).toBe('certificate');
      const wrong = set({ ambient: { ...identity(), certificatePassword: PLANTED }, ambientNamespaces: ['team-a'] });
      const error = await rejection(wrong.resolve());
      expect(error).toMatchObject({ reason: 'CredentialInvalid', disposition: 'blocked' });
      expect(JSON.stringify([error.message, error.remedy])).toMatch(/AZURE_CLIENT_CERTIFICATE_PATH/);
      expect(JSON.stringify([error.message, error.remedy])).not.toContain(PLANTED);
    });
  });

  test('never looks into another namespace', async () => {
    const { reads, resolve } = set({ credentialsRef: { name: 'mine' }, secrets: { 'team-b/mine': good } });
    await rejection(resolve());
    expect(reads).toEqual(['team-a/mine']);
  });

  const refusals: Record<string, Given & { reason: string; says: RegExp }> = {
    'a named Secret that does not exist, even where the operator’s identity is allowed': {
      credentialsRef: { name: 'mine' },
      secrets: { 'team-a/fabriclink-credentials': good },
      ambientNamespaces: ['team-a'],
      reason: 'CredentialMissing',
      says: /team-a\/mine does not exist/,
    },
    'no Secret, and a namespace that may not use the operator’s identity': {
      ambientNamespaces: ['team-b'],
      reason: 'CredentialMissing',
      says: /has no credentials/,
    },
    'no Secret, and no identity of the operator': {
      ambient: undefined,
      ambientNamespaces: ['team-a'],
      reason: 'CredentialMissing',
      says: /has no credentials/,
    },
    'a Secret for another tenant': {
      secrets: { 'team-a/fabriclink-credentials': { ...good, AZURE_TENANT_ID: OTHER_TENANT } },
      ambientNamespaces: ['team-a'],
      reason: 'CredentialTenantMismatch',
      says: new RegExp(`for tenant ${OTHER_TENANT}, not for ${TENANT}`),
    },
    'an operator’s identity of another tenant': {
      tenantId: OTHER_TENANT,
      ambientNamespaces: ['team-a'],
      reason: 'CredentialTenantMismatch',
      says: /operator’s own identity/,
    },
    'a Secret without client id': {
      secrets: { 'team-a/fabriclink-credentials': { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_SECRET: PLANTED } },
      reason: 'CredentialInvalid',
      says: /lacks AZURE_CLIENT_ID/,
    },
    'a Secret without anything': {
      secrets: { 'team-a/fabriclink-credentials': {} },
      reason: 'CredentialInvalid',
      says: /lacks AZURE_TENANT_ID and AZURE_CLIENT_ID/,
    },
    'a Secret that proves nothing': {
      secrets: { 'team-a/fabriclink-credentials': { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT } },
      reason: 'CredentialInvalid',
      says: /proves nothing/,
    },
    'an empty secret': {
      secrets: { 'team-a/fabriclink-credentials': { ...good, AZURE_CLIENT_SECRET: '\n' } },
      reason: 'CredentialInvalid',
      says: /proves nothing/,
    },
    'a certificate that is none': {
      secrets: {
        'team-a/fabriclink-credentials': {
          AZURE_TENANT_ID: TENANT,
          AZURE_CLIENT_ID: CLIENT,
          AZURE_CLIENT_CERTIFICATE: PLANTED,
        },
      },
      reason: 'CredentialInvalid',
      says: /neither PEM nor a PKCS#12/,
    },
    'workload identity where the pod has none': {
      secrets: {
        'team-a/fabriclink-credentials': {
          AZURE_TENANT_ID: TENANT,
          AZURE_CLIENT_ID: CLIENT,
          USE_WORKLOAD_IDENTITY_AUTH: 'true',
        },
      },
      reason: 'CredentialInvalid',
      says: /has for no Secret/,
    },
    'a Secret that names the operator’s own identity in a namespace that may not use it': {
      federatedTokenFile: '/token',
      secrets: {
        'team-a/fabriclink-credentials': {
          AZURE_TENANT_ID: TENANT,
          AZURE_CLIENT_ID: ambient.clientId.toUpperCase(),
          USE_WORKLOAD_IDENTITY_AUTH: 'true',
        },
      },
      reason: 'CredentialInvalid',
      says: /may not use/,
    },
  };

  test.each(Object.entries(refusals))('refuses %s', async (_name, { reason, says, ...given }) => {
    const error = await rejection(set(given).resolve());
    expect({ disposition: error.disposition, reason: error.reason }).toEqual({ disposition: 'blocked', reason });
    expect(error.message).toMatch(says);
    expect(error.remedy).toBeTruthy();
    expect(`${error.message}${error.remedy}${String(error.stack)}`).not.toContain(PLANTED);
  });

  test('takes workload identity of an application of one’s own', async () => {
    const { resolve } = set({
      federatedTokenFile: '/token',
      secrets: {
        'team-a/fabriclink-credentials': {
          AZURE_TENANT_ID: TENANT.toUpperCase(),
          AZURE_CLIENT_ID: CLIENT,
          USE_WORKLOAD_IDENTITY_AUTH: 'True\n',
        },
      },
    });
    expect((await resolve()).credential.proof).toEqual({ kind: 'workload', tokenFile: '/token' });
  });

  test('does without the newline that a shell leaves at the end', async () => {
    const { resolve } = set({
      secrets: { 'team-a/fabriclink-credentials': { ...good, AZURE_CLIENT_SECRET: `${PLANTED}\n` } },
    });
    expect((await resolve()).credential.proof).toEqual({ kind: 'secret', clientSecret: PLANTED });
  });

  test('two proofs of one client are two identities, which must not see each other’s answers', async () => {
    const one = await set({ secrets: { 'team-a/fabriclink-credentials': good } }).resolve();
    const other = await set({
      secrets: { 'team-a/fabriclink-credentials': { ...good, AZURE_CLIENT_SECRET: 'a guess' } },
    }).resolve();
    expect(one.access.identity).toBe(other.access.identity);
    expect(one.fingerprint).not.toBe(other.fingerprint);
    expect(one.fingerprint).not.toContain(PLANTED);
  });
});

describe('reading of Secrets', () => {
  test('happens once for many passes, and anew when told that the Secret changed', async () => {
    const { reads, secrets, credentials, resolve } = set({ secrets: { 'team-a/fabriclink-credentials': good } });
    await resolve();
    await resolve();
    expect(reads).toHaveLength(1);
    secrets['team-a/fabriclink-credentials'] = { ...good, AZURE_CLIENT_SECRET: 'corrected' };
    credentials.invalidateSecret('team-a', 'fabriclink-credentials');
    expect((await resolve()).credential.proof).toEqual({ kind: 'secret', clientSecret: 'corrected' });
  });

  test('notices a new Secret within seconds and a changed one within half a minute, without being told', async () => {
    const { clock, secrets, resolve } = set({});
    await rejection(resolve());
    secrets['team-a/fabriclink-credentials'] = good;
    await clock.advance(3_000);
    await resolve();
    secrets['team-a/fabriclink-credentials'] = { ...good, AZURE_CLIENT_SECRET: 'corrected' };
    await clock.advance(30_000);
    expect((await resolve()).credential.proof).toEqual({ kind: 'secret', clientSecret: 'corrected' });
  });
});
