import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../../../crds/managed-private-endpoint.ts';
import { bearsName } from '../../../operator/approval/managed-endpoint.ts';
import { markerOf } from '../../../operator/approval/marker.ts';
import { same } from '../desired-names.ts';
import type { Context } from '../reading.ts';
import type { ArmId, Asker, PrivateEndpointConnection } from '../types.ts';

type Connection = PrivateEndpointConnection;
type Cluster = Pick<Context['pass'], 'cached'>;

/** As the API bounds it. */
const RULE_LIMIT = 256;

/**
 * The object that approved its own request (approval.mode Auto): its mark, on a request of its name. For people only: a
 * mark is text, and whoever may approve may write it.
 */
export function approverOf({ pass }: { pass: Cluster }, connection: Connection): Asker | undefined {
  const uid = connection.status === 'Approved' ? markerOf(connection.description)?.uid : undefined;
  if (uid === undefined) return undefined;
  const object = objectsOf(pass).find((one) => one.metadata.uid === uid && asksAs(one, connection));
  return object && askerOf(object);
}

/** The same as the rule that it is. */
export function approverBehind(about: { pass: Cluster }, connection: Connection): string | undefined {
  const object = approverOf(about, connection);
  return object && `managedprivateendpoints/${object.namespace}/${object.name}`.slice(0, RULE_LIMIT);
}

/**
 * By lower-case private endpoint id: the object that will decide about a request of its name (approval.mode Auto). Not
 * whose request it is: anybody may make a private endpoint of that name, and that object tells them apart.
 */
export function decidersOf(
  { pass, desired }: Pick<Context, 'pass' | 'desired'>,
  list: readonly Connection[],
): Readonly<Record<string, Asker>> {
  const pending = list.filter(({ status }) => status === 'Pending');
  if (pending.length === 0) return {};
  const deciding = objectsOf(pass).filter(
    (one) => decidesItself(one) && leadsHere(one, pass.resource, desired.service.id),
  );
  return Object.fromEntries(
    pending.flatMap((connection) => {
      const object = deciding.find((one) => asksAs(one, connection));
      return object && connection.privateEndpointId !== undefined
        ? [[connection.privateEndpointId.toLowerCase(), askerOf(object)] as const]
        : [];
    }),
  );
}

const objectsOf = (pass: Cluster) => pass.cached<ManagedPrivateEndpoint>(managedPrivateEndpoints);

const askerOf = ({ metadata }: ManagedPrivateEndpoint): Asker => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

const asksAs = ({ spec, metadata }: ManagedPrivateEndpoint, { privateEndpointId }: Connection): boolean =>
  bearsName({ workspaceId: spec.workspaceId, name: spec.endpointName ?? metadata.name }, privateEndpointId);

const decidesItself = ({ spec, metadata }: ManagedPrivateEndpoint): boolean =>
  spec.approval?.mode === 'Auto' &&
  (spec.managementPolicy ?? 'Manage') === 'Manage' &&
  metadata.deletionTimestamp === undefined;

/** Its target is this object, which allows its namespace, or this object's service. */
function leadsHere(
  { spec: { target }, metadata }: ManagedPrivateEndpoint,
  link: Context['pass']['resource'],
  serviceId: ArmId,
): boolean {
  const { workspacePrivateLinkRef: ref } = target;
  if (!ref) return same(target.privateLinkResourceId, serviceId);
  const here = link.metadata.namespace ?? '';
  const from = metadata.namespace ?? '';
  const isAllowed = from === here || (link.spec.allowedSourceNamespaces ?? []).includes(from);
  return isAllowed && ref.name === link.metadata.name && (ref.namespace ?? from) === here;
}
