import { same } from '../desired-names.ts';
import { attempt, type Context, UNSETTLED_MS } from '../reading.ts';
import type { ConnectionsSeen, PrivateEndpointConnection } from '../types.ts';
import { unconfirmedIn } from './listing.ts';
import { observeDecisions } from './observe.ts';
import { isOpen } from './observe-managed.ts';

/**
 * While the object goes nothing is decided any more, and what it has approved without a proof is seen to its end first:
 * confirmed or taken back. It may be an imitation's, and nobody would look after it (design section 7, rule 2).
 */
export async function observeOpenApprovals(
  context: Context,
  shown: readonly PrivateEndpointConnection[],
): Promise<Pick<ConnectionsSeen, 'decisions' | 'revocations'>> {
  const notes = unconfirmedIn(context.provenance);
  if (notes.length === 0) return { decisions: [], revocations: [] };
  const { clients, desired, deps } = context;
  const call = { ...context.call, maxAgeMs: deps.clock.scaled(UNSETTLED_MS) };
  const read = await attempt(context, 'the connections of the service', () =>
    clients.arm.privateLinkServices.connections(desired.service.scope, call),
  );
  const list = read.fault ? shown : read.value.value;
  const { decisions, revocations } = await observeDecisions(context, true, async () => ({ value: list }), list);
  const isNoted = ({ privateEndpointId }: PrivateEndpointConnection) =>
    notes.some((note) => same(note.privateEndpointId, privateEndpointId));
  return {
    decisions: decisions.filter(isOpen),
    revocations: revocations.filter(({ connection }) => isNoted(connection)),
  };
}
