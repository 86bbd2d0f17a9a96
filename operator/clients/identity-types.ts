import type { HttpResponse } from './http.ts';

/** What proves who we are to Entra, in one of its three forms (design section 6). */
export type Proof =
  | { kind: 'secret'; clientSecret: string }
  /** PEM: certificate (chain) and unencrypted PKCS#8 key. */
  | { kind: 'certificate'; pem: string }
  /** A Kubernetes service account token, read anew for each request because the kubelet rotates it. */
  | { kind: 'workload'; tokenFile: string };

export type Credential = {
  tenantId: string;
  clientId: string;
  proof: Proof;
};

export type IssuedToken = { token: string; lifetimeMs: number };

/** What the identity library threw, and the last thing that Entra itself said, which the library often swallows. */
export class TokenRequestFailure extends Error {
  readonly lastAnswer: HttpResponse | undefined;
  /** Our transport's own error, when there was no answer. */
  readonly noAnswer: unknown;

  constructor(cause: unknown, seen: { lastAnswer?: HttpResponse; noAnswer?: unknown }) {
    super('token request failed', { cause });
    this.name = 'TokenRequestFailure';
    this.lastAnswer = seen.lastAnswer;
    this.noAnswer = seen.noAnswer;
  }
}

/** Gets one token from Entra for exactly `credential.tenantId`. Throws TokenRequestFailure. */
export type RequestToken = (credential: Credential, scope: string) => Promise<IssuedToken>;
