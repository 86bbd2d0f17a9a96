export type {
  ARecord,
  ArmId,
  DnsZone,
  EndpointScope,
  InterfaceAddress,
  PrivateEndpoint,
  PrivateEndpointConnection,
  PrivateLinkService,
  ServiceScope,
  VirtualNetworkLink,
} from '../../operator/clients/arm/types.ts';
export type {
  CommunicationPolicy as CommunicationPolicySeen,
  Gateway,
  ManagedPrivateEndpoint as ManagedEndpointRow,
} from '../../operator/clients/fabric/types.ts';
export type { LedgerEntry } from '../../operator/clients/kube/ledger.ts';
export type { Fault } from '../../operator/runtime/reading.ts';
