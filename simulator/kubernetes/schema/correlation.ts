import { canonical, isObject } from '../json.ts';
import type { JsonObject, Schema } from '../types.ts';

/** The identity of a list element in a `listType: map`. */
export function mapKey(element: JsonObject, keys: string[]): string {
  return canonical(keys.map((key) => element[key] ?? null));
}

/**
 * Finds the former state of a list element. Only `listType: map` has element identity; elements of other lists have
 * no former state.
 */
export function correlate(schema: Schema, old: unknown): ((element: unknown) => unknown) | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old)) return undefined;
  const former = new Map<string, unknown>();
  for (const element of old) if (isObject(element)) former.set(mapKey(element, keys), element);
  return (element) => (isObject(element) ? former.get(mapKey(element, keys)) : undefined);
}
