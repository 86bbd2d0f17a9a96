export type { Mapping, WorkspaceRole } from '../../operator/clients/fabric/types.ts';
export type { LedgerEntry } from '../../operator/clients/kube/ledger.ts';
export type { Fault } from '../../operator/runtime/reading.ts';
