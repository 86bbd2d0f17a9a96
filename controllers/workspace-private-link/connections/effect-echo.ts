import { toOperatorError } from '../../../operator/errors.ts';
import type { MyPass } from '../effect-parts.ts';
import type { ServiceClients } from '../reading.ts';
import type { DecisionSeen, ManagedEndpointRow } from '../types.ts';

/** Fabric's last chance to show our words. After an hour no answer is waited for any more, but for one whose turn has not come. */
export async function lastWord(
  { fabric }: ServiceClients,
  pass: MyPass,
  workspaceId: string,
  { facts }: DecisionSeen['about'],
): Promise<{ rows: readonly ManagedEndpointRow[]; unasked: boolean }> {
  try {
    const { value } = await fabric.managedPrivateEndpoints(workspaceId, { ...pass.call, maxAgeMs: 0 });
    return { rows: value, unasked: false };
  } catch (thrown) {
    const { disposition } = toOperatorError(thrown);
    const isExpired = 'approval' in facts && facts.approval === 'expired';
    if (pass.signal.aborted || !isExpired || disposition === 'throttled' || disposition === 'bug') throw thrown;
    return { rows: [], unasked: true };
  }
}
