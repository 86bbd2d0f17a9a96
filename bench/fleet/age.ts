const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** Milliseconds since the epoch are above this since 2020; no other number of a world comes near. */
const EPOCH_2020_MS = 1_577_836_800_000;

/** A copy in which every moment, as text or as milliseconds, lies `byMs` earlier. */
export function agedOnce<T>(value: T, byMs: number): T {
  return age(value, byMs) as T;
}

function age(value: unknown, byMs: number): unknown {
  if (typeof value === 'number') return value > EPOCH_2020_MS ? value - byMs : value;
  if (typeof value === 'string') return TIMESTAMP.test(value) ? earlier(value, byMs) : value;
  if (Array.isArray(value)) return value.map((item) => age(item, byMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, age(inner, byMs)]));
}

/** Kubernetes' own times have no fraction of a second, and stay so. */
function earlier(text: string, byMs: number): string {
  const moment = new Date(Date.parse(text) - byMs).toISOString();
  return text.includes('.') ? moment : moment.replace(/\.\d+Z$/, 'Z');
}
