import { UNPROVEN_MS } from '../../../operator/approval/managed-endpoint.ts';
import { attempt } from '../../../operator/runtime/reading.ts';
import { ABANDON, same, timeOf } from '../desired-names.ts';
import { type Context, UNSETTLED_MS } from '../reading.ts';
import type { ConnectionsSeen, PrivateEndpointConnection } from '../types.ts';
import { unconfirmedIn } from './desired.ts';
import { observeDecisions } from './observe.ts';
import { isOpen } from './observe-managed.ts';

/** Published: a day, as with credentials that are lost, before what Azure does not let us take back is given up. */
const PATIENCE_MS = 24 * 3_600_000;

/**
 * While the object goes nothing is decided any more, and what it has approved without a proof is seen to its end first:
 * confirmed or taken back. It may be an imitation's, and nobody would look after it (design section 7, rule 2).
 */
export async function observeOpenApprovals(
  context: Context,
  shown: readonly PrivateEndpointConnection[],
): Promise<Pick<ConnectionsSeen, 'decisions' | 'revocations' | 'left'>> {
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
  const open = decisions.filter(isOpen);
  const unlisted = revocations.filter(({ connection }) => isNoted(connection));
  if (!isGivenUp(context)) return { decisions: open, revocations: unlisted };
  return { decisions: [], revocations: [], left: [...open, ...unlisted].flatMap(({ connection }) => connection ?? []) };
}

/** It stands beyond its hour, so that Azure refuses to take it back; and a person gives up, or a day is over. */
function isGivenUp({ pass, deps: { clock }, provenance }: Context): boolean {
  const { deletionTimestamp, annotations } = pass.resource.metadata;
  const isOver = unconfirmedIn(provenance).every(
    ({ approvedAtMs = 0 }) => pass.nowMs >= approvedAtMs + clock.scaled(UNPROVEN_MS),
  );
  const isAsked = (annotations?.[ABANDON] ?? '') !== '';
  return isOver && (isAsked || pass.nowMs >= (timeOf(deletionTimestamp) ?? pass.nowMs) + clock.scaled(PATIENCE_MS));
}
