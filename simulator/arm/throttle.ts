import type { Cloud } from '../cloud.ts';
import type { Token } from '../entra/types.ts';
import { Refusal, type SimRequest } from '../exchange.ts';
import type { Buckets } from './buckets.ts';
import type { ArmQuotas } from './conduct.ts';

type Kind = 'reads' | 'writes' | 'deletes';

function kindOf(method: string): Kind {
  if (method === 'GET' || method === 'HEAD') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

/**
 * Counts a request against ARM's buckets and the resource provider's window, and returns the remaining-headers; throws
 * 429 with Retry-After when one is empty (cloud-apis section 4.3). Windows and refills are scaled, sizes are not.
 */
export function countRequest(
  buckets: Buckets,
  request: SimRequest,
  token: Token,
  cloud: Cloud,
): Record<string, string> {
  const { switches, quotas } = cloud.conduct.arm;
  const path = request.url.pathname.toLowerCase();
  const subscriptionId = /^\/subscriptions\/([^/]+)/.exec(path)?.[1];
  const headers = switches.countRequests ? countBuckets(buckets, request, token, cloud, subscriptionId) : {};
  if (!subscriptionId) return headers;
  // Polls of operations are ARM's business, not the provider's.
  if (switches.countDnsRequests && path.includes('/microsoft.network/privatednszones')) {
    return { ...headers, ...countWindow(buckets, request, cloud, `dns/${subscriptionId}`, quotas.dns) };
  }
  if (switches.countNetworkRequests && path.includes('/microsoft.network/')) {
    return { ...headers, ...countWindow(buckets, request, cloud, `network/${subscriptionId}`, quotas.network) };
  }
  return headers;
}

function countBuckets(
  buckets: Buckets,
  request: SimRequest,
  token: Token,
  cloud: Cloud,
  subscriptionId: string | undefined,
): Record<string, string> {
  const kind = kindOf(request.method);
  const { bucket, perSecond } = cloud.conduct.arm.quotas[kind];
  const { globalFactor } = cloud.conduct.arm.quotas;
  const nowMs = cloud.clock.now();
  // A published second lasts scaled(1000) ms.
  const perMs = perSecond / cloud.clock.scaled(1000);
  const scope = subscriptionId ? `subscription/${subscriptionId}` : `tenant/${token.tenantId.toLowerCase()}`;
  const { remaining, waitMs } = buckets.take(
    [
      { key: `${scope}/${token.objectId.toLowerCase()}/${kind}`, size: bucket, perMs },
      { key: `${scope}/*/${kind}`, size: bucket * globalFactor, perMs: perMs * globalFactor },
    ],
    nowMs,
  );
  if (waitMs > 0) throw tooMany('SubscriptionRequestsThrottled', `Number of ${kind} exceeded the limit.`, waitMs);
  const [own, all] = remaining.map(String) as [string, string];
  if (!subscriptionId) return { [`x-ms-ratelimit-remaining-tenant-${kind}`]: own };
  return {
    [`x-ms-ratelimit-remaining-subscription-${kind}`]: own,
    [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: all,
  };
}

function countWindow(
  buckets: Buckets,
  request: SimRequest,
  cloud: Cloud,
  scope: string,
  quota: ArmQuotas['network'],
): Record<string, string> {
  const reads = kindOf(request.method) === 'reads';
  const windowMs = cloud.clock.scaled(quota.windowMs);
  const limit = reads ? quota.reads : quota.writes;
  const { remaining, waitMs } = buckets.count(`${scope}/${reads}`, limit, windowMs, cloud.clock.now());
  if (waitMs > 0)
    throw tooMany('TooManyRequests', 'The request is being throttled as the limit has been reached.', waitMs);
  return { 'x-ms-ratelimit-remaining-subscription-resource-requests': String(remaining) };
}

function tooMany(code: string, message: string, waitMs: number): Refusal {
  return new Refusal(429, code, message, { headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) } });
}
