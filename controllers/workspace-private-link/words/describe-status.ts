import type { WorkspacePrivateLinkStatus } from '../../../crds/workspace-private-link.ts';
import { isDone } from '../../../operator/words/rests.ts';
import { clip, within } from '../../../operator/words/text.ts';
import { lastSegment, same } from '../desired-names.ts';
import { gatewayStatus } from '../placement/describe-gateway.ts';
import type { AccessSeen, Provenance, Rest, Seen } from '../types.ts';
import { endpointRests } from './describe-conditions.ts';
import { say } from './describe-words.ts';

type EndpointStatus = NonNullable<WorkspacePrivateLinkStatus['endpoints']>[number];
type ConnectionStatus = NonNullable<WorkspacePrivateLinkStatus['connections']>[number];

const MESSAGE_LIMIT = 512;
const MOST_ENDPOINTS = 200;
const MOST_CONNECTIONS = 100;
const MOST_PREFLIGHT = 50;

/** One entry for each endpoint in the spec, and for each that is being removed. */
export function endpointStatus(seen: Seen, rests: readonly Rest[]): EndpointStatus[] {
  const at = (ladder: string) => rests.find((rest) => rest.ladder === ladder);
  const told = endpointRests(rests);
  const wanted = seen.endpoints.map((one): EndpointStatus => {
    const { desired, connection, addresses, actual } = one;
    const gateway = gatewayStatus(seen, one);
    const endpoint = told.find(({ ladder }) => ladder.slice(ladder.indexOf('/') + 1) === desired.name);
    // The least advanced speaks; names are asked about last.
    const own = [endpoint, at(`dns/${desired.name}`), at(`proof/${desired.name}`)].filter((each) => each !== undefined);
    const rest = own.find((each) => !isDone(each)) ?? own.at(-1);
    const status = connection?.status ?? actual?.connection?.status;
    return {
      name: desired.name,
      resourceId: desired.resourceId,
      ...(rest && { phase: rest.phase, message: messageOf(seen, rest) }),
      ...(status !== undefined && { connection: status }),
      addresses: addresses.map(({ address }) => address),
      ...(gateway && { gateway }),
    };
  });
  const removed = seen.removals.map(({ name, resourceId }): EndpointStatus => {
    const rest = at(`removal/${name}`);
    return {
      name,
      ...(resourceId !== undefined && { resourceId }),
      ...(rest && { phase: `Removal.${rest.phase}`, message: messageOf(seen, rest) }),
    };
  });
  const others = wanted.filter(({ name }) => !removed.some((one) => one.name === name));
  return [...others, ...removed].slice(0, MOST_ENDPOINTS);
}

const messageOf = (seen: Seen, rest: Rest): string => {
  const { text, next } = say(seen, rest);
  return within(text, next, MESSAGE_LIMIT);
};

/** Everybody else's connections, pending ones first, with the time at which we first saw each. */
export function connectionStatus(
  { connections, endpoints, provenance }: Seen,
  before: readonly ConnectionStatus[],
  nowMs: number,
): ConnectionStatus[] {
  const own = [
    ...endpoints.map(({ desired }) => desired.resourceId),
    ...Object.values(provenance.endpoints).map(({ id }) => id),
  ];
  const others = connections.list.flatMap(({ privateEndpointId, status }) =>
    privateEndpointId === undefined || own.some((id) => same(id, privateEndpointId))
      ? []
      : [{ privateEndpointId, status }],
  );
  const pendingFirst = (status: string) => (status === 'Pending' ? 0 : 1);
  return others
    .map(({ privateEndpointId, status }) => ({
      privateEndpointId,
      from: requester(privateEndpointId),
      status,
      ...decidedBy(connections, privateEndpointId),
      firstSeen:
        before.find((known) => same(known.privateEndpointId, privateEndpointId))?.firstSeen ??
        new Date(nowMs).toISOString(),
    }))
    .sort(
      (a, b) => pendingFirst(a.status) - pendingFirst(b.status) || (a.privateEndpointId < b.privateEndpointId ? -1 : 1),
    )
    .slice(0, MOST_CONNECTIONS);
}

function decidedBy({ decidedBy: rules }: Seen['connections'], privateEndpointId: string): { decidedBy?: string } {
  const rule = rules[privateEndpointId.toLowerCase()];
  return rule === undefined ? {} : { decidedBy: rule };
}

/** What the id says about who asks. A managed private endpoint's name can be imitated: it is what it calls itself. */
function requester(privateEndpointId: string): string {
  const name = lastSegment(privateEndpointId);
  const managed = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(.+)$/i.exec(name);
  if (managed) return `calls itself managed private endpoint "${managed[2]}" of workspace ${managed[1]}`;
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(privateEndpointId)?.[1];
  return `private endpoint "${name}" in subscription ${subscription ?? 'unknown'}`;
}

/** Configured access, when we last changed it, and until when the change may take. */
export function accessStatus(access: AccessSeen, provenance: Provenance): WorkspacePrivateLinkStatus['access'] {
  const times = [provenance.denyAtMs, provenance.allowAtMs, provenance.outboundAtMs].filter((at) => at !== undefined);
  const dues = [
    access.inbound.settle === 'before' ? access.inboundDueAtMs : undefined,
    access.outbound.settle === 'before' ? access.outboundDueAtMs : undefined,
  ].filter((at) => at !== undefined);
  return {
    inbound: access.policy?.inbound ?? 'Unknown',
    outbound: access.policy?.outbound ?? 'Unknown',
    ...(times.length > 0 && { changedAt: new Date(Math.max(...times)).toISOString() }),
    ...(dues.length > 0 && { expectedEffectiveAt: new Date(Math.max(...dues)).toISOString() }),
  };
}

/** What counts most comes first, and is what is left when there is more than the API holds. */
export const preflightStatus = ({ preflight }: AccessSeen): WorkspacePrivateLinkStatus['preflight'] =>
  preflight.slice(0, MOST_PREFLIGHT).map(({ code, severity, item, message }) => ({
    code,
    severity,
    ...(item !== undefined && { item: clip(item, MESSAGE_LIMIT) }),
    message,
  }));
