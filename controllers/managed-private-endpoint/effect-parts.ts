import type { EffectOf } from '../../operator/runtime/kind.ts';
import { type Deps, type MyPass } from './reading.ts';
import {
  connectionsOf,
  isOnlyObserved,
  type Reference,
  referenceOf,
  type TargetConnections,
  targetClients,
  whereApproved,
} from './target-side.ts';
import type { ArmId, ManagedPrivateEndpoint, Seen } from './types.ts';

export type Run = EffectOf<ManagedPrivateEndpoint, Seen>;

/**
 * The target as the spec refers to it now: a WorkspacePrivateLink may have withdrawn its permission since this pass began.
 * `takesBack`: the one that an open approval was given on.
 */
export async function targetOf(
  deps: Deps,
  pass: MyPass,
  seen: Seen,
  takesBack = false,
): Promise<{ id: ArmId; side: TargetConnections; keepers: Reference['keepers']; isOnlyObserved: boolean } | undefined> {
  const asked = referenceOf(pass, seen.desired);
  const reference = takesBack ? whereApproved(pass, asked, seen.provenance) : asked;
  const { id, state, keepers } = reference;
  if (id === undefined || state === 'missing' || (state === 'notAllowed' && !takesBack)) return undefined;
  const side = connectionsOf(await targetClients(deps, pass, reference, takesBack), id);
  return side && { id, side, keepers, isOnlyObserved: isOnlyObserved(pass, reference) };
}

export const inWords = ({ source }: Seen['desired']): string =>
  `managed private endpoint "${source.name}" of workspace ${source.workspaceId}`;
