import type { LookupFunction } from 'node:net';
import type { CallOptions } from '../../operator/clients/call.ts';
import { type CloudFactory, createClouds } from '../../operator/clients/cloud-factory.ts';
import type { TenantClients } from '../../operator/clients/clouds.ts';
import { lookupThrough } from '../../operator/clients/dns.ts';
import type { RequestRecord } from '../../operator/clients/exchange.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { addApp, addSubscription, addTenant, addVirtualNetwork, grantRole } from '../../simulator/builders.ts';
import type { Conduct } from '../../simulator/conduct.ts';
import type { App } from '../../simulator/entra/types.ts';
import { addCapacity, addWorkspace, declareTenantSetting } from '../../simulator/fabric/build.ts';
import type { Workspace } from '../../simulator/fabric/types.ts';
import { type Simulator, startSimulator } from '../../simulator/start.ts';
import { emptyWorld } from '../../simulator/world.ts';
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { aCall, SUBSCRIPTION, secretsOf, TENANT } from './fakes.ts';

export const SECRET = 'planted-secret-value';
export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-links`;
export const NETWORK_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub`;
export const SUBNET_ID = `${NETWORK_ID}/subnets/links`;
export const ZONE_ID = `${GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`;

export type Bench = {
  simulator: Simulator;
  clock: VirtualClock;
  clouds: CloudFactory;
  clients: TenantClients;
  app: App;
  workspace: Workspace;
  secrets: Record<string, Record<string, string | Buffer>>;
  records: RequestRecord[];
  /** A call that reads anew. */
  fresh(call?: Partial<CallOptions>): CallOptions;
  close(): Promise<void>;
};

/** The clients over real TLS against the simulated clouds, both on one virtual clock. */
export async function startBench(
  options: { inNetwork?: boolean; lookup?: (host: string) => string; adjust?: (conduct: Conduct) => void } = {},
): Promise<Bench> {
  const world = emptyWorld();
  addTenant(world, TENANT);
  const app = addApp(world, { tenantId: TENANT, secret: SECRET });
  addSubscription(world, { id: SUBSCRIPTION, tenantId: TENANT, resourceGroups: ['rg-links'] });
  grantRole(world, { principalId: app.objectId, scope: `/subscriptions/${SUBSCRIPTION}`, actions: ['*'] });
  for (const setting of [
    'ServicePrincipalAccessGlobalAPIs',
    'AllowServicePrincipalsUseReadAdminAPIs',
    'WorkspaceBlockInboundAccess',
  ]) {
    declareTenantSetting(world, TENANT, setting, true);
  }
  const capacity = addCapacity(world, { tenantId: TENANT });
  const workspace = addWorkspace(world, {
    tenantId: TENANT,
    capacityId: capacity.id,
    roles: { [app.objectId]: 'Admin' },
  });
  addVirtualNetwork(world, { id: NETWORK_ID, subnets: [{ name: 'links', addressPrefix: '127.64.7.0/24' }] });

  const clock = virtualClock();
  const simulator = await startSimulator({
    clock,
    world,
    ...(options.adjust ? { adjust: options.adjust } : {}),
  });
  const nameservers = [simulator.dns.at(options.inNetwork ? NETWORK_ID : 'public')!];
  const tls = () => ({ ca: simulator.ca });
  const { lookup: elsewhere } = options;
  // Where sockets go when something stands between a name and its address.
  const lookup: LookupFunction = elsewhere
    ? (host, { all }, callback) =>
        all ? callback(null, [{ address: elsewhere(host), family: 4 }]) : callback(null, elsewhere(host), 4)
    : lookupThrough(nameservers)!;
  const transport = createTransport({
    tls: { entra: tls, arm: tls, fabric: tls, graph: tls },
    lookup: { fabric: lookup },
  });
  const { kube, secrets } = secretsOf({
    'team-a/fabriclink-credentials': {
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: app.clientId,
      AZURE_CLIENT_SECRET: SECRET,
    },
  });
  const records: RequestRecord[] = [];
  const clouds = createClouds({
    transport,
    kube,
    clock,
    onRequest: (record) => records.push(record),
    config: {
      armUrl: simulator.urls.arm,
      fabricUrl: simulator.urls.fabric,
      graphUrl: simulator.urls.graph,
      authorityHost: simulator.urls.login,
      armScope: 'https://management.azure.com/.default',
      fabricScope: 'https://api.fabric.microsoft.com/.default',
      graphScope: 'https://graph.microsoft.com/.default',
      nameservers,
      privateRanges: ['127.64.0.0/10'],
      ambientNamespaces: [],
    },
  });
  const clients = await clouds.forTenant({ tenantId: TENANT, namespace: 'team-a' }, aCall());
  return {
    simulator,
    clock,
    clouds,
    clients,
    app,
    workspace,
    secrets,
    records,
    fresh: (call) => aCall({ maxAgeMs: 0, ...call }),
    async close() {
      await transport.close();
      await simulator.close();
    },
  };
}
