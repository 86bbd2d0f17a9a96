import type { Clock } from '../../clock.ts';
import type { CallOptions } from '../call.ts';
import type { DnsClient } from '../dns-types.ts';
import type { CloudRequest } from '../exchange.ts';
import type { Gate } from '../gate.ts';
import type { HttpResponse } from '../http.ts';
import type { ObserverCache } from '../observer-cache.ts';

/** What the Fabric client of one identity needs. */
export type FabricContext = {
  /** Global host, without a trailing slash. Its port holds for the workspaces' own hosts too. */
  fabricUrl: string;
  tenantId: string;
  /** Tenant and client id: whom quotas count. */
  identity: string;
  /** Distinguishes identities that must not see each other's answers. */
  cacheKey: string;
  clock: Clock;
  observers: ObserverCache;
  dns: DnsClient;
  /** One creation of a managed private endpoint at a time in a workspace. */
  creations: Gate;
  exchange(request: CloudRequest, call: CallOptions): Promise<HttpResponse>;
};
