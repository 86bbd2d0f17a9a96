import { LINK_SERVICE_API_VERSION } from '../../operator/approval/managed-endpoint.ts';
import { PIN } from './desired-names.ts';
import { approvalWay, lookUpTarget } from './desired-targets.ts';
import type { ArmId, Desired, Seen } from './types.ts';

/** Takes a connection away, whatever state it is in. */
export function removalCommand(targetId: ArmId, connection: string): string {
  // For a type of which the catalogue knows no version: the private link service's.
  const apiVersion = lookUpTarget(targetId).approval?.apiVersion ?? LINK_SERVICE_API_VERSION;
  return `\`az rest --method delete --url "${targetId}/privateEndpointConnections/${connection}?api-version=${apiVersion}"\``;
}

/** Whom to ask, and what they do: in Git where the target is kept there, else with Azure's own tools. Most ways first. */
export function approvalWords(seen: Seen): readonly string[] {
  const { target, desired } = seen;
  const { workspaceId, name } = desired.source;
  const ending = `${workspaceId}.${name}`;
  const which = `the request whose private endpoint ends in ${ending}`;
  const { place, command } = approvalWay(target.id ?? '');
  if (target.link?.approves !== undefined) {
    const { namespace, name: linkName, approves } = target.link;
    return [
      `connections/${approves} of WorkspacePrivateLink ${namespace}/${linkName} lists it: that object approves it once it is identified, about a quarter of an hour after the request; if it does not, its status says why`,
    ];
  }
  const inAzure = `${which} (${place}${command === undefined ? '' : `; or \`${command}\``})`;
  if (target.link) {
    const inGit = `the owner of WorkspacePrivateLink ${target.link.namespace}/${target.link.name} approves it with ${patchCommand(seen)}`;
    return [`${inGit}, or approves ${inAzure}`, `${inGit}, or approves ${which} (${place})`, inGit];
  }
  const byCommand = command === undefined ? [] : [`the owner of the target approves ${which}: \`${command}\``];
  return [
    `the owner of ${target.id} approves ${inAzure}`,
    `the owner of the target approves ${inAzure}`,
    ...byCommand,
    `the owner of the target approves ${which} (${place})`,
  ];
}

const MOST_OBJECTS = 5;

/** A workspace has one managed network, and every confirmed approval of this namespace has noted its subscription. */
export function movedWords({ namespace, source }: Desired, pinnedOn: readonly string[]): string {
  const names = pinnedOn.slice(0, MOST_OBJECTS).join(' ');
  const more = pinnedOn.length > MOST_OBJECTS ? ', and the same on its further objects in this namespace' : '';
  return `if Microsoft has moved the managed network of workspace ${source.workspaceId}, which its administrators can tell, forget the old one with \`kubectl -n ${namespace} annotate managedprivateendpoint ${names} ${PIN}-\`${more}`;
}

/** A decision in the target's own list; the operator then identifies the request before it approves. */
function patchCommand({ target: { link }, desired }: Seen): string {
  const { workspaceId, name } = desired.source;
  const source = { managedPrivateEndpoint: { workspaceId, name } };
  const entry = { name: entryName(name), decision: 'Approve', source };
  const change = link?.hasConnections
    ? { op: 'add', path: '/spec/connections/-', value: entry }
    : { op: 'add', path: '/spec/connections', value: [entry] };
  return `\`kubectl -n ${link?.namespace} patch workspaceprivatelink ${link?.name} --type json -p '${JSON.stringify([change])}'\``;
}

/** A name that the list takes. */
const entryName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40) || 'endpoint';
