import { createHash } from 'node:crypto';
import { apiVersionOf, EVENTS } from '../clients/kube/resources.ts';
import type { KubeClient, KubeObject, ResourceType } from '../clients/kube/types.ts';
import type { Clock } from '../clock.ts';
import { toOperatorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Fence } from './fence.ts';
import type { EventNote } from './kind.ts';
import type { Metrics } from './metrics.ts';
import { createTokenBuckets } from './token-buckets.ts';
import { createToldEvents } from './told-events.ts';

export type About = { type: ResourceType; object: KubeObject };

export interface EventRecorder {
  /** Returns at once; what cannot be written is dropped and counted. */
  record(about: About, note: EventNote): void;
  /** Events that are still to be written. */
  pending(): number;
  /** Takes nothing more; resolves when what was taken is written (or dropped, once the fence is closed). */
  stop(): Promise<void>;
}

export type EventRecorderOptions = {
  kube: Pick<KubeClient, 'get' | 'list' | 'create' | 'patch'>;
  fence: Pick<Fence, 'isHeld' | 'signal'>;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** `reportingController`, and the instance: the pod's name. */
  controller: string;
  instance: string;
};

type EventObject = KubeObject & { series?: { count: number; lastObservedTime: string } };

/** A new event is told at once; its repeats are gathered and told together this often. */
const SERIES_EVERY_MS = 60_000;
const MOST_PENDING = 1_000;
const MOST_REMEMBERED = 4_096;
/** As in client-go's spam filter: a burst of 25 for an object, then one in five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
/** events.k8s.io/v1 refuses longer notes. */
const LONGEST_NOTE_BYTES = 1_024;

type Known = {
  about: About;
  note: EventNote;
  /** Of the object and the words; the last part of the Event's name. */
  digest: string;
  /** Name of the Event; known once it has been looked for. */
  name?: string;
  repeats: number;
  lastAtMs: number;
  cancel?: () => void;
};

/**
 * Events of events.k8s.io/v1.
 *
 * Guarantees: never holds up a pass; repeats of one note about one object, also those after a restart or a lost reply,
 * become one event with a `series`, never twins (of the last 4,096 notes, and all of the first hour); an object that talks without end is cut short. Names begin with the
 * time, as client-go's do: kubectl describe lists them by name, because events.k8s.io leaves the old time fields empty.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { kube, clock, log } = options;
  const dropped = options.metrics.counter('fabriclink_events_dropped_total', 'Events not written.', ['cause']);
  for (const cause of ['rate', 'backlog', 'failed', 'fenced']) dropped.add({ cause }, 0);
  const buckets = createTokenBuckets({ burst: BURST, refillMs: REFILL_MS, mostKeys: MOST_REMEMBERED }, clock);
  const known = new Map<string, Known>();
  const outbox: (() => Promise<void>)[] = [];
  let sending: Promise<void> | undefined;
  const told = createToldEvents({ kube, clock, controller: options.controller, signal: options.fence.signal });
  let order = 0;
  let stopped = false;

  const post = (write: () => Promise<void>): void => {
    if (stopped) return;
    if (outbox.length >= MOST_PENDING) {
      dropped.add({ cause: 'backlog' });
      return;
    }
    outbox.push(write);
    sending ??= send().finally(() => {
      sending = undefined;
    });
  };

  const send = async (): Promise<void> => {
    for (let write = outbox.shift(); write; write = outbox.shift()) {
      if (!options.fence.isHeld()) {
        dropped.add({ cause: 'fenced' });
        continue;
      }
      try {
        await write();
      } catch (thrown) {
        dropped.add({ cause: 'failed' });
        log.debug('event not written', { error: toOperatorError(thrown).message });
      }
    }
  };

  const writeFirst = async (entry: Known): Promise<void> => {
    const { namespace = 'default', uid, creationTimestamp } = entry.about.object.metadata;
    const createdAtMs = Date.parse(creationTimestamp ?? '') || 0;
    const earlier = uid ? await told.find(namespace, entry.digest, createdAtMs) : undefined;
    entry.name = earlier ?? nameOf(entry, order++);
    if (earlier) await writeSeries(earlier, entry, 1);
    else await kube.create(EVENTS, bodyOf(entry.name, entry, options), options.fence.signal);
    told.told(namespace, entry.digest, entry.name);
  };

  const writeSeries = async (name: string, entry: Known, repeats: number): Promise<void> => {
    const { namespace = 'default' } = entry.about.object.metadata;
    const present = await kube.get<EventObject>(EVENTS, namespace, name, options.fence.signal);
    if (!present) {
      // Events live for an hour on the server; or the reply to our first write was a failure.
      await kube.create(EVENTS, bodyOf(name, entry, options), options.fence.signal);
      return;
    }
    const count = (present.series?.count ?? 1) + repeats;
    const body = { series: { count, lastObservedTime: microTime(entry.lastAtMs) } };
    await kube.patch(EVENTS, namespace, name, { type: 'merge', body }, options.fence.signal);
  };

  const flush = (entry: Known): void => {
    delete entry.cancel;
    const { repeats, name } = entry;
    entry.repeats = 0;
    post(() => (name ? writeSeries(name, entry, repeats) : writeFirst(entry)));
  };

  return {
    record(about, note) {
      if (stopped) return;
      const digest = digestOf(about.object, note);
      const entry = known.get(digest);
      if (entry) {
        entry.repeats += 1;
        entry.lastAtMs = clock.now();
        entry.cancel ??= clock.after(SERIES_EVERY_MS, () => flush(entry));
        return;
      }
      if (!buckets.take(about.object.metadata.uid ?? digest)) {
        dropped.add({ cause: 'rate' });
        return;
      }
      const fresh: Known = { about, note, digest, repeats: 0, lastAtMs: clock.now() };
      remember(known, digest, fresh);
      post(() => writeFirst(fresh));
    },
    pending: () => outbox.length + (sending ? 1 : 0),
    async stop() {
      stopped = true;
      for (const entry of known.values()) entry.cancel?.();
      await sending;
    },
  };
}

function remember(known: Map<string, Known>, digest: string, entry: Known): void {
  if (known.size >= MOST_REMEMBERED) {
    const [oldest] = known.keys();
    if (oldest !== undefined) {
      known.get(oldest)?.cancel?.();
      known.delete(oldest);
    }
  }
  known.set(digest, entry);
}

/** The same for the same words about the same object. */
function digestOf({ metadata }: KubeObject, { type, reason, action, note }: EventNote): string {
  return createHash('sha256').update([metadata.uid, type, reason, action, note].join('\n')).digest('hex').slice(0, 16);
}

/** Sorts by time, and within one millisecond by the order in which things were told. */
function nameOf({ about, digest, lastAtMs }: Known, told: number): string {
  const order = `${lastAtMs.toString(16).padStart(11, '0')}${(told % 0x1000).toString(16).padStart(3, '0')}`;
  return `${about.object.metadata.name.slice(0, 200)}.${order}.${digest}`;
}

function bodyOf(name: string, { about, note, lastAtMs }: Known, options: EventRecorderOptions): KubeObject {
  const { metadata } = about.object;
  const namespace = metadata.namespace ?? 'default';
  return {
    apiVersion: apiVersionOf(EVENTS),
    kind: EVENTS.kind,
    metadata: { name, namespace },
    eventTime: microTime(lastAtMs),
    reportingController: options.controller,
    reportingInstance: options.instance,
    type: note.type,
    reason: note.reason,
    action: note.action,
    note: shortened(note.note),
    regarding: {
      apiVersion: apiVersionOf(about.type),
      kind: about.type.kind,
      name: metadata.name,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      ...(metadata.uid && { uid: metadata.uid }),
      ...(metadata.resourceVersion && { resourceVersion: metadata.resourceVersion }),
    },
  } as KubeObject;
}

function shortened(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= LONGEST_NOTE_BYTES) return note;
  // A character that was cut in two decodes to U+FFFD, which would be longer than what was cut.
  return bytes
    .subarray(0, LONGEST_NOTE_BYTES)
    .toString()
    .replace(/\uFFFD+$/, '');
}

/** metav1.MicroTime. */
export function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}
