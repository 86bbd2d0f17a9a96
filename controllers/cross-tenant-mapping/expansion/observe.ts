import { attempt, blindness } from '../../../operator/runtime/reading.ts';
import { grantedAtMs } from '../grants/desired.ts';
import { grantsSummary } from '../grants/ladders.ts';
import { agedCall, type Context } from '../reading.ts';
import type { AccessSeen, ExpansionSeen, GrantsSeen, MappingSeen } from '../types.ts';

/** Published: "every hour" (seed 003); to whom it is due just then nobody promises the minute. */
const EXPANSION_MS = 3_600_000;
/** So long an empty group is looked at as often as the object. */
const LATE_MS = 24 * 3_600_000;
/** "Several hours": what we say by when whoever cannot get in should begin to look for a fault. */
const ACCESS_MS = 4 * 3_600_000;

/** Undefined for anybody but a group. */
export async function observeExpansion(
  context: Context,
  { facts: { mapping }, principal }: MappingSeen,
  grants: GrantsSeen,
): Promise<ExpansionSeen | undefined> {
  const { desired, provenance, pass, deps, clients } = context;
  if (desired.principalType !== 'Group') return undefined;
  const since = sinceMs(context, grants);
  const dueAtMs = since === undefined ? undefined : since + deps.clock.scaled(EXPANSION_MS);
  const facts: ExpansionSeen['facts'] = {
    mapped: isMapped(context, mapping),
    grants: grantsSummary(grants),
    hour: dueAtMs !== undefined && pass.nowMs < dueAtMs ? 'before' : 'after',
    members: 'notAsked',
  };
  const isAsked = desired.lookup === 'graph' && principal.kind === 'known' && facts.mapped && facts.hour === 'after';
  if (!isAsked || facts.grants === 'none' || !provenance.mapping) return { facts, dueAtMs };
  const members = async (age: 'rest' | 'awaited'): Promise<ExpansionSeen['facts']['members']> => {
    const read = await attempt(context, `the members of group ${principal.id}`, () =>
      clients.graph.groupMembers(principal.id, agedCall(context, age)),
    );
    // What we may not read blocks nothing: after the hour it is taken to be so, and said that nobody looked.
    if (read.fault) return blindness(read.fault);
    return (read.value.value?.ids.length ?? 0) > 0 ? 'some' : 'none';
  };
  const first = await members('rest');
  // Nobody promises the minute of the hour: an expansion that is late must not read as none for a day.
  const isLate = first === 'none' && dueAtMs !== undefined && pass.nowMs < dueAtMs + deps.clock.scaled(LATE_MS);
  return { facts: { ...facts, members: isLate ? await members('awaited') : first }, dueAtMs };
}

/** From what Fabric has to carry out with its next expansion: a mapping of ours, or a change of the group's grants. */
function sinceMs({ provenance: { mapping, grantsChangedAtMs } }: Context, grants: GrantsSeen): number | undefined {
  const all = [mapping?.how === 'created' ? mapping.atMs : undefined, grantsChangedAtMs, grantedAtMs(grants)];
  const known = all.filter((atMs) => atMs !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

export function observeAccess(context: Context, { facts: { mapping } }: MappingSeen): AccessSeen | undefined {
  const { provenance, pass, deps } = context;
  if (provenance.mapping?.how !== 'created') return undefined;
  const dueAtMs = provenance.mapping.atMs + deps.clock.scaled(ACCESS_MS);
  const settling = pass.nowMs < dueAtMs ? 'before' : 'after';
  return { facts: { mapped: isMapped(context, mapping), settling }, dueAtMs };
}

/** What cannot be read just now was there when it was last noted. */
const isMapped = ({ provenance }: Context, mapping: MappingSeen['facts']['mapping']): boolean =>
  provenance.mapping !== undefined && mapping !== 'absent' && mapping !== 'over';
