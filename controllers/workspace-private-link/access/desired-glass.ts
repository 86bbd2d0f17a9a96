import { ANNOTATION } from '../desired-names.ts';
import type { GlassSeen, Provenance, WorkspacePrivateLink } from '../types.ts';

const KEY = `${ANNOTATION}break-glass`;
/** Published: nobody opens a workspace for longer than a day by one word. */
export const LONGEST_GLASS_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

type Question = {
  resource: WorkspacePrivateLink;
  provenance: Provenance;
  nowMs: number;
  /** The longest time ahead, and an hour: published durations, as they are at this time scale. */
  limitMs: number;
  hourMs: number;
};

/**
 * What the annotation `fabriclink.dev/break-glass` asks for (design section 8), and until when the door is to stand open
 * because of it. A new time that is refused leaves the door as it is: open until the time that was granted before. A
 * value that was too far ahead when it was first read stays refused; it does not come true by waiting.
 */
export function glassOf({ resource, provenance, nowMs, limitMs, hourMs }: Question): GlassSeen {
  const text = resource.metadata.annotations?.[KEY] ?? '';
  const request = requestOf(text, nowMs, limitMs, provenance.glassRefused);
  const grantedMs = request === 'open' ? timeOf(text) : undefined;
  const isRefused = request === 'invalid' || request === 'tooFar' || request === 'refused';
  const keptMs = isRefused && (provenance.glassUntilMs ?? 0) > nowMs ? provenance.glassUntilMs : undefined;
  const untilMs = grantedMs ?? keptMs;
  return {
    request,
    text,
    ...(untilMs !== undefined && { untilMs }),
    isNoted: provenance.glassUntilMs !== undefined,
    ...commands(resource, limitMs, hourMs),
  };
}

function requestOf(text: string, nowMs: number, limitMs: number, refused: string | undefined): GlassSeen['request'] {
  if (text === '') return 'none';
  const atMs = timeOf(text);
  if (atMs === undefined) return 'invalid';
  if (atMs <= nowMs) return 'over';
  if (text === refused) return 'refused';
  return atMs > nowMs + limitMs ? 'tooFar' : 'open';
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Milliseconds of an RFC 3339 time; undefined for any other text, and for days that no calendar has. */
export function timeOf(text: string): number | undefined {
  const day = RFC_3339.exec(text)?.[1];
  const atMs = Date.parse(text.toUpperCase());
  if (day === undefined || Number.isNaN(atMs)) return undefined;
  const midnightMs = Date.parse(`${day}T00:00:00Z`);
  return new Date(midnightMs).toISOString().startsWith(day) ? atMs : undefined;
}

/** With the time left to the shell of whoever types it: a text that is the same at every look. */
function commands({ metadata }: WorkspacePrivateLink, limitMs: number, hourMs: number) {
  const to = `kubectl annotate wpl ${metadata.name} -n ${metadata.namespace ?? 'default'}`;
  const minutes = Math.max(1, Math.floor(Math.min(hourMs, limitMs) / MINUTE_MS));
  const ahead = minutes === HOUR_MINUTES ? '1 hour' : `${minutes} minutes`;
  const limit = limitMs >= LONGEST_GLASS_MS ? '24 hours' : `${Math.max(1, Math.floor(limitMs / MINUTE_MS))} minutes`;
  return {
    setCommand: `${to} --overwrite ${KEY}="$(date -u -d '+${ahead}' +%Y-%m-%dT%H:%M:%SZ)"`,
    macDate: `date -u -v+${minutes === HOUR_MINUTES ? '1H' : `${minutes}M`} +%Y-%m-%dT%H:%M:%SZ`,
    removeCommand: `${to} ${KEY}-`,
    limit,
  };
}
