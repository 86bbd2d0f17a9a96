import type { Resource } from './resource.ts';
import { badRequest } from './status-error.ts';
import type { KubeObject } from './types.ts';

export type Matches = (object: KubeObject) => boolean;

type Requirement = { key: string; operator: 'in' | 'notin' | 'exists' | '!' | '>' | '<'; values: string[] };

const COMPARISON = /^([^\s=!<>]+)\s*(==|=|!=|>|<)\s*([^\s=!<>]*)$/;
const MEMBERSHIP = /^([^\s=!<>]+)\s+(in|notin)\s*\(([^)]*)\)$/;

function parseRequirement(text: string, whole: string): Requirement {
  const membership = MEMBERSHIP.exec(text);
  if (membership) {
    const [, key = '', operator, list = ''] = membership;
    return { key, operator: operator as 'in' | 'notin', values: list.split(',').map((value) => value.trim()) };
  }
  const comparison = COMPARISON.exec(text);
  if (comparison) {
    const [, key = '', operator, value = ''] = comparison;
    if (operator === '>' || operator === '<') return { key, operator, values: [value] };
    return { key, operator: operator === '!=' ? 'notin' : 'in', values: [value] };
  }
  if (/^!\s*[^\s=!<>(),]+$/.test(text)) return { key: text.slice(1).trim(), operator: '!', values: [] };
  if (/^[^\s=!<>(),]+$/.test(text)) return { key: text, operator: 'exists', values: [] };
  throw badRequest(`unable to parse requirement: ${JSON.stringify(text)} in selector ${JSON.stringify(whole)}`);
}

function meets({ key, operator, values }: Requirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '>':
      return value !== undefined && Number(value) > Number(values[0]);
    case '<':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return operator satisfies never;
  }
}

/** Commas outside of parentheses. */
const SEPARATOR = /,(?![^(]*\))/;

/** A labelSelector; undefined when it selects everything. Throws 400 when it does not parse. */
export function labelSelector(text: string | null): Matches | undefined {
  if (!text?.trim()) return undefined;
  const requirements = text.split(SEPARATOR).map((part) => parseRequirement(part.trim(), text));
  return ({ metadata }) => {
    const labels = metadata.labels ?? {};
    return requirements.every((requirement) => meets(requirement, labels));
  };
}

const METADATA_FIELDS: Record<string, (object: KubeObject) => string> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

/**
 * A fieldSelector over the fields that `resource` offers; undefined when it selects everything.
 * Throws 400 on a field that cannot be selected.
 */
export function fieldSelector(text: string | null, resource: Resource): Matches | undefined {
  if (!text?.trim()) return undefined;
  const terms = text.split(',').map((part) => {
    const match = /^\s*([^=!]+?)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part);
    if (!match) {
      const why = `invalid selector: '${part}'; can't understand '${part}'`;
      throw badRequest(
        `Unable to find ${JSON.stringify(text)} that match label selector "", field selector "": ${why}`,
      );
    }
    const [, field = '', operator, value = ''] = match;
    const read = METADATA_FIELDS[field] ?? resource.selectable[field];
    if (!read) throw badRequest(`field label not supported: ${field}`);
    return { read, wanted: value, equal: operator !== '!=' };
  });
  return (object) => terms.every(({ read, wanted, equal }) => (read(object) === wanted) === equal);
}

/** Both must match. */
export function both(first: Matches | undefined, second: Matches | undefined): Matches | undefined {
  if (!first || !second) return first ?? second;
  return (object) => first(object) && second(object);
}
