/** An app registration with its service principal in one tenant. A multi-tenant app appears once per tenant. */
export type App = {
  tenantId: string;
  /** Application id, the `client_id` of token requests. */
  clientId: string;
  /** Object id of the service principal in this tenant: what role grants name. */
  objectId: string;
  displayName: string;
  secrets: { value: string; expiresAtMs?: number }[];
  /** PEM; assertions name them by thumbprint (`x5t` or `x5t#S256`). */
  certificates: string[];
  federated: {
    issuer: string;
    subject: string;
    audience: string;
    /** Verification key of the issuer (SPKI PEM). Without it the signature is not checked. */
    publicKeyPem?: string;
    /** New federated credentials take minutes to work. Absent: at once. */
    effectiveAtMs?: number;
  }[];
};

/** What a bearer token stands for. */
export type Token = {
  tenantId: string;
  clientId: string;
  objectId: string;
  /** The resource, without trailing slash: `https://management.azure.com`. */
  audience: string;
  issuedAtMs: number;
  expiresAtMs: number;
};

export type EntraWorld = {
  /** By lower-case tenant id. */
  tenants: Record<
    string,
    { id: string; displayName: string /** Resources without a principal here: 500011. */; missingResources: string[] }
  >;
  /** By `tenantId/clientId`, lower case. */
  apps: Record<string, App>;
  /** Tokens issued earlier (ms since the epoch, the machine's clock) count as expired. */
  tokensValidFromMs: number;
  guests: Guest[];
};

/** Somebody of another tenant who may be mapped for warehouse access (cloud-apis section 15). */
export type Guest = {
  tenantId: string;
  type: 'User' | 'Group' | 'ServicePrincipal';
  objectId: string;
  userPrincipalName?: string;
  email?: string;
  /** Groups: object ids of users of the guest's tenant. */
  members?: string[];
};

export function emptyEntra(): EntraWorld {
  return { tenants: {}, apps: {}, tokensValidFromMs: 0, guests: [] };
}
