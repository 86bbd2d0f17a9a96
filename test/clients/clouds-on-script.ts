import { type CloudFactory, createClouds } from '../../operator/clients/cloud-factory.ts';
import type { TenantClients } from '../../operator/clients/clouds.ts';
import type { RequestRecord } from '../../operator/clients/exchange.ts';
import type { HttpRequest } from '../../operator/clients/http.ts';
import type { RequestToken } from '../../operator/clients/identity-types.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { aCall, CLIENT, type Script, scriptedTransport, secretsOf, TENANT } from './fakes.ts';

export const ARM_URL = 'https://arm.test';
export const FABRIC_URL = 'https://fabric.test:8443';
export const GRAPH_URL = 'https://graph.test';

export type Scripted = {
  clouds: CloudFactory;
  clients: TenantClients;
  clock: VirtualClock;
  requests: HttpRequest[];
  records: RequestRecord[];
};

/** The clients over a script, with tokens `token-1`, `token-2`, … by default. */
export async function scripted(script: Script, options: { requestToken?: RequestToken } = {}): Promise<Scripted> {
  const clock = virtualClock();
  const transport = scriptedTransport(script);
  const records: RequestRecord[] = [];
  let tokens = 0;
  const clouds = createClouds({
    transport,
    clock,
    kube: secretsOf({
      'team-a/fabriclink-credentials': {
        AZURE_TENANT_ID: TENANT,
        AZURE_CLIENT_ID: CLIENT,
        AZURE_CLIENT_SECRET: 'planted-secret',
      },
    }).kube,
    onRequest: (record) => records.push(record),
    requestToken:
      options.requestToken ??
      (() => {
        tokens += 1;
        return Promise.resolve({ token: `token-${tokens}`, lifetimeMs: 3_600_000 });
      }),
    config: {
      armUrl: ARM_URL,
      fabricUrl: FABRIC_URL,
      graphUrl: GRAPH_URL,
      authorityHost: 'https://login.test',
      armScope: 'https://arm.test/.default',
      fabricScope: 'https://fabric.test/.default',
      graphScope: 'https://graph.test/.default',
      nameservers: [],
      privateRanges: [],
      ambientNamespaces: [],
    },
  });
  const clients = await clouds.forTenant({ tenantId: TENANT, namespace: 'team-a' }, aCall());
  return { clouds, clients, clock, requests: transport.requests, records };
}

/** `GET /path?query` of each request, for comparing with a golden list. */
export const linesOf = (requests: readonly HttpRequest[]): string[] =>
  requests.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`);
