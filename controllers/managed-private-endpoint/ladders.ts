import type { Ladder, Seen } from './types.ts';

/** The ladders of one object, in the order in which their effects run. */
export function ladders(seen: Seen): readonly Ladder[] {
  const { endpoint, target, approval, removal, loss } = seen;
  if (loss) return [{ name: 'loss', machine: 'loss', facts: loss.facts }];
  const deciding = approval
    ? [due({ name: 'approval', machine: 'approval', facts: approval.facts }, approval.dueAtMs)]
    : [];
  if (removal) {
    return [...deciding, due({ name: 'removal', machine: 'removal', facts: removal.facts }, removal.dueAtMs)];
  }
  const own = due(
    { name: 'endpoint', machine: 'endpoint', facts: endpoint.facts },
    endpoint.recreateAfterMs ?? endpoint.dueAtMs,
  );
  // Not ours, or not yet: the one reason that counts is the endpoint's.
  if (endpoint.facts.standing !== 'clear' || !endpoint.facts.claimed) return [own];
  return [due({ name: 'target', machine: 'target', facts: target.facts }, target.dueAtMs), own, ...deciding];
}

const due = (ladder: Ladder, dueAtMs: number | undefined): Ladder =>
  dueAtMs === undefined ? ladder : { ...ladder, dueAtMs };
