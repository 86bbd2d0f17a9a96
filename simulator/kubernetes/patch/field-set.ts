import type { JsonObject } from '../types.ts';

/**
 * A set of field paths, as a tree. Children are named by path element in the FieldsV1 form: `f:name`,
 * `k:{"key":"value"}` for an element of a list map, `v:value` for an element of a set.
 */
export type FieldSet = { member: boolean; readonly children: Map<string, FieldSet> };

export const emptySet = (): FieldSet => ({ member: false, children: new Map() });

export function isEmpty(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** Adds one path, in place. */
export function insert(set: FieldSet, path: readonly string[]): void {
  let node = set;
  for (const element of path) {
    let next = node.children.get(element);
    if (!next) {
      next = emptySet();
      node.children.set(element, next);
    }
    node = next;
  }
  node.member = true;
}

/** Combines two trees node by node; `keep` decides on membership. Branches that end up empty are left out. */
function combine(a: FieldSet, b: FieldSet, keep: (a: boolean, b: boolean) => boolean): FieldSet {
  const result: FieldSet = { member: keep(a.member, b.member), children: new Map() };
  for (const element of new Set([...a.children.keys(), ...b.children.keys()])) {
    const child = combine(a.children.get(element) ?? NOTHING, b.children.get(element) ?? NOTHING, keep);
    if (!isEmpty(child)) result.children.set(element, child);
  }
  return result;
}

const NOTHING = emptySet();

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA || inB);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA && inB);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA && !inB);

/** Without the given paths and everything below them. */
export function without(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  const result: FieldSet = { member: set.member, children: new Map(set.children) };
  for (const [element, ...rest] of paths) {
    const child = element === undefined ? undefined : result.children.get(element);
    if (!child || element === undefined) continue;
    const kept = rest.length === 0 ? NOTHING : without(child, [rest]);
    if (isEmpty(kept)) result.children.delete(element);
    else result.children.set(element, kept);
  }
  return result;
}

/** With only the given path and everything below it. */
export function only(set: FieldSet, element: string): FieldSet {
  const child = set.children.get(element);
  return { member: false, children: new Map(child ? [[element, child]] : []) };
}

export function paths(set: FieldSet, prefix: string[] = []): string[][] {
  const found = set.member ? [prefix] : [];
  for (const [element, child] of set.children) found.push(...paths(child, [...prefix, element]));
  return found;
}

/** As the conflict messages of the real server name it: `.spec.list[name="a"].field`. */
export function printPath(path: readonly string[]): string {
  return path
    .map((element) => {
      const value = element.slice(2);
      if (element.startsWith('f:')) return `.${value}`;
      if (element.startsWith('v:')) return `[=${value}]`;
      const keys = Object.entries(JSON.parse(value) as JsonObject);
      return `[${keys.map(([key, part]) => `${key}=${JSON.stringify(part)}`).join(',')}]`;
    })
    .join('');
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  if (set.member && set.children.size > 0) fields['.'] = {};
  for (const element of [...set.children.keys()].sort()) fields[element] = toFieldsV1(set.children.get(element)!);
  return fields;
}

/** The empty object is a member, unless it is the root. */
export function fromFieldsV1(fields: JsonObject, isRoot = true): FieldSet {
  const set = emptySet();
  const elements = Object.entries(fields);
  set.member = !isRoot && elements.length === 0;
  for (const [element, child] of elements) {
    if (element === '.') set.member = true;
    else set.children.set(element, fromFieldsV1((child ?? {}) as JsonObject, false));
  }
  return set;
}
