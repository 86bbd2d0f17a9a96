/**
 * Whether `one` is newer than `other`. Since Kubernetes 1.35 resource versions of one resource compare as decimal
 * numbers; a server that answers with anything else is not guessed at: undefined.
 */
export function isNewer(one: string | undefined, other: string | undefined): boolean | undefined {
  if (one === undefined || other === undefined || !DECIMAL.test(one) || !DECIMAL.test(other)) return undefined;
  // Without leading zeros the longer number is the larger one; no BigInt is made per event.
  return one.length === other.length ? one > other : one.length > other.length;
}

const DECIMAL = /^(0|[1-9][0-9]*)$/;
