import { BEING_TAKEN_DOWN, notReady } from '../../../operator/words/report.ts';
import { isDone, primary } from '../../../operator/words/rests.ts';
import { capital, clip, MESSAGE_LIMIT } from '../../../operator/words/text.ts';
import { ignoredAbandon } from '../credentials/describe-abandonment.ts';
import type { Report, Rest, Seen } from '../types.ts';
import { blindness, line, say, subject } from './describe-words.ts';

type Condition = Report['conditions'][number];
type Status = Condition['status'];
type Found = { status: Status; reason: string; message: string };

/** Rests that mean: not known, rather than not so. */
const UNKNOWN = new Set([
  'Unobservable',
  'ReadRefused',
  'PolicyReadRefused',
  'OutputsRefused',
  'AccessPropagating',
  'AwaitingService',
  'SourceUnreadable',
  'ApprovalUnproven',
  'ConnectionUnknown',
]);

/** `observed`: Ready, Stalled and Reconciling as they are for an object that is only observed. */
export function conditions(
  seen: Seen,
  rests: readonly Rest[],
  deleting: boolean,
  observed?: readonly Condition[],
): readonly Condition[] {
  const main = primary(rests);
  const aspects: Record<string, Found> = deleting
    ? {}
    : {
        Eligible: eligible(seen, rests),
        ServiceReady: serviceReady(seen, rests),
        EndpointsReady: allEndpoints(seen, rests, endpointRests(rests)),
        ConnectionsApproved: connectionsApproved(seen, rests),
        DNSReady: dnsReady(seen, rests),
        DNSVerified: dnsVerified(seen, rests),
        AccessApplied: accessApplied(seen, rests),
      };
  const glass = breakGlass(seen, rests);
  const isAsWanted = observed?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return [
    ...(observed ?? lifecycle(seen, main, deleting)),
    ...Object.entries(glass ? { ...aspects, BreakGlass: glass } : aspects).map(([type, found]) => ({
      type,
      ...found,
      // What would only be taken over, and what comes after it, is not wrong: nobody has looked at it as ours.
      ...(isAsWanted && found.status === 'False' && { status: 'Unknown' as const }),
      message: clip(found.message, MESSAGE_LIMIT),
    })),
  ];
}

function lifecycle(seen: Seen, main: Rest | undefined, deleting: boolean): readonly Condition[] {
  if (!main && !deleting) {
    return [{ type: 'Ready', status: 'True', reason: 'Ready', message: readyMessage(seen) }];
  }
  const { reason, text } = main ? { reason: say(seen, main).reason, text: line(seen, main) } : BEING_TAKEN_DOWN;
  return notReady(main, { reason, text: `${text}${ignoredAbandon(seen)}` });
}

/** Ready may still carry things that a person should not overlook. */
export function readyMessage({ endpoints, access }: Seen): string {
  const unproven = endpoints.filter(({ desired, dns }) => desired.dns && dns.proof.facts.verify === 'None');
  const closed = 'The workspace is closed to the public and reached through its private endpoints.';
  const door = {
    breakGlass: closed,
    Deny: closed,
    Allow: 'The workspace has its private link and is open to the public, as the spec says.',
    unmanaged: 'The workspace has its private link; public access is not managed here.',
  }[access.inbound.wanted];
  const set = gatewayNote(endpoints);
  if (unproven.length === 0) return `${door}${set}`;
  return `${door} NOT proven: DNS of ${unproven.map(({ desired }) => desired.name).join(', ')}, because verify.mode is None.${set}`;
}

/** What only people can set up, and nobody here can prove. */
function gatewayNote(endpoints: Seen['endpoints']): string {
  const names = endpoints
    .filter(({ placement }) => placement?.facts.gateway === 'onPremises')
    .map(({ desired }) => desired.name);
  return names.length === 0
    ? ''
    : ` For the on-premises gateway behind ${names.join(', ')} people set up DNS: see status.endpoints[].gateway.message.`;
}

const of = (rests: readonly Rest[], machine: string) => rests.filter((rest) => rest.machine === machine);

const statusOf = (seen: Seen, rest: Rest): Status => {
  if (isDone(rest)) return 'True';
  return UNKNOWN.has(rest.reason) || blindness(seen, rest) ? 'Unknown' : 'False';
};

const found = (seen: Seen, rest: Rest): Found => {
  const { reason, text, next } = say(seen, rest);
  return { status: statusOf(seen, rest), reason, message: capital(`${text}; ${next}.`) };
};

const notBegun = (seen: Seen, rests: readonly Rest[]): Found => {
  const [service] = of(rests, 'service');
  const reason = service ? say(seen, service).reason : 'NotObserved';
  return { status: 'Unknown', reason, message: 'Not looked at: this object has not claimed the workspace.' };
};

function eligible(seen: Seen, rests: readonly Rest[]): Found {
  const [rest] = of(rests, 'service');
  if (!rest || rest.phase.startsWith('Claim.')) return notBegun(seen, rests);
  if (rest.phase.startsWith('Eligible.')) return found(seen, rest);
  const { workspace, capacity } = seen.service.facts;
  const { workspaceName, capacityName, unread } = seen.service;
  if (workspace === 'listed' && capacity === 'eligible') {
    return {
      status: 'True',
      reason: 'Eligible',
      message: `Workspace "${workspaceName}" is on capacity ${capacityName}.`,
    };
  }
  const why = unread.map(({ about, error }) => `${about}: ${error.message}`).join('; ');
  const hidden =
    workspace === 'listed' ? 'the capacity is not among those that the identity may see' : 'nothing could be read';
  return {
    status: 'Unknown',
    reason: 'NotReadable',
    message: `Whether the workspace is on an active F capacity is not known (${why || hidden}); this holds up nothing, Fabric judges for itself.`,
  };
}

function serviceReady(seen: Seen, rests: readonly Rest[]): Found {
  const [rest] = of(rests, 'service');
  if (!rest || rest.phase.startsWith('Claim.')) return notBegun(seen, rests);
  if (rest.phase.startsWith('Connections.')) {
    return {
      status: 'True',
      reason: 'ServiceReady',
      message: `Private link service "${seen.desired.service.scope.name}" is ready.`,
    };
  }
  if (rest.phase.startsWith('Eligible.')) {
    const there = seen.service.facts.service === 'ours' || seen.service.facts.service === 'untagged';
    return { ...found(seen, rest), status: there ? 'Unknown' : 'False' };
  }
  return found(seen, rest);
}

/**
 * One rest for each endpoint: its own ladder's, or its placement's where that is what it waits for, why Azure could not
 * finish it, or all that is left.
 */
export const endpointRests = (rests: readonly Rest[]): readonly Rest[] =>
  of(rests, 'endpoint').map((rest) => {
    const [, name] = rest.ladder.split('/');
    const placement = rests.find(({ ladder }) => ladder === `placement/${name}`);
    const matters = placement !== undefined && !isDone(placement);
    return matters && (isDone(rest) || ['AwaitingPlacement', 'EndpointFailed'].includes(rest.reason))
      ? placement
      : rest;
  });

/** The worst of the endpoints, with a count. */
function allEndpoints(seen: Seen, rests: readonly Rest[], mine: readonly Rest[]): Found {
  if (mine.length === 0) {
    return seen.endpoints.length === 0
      ? { status: 'True', reason: 'NoEndpoints', message: 'The spec names no endpoint.' }
      : notBegun(seen, rests);
  }
  const worst = primary(mine);
  const count = `${mine.filter(isDone).length} of ${mine.length} ready`;
  if (!worst) return { status: 'True', reason: 'EndpointsReady', message: `${count}.` };
  const { status, reason } = found(seen, worst);
  return { status, reason, message: `${count}. ${line(seen, worst)}` };
}

/** More names make no message clearer. */
const MOST_NAMED = 3;
const DECISIONS = ['connection', 'managedConnection', 'revocation'];

/** Own endpoints and listed decisions together, the worst first. Requests that nobody here decides take nothing from it. */
function connectionsApproved(seen: Seen, rests: readonly Rest[]): Found {
  const waiting = seen.connections.list.filter(({ status, privateEndpointId: id }) => {
    const own = seen.endpoints.some(({ desired }) => desired.resourceId.toLowerCase() === id?.toLowerCase());
    const meant = seen.connections.decisions.some(({ matches }) =>
      matches.some(({ privateEndpointId }) => privateEndpointId === id),
    );
    return status === 'Pending' && !own && !meant;
  });
  const told = endpointRests(rests);
  // What is wrong with the place of an endpoint that is connected takes nothing from its connection.
  const connected = of(rests, 'endpoint').map((rest, index) => (isDone(rest) ? rest : told[index]!));
  const decisions = rests.filter(({ machine }) => DECISIONS.includes(machine));
  const own = allEndpoints(seen, rests, connected);
  const undecided = primary(decisions);
  const added = [
    ...(undecided ? [line(seen, undecided)] : []),
    ...(decisions.length > 0
      ? [
          `${decisions.filter(isDone).length} of ${decisions.length} decision(s) of spec.connections are as they should be.`,
        ]
      : []),
    ...pendingInWords(seen, waiting),
  ];
  const worst = primary([...connected, ...decisions]);
  if (worst && worst === undecided) {
    const { status, reason } = found(seen, worst);
    return { status, reason, message: added.join(' ') };
  }
  const text = own.status === 'True' ? 'Every endpoint of this object is approved.' : own.message;
  const message = [text, ...added].join(' ');
  return own.status === 'True' ? { status: 'True', reason: 'Approved', message } : { ...own, message };
}

/** Requests that no entry of spec.connections means: another object decides, or nobody here. */
function pendingInWords({ connections: { deciders } }: Seen, waiting: Seen['connections']['list']): readonly string[] {
  const deciderOf = ({ privateEndpointId = '' }: (typeof waiting)[number]) => deciders[privateEndpointId.toLowerCase()];
  const decided = waiting.filter(deciderOf);
  const objects = new Set(decided.flatMap((one) => deciderOf(one) ?? []).map((one) => `${one.namespace}/${one.name}`));
  const count = waiting.length - decided.length;
  return [
    ...(decided.length > 0
      ? [
          `${decided.length} request(s) are pending that bear the name of ManagedPrivateEndpoint ${[...objects].slice(0, MOST_NAMED).join(', ')}${objects.size > MOST_NAMED ? ' and others' : ''}: approval.mode Auto, it decides about its own.`,
        ]
      : []),
    ...(count > 0
      ? [`${count} request(s) by others are pending, see status.connections; nobody here decides about them.`]
      : []),
  ];
}

const UNMANAGED: Found = {
  status: 'Unknown',
  reason: 'DnsUnmanaged',
  message: 'No endpoint has a dns section: somebody else manages DNS, and nothing is proven here.',
};

function dnsReady(seen: Seen, rests: readonly Rest[]): Found {
  const mine = of(rests, 'dns');
  if (mine.length === 0) return seen.endpoints.some(({ desired }) => desired.dns) ? notBegun(seen, rests) : UNMANAGED;
  const unready = primary(mine);
  if (!unready)
    return { status: 'True', reason: 'DNSReady', message: 'Zones, links and records are as the spec says.' };
  const { status, reason } = found(seen, unready);
  return { status, reason, message: line(seen, unready) };
}

function dnsVerified(seen: Seen, rests: readonly Rest[]): Found {
  const mine = rests.filter(({ machine }) => machine === 'dns' || machine === 'proof');
  if (mine.length === 0) return seen.endpoints.some(({ desired }) => desired.dns) ? notBegun(seen, rests) : UNMANAGED;
  const unready = primary(mine);
  if (unready) {
    const { status, reason } = found(seen, unready);
    return { status, reason, message: line(seen, unready) };
  }
  const unproven = mine.find(({ reason }) => reason === 'DnsNotVerified');
  if (unproven) return { status: 'False', reason: 'DnsNotVerified', message: line(seen, unproven) };
  return { status: 'True', reason: 'DnsProven', message: 'The five names lead to the endpoints.' };
}

function accessApplied(seen: Seen, rests: readonly Rest[]): Found {
  const mine = [...of(rests, 'inbound'), ...of(rests, 'outbound')];
  if (mine.length === 0) return notBegun(seen, rests);
  const { wanted } = seen.access.inbound;
  if (wanted === 'unmanaged' && seen.access.outbound.wanted === 'unmanaged') {
    return {
      status: 'True',
      reason: 'AccessUnmanaged',
      message: 'The spec does not manage public access; it stays as it is.',
    };
  }
  const worst = primary(mine);
  const unread =
    seen.access.unread.length > 0 ? ` Could not be read, and was not counted: ${seen.access.unread.join('; ')}.` : '';
  if (!worst) {
    const said = mine
      .filter(({ reason }) => reason !== 'AccessUnmanaged')
      .map((rest) => `${subject(rest.ladder)}: ${say(seen, rest).text}.`);
    const reason = wanted === 'Deny' ? 'AccessDenied' : wanted === 'Allow' ? 'AccessAllowed' : 'OutboundApplied';
    return { status: 'True', reason, message: said.join(' ') };
  }
  const { status, reason } = found(seen, worst);
  return { status, reason, message: `${line(seen, worst)}${unread}` };
}

/** True: the workspace stands open by break-glass. Present only while somebody asks for that, or while it has not been closed again. */
function breakGlass(seen: Seen, rests: readonly Rest[]): Found | undefined {
  const { glass, inbound } = seen.access;
  const [door] = of(rests, 'inbound');
  const [asked] = of(rests, 'breakGlass');
  const isOpen = inbound.inbound !== 'Deny';
  if (glass.untilMs !== undefined && door) {
    const refused = asked && asked.tag === 'stalled' ? ` ${line(seen, asked)}` : '';
    return {
      status: isOpen ? 'True' : 'False',
      reason: say(seen, door).reason,
      message: `${line(seen, door)}${refused}`,
    };
  }
  if (glass.isNoted && inbound.wanted === 'unmanaged') {
    return {
      status: 'True',
      reason: 'BreakGlassLeftOpen',
      message:
        'The workspace was opened by break-glass, and the spec no longer manages inbound access: it stays as it is in Fabric. Say inbound.publicAccess: Deny to have it closed, or Allow to have it open.',
    };
  }
  if (glass.isNoted && inbound.wanted === 'Deny' && isOpen && door) {
    return { status: 'True', reason: 'BreakGlassOver', message: `Break-glass is over. ${line(seen, door)}` };
  }
  return asked && { ...found(seen, asked), status: 'False' };
}
