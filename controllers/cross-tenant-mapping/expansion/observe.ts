import { agedCall, attempt, blindness, type Context } from '../reading.ts';
import type { AccessSeen, ExpansionSeen, MappingSeen } from '../types.ts';

/** Published: "every hour" (seed 003); to whom it is due just then nobody promises the minute. */
const EXPANSION_MS = 3_600_000;
/** "Several hours": what we say by when whoever cannot get in should begin to look for a fault. */
const ACCESS_MS = 4 * 3_600_000;

/** Undefined for anybody but a group. `unsettled`: a grant is still to be made, changed or taken away. */
export async function observeExpansion(
  context: Context,
  { facts: { mapping }, principal }: MappingSeen,
  unsettled: boolean,
): Promise<ExpansionSeen | undefined> {
  const { desired, provenance, pass, deps, clients } = context;
  if (desired.principalType !== 'Group') return undefined;
  const dueAtMs = sinceMs(context) + deps.clock.scaled(EXPANSION_MS);
  const facts: ExpansionSeen['facts'] = {
    mapped: isMapped(context, mapping),
    grants: unsettled ? 'unsettled' : 'settled',
    hour: pass.nowMs < dueAtMs ? 'before' : 'after',
    members: 'notAsked',
  };
  const isAsked = desired.lookup === 'graph' && principal.kind === 'known' && facts.mapped && facts.hour === 'after';
  if (!isAsked || unsettled || !provenance.mapping) return { facts, dueAtMs };
  const read = await attempt(context, `the members of group ${principal.id}`, () =>
    clients.graph.groupMembers(principal.id, agedCall(context, 'rest')),
  );
  // What we may not read blocks nothing: after the hour it is taken to be so, and said that nobody looked.
  if (read.fault) return { facts: { ...facts, members: blindness(read.fault) }, dueAtMs };
  const members = read.value.value?.ids.length ?? 0;
  return { facts: { ...facts, members: members > 0 ? 'some' : 'none' }, dueAtMs };
}

/** From what Fabric has to carry out with its next expansion: a mapping of ours, or a change of the group's grants. */
const sinceMs = ({ provenance: { mapping, grantsChangedAtMs } }: Context): number =>
  Math.max(mapping?.how === 'created' ? mapping.atMs : 0, grantsChangedAtMs ?? 0);

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
