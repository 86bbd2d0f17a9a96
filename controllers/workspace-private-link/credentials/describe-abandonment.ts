import type { AbandonmentSeen, Rest, Seen } from '../types.ts';

/** What a person reads about a deletion that lacks its credentials: what is missing, what stays, and the three ways out. */
export function lossDetail(seen: Seen, rest: Rest): { reason: string; text: string; next: string } | undefined {
  const { abandonment } = seen;
  if (rest.reason !== 'CredentialsLost' || !abandonment?.error) return undefined;
  const { error, note, endpoints } = abandonment;
  const parts = endpoints && (endpoints.length > 0 ? `endpoint ${endpoints.join(', ')}` : 'DNS of another tenant');
  return {
    reason: error.reason,
    text: `${parts === undefined ? 'nothing can' : `${parts} cannot`} be taken down: ${error.message}`,
    next: [
      `${error.remedy ?? 'mend the credentials'}, and the deletion goes on by itself (a namespace that is being deleted takes no new Secret)`,
      `or give ${parts ?? 'the object'} up as it is: ${abandonCommand(note.object)}`,
      `without either that is done at ${new Date(abandonment.dueAtMs).toISOString()}`,
      remains(abandonment),
    ].join('; '),
  };
}

/**
 * While the object is being deleted there is one way out for what a consumer's credentials would be needed for, whether
 * a person has taken it away by hand or not: it leaves an entry in the ledger, which taking notes away does not.
 */
export const partlyGivenUp = ({ abandonment }: Seen): string | undefined =>
  abandonment && `or, gone by hand or not, give it up: ${abandonCommand(abandonment.note.object)}`;

const abandonCommand = ({ namespace, name }: AbandonmentSeen['note']['object']): string =>
  `\`kubectl -n ${namespace} annotate workspaceprivatelinks.fabriclink.dev ${name} fabriclink.dev/abandon=yes\``;

function remains({ left, note, opening, ledger }: AbandonmentSeen): string {
  const keeps = `ConfigMap ${ledger.namespace}/${ledger.name} will list it`;
  const door = left.closed
    ? `this object denied public access to the workspace, and it then stays DENIED until an administrator of the workspace runs ${opening}; `
    : '';
  if (left.things.length === 0) return `${door}nothing else is noted as made by it`;
  return `${door}what may then be left in the cloud (${keeps}): ${note.left.slice(0, left.things.length).join(', ')}`;
}

/** Appended to what is said about a deletion that goes its way. */
export function ignoredAbandon({ abandonment, removals }: Seen): string {
  if (abandonment?.facts.asked !== true || abandonment.facts.credentials !== 'working') return '';
  const isBlind = removals.some(({ facts }) => facts.endpoint === 'noCredentials' || facts.zones === 'noCredentials');
  const why = isBlind
    ? 'the credentials of the workspace work, and those of one endpoint can be brought back or done without, as said here'
    : 'the credentials work, so everything is taken down in its safe order';
  return ` Annotation fabriclink.dev/abandon is ignored: ${why}.`;
}
