import { keyOf } from '../arm/ids.ts';
import type { Cloud } from '../cloud.ts';
import { type Cache, createCache } from './cache.ts';
import { type FailureCode, type NameServer, startNameServer } from './name-server.ts';
import { resolve } from './resolve.ts';

/** `public`, or a virtual network's ARM id in any case. */
export type Viewpoint = string;

export type NameServers = {
  /** Where the resolver of a viewpoint listens; undefined while it is stopped. */
  at(viewpoint: Viewpoint): { address: string; port: number } | undefined;
  /** All of them, by `public` or lower-case network id. */
  list(): Record<string, { address: string; port: number }>;
  /** Begins to listen, again at the same port when it did before. */
  start(viewpoint: Viewpoint): Promise<{ address: string; port: number }>;
  /** Stops listening: queries are refused by the machine. */
  stop(viewpoint: Viewpoint): Promise<void>;
  /** Listens on but does not answer: queries time out. */
  silence(viewpoint: Viewpoint, silent: boolean): void;
  /** Refuses or fails every question; undefined: answers again. */
  fail(viewpoint: Viewpoint, code: FailureCode | undefined): void;
  /** Drops what resolvers remember, as when the world was replaced. */
  forget(): void;
  close(): Promise<void>;
};

/** One resolver for the internet and one for each network of the world, on UDP and TCP. */
export async function startNameServers(cloud: Cloud): Promise<NameServers> {
  const running = new Map<string, NameServer>();
  const places = new Map<string, { address: string; port: number }>();
  const caches: Cache[] = [];

  const start = async (viewpoint: Viewpoint) => {
    const key = keyOf(viewpoint);
    const known = running.get(key);
    if (known) return known;
    const networkId = key === 'public' ? undefined : key;
    const wished = networkId === undefined ? undefined : cloud.world.arm.virtualNetworks[networkId]?.nameserver;
    const place = places.get(key) ?? wished ?? { address: '127.0.0.1', port: 0 };
    const cache = createCache(cloud.clock);
    caches.push(cache);
    const find = (name: string) => resolve(cloud, networkId, name);
    const server = await startNameServer(place, (name) =>
      cloud.conduct.dns.switches.cacheAnswers ? cache.ask(name, find) : find(name),
    );
    running.set(key, server);
    places.set(key, { address: server.address, port: server.port });
    return server;
  };

  const close = async () => {
    await Promise.all([...running.values()].map((server) => server.close()));
    running.clear();
  };

  try {
    for (const viewpoint of ['public', ...Object.keys(cloud.world.arm.virtualNetworks)]) await start(viewpoint);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    at: (viewpoint) => running.get(keyOf(viewpoint)),
    list: () =>
      Object.fromEntries([...running].map(([viewpoint, { address, port }]) => [viewpoint, { address, port }])),
    async start(viewpoint) {
      const { address, port } = await start(viewpoint);
      return { address, port };
    },
    async stop(viewpoint) {
      const server = running.get(keyOf(viewpoint));
      running.delete(keyOf(viewpoint));
      await server?.close();
    },
    silence(viewpoint, silent) {
      const server = running.get(keyOf(viewpoint));
      if (server) server.silent = silent;
    },
    fail(viewpoint, code) {
      const server = running.get(keyOf(viewpoint));
      if (server) server.failing = code;
    },
    forget() {
      for (const cache of caches) cache.clear();
    },
    close,
  };
}
