import { OTHER_USES, usesOf } from './desired-scenarios.ts';
import type { Seen } from './types.ts';

/** What is set up, and what it is good for (seed 000): only these uses of a workspace from another one are supported. */
export function readyMessage({ desired, target }: Seen): string {
  const { reference } = desired;
  const lost =
    target.facts.reference === 'gone' && reference
      ? ` WorkspacePrivateLink ${reference.namespace}/${reference.name} is gone, by which it was set up: see TargetResolved.`
      : '';
  return `${connectionMessage(desired, target)}${lost}`;
}

function connectionMessage(desired: Seen['desired'], target: Seen['target']): string {
  const workspaceId = target.scope && target.workspaceId;
  const where = workspaceId === undefined ? target.id : `workspace ${workspaceId}`;
  const reaches = `Workspace ${desired.source.workspaceId} reaches ${where} through managed private endpoint "${desired.source.name}".`;
  return workspaceId === undefined ? reaches : `${reaches} Supported are: ${usesOf(workspaceId)}; ${OTHER_USES}.`;
}
