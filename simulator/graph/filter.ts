import { Refusal } from '../exchange.ts';
import type { DirectoryObject } from './types.ts';

/** `advanced`: more than equality, which only an eventually consistent index answers [G]. */
export type Filter = { advanced: boolean; accepts(object: DirectoryObject): boolean };

type Property = 'displayName' | 'appId' | 'id' | 'mail' | 'userPrincipalName';
type Clause = { property: Property; wanted: string; equals: boolean };

const PROPERTY = '(displayName|appId|id|mail|userPrincipalName)';
const TEXT = "'((?:[^']|'')*)'";
const EQUALS = new RegExp(`${PROPERTY} eq ${TEXT}`, 'iy');
const STARTS = new RegExp(`startswith\\(${PROPERTY}, ?${TEXT}\\)`, 'iy');
const OR = / or /y;

/** $filter: clauses `… eq '…'` and `startswith(…,'…')`, of which one must hold. Texts compare in any case. */
export function filterOf(text: string | null): Filter | undefined {
  if (text === null) return undefined;
  const clauses = clausesOf(text);
  return {
    advanced: clauses.some(({ equals }) => !equals),
    accepts: (object) =>
      clauses.some(({ property, wanted, equals }) => {
        const value = (object[property] ?? '').toLowerCase();
        return equals ? value === wanted : value.startsWith(wanted);
      }),
  };
}

function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found;
  };
  do {
    const equals = take(EQUALS);
    const [, property, quoted = ''] = equals ?? take(STARTS) ?? [];
    if (property === undefined) throw unsupported();
    const wanted = quoted.replaceAll("''", "'").toLowerCase();
    clauses.push({ property: property as Property, wanted, equals: equals !== null });
  } while (take(OR));
  if (at < text.length) throw unsupported();
  return clauses;
}

const unsupported = () => new Refusal(400, 'Request_UnsupportedQuery', 'Unsupported or invalid query filter clause.');
