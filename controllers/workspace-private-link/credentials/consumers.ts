import type { Clouds, TenantClients } from '../../../operator/clients/clouds.ts';
import { isCredentialTrouble, type OperatorError } from '../../../operator/errors.ts';
import type { Pass } from '../../../operator/runtime/kind.ts';
import { attempt, type Reading } from '../../../operator/runtime/reading.ts';
import { type Deps, type EndpointClients, type EndpointContext, type Reader } from '../reading.ts';
import type { Consumer, WorkspacePrivateLink } from '../types.ts';

type MyPass = Pick<Pass<WorkspacePrivateLink>, 'resource' | 'call'>;
type Query = Parameters<Clouds['forTenant']>[0];

/** Credentials for a consumer (design section 6); undefined: the object's own. */
export function clientsFor(
  { clouds }: Pick<Deps, 'clouds'>,
  pass: MyPass,
  consumer?: Consumer,
): Promise<TenantClients> {
  const { metadata, spec } = pass.resource;
  const own: Consumer = { tenantId: spec.tenantId, ...(spec.credentialsRef && { secret: spec.credentialsRef.name }) };
  const { tenantId, secret } = consumer ?? own;
  const query: Query = { tenantId, namespace: metadata.namespace ?? '' };
  return clouds.forTenant(secret === undefined ? query : { ...query, credentialsRef: { name: secret } }, pass.call);
}

/** Resolves each consumer when it is first asked for, and once; `own` are the object's own clients. */
export function createConsumers(deps: Deps, pass: Reader['pass'], own: EndpointClients): Reader['clientsOfConsumer'] {
  const known = new Map<string, Promise<Reading<EndpointClients>>>();
  return (consumer) => {
    if (!consumer) return Promise.resolve({ value: own });
    const key = `${consumer.tenantId}/${consumer.secret ?? ''}`;
    const about = `the credentials for tenant ${consumer.tenantId}`;
    const ask = () =>
      attempt({ pass, isOwnTrouble: isCredentialTrouble }, about, () => clientsFor(deps, pass, consumer));
    const found = known.get(key) ?? ask();
    known.set(key, found);
    return found;
  };
}

/** An endpoint in a subscription of another tenant than its entry says: the credentials are right, the entry is not. */
const isMismatch = ({ reason }: OperatorError) => reason === 'CredentialTenantMismatch';

/** The same pass, seen with the credentials of `consumer`. */
export async function seenBy(reader: Reader, consumer: Consumer | undefined): Promise<Reading<EndpointContext>> {
  const clients = await reader.clientsOfConsumer(consumer);
  if (clients.fault) return clients;
  return { value: { ...reader, clients: clients.value, isOwnTrouble: consumer ? isCredentialTrouble : isMismatch } };
}
