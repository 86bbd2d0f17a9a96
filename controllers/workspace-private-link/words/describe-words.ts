import { NEXT_BY_DISPOSITION, passesByItself, within } from '../../../operator/words/text.ts';
import {
  connectionDetail,
  connectionRemedy,
  decisionIn,
  rejectedBy,
  remainingDetail,
} from '../connections/describe.ts';
import { lossDetail, partlyGivenUp } from '../credentials/describe-abandonment.ts';
import { forgetting, staysBehind } from '../credentials/describe-consumers.ts';
import { noteKeys } from '../desired-endpoint-notes.ts';
import { ANNOTATION, kubectl, OWNER_TAG } from '../desired-names.ts';
import { pausedDetail, pausedRemedy } from '../endpoint/describe-paused.ts';
import { removalDetail } from '../endpoint/describe-removal.ts';
import { gatewayDetail } from '../placement/describe-gateway.ts';
import { phraseOf } from '../plan/describe-plan.ts';
import { unpromised } from '../plan/describe-unpromised.ts';
import type { Effect, Fault, Reason, Rest, Seen } from '../types.ts';
import { WORDING } from './describe-reasons.ts';

/** A rest in words, without the name of its ladder. */
export type Said = { reason: string; text: string; next: string };

/** What a person reads about one ladder: the error if its effect failed, else its reason with what was found. */
export function say(seen: Seen, rest: Rest): Said {
  const said = inWords(seen, rest);
  return seen.onlyObserved ? { ...said, next: unpromised(said.next) } : said;
}

function inWords(seen: Seen, rest: Rest): Said {
  if (rest.outcome.kind === 'failed') return sayError(seen, rest, rest.outcome.error);
  if (rest.outcome.kind === 'withheld') return sayWithheld(seen, rest);
  const loss = lossDetail(seen, rest);
  if (loss) return loss;
  const blind = blindness(seen, rest);
  if (blind) return sayBlind(seen, rest, blind);
  const { says, next } = WORDING[isAbandoned(seen, rest) ? 'Abandoned' : (rest.reason as Reason)];
  const { detail, fault } = particulars(seen, rest);
  const found = [detail, fault && blames(rest) ? `${fault.about}: ${fault.error.message}` : undefined].filter(Boolean);
  const remedy =
    fault && blames(rest)
      ? remedyOf(rest, fault.error)
      : (registration(seen, rest) ??
        marking(seen, rest) ??
        recreation(seen, rest) ??
        glassRemedy(seen, rest) ??
        connectionRemedy(seen, rest));
  return { reason: rest.reason, text: found.length > 0 ? `${says} (${found.join('; ')})` : says, next: remedy ?? next };
}

/** Nothing is left to do about it, and it may be there all the same. */
const isAbandoned = ({ removals }: Seen, { ladder, tag }: Rest): boolean =>
  tag === 'gone' && removals.some(({ name, abandoned }) => abandoned && ladder === `removal/${name}`);

/** Rests of the ladders that wait for the endpoint's own. */
const AFTER_ENDPOINT = ['AwaitingApproval', 'AwaitingRecords'];

/**
 * Why nothing can be seen for want of credentials: the ladder rests because of it, or waits for one that does. Its
 * reason is then the error's own, which is what people search for.
 */
export function blindness(seen: Seen, rest: Rest): Fault | undefined {
  const endpoint = AFTER_ENDPOINT.includes(rest.reason) ? endpointIn(seen, rest) : undefined;
  const waits = endpoint?.facts.endpoint === 'noCredentials';
  const fault = waits ? endpoint?.fault : particulars(seen, rest).fault;
  const concerns = waits || rest.reason === 'CredentialMissing' || blames(rest);
  return concerns && fault?.error.reason.startsWith('Credential') ? fault : undefined;
}

function sayBlind(seen: Seen, rest: Rest, { error }: Fault): Said {
  const next = error.remedy ?? WORDING.CredentialMissing.next;
  if (rest.machine !== 'endpointRemoval') return { reason: error.reason, text: error.message, next };
  const name = nameIn(rest);
  const otherWay = seen.release ? partlyGivenUp(seen) : forgetting(seen, name);
  return {
    reason: error.reason,
    text: `${staysBehind(seen, name)}: ${error.message}`,
    next: [next, otherWay].filter(Boolean).join('; '),
  };
}

/** What would be done, were the object not only observed. */
function sayWithheld(seen: Seen, rest: Rest): Said {
  const effect = rest.effect as Effect;
  const phrase = phraseOf(seen, effect, rest.ladder);
  const isRelock = effect === 'denyInbound' && seen.access.inbound.lock !== 'first';
  return {
    reason: isRelock ? 'RelockWithheld' : rest.reason,
    text: phrase === undefined ? 'only a note about it is missing' : `the operator would ${phrase}`,
    next: 'nothing of it is done while managementPolicy is Observe',
  };
}

/** These rests mean that a read failed: then its error says more than we can. */
const blames = ({ reason }: Rest) =>
  ['ReadRefused', 'PolicyReadRefused', 'OutputsRefused', 'Unobservable', 'LedgerUnreadable'].includes(reason);

type Failure = Extract<Rest['outcome'], { kind: 'failed' }>['error'];

function sayError(seen: Seen, rest: Rest, error: Failure): Said {
  // Passing troubles keep the ladder's own reason: a word that people wait for should not flicker.
  const passing = passesByItself(error);
  const suspects = error.code === 'InboundRestrictionNotEligible' ? suspectsOf(seen) : undefined;
  return {
    reason: passing ? rest.reason : error.reason,
    text: suspects === undefined ? error.message : `${error.message} (${suspects})`,
    next: remedyOf(rest, error) ?? NEXT_BY_DISPOSITION[error.disposition],
  };
}

const ABOUT_ACCESS = ['inbound', 'outbound', 'inboundRelease'];

/**
 * The policy itself is reached over the global host whatever it says (cloud-apis 11.1): a caller who is kept from it is
 * kept out by the tenant's own block, whose code is not documented, and which a private link of the workspace does not
 * get around.
 */
function remedyOf({ machine }: Rest, error: Failure): string | undefined {
  const isTenantBlock = ABOUT_ACCESS.includes(machine) && error.code?.toLowerCase() === 'requestdeniedbyinboundpolicy';
  return isTenantBlock
    ? 'the tenant blocks public internet access: a Fabric administrator turns "Block Public Internet Access" off, or gives the operator a tenant-level private link; the operator looks again every ten minutes'
    : error.remedy;
}

/** Fabric names no item when it refuses: name whom we suspect, and say that it is no more than that. */
function suspectsOf({ access }: Seen): string {
  const suspected = access.preflight.filter(({ suspect }) => suspect).flatMap(({ item }) => item ?? []);
  if (suspected.length > 0) {
    return `Fabric names no item; suspects are ${suspected.slice(0, 5).join(', ')}${suspected.length > 5 ? ' and more' : ''}`;
  }
  const unread = access.unread.length > 0 ? `; not read: ${access.unread.join('; ')}` : '';
  return `Fabric names no item, and none of those that we could read is a known suspect${unread}`;
}

/** The commands for what this subscription lacks, and for nothing else. */
function registration(seen: Seen, rest: Rest): string | undefined {
  if (rest.reason !== 'ProviderNotRegistered') return undefined;
  const provider =
    rest.machine === 'service'
      ? seen.service.providerToRegister
      : endpointIn(seen, rest)?.placement?.providerToRegister;
  if (!provider) return undefined;
  const commands = provider.missing.map(
    (namespace) => `\`az provider register --subscription ${provider.subscriptionId} --namespace ${namespace}\``,
  );
  return `run ${commands.join(' and ')}, or set registerProviders to true; the operator looks again every ten minutes`;
}

/** How a person says whose it is: the tag makes it this object's again, without the annotation it is somebody's. */
function marking(seen: Seen, rest: Rest): string | undefined {
  if (rest.reason !== 'OwnerTagMissing') return undefined;
  const { desired } = seen;
  const isService = rest.ladder === 'service';
  const removal = seen.removals.find(({ name }) => rest.ladder === `removal/${name}`);
  const id = isService ? desired.service.id : (removal?.resourceId ?? endpointIn(seen, rest)?.desired.resourceId);
  const keys = isService
    ? [`${ANNOTATION}service`]
    : noteKeys(seen.provenance, removal?.ref ?? endpointIn(seen, rest)?.desired.ref, 'endpoint');
  const away = `\`${kubectl(desired, 'annotate')} ${keys.map((key) => `${key}-`).join(' ')}\``;
  const command = `\`az tag update --resource-id ${id} --operation Merge --tags ${OWNER_TAG}=${desired.owner}\``;
  return `if it is this object's, run ${command}; if it is not, have our note of it forgotten with ${away}: it then stays when the object goes; the operator looks again every ten minutes`;
}

const recreation = (seen: Seen, rest: Rest): string | undefined =>
  rest.reason === 'RecreationPaused' ? pausedRemedy(seen, endpointIn(seen, rest)) : undefined;

const nameIn = ({ ladder }: Rest) => ladder.slice(ladder.indexOf('/') + 1);
const endpointIn = ({ endpoints }: Seen, rest: Rest) => endpoints.find(({ desired }) => desired.name === nameIn(rest));

type Particulars = { detail?: string | undefined; fault?: Fault | undefined };

/** What was found that the reason alone does not say. */
function particulars(seen: Seen, rest: Rest): Particulars {
  const name = nameIn(rest);
  const endpoint = endpointIn(seen, rest);
  switch (rest.machine) {
    case 'service':
      return { detail: serviceDetail(seen, rest), fault: seen.service.fault };
    case 'endpoint':
      return { detail: endpoint && (endpointDetail(seen, endpoint, rest) ?? endpoint.detail), fault: endpoint?.fault };
    case 'placement':
      return { detail: endpoint && placementDetail(endpoint, rest), fault: endpoint?.placement?.fault };
    case 'dns':
      return { detail: endpoint && dnsDetail(endpoint, rest), fault: endpoint?.dns.fault };
    case 'proof':
      return { detail: endpoint?.dns.proof.detail, fault: endpoint?.dns.proof.fault };
    case 'endpointRemoval':
      return {
        detail: removalDetail(seen, rest),
        fault: seen.removals.find((removal) => removal.name === name)?.fault,
      };
    case 'connection':
    case 'managedConnection':
    case 'revocation':
      return { detail: connectionDetail(seen, rest), fault: decisionIn(seen, rest)?.fault };
    case 'outputs':
      return { detail: outputsDetail(seen, rest), fault: seen.outputs?.fault };
    case 'breakGlass':
      return { detail: seen.access.glass.text };
    case 'inbound':
      return { detail: inboundDetail(seen, rest), fault: seen.access.fault };
    case 'outbound':
      return { fault: seen.access.fault };
    case 'inboundRelease':
      return { fault: seen.release?.accessFault };
    case 'abandonment':
      return { fault: seen.abandonment?.fault };
    case 'serviceRemoval':
      return {
        detail: remainingDetail(seen, rest),
        fault: seen.release?.fault,
      };
    default:
      return {};
  }
}

function serviceDetail({ service, desired }: Seen, { reason }: Rest): string | undefined {
  switch (reason) {
    case 'ProviderNotRegistered':
      return (
        service.providerToRegister &&
        `${service.providerToRegister.missing.join(', ')} in ${service.providerToRegister.subscriptionId}`
      );
    case 'TrialCapacity':
    case 'PremiumCapacity':
    case 'UnsupportedCapacity':
    case 'CapacityPaused':
      return service.capacityName;
    case 'WorkspaceNotFound':
      return desired.workspaceId;
    default:
      return service.detail ?? service.other;
  }
}

function endpointDetail(seen: Seen, endpoint: Seen['endpoints'][number], { reason }: Rest): string | undefined {
  if (reason === 'RecreationPaused') return pausedDetail(seen, endpoint);
  return reason === 'ListedReject' ? rejectedBy(seen, endpoint.desired.resourceId) : undefined;
}

function placementDetail(endpoint: Seen['endpoints'][number], rest: Rest): string | undefined {
  const { placement } = endpoint;
  const { phase, reason } = rest;
  if (phase.startsWith('Gateway.')) return gatewayDetail(endpoint, rest);
  const provider = placement?.providerToRegister;
  if (reason === 'ProviderNotRegistered') {
    return provider && `${provider.missing.join(', ')} in ${provider.subscriptionId}`;
  }
  return phase.startsWith('Room.') ? placement?.details.Room : undefined;
}

/** Each rung speaks for itself: while a network is being linked, what names answer is no news. */
function dnsDetail({ dns }: Seen['endpoints'][number], { phase }: Rest): string | undefined {
  const rung = phase.split('.')[0];
  return rung === 'Link' || rung === 'Records' ? dns.details[rung] : undefined;
}

function inboundDetail({ access }: Seen, { reason }: Rest): string | undefined {
  const { inbound, preflight } = access;
  const blocks = preflight.filter(({ severity }) => severity === 'Blocks').map(({ message }) => message);
  if (reason === 'PreflightBlocks') return blocks.join('; ');
  if (reason === 'BreakGlassOpen' || reason === 'BreakGlassOpening') return glassDetail(access);
  if (reason !== 'RelockBlocked') return undefined;
  const missing = [
    ...(access.glass.isNoted ? ['break-glass is over'] : []),
    ...(inbound.proof === 'insufficient' ? ['no endpoint is proven'] : []),
    ...blocks,
    ...(inbound.tenant === 'settingOff' ? ['the tenant setting is off'] : []),
    ...(inbound.tenant === 'blocked' ? ['the tenant blocks public access as a whole'] : []),
    ...(inbound.tenant === 'unobservable' ? ['the tenant settings could not be read just now'] : []),
    ...(inbound.path === 'missing' && inbound.proof === 'sufficient' ? ['the operator has no private path'] : []),
  ];
  return missing.join('; ');
}

/** The label is how a person hands over a ConfigMap that exists already. */
function outputsDetail({ outputs, desired }: Seen, { reason }: Rest): string | undefined {
  if (outputs?.name === undefined) return undefined;
  const uid = desired.owner.split('.').at(-1);
  return reason === 'TargetExists' ? `${outputs.name}; the label is ${ANNOTATION}published-by=${uid}` : outputs.name;
}

/** As written by the person who asked, and what became of a later word that was refused. */
const glassDetail = ({ glass }: Seen['access']): string | undefined =>
  glass.untilMs === undefined ? undefined : `until ${new Date(glass.untilMs).toISOString()}`;

/** The exact words of the command that would do what is asked. */
function glassRemedy({ access, release }: Seen, { reason }: Rest): string | undefined {
  const { setCommand, macDate, removeCommand, limit } = access.glass;
  const right = `write a time at most ${limit} ahead: \`${setCommand}\` (on macOS, \`${macDate}\` in its place), or take it away: \`${removeCommand}\``;
  switch (reason) {
    case 'BreakGlassInvalid':
    case 'BreakGlassTooFar':
      return right;
    case 'BreakGlassNotNeeded':
    case 'BreakGlassOver':
      return `take the annotation away: \`${removeCommand}\``;
    case 'BreakGlassOpen':
    case 'BreakGlassOpening':
      if (release)
        return `it is closed again by itself then, and the deletion goes on; to have both now: \`${removeCommand}\``;
      return `it is closed again by itself then; to close it now: \`${removeCommand}\`; for another time, counted from now and at most ${limit} ahead: \`${setCommand}\``;
    case 'RelockBlocked':
      return release
        ? 'restore what the message names, and the deletion goes on; or set inbound.publicAccess to Allow, and it goes on with an open door'
        : undefined;
    default:
      return undefined;
  }
}

/** One ladder's name as a person would say it. */
export function subject(ladder: string): string {
  const [kind, name] = ladder.split('/');
  if (kind === 'endpoint' || kind === 'placement') return `Endpoint ${name}`;
  if (kind === 'connection') return `Connection ${name}`;
  if (kind === 'revocation') return 'Unlisted connection';
  if (kind === 'dns') return `DNS of endpoint ${name}`;
  if (kind === 'proof') return `Proof of DNS of endpoint ${name}`;
  if (kind === 'removal') return `Removal of endpoint ${name}`;
  return (
    {
      service: 'Private link service',
      inbound: 'Inbound access',
      'break-glass': 'Break-glass',
      outbound: 'Outbound access',
      outputs: 'Outputs',
      notes: 'Notes',
      abandonment: 'Deletion',
    }[kind ?? ''] ?? ladder
  );
}

/** One line: `Endpoint hub: the subnet is full (3 are free); free addresses in it.` */
export const line = (seen: Seen, rest: Rest, limit = Number.POSITIVE_INFINITY): string => {
  const { text, next } = say(seen, rest);
  // The service is what the object is about: its sentences need no name in front.
  if (rest.ladder === 'service') return within(text, next, limit);
  const about = `${subject(rest.ladder)}: `;
  const whole = `${about}${text}; ${next}.`;
  return whole.length <= limit ? whole : `${about}${within(text, next, limit - about.length)}`;
};
