import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { NAMESPACE_SECRET } from '../../operator/clients/credentials.ts';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import type { Kind, ObjectGauge, RelatedWatch } from '../../operator/runtime/kind.ts';
import { awaitsTurn, faultsOf } from './awaits-turn.ts';
import { describe } from './describe.ts';
import { desiredOf, isObserved } from './desired.ts';
import { guestKey, timeOf } from './desired-names.ts';
import { effects } from './effects.ts';
import { ladders } from './ladders.ts';
import { machines } from './machine.ts';
import { observe } from './observe.ts';
import { planOf } from './plan.ts';
import type { Deps } from './reading.ts';
import type { CrossTenantMapping, Effect, Seen } from './types.ts';

/** The kind CrossTenantMapping, ready for the manager. */
export const createCrossTenantMappingKind = (deps: Deps): Kind<CrossTenantMapping, Seen, Effect> => ({
  type: crossTenantMappings,
  machines,
  observe: observe(deps),
  ladders,
  effects: effects(deps),
  awaitsTurn,
  unread: faultsOf,
  describe,
  // Letting go of the object touches the object alone.
  readOnly: { applies: isObserved, stillRun: ['release'], plan: planOf },
  secrets: (object) => [(object as CrossTenantMapping).spec.credentialsRef?.name ?? NAMESPACE_SECRET],
  gauges: [consentWaiting],
  indexes: { guest: (object) => [keyOfGuest(object)], published: publishedSecrets },
  watches: [sameGuest, itsSecret],
});

/** The Secret that is to hold its connection strings. */
function publishedSecrets({ metadata, spec }: KubeObject): readonly string[] {
  const { publishTo } = (spec ?? {}) as Partial<CrossTenantMapping['spec']>;
  return publishTo?.secretName === undefined ? [] : [`${metadata.namespace ?? ''}/${publishTo.secretName}`];
}

/** What somebody edits, deletes or hands over is looked at at once. Only names are read and kept. */
const itsSecret: RelatedWatch = {
  type: SECRETS,
  optional: 'a Secret with connection strings that was edited is put right within the hour, not at once',
  keys: (secret, _all, indexed) => indexed('published', keyOf(secret)).map(keyOf),
};

/** From the status, which is there for people and for this: nothing is decided by it. */
const consentWaiting: ObjectGauge = {
  metric: 'fabriclink_consent_waiting_seconds',
  help: 'How long the consent of a guest tenant has been missing, by object.',
  value: (object, nowMs) => {
    const { conditions = [] } = (object as CrossTenantMapping).status ?? {};
    const missing = conditions.find(({ type, status }) => type === 'GuestConsented' && status === 'False');
    const sinceMs = timeOf(missing?.lastTransitionTime);
    return sinceMs === undefined ? undefined : Math.max(0, nowMs - sinceMs) / 1_000;
  },
};

const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

function keyOfGuest(object: KubeObject): string {
  const { tenantId, guest } = desiredOf(object as CrossTenantMapping);
  return guestKey(tenantId, guest);
}

/** When the older owner of a guest goes, the younger one takes its turn at once. */
const sameGuest: RelatedWatch = {
  type: crossTenantMappings,
  keys: (related, _all, indexed) =>
    indexed('guest', keyOfGuest(related))
      .map(keyOf)
      .filter((key) => key !== keyOf(related)),
};
