import type { Cloud } from '../cloud.ts';
import type { SimRequest } from '../exchange.ts';
import { Refusal } from '../exchange.ts';

const WINDOW_MS = 60_000;

/**
 * Counts a call in a fixed window that refills at once (section 3.4 [D]) and refuses what exceeds `limit`. That the
 * windows are the clock's own minutes, and not those since the first call, is not documented [U].
 */
export function countCall(cloud: Cloud, request: SimRequest, bucket: string, limit: number): void {
  const { token } = request;
  if (!token) return;
  const { callsInWindow } = cloud.world.fabric;
  const windowMs = cloud.clock.scaled(WINDOW_MS);
  const now = cloud.clock.now();
  const windowStartMs = Math.floor(now / windowMs) * windowMs;
  const key = `${bucket} ${token.tenantId}/${token.objectId}`.toLowerCase();
  const before = callsInWindow[key];
  const calls = before?.windowStartMs === windowStartMs ? before.calls : 0;
  if (calls >= limit) throw requestBlocked(now, windowStartMs + windowMs);
  callsInWindow[key] = { windowStartMs, calls: calls + 1 };
}

/** 429 as recorded traffic has it (users.md 2.3 [O]): `RequestBlocked`, a UTC time in the message, Retry-After in whole seconds. */
export function requestBlocked(nowMs: number, untilMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
  return new Refusal(
    429,
    'RequestBlocked',
    `Requests of this caller are blocked until ${new Date(untilMs).toISOString()}.`,
    {
      headers: { 'retry-after': String(seconds) },
      extra: { isRetriable: true },
    },
  );
}
