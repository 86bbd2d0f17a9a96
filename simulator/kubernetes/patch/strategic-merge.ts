import { canonical, clone, isObject } from '../json.ts';
import { fieldSchema } from '../schema/pruning.ts';
import { badRequest } from '../status-error.ts';
import type { JsonObject, Schema } from '../types.ts';

const DIRECTIVE = '$patch';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';
const RETAIN = '$retainKeys';

/**
 * Strategic merge patch for built-in kinds: a merge patch that merges lists by their merge key, with the directives
 * `$patch`, `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys`. The input is not changed. Throws 400.
 */
export function applyStrategicMerge(document: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (!isObject(patch)) return clone(patch);
  const { [DIRECTIVE]: directive, ...fields } = patch;
  if (directive === 'replace') return clone(fields);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`Unknown patch type found: ${JSON.stringify(directive)}`);
  const result: JsonObject = isObject(document) ? { ...document } : {};
  retain(result, fields[RETAIN]);
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete result[key];
    else result[key] = mergeField(result[key], value, schema && fieldSchema(schema, key));
  }
  applyListDirectives(result, fields, schema);
  return result;
}

function retain(result: JsonObject, keys: unknown): void {
  if (!Array.isArray(keys)) return;
  for (const key of Object.keys(result)) if (!keys.includes(key)) delete result[key];
}

function mergeField(current: unknown, value: unknown, schema: Schema | undefined): unknown {
  if (isObject(value)) return applyStrategicMerge(current, value, schema);
  const merges = schema?.['x-kubernetes-patch-strategy'] === 'merge';
  if (!Array.isArray(value) || !merges) return clone(value);
  const list = Array.isArray(current) ? current : [];
  const key = schema['x-kubernetes-patch-merge-key'];
  return key === undefined ? mergePrimitives(list, value) : mergeByKey(list, value, key, schema);
}

function mergePrimitives(current: unknown[], added: unknown[]): unknown[] {
  const present = new Set(current.map(canonical));
  return [...current, ...added.filter((value) => !present.has(canonical(value)))];
}

function mergeByKey(current: unknown[], changes: unknown[], key: string, schema: Schema): unknown[] {
  let result = [...current];
  for (const change of changes) {
    if (!isObject(change)) throw badRequest(`list of maps expected where ${key} is the merge key`);
    if (change[DIRECTIVE] === 'replace') {
      return changes.filter((other) => isObject(other) && other[DIRECTIVE] === undefined).map(clone);
    }
    if (change[key] === undefined)
      throw badRequest(`map: ${canonical(change)} does not contain declared merge key: ${key}`);
    const index = result.findIndex((element) => isObject(element) && element[key] === change[key]);
    if (change[DIRECTIVE] === 'delete') result = result.filter((_, position) => position !== index);
    else if (index < 0) result.push(applyStrategicMerge({}, change, schema.items));
    else result[index] = applyStrategicMerge(result[index], change, schema.items);
  }
  return result;
}

function applyListDirectives(result: JsonObject, fields: JsonObject, schema: Schema | undefined): void {
  for (const [directive, value] of Object.entries(fields)) {
    if (!Array.isArray(value)) continue;
    if (directive.startsWith(DELETE_FROM)) {
      const key = directive.slice(DELETE_FROM.length);
      const gone = new Set(value.map(canonical));
      const list = result[key];
      if (Array.isArray(list)) result[key] = list.filter((element) => !gone.has(canonical(element)));
    } else if (directive.startsWith(ORDER)) {
      const key = directive.slice(ORDER.length);
      const list = result[key];
      const mergeKey = schema && fieldSchema(schema, key)?.['x-kubernetes-patch-merge-key'];
      if (Array.isArray(list)) result[key] = ordered(list, value, mergeKey);
    }
  }
}

/** Elements that the order names come in that order; the others keep their places behind. */
function ordered(list: unknown[], order: unknown[], mergeKey: string | undefined): unknown[] {
  const identity = (element: unknown) =>
    canonical(mergeKey !== undefined && isObject(element) ? element[mergeKey] : element);
  const ranks = new Map(order.map((element, index) => [identity(element), index]));
  const rank = (element: unknown) => ranks.get(identity(element)) ?? order.length;
  return list.toSorted((a, b) => rank(a) - rank(b));
}
