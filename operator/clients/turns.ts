/** One asker that was told to come back. */
type Ticket = {
  key: string;
  /** 0 is served first. */
  priority: number;
  namespace: string;
  /** When it was first told to come back. */
  sinceMs: number;
  /** When it was told to come back. */
  dueAtMs: number;
  order: number;
};

type Queue = { priority: number; namespace: string; tickets: Map<string, Ticket> };

export type Asker = { key: string; priority: number; namespace: string };

export type TurnsOptions = {
  /** An asker that is later than this has lost its claim to block others, though not its place when it does come. */
  graceMs: number;
  /** Waiting this long lifts an asker by one priority, so that nobody starves. */
  ageMs: number;
  /** Counts of past service per namespace are halved at this period. */
  fairnessMs: number;
};

/**
 * Who is served next when there is not enough for all. Nobody waits here: a refused asker leaves a ticket, goes away
 * with a time, and finds its place when it comes back with the same key.
 *
 * Guarantees: lower priority numbers first; within one priority the namespace that was served less in the recent past;
 * within a namespace in order of arrival. What is free and not claimed by somebody due now goes to whoever is here.
 * Caveat: places are estimated from queue lengths; only the admission itself is exact.
 */
export function createTurns(options: TurnsOptions) {
  const queues = new Map<string, Queue>();
  const tickets = new Map<string, Ticket>();
  /** Tickets whose owner is late: they block nobody, and are served at once when the owner shows up. */
  const late = new Map<string, Ticket>();
  const served = new Map<string, number>();
  let halvedAtMs = 0;
  let order = 0;

  const queueOf = (priority: number, namespace: string): Queue => {
    const name = `${priority}/${namespace}`;
    let queue = queues.get(name);
    if (!queue) queues.set(name, (queue = { priority, namespace, tickets: new Map() }));
    return queue;
  };

  const drop = (ticket: Ticket) => {
    tickets.delete(ticket.key);
    const name = `${ticket.priority}/${ticket.namespace}`;
    const queue = queues.get(name);
    queue?.tickets.delete(ticket.key);
    if (queue?.tickets.size === 0) queues.delete(name);
  };

  const expire = (nowMs: number) => {
    for (const queue of queues.values()) {
      for (const ticket of queue.tickets.values()) {
        if (ticket.dueAtMs + options.graceMs >= nowMs) break;
        drop(ticket);
        late.set(ticket.key, ticket);
      }
    }
    for (const ticket of late.values()) {
      if (ticket.dueAtMs + options.ageMs * 5 >= nowMs) break;
      late.delete(ticket.key);
    }
  };

  const decay = (nowMs: number) => {
    if (nowMs - halvedAtMs < options.fairnessMs) return;
    halvedAtMs = nowMs;
    for (const [namespace, count] of served) {
      if (count < 1) served.delete(namespace);
      else served.set(namespace, count / 2);
    }
  };

  /** The priority of an asker now: waiting has lifted it. */
  const lifted = (asker: Asker, nowMs: number): number => {
    const ticket = tickets.get(asker.key);
    const waitedMs = ticket ? nowMs - ticket.sinceMs : 0;
    return Math.max(
      0,
      Math.min(asker.priority, ticket?.priority ?? asker.priority) - Math.floor(waitedMs / options.ageMs),
    );
  };

  /** How many of the askers in front: all of them, or only those that are due by `byMs`. */
  const ahead = (asker: Asker, priority: number, byMs: number): number => {
    const own = queues.get(`${priority}/${asker.namespace}`);
    const rank = rankIn(own, asker.key, byMs);
    const turn = (served.get(asker.namespace) ?? 0) + rank;
    let count = rank;
    for (const queue of queues.values()) {
      if (queue === own || queue.priority > priority) continue;
      const waiting = dueCount(queue, byMs);
      if (queue.priority < priority) count += waiting;
      else count += Math.min(waiting, Math.max(0, Math.ceil(turn - (served.get(queue.namespace) ?? 0))));
    }
    return count;
  };

  return {
    /** May this asker take one of `available` now? */
    mayGo(asker: Asker, available: number, nowMs: number): boolean {
      expire(nowMs);
      if (available <= 0) return false;
      if (tickets.size === 0 || late.has(asker.key)) return true;
      return ahead(asker, lifted(asker, nowMs), nowMs) < available;
    },
    /** It took one. */
    went(asker: Asker, nowMs: number): void {
      decay(nowMs);
      const ticket = tickets.get(asker.key);
      if (ticket) drop(ticket);
      late.delete(asker.key);
      served.set(asker.namespace, (served.get(asker.namespace) ?? 0) + 1);
    },
    /** Which place in the line it has: 1 is the next. */
    placeOf(asker: Asker, nowMs: number): number {
      return ahead(asker, lifted(asker, nowMs), Number.POSITIVE_INFINITY) + 1;
    },
    /** It was told to come back at `dueAtMs`. */
    wait(asker: Asker, dueAtMs: number, nowMs: number): void {
      const priority = lifted(asker, nowMs);
      const known = tickets.get(asker.key) ?? late.get(asker.key);
      late.delete(asker.key);
      if (known && tickets.has(asker.key) && known.priority === priority && known.namespace === asker.namespace) {
        known.dueAtMs = dueAtMs;
        return;
      }
      if (known) drop(known);
      order += 1;
      const ticket = { ...asker, priority, sinceMs: known?.sinceMs ?? nowMs, dueAtMs, order };
      tickets.set(ticket.key, ticket);
      queueOf(priority, asker.namespace).tickets.set(ticket.key, ticket);
    },
    waiting: () => tickets.size,
  };
}

export type Turns = ReturnType<typeof createTurns>;

/** How many stand before `key` in its own queue; all of them when it is not in it. */
function rankIn(queue: Queue | undefined, key: string, byMs: number): number {
  if (!queue) return 0;
  if (!queue.tickets.has(key)) return dueCount(queue, byMs);
  let rank = 0;
  for (const ticket of queue.tickets.values()) {
    if (ticket.key === key) break;
    if (ticket.dueAtMs <= byMs) rank += 1;
  }
  return rank;
}

/** Tickets that are due; arrival order is nearly due order, so the first that is not ends the search. */
function dueCount(queue: Queue, byMs: number): number {
  if (byMs === Number.POSITIVE_INFINITY) return queue.tickets.size;
  let count = 0;
  for (const ticket of queue.tickets.values()) {
    if (ticket.dueAtMs > byMs) break;
    count += 1;
  }
  return count;
}
