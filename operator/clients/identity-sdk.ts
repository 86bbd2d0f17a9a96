import { readFile } from 'node:fs/promises';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  type TokenCredential,
  type TokenCredentialOptions,
} from '@azure/identity';
import type { HttpResponse, Transport } from './http.ts';
import { type Credential, type RequestToken, TokenRequestFailure } from './identity-types.ts';
import { sdkHttpClient } from './sdk-transport.ts';

/** Entra answers in well under a second; a token request that takes longer is better repeated. */
const TIMEOUT_MS = 20_000;

/**
 * Token requests by @azure/identity. Loaded on first use (300 ms and 40 MB, measured), so import this file lazily.
 *
 * A credential object lives for one request: the cache inside MSAL can neither be told to forget a token that a service
 * refused, nor does it know our clock. `tokens.ts` is the cache.
 */
export function createTokenRequests(options: { transport: Transport; authorityHost: string }): RequestToken {
  return async (credential, scope) => {
    const seen: { lastAnswer?: HttpResponse; noAnswer?: unknown } = {};
    const httpClient = sdkHttpClient(async (request) => {
      try {
        seen.lastAnswer = await options.transport.send({
          ...request,
          service: 'entra',
          operation: request.method === 'POST' ? 'token' : 'discovery',
          timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
        });
        return seen.lastAnswer;
      } catch (error) {
        seen.noAnswer = error;
        throw error;
      }
    });
    const sdkOptions = {
      authorityHost: options.authorityHost,
      httpClient,
      // The authority is configuration; asking the public cloud whether it knows it would leak and fail in sovereign ones.
      disableInstanceDiscovery: true,
      retryOptions: { maxRetries: 0 },
      redirectOptions: { maxRetries: 0 },
    };
    try {
      const issued = await sdkCredential(credential, sdkOptions).getToken(scope);
      if (!issued) throw new Error('no token');
      // The library computes the expiry from the process clock: turn it back into a lifetime.
      return { token: issued.token, lifetimeMs: issued.expiresOnTimestamp - Date.now() };
    } catch (error) {
      throw new TokenRequestFailure(error, seen);
    }
  };
}

function sdkCredential(
  { tenantId, clientId, proof }: Credential,
  options: TokenCredentialOptions & { disableInstanceDiscovery: boolean },
): TokenCredential {
  switch (proof.kind) {
    case 'secret':
      return new ClientSecretCredential(tenantId, clientId, proof.clientSecret, options);
    case 'certificate':
      return new ClientCertificateCredential(tenantId, clientId, { certificate: proof.pem }, options);
    case 'workload':
      // WorkloadIdentityCredential would do the same, and keep the file's content for five minutes.
      return new ClientAssertionCredential(tenantId, clientId, () => assertionFrom(proof.tokenFile), options);
    default:
      return proof satisfies never;
  }
}

async function assertionFrom(tokenFile: string): Promise<string> {
  return (await readFile(tokenFile, 'utf8')).trim();
}
