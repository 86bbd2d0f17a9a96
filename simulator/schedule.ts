import type { SimClock } from './clock.ts';

/** Something that will happen, as plain data: it lives in the world, so that a restored world goes on where it was. */
export type ScheduledEvent = { id: number; dueAtMs: number; kind: string; payload: Record<string, string> };

type Handler<Cloud> = (cloud: Cloud, payload: Record<string, string>) => void;

export type Schedule<Cloud> = {
  /** Says once, when a room is mounted, what events of a kind do. A handler must bear that its object is gone by now. */
  define(kind: string, handler: Handler<Cloud>): void;
  /** A published duration in milliseconds (scaled here). Zero or less happens at once. */
  after(publishedMs: number, kind: string, payload: Record<string, string>): void;
  /** Sets the timers of all events in the world anew, after the world was replaced. */
  rearm(): void;
  stop(): void;
};

type Host = { clock: SimClock; world: { scheduled: ScheduledEvent[] } };

/** Rooms share one schedule; `cloud` is asked late, because a restore replaces its world. */
export function createSchedule<Cloud extends Host>(cloud: () => Cloud): Schedule<Cloud> {
  const handlers = new Map<string, Handler<Cloud>>();
  const cancels = new Map<number, () => void>();
  let nextId = 1;

  const fire = (event: ScheduledEvent) => {
    const handler = handlers.get(event.kind);
    if (!handler) throw new Error(`nobody defined the event ${event.kind}`);
    handler(cloud(), event.payload);
  };

  const arm = (event: ScheduledEvent) => {
    const cancel = cloud().clock.after(event.dueAtMs - cloud().clock.now(), () => {
      cancels.delete(event.id);
      const { world } = cloud();
      world.scheduled = world.scheduled.filter((other) => other.id !== event.id);
      fire(event);
    });
    cancels.set(event.id, cancel);
  };

  const stop = () => {
    for (const cancel of cancels.values()) cancel();
    cancels.clear();
  };

  return {
    define: (kind, handler) => void handlers.set(kind, handler),
    after(publishedMs, kind, payload) {
      const { clock, world } = cloud();
      const event = { id: nextId++, dueAtMs: clock.now() + clock.scaled(publishedMs), kind, payload };
      if (publishedMs <= 0) {
        fire(event);
        return;
      }
      world.scheduled.push(event);
      arm(event);
    },
    rearm() {
      stop();
      for (const event of cloud().world.scheduled) {
        nextId = Math.max(nextId, event.id + 1);
        arm(event);
      }
    },
    stop,
  };
}
