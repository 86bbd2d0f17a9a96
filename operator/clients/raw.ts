import { isObject } from './error-body.ts';

type RawResource = Record<string, unknown>;

/** Reads of raw JSON that take null, absence and a wrong type for the same: not there. */
export const textAt = (from: unknown, key: string): string | undefined => {
  const value = isObject(from) ? from[key] : undefined;
  return typeof value === 'string' ? value : undefined;
};

export const numberAt = (from: unknown, key: string): number | undefined => {
  const value = isObject(from) ? from[key] : undefined;
  return typeof value === 'number' ? value : undefined;
};

export const objectAt = (from: unknown, key: string): RawResource => {
  const value = isObject(from) ? from[key] : undefined;
  return isObject(value) ? value : {};
};

export const objectsAt = (from: unknown, key: string): RawResource[] => {
  const value = isObject(from) ? from[key] : undefined;
  return Array.isArray(value) ? value.filter(isObject) : [];
};

/** A map of text, such as tags; entries that are no text are left out. */
export const textsAt = (from: unknown, key: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(objectAt(from, key)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** `object` without these keys. */
export const without = (object: RawResource, keys: readonly string[]): RawResource =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/**
 * A time in milliseconds since the epoch. One without a zone is universal time, as Fabric writes some (cloud-apis 14), and
 * not that of the place where the operator runs.
 */
export function timeIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const hasZone = /(z|[+-]\d\d:?\d\d)$/i.test(text);
  const atMs = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
