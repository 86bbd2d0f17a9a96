import type { OperatorError } from '../../operator/errors.ts';

export type { Mapping, WorkspaceRole } from '../../operator/clients/fabric/types.ts';
export type { LedgerEntry } from '../../operator/clients/kube/ledger.ts';

/** A read that failed: what it was about, and the error with its remedy. The fact it would have given is `unobservable` or `refused`. */
export type Fault = { about: string; error: OperatorError };
