import type { HttpRequest } from './http.ts';

/**
 * A published limit. `window`: so many calls in any sliding window. `bucket`: a token bucket that refills steadily.
 * Windows are half a second longer than published, so that two clocks and one network never make 60 s out of 59.9.
 */
export type Limit = { name: string; about: string } & (
  | { kind: 'window'; calls: number; windowMs: number }
  | { kind: 'bucket'; capacity: number; perSecond: number }
);

/** A limit together with whom it counts: the tenant, the identity, the subscription and principal. */
export type Quota = { limit: Limit; scope: string };

const MINUTE_MS = 60_500;
const FIVE_MINUTES_MS = 300_500;

/**
 * Published numbers, cloud-apis section 18. Buckets are ten below the published size: requests that we send 40 ms apart
 * may arrive together, and a spent bucket must not be overdrawn by that.
 */
export const LIMITS = {
  /** Section 3.4: unified quota, per identity. */
  fabric: {
    name: 'fabric',
    about: '200 Fabric calls a minute per identity',
    kind: 'window',
    calls: 200,
    windowMs: MINUTE_MS,
  },
  /** Section 17. */
  tenantSettings: {
    name: 'fabric-tenant-settings',
    about: '25 reads of tenant settings a minute',
    kind: 'window',
    calls: 25,
    windowMs: MINUTE_MS,
  },
  /** Section 15: everything under …/crosstenantauth. Published per caller; counted per tenant, which is never too much. */
  mappings: {
    name: 'fabric-mappings',
    about: '50 calls a minute for cross-tenant mappings',
    kind: 'window',
    calls: 50,
    windowMs: MINUTE_MS,
  },
  /** Graph publishes resource units per application and tenant, by its size; this is far below the smallest. */
  graph: {
    name: 'graph',
    about: '600 Microsoft Graph calls a minute per identity',
    kind: 'window',
    calls: 600,
    windowMs: MINUTE_MS,
  },
  /** Section 7.1. Per tenant. */
  serviceCreations: {
    name: 'private-link-service-creations',
    about: '10 private link service creations a minute per tenant',
    kind: 'window',
    calls: 10,
    windowMs: MINUTE_MS,
  },
  /** Section 4.3. Per subscription and principal, each kind by itself. */
  armReads: {
    name: 'arm-reads',
    about: 'ARM reads: 250, refilled by 25 a second',
    kind: 'bucket',
    capacity: 240,
    perSecond: 25,
  },
  armWrites: {
    name: 'arm-writes',
    about: 'ARM writes: 200, refilled by 10 a second',
    kind: 'bucket',
    capacity: 190,
    perSecond: 10,
  },
  armDeletes: {
    name: 'arm-deletes',
    about: 'ARM deletes: 200, refilled by 10 a second',
    kind: 'bucket',
    capacity: 190,
    perSecond: 10,
  },
  /** Section 4.3. Per subscription. */
  networkReads: {
    name: 'network-reads',
    about: '10000 Microsoft.Network reads in 5 minutes',
    kind: 'window',
    calls: 10_000,
    windowMs: FIVE_MINUTES_MS,
  },
  networkWrites: {
    name: 'network-writes',
    about: '1000 Microsoft.Network writes in 5 minutes',
    kind: 'window',
    calls: 1000,
    windowMs: FIVE_MINUTES_MS,
  },
  /** Section 4.3; section 20, U28. Per subscription. */
  dnsReads: {
    name: 'private-dns-reads',
    about: '500 private DNS reads in 5 minutes',
    kind: 'window',
    calls: 500,
    windowMs: FIVE_MINUTES_MS,
  },
  dnsWrites: {
    name: 'private-dns-writes',
    about: '500 private DNS writes in 5 minutes',
    kind: 'window',
    calls: 500,
    windowMs: FIVE_MINUTES_MS,
  },
} as const satisfies Record<string, Limit>;

export function isWrite(method: HttpRequest['method']): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** What one ARM request counts against: ARM's own bucket, and the resource provider's window. */
export function armQuotas(request: {
  method: HttpRequest['method'];
  subscriptionId: string;
  /** Tenant and client id. */
  identity: string;
  provider: 'network' | 'private-dns' | 'fabric' | 'resources';
}): Quota[] {
  const subscription = request.subscriptionId.toLowerCase();
  const own = `${subscription}/${request.identity}`;
  const write = isWrite(request.method);
  const arm = request.method === 'DELETE' ? LIMITS.armDeletes : write ? LIMITS.armWrites : LIMITS.armReads;
  const quotas: Quota[] = [{ limit: arm, scope: own }];
  if (request.provider === 'network') {
    quotas.push({ limit: write ? LIMITS.networkWrites : LIMITS.networkReads, scope: subscription });
  }
  if (request.provider === 'private-dns') {
    quotas.push({ limit: write ? LIMITS.dnsWrites : LIMITS.dnsReads, scope: subscription });
  }
  return quotas;
}
