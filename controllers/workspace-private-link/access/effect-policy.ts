import type { CommunicationPolicyBody } from '../../../operator/clients/fabric/types.ts';
import { OperatorError } from '../../../operator/errors.ts';
import { clientsOf, type MyPass } from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { CommunicationPolicySeen, Desired } from '../types.ts';

/** The policy as it is now, and a PUT that only counts if it still is. */
export async function open(deps: Deps, pass: MyPass, { workspaceId }: Desired) {
  const { fabric, access } = await clientsOf(deps, pass);
  const { value: policy } = await fabric.communicationPolicy(workspaceId, { ...pass.call, maxAgeMs: 0 });
  const put = (body: CommunicationPolicyBody) =>
    fabric.putCommunicationPolicy(workspaceId, body, policy.etag, pass.call);
  return { policy, put, identity: access.identity };
}

/** Both halves as the service gave them; a value that this version does not know is never written over. */
export function explicit({ inbound, outbound }: CommunicationPolicySeen): CommunicationPolicyBody {
  return { inbound: known('inbound', inbound), outbound: known('outbound', outbound) };
}

function known(half: string, action: string): 'Allow' | 'Deny' {
  if (action === 'Allow' || action === 'Deny') return action;
  throw new OperatorError({
    disposition: 'blocked',
    reason: 'PolicyUnknown',
    message: `the workspace's ${half} policy says "${action}", which this version of the operator does not know`,
    remedy: 'set it to Allow or Deny in Fabric, or upgrade the operator',
  });
}
