import type { Poll, RestMeta, RestTag } from './kind.ts';

/** `tags` and `meta` of a resting state, as xstate takes them. */
type Leaf = { tags: RestTag; meta: RestMeta };

/** The resting states of a kind's machines, in the words of that kind: one tag, one meta. Pure. */
export function leavesOf<Effect extends string, Reason extends string>() {
  const leaf = (tags: RestTag, reason: Reason, poll: Poll, effect?: Effect): Leaf => ({
    tags,
    meta: effect === undefined ? { reason, poll } : { reason, poll, effect },
  });
  return {
    leaf,
    /** Something of ours is under way, by this effect. */
    doing: (effect: Effect, reason: Reason, poll: Poll = 'fast'): Leaf => leaf('progressing', reason, poll, effect),
    /** Something elsewhere is under way, or a person is awaited who will end it. */
    waiting: (reason: Reason, poll: Poll = 'fast'): Leaf => leaf('waiting', reason, poll),
    /** Somebody must change something; looked at again every ten minutes, so that it heals itself. */
    stalled: (reason: Reason): Leaf => leaf('stalled', reason, 'slow'),
    ready: (reason: Reason): Leaf => leaf('ready', reason, 'rest'),
  };
}

/** A guard over facts alone. */
export const when =
  <F>(test: (facts: F) => boolean) =>
  ({ context }: { context: F }): boolean =>
    test(context);
