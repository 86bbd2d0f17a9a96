import type { Effect, Poll, Reason, RestMeta, RestTag } from './types.ts';

type Leaf = { tags: RestTag; meta: RestMeta };

/** A resting state: one tag, one meta. */
export const leaf = (tags: RestTag, reason: Reason, poll: Poll, effect?: Effect): Leaf => ({
  tags,
  meta: effect === undefined ? { reason, poll } : { reason, poll, effect },
});

/** Something of ours is under way, by this effect. */
export const doing = (effect: Effect, reason: Reason, poll: Poll = 'fast'): Leaf =>
  leaf('progressing', reason, poll, effect);
/** Something elsewhere is under way, or a person is awaited who will end it. */
export const waiting = (reason: Reason, poll: Poll = 'fast'): Leaf => leaf('waiting', reason, poll);
/** Somebody must change something; looked at again every ten minutes, so that it heals itself. */
export const stalled = (reason: Reason): Leaf => leaf('stalled', reason, 'slow');
export const ready = (reason: Reason): Leaf => leaf('ready', reason, 'rest');

/** A guard over facts alone. */
export const when =
  <F>(test: (facts: F) => boolean) =>
  ({ context }: { context: F }): boolean =>
    test(context);
