type Json = Record<string, unknown>;

/**
 * The JSON merge patch (RFC 7396) that turns `before` into `after`; undefined when they are equal. Fields whose value is
 * undefined or null count as absent. Lists are replaced whole.
 */
export function mergePatch(before: Json, after: Json): Json | undefined {
  let patch: Json | undefined;
  const put = (key: string, value: unknown): void => {
    patch ??= {};
    patch[key] = value;
  };
  for (const key of Object.keys(after)) {
    const wanted = after[key];
    if (isAbsent(wanted)) continue;
    const present = before[key];
    if (isRecord(wanted) && isRecord(present)) {
      const inner = mergePatch(present, wanted);
      if (inner) put(key, inner);
    } else if (!isEqual(present, wanted)) {
      put(key, wanted);
    }
  }
  for (const key of Object.keys(before)) {
    if (!isAbsent(before[key]) && isAbsent(after[key])) put(key, null);
  }
  return patch;
}

/** Deep equality of JSON values; fields that are undefined or null count as absent. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isEqual(item, other[index]));
  }
  return isRecord(one) && isRecord(other) && mergePatch(one, other) === undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
