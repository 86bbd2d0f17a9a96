import type { Clock } from '../../clock.ts';
import type { CallOptions } from '../call.ts';
import type { CloudRequest } from '../exchange.ts';
import type { Gate } from '../gate.ts';
import type { HttpResponse } from '../http.ts';
import type { ObserverCache } from '../observer-cache.ts';

/** What the ARM clients of one identity share. */
export type ArmContext = {
  /** Base URL without a trailing slash. */
  armUrl: string;
  tenantId: string;
  /** Tenant and client id: whom quotas count. */
  identity: string;
  /** Distinguishes identities that must not see each other's answers. */
  cacheKey: string;
  clock: Clock;
  observers: ObserverCache;
  gate: Gate;
  exchange(request: CloudRequest, call: CallOptions): Promise<HttpResponse>;
};
