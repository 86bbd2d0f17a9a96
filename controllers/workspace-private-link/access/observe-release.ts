import { isMarkedBy } from '../../../operator/approval/facts.ts';
import { markedName, markerOf } from '../../../operator/approval/marker.ts';
import { attempt, blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { approverOf } from '../connections/askers.ts';
import { OWNER_TAG, same } from '../desired-names.ts';
import { settledHow } from '../desired-provenance.ts';
import { type Context, settled } from '../reading.ts';
import { tagOf } from '../service/observe.ts';
import type {
  CommunicationPolicySeen,
  Desired,
  Fault,
  InboundReleaseFacts,
  PrivateEndpointConnection,
  PrivateLinkService,
  ReleaseSeen,
  RemovalSeen,
  ServiceRemovalFacts,
} from '../types.ts';
import { ALLOW_DELAY_MS, readPolicy, settleFact } from './observe.ts';

export type ServiceFound = {
  state: ServiceRemovalFacts['service'];
  actual: PrivateLinkService | undefined;
  fault?: Fault;
};

/** The service as deletion sees it, read by its own name. */
export async function findService(context: Context): Promise<ServiceFound> {
  const { desired, clients } = context;
  const one = await settled(
    context,
    'the private link service',
    (call) => clients.arm.privateLinkServices.get(desired.service.scope, call),
    () => false,
  );
  if (one.fault) return { state: blindness(one.fault), actual: undefined, fault: one.fault };
  const actual = one.value;
  if (!actual) return { state: 'absent', actual };
  const owner = tagOf(actual.tags, OWNER_TAG);
  const othersWorkspace = actual.workspaceId !== undefined && !same(actual.workspaceId, desired.workspaceId);
  if (othersWorkspace || (owner !== undefined && owner !== desired.owner)) return { state: 'foreign', actual };
  if (actual.provisioningState === 'Deleting') return { state: 'deleting', actual };
  const isUnmarked = owner === undefined && context.provenance.service === 'created';
  return { state: isUnmarked ? 'unmarked' : 'present', actual };
}

/** Facts of the two ladders that end an object, and whose facts do not depend on what is left of the endpoints. */
export async function observeInboundRelease(
  context: Context,
  service: ServiceFound,
  mayWrite: boolean,
): Promise<Pick<ReleaseSeen, 'inbound' | 'inboundDueAtMs' | 'accessFault'>> {
  const { provenance, pass, deps, clients, desired } = context;
  const onDelete = pass.resource.spec.inbound?.onDelete ?? 'none';
  const denied = provenance.locked || provenance.denyAtMs !== undefined;
  const dueAtMs =
    provenance.allowAtMs === undefined ? undefined : provenance.allowAtMs + deps.clock.scaled(ALLOW_DELAY_MS);
  const blank: InboundReleaseFacts = {
    standing: mayWrite ? 'owner' : 'notOwner',
    onDelete,
    inbound: 'unobservable',
    before: provenance.accessBefore === 'none' ? 'missing' : provenance.accessBefore,
    denied,
    settle: settleFact(dueAtMs, pass.nowMs),
    call: 'unobservable',
  };
  const concerned = mayWrite && onDelete === 'Restore' && blank.before === 'Allow';
  if (!concerned) return { inbound: blank, inboundDueAtMs: undefined };
  const policy = await readPolicy(context);
  const inbound = policyFact(policy, service);
  const asks = inbound === 'Allow' && denied && blank.settle === 'after';
  const probe = asks
    ? await attempt(context, 'the workspace from here', () =>
        clients.fabric.probeGlobal(desired.workspaceId, { ...context.call, maxAgeMs: 0 }),
      )
    : undefined;
  const kind = probe?.value?.value.kind;
  const call = kind === 'answered' || kind === 'restricted' ? kind : 'unobservable';
  const accessFault = policy.fault ?? probe?.fault;
  return { inbound: { ...blank, inbound, call }, inboundDueAtMs: dueAtMs, ...(accessFault && { accessFault }) };
}

/**
 * A workspace cannot be deleted while its service exists: with the service there, "not found" means that our role on
 * the workspace is gone, and the workspace may well be closed.
 */
export function policyFact(
  policy: Reading<CommunicationPolicySeen>,
  service: ServiceFound,
): InboundReleaseFacts['inbound'] {
  if (policy.fault) {
    const gone = policy.fault.error.status === 404 && service.state === 'absent';
    return gone ? 'absent' : blindness(policy.fault);
  }
  switch (policy.value.inbound) {
    case 'Allow':
      return 'Allow';
    case 'Deny':
      return 'Deny';
    default:
      return 'other';
  }
}

const CARRIES_NOTHING: ReadonlySet<string> = new Set(['Pending', 'Rejected', 'Disconnected']);

export type ServiceRemovalQuestion = {
  claimed: boolean;
  access: ServiceRemovalFacts['access'];
  policy: ServiceRemovalFacts['policy'];
  service: ServiceFound;
  connections: Reading<readonly PrivateEndpointConnection[]>;
  removals: readonly RemovalSeen[];
  allRemoved: boolean;
};

/** Our marker in its description says by which entry it was approved, also when the spec has lost that entry since. */
export function entryBehind(desired: Desired, connection: PrivateEndpointConnection): string | undefined {
  if (!isMarkedBy(desired.uid, connection)) return undefined;
  const marked = markerOf(connection.description)?.name;
  return desired.decisions.find(({ name }) => markedName(name) === marked)?.name ?? marked;
}

export function serviceRemoval(
  { provenance, desired, pass }: Context,
  question: ServiceRemovalQuestion,
): Pick<ReleaseSeen, 'service' | 'actual' | 'staleConnection' | 'liveConnections' | 'fault'> {
  const { service, connections } = question;
  const deleted = question.removals
    .filter(({ facts, abandoned }) => facts.endpoint === 'absent' || abandoned)
    .map(({ resourceId }) => resourceId);
  const list = connections.value ?? [];
  // Approved or in a state that is not known here, and not the trace of an endpoint of ours that is gone: somebody works
  // through it, or may.
  const live = list.filter(
    ({ status, privateEndpointId }) =>
      !CARRIES_NOTHING.has(status) && !deleted.some((id) => same(id, privateEndpointId)),
  );
  const stale = list.find((connection) => !live.includes(connection));
  const fact = live.length > 0 ? 'live' : stale ? 'stale' : 'none';
  return {
    service: {
      claimed: question.claimed,
      access: question.access,
      endpoints: question.allRemoved ? 'gone' : 'left',
      connections: connections.fault ? 'unobservable' : fact,
      service: service.state,
      provenance: settledHow(provenance.service),
      policy: question.policy,
    },
    actual: service.actual,
    ...(stale && { staleConnection: stale }),
    liveConnections: live.map((connection) => {
      const entry = entryBehind(desired, connection);
      if (entry !== undefined) return { ...connection, entry };
      const approver = approverOf({ pass }, connection);
      return approver ? { ...connection, approver } : connection;
    }),
    ...(service.fault && { fault: service.fault }),
  };
}
