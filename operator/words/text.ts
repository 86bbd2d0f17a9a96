import type { Disposition } from '../errors.ts';

/** Of status.nextStep, characters. */
export const NEXT_STEP_LIMIT = 1_024;
/** Of a condition's message, characters; the API server takes 32,768, and a person reads no more than this. */
export const MESSAGE_LIMIT = 4_096;
/** Of an Event's note, characters; the API server refuses more than 1,024. */
export const EVENT_LIMIT = 1_000;

/** What happens next after an error that does not say so itself. */
export const NEXT_BY_DISPOSITION: Readonly<Record<Disposition, string>> = {
  conflict: 'the operator reads it anew and tries again at once',
  throttled: 'the operator waits until the service lets it go on; no person needs to act',
  transient: 'the operator tries again by itself',
  blocked: 'somebody must change that; the operator looks again every few minutes',
  terminal: 'change the spec',
  bug: 'this is a defect of the operator: please report it with its log',
};

/** Ends without anybody's doing: the words that people wait for should not flicker because of it. */
export const passesByItself = ({ disposition }: { disposition: Disposition }): boolean =>
  ['conflict', 'throttled', 'transient'].includes(disposition);

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** RFC 3339 to the second, as the API server keeps times. */
export const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The same texts may be very long; the API server's schema is not. Never a part of a command: half of one does harm. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  const isInside = (cut.match(/`/g) ?? []).length % 2 === 1;
  const before = isInside ? cut.slice(0, cut.lastIndexOf('`')) : cut;
  const clause = Math.max(before.lastIndexOf('; '), before.lastIndexOf(', '), before.lastIndexOf(' ('));
  return `${isInside && clause > 0 ? before.slice(0, clause) : before.trimEnd()}…`;
}

/** What happens next comes first where both do not fit: the explanation is the lesser loss. */
export function within(text: string, next: string, limit: number): string {
  const whole = capital(`${text}; ${next}.`);
  return whole.length <= limit || !next.includes('`') ? clip(whole, limit) : clip(capital(`${next}; ${text}.`), limit);
}
