import type { Clouds, TenantClients } from '../../operator/clients/clouds.ts';
import type { Ledger } from '../../operator/clients/kube/ledger.ts';
import type { Publisher } from '../../operator/clients/kube/published.ts';
import type { Clock } from '../../operator/clock.ts';
import type { Pass } from '../../operator/runtime/kind.ts';
import type { CrossTenantMapping, Desired, Provenance } from './types.ts';

/** What the controller is made of. */
export type Deps = { clouds: Clouds; clock: Clock; ledger: Ledger; publishers: Publishers };

/** For each sort of thing that connection strings can be published in. */
export type Publishers = Readonly<Record<'Secret' | 'ConfigMap', Publisher>>;

export type MyPass = Pass<CrossTenantMapping>;

/** One pass, with everything that reading needs. `clients` are those of the provider's tenant. */
export type Context = { deps: Deps; pass: MyPass; desired: Desired; provenance: Provenance; clients: TenantClients };

/** How old an answer may be, in published milliseconds. */
export const AGE_MS = {
  /** Something is to be taken away, or made anew that is missing: one list a minute serves all who ask. */
  decisive: 60_000,
  /** Fabric is at work. */
  underWay: 60_000,
  /** A person is awaited. */
  awaited: 600_000,
  /** What no list serves: once a day for each object. */
  rest: 24 * 3_600_000,
} as const;

/** The options of a call whose answer may be this old, and no older than the pass itself allows. */
export function agedCall({ pass, deps }: Pick<Context, 'pass' | 'deps'>, age: keyof typeof AGE_MS): MyPass['call'] {
  const maxAgeMs = deps.clock.scaled(AGE_MS[age]);
  return { ...pass.call, maxAgeMs: Math.min(maxAgeMs, pass.call.maxAgeMs ?? maxAgeMs) };
}

/** The clients of the provider's tenant. */
export function clientsOf(
  { clouds }: Deps,
  { resource, call }: Pick<MyPass, 'resource' | 'call'>,
): Promise<TenantClients> {
  const { metadata, spec } = resource;
  const query = { tenantId: spec.tenantId, namespace: metadata.namespace ?? '' };
  return clouds.forTenant(spec.credentialsRef ? { ...query, credentialsRef: spec.credentialsRef } : query, call);
}
