import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import type { CloudAccess } from './clouds.ts';
import { readCredentialSecret, type Secret, tenantMismatch } from './credential-secret.ts';
import type { Credential } from './identity-types.ts';
import type { KubeClient, ResourceType } from './kube/types.ts';
import { certificateFrom } from './own-certificate.ts';

/** The Secret that serves a whole namespace. */
export const NAMESPACE_SECRET = 'fabriclink-credentials';

const SECRETS: ResourceType = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };

const SECRET_KEYS = 'AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or a certificate)';

/** Secrets are watched where that is allowed; where it is not, a corrected one is noticed within this time. Real time. */
const KNOWN_FOR_MS = 30_000;
const ABSENT_FOR_MS = 3_000;

/** The operator's own identity, from its pod's environment. */
export type AmbientIdentity = {
  tenantId: string;
  clientId: string;
  clientSecret?: string;
  /** PEM or PKCS#12; read again by and by, because a mounted Secret changes in place when it is rotated. */
  certificateFile?: string;
  certificatePassword?: string;
  federatedTokenFile?: string;
};

export type CredentialQuery = { tenantId: string; namespace: string; credentialsRef?: { name: string } };

export type Resolved = {
  access: CloudAccess;
  credential: Credential;
  /** Names tenant, client and proof without revealing them: the key of everything that this identity has been shown. */
  fingerprint: string;
};

export interface Credentials {
  /** Throws OperatorError `blocked`: CredentialMissing, CredentialInvalid, CredentialTenantMismatch, each with a remedy. */
  resolve(query: CredentialQuery, signal: AbortSignal): Promise<Resolved>;
  /** The Secret changed, appeared or went: the next `resolve` reads it. */
  invalidateSecret(namespace: string, name: string): void;
}

export type CredentialOptions = {
  kube: Pick<KubeClient, 'get'>;
  clock: Clock;
  ambientNamespaces: readonly string[];
  ambient: AmbientIdentity | undefined;
  /** AZURE_FEDERATED_TOKEN_FILE. */
  federatedTokenFile: string | undefined;
};

type Known = { secret: Promise<Secret | undefined>; untilMs: number };

/**
 * Whose rights an object acts with (design section 6): its own credentialsRef, else its namespace's Secret, else the
 * operator's identity if the namespace was allowed to use that. A Secret that exists and is wrong is an error, never a
 * reason to try the next one.
 */
export function createCredentials(options: CredentialOptions): Credentials {
  const { kube, clock, ambient } = options;
  const known = new Map<string, Known>();

  const readSecret = async (namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> => {
    const key = `${namespace}/${name}`;
    const nowMs = clock.now();
    const cached = known.get(key);
    if (cached && nowMs < cached.untilMs) return cached.secret;
    const secret = kube.get<Secret>(SECRETS, namespace, name, signal);
    const entry: Known = { secret, untilMs: nowMs + ABSENT_FOR_MS };
    known.set(key, entry);
    try {
      const found = await secret;
      if (found) entry.untilMs = nowMs + KNOWN_FOR_MS;
      return found;
    } catch (error) {
      if (known.get(key) === entry) known.delete(key);
      throw error;
    }
  };

  /** Opening a certificate file costs tens of thousands of hash rounds: once per Secret read, not once per pass. */
  const opened = new WeakMap<Secret, Map<string, Promise<Credential>>>();

  const open = (secret: Secret, where: string, tenantId: string): Promise<Credential> => {
    const byTenant = opened.get(secret) ?? new Map<string, Promise<Credential>>();
    opened.set(secret, byTenant);
    const key = tenantId.toLowerCase();
    const context = { where, tenantId, federatedTokenFile: options.federatedTokenFile };
    const credential = byTenant.get(key) ?? readCredentialSecret(secret, context);
    byTenant.set(key, credential);
    return credential;
  };

  const fromSecret = async (
    secret: Secret,
    where: string,
    query: CredentialQuery,
    source: CloudAccess['source'],
  ): Promise<Resolved> => {
    const credential = await open(secret, where, query.tenantId);
    if (borrowsAmbient(credential) && !options.ambientNamespaces.includes(query.namespace)) {
      throw new OperatorError({
        disposition: 'blocked',
        reason: 'CredentialInvalid',
        message: `Secret ${where} names the operator’s own identity, which namespace ${query.namespace} may not use`,
        remedy:
          'use an application of your own, or have the namespace added to the operator’s FABRICLINK_AMBIENT_NAMESPACES',
      });
    }
    return resolved(credential, source);
  };

  /** A client id is no secret: naming the operator's own, with its own service account as proof, would be to wield its rights. */
  const borrowsAmbient = ({ clientId, proof }: Credential): boolean =>
    proof.kind === 'workload' && ambient !== undefined && clientId === ambient.clientId.toLowerCase();

  const certificateOf = options.ambient?.certificateFile
    ? certificateFrom(options.ambient.certificateFile, options.ambient.certificatePassword, clock)
    : undefined;

  const fromAmbient = async (identity: AmbientIdentity, tenantId: string): Promise<Resolved> => {
    if (identity.tenantId.toLowerCase() !== tenantId.toLowerCase()) {
      throw tenantMismatch('the operator’s own identity', identity.tenantId, tenantId);
    }
    const base = { tenantId: tenantId.toLowerCase(), clientId: identity.clientId.toLowerCase() };
    if (identity.clientSecret) {
      return resolved({ ...base, proof: { kind: 'secret', clientSecret: identity.clientSecret } }, 'ambient');
    }
    if (certificateOf) {
      return resolved({ ...base, proof: { kind: 'certificate', pem: await certificateOf() } }, 'ambient');
    }
    if (identity.federatedTokenFile) {
      return resolved({ ...base, proof: { kind: 'workload', tokenFile: identity.federatedTokenFile } }, 'ambient');
    }
    throw new OperatorError({
      disposition: 'blocked',
      reason: 'CredentialInvalid',
      message:
        'the operator’s own identity has neither AZURE_FEDERATED_TOKEN_FILE nor AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH',
      remedy: 'install the operator with workload identity enabled',
    });
  };

  return {
    async resolve(query, signal) {
      const name = query.credentialsRef?.name ?? NAMESPACE_SECRET;
      const where = `${query.namespace}/${name}`;
      const secret = await readSecret(query.namespace, name, signal);
      if (secret) return await fromSecret(secret, where, query, query.credentialsRef ? 'object' : 'namespace');
      if (query.credentialsRef) {
        throw missing(
          `Secret ${where} does not exist`,
          `create Secret ${where} with the keys ${SECRET_KEYS}, or correct credentialsRef`,
        );
      }
      const allowed = options.ambientNamespaces.includes(query.namespace);
      if (allowed && ambient) return await fromAmbient(ambient, query.tenantId);
      throw missing(
        `namespace ${query.namespace} has no credentials for tenant ${query.tenantId.toLowerCase()}`,
        `create Secret ${where} with the keys ${SECRET_KEYS}, name one in credentialsRef, or have the namespace added to the operator’s FABRICLINK_AMBIENT_NAMESPACES`,
      );
    },
    invalidateSecret(namespace, name) {
      known.delete(`${namespace}/${name}`);
    },
  };
}

function resolved(credential: Credential, source: CloudAccess['source']): Resolved {
  const fingerprint = createHash('sha256').update(JSON.stringify(credential)).digest('hex').slice(0, 32);
  return {
    access: { tenantId: credential.tenantId, identity: `${credential.tenantId}/${credential.clientId}`, source },
    credential,
    fingerprint,
  };
}

function missing(message: string, remedy: string): OperatorError {
  return new OperatorError({ disposition: 'blocked', reason: 'CredentialMissing', message, remedy });
}
