import type { OperatorError } from '../../operator/errors.ts';
import type { Fault, Seen } from './types.ts';

/**
 * The longest wait, when all that could not be read was only not yet our turn. After a restart a large fleet waits
 * minutes for the budgets of its tenants, and none of these objects is any less ready than before.
 */
export function awaitsTurn(seen: Seen): OperatorError | undefined {
  const errors = faultsOf(seen).map(({ error }) => error);
  if (errors.some(({ disposition }) => disposition !== 'throttled')) return undefined;
  return errors.reduce<OperatorError | undefined>(
    (longest, error) => ((longest?.retryAfterMs ?? -1) >= (error.retryAfterMs ?? 0) ? longest : error),
    undefined,
  );
}

/** What could not be read, wherever in the object it is missing. */
export function faultsOf({
  service,
  endpoints,
  removals,
  connections,
  access,
  outputs,
  release,
}: Seen): readonly Fault[] {
  return [
    ...service.unread,
    service.fault,
    access.fault,
    outputs?.fault,
    release?.fault,
    release?.accessFault,
    ...endpoints.flatMap(({ fault, placement, dns }) => [fault, placement?.fault, dns.fault]),
    ...removals.map(({ fault }) => fault),
    ...connections.decisions.map(({ fault }) => fault),
  ].filter((fault) => fault !== undefined);
}
