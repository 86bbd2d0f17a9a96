import { forbiddenField } from '../field-error.ts';
import type { Matches } from '../selectors.ts';
import { invalidOptions, StatusError } from '../status-error.ts';
import { changesAfter, orderedKeys } from '../store/collection.ts';
import type { Change, Version } from '../store/version.ts';
import type { JsonObject } from '../types.ts';
import type { Cluster, Target } from './cluster.ts';
import { matcher, parseWatchRevision } from './list.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** Where the events of a watch go. */
export type WatchSink = {
  /** JSON of one version in the representation that the client asked for. */
  encode(version: Version): string;
  /** JSON of an object that only carries metadata. */
  encodeBookmark(metadata: JsonObject): string;
  /** One line of the stream, without its end. */
  write(line: string): void;
  end(): void;
};

export type WatchStream = {
  /** Tells the client how far it has come, if it asked to be told. */
  bookmark(): void;
  /** Stops listening; the sink is not ended. */
  stop(): void;
};

const line = (type: EventType, object: string): string => `{"type":"${type}","object":${object}}`;

/**
 * Streams changes to `sink`: first the initial state, if asked for or if no resourceVersion is given, then what
 * happens, in order and without gaps. A resourceVersion that is forgotten gets one ERROR event with code 410.
 * Throws 400 or 422 before anything is written.
 */
export function openWatch(cluster: Cluster, target: Target, query: URLSearchParams, sink: WatchSink): WatchStream {
  const { store } = cluster;
  const collection = store.collection(target.resource.collection);
  const since = parseWatchRevision(query.get('resourceVersion'));
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  const initialEvents = readInitialEvents(query);
  const matches = matcher(target, query);

  const sendBookmark = (metadata: JsonObject) =>
    bookmarks && sink.write(line('BOOKMARK', sink.encodeBookmark({ ...metadata, creationTimestamp: null })));

  function deliver(change: Change): void {
    const seen = visible(change, matches);
    if (seen) sink.write(line(seen.type, sink.encode(seen.version)));
  }

  const replays = initialEvents ?? !since;
  if (replays) {
    for (const key of orderedKeys(collection)) {
      const version = collection.entries.get(key)!;
      if (!matches || matches(version.object)) sink.write(line('ADDED', sink.encode(version)));
    }
    if (initialEvents) {
      const annotations = { 'k8s.io/initial-events-end': 'true' };
      sendBookmark({ resourceVersion: String(store.revision()), annotations });
    }
  } else if (since! < collection.compactedAt) {
    const { status } = tooOld(since!, collection.compactedAt);
    sink.write(line('ERROR', JSON.stringify(status)));
    sink.end();
    return { bookmark: () => undefined, stop: () => undefined };
  } else changesAfter(collection, since!).forEach(deliver);

  collection.listeners.add(deliver);
  return {
    bookmark: () => sendBookmark({ resourceVersion: String(store.revision()) }),
    stop: () => collection.listeners.delete(deliver),
  };
}

export const isTrue = (text: string | null): boolean => text === 'true' || text === '1';

const tooOld = (asked: number, oldest: number): StatusError =>
  new StatusError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);

/** Whether the stream begins with the present state; undefined when the query leaves it to the resourceVersion. */
function readInitialEvents(query: URLSearchParams): boolean | undefined {
  const text = query.get('sendInitialEvents');
  if (text === null) return undefined;
  if (query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw invalidOptions('ListOptions', forbiddenField('resourceVersionMatch', why));
  }
  return isTrue(text);
}

/** What a change looks like through selectors: objects enter and leave the view as they start and cease to match. */
function visible(
  { type, current, previous }: Change,
  matches: Matches | undefined,
): { type: 'ADDED' | 'MODIFIED' | 'DELETED'; version: Version } | undefined {
  if (!matches) return { type, version: current };
  const was = previous !== undefined && matches(previous.object);
  const is = type !== 'DELETED' && matches(current.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', version: current };
  if (!was) return undefined;
  if (type === 'DELETED') return { type, version: current };
  // The client gets the last state that it could see, at the revision of the change that took it away.
  const { resourceVersion } = current.object.metadata;
  const metadata = { ...previous.object.metadata, ...(resourceVersion && { resourceVersion }) };
  const object = { ...previous.object, metadata };
  return { type: 'DELETED', version: { ...current, object, texts: new Map() } };
}
