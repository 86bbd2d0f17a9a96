import { isCredentialTrouble, type OperatorError, toOperatorError } from '../errors.ts';

/** A read that failed: what it was about, and the error with its remedy. The fact that it would have given is `unobservable` or `refused`. */
export type Fault = { about: string; error: OperatorError };

/** A value that was read, or why it was not. */
export type Reading<T> = { value: T; fault?: undefined } | { fault: Fault; value?: undefined };

/** Where something is read: in a pass, and with whose credentials. */
type Place = {
  pass: { readonly signal: AbortSignal };
  /** Trouble with credentials that concerns what is read here alone: the rest of the pass still has a meaning. */
  isOwnTrouble?: (error: OperatorError) => boolean;
};

/**
 * Reads, and turns what a cloud refuses into a fault: each ladder then says so by itself, and the others go on.
 * Errors that make the whole pass meaningless go through: the object's own credentials, a bug, the end of the pass.
 */
export async function attempt<T>(place: Place, about: string, ask: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { value: await ask() };
  } catch (thrown) {
    const error = toOperatorError(thrown);
    const meaningless = error.disposition === 'bug' || (isCredentialTrouble(error) && !place.isOwnTrouble?.(error));
    if (place.pass.signal.aborted || meaningless) throw thrown;
    return { fault: { about, error } };
  }
}

/** `refused` needs a person and is looked at slowly; anything else passes by itself. */
export const blindness = ({ error }: { error: OperatorError }): 'refused' | 'unobservable' =>
  error.disposition === 'blocked' || error.disposition === 'terminal' ? 'refused' : 'unobservable';
