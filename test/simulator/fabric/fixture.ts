import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

import { addLinkService } from '../../../simulator/arm/fabric/out-of-band.ts';
import { addApp, addSubscription, addTenant, grantRole } from '../../../simulator/builders.ts';
import { type VirtualClock, virtualClock } from '../../../simulator/clock.ts';
import type { Conduct } from '../../../simulator/conduct.ts';
import { issueToken } from '../../../simulator/entra/tokens.ts';
import type { App } from '../../../simulator/entra/types.ts';
import { addCapacity, addWorkspace, declareTenantSetting } from '../../../simulator/fabric/build.ts';
import { linkServiceOf } from '../../../simulator/fabric/link-services.ts';
import { openTenantLink } from '../../../simulator/fabric/out-of-band.ts';
import type { LinkService, Workspace } from '../../../simulator/fabric/types.ts';
import { type Simulator, startSimulator } from '../../../simulator/start.ts';
import { emptyWorld, type World } from '../../../simulator/world.ts';

export const TENANT = 'aaaaaaaa-0000-4000-8000-000000000001';
export const OTHER_TENANT = 'bbbbbbbb-0000-4000-8000-000000000002';
export const SUBSCRIPTION = '11111111-0000-4000-8000-000000000001';
export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-links`;
export const MINUTE_MS = 60_000;

export type Reply = { status: number; headers: Record<string, string>; text: string; body: Record<string, unknown> };

type AskOptions = {
  /** Absent: the workspace's administrator. Null: no token. */
  as?: Pick<App, 'tenantId' | 'objectId' | 'clientId'> | null;
  audience?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Host name of the request and of TLS. Absent: the global host. */
  host?: string;
  /** Address that the socket goes to. Absent: the front door. */
  address?: string;
};

export type Bench = {
  simulator: Simulator;
  clock: VirtualClock;
  /** Admin of `workspace`, Contributor of everything in Azure. */
  admin: App;
  viewer: App;
  /** Of the tenant, without any role. */
  stranger: App;
  /** Of the other tenant, but with a role on `workspace`. */
  foreigner: App;
  /** On an F2, open, every tenant setting in force. */
  workspace: Workspace;
  fabric(method: string, path: string, options?: AskOptions): Promise<Reply>;
  arm(method: string, path: string, options?: AskOptions & { apiVersion?: string }): Promise<Reply>;
  graph(path: string, options?: AskOptions): Promise<Reply>;
  /** The simulator's own API. */
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Path of the workspace, or below it. */
  path(below?: string): string;
  /** The workspace's link service, made on first use. */
  linkService(): LinkService;
  /** A private endpoint in that state, at an address of its own; resolves when Fabric listens there. */
  endpointAt(address: string, status: 'Pending' | 'Approved' | 'Rejected'): Promise<void>;
  /** A client behind a tenant-level private link of the tenant sits at that address from now on. */
  tenantLinkAt(address: string): Promise<void>;
  /** Resolves when Fabric listens at the address: it follows the world within milliseconds. */
  listening(address: string): Promise<void>;
  close(): Promise<void>;
};

/** One tenant with everything allowed, on a virtual clock, and a client that only knows HTTP. `speed` divides published durations. */
export async function startFabric(adjust: (conduct: Conduct) => void = () => undefined, speed = 1): Promise<Bench> {
  const world = emptyWorld();
  addTenant(world, TENANT);
  addTenant(world, OTHER_TENANT);
  const [admin, viewer, stranger] = [1, 2, 3].map(() => addApp(world, { tenantId: TENANT })) as [App, App, App];
  const foreigner = addApp(world, { tenantId: OTHER_TENANT });
  addSubscription(world, { id: SUBSCRIPTION, tenantId: TENANT, resourceGroups: ['rg-links'] });
  grantRole(world, { principalId: admin.objectId, scope: `/subscriptions/${SUBSCRIPTION}`, actions: ['*'] });
  for (const tenantId of [TENANT, OTHER_TENANT]) allowEverything(world, tenantId);
  const workspace = addWorkspace(world, {
    tenantId: TENANT,
    capacityId: addCapacity(world, { tenantId: TENANT }).id,
    roles: { [admin.objectId]: 'Admin', [viewer.objectId]: 'Viewer', [foreigner.objectId]: 'Viewer' },
  });
  const clock = virtualClock(undefined, speed);
  const simulator = await startSimulator({ clock, world, adjust });
  const client = createClient(simulator);

  const ask =
    (service: 'fabric' | 'arm' | 'graph' | 'control', audience: string) =>
    (method: string, path: string, options: AskOptions = {}) => {
      const { as = admin } = options;
      const token = as && issueToken({ ...as, audience: options.audience ?? audience, ...lifetime() });
      return client.send(service, method, path, { ...options, ...(token && { token }) });
    };

  const linkService = () =>
    linkServiceOf(simulator.world.fabric, workspace.id) ??
    addLinkService(simulator.world, {
      tenantId: TENANT,
      workspaceId: workspace.id,
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'rg-links',
      name: 'pls-one',
    });

  return {
    simulator,
    clock,
    admin,
    viewer,
    stranger,
    foreigner,
    workspace,
    fabric: ask('fabric', 'https://api.fabric.microsoft.com'),
    arm: (method, path, { apiVersion = '2024-06-01', ...options } = {}) =>
      ask('arm', 'https://management.azure.com')(method, `${path}?api-version=${apiVersion}`, options),
    graph: (path, options) => ask('graph', 'https://graph.microsoft.com')('GET', path, options),
    control: (method, path, body) => client.send('control', method, path, { body }),
    path: (below = '') => `/v1/workspaces/${workspace.id}${below}`,
    linkService,
    async endpointAt(address, status) {
      putEndpoint(simulator.world, linkService(), address, status);
      simulator.cloud.addresses.open(address);
      await client.reachable(address);
    },
    async tenantLinkAt(address) {
      openTenantLink(simulator.cloud, TENANT, address);
      await client.reachable(address);
    },
    listening: (address) => client.reachable(address),
    async close() {
      client.close();
      await simulator.close();
    },
  };
}

/** Token lifetimes are in real time, whatever the virtual clock says. */
const lifetime = () => ({ issuedAtMs: Date.now(), expiresAtMs: Date.now() + 3_600_000 });

function allowEverything(world: World, tenantId: string): void {
  for (const name of [
    'ServicePrincipalAccessGlobalAPIs',
    'AllowServicePrincipalsUseReadAdminAPIs',
    'AllowServicePrincipalsUseWriteAdminAPIs',
    'WorkspaceBlockInboundAccess',
    'WorkspaceBlockOutboundAccess',
    'ConfigureWorkspaceLevelIPFirewallRules',
  ]) {
    declareTenantSetting(world, tenantId, name, true);
  }
}

/** As the network room leaves it behind, without going through ARM: these tests are about Fabric. */
function putEndpoint(world: World, service: LinkService, address: string, status: 'Pending' | 'Approved' | 'Rejected') {
  const id = `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-${address}`;
  world.arm.privateEndpoints[id.toLowerCase()] = {
    id,
    name: `pe-${address}`,
    location: 'westeurope',
    etag: 'etag',
    tags: {},
    tenantId: TENANT,
    provisioningState: 'Succeeded',
    subnetId: `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet`,
    networkInterfaceId: `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-${address}`,
    connection: {
      name: 'connection',
      mode: 'Manual',
      targetId: service.id,
      groupIds: ['workspace'],
      requestMessage: '',
      state: { status, description: '', actionsRequired: 'None' },
    },
    members: [{ groupId: 'workspace', member: 'workspace-api', address, fqdns: [] }],
  };
}

const FRONT_DOORS = {
  fabric: 'api.fabric.microsoft.com',
  arm: 'management.azure.com',
  graph: 'graph.microsoft.com',
  control: 'localhost',
};

function createClient({ urls, ca }: Simulator) {
  const agent = new Agent({ keepAlive: true, ca });
  const send = (
    service: 'fabric' | 'arm' | 'graph' | 'control',
    method: string,
    path: string,
    { address = '127.0.0.1', host = FRONT_DOORS[service], headers = {}, body, token }: AskOptions & { token?: string },
  ): Promise<Reply> => {
    const { port } = new URL(urls[service]);
    const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(
        {
          agent,
          host: address,
          port,
          path,
          method,
          servername: host,
          headers: { host: `${host}:${port}`, 'content-type': 'application/json', ...authorization, ...headers },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers as Record<string, string>,
              text,
              body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
  return {
    send,
    /** The listener follows the address within milliseconds: until then the connection is refused. */
    async reachable(address: string): Promise<void> {
      for (let left = 200; left > 0; left -= 1) {
        const refused = await send('fabric', 'GET', '/', { address }).then(
          () => false,
          (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
        );
        if (!refused) return;
        await pause(5);
      }
      throw new Error(`nobody listens on ${address}`);
    },
    close: () => agent.destroy(),
  };
}

/**
 * Runs a contract case on clouds of its own. Switched off, a behaviour must make the case fail by one of its own
 * expectations, which `matcherResult` on the error shows: any other error would hide that it never got there.
 */
export async function judge(
  check: (bench: Bench) => Promise<void>,
  adjust?: (conduct: Conduct) => void,
): Promise<void> {
  const bench = await startFabric(adjust);
  try {
    await check(bench);
  } finally {
    await bench.close();
  }
}
