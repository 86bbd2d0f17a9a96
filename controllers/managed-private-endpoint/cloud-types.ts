export type { ManagedSource } from '../../operator/approval/managed-endpoint.ts';
export type {
  ArmId,
  PrivateEndpointConnection,
  ServiceScope,
} from '../../operator/clients/arm/types.ts';
export type { ManagedPrivateEndpoint as ManagedEndpointRow } from '../../operator/clients/fabric/types.ts';
export type { LedgerEntry } from '../../operator/clients/kube/ledger.ts';
export type { Fault } from '../../operator/runtime/reading.ts';
