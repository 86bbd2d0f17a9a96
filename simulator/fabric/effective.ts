import type { FabricDelays } from './behaviours.ts';

export type NetworkAction = 'Allow' | 'Deny';

/**
 * What GET shows and what the network does differ for minutes: a change is configured at once and takes effect later
 * (cloud-apis section 11.1).
 */
export type Change<T> = { configured: T; before: T; changedAt: number };

export type InboundEffect = 'open' | 'flapping' | 'closed';

export function settled<T>(value: T): Change<T> {
  return { configured: value, before: value, changedAt: 0 };
}

/** The value in force at `now`, when a change takes `delayMs` (already scaled) to act. */
export function inForce<T>(change: Change<T>, now: number, delayMs: number): T {
  return now - change.changedAt >= delayMs ? change.configured : change.before;
}

type InboundDelays = Pick<FabricDelays, 'inboundDenyMs' | 'inboundAllowRefusedMs' | 'inboundAllowSettledMs'>;

/**
 * The inbound effect at `now`; delays are already scaled.
 *
 * | configured | before | first                     | then                          | finally |
 * |------------|--------|---------------------------|-------------------------------|---------|
 * | Deny       | Allow  | open for inboundDenyMs    |                               | closed  |
 * | Allow      | Deny   | closed, …AllowRefusedMs   | flapping, until …SettledMs    | open    |
 */
export function inboundEffect(change: Change<NetworkAction>, now: number, delays: InboundDelays): InboundEffect {
  const ageMs = now - change.changedAt;
  if (change.configured === 'Deny') {
    return change.before === 'Deny' || ageMs >= delays.inboundDenyMs ? 'closed' : 'open';
  }
  if (change.before === 'Allow' || ageMs >= delays.inboundAllowSettledMs) return 'open';
  return ageMs < delays.inboundAllowRefusedMs ? 'closed' : 'flapping';
}

/** A change of mind starts from what is in force, not from what was configured: a Deny that never acted leaves no trace. */
export function changeInbound(
  change: Change<NetworkAction>,
  to: NetworkAction,
  now: number,
  delays: InboundDelays,
): Change<NetworkAction> {
  if (to === change.configured) return change;
  const before = inboundEffect(change, now, delays) === 'closed' ? 'Deny' : 'Allow';
  return { configured: to, before, changedAt: now };
}

type OutboundDelays = Pick<FabricDelays, 'outboundDenyMs' | 'outboundAllowMs'>;

export function outboundInForce(change: Change<NetworkAction>, now: number, delays: OutboundDelays): NetworkAction {
  return inForce(change, now, change.configured === 'Deny' ? delays.outboundDenyMs : delays.outboundAllowMs);
}

export function changeOutbound(
  change: Change<NetworkAction>,
  to: NetworkAction,
  now: number,
  delays: OutboundDelays,
): Change<NetworkAction> {
  if (to === change.configured) return change;
  return { configured: to, before: outboundInForce(change, now, delays), changedAt: now };
}
