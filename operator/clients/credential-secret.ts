import { OperatorError } from '../errors.ts';
import { readClientCertificate } from './certificate.ts';
import type { Credential, Proof } from './identity-types.ts';
import type { KubeObject } from './kube/types.ts';

/** A v1 Secret as far as we read it; values are base64. */
export type Secret = KubeObject & { data?: Readonly<Record<string, string>> };

export type SecretContext = {
  /** `namespace/name`, for messages. */
  where: string;
  tenantId: string;
  /** AZURE_FEDERATED_TOKEN_FILE of the operator's pod; undefined: there is none, or none for Secrets. */
  federatedTokenFile: string | undefined;
};

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads a credentials Secret with the keys of Azure Service Operator (design section 6): AZURE_TENANT_ID,
 * AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE (+ _PASSWORD) or USE_WORKLOAD_IDENTITY_AUTH.
 * Throws OperatorError `blocked` with CredentialInvalid or CredentialTenantMismatch. No message quotes a value of the
 * Secret, except a tenant id that is one.
 */
export async function readCredentialSecret(secret: Secret, context: SecretContext): Promise<Credential> {
  const bytes = (key: string): Buffer | undefined => {
    const value = secret.data?.[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64');
  };
  // A trailing newline is what `echo secret | base64` leaves.
  const text = (key: string): string | undefined => bytes(key)?.toString('utf8').trim() || undefined;

  const tenantId = text('AZURE_TENANT_ID');
  const clientId = text('AZURE_CLIENT_ID');
  const absent = [...(tenantId ? [] : ['AZURE_TENANT_ID']), ...(clientId ? [] : ['AZURE_CLIENT_ID'])];
  if (!tenantId || !clientId)
    throw invalid(context, `lacks ${absent.join(' and ')}`, `add ${absent.join(' and ')} to the Secret`);
  // People swap the keys of a Secret: a client secret in the place of an id must not end in a status.
  const noIds = Object.entries({ AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId })
    .filter(([, value]) => !GUID.test(value))
    .map(([key]) => key);
  if (noIds.length > 0)
    throw invalid(context, `holds no GUID under ${noIds.join(' and ')}`, `put the ids into ${noIds.join(' and ')}`);
  if (tenantId.toLowerCase() !== context.tenantId.toLowerCase())
    throw tenantMismatch(`Secret ${context.where}`, tenantId, context.tenantId);
  return {
    tenantId: context.tenantId.toLowerCase(),
    clientId: clientId.toLowerCase(),
    proof: await readProof({ text, bytes }, context),
  };
}

type Keys = { text: (key: string) => string | undefined; bytes: (key: string) => Buffer | undefined };

async function readProof({ text, bytes }: Keys, context: SecretContext): Promise<Proof> {
  const clientSecret = text('AZURE_CLIENT_SECRET');
  if (clientSecret) return { kind: 'secret', clientSecret };
  const certificate = bytes('AZURE_CLIENT_CERTIFICATE');
  if (certificate && certificate.length > 0) {
    try {
      return {
        kind: 'certificate',
        pem: await readClientCertificate(certificate, text('AZURE_CLIENT_CERTIFICATE_PASSWORD')),
      };
    } catch (error) {
      throw invalid(
        context,
        `holds an AZURE_CLIENT_CERTIFICATE that cannot be used: ${(error as Error).message}`,
        'put a PEM (certificate and private key) or a PKCS#12 file there, and its password into AZURE_CLIENT_CERTIFICATE_PASSWORD',
      );
    }
  }
  if (text('USE_WORKLOAD_IDENTITY_AUTH')?.toLowerCase() === 'true') {
    if (context.federatedTokenFile) return { kind: 'workload', tokenFile: context.federatedTokenFile };
    throw invalid(
      context,
      'asks for workload identity, which this operator has for no Secret',
      'have it enabled where the operator is installed (workloadIdentity.enabled of the chart), or add AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE to the Secret',
    );
  }
  throw invalid(
    context,
    'proves nothing',
    'add AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE, or USE_WORKLOAD_IDENTITY_AUTH: "true" to the Secret',
  );
}

/** Also for the ambient identity: nobody's token ever goes to another tenant than it was issued for. */
export function tenantMismatch(whose: string, tenantId: string, wanted: string): OperatorError {
  return new OperatorError({
    disposition: 'blocked',
    reason: 'CredentialTenantMismatch',
    message: `${whose} is for tenant ${tenantId.toLowerCase()}, not for ${wanted.toLowerCase()}`,
    remedy:
      'name a Secret for this tenant in credentialsRef; if the tenantId is wrong, delete this object and create another',
  });
}

function invalid(context: SecretContext, what: string, remedy: string): OperatorError {
  return new OperatorError({
    disposition: 'blocked',
    reason: 'CredentialInvalid',
    message: `Secret ${context.where} ${what}`,
    remedy,
  });
}
