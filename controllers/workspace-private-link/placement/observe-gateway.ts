import type { Read } from '../../../operator/clients/call.ts';
import { attempt, type Reading } from '../../../operator/runtime/reading.ts';
import { networkOf, same } from '../desired-names.ts';
import { byId } from '../lookup.ts';
import { type Context, settled } from '../reading.ts';
import type { DesiredEndpoint, Gateway, GatewaySeen, PlacementFacts } from '../types.ts';

type Facts = Pick<PlacementFacts, 'gateway' | 'check'>;

/** `gateway` is there exactly when the spec names one. */
export type GatewayReading = { facts: Facts; gateway?: GatewaySeen };

const NO_GATEWAY: Facts = { gateway: 'none', check: 'ended' };

/**
 * The data gateway that the endpoint is for (cloud-apis 13), asked with the identity of the workspace's tenant. Only a
 * gateway of a virtual network says where it runs; whatever it is, an endpoint that exists is never touched because of it.
 */
export async function observeGateway(context: Context, { spec }: DesiredEndpoint): Promise<GatewayReading> {
  if (!spec.gateway) return { facts: NO_GATEWAY };
  const id = spec.gateway.gatewayId.toLowerCase();
  const { fabric, access } = context.clients;
  const factIn = (list: readonly Gateway[]) => gatewayFact(byId(list, id), spec.subnetId);
  const list = await settled(
    context,
    'the data gateways',
    (call) => fabric.gateways(call),
    (all) => ['fits', 'onPremises', 'unchecked'].includes(factIn(all)),
  );
  const seen: GatewaySeen = { id, known: undefined, state: undefined, othersSeen: false, identity: access.identity };
  if (list.fault) return { facts: { ...NO_GATEWAY, gateway: 'unchecked' }, gateway: { ...seen, fault: list.fault } };
  const known = byId(list.value, id);
  const answer = isAsked(known) ? await askState(context, id) : undefined;
  const awaited = answer !== undefined && !answer.fault && answer.value?.value === undefined;
  return {
    facts: {
      gateway: known ? factIn(list.value) : unlisted(answer),
      check: awaited ? 'awaited' : 'ended',
    },
    gateway: {
      ...seen,
      known,
      state: answer?.value?.value,
      othersSeen: list.value.length > 0,
      // Of a gateway that is not listed, the answer is what the fact says already.
      ...(known && answer?.fault && { fault: answer.fault }),
    },
  };
}

export function gatewayFact(gateway: Gateway | undefined, subnetId: string): PlacementFacts['gateway'] {
  if (!gateway) return 'notFound';
  if (gateway.type === 'OnPremises') return 'onPremises';
  const { type, virtualNetworkId } = gateway;
  const isInNetwork = type === 'VirtualNetwork' || type === 'StreamingVirtualNetwork';
  if (!isInNetwork || virtualNetworkId === undefined) return 'unchecked';
  if (!same(virtualNetworkId, networkOf(subnetId))) return 'otherNetwork';
  return same(gateway.subnetId, subnetId) ? 'ownSubnet' : 'fits';
}

/** Personal gateways and types that came after us may not know the question. One that is not listed may tell why. */
const isAsked = (gateway: Gateway | undefined): boolean =>
  gateway === undefined || ['VirtualNetwork', 'StreamingVirtualNetwork', 'OnPremises'].includes(gateway.type);

type Answer = Reading<Read<string | undefined>>;

/** The question is a POST, and so is not put where nothing may be written. */
async function askState(context: Context, id: string): Promise<Answer | undefined> {
  if (context.pass.resource.spec.managementPolicy === 'Observe') return undefined;
  return attempt(context, 'the state of the gateway', () => context.clients.fabric.gatewayStatus(id, context.call));
}

/** Absent from the list, a gateway may still be there for others: a refusal to ask it says so, and so does an answer. */
function unlisted(answer: Answer | undefined): PlacementFacts['gateway'] {
  if (answer?.fault) return answer.fault.error.status === 403 ? 'notVisible' : 'notFound';
  return answer ? 'unchecked' : 'notFound';
}
