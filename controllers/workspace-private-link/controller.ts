import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { NAMESPACE_SECRET } from '../../operator/clients/credentials.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import type { Kind, ObjectCount, RelatedWatch } from '../../operator/runtime/kind.ts';
import { awaitsTurn, faultsOf } from './awaits-turn.ts';
import { approvalsPending, approvalWaiting } from './connections/gauges.ts';
import { describe } from './describe.ts';
import { isObserved, zoneIdOf } from './desired.ts';
import { ANNOTATION, serviceId, serviceScopeOf } from './desired-names.ts';
import { workspacesNeededBy } from './desired-needs.ts';
import { consumersIn } from './desired-provenance.ts';
import { effects } from './effects.ts';
import { ladders } from './ladders.ts';
import { machines } from './machine.ts';
import { observe } from './observe.ts';
import { planOf } from './plan/plan.ts';
import type { Deps } from './reading.ts';
import type { Effect, Seen, WorkspacePrivateLink } from './types.ts';

/** The kind WorkspacePrivateLink, ready for the manager. */
export const createWorkspacePrivateLinkKind = (deps: Deps): Kind<WorkspacePrivateLink, Seen, Effect> => ({
  type: workspacePrivateLinks,
  machines,
  observe: observe(deps),
  ladders,
  effects: effects(deps),
  awaitsTurn,
  unread: faultsOf,
  describe,
  // Letting go of the object touches the object alone.
  readOnly: { applies: isObserved, stillRun: ['release'], plan: planOf },
  secrets: secretsOf,
  counts: [breakGlassOpen],
  gauges: [approvalsPending, approvalWaiting],
  indexes: {
    workspace: (object) => [specOf(object).workspaceId?.toLowerCase() ?? ''],
    zone: (object) => distinct((specOf(object).endpoints ?? []).flatMap((endpoint) => zoneIdOf(endpoint) ?? [])),
    service: (object) => {
      const { workspaceId, service } = specOf(object);
      return workspaceId && service ? [serviceId(serviceScopeOf({ workspaceId, service })).toLowerCase()] : [];
    },
    subscription: (object) => {
      const { service, endpoints = [] } = specOf(object);
      return distinct([service?.subscriptionId ?? '', ...endpoints.map(({ subscriptionId }) => subscriptionId)]);
    },
  },
  watches: [sameWorkspace, needsWorkspace(managedPrivateEndpoints), needsWorkspace(crossTenantMappings)],
});

/**
 * As credentials are resolved: the object's own reference, else its namespace's Secret; those of its endpoints, another
 * tenant's without a reference among them; and those with which something is still to be taken away.
 */
function secretsOf(object: KubeObject): readonly string[] {
  const { credentialsRef, endpoints = [] } = specOf(object);
  const isForeign = endpoints.some((endpoint) => endpoint.tenantId !== undefined && !endpoint.credentialsRef);
  return distinctNames([
    credentialsRef?.name ?? NAMESPACE_SECRET,
    ...endpoints.flatMap((endpoint) => endpoint.credentialsRef?.name ?? []),
    ...(isForeign ? [NAMESPACE_SECRET] : []),
    ...Object.values(consumersIn(object.metadata.annotations)).map(({ secret }) => secret ?? NAMESPACE_SECRET),
  ]);
}

const distinctNames = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** By our own note, which is written before the door is opened and taken away when it is closed: no status need be believed. */
const breakGlassOpen: ObjectCount = {
  metric: 'fabriclink_break_glass_open',
  help: 'Workspaces that break-glass opened and that have not been closed again.',
  counts: (object) =>
    object.metadata.annotations?.[`${ANNOTATION}glass-until`] !== undefined &&
    object.metadata.annotations[`${ANNOTATION}locked`] === 'true' &&
    specOf(object).inbound?.publicAccess !== 'Allow',
};

const specOf = ({ spec }: KubeObject): Partial<WorkspacePrivateLink['spec']> => spec ?? {};

const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids.map((id) => id.toLowerCase()))];

const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/** When the older owner of a workspace goes, the younger one takes its turn at once. */
const sameWorkspace: RelatedWatch = {
  type: workspacePrivateLinks,
  keys: (related, _all, indexed) =>
    indexed('workspace', specOf(related).workspaceId?.toLowerCase() ?? '')
      .map(keyOf)
      .filter((key) => key !== keyOf(related)),
};

/** Whether somebody still needs workspace-scoped calls is a precondition of denying access. */
const needsWorkspace = (type: RelatedWatch['type']): RelatedWatch => ({
  type,
  keys: (related, _all, indexed) =>
    workspacesNeededBy(related).flatMap((workspaceId) => indexed('workspace', workspaceId).map(keyOf)),
});
