import { isObject } from '../json.ts';

// The part of the Kubernetes JSONPath dialect that printer columns use.

export type Step =
  | { kind: 'field'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'filter'; path: Step[]; operator: string; value: unknown };

const FIELD = /^\.((?:[^.[\]\\]|\\.)+)/;
const QUOTED = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/;
const INDEX = /^\[(-?\d+)\]/;
const ALL = /^(?:\[\*\]|\.\*)/;
const FILTER = /^\[\?\(\s*@([^=!<>\s]+)\s*(?:(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[^\s)]+))?\s*\)\]/;

const unescape = (text: string): string => text.replaceAll(/\\(.)/g, '$1');

/** Throws Error on what the dialect does not know. */
export function parseJsonPath(path: string): Step[] {
  const trimmed = path.trim();
  if (!trimmed.startsWith('.')) throw new Error('must be a simple json path starting with .');
  return trimmed === '.' ? [] : parseSteps(trimmed);
}

function parseSteps(path: string): Step[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest) {
    const [matched, step] = firstStep(rest, path);
    steps.push(step);
    rest = rest.slice(matched.length);
  }
  return steps;
}

function firstStep(rest: string, path: string): [string, Step] {
  const all = ALL.exec(rest);
  if (all) return [all[0], { kind: 'all' }];
  const field = FIELD.exec(rest);
  if (field) return [field[0], { kind: 'field', name: unescape(field[1]!) }];
  const quoted = QUOTED.exec(rest);
  if (quoted) return [quoted[0], { kind: 'field', name: unescape(quoted[1] ?? quoted[2] ?? '') }];
  const index = INDEX.exec(rest);
  if (index) return [index[0], { kind: 'index', index: Number(index[1]) }];
  const filter = FILTER.exec(rest);
  if (filter) {
    const [matched, inner = '', operator = 'exists', literal] = filter;
    return [matched, { kind: 'filter', path: parseSteps(inner), operator, value: readLiteral(literal) }];
  }
  throw new Error(`is an invalid path: cannot read ${JSON.stringify(rest)} in ${JSON.stringify(path)}`);
}

function readLiteral(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/** Every value at the path; what is missing is no result. */
export function findAll(value: unknown, steps: Step[]): unknown[] {
  let found = [value];
  for (const step of steps) found = found.flatMap((each) => take(each, step)).filter((each) => each !== undefined);
  return found;
}

function take(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case 'field':
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index':
      return Array.isArray(value) ? [value.at(step.index)] : [];
    case 'all':
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    case 'filter':
      return Array.isArray(value) ? value.filter((element) => passes(element, step)) : [];
    default:
      return step satisfies never;
  }
}

function passes(element: unknown, { path, operator, value }: Step & { kind: 'filter' }): boolean {
  const [actual] = findAll(element, path);
  if (actual === undefined || actual === null) return false;
  const left = actual as string | number;
  const right = value as string | number;
  switch (operator) {
    case 'exists':
      return true;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}
