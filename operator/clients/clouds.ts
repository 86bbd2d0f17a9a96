import type {
  ArmApprovals,
  ArmPrivateDns,
  ArmPrivateEndpoints,
  ArmPrivateLinkServices,
  ArmProviders,
  ArmVirtualNetworks,
} from './arm/types.ts';
import type { CallOptions, Read } from './call.ts';
import type { DnsClient } from './dns-types.ts';
import type { FabricClient } from './fabric/types.ts';
import type { GraphClient } from './graph/types.ts';

/** Credentials as resolved for one object (design section 6): never used for another tenant than `tenantId`. */
export type CloudAccess = {
  tenantId: string;
  /** Stable, secret-free name of the identity (tenant and client id): the scope of per-identity quotas. */
  identity: string;
  source: 'object' | 'namespace' | 'ambient';
};

export type ArmClient = {
  privateLinkServices: ArmPrivateLinkServices;
  privateEndpoints: ArmPrivateEndpoints;
  privateDns: ArmPrivateDns;
  virtualNetworks: ArmVirtualNetworks;
  providers: ArmProviders;
  approvals: ArmApprovals;
};

/** The clouds as one tenant's identity sees them. */
export type TenantClients = { access: CloudAccess; arm: ArmClient; fabric: FabricClient; graph: GraphClient };

export interface Clouds {
  /**
   * Resolves credentials for `tenantId` from the object's own reference, the namespace's Secret, or the ambient
   * identity. Throws OperatorError `blocked` with reason `CredentialMissing`, `CredentialInvalid`,
   * `CredentialTenantMismatch` and a remedy; authentication itself happens at the first call.
   */
  forTenant(
    query: { tenantId: string; namespace: string; credentialsRef?: { name: string } },
    call: CallOptions,
  ): Promise<TenantClients>;
  dns: DnsClient;
}

export type { CallOptions, Read };
