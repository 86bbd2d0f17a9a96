import { Refusal } from '../exchange.ts';
import type { DirectoryObject } from './types.ts';

/** `advanced`: more than equality, which only an eventually consistent index answers [G]. */
export type Filter = { advanced: boolean; accepts(object: DirectoryObject): boolean };

const PROPERTY = '(displayName|appId|id|mail|userPrincipalName)';
const EQUALS = new RegExp(`^${PROPERTY} eq '((?:[^']|'')*)'$`);
const STARTS = new RegExp(`^startswith\\(${PROPERTY}, ?'((?:[^']|'')*)'\\)$`, 'i');

/** One clause of $filter: `… eq '…'` or `startswith(…,'…')`. Texts compare in any case. */
export function filterOf(text: string | null): Filter | undefined {
  if (text === null) return undefined;
  const equals = EQUALS.exec(text);
  const starts = STARTS.exec(text);
  const [, property, quoted = ''] = equals ?? starts ?? [];
  if (property === undefined)
    throw new Refusal(400, 'Request_UnsupportedQuery', 'Unsupported or invalid query filter clause.');
  const wanted = quoted.replaceAll("''", "'").toLowerCase();
  const name = property as 'displayName' | 'appId' | 'id' | 'mail' | 'userPrincipalName';
  const valueOf = (object: DirectoryObject) => (object[name] ?? '').toLowerCase();
  return {
    advanced: equals === null,
    accepts: (object) => (equals ? valueOf(object) === wanted : valueOf(object).startsWith(wanted)),
  };
}
