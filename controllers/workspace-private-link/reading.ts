import type { CallOptions, Read } from '../../operator/clients/call.ts';
import type { ArmClient, Clouds, TenantClients } from '../../operator/clients/clouds.ts';
import type { Ledger } from '../../operator/clients/kube/ledger.ts';
import type { Publisher } from '../../operator/clients/kube/published.ts';
import type { Clock } from '../../operator/clock.ts';
import { isCredentialTrouble, type OperatorError } from '../../operator/errors.ts';
import type { Pass } from '../../operator/runtime/kind.ts';
import { attempt, blindness, type Reading } from '../../operator/runtime/reading.ts';
import type { Leaving } from './endpoint/observe-leaving.ts';
import type { Consumer, Desired, Fault, Provenance, WorkspacePrivateLink } from './types.ts';

/** What the controller is made of. */
export type Deps = { clouds: Clouds; clock: Clock; clusterId: string; publisher: Publisher; ledger: Ledger };

/** What the workspace's tenant is asked for: the service with its connections, and Fabric. */
export type ServiceClients = Pick<TenantClients, 'access' | 'fabric'> & {
  arm: Pick<ArmClient, 'privateLinkServices' | 'approvals' | 'providers'>;
};

/** What the tenant of an endpoint is asked for: the endpoint, its network and its DNS. Never the service. */
export type EndpointClients = { arm: Omit<ArmClient, 'privateLinkServices' | 'approvals'> };

/** One pass, with everything that reading needs but the clients. */
export type Reader = {
  deps: Deps;
  pass: Pass<WorkspacePrivateLink>;
  desired: Desired;
  provenance: Provenance;
  /** For shared reads; fresher than usual when this pass may decide to deny access. */
  call: CallOptions;
  /** Resolved once a pass for each consumer; undefined: the object's own. */
  clientsOfConsumer: (consumer: Consumer | undefined) => Promise<Reading<EndpointClients>>;
  /** Endpoints on their way out that names must still lead to. */
  leaving?: readonly Leaving[];
  /** Trouble with credentials that concerns this endpoint alone, and does not make the whole pass meaningless. */
  isOwnTrouble?: (error: OperatorError) => boolean;
};

/** Two kinds that do not pass for one another: no token of one tenant is used for the other's things. */
export type Context = Reader & { clients: ServiceClients };
export type EndpointContext = Reader & { clients: EndpointClients };

/** Something is under way: an answer may be this old, in published milliseconds, and no older. */
export const UNSETTLED_MS = 5_000;

/**
 * A shared read that is asked again, fresher, when it shows something unsettled: a thing that is missing, changing or
 * wrong may be a list that is minutes old, and nothing is made or unmade on the word of an old list.
 */
export function settled<T>(
  context: Reader,
  about: string,
  ask: (call: CallOptions) => Promise<Read<T>>,
  isSettled: (value: T) => boolean,
): Promise<Reading<T>> {
  const maxAgeMs = context.deps.clock.scaled(UNSETTLED_MS);
  return attempt(context, about, async () => {
    const first = await ask(context.call);
    if (isSettled(first.value) || first.readAtMs >= context.deps.clock.now() - maxAgeMs) return first.value;
    return (await ask({ ...context.call, maxAgeMs })).value;
  });
}

/** As `blindness`, and told apart for want of what: nobody sees a tenant without credentials for it. */
export const sightOf = (fault: Fault): 'noCredentials' | 'refused' | 'unobservable' =>
  isCredentialTrouble(fault.error) ? 'noCredentials' : blindness(fault);

/** Runs `make` at most once, when first asked. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
