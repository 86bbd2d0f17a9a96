import { lookUpTarget } from './desired-targets.ts';
import type { Desired, ManagedPrivateEndpoint } from './types.ts';

/** The only sub-resource of a Fabric private link service (cloud-apis 7.2). */
const WORKSPACE = 'workspace';

/** What the spec asks for. Defaults are repeated for objects that never met the API server's. */
export function desiredOf({ metadata, spec }: ManagedPrivateEndpoint): Desired {
  const { target, approval } = spec;
  const namespace = metadata.namespace ?? '';
  const { workspacePrivateLinkRef: ref, privateLinkResourceId: resourceId } = target;
  const look = resourceId === undefined ? undefined : lookUpTarget(resourceId, target.subresource);
  const approver = approval?.mode === 'Auto' ? 'operator' : 'person';
  return {
    uid: metadata.uid ?? '',
    namespace,
    name: metadata.name,
    tenantId: spec.tenantId,
    source: { workspaceId: spec.workspaceId.toLowerCase(), name: spec.endpointName ?? metadata.name },
    reference: ref && { namespace: ref.namespace ?? namespace, name: ref.name },
    resourceId,
    // The catalogue knows how Azure spells it, and where none may be named; without one it is as asked.
    subresource: look ? look.subresource : WORKSPACE,
    warnings: look?.warnings ?? [],
    fqdns: target.fqdns ?? [],
    expectedWorkspaceId: target.expectedWorkspaceId?.toLowerCase(),
    requestMessage: spec.requestMessage ?? '',
    approver,
    adoption: spec.adoptionPolicy === 'Never' ? 'never' : 'allowed',
    recreate: spec.recreatePolicy ?? 'Never',
    deletion: spec.deletionPolicy ?? 'DeleteCreated',
    notServed:
      approver === 'operator' && look && !look.approval ? [`approval.mode Auto for a target of type ${look.type}`] : [],
  };
}

/** Only looked at. A policy that this version does not know may mean anything, so nothing is written then either. */
export const isObserved = ({ spec }: ManagedPrivateEndpoint): boolean =>
  (spec.managementPolicy ?? 'Manage') !== 'Manage';
