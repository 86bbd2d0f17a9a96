import { clone, isObject } from '../json.ts';
import type { JsonObject, Schema } from '../types.ts';

/** Fills in defaults, in place. A null that may not be null counts as absent. */
export function applyDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const element of value) applyDefaults(element, schema.items);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    fill(value, key, property);
    if (value[key] !== undefined) applyDefaults(value[key], property);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== 'object') return;
  for (const key of Object.keys(value)) {
    if (schema.properties && Object.hasOwn(schema.properties, key)) continue;
    fill(value, key, additionalProperties);
    if (value[key] !== undefined) applyDefaults(value[key], additionalProperties);
  }
}

function fill(object: JsonObject, key: string, schema: Schema): void {
  if (object[key] === null && !schema.nullable) delete object[key];
  if (object[key] === undefined && schema.default !== undefined) object[key] = clone(schema.default);
}
