import { type Reading } from '../../operator/runtime/reading.ts';
import { inboundReleased } from './access/machine.ts';
import { isOpening, readPolicy } from './access/observe.ts';
import {
  entryBehind,
  findService,
  observeInboundRelease,
  policyFact,
  type ServiceFound,
  serviceRemoval,
} from './access/observe-release.ts';
import { approverBehind } from './connections/askers.ts';
import { NO_CONNECTIONS } from './connections/observe.ts';
import { observeOpenApprovals } from './connections/observe-open.ts';
import { observeAbandonment } from './credentials/observe-abandonment.ts';
import { endpointRemoved } from './endpoint/machine.ts';
import { observeRemoval, removedThings } from './endpoint/observe-removal.ts';
import { observeLife } from './observe-life.ts';
import { observeOutputs } from './outputs/observe.ts';
import { type Context } from './reading.ts';
import { isOthers } from './service/observe.ts';
import type { PrivateEndpointConnection, Seen, ServiceFacts } from './types.ts';

/** What is left to be taken down, and whether the door lets it be. */
export async function observeDeletion(
  context: Context,
  blank: Seen,
  standing: ServiceFacts['standing'],
): Promise<Seen> {
  const { spec } = context.pass.resource;
  const policy = spec.deletionPolicy ?? 'DeleteCreated';
  const service = await findService(context);
  const isOwner = standing === 'clear' && !isOthers(context, service.actual);
  const inbound = await observeInboundRelease(context, service, isOwner);
  const life = isOwner && isToRelock(context) ? await observeLife(context) : undefined;
  const isGone = life?.access.fault?.error.status === 404 && service.state === 'absent';
  const relocks = life !== undefined && !isGone;
  const isSettling = isOwner && (await isStillOpening(context, service));
  const access = inboundReleased(inbound.inbound) && !relocks && !isSettling ? 'released' : 'pending';
  const connections: Reading<readonly PrivateEndpointConnection[]> = service.actual
    ? { value: service.actual.connections }
    : service.fault
      ? { fault: service.fault }
      : { value: [] };
  const held = await locksOut(context, service, isOwner);
  const found = await Promise.all(
    removedThings(context, true).map((one, index) =>
      observeRemoval(context, {
        ...one,
        deleting: true,
        gate: access === 'pending' ? 'awaitingAccess' : held ? 'lastProof' : 'open',
        policy,
        connections,
        keepsZones: index === 0,
        stays: [],
      }),
    ),
  );
  const { removals, abandonment } = await observeAbandonment(context, found);
  const allRemoved = removals.every(({ facts }) => endpointRemoved(facts));
  const question = { claimed: true, access, policy, service, connections, removals, allRemoved } as const;
  const outputs = await observeOutputs(context, [], false);
  const open = isOwner && service.actual ? await observeOpenApprovals(context, service.actual.connections) : undefined;
  return {
    ...blank,
    ...(relocks && { access: life.access, endpoints: life.endpoints }),
    removals,
    connections: { ...stillShown(context, connections.value ?? []), ...open },
    outputs,
    ...(abandonment && { abandonment }),
    release: { ...inbound, ...serviceRemoval(context, question), relocks },
  };
}

/** Opened just before the deletion, by an edit that said Allow: what onDelete would have waited for is waited for. */
async function isStillOpening(context: Context, service: ServiceFound): Promise<boolean> {
  return isOpening(context) && policyFact(await readPolicy(context), service) === 'Allow';
}

/** Nothing new is decided any more; who is connected, and by which entry, people want to know all the more. */
function stillShown(context: Context, list: readonly PrivateEndpointConnection[]): Seen['connections'] {
  const decidedBy = list.flatMap((connection) => {
    const { privateEndpointId, status } = connection;
    if (privateEndpointId === undefined || status === 'Pending') return [];
    const entry = entryBehind(context.desired, connection);
    const rule = entry === undefined ? approverBehind(context, connection) : `connections/${entry}`;
    return [[privateEndpointId.toLowerCase(), rule ?? 'unlisted'] as const];
  });
  return { ...NO_CONNECTIONS, list, decidedBy: Object.fromEntries(decidedBy) };
}

/**
 * Deletion leaves the door as it was before somebody broke the glass. Where that was closed, and onDelete does not
 * restore what was open before us, it is closed again first, as in life: when the time is over or the annotation is
 * gone, and with a proven way in. Only then do the endpoints go.
 */
function isToRelock({ pass, provenance }: Context): boolean {
  const { publicAccess, onDelete } = pass.resource.spec.inbound ?? {};
  const opens = onDelete === 'Restore' && provenance.accessBefore === 'Allow';
  const isOpened = provenance.locked && provenance.glassUntilMs !== undefined;
  return publicAccess === 'Deny' && isOpened && !opens;
}

/**
 * We closed the workspace, and the spec, which has since lost its inbound section, does not say what the deletion does
 * with that; or it says Restore, and what there was before is no longer written down. To take the endpoints away would
 * leave no way in, which nobody has asked for. Where another owner has the door, Restore opens nothing here.
 */
async function locksOut(context: Context, service: ServiceFound, isOwner: boolean): Promise<boolean> {
  const { onDelete } = context.pass.resource.spec.inbound ?? {};
  const { locked, denyAtMs, accessBefore } = context.provenance;
  const isSaid = onDelete === 'Keep' || (onDelete === 'Restore' && accessBefore !== 'none' && isOwner);
  // Noted before the call: what happened to it, the policy tells. An opening that was refused has forgotten the lock,
  // but not that the door was open before us.
  const isOurs = locked || denyAtMs !== undefined || accessBefore === 'Allow';
  if (isSaid || (isOwner && !isOurs) || removedThings(context, true).length === 0) return false;
  const policy = policyFact(await readPolicy(context), service);
  return policy !== 'Allow' && policy !== 'absent';
}
