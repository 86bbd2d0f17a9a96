import type { OperatorError } from '../../../operator/errors.ts';
import { observeLoss } from '../../../operator/runtime/loss/observe.ts';
import { grantNotesIn } from '../grants/desired-notes.ts';
import type { Deps, MyPass } from '../reading.ts';
import type { Desired, LossSeen, Provenance } from '../types.ts';

/** The mapping and its roles stay behind if the credentials do not come back. */
export const observeMappingLoss = (
  deps: Deps,
  pass: MyPass,
  { desired, provenance }: { desired: Desired; provenance: Provenance },
  error: OperatorError,
): Promise<LossSeen> =>
  observeLoss(deps, pass, {
    lostAtMs: provenance.lostAtMs,
    error,
    left: [leftBehind(desired, provenance), ...rolesLeft(pass)],
  });

/** As a person would look for it. */
export function mappingLeft({ guest }: Desired, { mapping, principal }: Provenance): string {
  const represented = principal ? `, represented by ${principal.type} ${principal.id}` : '';
  return `the mapping${mapping ? ` (${mapping.id})` : ''} of object ${guest.objectId} of tenant ${guest.tenantId}${represented}`;
}

export const leftBehind = (desired: Desired, provenance: Provenance): string =>
  `${mappingLeft(desired, provenance)}, with its workspace roles`;

/** Each role that this object gave and has not taken back. */
export const rolesLeft = ({ resource }: Pick<MyPass, 'resource'>): readonly string[] =>
  grantNotesIn(resource.metadata.annotations)
    .filter(({ how }) => how === 'created')
    .map(
      ({ role, workspaceId, principal }) =>
        `role ${role} in workspace ${workspaceId} of ${principal.type} ${principal.id}`,
    );
