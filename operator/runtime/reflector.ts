import type { KubeObject, KubeWatch, ResourceType, WatchEvent, WatchingKubeClient } from '../clients/kube/types.ts';
import { type Clock, sleep } from '../clock.ts';
import { type OperatorError, toOperatorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type BackoffPolicy, createReconnectBackoff, type Random } from './backoff.ts';
import { listAllPages } from './list-pages.ts';
import { isNewer } from './resource-version.ts';
import { createSilenceTimer } from './silence.ts';
import { isCachedAsMetadata } from './transform.ts';

/** What went wrong with a list or a watch, for metrics. */
export type WatchFault = 'refused' | 'cut' | 'silent' | 'bad_line' | 'expired' | 'short';

/** Where a reflector puts what it hears. */
export type ReflectorSink = {
  /** A page of the list that is complete at `resourceVersion`. */
  page(items: readonly KubeObject[], resourceVersion: string): void;
  /** The list is complete at `resourceVersion`: what is not in `keys` is gone. */
  complete(keys: ReadonlySet<string>, resourceVersion: string): void;
  changed(object: KubeObject): void;
  deleted(object: KubeObject): void;
  /** Everything up to this version has been told. */
  seen(resourceVersion: string): void;
  fault(fault: WatchFault): void;
  /** An optional resource may not be listed or watched: nothing is heard of it until `complete`. */
  forbidden?(): void;
};

export type ReflectorOptions = {
  type: ResourceType;
  /** Undefined: the whole cluster. */
  namespace?: string;
  kube: WatchingKubeClient;
  /** Time of sockets: real, even where the operator's own clock is stepped. */
  clock: Clock;
  random: Random;
  log: Logger;
  sink: ReflectorSink;
  /** It goes without saying that a right is missing, once: asked again rarely. The text says what follows. */
  optional?: string;
  limits?: Partial<ReflectorLimits>;
};

export type ReflectorLimits = {
  pageSize: number;
  /** The server is asked to end a watch after this many seconds, plus up to as many again. */
  watchSeconds: number;
  /** No byte for this long, bookmarks (one a minute) included: the connection is half open. */
  silenceMs: number;
  /** A watch that lived this long clears the backoff. */
  healthyAfterMs: number;
  /** An orderly end before this is as suspicious as a cut. */
  shortestWatchMs: number;
  /** Between two tries at an optional resource that is forbidden. */
  forbiddenRetryMs: number;
  backoff: BackoffPolicy;
};

const LIMITS: ReflectorLimits = {
  pageSize: 500,
  watchSeconds: 300,
  silenceMs: 150_000,
  healthyAfterMs: 60_000,
  shortestWatchMs: 1_000,
  forbiddenRetryMs: 300_000,
  backoff: { baseMs: 800, maxMs: 30_000, factor: 2, jitter: 0.5 },
};

type WatchEnd = { version: string; fault?: WatchFault; livedMs: number; error?: OperatorError };

/**
 * Lists, then watches, for ever.
 *
 * Guarantees: whatever happens to the connection, the sink ends up with the server's state; a watch resumes after the
 * last event that was understood; when the server no longer knows that version, or when the same line is bad twice,
 * everything is listed anew. Events reach the sink in the server's order.
 */
export function createReflector(options: ReflectorOptions) {
  const { type, kube, clock, random, log, sink } = options;
  const limits = { ...LIMITS, ...options.limits };
  const backoff = createReconnectBackoff({ ...limits.backoff, healthyAfterMs: limits.healthyAfterMs }, random);
  const metadataOnly = isCachedAsMetadata(type);
  let progressAtMs = clock.now();
  let saidForbidden = false;
  const progressed = () => {
    progressAtMs = clock.now();
  };

  const pause = async (livedMs: number, error: OperatorError | undefined, signal: AbortSignal): Promise<void> => {
    // A server that says when to come back is not asked before.
    const delayMs = Math.max(backoff.afterFailure(livedMs), error?.retryAfterMs ?? 0);
    progressed();
    await sleep(clock, delayMs, signal);
  };

  /** A right that an optional resource needs is missing: said once, until it was there in between. */
  const goWithout = async (error: OperatorError, signal: AbortSignal): Promise<void> => {
    sink.fault('refused');
    if (!saidForbidden) {
      const where = { resource: type.plural, ...(options.namespace !== undefined && { namespace: options.namespace }) };
      log.warn('going on without a watch that is forbidden', {
        ...where,
        follows: options.optional,
        error: error.message,
      });
    }
    saidForbidden = true;
    sink.forbidden?.();
    progressed();
    await sleep(clock, limits.forbiddenRetryMs, signal);
  };
  const isForbidden = (error: OperatorError | undefined): boolean =>
    options.optional !== undefined && error?.status === 403;

  const list = async (signal: AbortSignal): Promise<string | undefined> => {
    const keys = new Set<string>();
    try {
      const version = await listAllPages(
        kube,
        type,
        { namespace: options.namespace, pageSize: limits.pageSize, metadataOnly },
        signal,
        (page, resourceVersion) => {
          progressed();
          for (const { metadata } of page)
            keys.add(metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name);
          sink.page(page, resourceVersion);
        },
      );
      sink.complete(keys, version);
      sink.seen(version);
      return version;
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const error = toOperatorError(thrown);
      if (isForbidden(error)) {
        await goWithout(error, signal);
        return undefined;
      }
      sink.fault(error.status === 410 ? 'expired' : 'refused');
      log.warn('list failed', { resource: type.plural, reason: error.reason, error: error.message });
      await pause(0, error, signal);
      return undefined;
    }
  };

  const watch = async (version: string, signal: AbortSignal): Promise<WatchEnd> => {
    const startedAtMs = clock.now();
    const ended = (end: Omit<WatchEnd, 'livedMs'>): WatchEnd => ({ ...end, livedMs: clock.now() - startedAtMs });
    let stream: KubeWatch;
    try {
      stream = await kube.watch(
        type,
        {
          ...(options.namespace !== undefined && { namespace: options.namespace }),
          resourceVersion: version,
          timeoutSeconds: Math.round(limits.watchSeconds * (1 + random())),
          ...(metadataOnly && { metadataOnly }),
        },
        signal,
      );
    } catch (thrown) {
      const error = toOperatorError(thrown);
      const useless = error.status === 410 || error.reason === 'VersionTooLarge';
      return ended({ version, fault: useless ? 'expired' : 'refused', error });
    }
    progressed();
    const silence = createSilenceTimer(clock, limits.silenceMs, () => stream.close());
    let seen = version;
    try {
      for await (const line of stream.lines) {
        silence.heard();
        progressed();
        const event = parseEvent(line);
        if (!event) return ended({ version: seen, fault: 'bad_line' });
        if (event.type === 'ERROR')
          return ended({ version: seen, fault: isExpired(event.object) ? 'expired' : 'refused' });
        const { resourceVersion = seen } = event.object.metadata;
        // Versions only grow; a server that tells older ones was restored from a backup, and what we know is not so.
        if (isNewer(seen, resourceVersion)) return ended({ version: seen, fault: 'expired' });
        seen = resourceVersion;
        if (event.type === 'DELETED') sink.deleted(event.object);
        else if (event.type !== 'BOOKMARK') sink.changed(event.object);
        sink.seen(seen);
      }
    } catch (thrown) {
      const error = toOperatorError(thrown);
      return ended({ version: seen, fault: silence.struck() ? 'silent' : 'cut', error });
    } finally {
      silence.stop();
      stream.close();
    }
    if (silence.struck()) return ended({ version: seen, fault: 'silent' });
    const end = ended({ version: seen });
    return end.livedMs < limits.shortestWatchMs ? { ...end, fault: 'short' } : end;
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let version: string | undefined;
    let badLineAfter: string | undefined;
    while (!signal.aborted) {
      version ??= await list(signal);
      if (version === undefined) continue;
      const end = await watch(version, signal);
      if (signal.aborted) return;
      version = end.version;
      if (!end.fault) {
        saidForbidden = false;
        backoff.afterHealthyEnd();
        continue;
      }
      if (end.error && isForbidden(end.error)) {
        // What happens meanwhile is not heard: listed anew, once that is allowed.
        version = undefined;
        await goWithout(end.error, signal);
        continue;
      }
      sink.fault(end.fault);
      log.warn('watch ended', { resource: type.plural, fault: end.fault, error: end.error?.message });
      if (end.fault === 'expired' || (end.fault === 'bad_line' && badLineAfter === version)) version = undefined;
      badLineAfter = end.fault === 'bad_line' ? version : undefined;
      await pause(end.livedMs, end.error, signal);
    }
  };

  return {
    /** Runs until the signal aborts; never rejects. */
    async run(signal: AbortSignal): Promise<void> {
      try {
        await run(signal);
      } catch (thrown) {
        if (!signal.aborted)
          log.error('reflector stopped', { resource: type.plural, error: toOperatorError(thrown).message });
      }
    },
    /** When it last heard something, tried something or began to wait before a retry; milliseconds since the epoch. */
    progressAtMs: () => progressAtMs,
  };
}

function parseEvent(line: string): WatchEvent<KubeObject> | undefined {
  try {
    const event = JSON.parse(line) as Partial<WatchEvent<KubeObject>> | null;
    if (event?.type === 'ERROR' && event.object) return event as WatchEvent<KubeObject>;
    const known =
      event?.type === 'ADDED' || event?.type === 'MODIFIED' || event?.type === 'DELETED' || event?.type === 'BOOKMARK';
    return known && event.object?.metadata ? (event as WatchEvent<KubeObject>) : undefined;
  } catch {
    return undefined;
  }
}

/** metav1.Status inside an ERROR event. */
function isExpired(status: unknown): boolean {
  const { code, reason } = status as { code?: number; reason?: string };
  return code === 410 || reason === 'Expired' || reason === 'Gone' || isVersionTooLarge(status);
}

/** The server went back behind the version we ask for: restored from a backup. */
function isVersionTooLarge(status: unknown): boolean {
  const { details } = status as { details?: { causes?: { reason?: string }[] } };
  return details?.causes?.some(({ reason }) => reason === 'ResourceVersionTooLarge') ?? false;
}
