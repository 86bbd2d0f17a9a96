/** Longer texts are as a rule one object's own. */
const LONGEST = 256;
/** Some hundred objects' worth of texts; more would only keep texts that nobody shares. */
const MOST_TEXTS = 16_384;

let texts = new Map<string, string>();

/**
 * Puts one string in the place of equal ones, in place. Thousands of objects say the same in conditions, messages and
 * ids, and JSON.parse makes each of them a string of its own: half of what the cached objects of a fleet weigh.
 */
export function internTexts(value: object): void {
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const inner = fields[key];
    if (typeof inner === 'string') {
      fields[key] = sharedText(inner);
    } else if (typeof inner === 'object' && inner !== null) {
      internTexts(inner);
    }
  }
}

/** Of one text that others are likely to say as well, such as the id of a subnet. */
export function sharedText(text: string): string {
  if (text.length > LONGEST) return text;
  const known = texts.get(text);
  if (known !== undefined) return known;
  // Begun anew rather than sorted out: what is common comes back with the next few objects.
  if (texts.size >= MOST_TEXTS) texts = new Map();
  texts.set(text, text);
  return text;
}

/** A list as long as it is: one that was gathered has room for more, as a rule for sixteen. */
export const exact = <T>(list: readonly T[]): readonly T[] => list.slice();

/** A part of a text, as a text of its own: the whole is kept for as long as its part is, else. */
export const ownText = (part: string): string => Buffer.from(part).toString();
