import { same } from '../desired-names.ts';
import type { Context } from '../reading.ts';
import type { Desired, Mapping, MappingFacts, Provenance } from '../types.ts';

/** How far Fabric's clock may be from ours. What others map within this time before our request passes for ours. */
const SKEW_MS = 60_000;
/** How long after our request, or its answer, Fabric may be at it. */
const UNDER_WAY_MS = 900_000;

/** Whose the mapping is, by what was noted alone. */
export const notedOrigin = ({ mapping, request }: Provenance): MappingFacts['origin'] =>
  mapping?.how ?? (request ? 'requested' : 'none');

/** By what was noted, against the row that lives. */
export function originOf(context: Context, row: Mapping | undefined): MappingFacts['origin'] {
  const { desired, provenance } = context;
  if (!row) return notedOrigin(provenance);
  if (isForeign(context, row)) return 'foreign';
  return isUnnamed(desired, provenance, row) ? 'unnamed' : notedOrigin(provenance);
}

/**
 * Made at a time at which this object was not asking for it, although it is noted as ours: where somebody else has mapped
 * the guest already, Fabric takes our POST for the same mapping, and answers as if it had made it (U19). Rows that do not
 * tell their time are not judged.
 */
export function isForeign(
  {
    provenance: { mapping, request },
    deps,
  }: Pick<Context, 'deps'> & { provenance: Pick<Provenance, 'mapping' | 'request'> },
  { createdAtMs }: Mapping,
): boolean {
  if (!request || mapping?.how === 'adopted' || createdAtMs === undefined) return false;
  const lastAtMs = Math.max(request.atMs, mapping?.atMs ?? 0);
  if (createdAtMs > lastAtMs + deps.clock.scaled(UNDER_WAY_MS)) return true;
  // What was over and lives again may tell when it was made the first time.
  return request.before === 'none' && createdAtMs < request.firstAtMs - deps.clock.scaled(SKEW_MS);
}

/** The answer did not tell the id by which the mapping is to be deleted, and the list does. */
const isUnnamed = ({ guest }: Desired, { mapping }: Provenance, row: Mapping): boolean =>
  mapping?.how === 'created' &&
  row.seen === 'listed' &&
  same(mapping.id, guest.objectId) &&
  !same(row.id, guest.objectId);

/** Its answer told an id by which it can be deleted. */
export const isNamed = ({ desired, provenance: { mapping } }: Pick<Context, 'desired' | 'provenance'>): boolean =>
  mapping !== undefined && !same(mapping.id, desired.guest.objectId);

/** Asked for again, and what was answered is not known. */
export const isAskedAnew = ({ provenance: { mapping, request } }: Pick<Context, 'provenance'>): boolean =>
  request !== undefined && request.atMs > (mapping?.atMs ?? 0);

/**
 * Listed under another id than our POST was answered: somebody has deleted ours, and mapped the guest themselves. Or Fabric
 * lists mappings under other ids than it answers, which shows where the row was made just while we were asking.
 */
export function isListedAsOther(context: Context, row: Mapping): boolean {
  const { provenance, deps } = context;
  const { mapping, request } = provenance;
  if (mapping?.how !== 'created' || row.seen === 'answered' || !isNamed(context) || isAskedAnew(context)) return false;
  if (same(row.id, mapping.id)) return false;
  const skewMs = deps.clock.scaled(SKEW_MS);
  const { createdAtMs } = row;
  const isOurs =
    request !== undefined &&
    createdAtMs !== undefined &&
    createdAtMs >= request.atMs - skewMs &&
    createdAtMs <= mapping.atMs + skewMs;
  return !isOurs;
}
