/** Reads a member of untrusted JSON without trusting anything above it. */
export function member(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (at === null || typeof at !== 'object' ? undefined : Reflect.get(at, name)),
    value,
  );
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
