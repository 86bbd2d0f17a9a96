import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { NAMESPACE_SECRET } from '../../operator/clients/credentials.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import type { Kind, ObjectGauge, RelatedWatch } from '../../operator/runtime/kind.ts';
import { awaitsTurn, faultsOf } from './awaits-turn.ts';
import { describe } from './describe.ts';
import { desiredOf, isObserved } from './desired.ts';
import { endpointKey, timeOf } from './desired-names.ts';
import { provenanceOf } from './desired-provenance.ts';
import { effects } from './effects.ts';
import { ladders } from './ladders.ts';
import { machines } from './machine.ts';
import { observe } from './observe.ts';
import { planOf } from './plan.ts';
import type { Deps } from './reading.ts';
import type { Effect, ManagedPrivateEndpoint, Seen } from './types.ts';

/** The kind ManagedPrivateEndpoint, ready for the manager. */
export const createManagedPrivateEndpointKind = (deps: Deps): Kind<ManagedPrivateEndpoint, Seen, Effect> => ({
  type: managedPrivateEndpoints,
  machines,
  observe: observe(deps),
  ladders,
  effects: effects(deps),
  awaitsTurn,
  unread: faultsOf,
  describe,
  // Letting go of the object touches the object alone, and what is written down about what it leaves.
  readOnly: { applies: isObserved, stillRun: ['release', 'releaseUnconfirmed'], plan: planOf },
  secrets: secretsOf,
  gauges: [approvalWaiting],
  indexes: {
    workspace: (object) => [workspaceOf(object)],
    endpoint: (object) => [endpointKey(desiredOf(object as ManagedPrivateEndpoint).source)],
    link: (object) => {
      const { reference } = desiredOf(object as ManagedPrivateEndpoint);
      return reference ? [`${reference.namespace}/${reference.name}`] : [];
    },
  },
  watches: [sameEndpoint, itsLink],
});

const specOf = ({ spec }: KubeObject): Partial<ManagedPrivateEndpoint['spec']> => spec ?? {};
const workspaceOf = (object: KubeObject): string => specOf(object).workspaceId?.toLowerCase() ?? '';
const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/** As credentials are resolved: the object's own reference, else its namespace's Secret; and the target side's. */
function secretsOf(object: KubeObject): readonly string[] {
  const { credentialsRef, approval } = specOf(object);
  return [
    ...new Set([
      credentialsRef?.name ?? NAMESPACE_SECRET,
      ...(approval?.credentialsRef ? [approval.credentialsRef.name] : []),
    ]),
  ];
}

/** Reasons of Approved=False that nobody's decision is awaited for any more. */
const DECIDED = new Set([
  'ConnectionRejected',
  'ConnectionDisconnected',
  'EndpointFailed',
  'RecreationPaused',
  'ListedReject',
  'RequestRejected',
  'RequestDisconnected',
]);

/** From the status and the notes, which are there for people and for this: nothing is decided by it. */
const approvalWaiting: ObjectGauge = {
  metric: 'fabriclink_approval_waiting_seconds',
  help: 'How long the oldest request has been waiting for a decision, by object.',
  value: (object, nowMs) => {
    const { requestedAt, conditions = [] } = (object as ManagedPrivateEndpoint).status ?? {};
    const waits = conditions.some(
      ({ type, status, reason }) => type === 'Approved' && status === 'False' && !DECIDED.has(reason),
    );
    // What was taken over has waited since before; we know only since when we have seen it.
    const sinceMs = timeOf(requestedAt) ?? provenanceOf(object as ManagedPrivateEndpoint).endpoint?.sinceMs;
    return waits && sinceMs !== undefined ? Math.max(0, nowMs - sinceMs) / 1_000 : undefined;
  },
};

/** When the older owner of an endpoint goes, the younger one takes its turn at once. */
const sameEndpoint: RelatedWatch = {
  type: managedPrivateEndpoints,
  keys: (related, _all, indexed) =>
    indexed('endpoint', endpointKey(desiredOf(related as ManagedPrivateEndpoint).source))
      .map(keyOf)
      .filter((key) => key !== keyOf(related)),
};

/** The target's service comes to be, permission is given or taken, a Reject is listed. */
const itsLink: RelatedWatch = {
  type: workspacePrivateLinks,
  keys: (related, _all, indexed) => indexed('link', keyOf(related)).map(keyOf),
};
