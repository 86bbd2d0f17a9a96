import { forbiddenField, invalidValue, required } from '../field-error.ts';
import { compilePattern } from '../schema/formats.ts';
import { child, entry, item } from '../schema/path.ts';
import type { FieldError } from '../status-error.ts';
import type { Schema } from '../types.ts';

// Rules that make a schema structural: every node has a type, and the logical branches only restrict values.

/** What keeps a schema from being structural; `path` is where it stands in the CRD. */
export function structuralErrors(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== 'object') {
    errors.push(invalidValue(child(path, 'type'), schema.type ?? '', 'must be object at the root'));
  }
  node(schema, path, errors);
  return errors;
}

function node(schema: Schema, path: string, errors: FieldError[]): void {
  const untyped = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'];
  if (!schema.type && !untyped) {
    errors.push(required(child(path, 'type'), 'must not be empty for specified object fields'));
  }
  if (schema['x-kubernetes-int-or-string'] && schema.type) {
    errors.push(invalidValue(child(path, 'type'), schema.type, 'must be empty if x-kubernetes-int-or-string is true'));
  }
  if (schema.properties && schema.additionalProperties !== undefined) {
    errors.push(forbiddenField(child(path, 'additionalProperties'), 'must not be used together with properties'));
  }
  if (schema.uniqueItems) {
    errors.push(
      forbiddenField(
        child(path, 'uniqueItems'),
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  checkPattern(schema, path, errors);
  checkList(schema, path, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    node(property, entry(child(path, 'properties'), name), errors);
  }
  if (typeof schema.additionalProperties === 'object') {
    node(schema.additionalProperties, child(path, 'additionalProperties'), errors);
  }
  if (schema.items) node(schema.items, child(path, 'items'), errors);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    schema[key]?.forEach((branch, index) => restriction(branch, item(child(path, key), index), errors));
  }
  if (schema.not) restriction(schema.not, child(path, 'not'), errors);
}

function checkPattern({ pattern }: Schema, path: string, errors: FieldError[]): void {
  if (pattern === undefined) return;
  try {
    compilePattern(pattern);
  } catch (error) {
    errors.push(
      invalidValue(child(path, 'pattern'), pattern, `must be a valid regular expression, but isn't: ${String(error)}`),
    );
  }
}

function checkList(schema: Schema, path: string, errors: FieldError[]): void {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema.type === 'array' && !schema.items) errors.push(required(child(path, 'items'), 'must be specified'));
  if (!type) return;
  if (schema.type !== 'array') {
    errors.push(
      invalidValue(child(path, 'type'), schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'),
    );
  }
  if (type !== 'map') return;
  if (keys.length === 0) {
    const why = 'must not be empty if x-kubernetes-list-type is map';
    errors.push(required(child(path, 'x-kubernetes-list-map-keys'), why));
  }
  for (const key of keys) {
    const property = schema.items?.properties?.[key];
    if (!property) {
      const why = `must refer to an existing property of items`;
      errors.push(invalidValue(child(path, 'x-kubernetes-list-map-keys'), keys, why));
    } else if (!schema.items?.required?.includes(key) && property.default === undefined) {
      const where = `${entry(child(path, 'items.properties'), key)}.default`;
      errors.push(
        required(
          where,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    }
  }
}

const STRUCTURE = ['type', 'default', 'description', 'nullable', 'additionalProperties'] as const;

/** Below allOf, anyOf, oneOf and not, nothing may define structure. */
function restriction(schema: Schema, path: string, errors: FieldError[]): void {
  for (const key of STRUCTURE) {
    if (schema[key] === undefined) continue;
    errors.push(forbiddenField(child(path, key), 'must be empty to be structural'));
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    restriction(property, entry(child(path, 'properties'), name), errors);
  }
  if (schema.items) restriction(schema.items, child(path, 'items'), errors);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    schema[key]?.forEach((branch, index) => restriction(branch, item(child(path, key), index), errors));
  }
  if (schema.not) restriction(schema.not, child(path, 'not'), errors);
}
