import { approvalWay, lookUpTarget } from './desired-targets.ts';
import type { ArmId, Seen } from './types.ts';

/** For a type of which the catalogue knows no version: the private link service's. */
const API_VERSION = '2024-06-01';

/** Takes a connection away, whatever state it is in. */
export function removalCommand(targetId: ArmId, connection: string): string {
  const apiVersion = lookUpTarget(targetId).approval?.apiVersion ?? API_VERSION;
  return `\`az rest --method delete --url "${targetId}/privateEndpointConnections/${connection}?api-version=${apiVersion}"\``;
}

/** Whom to ask, and what they do: in Git where the target is kept there, else with Azure's own tools. */
export function approvalWords(seen: Seen): string {
  const { target, desired } = seen;
  const { workspaceId, name } = desired.source;
  const which = `the request whose private endpoint ends in ${workspaceId}.${name}`;
  const { place, command } = approvalWay(target.id ?? '');
  const inAzure = `${which} (${place}${command === undefined ? '' : `; or \`${command}\``})`;
  if (target.link?.approves !== undefined) {
    const { namespace, name: linkName, approves } = target.link;
    return `connections/${approves} of WorkspacePrivateLink ${namespace}/${linkName} lists it: that object approves it once it is identified, about a quarter of an hour after the request; if it does not, its status says why`;
  }
  return target.link
    ? `the owner of WorkspacePrivateLink ${target.link.namespace}/${target.link.name} approves it with ${patchCommand(seen)}, or approves ${inAzure}`
    : `the owner of ${target.id} approves ${inAzure}`;
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
