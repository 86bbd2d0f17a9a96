import { isAbandoned, PATIENCE_MS, personGivesUp } from '../../../operator/runtime/loss/observe.ts';
import { blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { same, timeOf, tombstoneSubject } from '../desired-names.ts';
import { differs, type Rows, readRows, SETTLE_MS } from '../mapping/observe.ts';
import { isAskedAnew, isForeign, isListedAsOther, isNamed } from '../mapping/observe-origin.ts';
import { type Context, type MyPass } from '../reading.ts';
import type { Desired, Fault, LedgerEntry, Mapping, Provenance, RemovalFacts, RemovalSeen } from '../types.ts';

/** Published: a deleted mapping stays listed for "more than a day"; afterwards what is listed lives. */
const TOMBSTONE_MS = 72 * 3_600_000;
/** Published: so long the mapping waits for roles that are still being taken away. */
const ROLE_PATIENCE_MS = 3_600_000;

/** Created by us, or adopted and asked for by name: nothing else is ever taken away. */
export function wishOf({ deletion }: Desired, provenance: Provenance): RemovalFacts['wish'] {
  if (deletion === 'Retain') return 'keep';
  return isOurs(provenance) || (provenance.mapping && deletion === 'DeleteAll') ? 'delete' : 'keep';
}

/** Made by the object that bears these notes, or asked for. */
export const isOurs = ({ mapping, request }: Provenance): boolean =>
  mapping ? mapping.how === 'created' : request !== undefined;

export const KEPT: RemovalFacts = { claimed: true, grants: 'gone', wish: 'keep', mapping: 'gone' };

/** What the grants' ladders, and that of what is published, have come to while the object is deleted. */
export type GrantsLeft = 'gone' | 'leaving' | 'stuck';

/**
 * How long they are waited for. Whatever it is that keeps a role from being taken away (a right that only the attempt
 * shows to be missing), the mapping, which ends the guest's access, waits no longer than an hour for it.
 */
export function grantsFact({ pass, deps }: Pick<Context, 'pass' | 'deps'>, left: GrantsLeft): RemovalFacts['grants'] {
  if (left === 'gone') return left;
  const { deletionTimestamp } = pass.resource.metadata;
  const sinceMs = pass.nowMs - (timeOf(deletionTimestamp) ?? pass.nowMs);
  if (isAbandoned(pass.resource) || sinceMs >= deps.clock.scaled(PATIENCE_MS)) return 'left';
  return sinceMs >= deps.clock.scaled(ROLE_PATIENCE_MS) ? 'stuck' : left;
}

/** Reads what is left of the mapping, once the grants do not hold it up any more. */
export async function observeRemoval(context: Context, grants: GrantsLeft): Promise<RemovalSeen> {
  const { desired, provenance, pass } = context;
  const base: RemovalFacts = { ...KEPT, grants: grantsFact(context, grants), wish: wishOf(desired, provenance) };
  if (base.wish === 'keep' || base.grants === 'leaving') return { facts: base };
  const first = await rowsSinceRequest(context);
  let rows = first.value?.of(desired.guest).some(isAnswered) ? await readRows(context, 0) : first;
  if (rows.fault) return blind(context, base, rows.fault);
  const dueAtMs = askedAtMs(context) + context.deps.clock.scaled(SETTLE_MS);
  if (mayAppear(context, rows.value.of(desired.guest)) && rows.value.readAtMs < dueAtMs) {
    if (pass.nowMs < dueAtMs) return { facts: { ...base, mapping: 'settling' }, dueAtMs };
    rows = await readRows(context, pass.nowMs - dueAtMs);
    if (rows.fault) return blind(context, base, rows.fault);
  }
  const mappingId = nextOf(context, rows.value.of(desired.guest));
  if (mappingId !== undefined) return { facts: { ...base, mapping: 'present' }, mappingId };
  const theirs = rows.value.of(desired.guest).find((row) => row.deleted !== true && isTheirs(context, row));
  return { facts: base, ...(theirs && { theirs: theirs.id }) };
}

function blind({ pass }: Context, base: RemovalFacts, fault: Fault): RemovalSeen {
  return { facts: { ...base, mapping: personGivesUp(pass, fault.error) ? 'givenUp' : blindness(fault) }, fault };
}

/** Fabric may have made what the list does not show yet, and without its id nothing of it can be deleted. */
function mayAppear(context: Context, rows: readonly Mapping[]): boolean {
  if (context.provenance.deletedIds.length > 0) return false;
  if (rows.some((row) => row.deleted !== true && !isAnswered(row))) return false;
  return !isNamed(context) || isAskedAnew(context);
}

const askedAtMs = ({ provenance: { mapping, request } }: Pick<Context, 'provenance'>): number =>
  Math.max(request?.atMs ?? 0, mapping?.atMs ?? 0);

/**
 * Somebody has mapped the guest before us, or has deleted ours and mapped the guest themselves. It stays, unless it would
 * be taken over and everything is to go.
 */
function isTheirs(context: Context, row: Mapping): boolean {
  if (!isForeign(context, row) && !isListedAsOther(context, row)) return false;
  const { adoption, deletion } = context.desired;
  const isTakenOver = adoption === 'Always' || (adoption === 'IfIdentical' && !differs(context.desired, row));
  return deletion !== 'DeleteAll' || !isTakenOver;
}

/**
 * Not older than our own POST: what its answer did not tell, the mapping's id above all, only a later list does. Beyond
 * that the shared list is young enough: deleting what is gone does no harm, and whoever waits for a turn among hundreds
 * must not need another list when it comes, which in a large tenant takes longer than the list would be young.
 */
async function rowsSinceRequest(context: Context): Promise<Reading<Rows>> {
  const sinceMs = askedAtMs(context);
  const shared = await readRows(context);
  if (shared.fault || shared.value.readAtMs > sinceMs) return shared;
  return readRows(context, Math.max(0, context.pass.nowMs - sinceMs - 1));
}

/** Our own POST's answer, laid over an older list: it may not tell the id that DELETE takes. */
const isAnswered = ({ seen }: Mapping): boolean => seen === 'answered';

/** Each is deleted once; what the list does not show (it may lag) by the id that was noted. */
function nextOf(context: Context, rows: readonly Mapping[]): string | undefined {
  const { mapping, deletedIds } = context.provenance;
  const isLeft = (id: string | undefined) => id !== undefined && !deletedIds.some((done) => same(done, id));
  const living = rows.filter((row) => row.deleted !== true && !isTheirs(context, row));
  if (living.some((row) => !isAnswered(row))) return living.map(({ id }) => id).find(isLeft);
  if (living.length > 0) return [mapping?.id, ...living.map(({ id }) => id)].find(isLeft);
  return rows.length === 0 && deletedIds.length === 0 ? mapping?.id : undefined;
}

/** To be written before the DELETE: whoever wants the same guest again must not take the listed remains for a mapping. */
export function tombstoneEntry({ resource }: MyPass, desired: Desired, nowMs: number, forMs: number): LedgerEntry {
  const { kind, metadata } = resource;
  return {
    what: 'mappingDeleted',
    subject: tombstoneSubject(desired),
    object: { kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' },
    at: new Date(nowMs).toISOString(),
    until: new Date(nowMs + forMs).toISOString(),
    why: 'deleted with its object',
    left: [],
  };
}

export const tombstoneMs = ({ deps }: Pick<Context, 'deps'>): number => deps.clock.scaled(TOMBSTONE_MS);
