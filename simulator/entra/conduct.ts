const SWITCHES = [
  'checkSecret',
  'checkSecretExpiry',
  'checkCertificate',
  'checkFederatedCredential',
  'checkAssertionLifetime',
  'requireApp',
  'requireTenant',
  'checkScope',
  'requireResourcePrincipal',
  'expireTokens',
  'checkAudience',
] as const;

export type EntraSwitch = (typeof SWITCHES)[number];

export type EntraConduct = {
  switches: Record<EntraSwitch, boolean>;
  /** Real milliseconds: token lifetimes are never scaled. */
  tokenLifetimeMs: number;
};

export function publishedEntraConduct(): EntraConduct {
  return {
    switches: Object.fromEntries(SWITCHES.map((name) => [name, true])) as EntraConduct['switches'],
    // Section 2.2: expires_in 3599.
    tokenLifetimeMs: 3_599_000,
  };
}
