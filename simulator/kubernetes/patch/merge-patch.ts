import { clone, isObject } from '../json.ts';
import type { JsonObject } from '../types.ts';

/** RFC 7396: null removes, objects merge, everything else replaces. The input is not changed. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return clone(patch);
  const result: JsonObject = isObject(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}
