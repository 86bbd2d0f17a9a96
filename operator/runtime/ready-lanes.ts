import { Fifo } from './fifo.ts';

/** From most to least urgent: the same words as in `CallOptions`. */
export const PRIORITIES = ['person', 'routine', 'resync'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** True when `one` goes before `other`. */
export function isMoreUrgent(one: Priority, other: Priority): boolean {
  return PRIORITIES.indexOf(one) < PRIORITIES.indexOf(other);
}

export type LanePolicy = {
  /** Who has been ready for longer than this may use the reserved share, milliseconds. */
  agedAfterMs: number;
  /** One pick in this many goes to whoever has waited longest, if aged. */
  agedShare: number;
};

type Ticket = { key: string; namespace: string; priority: Priority; sinceMs: number; live: boolean };

type Lane = {
  size: number;
  /** All tickets in order of arrival, for ageing. */
  arrivals: Fifo<Ticket>;
  byNamespace: Map<string, Fifo<Ticket>>;
  /** Namespaces with something ready, in turn. */
  turns: Fifo<string>;
};

/**
 * What is ready to be worked on. The most urgent lane goes first, and inside a lane namespaces take turns. A strict order
 * would starve the lower lanes while the upper ones refill, and a pure order of waiting times would make a
 * person wait behind an old sweep; so one pick in `agedShare` serves the longest wait, and the others keep the order.
 */
export function createReadyLanes(policy: LanePolicy) {
  const lanes: Record<Priority, Lane> = { person: emptyLane(), routine: emptyLane(), resync: emptyLane() };
  const tickets = new Map<string, Ticket>();
  let picks = 0;

  const drop = (ticket: Ticket): void => {
    ticket.live = false;
    tickets.delete(ticket.key);
    const lane = lanes[ticket.priority];
    lane.size -= 1;
    // Arrivals are only read when something may have aged: cleared here, so that they do not pile up.
    firstLive(lane.arrivals);
  };

  const longestWaiting = (nowMs: number): Ticket | undefined => {
    let oldest: Ticket | undefined;
    for (const priority of PRIORITIES) {
      const ticket = firstLive(lanes[priority].arrivals);
      if (ticket && (!oldest || ticket.sinceMs < oldest.sinceMs)) oldest = ticket;
    }
    return oldest && nowMs - oldest.sinceMs >= policy.agedAfterMs ? oldest : undefined;
  };

  return {
    add(key: string, namespace: string, priority: Priority, sinceMs: number): void {
      const ticket: Ticket = { key, namespace, priority, sinceMs, live: true };
      tickets.set(key, ticket);
      const lane = lanes[priority];
      lane.size += 1;
      lane.arrivals.push(ticket);
      let queue = lane.byNamespace.get(namespace);
      if (!queue) {
        queue = new Fifo();
        lane.byNamespace.set(namespace, queue);
        lane.turns.push(namespace);
      }
      queue.push(ticket);
    },
    /** Takes a key out of its lane; answers since when it had been ready. */
    remove(key: string): number | undefined {
      const ticket = tickets.get(key);
      if (ticket) drop(ticket);
      return ticket?.sinceMs;
    },
    /** The next key to work on. */
    pick(nowMs: number): { key: string; sinceMs: number } | undefined {
      if (tickets.size === 0) return undefined;
      picks += 1;
      const aged = picks % policy.agedShare === 0 ? longestWaiting(nowMs) : undefined;
      const ticket = aged ?? nextInTurn(lanes);
      if (ticket) drop(ticket);
      return ticket;
    },
    size: (priority?: Priority): number => (priority ? lanes[priority].size : tickets.size),
  };
}

function emptyLane(): Lane {
  return { size: 0, arrivals: new Fifo(), byNamespace: new Map(), turns: new Fifo() };
}

function nextInTurn(lanes: Record<Priority, Lane>): Ticket | undefined {
  for (const priority of PRIORITIES) {
    const lane = lanes[priority];
    while (lane.size > 0) {
      const namespace = lane.turns.shift();
      if (namespace === undefined) break;
      const queue = lane.byNamespace.get(namespace)!;
      const ticket = firstLive(queue);
      if (!ticket) {
        lane.byNamespace.delete(namespace);
        continue;
      }
      queue.shift();
      lane.turns.push(namespace);
      return ticket;
    }
  }
  return undefined;
}

/** Drops the dead tickets at the front. */
function firstLive(queue: Fifo<Ticket>): Ticket | undefined {
  let ticket = queue.peek();
  while (ticket && !ticket.live) {
    queue.shift();
    ticket = queue.peek();
  }
  return ticket;
}
