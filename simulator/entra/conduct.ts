import { allOn, type Evidence } from '../evidence.ts';

/** The token endpoint's refusals (cloud-apis section 2.2), and what APIs make of tokens; a contract case exists for each. */
export const ENTRA_EVIDENCE = {
  checkSecret: 'I',
  checkSecretExpiry: 'I',
  checkCertificate: 'G',
  checkFederatedCredential: 'I',
  checkAssertionLifetime: 'I',
  requireApp: 'I',
  requireTenant: 'I',
  checkScope: 'I',
  requireResourcePrincipal: 'I',
  expireTokens: 'D',
  checkAudience: 'D',
} as const satisfies Record<string, Evidence>;

export type EntraSwitch = keyof typeof ENTRA_EVIDENCE;

export type EntraConduct = {
  switches: Record<EntraSwitch, boolean>;
  /** Real milliseconds: token lifetimes are never scaled. */
  tokenLifetimeMs: number;
};

export function publishedEntraConduct(): EntraConduct {
  return {
    switches: allOn(ENTRA_EVIDENCE),
    // Section 2.2: expires_in 3599.
    tokenLifetimeMs: 3_599_000,
  };
}
