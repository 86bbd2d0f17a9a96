import { isObject } from '../json.ts';
import type { JsonObject, Schema } from '../types.ts';
import { child, item } from './path.ts';

/** The path of a list element. */
export type NameElement = (path: string, element: unknown, index: number, list: Schema) => string;

const byIndex: NameElement = (path, _element, index) => item(path, index);

type Pruned = { unknown: string[]; nameElement: NameElement };

/** Removes, in place, every field that the schema does not know. Returns the paths of what was removed. */
export function prune(object: JsonObject, schema: Schema, nameElement = byIndex): string[] {
  const pruned: Pruned = { unknown: [], nameElement };
  pruneValue(object, schema, '', pruned);
  return pruned.unknown;
}

function pruneValue(value: unknown, schema: Schema, path: string, pruned: Pruned): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    value.forEach((element, index) => {
      pruneValue(element, items, pruned.nameElement(path, element, index, schema), pruned);
    });
    return;
  }
  if (isObject(value)) pruneObject(value, schema, path, pruned);
}

function pruneObject(value: JsonObject, schema: Schema, path: string, pruned: Pruned): void {
  const keepAll = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  for (const key of Object.keys(value)) {
    const known = fieldSchema(schema, key);
    if (known) pruneValue(value[key], known, child(path, key), pruned);
    else if (!keepAll) {
      delete value[key];
      pruned.unknown.push(child(path, key));
    }
  }
}

const EMBEDDED: Schema = { type: 'string' };

/** The schema of one field of an object, or undefined when the schema does not name it. */
export function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  // Own properties only: a field called `constructor` is as unknown as any other.
  if (properties && Object.hasOwn(properties, key)) return properties[key];
  if (typeof additionalProperties === 'object') return additionalProperties;
  if (schema['x-kubernetes-embedded-resource'] && (key === 'apiVersion' || key === 'kind')) return EMBEDDED;
  if (schema['x-kubernetes-embedded-resource'] && key === 'metadata') {
    return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
  return undefined;
}
