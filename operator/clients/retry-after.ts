/** ARM resource providers that think in milliseconds send the first; the standard header is the second. */
const MILLISECOND_HEADERS = ['retry-after-ms', 'x-ms-retry-after-ms'] as const;

/**
 * How long the server asks us to wait, in milliseconds from `nowMs`: whole seconds or an HTTP date (RFC 9110 section
 * 10.2.3), or one of the millisecond headers. Undefined when there is no usable value. Never negative.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  for (const name of MILLISECOND_HEADERS) {
    const milliseconds = Number(headers[name]);
    if (headers[name] && Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  }
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  // Date.parse accepts "-5" and "3 bananas" as years and the like; an HTTP date always starts with a day name.
  const atMs = /^[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
