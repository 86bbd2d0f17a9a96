// What the published quotas demand (cloud-apis section 18): no operator can look at a fleet sooner.

/** Seconds until `calls` may have been made in windows of 60 s with 200 calls each: Fabric, per identity. */
export function fabricSeconds(calls: number): number {
  return Math.max(0, Math.ceil(calls / 200) - 1) * 60;
}

/** Minutes until `calls` of the mapping API may have been made, 50 in any 60 s, whatever they are: per tenant. */
export function mappingMinutes(calls: number): number {
  return Math.max(0, Math.ceil(calls / 50) - 1);
}

/** Seconds until `calls` reads may have been made of a bucket of 250 that refills by 25 a second: ARM, per subscription. */
export function armReadSeconds(calls: number): number {
  return Math.max(0, calls - 250) / 25;
}

type Calls = Record<string, number>;

/** Calls of one service, by tally key `service method route status`. */
export const callsTo = (calls: Calls, service: string, method?: string): number =>
  Object.entries(calls).reduce(
    (sum, [key, count]) => (key.startsWith(method ? `${service} ${method} ` : `${service} `) ? sum + count : sum),
    0,
  );
