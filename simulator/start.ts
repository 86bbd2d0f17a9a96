import { createAddresses } from './addresses.ts';
import { realClock, type SimClock, speedOf } from './clock.ts';
import type { Cloud, Urls } from './cloud.ts';
import { type Conduct, publishedConduct } from './conduct.ts';
import { createConnections } from './connections.ts';
import { mountControl } from './control.ts';
import { type NameServers, startNameServers } from './dns/name-servers.ts';
import type { ServiceName } from './exchange.ts';
import { createFaults, type Faults } from './faults.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { rooms } from './rooms.ts';
import { createSchedule } from './schedule.ts';
import { type CloudServer, serve } from './server.ts';
import { createService } from './service.ts';
import { type CertificateAuthority, createCertificateAuthority } from './tls.ts';
import { emptyWorld, type World } from './world.ts';

const SERVICES = ['login', 'arm', 'fabric', 'graph', 'control'] as const satisfies readonly ServiceName[];

export type SimulatorOptions = {
  /** Divides published delays and quota windows. Ignored when `clock` is given. */
  speed?: number;
  clock?: SimClock;
  world?: World;
  /** Starts from the published conduct and may change it in place. */
  adjust?: (conduct: Conduct) => void;
  /** Fixed ports; each absent one is taken free. */
  ports?: Partial<Record<ServiceName, number>>;
  /** Network in which the operator itself lives, whose resolver it is given. Absent: it sits on the internet. */
  operatorNetworkId?: string;
  /** Decides faults with a probability; 0 ≤ x < 1. */
  random?: () => number;
};

export type Simulator = {
  urls: Urls;
  /** PEM of the certificate authority. */
  ca: string;
  authority: CertificateAuthority;
  /** Settings for the operator, apart from those that name files: NODE_EXTRA_CA_CERTS and KUBECONFIG. */
  env: Record<string, string>;
  readonly world: World;
  cloud: Cloud;
  clock: SimClock;
  conduct: Conduct;
  faults: Faults;
  requests: RequestLog;
  dns: NameServers;
  /** A copy of the whole world, what is under way included. */
  snapshot(): World;
  /** Resolves when Fabric listens on exactly the addresses of the world's endpoints; rejects when one could not be had. */
  listening(): Promise<void>;
  /** Puts the world back to a snapshot: timers, listeners and all. */
  restore(snapshot: World): void;
  close(): Promise<void>;
};

/** Starts all clouds on loopback. Rejects when a port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const cloud = createCloud(options);
  for (const mount of rooms) mount(cloud);
  const authority = await createCertificateAuthority();
  const servers = await serveAll(cloud, authority, options.ports ?? {});
  for (const name of SERVICES) cloud.urls[name] = `https://127.0.0.1:${servers[name].port}`;
  cloud.schedule.rearm();
  const listening = followAddresses(cloud, servers.fabric);
  const dns = await startNameServers(cloud).catch(async (error: unknown) => {
    await Promise.all(SERVICES.map((name) => servers[name].close()));
    throw error;
  });
  mountControl(cloud, dns);

  return {
    urls: cloud.urls,
    ca: authority.pem,
    authority,
    env: settingsFor(cloud, dns, options.operatorNetworkId ?? 'public'),
    dns,
    get world() {
      return cloud.world;
    },
    cloud,
    clock: cloud.clock,
    conduct: cloud.conduct,
    faults: cloud.faults,
    requests: cloud.requests,
    listening: () => listening.settled(),
    snapshot: () => structuredClone(cloud.world),
    restore(snapshot) {
      cloud.schedule.stop();
      cloud.world = structuredClone(snapshot);
      cloud.schedule.rearm();
      dns.forget();
      cloud.addresses.reset(endpointAddresses(cloud.world));
    },
    async close() {
      cloud.schedule.stop();
      await dns.close();
      try {
        await listening.settled();
      } finally {
        await Promise.all(SERVICES.map((name) => servers[name].close()));
      }
    },
  };
}

function createCloud(options: SimulatorOptions): Cloud {
  const conduct = publishedConduct();
  options.adjust?.(conduct);
  const cloud: Cloud = {
    world: options.world ?? emptyWorld(),
    clock: options.clock ?? realClock(options.speed),
    conduct,
    schedule: createSchedule<Cloud>(() => cloud),
    connections: createConnections(),
    addresses: createAddresses(),
    faults: createFaults(() => structuredClone(cloud.world), options.random),
    requests: createRequestLog(),
    services: Object.fromEntries(SERVICES.map((name) => [name, createService(name)])) as Cloud['services'],
    urls: { login: '', arm: '', fabric: '', graph: '', control: '' },
  };
  return cloud;
}

/** All or none: a port that is taken leaves nothing listening. */
async function serveAll(cloud: Cloud, authority: CertificateAuthority, ports: Partial<Record<ServiceName, number>>) {
  const started = await Promise.allSettled(
    SERVICES.map(async (name) => [name, await serve(cloud.services[name], cloud, authority, ports[name])] as const),
  );
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await Promise.all(running.map(([, server]) => server.close()));
    throw failed.reason;
  }
  return Object.fromEntries(running) as Record<ServiceName, CloudServer>;
}

/** Fabric answers on the API address of each private endpoint for as long as that address exists. */
function followAddresses(cloud: Cloud, fabric: CloudServer): { settled(): Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  const failures: unknown[] = [];
  const next = (step: () => Promise<void> | void) => {
    last = last.then(step).catch((error: unknown) => void failures.push(error));
  };
  cloud.addresses.reset(endpointAddresses(cloud.world));
  cloud.addresses.watch({
    opened: (address) => next(() => fabric.listenAlso(address)),
    closed: (address) => next(() => fabric.closeAlso(address)),
  });
  return {
    async settled() {
      await last;
      if (failures.length > 0)
        throw new AggregateError(failures, 'cannot listen on the addresses of private endpoints');
    },
  };
}

/** Where Fabric answers besides the front door: the API address of each endpoint that is up, and tenant-level links. */
function endpointAddresses({ arm, fabric }: World): string[] {
  const up = Object.values(arm.privateEndpoints).filter(({ provisioningState }) => provisioningState === 'Succeeded');
  return [...up.flatMap(({ members }) => members[0]?.address ?? []), ...Object.keys(fabric.tenantLinkAddresses)];
}

function settingsFor({ urls, clock }: Cloud, dns: NameServers, operatorViewpoint: string): Record<string, string> {
  const resolver = dns.at(operatorViewpoint);
  return {
    AZURE_AUTHORITY_HOST: urls.login,
    FABRICLINK_ARM_URL: urls.arm,
    FABRICLINK_FABRIC_URL: urls.fabric,
    FABRICLINK_GRAPH_URL: urls.graph,
    ...(resolver && { FABRICLINK_NAMESERVERS: `${resolver.address}:${resolver.port}` }),
    FABRICLINK_PRIVATE_RANGES: '127.64.0.0/10',
    FABRICLINK_TIME_SCALE: String(speedOf(clock)),
  };
}
