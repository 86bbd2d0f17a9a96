import { lastSegment } from '../desired-names.ts';
import type { Rest, Seen } from '../types.ts';

/** Whose names go with an endpoint that is taken out of the spec, or moved to another network, while a person can still think again. */
export function removalDetail({ removals, access }: Seen, { ladder, tag }: Rest): string | undefined {
  const removal = removals.find(({ name }) => ladder === `removal/${name}`);
  const networks = removal?.losing ?? [];
  if (tag === 'gone' || networks.length === 0) return undefined;
  const closed = access.inbound.inbound === 'Deny' || access.inbound.wanted === 'Deny';
  const refused = closed ? ' and are refused, because public access is denied' : '';
  const named = networks.map((id) => `"${lastSegment(id)}"`).join(', ');
  return `with it clients in ${named} lose the private names${refused}; to go on serving them, list an endpoint that links that network`;
}
