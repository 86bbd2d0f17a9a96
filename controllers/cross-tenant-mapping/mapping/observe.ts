import type { Mappings } from '../../../operator/clients/fabric/types.ts';
import { isOwnTurn } from '../../../operator/errors.ts';
import { attempt, blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { same, tombstoneSubject } from '../desired-names.ts';
import { AGE_MS, type Context } from '../reading.ts';
import type { Desired, Fault, Mapping, MappingFacts, MappingSeen, Provenance } from '../types.ts';
import { isListedAsOther, notedOrigin, originOf } from './observe-origin.ts';
import { observePrincipal } from './observe-principal.ts';

/** Published: how long a list may lag behind our own POST before what it does not show is taken for lost. */
export const SETTLE_MS = 600_000;

const LOOKING_SHARE = 50;
/** So many times as long as it takes to read a list: what is missing takes a quarter of the calls at most. */
const PAUSES = 4;

export type Rows = Omit<Mappings, 'rows'> & { readAtMs: number };

/** The tenant's list: one call serves every object. Without an age it is as old as its budget makes it. */
export function readRows(context: Context, maxAgeMs?: number): Promise<Reading<Rows>> {
  const { clients, pass } = context;
  const call = maxAgeMs === undefined ? pass.call : { ...pass.call, maxAgeMs };
  return attempt(context, 'the mappings of the tenant', async () => {
    const { value, readAtMs } = await clients.fabric.mappings(call);
    return { of: (guest) => value.of(guest), costMs: value.costMs, readAtMs };
  });
}

/** The facts of an object about whose mapping nothing has been read. */
export const blankMapping = (desired: Desired, provenance: Provenance): MappingFacts => ({
  standing: 'clear',
  claimed: false,
  mapping: 'unobservable',
  origin: notedOrigin(provenance),
  takeover: ({ Always: 'allowed', Never: 'never', IfIdentical: 'ifSame' } as const)[desired.adoption],
  likeness: 'same',
  principal: 'notSearched',
  life: 'unknown',
  needed: desired.grants.length > 0,
});

/** The guest's rows, and who represents the guest. */
export async function observeMapping(context: Context): Promise<MappingSeen> {
  const { desired, provenance } = context;
  const base: MappingFacts = { ...blankMapping(desired, provenance), claimed: true };
  const rows = await freshEnough(context);
  if (rows.fault) return blind(context, base, rows.fault);
  const judged = await judge(context, rows.value);
  if (judged.fault) return blind(context, base, judged.fault);
  const { state, row } = judged.value;
  if (state !== 'live') return { facts: { ...base, mapping: state }, row, principal: { kind: 'awaited' } };
  const likeness = row && differs(desired, row) ? 'differs' : 'same';
  const origin = originOf(context, row);
  const facts: MappingFacts = { ...base, mapping: 'live', likeness, origin };
  // Nobody is given anything before what exists is ours or taken over.
  if (!provenance.mapping || origin === 'foreign') return { facts, row, principal: { kind: 'awaited' } };
  const other = row !== undefined && isListedAsOther(context, row) && { isListedAsOther: true };
  return observePrincipal(context, { facts, row, principal: { kind: 'awaited' }, ...other });
}

/**
 * What is noted goes on being worked with: grants and strings do not need the list. Whom only the spec names may be whom
 * the list contradicts.
 */
function blind({ desired, provenance }: Context, base: MappingFacts, fault: Fault): MappingSeen {
  const { principal: known, mapping } = provenance;
  const isSure =
    known && known.by !== 'before' && (desired.principalId === undefined || same(known.id, desired.principalId));
  const principal =
    mapping && isSure ? ({ kind: 'known', id: known.id, type: known.type } as const) : ({ kind: 'awaited' } as const);
  return { facts: { ...base, mapping: blindness(fault) }, row: undefined, principal, fault };
}

/**
 * Of what has been there and is not in an old list a newer one is asked: something would be written because of it. Where
 * hundreds are missing at once, as when their tenant revokes its consent, and the list is long, lists do not follow one
 * another without a pause: nothing else would be done in the tenant.
 */
async function freshEnough(context: Context): Promise<Reading<Rows>> {
  const { desired, provenance, pass, deps } = context;
  const first = await readRows(context);
  if (first.fault || !provenance.mapping || pass.call.maxAgeMs === 0) return first;
  if (first.value.of(desired.guest).some(({ deleted }) => deleted !== true)) return first;
  return readRows(context, deps.clock.scaled(Math.max(AGE_MS.decisive, first.value.costMs * PAUSES)));
}

/**
 * Whether somebody else has mapped the guest while the shared list grew old: Fabric would take our POST for the same
 * mapping, and nobody could tell ours from theirs. One list a minute serves all who ask; a long one takes no more than a
 * fiftieth of the calls. While the list waits for its turn, nobody who has theirs waits for it: a turn that is lost costs a
 * guest a minute, and the list comes first in the next.
 */
export async function isMappedByNow(context: Context): Promise<boolean> {
  // A pass that reads everything anew has just done so.
  if (context.pass.call.maxAgeMs === 0) return false;
  const known = orThrow(await readRows(context));
  const maxAgeMs = context.deps.clock.scaled(Math.max(AGE_MS.decisive, known.costMs * LOOKING_SHARE));
  const young = await readRows(context, maxAgeMs);
  if (young.fault && isOwnTurn(young.fault.error)) return false;
  return orThrow(await judge(context, orThrow(young))).state === 'live';
}

function orThrow<T>(reading: Reading<T>): T {
  if (reading.fault) throw reading.fault.error;
  return reading.value;
}

type Judged = { state: 'absent' | 'over' | 'live' | 'settling'; row: Mapping | undefined };

/** Which of the rows is the mapping. A deleted one stays listed for more than a day, and need not say that it is over. */
async function judge(context: Context, rows: Rows): Promise<Reading<Judged>> {
  const { desired, provenance, pass, deps } = context;
  const all = rows.of(desired.guest);
  const maybe = all.filter(({ deleted }) => deleted !== true);
  const sure = maybe.filter(({ deleted, seen }) => deleted === false || seen === 'answered');
  const live = (candidates: readonly Mapping[]): Reading<Judged> => ({
    value: { state: 'live', row: chosen(candidates, provenance) },
  });
  if (sure.length > 0) return live(sure);
  const { mapping } = provenance;
  if (maybe.length > 0 && mapping) return live(maybe);
  if (maybe.length > 0) {
    const entry = await attempt(context, 'the ledger', () =>
      deps.ledger.find({ what: 'mappingDeleted', subject: tombstoneSubject(desired) }, pass.signal),
    );
    if (entry.fault) return { fault: entry.fault };
    const deletedAtMs = entry.value ? Date.parse(entry.value.at) : undefined;
    const later = maybe.filter(({ createdAtMs = -1 }) => deletedAtMs === undefined || createdAtMs > deletedAtMs);
    if (later.length > 0) return live(later);
  }
  const settles = mapping?.how === 'created' && pass.nowMs < mapping.atMs + deps.clock.scaled(SETTLE_MS);
  const state = settles ? 'settling' : all.length > 0 ? 'over' : 'absent';
  return { value: { state, row: undefined } };
}

/** Of several rows the one that was noted, else the newest. */
const chosen = (rows: readonly Mapping[], { mapping }: Provenance): Mapping | undefined =>
  rows.find(({ id }) => same(id, mapping?.id)) ??
  [...rows].sort((one, other) => (other.createdAtMs ?? 0) - (one.createdAtMs ?? 0))[0];

export function differs({ guest, denyUserAccess }: Desired, row: Mapping): boolean {
  const wanted = guest.type === 'Group' ? 'Group' : 'User';
  const isOther = (row.type === 'Group' || row.type === 'User') && row.type !== wanted;
  const deny =
    denyUserAccess !== undefined && row.denyUserAccess !== undefined && row.denyUserAccess !== denyUserAccess;
  return isOther || deny;
}
