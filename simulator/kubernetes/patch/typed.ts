import { canonical, clone, equal, isObject } from '../json.ts';
import { fieldSchema } from '../schema/pruning.ts';
import type { JsonObject, Schema } from '../types.ts';
import { emptySet, type FieldSet, insert } from './field-set.ts';

// Values seen through their schema, as server-side apply sees them: a leaf is owned and replaced as a whole, the
// children of a granular map or of a list with element identity each on their own.

type Shape = 'leaf' | 'map' | 'list';

function shapeOf(value: unknown, schema: Schema | undefined): Shape {
  if (Array.isArray(value)) {
    const type = schema?.['x-kubernetes-list-type'];
    return type === 'map' || type === 'set' ? 'list' : 'leaf';
  }
  if (!isObject(value)) return 'leaf';
  return schema?.['x-kubernetes-map-type'] === 'atomic' ? 'leaf' : 'map';
}

function sharedShape(a: unknown, b: unknown, schema: Schema | undefined): Shape {
  if (a === undefined) return shapeOf(b, schema);
  if (b === undefined) return shapeOf(a, schema);
  const shape = shapeOf(a, schema);
  return shape === shapeOf(b, schema) ? shape : 'leaf';
}

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** The path element of a list element. */
export function elementOf(value: unknown, schema: Schema | undefined): string {
  if (schema?.['x-kubernetes-list-type'] !== 'map' || !isObject(value)) return `v:${canonical(value)}`;
  const keys: JsonObject = {};
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const part = value[key] ?? schema.items?.properties?.[key]?.default;
    if (part !== undefined) keys[key] = part;
  }
  return `k:${canonical(keys)}`;
}

type Children = Map<string, { value: unknown; schema: Schema | undefined; isField: boolean }>;

function childrenOf(value: unknown, schema: Schema | undefined): Children {
  const children: Children = new Map();
  if (Array.isArray(value)) {
    for (const element of value) {
      children.set(elementOf(element, schema), { value: element, schema: schema?.items, isField: false });
    }
  } else if (isObject(value)) {
    for (const [key, field] of Object.entries(value)) {
      if (field === undefined) continue;
      const isField = schema?.properties !== undefined && Object.hasOwn(schema.properties, key);
      children.set(`f:${key}`, { value: field, schema: schema && fieldSchema(schema, key), isField });
    }
  }
  return children;
}

/** Every path that a configuration states an opinion on. */
export function fieldsOf(value: unknown, schema: Schema): FieldSet {
  const set = emptySet();
  collect(value, schema, [], set);
  return set;
}

function collect(value: unknown, schema: Schema | undefined, path: string[], set: FieldSet): void {
  if (shapeOf(value, schema) === 'leaf') {
    insert(set, path);
    return;
  }
  for (const [element, child] of childrenOf(value, schema)) {
    const childPath = [...path, element];
    collect(child.value, child.schema, childPath, set);
    const isEmptyMap = isObject(child.value) && Object.keys(child.value).length === 0;
    // Fields of a struct are there by their type; keys of a map and elements of a list are things of their own.
    if (!child.isField || child.value === null || isEmptyMap) insert(set, childPath);
  }
}

export type Comparison = { added: FieldSet; modified: FieldSet; removed: FieldSet };

export function compare(old: unknown, next: unknown, schema: Schema): Comparison {
  const result: Comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  compareAt(old, next, schema, [], result);
  return result;
}

function compareAt(old: unknown, next: unknown, schema: Schema | undefined, path: string[], result: Comparison): void {
  if (old === next) return;
  if (path.length > 0) {
    if (old === undefined) insert(result.added, path);
    else if (next === undefined) insert(result.removed, path);
  }
  const shape = sharedShape(old, next, schema);
  if (shape === 'leaf' || (isBlank(old) && isBlank(next))) {
    if (old !== undefined && next !== undefined && !equal(old, next)) insert(result.modified, path);
    return;
  }
  const before = childrenOf(old, schema);
  const after = childrenOf(next, schema);
  for (const [element, child] of before) {
    compareAt(child.value, after.get(element)?.value, child.schema, [...path, element], result);
  }
  for (const [element, child] of after) {
    if (!before.has(element)) compareAt(undefined, child.value, child.schema, [...path, element], result);
  }
}

/** The live value with the applied configuration laid over it. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (applied === undefined) return clone(live);
  if (live === undefined || sharedShape(live, applied, schema) === 'leaf') return clone(applied);
  if (isBlank(live) && isBlank(applied)) return clone(applied);
  if (Array.isArray(live)) return mergeLists(live, applied as unknown[], schema);
  const merged = clone(live) as JsonObject;
  for (const [element, child] of childrenOf(applied, schema)) {
    const key = element.slice(2);
    merged[key] = mergeApplied(merged[key], child.value, child.schema);
  }
  return merged;
}

/** Applied elements come in their applied order; others stay after the neighbour that they followed. */
function mergeLists(live: unknown[], applied: unknown[], schema: Schema | undefined): unknown[] {
  const liveByElement = childrenOf(live, schema);
  const wanted = childrenOf(applied, schema);
  const merged: unknown[] = [];
  const order = [...wanted.entries()];
  let next = 0;
  const emitUntil = (element: string) => {
    while (next < order.length) {
      const [name, child] = order[next]!;
      merged.push(mergeApplied(liveByElement.get(name)?.value, child.value, schema?.items));
      next += 1;
      if (name === element) return;
    }
  };
  const emitted = new Set<string>();
  for (const [element, child] of liveByElement) {
    if (!wanted.has(element)) merged.push(clone(child.value));
    else if (!emitted.has(element)) {
      const from = next;
      emitUntil(element);
      for (const [name] of order.slice(from, next)) emitted.add(name);
    }
  }
  while (next < order.length) emitUntil(order[next]![0]);
  return merged;
}

/** Without the paths in `set`. A container that loses its last child goes with it. */
export function removeFields(value: unknown, set: FieldSet, schema: Schema | undefined): unknown {
  if (shapeOf(value, schema) === 'leaf' || isBlank(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [element, child] of childrenOf(value, schema)) {
    const subset = set.children.get(element);
    if (subset?.member) continue;
    const rest = subset ? removeFields(child.value, subset, child.schema) : child.value;
    if (rest !== undefined) kept.push([element.slice(2), rest]);
  }
  if (kept.length === 0) return undefined;
  return Array.isArray(value) ? kept.map(([, rest]) => rest) : Object.fromEntries(kept);
}
