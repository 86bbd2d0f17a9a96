import { SETTLE_MS } from '../../operator/approval/managed-endpoint.ts';
import type { Clock } from '../../operator/clock.ts';
import type { Provenance } from './types.ts';

/**
 * Looks at what is under way come in ticks that all objects of a tenant share, published milliseconds. One list made
 * since the last tick serves everybody until the next, so that the number of lists depends on time and not on objects;
 * and who wakes at a tick sees what is true then, and not what somebody else read just before.
 */
export const TICKS_MS = {
  /** Fabric and Azure are at work: what a vendor's own tool polls at (cloud-apis 12.3). */
  underWay: 30_000,
  /** A person is awaited, or something of which the published time is not yet over. */
  awaited: 60_000,
  /** Another one of the request's name is looked for: it has ten minutes to show up, and the approval reads anew. */
  settling: 150_000,
  /** Nothing is expected to change. */
  slow: 600_000,
} as const;
export type Tick = keyof typeof TICKS_MS;

/** Times that follow from notes of the same moment are rounded up to this: the objects then share what they read. */
const SLOT_MS = 5_000;
/** How long Fabric takes to show an approval (cloud-apis 12.2, 18: about 15 minutes); it may be sooner. */
const ECHO_TYPICAL_MS = 900_000;
const HOUR_MS = 3_600_000;

/** What a pace is reckoned from. */
export type Place = { deps: { clock: Clock }; pass: { resource: { spec: { tenantId: string } } } };

/** The tick at or before now. */
export function lastTick({ deps: { clock }, pass }: Place, tick: Tick): number {
  const periodMs = clock.scaled(TICKS_MS[tick]);
  return clock.now() - ((clock.now() - clock.scaled(offsetOf(pass.resource.spec.tenantId))) % periodMs);
}

export const nextTick = (place: Place, tick: Tick): number =>
  lastTick(place, tick) + place.deps.clock.scaled(TICKS_MS[tick]);

const slotFrom = ({ deps: { clock } }: Place, atMs: number): number =>
  Math.ceil(atMs / clock.scaled(SLOT_MS)) * clock.scaled(SLOT_MS);

/** Tenants tick at different times, so that a large fleet does not wake at once. */
function offsetOf(tenantId: string): number {
  let hash = 0;
  for (const char of tenantId.toLowerCase()) hash = (hash * 31 + char.charCodeAt(0)) % TICKS_MS.slow;
  return hash;
}

/** Still to be confirmed: when Fabric should show our words, by its published time. */
const echoDue = (place: Place, approvedAtMs: number): number =>
  slotFrom(place, approvedAtMs + place.deps.clock.scaled(ECHO_TYPICAL_MS));

/** How often to look for Fabric's echo, and the time from which a list may show it. */
export function echoPace(place: Place, approvedAtMs: number): { tick: Tick; sinceMs?: number; nextAtMs: number } {
  const dueAtMs = echoDue(place, approvedAtMs);
  if (place.deps.clock.now() >= dueAtMs) {
    return { tick: 'underWay', sinceMs: dueAtMs, nextAtMs: nextTick(place, 'underWay') };
  }
  return { tick: 'awaited', nextAtMs: Math.min(dueAtMs, nextTick(place, 'awaited')) };
}

/** How often to look at a request that settles, and at the latest when it has. */
export const settlePace = (place: Place, sinceMs: number): { tick: Tick; nextAtMs: number } => ({
  tick: 'settling',
  nextAtMs: Math.min(nextTick(place, 'settling'), slotFrom(place, sinceMs + place.deps.clock.scaled(SETTLE_MS))),
});

/** How often to look for a request that has not arrived on its target: it takes minutes (cloud-apis 8), or never comes. */
export function arrivalPace(place: Place, { request }: Pick<Provenance, 'request'>): { tick: Tick; nextAtMs: number } {
  const waitedMs = place.deps.clock.now() - (request?.atMs ?? 0);
  const waitsMuch = (ms: number) => waitedMs >= place.deps.clock.scaled(ms);
  const tick = waitsMuch(HOUR_MS) ? 'slow' : waitsMuch(SETTLE_MS) ? 'awaited' : 'underWay';
  return { tick, nextAtMs: nextTick(place, tick) };
}
