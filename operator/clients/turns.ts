/** One asker that was told to come back. */
type Ticket = {
  key: string;
  /** 0 is served first. What waiting has made of the asker's own. */
  priority: number;
  namespace: string;
  /** The asker's own priority. */
  own: number;
  /** When it was first told to come back. */
  sinceMs: number;
  /** When it was told to come back. */
  dueAtMs: number;
  order: number;
};

type Queue = { priority: number; namespace: string; own: number; tickets: Map<string, Ticket> };

export type Asker = { key: string; priority: number; namespace: string };

export type TurnsOptions = {
  /** An asker that is later than this has lost its claim to block others, though not its place when it does come. */
  graceMs: number;
  /** Waiting this long lifts an asker by one priority, so that nobody starves. */
  ageMs: number;
  /** Counts of past service per namespace are halved at this period. */
  fairnessMs: number;
};

/** So many times the age is a long wait, and long enough to remember who does not come. */
const LONG_AGES = 5;

/**
 * Who is served next when there is not enough for all. Nobody waits here: a refused asker leaves a ticket, goes away
 * with a time, and finds its place when it comes back with the same key.
 *
 * Guarantees: lower priority numbers first; within one priority the namespace that was served less in the recent past;
 * within a namespace those who came with it before those whom waiting has lifted to it, and in turns with them when they
 * have waited long: nobody starves, and somebody new does not stand behind a sweep of thousands; of equals in order of
 * arrival. What is free and not claimed by somebody due now goes to whoever is here.
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

  const queueOf = ({ priority, namespace, own }: Ticket): Queue => {
    const name = nameOf(priority, own, namespace);
    let queue = queues.get(name);
    if (!queue) queues.set(name, (queue = { priority, namespace, own, tickets: new Map() }));
    return queue;
  };

  const drop = (ticket: Ticket) => {
    tickets.delete(ticket.key);
    const name = nameOf(ticket.priority, ticket.own, ticket.namespace);
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
      if (ticket.dueAtMs + options.ageMs * LONG_AGES >= nowMs) break;
      late.delete(ticket.key);
    }
  };

  /** How often askers of one priority have been served in a namespace; `served` by the namespace alone counts all of them. */
  const servedOf = (own: number, namespace: string): number => served.get(`${own}/${namespace}`) ?? 0;

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
  const ahead = (asker: Asker, priority: number, byMs: number, nowMs: number): number => {
    const { namespace } = asker;
    const hasWaitedLong = (queue: Queue | undefined): boolean => {
      const [first] = queue?.tickets.values() ?? [];
      return first !== undefined && nowMs - first.sinceMs >= options.ageMs * LONG_AGES;
    };
    const own = queues.get(nameOf(priority, asker.priority, namespace));
    const rank = rankIn(own, asker.key, byMs);
    const turn = servedOf(asker.priority, namespace) + rank;
    /** Those of the same namespace whom waiting has lifted, where we were born to this priority; or the other way round. */
    const ofSibling = (sibling: Queue, waiting: number): number => {
      const isBornFirst = sibling.own < asker.priority;
      if (hasWaitedLong(isBornFirst ? own : sibling)) return inFront(waiting, turn, servedOf(sibling.own, namespace));
      return isBornFirst ? waiting : 0;
    };
    let before = 0;
    let inside = rank;
    const others = new Map<string, number>();
    for (const queue of queues.values()) {
      if (queue === own || queue.priority > priority) continue;
      const waiting = dueCount(queue, byMs);
      if (queue.priority < priority) before += waiting;
      else if (queue.namespace === namespace) inside += ofSibling(queue, waiting);
      else others.set(queue.namespace, (others.get(queue.namespace) ?? 0) + waiting);
    }
    const place = (served.get(namespace) ?? 0) + inside;
    let outside = 0;
    for (const [other, waiting] of others) outside += inFront(waiting, place, served.get(other) ?? 0);
    return before + inside + outside;
  };

  return {
    /** May this asker take one of `available` now? */
    mayGo(asker: Asker, available: number, nowMs: number): boolean {
      expire(nowMs);
      if (available <= 0) return false;
      if (tickets.size === 0 || late.has(asker.key)) return true;
      return ahead(asker, lifted(asker, nowMs), nowMs, nowMs) < available;
    },
    /** It took one. */
    went(asker: Asker, nowMs: number): void {
      decay(nowMs);
      const ticket = tickets.get(asker.key);
      if (ticket) drop(ticket);
      late.delete(asker.key);
      for (const name of [asker.namespace, `${asker.priority}/${asker.namespace}`]) {
        served.set(name, (served.get(name) ?? 0) + 1);
      }
    },
    /** It gave back what it took: it is served at once when it shows up soon, and blocks nobody until then. */
    cameBack(asker: Asker, nowMs: number): void {
      for (const name of [asker.namespace, `${asker.priority}/${asker.namespace}`]) {
        served.set(name, Math.max(0, (served.get(name) ?? 0) - 1));
      }
      order += 1;
      late.set(asker.key, { ...asker, own: asker.priority, sinceMs: nowMs, dueAtMs: nowMs, order });
    },
    /** Which place in the line it has: 1 is the next. */
    placeOf(asker: Asker, nowMs: number): number {
      return ahead(asker, lifted(asker, nowMs), Number.POSITIVE_INFINITY, nowMs) + 1;
    },
    /** It was told to come back at `dueAtMs`. */
    wait(asker: Asker, dueAtMs: number, nowMs: number): void {
      const priority = lifted(asker, nowMs);
      const known = tickets.get(asker.key) ?? late.get(asker.key);
      late.delete(asker.key);
      const isThere = known !== undefined && tickets.get(asker.key) === known;
      const stays = isThere && known.priority === priority && known.own === asker.priority;
      if (stays && known.namespace === asker.namespace) {
        known.dueAtMs = dueAtMs;
        return;
      }
      if (known) drop(known);
      order += 1;
      const ticket = { ...asker, priority, own: asker.priority, sinceMs: known?.sinceMs ?? nowMs, dueAtMs, order };
      tickets.set(ticket.key, ticket);
      queueOf(ticket).tickets.set(ticket.key, ticket);
    },
    waiting: () => tickets.size,
  };
}

export type Turns = ReturnType<typeof createTurns>;

const nameOf = (priority: number, own: number, namespace: string): string => `${priority}/${own}/${namespace}`;

/** Of so many in another line, those who are served before the one whose turn is the nth of its own. */
const inFront = (waiting: number, turn: number, served: number): number =>
  Math.min(waiting, Math.max(0, Math.ceil(turn - served)));

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
