import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { type OperatorError, toOperatorError } from '../../operator/errors.ts';
import { isLoss } from '../../operator/runtime/loss/observe.ts';
import { desiredOf } from './desired.ts';
import { endpointKey, fabricServiceOf } from './desired-names.ts';
import { isOpenApproval, provenanceOf } from './desired-provenance.ts';
import { isRequestable } from './machine-target.ts';
import { isDecided, isStillOpen, observeApproval } from './observe-approval.ts';
import { blankEndpoint, endpointOf, observeCooldown, observeRows } from './observe-endpoint.ts';
import { isOurs, KEPT, observeEndpointLoss, observeOpenLoss, observeRemoval, wishOf } from './observe-removal.ts';
import { heldAgainst, knownTarget, observeExpected, observeTarget } from './observe-target.ts';
import { type Context, clientsOf, type Deps, type MyPass, type Reader } from './reading.ts';
import { type Reference, referenceOf } from './target-side.ts';
import type { Desired, EndpointFacts, ManagedPrivateEndpoint, Seen, TargetSeen } from './types.ts';

const FINALIZER = 'fabriclink.dev/finalizer';

/**
 * Reads the facts of one pass. Nothing is asked of a cloud before the object is claimed, or for one that another
 * outranks. The target is asked only while the endpoint is not there, or while the operator decides about its request.
 */
export const observe =
  (deps: Deps) =>
  async (pass: MyPass): Promise<Seen> => {
    const { resource } = pass;
    const desired = desiredOf(resource);
    const provenance = provenanceOf(resource);
    const claimed = resource.metadata.finalizers?.includes(FINALIZER) ?? false;
    const deleting = resource.metadata.deletionTimestamp !== undefined;
    const older = olderOwner(pass, desired);
    const standing = older ? 'older' : desired.notServed.length > 0 ? 'notServed' : 'clear';
    const reference = referenceOf(pass, desired);
    const reader: Reader = { deps, pass, desired, provenance };
    const blank: Seen = {
      desired,
      provenance,
      endpoint: {
        facts: { ...blankEndpoint(desired, provenance), standing, claimed },
        row: undefined,
        ...(older && { other: `${older.metadata.namespace}/${older.metadata.name}` }),
      },
      target: knownTarget(desired, reference),
      approval: undefined,
      removal: undefined,
      loss: undefined,
    };
    if (deleting) {
      const keeps = wishOf(desired, provenance) === 'keep' && !isOpenApproval(provenance);
      // Notes are copied along with an object; what they are about is still there for whoever made it.
      const isCopy = older !== undefined && isOurs(provenanceOf(older));
      const isFree = !claimed || pass.readOnly || keeps || isCopy;
      const approval = isOpenApproval(provenance) && !isCopy ? 'left' : 'settled';
      // No credentials are needed to let go of nothing: they may be what never worked, or be gone already.
      if (isFree) return { ...blank, removal: { facts: { ...KEPT, claimed, approval } } };
      try {
        return { ...blank, ...(await observeRemoval({ ...reader, clients: await clientsOf(deps, pass) })) };
      } catch (thrown) {
        const error = toOperatorError(thrown);
        if (!isLoss(error)) throw thrown;
        const open = await observeOpenLoss(reader, error);
        return { ...blank, ...(open ?? { loss: await observeEndpointLoss(deps, pass, blank, error) }) };
      }
    }
    if (standing !== 'clear' || (!claimed && !pass.readOnly)) return blank;
    try {
      return await observeLife({ ...reader, clients: await clientsOf(deps, pass) }, blank);
    } catch (thrown) {
      const error = toOperatorError(thrown);
      if (!isLoss(error) || !isOpenApproval(provenance)) throw thrown;
      return observeOpen(reader, blank, error);
    }
  };

/** The source's credentials are gone or wrong: those of the target's side still see an approval of ours to its end. */
async function observeOpen(reader: Reader, blank: Seen, error: OperatorError): Promise<Seen> {
  const fault = { about: 'the credentials', error };
  const reference = referenceOf(reader.pass, blank.desired);
  const { endpoint, target } = blank;
  return {
    ...blank,
    endpoint: { ...endpoint, facts: { ...endpoint.facts, endpoint: 'refused' }, fault },
    approval: await observeApproval(reader, reference, target, { fault }),
  };
}

async function observeLife(context: Context, blank: Seen): Promise<Seen> {
  const { pass, desired } = context;
  const reference = referenceOf(pass, desired);
  const rows = await observeRows(context, blank.target.id);
  const endpoint = endpointOf(context, rows, blank.target);
  const { facts } = endpoint;
  if (facts.endpoint === 'absent') {
    const target = await observeTarget(context, reference);
    const open = isOpenApproval(context.provenance)
      ? await observeApproval(context, reference, blank.target, rows)
      : undefined;
    const approval = open && (isStillOpen(open) || open.facts.approval === 'ended') ? open : undefined;
    const requestable = isRequestable(target.facts) && !approval;
    const cooldown = target.id !== undefined && requestable ? await observeCooldown(context, target.id) : undefined;
    return {
      ...blank,
      target,
      approval,
      endpoint: {
        ...endpoint,
        facts: {
          ...facts,
          target: requestable ? 'requestable' : 'notRequestable',
          cooldown: cooldown?.fact ?? 'over',
        },
        ...(cooldown?.untilMs !== undefined && { recreateAfterMs: cooldown.untilMs }),
        ...(cooldown?.fault && { fault: cooldown.fault }),
      },
    };
  }
  const decides = isDecided(context, facts);
  const approval = decides ? await observeApproval(context, reference, blank.target, rows) : undefined;
  const target = withoutLink(await targetOfRow(context, reference, blank.target, facts), endpoint);
  const expected = target.facts.workspace === 'asExpected' ? 'requestable' : 'notRequestable';
  return { ...blank, target, endpoint: { ...endpoint, facts: { ...facts, target: expected } }, approval };
}

/** The reference leads nowhere any more, and what was made by it works: Fabric still says where it leads. */
function withoutLink(target: TargetSeen, { facts, row }: Seen['endpoint']): TargetSeen {
  const isOurs = facts.origin === 'created' || facts.origin === 'adopted';
  if (target.facts.reference !== 'missing' || facts.endpoint !== 'approved' || !isOurs || !row) return target;
  const { targetId: id } = row;
  return { ...target, id, scope: fabricServiceOf(id), facts: { ...target.facts, reference: 'gone' } };
}

const BLIND = ['restricted', 'refused', 'unobservable'];
const NOT_TO_TAKE_OVER = ['nameTaken', 'targetTaken', 'deleting'];

/** The expected workspace was held against the target before it was asked for; of what exists already, before it is taken over. */
async function targetOfRow(
  context: Context,
  reference: Reference,
  known: TargetSeen,
  { origin, endpoint, adoption }: EndpointFacts,
): Promise<TargetSeen> {
  const { expectedWorkspaceId } = context.desired;
  const isProven = origin === 'created' || origin === 'adopted' || origin === 'fresh';
  // As it was read before the request: what people are told must not vanish when it is made.
  const notedId = context.provenance.request?.workspaceId;
  if (isProven) return { ...known, workspaceId: known.workspaceId ?? expectedWorkspaceId ?? notedId };
  // Nothing of the target is read, and yet what its WorkspacePrivateLink alone disproves is said at once: whoever builds a
  // private path for the source need not learn of it only then.
  if (BLIND.includes(endpoint)) return heldAgainst(context.desired, known);
  const isTakenOver = origin === 'foreign' && adoption === 'allowed' && !NOT_TO_TAKE_OVER.includes(endpoint);
  return isTakenOver ? observeExpected(context, reference, known) : known;
}

/** Of objects that name one endpoint of one workspace the oldest owns it; equally old ones are ordered by uid. */
function olderOwner(pass: MyPass, { source }: Desired): ManagedPrivateEndpoint | undefined {
  const age = ({ metadata }: ManagedPrivateEndpoint) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
  const { uid } = pass.resource.metadata;
  return pass
    .indexed<ManagedPrivateEndpoint>(managedPrivateEndpoints, 'endpoint', endpointKey(source))
    .find((one) => one.metadata.uid !== uid && age(one) < age(pass.resource));
}
