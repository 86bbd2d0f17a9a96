import { attempt, blindness } from '../../../operator/runtime/reading.ts';
import { principalTypeOf, same } from '../desired-names.ts';
import { agedCall, type Context } from '../reading.ts';
import type { MappingFacts, MappingSeen, PrincipalSummary, ToldPrincipal } from '../types.ts';

/** Published: a new principal is not known everywhere for "several minutes" (cloud-apis 6, 15.1). */
const REPLICATION_MS = 900_000;
/** Published: the tenant's list, which may name it, is shared by all objects and read anew about every half hour. */
const LISTED_WITHIN_MS = 2_400_000;
/** How far the directory's clock may be behind ours, and how long one of our requests may have been under way. */
const SKEW_MS = 120_000;
const UNDER_WAY_MS = 900_000;
/** How long after our request a principal may be made for it. Whoever appears later may bear the guest's name by chance. */
const MADE_WITHIN_MS = 3_600_000;
const MOST_NAMED = 5;

type Found = Pick<MappingSeen, 'candidate' | 'detail' | 'fault'> & Pick<MappingFacts, 'principal' | 'life'>;

/** Who represents the guest: the mapping API's word, the spec's, what was noted, or an opt-in search, in that order. */
export async function observePrincipal(context: Context, seen: MappingSeen): Promise<MappingSeen> {
  const found = await principalOf(context, seen);
  const { principal, life, ...rest } = found;
  const facts: MappingFacts = { ...seen.facts, principal, life };
  return { ...seen, ...rest, facts, principal: summaryOf(context, facts) };
}

async function principalOf(context: Context, { row }: MappingSeen): Promise<Found> {
  const { desired, provenance } = context;
  const note = provenance.principal;
  const told = row?.principal;
  if (desired.principalId !== undefined) {
    if (told && !same(told.id, desired.principalId)) {
      return { principal: 'contradicted', life: 'unknown', detail: told.id };
    }
    return listedOr(context, row, desired.principalId, 'given');
  }
  if (told && (!same(told.id, note?.id) || note?.by === 'before')) {
    const type = principalTypeOf(told.type, desired.principalType);
    const by = row?.seen === 'answered' ? 'answered' : 'listed';
    return { principal: 'new', life: 'unknown', candidate: { id: told.id, type, by } };
  }
  if (!note || note.by === 'before') return search(context);
  return listedOr(context, row, note.id, 'noted');
}

/** Known by whatever way: what the list says of it, which from then on is the first to know when it is gone. */
async function listedOr(
  context: Context,
  row: MappingSeen['row'],
  id: string,
  principal: 'noted' | 'given',
): Promise<Found> {
  const { desired, provenance } = context;
  const isListed = provenance.principal?.by === 'listed' && same(provenance.principal.id, id);
  // A list that named the principal and does not any more has none to name.
  if (isListed && row?.seen === 'listed' && !row.principal) {
    return { principal, life: isYoung(context) ? 'young' : 'gone' };
  }
  const { life } = await lifeOf(context, id);
  if (isListed || row?.seen !== 'listed' || !row.principal || life === 'young' || life === 'gone') {
    return { principal, life };
  }
  const type = principalTypeOf(row.principal.type, desired.principalType);
  return { principal: 'confirmed', life, candidate: { id, type, by: 'listed' } };
}

/** Whether the directory knows it; asked only where the spec lets us, and once a day while all is well. */
async function lifeOf(context: Context, id: string): Promise<Pick<Found, 'life'>> {
  const { desired, clients } = context;
  if (desired.lookup === 'none') return { life: 'unknown' };
  const ask = (age: 'rest' | 'underWay') =>
    attempt(context, `${desired.principalType} ${id} in the directory`, () =>
      clients.graph.find(desired.principalType, id, agedCall(context, age)),
    );
  const first = await ask('rest');
  // What we may not read blocks nothing: whoever grants to it will be told.
  if (first.fault) return { life: 'unknown' };
  if (first.value.value) return { life: 'known' };
  const second = await ask('underWay');
  if (second.fault) return { life: 'unknown' };
  return { life: second.value.value ? 'known' : isYoung(context) ? 'young' : 'gone' };
}

/** By name: exactly one, and made soon after it was asked for. Anybody may bear a guest's name, and roles will be given to it. */
async function search(context: Context): Promise<Found> {
  const { desired, provenance, clients, deps } = context;
  const { guest } = desired;
  if (desired.lookup === 'none') {
    return { principal: 'notSearched', life: isYoung(context, LISTED_WITHIN_MS) ? 'young' : 'unknown' };
  }
  const young = isYoung(context);
  const life = young ? 'young' : 'unknown';
  const names = [guest.userPrincipalName, guest.email, guest.objectId].filter((name) => name !== undefined);
  const read = await attempt(context, 'the directory', () =>
    clients.graph.search({ kind: desired.principalType, names }, agedCall(context, young ? 'underWay' : 'awaited')),
  );
  if (read.fault) return { principal: blindness(read.fault), life, fault: read.fault };
  const result = read.value.value;
  if (result.kind === 'none') return { principal: 'none', life };
  if (result.kind === 'several') {
    const detail = result.principals.slice(0, MOST_NAMED).map(({ id, displayName }) => `${displayName}: ${id}`);
    return { principal: 'several', life, detail: detail.join(', ') };
  }
  const { id, createdAtMs, displayName } = result.principal;
  const { request, mapping } = provenance;
  // A request that was tried for weeks proves nothing: what counts is when it was answered.
  const sinceMs =
    mapping?.how === 'created' && request
      ? Math.max(request.atMs, mapping.atMs - deps.clock.scaled(UNDER_WAY_MS))
      : undefined;
  const isNew =
    sinceMs !== undefined &&
    createdAtMs !== undefined &&
    createdAtMs >= sinceMs - deps.clock.scaled(SKEW_MS) &&
    createdAtMs <= (mapping?.atMs ?? 0) + deps.clock.scaled(MADE_WITHIN_MS);
  // Proven once, and after a while still the only one that is called so: the mapping had only ceased to be listed.
  const isKnown = same(id, provenance.principal?.id);
  if (isKnown && young) return { principal: 'none', life };
  if (!isNew && !isKnown) return { principal: 'unproven', life, detail: `${displayName}: ${id}` };
  const candidate: ToldPrincipal = { id: id.toLowerCase(), type: desired.principalType, by: 'found' };
  return { principal: 'new', life, candidate };
}

/** Minutes since Fabric was asked for it, the first time or again. */
function isYoung({ provenance, pass, deps }: Context, forMs = REPLICATION_MS): boolean {
  const sinceMs = Math.max(provenance.request?.atMs ?? 0, provenance.mapping?.atMs ?? 0);
  return pass.nowMs < sinceMs + deps.clock.scaled(forMs);
}

/** What grants may count on. A mapping that is not as it should be lets nobody new in. */
function summaryOf({ desired, provenance }: Context, facts: MappingFacts): PrincipalSummary {
  const id = desired.principalId ?? provenance.principal?.id;
  const { principal, life, likeness, takeover, origin } = facts;
  const deviates = likeness === 'differs' && (origin === 'created' || takeover !== 'allowed');
  if (deviates) return { kind: 'unresolved' };
  const isNamed = principal === 'noted' || principal === 'confirmed' || principal === 'given';
  if (isNamed && life === 'gone') return { kind: principal === 'noted' ? 'awaited' : 'unresolved' };
  if (isNamed && life !== 'young' && id !== undefined) {
    return { kind: 'known', id, type: provenance.principal?.type ?? desired.principalType };
  }
  const waits = isNamed || principal === 'new' || principal === 'unobservable';
  return {
    kind:
      waits || (life === 'young' && (principal === 'none' || principal === 'notSearched')) ? 'awaited' : 'unresolved',
  };
}
