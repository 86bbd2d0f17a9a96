/**
 * What we write into `privateLinkServiceConnectionState.description` with each decision from the list, so that anybody
 * who looks at the connection, here or in Fabric, sees who decided, by which entry, when and why; and so that the
 * operator knows its own decisions again (cloud-apis section 8).
 *
 *     fabriclink:<uid of the object>:<name of the decision>:<time, UTC> <note>
 *
 * At most 140 characters: the shortest limit that is documented for such texts. A name of more than 32 is its beginning
 * and a hash; the note gets what is left, at least 35.
 */
export type Marker = {
  uid: string;
  /** As `markedName` writes it. */
  name: string;
  atMs: number;
};

/** Azure's limit for the message that an approver reads, and ours for what we write beside a decision. */
export const DESCRIPTION_LIMIT = 140;
const NAME_LIMIT = 32;
const MARKER = /^fabriclink:([^:\s]{1,64}):([^:\s]{1,32}):(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?=\s|$)/;

/** The whole description of a decision. */
export function markedDescription({ uid, name, atMs }: Marker, note = ''): string {
  const marker = markerText({ uid, name, atMs });
  const words = note.replaceAll(/\s+/g, ' ').trim();
  if (words === '') return marker;
  const room = DESCRIPTION_LIMIT - marker.length - 1;
  return `${marker} ${words.length <= room ? words : `${words.slice(0, room - 1)}…`}`;
}

/** The part that nobody else writes: what must come back when a decision is echoed. */
export const markerText = ({ uid, name, atMs }: Marker): string => {
  const time = `${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return `fabriclink:${uid}:${markedName(name)}:${time}`;
};

/** Reads a description; undefined for what we did not write, or what was changed since. */
export function markerOf(description: string): Marker | undefined {
  const match = MARKER.exec(description.trim());
  if (!match) return undefined;
  const [, uid, name, ...time] = match;
  const [year, month, day, hour, minute, second] = time.map(Number);
  const atMs = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return { uid: uid!, name: name!, atMs };
}

/** A name as a marker holds it. */
export function markedName(name: string): string {
  return name.length <= NAME_LIMIT ? name : `${name.slice(0, NAME_LIMIT - 9)}-${hashOf(name)}`;
}

/** Eight hex digits that tell long names apart (FNV-1a, 32 bits); not a secret and not a proof of anything. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
