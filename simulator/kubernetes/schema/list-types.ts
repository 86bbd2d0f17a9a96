import { duplicate } from '../field-error.ts';
import { canonical, isObject } from '../json.ts';
import type { FieldError } from '../status-error.ts';
import type { Schema } from '../types.ts';
import { mapKey } from './correlation.ts';
import { child, item } from './path.ts';
import { fieldSchema } from './pruning.ts';

/** Duplicates in lists that are sets, or maps by their keys. */
export function validateListTypes(value: unknown, schema: Schema, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  visit(value, schema, path, errors);
  return errors;
}

function visit(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  if (Array.isArray(value)) {
    errors.push(...duplicates(value, schema, path));
    const { items } = schema;
    if (items) value.forEach((element, index) => visit(element, items, item(path, index), errors));
    return;
  }
  if (!isObject(value)) return;
  for (const [name, field] of Object.entries(value)) {
    const known = typeof field === 'object' && field !== null ? fieldSchema(schema, name) : undefined;
    if (known) visit(field, known, child(path, name), errors);
  }
}

function duplicates(list: unknown[], schema: Schema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== 'set' && type !== 'map') return [];
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  list.forEach((element, index) => {
    const identity = type === 'map' && isObject(element) ? mapKey(element, keys) : canonical(element);
    if (seen.has(identity)) {
      const shown =
        type === 'map' && isObject(element)
          ? Object.fromEntries(keys.filter((key) => key in element).map((key) => [key, element[key]]))
          : element;
      errors.push(duplicate(item(path, index), shown));
    }
    seen.add(identity);
  });
  return errors;
}
