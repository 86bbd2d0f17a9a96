import { isOwnTurn, OperatorError } from '../../operator/errors.ts';
import type { EffectOf } from '../../operator/runtime/kind.ts';
import type { MyPass } from './reading.ts';
import type { CrossTenantMapping, Seen } from './types.ts';

export type Run = EffectOf<CrossTenantMapping, Seen>;

/** What a fact promised. A ladder that rests on a fact without what belongs to it is a defect of ours. */
export function found<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new OperatorError({
    disposition: 'bug',
    reason: 'InternalError',
    message: `the facts of ${what} promise something that was not read`,
  });
}

/**
 * The service's own word that it did nothing, or our budget's where a second way is put off after the first was refused:
 * whatever was noted of the request is then untrue. Whoever gets no answer, or none that can be read, does not know.
 */
export function didNothing(error: OperatorError): boolean {
  const { status = 0 } = error;
  return isOwnTurn(error) || (status >= 400 && status < 500 && status !== 408);
}

/** Says what has been done: an Event for people, a line for the audit trail. */
export function report(
  pass: MyPass,
  done: { reason: string; action: string; note: string; warning?: boolean },
  fields: Record<string, string | number | boolean>,
): void {
  pass.audit(done.action, fields);
  pass.event({
    type: done.warning ? 'Warning' : 'Normal',
    reason: done.reason,
    action: done.action,
    note: done.note.length <= 1_000 ? done.note : `${done.note.slice(0, 999)}…`,
  });
}

const NOUN = { User: 'user', ServicePrincipal: 'application', Group: 'group' } as const;

/** Without the guest's name or address: these words reach logs and Events. */
export const inWords = ({ guest }: Seen['desired']): string =>
  `${NOUN[guest.type]} ${guest.objectId} of tenant ${guest.tenantId}`;

/** For the audit trail. */
export const guestFields = ({ guest }: Seen['desired']) => ({
  guestTenantId: guest.tenantId,
  guestObjectId: guest.objectId,
  guestType: guest.type,
});
