import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import type { CallOptions } from '../../operator/clients/call.ts';
import type { Clouds, TenantClients } from '../../operator/clients/clouds.ts';
import { same, serviceIdOf } from './desired-names.ts';
import { isOpenApproval } from './desired-provenance.ts';
import { lookUpTarget } from './desired-targets.ts';
import type { Deps, MyPass } from './reading.ts';
import type { ArmId, Desired, PrivateEndpointConnection, Provenance, TargetFacts } from './types.ts';

/** Connections of one target, by its ARM id: the only way in which anything is approved here. */
export type TargetConnections = {
  /** Secret-free name of the identity, for the audit trail. */
  identity: string;
  /** Undefined: there is no such resource. */
  list(call: CallOptions): Promise<readonly PrivateEndpointConnection[] | undefined>;
  decide(
    connection: PrivateEndpointConnection,
    decision: { status: 'Approved' | 'Rejected'; description: string },
    call: CallOptions,
  ): Promise<void>;
  remove(connectionName: string, call: CallOptions): Promise<void>;
};

/** Undefined for a resource type of which the catalogue does not know how its connections are decided. */
export function connectionsOf({ arm, access }: TenantClients, id: ArmId): TargetConnections | undefined {
  const { approval } = lookUpTarget(id);
  if (!approval) return undefined;
  const target = { id, apiVersion: approval.apiVersion, connectionsIn: approval.connectionsIn };
  return {
    identity: access.identity,
    list: async (call) => (await arm.approvals.connections(target, call)).value,
    decide: ({ name, privateEndpointId }, decision, call) =>
      arm.approvals.decide(
        target,
        name,
        { ...decision, ...(privateEndpointId !== undefined && { privateEndpointId }) },
        call,
      ),
    remove: (name, call) => arm.approvals.remove(target, name, call),
  };
}

export type Reference = {
  state: TargetFacts['reference'];
  /** The target's ARM id; undefined while the WorkspacePrivateLink is missing. */
  id: ArmId | undefined;
  /** The WorkspacePrivateLink that keeps the target, whether the spec names it or its service. */
  link: WorkspacePrivateLink | undefined;
  /** Whose list outranks us: the link that is referred to, and the oldest one that keeps this service, which owns it. */
  keepers: readonly WorkspacePrivateLink[];
  /** Why a link may not be used. */
  detail?: string;
};

/** What the spec refers to, from the cluster alone. */
export function referenceOf(pass: Pick<MyPass, 'indexed' | 'resource'>, desired: Desired): Reference {
  const found = linkOf(pass, desired);
  const { id, link } = found;
  const owner = id === undefined ? undefined : ownerOf(pass, id);
  const keepers = [link, owner].filter((one) => one !== undefined);
  return { ...found, link: link ?? owner, keepers: [...new Set(keepers)] };
}

/**
 * Where a decision of ours stands that is still open: on the target that it was given on, also when the spec leads
 * elsewhere by now, or nowhere. A link lends its credentials for its own service alone.
 */
export function whereApproved(
  pass: Pick<MyPass, 'indexed'>,
  reference: Reference,
  { match, request }: Pick<Provenance, 'match' | 'request'>,
): Reference {
  if (!isOpenApproval({ match })) return reference;
  const id = match?.targetId ?? reference.id ?? request?.targetId;
  if (id === undefined || same(id, reference.id)) return reference;
  return { state: 'arm', id, link: undefined, keepers: [ownerOf(pass, id)].filter((one) => one !== undefined) };
}

/** Of several objects that name one service the oldest owns it: a younger one's list takes nothing from its own. */
function ownerOf(pass: Pick<MyPass, 'indexed'>, id: ArmId): WorkspacePrivateLink | undefined {
  const age = ({ metadata }: WorkspacePrivateLink) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
  const [oldest] = pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'service', id.toLowerCase())
    .toSorted((one, other) => (age(one) < age(other) ? -1 : 1));
  return oldest;
}

function linkOf(pass: Pick<MyPass, 'indexed' | 'resource'>, desired: Desired): Omit<Reference, 'keepers'> {
  const { reference, resourceId } = desired;
  if (!reference) return { state: 'arm', id: resourceId, link: undefined };
  const link = pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'namespace', reference.namespace)
    .find(({ metadata }) => metadata.name === reference.name);
  if (!link) return { state: 'missing', id: undefined, link: undefined };
  const id = serviceIdOf(link.spec);
  const allowed = link.spec.allowedSourceNamespaces ?? [];
  if (reference.namespace !== desired.namespace && !allowed.includes(desired.namespace)) {
    const detail = `spec.allowedSourceNamespaces of ${reference.namespace}/${reference.name} does not list ${desired.namespace}`;
    return { state: 'notAllowed', id, link, detail };
  }
  const borrows = desired.approver === 'operator' && !pass.resource.spec.approval.credentialsRef;
  if (borrows && (link.spec.managementPolicy ?? 'Manage') !== 'Manage') {
    const detail = `${reference.namespace}/${reference.name} is only observed (managementPolicy), and nothing is approved on its behalf`;
    return { state: 'notAllowed', id, link, detail };
  }
  if (link.metadata.deletionTimestamp !== undefined) return { state: 'deleting', id, link };
  return { state: 'allowed', id, link };
}

type Keepers = Pick<Reference, 'keepers'>;
const entriesOf = ({ keepers }: Keepers) => keepers.flatMap(({ spec }) => spec.connections ?? []);

/** An entry of the link's spec.connections rejects this endpoint by name: it outranks every approval (design section 7, rule 4). */
export const isRejectedBy = (keepers: Keepers, { source }: Pick<Desired, 'source'>): boolean =>
  entriesOf(keepers).some((entry) => entry.decision === 'Reject' && names(entry, { source }));

type Entry = NonNullable<WorkspacePrivateLink['spec']['connections']>[number];

/** An entry of spec.connections is about this endpoint, by workspace and name. */
export const names = (
  { source: { managedPrivateEndpoint: managed } }: Entry,
  { source }: Pick<Desired, 'source'>,
): boolean => same(managed?.workspaceId, source.workspaceId) && same(managed?.name, source.name);

/** An entry that rejects a private endpoint by its ARM id. */
export const isIdRejectedBy = (keepers: Keepers, id: ArmId | undefined): boolean =>
  entriesOf(keepers).some(({ decision, source }) => decision === 'Reject' && same(source.privateEndpointId, id));

type Takers = Pick<MyPass, 'resource'>;

/** The link whose credentials are used for the target: where the object has none of its own for it. */
function lenderOf(
  { resource }: Takers,
  { state, link }: Reference,
  takesBack: boolean,
): WorkspacePrivateLink | undefined {
  const lends = state === 'allowed' || state === 'deleting' || (takesBack && state === 'notAllowed');
  return lends && !resource.spec.approval?.credentialsRef ? link : undefined;
}

/** Nothing is written with the credentials of a link that is only observed, not even to take back what was given with them. */
export const isOnlyObserved = (pass: Takers, reference: Reference): boolean =>
  (lenderOf(pass, reference, true)?.spec.managementPolicy ?? 'Manage') !== 'Manage';

type Query = Parameters<Clouds['forTenant']>[0];

/**
 * Whose credentials reach the target (design section 7, rule 4): those that approval.credentialsRef names, else those of
 * a WorkspacePrivateLink that allows this namespace, else the object's own, with which nothing is decided there.
 * `takesBack`: what was approved with a link's permission is seen to its end with its credentials, also when the
 * permission is gone by now. Nothing is approved then.
 */
export function targetClients(
  { clouds }: Deps,
  { resource, call }: Pick<MyPass, 'resource' | 'call'>,
  reference: Reference,
  takesBack = false,
): Promise<TenantClients> {
  const { state, link } = reference;
  const { metadata, spec } = resource;
  const namespace = metadata.namespace ?? '';
  const ofSecret = (query: Query, ref: { name: string } | undefined) =>
    clouds.forTenant(ref ? { ...query, credentialsRef: ref } : query, call);
  const given = spec.approval?.credentialsRef;
  const tenantId = state === 'arm' ? spec.tenantId : (link?.spec.tenantId ?? spec.tenantId);
  if (given) return ofSecret({ tenantId, namespace }, given);
  const lender = lenderOf({ resource }, reference, takesBack);
  if (lender) return ofSecret({ tenantId, namespace: lender.metadata.namespace ?? '' }, lender.spec.credentialsRef);
  return ofSecret({ tenantId: spec.tenantId, namespace }, spec.credentialsRef);
}
