import type { CallOptions } from '../call.ts';
import type { CloudRequest } from '../exchange.ts';
import type { HttpResponse } from '../http.ts';
import type { ObserverCache } from '../observer-cache.ts';

/** What the Graph client of one identity needs. */
export type GraphContext = {
  /** Without a trailing slash. */
  graphUrl: string;
  /** Tenant and client id: whom the quota counts. */
  identity: string;
  cacheKey: string;
  observers: ObserverCache;
  exchange(request: CloudRequest, call: CallOptions): Promise<HttpResponse>;
};
