import { clone, equal, isObject } from '../json.ts';
import { badRequest, StatusError } from '../status-error.ts';

type Operation = { op: string; path: string; from?: string; value?: unknown };

/** RFC 6902. Answers the patched document; the input is not changed. Throws 400 or 422. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  let result = clone(document);
  for (const operation of patch as Operation[]) result = applyOne(result, operation);
  return result;
}

/** A patch that does not fit the document. The real server does not say why; here the cause does, in the log. */
function unfit(why: string): StatusError {
  const error = new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  error.cause = why;
  return error;
}

function pointer(path: unknown): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw unfit(`bad path: ${String(path)}`);
  return path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOne(document: unknown, { op, path, from, value }: Operation): unknown {
  const where = pointer(path);
  switch (op) {
    case 'add':
      return add(document, where, clone(value));
    case 'remove':
      return remove(document, where);
    case 'replace':
      read(document, where, op);
      return where.length === 0 ? clone(value) : replace(document, where, clone(value));
    case 'test':
      if (!equal(lookup(document, where), value)) throw unfit(`testing value ${path} failed: test failed`);
      return document;
    case 'copy':
      return add(document, where, clone(read(document, pointer(from), op)));
    case 'move': {
      const moved = read(document, pointer(from), op);
      return add(remove(document, pointer(from)), where, moved);
    }
    default:
      throw unfit(`Unexpected kind: ${op}`);
  }
}

function lookup(document: unknown, path: string[]): unknown {
  let value = document;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function read(document: unknown, path: string[], op: string): unknown {
  const value = lookup(document, path);
  if (value === undefined) {
    throw unfit(`${op} operation does not apply: doc is missing key: /${path.join('/')}: missing value`);
  }
  return value;
}

function parentOf(document: unknown, path: string[], op: string): unknown[] | Record<string, unknown> {
  const parent = lookup(document, path.slice(0, -1));
  if (Array.isArray(parent) || isObject(parent)) return parent;
  throw unfit(`${op} operation does not apply: doc is missing path: "/${path.join('/')}": missing value`);
}

function indexOf(list: unknown[], part: string, end: number): number {
  const index = /^-?\d+$/.test(part) ? Number(part) : Number.NaN;
  const actual = index < 0 ? index + list.length : index;
  if (!(actual >= 0 && actual <= end)) throw unfit(`Unable to access invalid index: ${part}: invalid index referenced`);
  return actual;
}

function add(document: unknown, path: string[], value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = parentOf(document, path, 'add');
  if (!Array.isArray(parent)) parent[last] = value;
  else parent.splice(last === '-' ? parent.length : indexOf(parent, last, parent.length), 0, value);
  return document;
}

function remove(document: unknown, path: string[]): unknown {
  const last = path.at(-1);
  if (last === undefined) return null;
  read(document, path, 'remove');
  const parent = parentOf(document, path, 'remove');
  if (Array.isArray(parent)) parent.splice(indexOf(parent, last, parent.length - 1), 1);
  else delete parent[last];
  return document;
}

function replace(document: unknown, path: string[], value: unknown): unknown {
  const last = path.at(-1)!;
  const parent = parentOf(document, path, 'replace');
  if (Array.isArray(parent)) parent[indexOf(parent, last, parent.length - 1)] = value;
  else parent[last] = value;
  return document;
}
