import type { Addresses } from './addresses.ts';
import type { SimClock } from './clock.ts';
import type { Conduct } from './conduct.ts';
import type { Connections } from './connections.ts';
import type { ServiceName } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { RequestLog } from './request-log.ts';
import type { Schedule } from './schedule.ts';
import type { Service } from './service.ts';
import type { World } from './world.ts';

/** Base URLs without trailing slash. */
export type Urls = Record<'login' | 'arm' | 'fabric' | 'graph' | 'control', string>;

/**
 * What every route and event is given. Routes read the world from here and never keep it: under a `stale` fault they
 * are given an older one, and a restore replaces it.
 */
export type Cloud = {
  world: World;
  readonly clock: SimClock;
  readonly conduct: Conduct;
  readonly schedule: Schedule<Cloud>;
  readonly connections: Connections;
  readonly addresses: Addresses;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly services: Record<ServiceName, Service>;
  /** Filled before the first request. */
  readonly urls: Urls;
};

/** Adds its routes, events and listeners to a cloud. */
export type Room = (cloud: Cloud) => void;
