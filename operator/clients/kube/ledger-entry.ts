import { createHash } from 'node:crypto';

/**
 * A fact that outlives the object it is about.
 *
 * | what                     | subject                                                    | kept                                  |
 * |--------------------------|------------------------------------------------------------|---------------------------------------|
 * | `abandoned`              | uid of the object                                          | a year, for whoever clears up         |
 * | `mappingDeleted`         | ids of provider, guest tenant and guest object, by slashes | 72 hours, until another may be made   |
 * | `managedEndpointDeleted` | source workspace id, slash, target's ARM id, #, subresource | 15 minutes, until another may be made |
 */
export type LedgerEntry = {
  what: 'abandoned' | 'mappingDeleted' | 'managedEndpointDeleted';
  /** What the entry is looked for by; compared without regard to case. */
  subject: string;
  object: { kind: string; namespace: string; name: string; uid: string };
  /** When it happened, and until when it counts; RFC 3339. */
  at: string;
  until: string;
  why: string;
  /** Ids of what is still there. */
  left: readonly string[];
};

export type LedgerData = Readonly<Record<string, string>>;

/** More than this and the API server refuses the whole ConfigMap (1 MiB, and a little for its metadata). */
export const MOST_BYTES = 1_000_000;
const VERSION = 1;

const digestOf = ({ what, subject }: Pick<LedgerEntry, 'what' | 'subject'>): string =>
  createHash('sha256').update(`${what} ${subject.toLowerCase()}`).digest('hex');

/** One of sixteen ConfigMaps: `fabriclink-ledger-0` to `fabriclink-ledger-f`. */
export const shardOf = (entry: Pick<LedgerEntry, 'what' | 'subject'>): string =>
  `fabriclink-ledger-${digestOf(entry).charAt(0)}`;

const keyOf = (entry: Pick<LedgerEntry, 'what' | 'subject'>): string => `${entry.what}.${digestOf(entry).slice(0, 40)}`;

/** The entry that counts at `nowMs`. Text that we did not write is no entry. */
export function entryIn(
  data: LedgerData,
  sought: Pick<LedgerEntry, 'what' | 'subject'>,
  nowMs: number,
): LedgerEntry | undefined {
  const entry = decode(data[keyOf(sought)]);
  const isIt = entry?.what === sought.what && entry.subject.toLowerCase() === sought.subject.toLowerCase();
  return isIt && Date.parse(entry.until) > nowMs ? entry : undefined;
}

/** What to set (text) and take away (null) so that the entry is there; `full` when it does not fit, `kept` when it is there. */
export type LedgerChange =
  | { kind: 'kept' }
  | { kind: 'full' }
  | { kind: 'change'; data: Readonly<Record<string, string | null>> };

/**
 * Adds an entry. What has run out makes room; nothing else ever does: an entry that counts is never shortened, and one
 * that cannot be read may count.
 */
export function withEntry(data: LedgerData, entry: LedgerEntry, nowMs: number): LedgerChange {
  const present = entryIn(data, entry, nowMs);
  const until = present && present.until > entry.until ? present.until : entry.until;
  const wanted = { ...entry, until };
  if (present && encode(present) === encode(wanted)) return { kind: 'kept' };
  const key = keyOf(entry);
  const over = Object.keys(data).filter((other) => other !== key && hasRunOut(data[other], nowMs));
  const { [key]: _, ...others } = data;
  const kept = Object.entries(others).filter(([other]) => !over.includes(other));
  if (bytesOf([...kept, [key, encode(wanted)]]) > MOST_BYTES) return { kind: 'full' };
  return { kind: 'change', data: { ...Object.fromEntries(over.map((other) => [other, null])), [key]: encode(wanted) } };
}

/** Puts back what was there before `entry`; whatever has been written since stays. */
export function withoutEntry(data: LedgerData, entry: LedgerEntry, former: LedgerEntry | undefined): LedgerChange {
  const key = keyOf(entry);
  const there = decode(data[key]);
  // Its end may be that of the former one, which is never shortened.
  const isIt = there && encode({ ...there, until: entry.until }) === encode(entry);
  return isIt ? { kind: 'change', data: { [key]: former ? encode(former) : null } } : { kind: 'kept' };
}

function hasRunOut(text: string | undefined, nowMs: number): boolean {
  const entry = decode(text);
  return entry !== undefined && Date.parse(entry.until) <= nowMs;
}

const bytesOf = (pairs: readonly (readonly string[])[]): number => Buffer.byteLength(pairs.flat().join(''));

const encode = ({ what, subject, object, at, until, why, left }: LedgerEntry): string =>
  JSON.stringify({ v: VERSION, what, subject, object, at, until, why, left });

function decode(text: string | undefined): LedgerEntry | undefined {
  if (text === undefined) return undefined;
  try {
    const { v, ...entry } = JSON.parse(text) as LedgerEntry & { v?: number };
    const isWhole = [entry.what, entry.subject, entry.at, entry.until, entry.why].every(
      (part) => typeof part === 'string',
    );
    const isOurs = v === VERSION && isWhole && typeof entry.object === 'object' && Array.isArray(entry.left);
    return isOurs && !Number.isNaN(Date.parse(entry.until)) ? entry : undefined;
  } catch {
    return undefined;
  }
}
