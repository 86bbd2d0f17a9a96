import type { OperatorError } from '../../operator/errors.ts';
import type { Fault, Seen } from './types.ts';

/** What could not be read, wherever in the object it is missing. */
export const faultsOf = ({ mapping, grants, strings, outputs, expansion, removal, loss }: Seen): readonly Fault[] =>
  [
    mapping.fault,
    ...Object.values(grants.grants).map(({ fault }) => fault),
    ...Object.values(grants.revocations).map(({ fault }) => fault),
    ...Object.values(strings).map(({ fault }) => fault),
    outputs?.fault,
    expansion?.fault,
    removal?.fault,
    loss?.fault,
  ].filter((fault) => fault !== undefined);

/** The longest wait, when all that could not be read was only not yet our turn: none of it is a failure. */
export function awaitsTurn(seen: Seen): OperatorError | undefined {
  const errors = faultsOf(seen).map(({ error }) => error);
  if (errors.some(({ disposition }) => disposition !== 'throttled')) return undefined;
  return errors.reduce<OperatorError | undefined>(
    (longest, error) => ((longest?.retryAfterMs ?? -1) >= (error.retryAfterMs ?? 0) ? longest : error),
    undefined,
  );
}
