import { request as httpsRequest } from 'node:https';

import { addLinkService } from '../../../simulator/arm/fabric/out-of-band.ts';
import { addApp, addSubscription, addTenant, addVirtualNetwork, grantRole } from '../../../simulator/builders.ts';
import { type VirtualClock, virtualClock } from '../../../simulator/clock.ts';
import { issueToken } from '../../../simulator/entra/tokens.ts';
import { addCapacity, addWorkspace } from '../../../simulator/fabric/build.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../simulator/start.ts';
import { emptyWorld, type World } from '../../../simulator/world.ts';

export const TENANT = 'aaaaaaaa-0000-4000-8000-000000000001';
export const OTHER_TENANT = 'bbbbbbbb-0000-4000-8000-000000000002';
export const SUBSCRIPTION = '11111111-0000-4000-8000-000000000001';
export const OTHER_SUBSCRIPTION = '22222222-0000-4000-8000-000000000002';
export const CLIENT = 'cccccccc-0000-4000-8000-00000000000c';
export const PRINCIPAL = 'dddddddd-0000-4000-8000-00000000000d';
export const GROUP_PATH = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-net`;
export const NETWORK_ID = `${GROUP_PATH}/providers/Microsoft.Network/virtualNetworks/vnet-a`;
export const SUBNET_ID = `${NETWORK_ID}/subnets/snet-pe`;

export const WORKSPACE = '5a1e0000-0000-4000-8000-000000000001';
const OTHER_WORKSPACE = 'f1a40000-0000-4000-8000-000000000002';

/** Two tenants, a subscription each, one app that may do everything in the first, one network. */
export function aWorld(): World {
  const world = emptyWorld();
  addTenant(world, TENANT, 'Contoso');
  addTenant(world, OTHER_TENANT, 'Fabrikam');
  addApp(world, { tenantId: TENANT, clientId: CLIENT, objectId: PRINCIPAL, secret: 'open-sesame' });
  addSubscription(world, { id: SUBSCRIPTION, tenantId: TENANT, resourceGroups: ['rg-net', 'rg-dns'] });
  addSubscription(world, { id: OTHER_SUBSCRIPTION, tenantId: OTHER_TENANT, resourceGroups: ['rg-other'] });
  grantRole(world, { principalId: PRINCIPAL, scope: `/subscriptions/${SUBSCRIPTION}`, actions: ['*'] });
  addVirtualNetwork(world, {
    id: NETWORK_ID,
    subnets: [
      { name: 'snet-pe', addressPrefix: '127.64.1.0/27' },
      { name: 'snet-small', addressPrefix: '127.64.2.0/29' },
      {
        name: 'snet-gateway',
        addressPrefix: '127.64.3.0/28',
        delegations: ['Microsoft.PowerPlatform/vnetaccesslinks'],
      },
    ],
  });
  const capacityId = addCapacity(world, { tenantId: TENANT }).id;
  addWorkspace(world, { id: WORKSPACE, tenantId: TENANT, capacityId, roles: { [PRINCIPAL]: 'Admin' } });
  addWorkspace(world, { id: OTHER_WORKSPACE, tenantId: OTHER_TENANT });
  addLinkService(world, {
    tenantId: TENANT,
    workspaceId: WORKSPACE,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg-net',
    name: 'pls-sales',
  });
  addLinkService(world, {
    tenantId: OTHER_TENANT,
    workspaceId: OTHER_WORKSPACE,
    subscriptionId: OTHER_SUBSCRIPTION,
    resourceGroup: 'rg-other',
    name: 'pls-other',
  });
  return world;
}

const LINK_TYPE = 'providers/Microsoft.Fabric/privateLinkServicesForFabric';
export const SERVICE_ID = `${GROUP_PATH}/${LINK_TYPE}/pls-sales`;
export const FOREIGN_SERVICE_ID = `/subscriptions/${OTHER_SUBSCRIPTION}/resourceGroups/rg-other/${LINK_TYPE}/pls-other`;

export type Reply = {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Parsed JSON, or undefined. */
  body: unknown;
  /** One value of the body: `at('properties.networkInterfaces.0.id')`. */
  at(path: string): unknown;
};

export type Bench = {
  simulator: Simulator;
  clock: VirtualClock;
  /** Any request to any of the clouds, without a token. */
  raw(method: string, url: string, options?: { headers?: Record<string, string>; body?: string }): Promise<Reply>;
  /** An ARM request; `api-version` is added, JSON is sent, `as` overrides who asks. */
  arm: (method: string, path: string, body?: unknown, options?: ArmOptions) => Promise<Reply>;
  close(): Promise<void>;
};

export type ArmOptions = {
  headers?: Record<string, string>;
  apiVersion?: string;
  as?: { tenantId: string; objectId: string };
  audience?: string;
};

type BenchOptions = Omit<SimulatorOptions, 'clock' | 'speed'> & { clock?: VirtualClock };

export function tokenFor(as: { tenantId: string; objectId: string }, audience = 'https://management.azure.com') {
  return issueToken({
    tenantId: as.tenantId,
    objectId: as.objectId,
    clientId: CLIENT,
    audience,
    issuedAtMs: Date.now(),
    expiresAtMs: Date.now() + 3_600_000,
  });
}

/** Clouds on a virtual clock with `aWorld()`, and a client that only knows HTTP. */
export async function startBench({ clock = virtualClock(), ...options }: BenchOptions = {}): Promise<Bench> {
  const simulator = await startSimulator({ clock, world: aWorld(), ...options });
  const raw: Bench['raw'] = (method, url, { headers = {}, body } = {}) => send(simulator, method, url, headers, body);
  return {
    simulator,
    clock,
    raw,
    arm(method, path, body, { headers, apiVersion, as, audience } = {}) {
      const url = new URL(path, simulator.urls.arm);
      if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', apiVersion ?? versionFor(path));
      const authorization = `Bearer ${tokenFor(as ?? { tenantId: TENANT, objectId: PRINCIPAL }, audience)}`;
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return raw(method, url.href, {
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...text,
      });
    },
    close: () => simulator.close(),
  };
}

function versionFor(path: string): string {
  if (/privateDnsZones|privateDnsOperation/i.test(path)) return '2024-06-01';
  return /Microsoft\.Network\/|Microsoft\.Fabric\//.test(path) && !/register/.test(path) ? '2024-10-01' : '2021-04-01';
}

function send(
  { ca }: Simulator,
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { method, headers, ca, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const body = parsed(text);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          text,
          body,
          at: (path) =>
            path
              .split('.')
              .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], body),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
