import type { OperatorError } from '../../operator/errors.ts';
import { isOwnTurn } from '../../operator/errors.ts';
import type { EffectOf } from '../../operator/runtime/kind.ts';
import type { CrossTenantMapping, Seen } from './types.ts';

export type Run = EffectOf<CrossTenantMapping, Seen>;

/**
 * The request never left, or the service's own word that it did nothing, or our budget's where a second way is put off after the first was refused:
 * whatever was noted of the request is then untrue. Whoever gets no answer, or none that can be read, does not know.
 */
export function didNothing(error: OperatorError): boolean {
  const { status = 0, unsent } = error;
  return unsent || isOwnTurn(error) || (status >= 400 && status < 500 && status !== 408);
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
