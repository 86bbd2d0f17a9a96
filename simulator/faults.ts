import type { SimRequest } from './exchange.ts';
import type { World } from './world.ts';

/** Which requests a fault strikes. Everything absent matches everything. */
export type FaultTarget = {
  service?: string;
  method?: string;
  /** Tested against path and query. */
  path?: RegExp | string;
  /** Strikes this many requests, then is spent. Absent: until it is removed. */
  times?: number;
  /** Lets this many matching requests pass first. */
  skip?: number;
  /** Strikes with this probability (0–1). Absent: always. */
  probability?: number;
};

export type FaultEffect =
  /** 429 in the service's own body, with Retry-After in seconds. */
  | { kind: 'throttle'; retryAfterSeconds: number; code?: string }
  /** Waits this many milliseconds of the simulator's clock before the request is looked at. */
  | { kind: 'delay'; delayMs: number }
  /** Does the work, then cuts the connection: the caller cannot know. */
  | { kind: 'loseReply' }
  /** Cuts the connection before anything is done. */
  | { kind: 'cut' }
  /** Answers reads from the world as it was when the fault was added. */
  | { kind: 'stale' }
  /** Does the work, then answers with an HTML page of a gateway. */
  | { kind: 'html'; status?: number }
  /** Does the work, then sends the first half of the JSON. */
  | { kind: 'truncate' }
  /** Does the work, then answers without a body. */
  | { kind: 'empty'; status?: number }
  /** Does the work, then replaces each value of these members, at any depth, by a word nobody knows. */
  | { kind: 'unknownEnum'; members: readonly string[]; value?: string }
  /** Any refusal in the service's own shape, without doing the work. */
  | {
      kind: 'refuse';
      status: number;
      code: string;
      message?: string;
      headers?: Record<string, string>;
      extra?: Record<string, unknown>;
    };

export type Fault = FaultEffect & FaultTarget;

export type ActiveFault = { id: number; fault: Fault; struck: number };

export type Faults = {
  /** Returns the id that `remove` takes. */
  add(fault: Fault): number;
  remove(id: number): boolean;
  clear(): void;
  list(): ActiveFault[];
  /** The faults that strike this request, in the order in which they were added; counts them as used. */
  strike(request: SimRequest): ActiveFault[];
  /** The world as it was when the `stale` fault with this id was added. */
  worldOf(id: number): World | undefined;
};

/** `freeze` copies the present world for `stale`; `random` (0 ≤ x < 1) decides faults with a probability. */
export function createFaults(freeze: () => World, random: () => number = Math.random): Faults {
  let nextId = 1;
  let active: (ActiveFault & { seen: number })[] = [];
  const frozen = new Map<number, World>();
  const matches = ({ fault }: ActiveFault, request: SimRequest) => {
    if (fault.service && fault.service !== request.service) return false;
    if (fault.method && fault.method.toUpperCase() !== request.method) return false;
    if (fault.path && !new RegExp(fault.path, 'i').test(request.url.pathname + request.url.search)) return false;
    return true;
  };
  return {
    add(fault) {
      const id = nextId++;
      active.push({ id, fault, struck: 0, seen: 0 });
      if (fault.kind === 'stale') frozen.set(id, freeze());
      return id;
    },
    remove(id) {
      frozen.delete(id);
      const before = active.length;
      active = active.filter((entry) => entry.id !== id);
      return active.length < before;
    },
    clear() {
      active = [];
      frozen.clear();
    },
    list: () => active.map(({ id, fault, struck }) => ({ id, fault, struck })),
    strike(request) {
      const struck = active.filter((entry) => {
        if (!matches(entry, request)) return false;
        entry.seen += 1;
        if (entry.seen <= (entry.fault.skip ?? 0)) return false;
        if (entry.fault.probability !== undefined && random() >= entry.fault.probability) return false;
        entry.struck += 1;
        return true;
      });
      active = active.filter(({ fault, struck: times }) => fault.times === undefined || times < fault.times);
      return struck;
    },
    worldOf: (id) => frozen.get(id),
  };
}
