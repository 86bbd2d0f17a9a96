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
  /** The source workspace while the operator decides: the target shows first what there is to decide. */
  beside: 120_000,
  /** Another one of the request's name, told of when it shows up: whatever is approved has been read anew. */
  settling: 240_000,
  /** Nothing is expected to change. */
  slow: 600_000,
  /** As at rest: a target that is open needs nothing, and the watch on its WorkspacePrivateLink says when it closes. */
  open: 3_600_000,
} as const;
export type Tick = keyof typeof TICKS_MS;

/** How old an answer may be, in published milliseconds, where nobody waits for what it shows. */
export const AGE_MS = {
  /** Something of ours is to be made or unmade on it. */
  decisive: 2_000,
  unsettled: 5_000,
  /** Settled for as long as something else takes: about as long as Fabric takes to show a decision. */
  settled: 900_000,
  rest: 3_600_000,
} as const;
export type Age = keyof typeof AGE_MS | Tick;

/** Times that follow from notes of the same moment are rounded up to this: the objects then share what they read. */
const SLOT_MS = 5_000;
/** A request takes minutes to arrive on its target (cloud-apis 8: often 1 to 5). */
const ARRIVAL_SOONEST_MS = 60_000;
/** How long Fabric takes to show an approval (cloud-apis 12.2, 18: about 15 minutes); it may be sooner. */
const ECHO_TYPICAL_MS = 900_000;
const HOUR_MS = 3_600_000;

/** What a pace is reckoned from. */
export type Place = { deps: { clock: Clock }; pass: { resource: { spec: { tenantId: string } } } };

/** From when on an answer is young enough for this age: the last tick, or so long ago. */
export function oldestFor(place: Place, age: Age): number {
  const { clock } = place.deps;
  return isTick(age) ? lastTick(place, age, clock.now()) : clock.now() - clock.scaled(AGE_MS[age]);
}

const isTick = (age: Age): age is Tick => age in TICKS_MS;

/** The tick at or before a time. */
function lastTick({ deps: { clock }, pass }: Place, tick: Tick, atMs: number): number {
  return atMs - ((atMs - clock.scaled(offsetOf(pass.resource.spec.tenantId))) % clock.scaled(TICKS_MS[tick]));
}

/** The tick after a time, now by default. */
export const tickAfter = (place: Place, tick: Tick, atMs = place.deps.clock.now()): number =>
  lastTick(place, tick, atMs) + place.deps.clock.scaled(TICKS_MS[tick]);

const slotFrom = ({ deps: { clock } }: Place, atMs: number): number =>
  Math.ceil(atMs / clock.scaled(SLOT_MS)) * clock.scaled(SLOT_MS);

/** Tenants tick at different times, so that a large fleet does not wake at once. */
function offsetOf(tenantId: string): number {
  let hash = 0;
  for (const char of tenantId.toLowerCase()) hash = (hash * 31 + char.charCodeAt(0)) % TICKS_MS.slow;
  return hash;
}

/** How often to look for something, and when next. */
export type Pace = { age: Age; nextAtMs: number };

/** Still to be confirmed: when Fabric should show our words, by its published time. */
const echoDue = (place: Place, approvedAtMs: number): number =>
  slotFrom(place, approvedAtMs + place.deps.clock.scaled(ECHO_TYPICAL_MS));

/** Fabric's echo in the source workspace. `sinceMs`: a list can show it if it was read after this. */
export function echoPace(place: Place, approvedAtMs: number): Pace & { sinceMs?: number } {
  const dueAtMs = echoDue(place, approvedAtMs);
  if (place.deps.clock.now() >= dueAtMs) {
    return { age: 'underWay', sinceMs: dueAtMs, nextAtMs: tickAfter(place, 'underWay') };
  }
  return { age: 'awaited', nextAtMs: Math.min(dueAtMs, tickAfter(place, 'awaited')) };
}

/** A request that settles, at the latest when it has. */
export const settlePace = (place: Place, sinceMs: number): Pace => ({
  age: 'settling',
  nextAtMs: Math.min(tickAfter(place, 'settling'), slotFrom(place, sinceMs + place.deps.clock.scaled(SETTLE_MS))),
});

/** A request that has not arrived on its target: it takes minutes, or never comes. */
export function arrivalPace(place: Place, { request }: Pick<Provenance, 'request'>): Pace {
  const { clock } = place.deps;
  const after = (ms: number) => (request?.atMs ?? 0) + clock.scaled(ms);
  const isOver = (ms: number) => clock.now() >= after(ms);
  // Nothing of that name was there when it was noted.
  if (!isOver(ARRIVAL_SOONEST_MS)) {
    return { age: 'settled', nextAtMs: tickAfter(place, 'underWay', after(ARRIVAL_SOONEST_MS)) };
  }
  const age = isOver(HOUR_MS) ? 'slow' : isOver(SETTLE_MS) ? 'awaited' : 'underWay';
  return { age, nextAtMs: tickAfter(place, age) };
}
