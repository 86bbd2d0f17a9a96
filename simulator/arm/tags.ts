import type { Cloud } from '../cloud.ts';
import { Refusal } from '../exchange.ts';
import type { Tags } from './types.ts';

/** Characters that tag names must not hold (users.md 2.3 for the slash). */
const FORBIDDEN = /[<>%&\\?/]/;

/** The `tags` of a body; throws 400 for names or values that ARM refuses. */
export function readTags(cloud: Cloud, tags: unknown): Tags {
  const entries = Object.entries((tags ?? {}) as Record<string, unknown>);
  if (!cloud.conduct.arm.switches.limitTagNames) return Object.fromEntries(entries) as Tags;
  if (entries.length > 50) throw new Refusal(400, 'TooManyTags', 'A resource takes at most 50 tags.');
  for (const [name, value] of entries) {
    if (FORBIDDEN.test(name) || name === '' || name.length > 512) {
      const message = `The tag name '${name}' is invalid: it must not be empty, longer than 512 or contain <, >, %, &, \\, ?, /.`;
      throw new Refusal(400, 'InvalidTagNameCharacters', message);
    }
    if (typeof value !== 'string' || value.length > 256) {
      throw new Refusal(
        400,
        'InvalidTagValueLength',
        `The value of tag '${name}' must be text of at most 256 characters.`,
      );
    }
  }
  return Object.fromEntries(entries) as Tags;
}
