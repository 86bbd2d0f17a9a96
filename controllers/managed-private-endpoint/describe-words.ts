import { capital, clip, NEXT_BY_DISPOSITION, passesByItself, within } from '../../operator/words/text.ts';
import { approvalWords, movedWords, removalCommand } from './describe-approval.ts';
import { pausedDetail, pausedRemedy } from './describe-paused.ts';
import { WORDING } from './describe-reasons.ts';
import type { Fault, PrivateEndpointConnection, Reason, Rest, Seen } from './types.ts';

/** A rest in words. */
export type Said = {
  reason: string;
  text: string;
  next: string;
  /** Fewer ways to do the same, each shorter than the one before. */
  shorter?: readonly string[];
};

const MOST_NAMED = 3;
/** What a person reads about one ladder: the error if its effect failed, else its reason with what was found. */
export function say(seen: Seen, rest: Rest): Said {
  if (rest.outcome.kind === 'failed') return sayError(seen, rest, rest.outcome.error);
  const { says, next } = WORDING[rest.reason as Reason];
  const fault = blames(rest) ? faultOf(seen, rest) : undefined;
  const found = [detailOf(seen, rest), fault && `${fault.about}: ${fault.error.message}`].filter(Boolean);
  const known = fault && !isGeneral(rest, fault) ? fault.error.remedy : undefined;
  const remedies = known === undefined ? remediesOf(seen, rest) : [known];
  const [remedy, ...shorter] = remedies;
  const ending = isHeldUp(rest) ? orAbandon(seen) : givenUp(seen, rest);
  return {
    reason: fault?.error.reason.startsWith('Credential') ? fault.error.reason : rest.reason,
    text: found.length > 0 ? `${says} (${found.join('; ')})` : says,
    next: `${remedy ?? next.replace('<workspaceId>', seen.desired.source.workspaceId)}${ending}`,
    ...(shorter.length > 0 && { shorter: shorter.map((way) => `${way}${ending}`) }),
  };
}

/** Says less than this kind knows about the call that was refused. */
const isGeneral = ({ reason }: Rest, { error }: Fault): boolean =>
  reason === 'ReadRefused' &&
  ['Forbidden', 'InsufficientPrivileges', 'InsufficientWorkspaceRole', 'NotFound', 'WorkspaceNotFound'].includes(
    error.reason,
  );

type Failure = Extract<Rest['outcome'], { kind: 'failed' }>['error'];

function sayError(seen: Seen, rest: Rest, error: Failure): Said {
  // Passing troubles keep the ladder's own reason: a word that people wait for should not flicker.
  const passing = passesByItself(error);
  return {
    reason: passing ? rest.reason : error.reason,
    text: error.message,
    next: `${error.remedy ?? NEXT_BY_DISPOSITION[error.disposition]}${!passing && rest.machine === 'removal' ? orAbandon(seen) : ''}`,
  };
}

/** A deletion that may never see what it waits for. */
const isHeldUp = ({ machine, reason }: Rest): boolean =>
  machine === 'removal' && ['NoPrivatePath', 'ReadRefused', 'Unobservable'].includes(reason);

const abandonCommand = ({ desired: { namespace, name } }: Seen): string =>
  `\`kubectl -n ${namespace} annotate managedprivateendpoint ${name} fabriclink.dev/abandon=yes\``;

/** The ledger and an Event then say what is left. */
const orAbandon = (seen: Seen): string => `; or let the object go and leave the endpoint, with ${abandonCommand(seen)}`;

/** Of a deletion that waits for credentials: how to end the waiting, and when it ends by itself. */
function givenUp(seen: Seen, { reason }: Rest): string {
  const { loss } = seen;
  if (!loss || reason !== 'CredentialsLost') return '';
  const when = loss.dueAtMs === undefined ? 'after a day' : `at ${new Date(loss.dueAtMs).toISOString().slice(0, 16)}Z`;
  return `; else the object is let go ${when}, or at once with ${abandonCommand(seen)}, and the endpoint stays`;
}

/** These rests mean that a read failed: then its error says more than we can. */
const blames = ({ reason }: Rest): boolean =>
  [
    'ReadRefused',
    'Unobservable',
    'LedgerUnreadable',
    'TargetUnreadable',
    'TargetUnproven',
    'CredentialsLost',
    'CapacityPaused',
    'UnsupportedSku',
  ].includes(reason);

/** What could not be read, for the ladder that rests because of it. */
export function faultOf(
  { endpoint, target, approval, removal, loss }: Seen,
  { machine, reason }: Rest,
): Fault | undefined {
  switch (machine) {
    case 'target':
      return target.fault;
    case 'approval':
      return approval?.fault;
    case 'removal':
      return removal?.fault;
    case 'loss':
      return reason === 'CredentialsLost' ? loss && { about: 'the credentials', error: loss.error } : loss?.fault;
    default:
      return endpoint.fault;
  }
}

/** What was found that the reason alone does not say. */
function detailOf(seen: Seen, { machine, reason }: Rest): string | undefined {
  const { desired, endpoint, target, approval } = seen;
  switch (reason) {
    case 'Claimed':
      return endpoint.other;
    case 'NotServedYet':
      return desired.notServed.join(', ');
    case 'LinkNotFound':
    case 'LinkGone':
    case 'LinkDeleting':
      return desired.reference && `${desired.reference.namespace}/${desired.reference.name}`;
    case 'TargetUnreadable':
      return ['missing', 'gone'].includes(target.facts.reference) && desired.reference
        ? `there is no WorkspacePrivateLink ${desired.reference.namespace}/${desired.reference.name}`
        : undefined;
    case 'LinkNotAllowed':
      return target.detail;
    case 'ServiceNotFound':
    case 'ServiceNotReady':
    case 'NotNeededTargetPublic':
      return target.id;
    case 'TargetWorkspaceDiffers':
      return `it belongs to ${target.workspaceId}, expected was ${desired.expectedWorkspaceId}`;
    case 'NameTaken':
    case 'TargetMoved':
      return (
        endpoint.row &&
        `it leads to ${endpoint.row.targetId}${endpoint.row.subresource ? `, ${endpoint.row.subresource}` : ''}`
      );
    case 'TargetTaken':
      return (
        endpoint.twin &&
        `${endpoint.twin.name}, which ${endpoint.twinOf === undefined ? 'no other object keeps' : `ManagedPrivateEndpoint ${endpoint.twinOf} keeps`}`
      );
    case 'ConnectionRejected':
    case 'ConnectionDisconnected':
      return endpoint.row?.connection?.description;
    case 'RecreationPaused':
      return pausedDetail(seen);
    case 'EndpointUnknown':
      return (
        endpoint.row && [endpoint.row.provisioningState, endpoint.row.connection?.status].filter(Boolean).join(', ')
      );
    case 'EndpointFailed':
      return [`target ${target.id}`, target.subresource && `sub-resource ${target.subresource}`, ...target.warnings]
        .filter(Boolean)
        .join(', ');
    case 'AmbiguousConnection':
    case 'ConnectionNotGenuine': {
      const matches = machine === 'target' ? target.matches : (approval?.matches ?? []);
      return [approval?.detail, ...matches.slice(0, MOST_NAMED).map(connectionText)].filter(Boolean).join('; ');
    }
    case 'ApprovalNotConfirmed':
    case 'ApprovalHeld':
      return seen.provenance.match?.privateEndpointId;
    case 'ApprovalUnproven': {
      const why = endpoint.fault ?? seen.removal?.fault;
      const cause = why && `${why.about}: ${why.error.message}`;
      return [seen.provenance.match?.privateEndpointId, cause].filter(Boolean).join('; ');
    }
    default:
      return undefined;
  }
}

const connectionText = ({ name, privateEndpointId, status }: PrivateEndpointConnection): string =>
  `${status.toLowerCase()}: ${privateEndpointId ?? name}`;

/** The exact command or place, where there is one; the most ways first, then fewer, for where there is little room. */
function remediesOf(seen: Seen, { machine, reason }: Rest): readonly string[] {
  const { target, approval, desired } = seen;
  switch (reason) {
    case 'AwaitingApproval':
    case 'RequestNotClean':
      return approvalWords(seen);
    case 'AmbiguousConnection':
      return ambiguousWords(seen, machine);
    case 'RecreationPaused':
      return [pausedRemedy(seen)];
    case 'ApprovalHeld':
      return approval?.connection
        ? [
            `the owner of the target rejects it unless it is genuine, with ${removalCommand(approval.targetId ?? '', approval.connection.name)}; or ${takesBackWords(seen)}; the operator looks again every ten minutes`,
          ]
        : [];
    case 'TargetTaken':
      return seen.endpoint.twinOf === undefined
        ? []
        : [
            `delete this object: one endpoint serves both; or delete ManagedPrivateEndpoint ${seen.endpoint.twinOf} first: this one asks for its own 15 minutes after that endpoint is gone`,
          ];
    case 'LinkNotAllowed':
      return target.detail?.includes('allowedSourceNamespaces') && desired.reference
        ? [
            `its owner allows it: \`kubectl -n ${desired.reference.namespace} edit workspaceprivatelink ${desired.reference.name}\`, add ${desired.namespace} to spec.allowedSourceNamespaces; the operator notices at once`,
          ]
        : [];
    default:
      return [];
  }
}

/** What lets the operator take an approval back by itself. */
function takesBackWords({ target: { link } }: Seen): string {
  const manage = `-p '{"spec":{"managementPolicy":"Manage"}}'`;
  const command =
    link && `\`kubectl -n ${link.namespace} patch workspaceprivatelink ${link.name} --type merge ${manage}\``;
  const own = 'approval.credentialsRef with credentials of the target’s side';
  return `the operator takes it back after ${command === undefined ? own : `${command}, or with ${own}`}`;
}

/** Which commands take away what is not genuine; and which note, where Microsoft has moved the managed network. */
function ambiguousWords({ target, approval, desired }: Seen, machine: string): readonly string[] {
  const [matches, targetId = ''] =
    machine === 'target' ? [target.matches, target.id] : [approval?.matches ?? [], approval?.targetId];
  const commands = matches.slice(0, MOST_NAMED).map(({ name }) => removalCommand(targetId, name));
  const again = 'the operator looks again every ten minutes';
  const isMoved = machine === 'approval' && approval?.facts.match === 'otherSubscription';
  const moved = isMoved ? `${movedWords(desired, approval?.pinnedOn ?? [])}; if not, ` : '';
  const way = (which: readonly string[]) => {
    const how = which.length > 0 ? `: ${which.join(' or ')}` : '';
    return `${moved}the owner of the target removes what is not genuine${how}; ${again}`;
  };
  return [way(commands), way(commands.slice(0, 1)), way([])];
}

export const line = (seen: Seen, rest: Rest): string => {
  const { text, next } = say(seen, rest);
  return capital(`${text}; ${next}.`);
};

/** The same within a limit: with fewer ways to do it rather than with half a command. */
export function shortLine(seen: Seen, rest: Rest, limit: number): string {
  const { text, next, shorter = [] } = say(seen, rest);
  const ways = [next, ...shorter];
  const fitting = ways.find((way) => `${text}; ${way}.`.length <= limit);
  if (fitting !== undefined || ways.length === 1) return within(text, fitting ?? next, limit);
  // What was found is told in the conditions, which have room.
  const first = ways.find((way) => way.length < limit) ?? ways.at(-1)!;
  return clip(capital(`${first}; ${text}.`), limit);
}
