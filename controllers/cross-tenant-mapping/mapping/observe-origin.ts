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
export function isForeign({ provenance: { mapping, request }, deps }: Context, { createdAtMs }: Mapping): boolean {
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
