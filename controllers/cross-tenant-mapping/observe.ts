import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { toOperatorError } from '../../operator/errors.ts';
import { isLoss } from '../../operator/runtime/loss/observe.ts';
import { observeMappingLoss } from './credentials/observe.ts';
import { desiredOf } from './desired.ts';
import { guestKey } from './desired-names.ts';
import { provenanceOf } from './desired-provenance.ts';
import { observeAccess, observeExpansion } from './expansion/observe.ts';
import { revocationsSummary } from './grants/ladders.ts';
import { observeGrants, outgoingNotes } from './grants/observe.ts';
import { blankMapping, observeMapping } from './mapping/observe.ts';
import { withdrawalSummary } from './outputs/ladders.ts';
import { observeOutputs } from './outputs/observe.ts';
import { type Context, clientsOf, type Deps, type MyPass } from './reading.ts';
import { type GrantsLeft, grantsFact, isOurs, KEPT, observeRemoval, wishOf } from './removal/observe.ts';
import { observeStrings } from './strings/observe.ts';
import type { CrossTenantMapping, Desired, Seen } from './types.ts';

const FINALIZER = 'fabriclink.dev/finalizer';

/**
 * Reads the facts of one pass. Nothing is asked of a cloud before the object is claimed, or for one that another
 * outranks.
 */
export const observe =
  (deps: Deps) =>
  async (pass: MyPass): Promise<Seen> => {
    const { resource } = pass;
    const desired = desiredOf(resource);
    const provenance = provenanceOf(resource);
    const claimed = resource.metadata.finalizers?.includes(FINALIZER) ?? false;
    const older = olderOwner(pass, desired);
    const isNoted = provenance.mapping !== undefined || provenance.request !== undefined;
    const isCopy = isNoted && !pass.readOnly && isMadeBy(older);
    const standing = older === undefined ? 'clear' : isCopy ? 'copy' : 'older';
    const blank: Seen = {
      desired,
      provenance,
      mapping: {
        facts: { ...blankMapping(desired, provenance), standing, claimed },
        row: undefined,
        principal: { kind: 'awaited' },
        ...(older && { other: `${older.metadata.namespace}/${older.metadata.name}` }),
      },
      grants: { grants: {}, revocations: {} },
      strings: {},
      outputs: undefined,
      expansion: undefined,
      access: undefined,
      removal: undefined,
      loss: undefined,
    };
    if (resource.metadata.deletionTimestamp !== undefined) return observeDeletion(deps, pass, blank, older);
    if (standing !== 'clear' || (!claimed && !pass.readOnly)) return blank;
    const context: Context = { deps, pass, desired, provenance, clients: await clientsOf(deps, pass) };
    const mapping = await observeMapping(context);
    const principal = mapping.principal.kind === 'known' ? mapping.principal : undefined;
    const [grants, strings] = await Promise.all([observeGrants(context, principal), observeStrings(context)]);
    return {
      ...blank,
      mapping,
      grants,
      strings,
      outputs: await observeOutputs(context, strings),
      expansion: await observeExpansion(context, mapping, grants),
      access: observeAccess(context, mapping),
    };
  };

async function observeDeletion(
  deps: Deps,
  pass: MyPass,
  blank: Seen,
  older: CrossTenantMapping | undefined,
): Promise<Seen> {
  const { desired, provenance, mapping } = blank;
  const { claimed } = mapping.facts;
  // No credentials are needed to let go of nothing: they may be what never worked, or be gone already.
  if (!claimed || pass.readOnly) return { ...blank, removal: { facts: { ...KEPT, claimed } } };
  const outputs = await observeOutputs({ deps, pass }, {});
  const published = withdrawalSummary(outputs);
  const keepsMapping = wishOf(desired, provenance) === 'keep';
  const keepsRoles = outgoingNotes(pass.resource.metadata.annotations, desired.deletion).length === 0;
  if (isMadeBy(older) || (keepsMapping && keepsRoles)) {
    return {
      ...blank,
      outputs,
      removal: { facts: { ...KEPT, claimed, grants: grantsFact({ pass, deps }, published) } },
    };
  }
  try {
    const context: Context = { deps, pass, desired, provenance, clients: await clientsOf(deps, pass) };
    const grants = await observeGrants(context, undefined);
    const left = together(revocationsSummary(grants), published);
    return { ...blank, grants, outputs, removal: await observeRemoval(context, left) };
  } catch (thrown) {
    const error = toOperatorError(thrown);
    if (!isLoss(error)) throw thrown;
    return { ...blank, outputs, loss: await observeMappingLoss(deps, pass, blank, error) };
  }
}

/** Notes are copied along with an object; what they are about is still there for whoever made it. */
const isMadeBy = (older: CrossTenantMapping | undefined): boolean => older !== undefined && isOurs(provenanceOf(older));

/** What is stuck is waited for when nothing else is leaving any more. */
function together(one: GrantsLeft, other: GrantsLeft): GrantsLeft {
  if (one === 'leaving' || other === 'leaving') return 'leaving';
  return one === 'stuck' || other === 'stuck' ? 'stuck' : 'gone';
}

/** Of objects that name one guest the oldest owns it; equally old ones are ordered by uid. */
function olderOwner(pass: MyPass, { tenantId, guest }: Desired): CrossTenantMapping | undefined {
  const age = ({ metadata }: CrossTenantMapping) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
  const { uid } = pass.resource.metadata;
  return pass
    .indexed<CrossTenantMapping>(crossTenantMappings, 'guest', guestKey(tenantId, guest))
    .find((one) => one.metadata.uid !== uid && age(one) < age(pass.resource));
}
