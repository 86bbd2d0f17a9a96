import type { Clouds, TenantClients } from '../../operator/clients/clouds.ts';
import type { Ledger } from '../../operator/clients/kube/ledger.ts';
import type { Clock } from '../../operator/clock.ts';
import { isCredentialTrouble } from '../../operator/errors.ts';
import type { Pass } from '../../operator/runtime/kind.ts';
import { AGE_MS, type Age, oldestFor } from './paces.ts';
import type { Desired, ManagedPrivateEndpoint, Provenance } from './types.ts';

/** What the controller is made of. */
export type Deps = { clouds: Clouds; clock: Clock; ledger: Ledger };

export type MyPass = Pass<ManagedPrivateEndpoint>;

/** One pass, with everything that reading needs but the source's clients: its credentials may be what is missing. */
export type Reader = { deps: Deps; pass: MyPass; desired: Desired; provenance: Provenance };

/** `clients` are those of the source workspace's tenant. */
export type Context = Reader & { clients: TenantClients };

/**
 * The options of a call whose answer may be this old, and no older than the pass itself allows. `sinceMs`: when what is
 * looked for happened, if that is over; an older answer cannot show it.
 */
export const agedCall = (place: Pick<Context, 'pass' | 'deps'>, age: Age, sinceMs = 0): MyPass['call'] =>
  noOlderThan(place.pass, place.deps.clock.now(), Math.max(oldestFor(place, age), sinceMs));

/**
 * The options of a read that a decision rests on: begun since this pass began and a moment ago, whoever of those who
 * decide at the same moment began it.
 */
export function callAnew({ pass, deps }: Pick<Context, 'pass' | 'deps'>): MyPass['call'] {
  const nowMs = deps.clock.now();
  return noOlderThan(pass, nowMs, Math.max(pass.nowMs, nowMs - deps.clock.scaled(AGE_MS.decisive)));
}

/** Never 0, which would mean a call of one's own, also beside one that was made at this very moment. */
function noOlderThan({ call }: MyPass, nowMs: number, oldestMs: number): MyPass['call'] {
  const maxAgeMs = Math.max(1, nowMs - oldestMs);
  return { ...call, maxAgeMs: Math.min(maxAgeMs, call.maxAgeMs ?? maxAgeMs) };
}

/** The clients of the source workspace's tenant. */
export function clientsOf(
  { clouds }: Deps,
  { resource, call }: Pick<MyPass, 'resource' | 'call'>,
): Promise<TenantClients> {
  const { metadata, spec } = resource;
  const query = { tenantId: spec.tenantId, namespace: metadata.namespace ?? '' };
  return clouds.forTenant(spec.credentialsRef ? { ...query, credentialsRef: spec.credentialsRef } : query, call);
}

/**
 * As `context`, for what is read with the credentials of the target's side: trouble with those is not the object's own,
 * and without them the rest still has a meaning.
 */
export const withTheirs = <C extends Pick<Context, 'pass'>>(context: C) => ({
  ...context,
  isOwnTrouble: isCredentialTrouble,
});
