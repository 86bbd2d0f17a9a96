import { LINK_SERVICE_API_VERSION } from '../../../operator/approval/managed-endpoint.ts';
import { annotationFor, kubectl, lastSegment, same } from '../desired-names.ts';
import type {
  Asker,
  DecisionSeen,
  LiveConnection,
  ManagedConnectionFacts,
  PrivateEndpointConnection,
  Rest,
  Seen,
} from '../types.ts';
import { ruleOf } from './desired.ts';

const MOST_NAMED = 10;
/** What is said about them is long, and is to be read as a whole. */
const MOST_REMAINING = 2;

/** The entry that a ladder `connection/<name>` is about. */
export const decisionIn = ({ connections }: Seen, { ladder }: Rest): DecisionSeen | undefined =>
  connections.decisions.find(({ desired }) => `connection/${desired.name}` === ladder);

const revokedIn = ({ connections }: Seen, { ladder }: Rest): PrivateEndpointConnection | undefined =>
  connections.revocations.find(({ connection }) => `revocation/${connection.name}` === ladder)?.connection;

/** Who asks, with the ids that a person needs to look them up. */
export function connectionDetail(seen: Seen, rest: Rest): string | undefined {
  const revoked = revokedIn(seen, rest);
  if (revoked) return revoked.privateEndpointId;
  const decision = decisionIn(seen, rest);
  if (!decision) return undefined;
  const { matches, connection, detail, desired } = decision;
  if (rest.reason === 'AmbiguousConnection') {
    return [...(detail === undefined ? [] : [detail]), ...matches.slice(0, MOST_NAMED).map(inWords)].join('; ');
  }
  const said = [
    sourceInWords(decision),
    ...(rest.reason === 'ConnectionNotGenuine' ? [detail ?? fabricInWords(decision)] : []),
    ...(connection && connection.privateEndpointId !== desired.endpointId ? [inWords(connection)] : []),
    ...imitations(decision),
  ];
  return said.filter((text) => text !== undefined).join('; ');
}

/** The exact command or place, where there is one. */
export function connectionRemedy(seen: Seen, rest: Rest): string | undefined {
  if (rest.machine === 'serviceRemoval') return remainingRemedy(seen, rest);
  const decision = decisionIn(seen, rest);
  if (!decision) return undefined;
  const { connection, matches, about, desired } = decision;
  const again = 'the operator looks again every ten minutes';
  switch (rest.reason) {
    case 'AmbiguousConnection': {
      const isMoved = about.machine === 'managedConnection' && about.facts.match === 'otherSubscription';
      const pin = annotationFor('pinned-subscription', desired.managed?.workspaceId.toLowerCase() ?? '');
      const moved = isMoved
        ? `if Microsoft has moved the workspace’s managed network, which the source workspace’s administrators can tell, take the annotation ${pin} away; if not, `
        : '';
      const commands = matches.slice(0, MOST_NAMED).map((one) => removal(seen, one));
      return `${moved}remove what is not genuine: ${commands.join(' or ')}; ${again}, and goes on once exactly one request is left`;
    }
    case 'ConnectionNotGenuine':
      return (
        connection &&
        `compare it with the managed private endpoint in the settings of the source workspace; if it is not genuine, run ${removal(seen, connection)}; ${again}`
      );
    case 'ApprovalNotConfirmed': {
      const key = decision.noted?.key ?? annotationFor('match', desired.name);
      const forget = `\`${kubectl(seen.desired, 'annotate')} ${key}-\``;
      const who = connection
        ? 'that private endpoint'
        : (decision.noted?.note.privateEndpointId ?? 'that private endpoint');
      const remove = connection ? `; then run ${removal(seen, connection)}` : '';
      return `find out who made ${who}${remove}; nobody of that name is approved until that is forgotten: ${forget}, once nothing but the genuine one can ask, which is deleted and made anew if its connection was rejected; ${again}`;
    }
    case 'ApprovalUnproven': {
      if (!connection) return undefined;
      const role = 'give the identity a role on the source workspace, or a private path to it';
      // Without a note nobody knows since when.
      const isNoted = same(decision.noted?.note.privateEndpointId, connection.privateEndpointId);
      const end = isNoted
        ? 'an hour after the approval it is taken back all the same, or now with'
        : 'or reject it with';
      return `${role}; ${end} ${removal(seen, connection)}; ${again}`;
    }
    default:
      return undefined;
  }
}

const remainingIn = ({ release }: Seen, { reason }: Rest): readonly LiveConnection[] =>
  reason === 'ConnectionsRemain' ? (release?.liveConnections ?? []) : [];

/** Who still works through a service that is to go, and who let them in. */
export function remainingDetail(seen: Seen, rest: Rest): string | undefined {
  const remaining = remainingIn(seen, rest);
  const named = remaining.slice(0, MOST_REMAINING).map((one) => {
    const how = one.status === 'Approved' ? `approved ${approvedBy(one)}` : `state ${one.status}`;
    return `${one.privateEndpointId ?? one.name}, ${how}`;
  });
  const more = remaining.length - named.length;
  return named.length === 0 ? undefined : [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function approvedBy({ entry, approver }: LiveConnection): string {
  if (entry !== undefined) return `by spec.connections, entry ${entry}`;
  return approver ? `by ManagedPrivateEndpoint ${inFull(approver)}` : 'not from the list of this object';
}

const inFull = ({ namespace, name }: Asker): string => `${namespace}/${name}`;

function remainingRemedy(seen: Seen, rest: Rest): string | undefined {
  const remaining = remainingIn(seen, rest);
  if (remaining.length === 0) return undefined;
  const named = remaining.slice(0, MOST_REMAINING);
  const commands = named.map((one) => removal(seen, one));
  const retain = `${kubectl(seen.desired, 'patch')} --type merge -p '{"spec":{"deletionPolicy":"Retain"}}'`;
  // Its own deletion takes the endpoint away at its source; what is cut off here alone, it asks for again or stalls.
  const objects = named.flatMap(({ approver }) =>
    approver ? [`\`kubectl -n ${approver.namespace} delete managedprivateendpoint ${approver.name}\``] : [],
  );
  const others = named.some(({ approver }) => !approver) || remaining.length > named.length;
  const owners = [
    ...(objects.length > 0 ? [`delete what asked for it: ${objects.join(' and ')}`] : []),
    ...(others ? ['have the owners delete their private endpoints'] : []),
  ];
  return `${owners.join('; ')}; or cut them off now: ${commands.join(' and ')}; or keep the service and whoever is connected: \`${retain}\`; the operator looks again every ten minutes`;
}

/** A command that works for any resource type, and in every Azure cloud. */
function removal({ desired }: Seen, { name }: PrivateEndpointConnection): string {
  const url = `${desired.service.id}/privateEndpointConnections/${name}?api-version=${LINK_SERVICE_API_VERSION}`;
  return `\`az rest --method delete --url "${url}"\``;
}

const inWords = ({ name, privateEndpointId, status }: PrivateEndpointConnection): string =>
  `${status.toLowerCase()}: ${privateEndpointId ?? name}`;

const sourceInWords = ({ desired: { endpointId, managed } }: DecisionSeen): string | undefined =>
  managed ? `managed private endpoint "${managed.name}" of workspace ${managed.workspaceId}` : endpointId;

/** Once one is proven, others of its name are imitations: they stay pending, and whoever reads should know. */
function imitations({ matches, connection, about }: DecisionSeen): readonly string[] {
  const isProven = about.machine === 'managedConnection' && about.facts.approval === 'confirmed';
  if (!isProven) return [];
  return matches
    .filter(({ name }) => name !== connection?.name)
    .slice(0, MOST_NAMED)
    .map((one) => `NOT genuine, and never approved: ${inWords(one)}`);
}

const FABRIC_WORDS: Record<ManagedConnectionFacts['fabric'], string | undefined> = {
  notAsked: undefined,
  unobservable: undefined,
  refused: undefined,
  absent: 'Fabric shows no managed private endpoint of that name in the source workspace',
  otherTarget: 'Fabric shows a managed private endpoint of that name with another target',
  provisioning: undefined,
  pending: undefined,
  echoed: 'Fabric shows the endpoint approved already: this request is not its own',
  approved: 'Fabric shows the endpoint approved already: this request is not its own',
  ended: 'Fabric shows the endpoint rejected, disconnected, failed or being deleted',
  untold: undefined,
  unknown: 'Fabric shows a state that this version does not know',
};

const fabricInWords = ({ about }: DecisionSeen): string | undefined =>
  about.machine === 'managedConnection' ? FABRIC_WORDS[about.facts.fabric] : undefined;

/**
 * What to say when a new request shows up; nothing when the list decides it, which then says so itself. `expected`: it is
 * the only one of its name, and nobody needs to look.
 */
export function requestNote(
  seen: Seen,
  privateEndpointId: string,
  from: string | undefined,
): { note: string; expected?: boolean } | undefined {
  const isMeant = (one: PrivateEndpointConnection) =>
    one.privateEndpointId?.toLowerCase() === privateEndpointId.toLowerCase();
  const entry = seen.connections.decisions.find(({ matches }) => matches.some(isMeant));
  const decider = seen.connections.deciders[privateEndpointId.toLowerCase()];
  if (!entry && decider) {
    const { list, deciders } = seen.connections;
    const namesakes = list.filter(
      ({ privateEndpointId: id = '' }) =>
        deciders[id.toLowerCase()] && same(lastSegment(id), lastSegment(privateEndpointId)),
    );
    const note = `Somebody asks to connect under the name of ManagedPrivateEndpoint ${inFull(decider)}, which decides about that itself (approval.mode Auto), and approves only what is shown to be genuine: ${privateEndpointId}`;
    return namesakes.length > 1 ? { note } : { note, expected: true };
  }
  if (!entry) {
    return {
      note: `Somebody asks to connect (${from}); nobody here decides about that, it stays pending: ${privateEndpointId}`,
    };
  }
  if (entry.about.machine === 'connection') return undefined;
  const note =
    entry.about.facts.approval === 'confirmed'
      ? `Somebody asks to connect under the name of a managed private endpoint that is connected already (${ruleOf(entry.desired)}): an imitation, it stays pending: ${privateEndpointId}`
      : `Somebody asks to connect under the name that ${ruleOf(entry.desired)} lists; it is approved only once it is shown to be genuine: ${privateEndpointId}`;
  return { note };
}

/** Which rule rejects an own endpoint, for the endpoint's own sentence. */
export function rejectedBy({ connections }: Seen, resourceId: string): string | undefined {
  const entry = connections.decisions.find(
    ({ desired }) =>
      desired.decision === 'Reject' &&
      (desired.endpointId?.toLowerCase() === resourceId.toLowerCase() ||
        (desired.managed &&
          lastSegment(resourceId)
            .toLowerCase()
            .endsWith(`${desired.managed.workspaceId}.${desired.managed.name}`.toLowerCase()))),
  );
  return entry && ruleOf(entry.desired);
}
