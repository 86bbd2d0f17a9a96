import type { Clock } from '../../clock.ts';
import { OperatorError, toOperatorError } from '../../errors.ts';
import { createBatches } from './batches.ts';
import { entryIn, type LedgerData, type LedgerEntry, shardOf, withEntry, withoutEntry } from './ledger-entry.ts';
import { CONFIG_MAPS } from './resources.ts';
import type { KubeClient, KubeObject } from './types.ts';

export type { LedgerEntry } from './ledger-entry.ts';

type Want =
  | { kind: 'write'; entry: LedgerEntry }
  | { kind: 'takeBack'; entry: LedgerEntry; former: LedgerEntry | undefined };
type ConfigMap = KubeObject & { data?: LedgerData };

const FIELD_MANAGER = 'fabric-link-operator';
/** Others write here only by hand; our own writes are known at once. Real time. */
const KNOWN_FOR_MS = 10_000;

/**
 * Facts that outlive the object they are about, in ConfigMaps of the operator's own namespace (design section 2).
 *
 * Guarantees: an entry is there once `write` has resolved; no entry that still counts is dropped or shortened, whoever
 * writes at the same time; writing the same entry again changes nothing.
 * Caveat: `find` may be ten seconds behind what other hands did to the ConfigMap.
 */
export interface Ledger {
  /** The entry, unless it has run out. */
  find(sought: Pick<LedgerEntry, 'what' | 'subject'>, signal: AbortSignal): Promise<LedgerEntry | undefined>;
  /**
   * To be awaited before the thing that it records is done. Throws `blocked` when there is no room: then do not do it.
   * Returns the entry whose place it took.
   */
  write(entry: LedgerEntry, signal: AbortSignal): Promise<LedgerEntry | undefined>;
  /** It was not done after all: `entry` goes, and the one whose place it took is there again. */
  takeBack(entry: LedgerEntry, former: LedgerEntry | undefined, signal: AbortSignal): Promise<void>;
  /** Where a person finds the entry: the ConfigMap, and its namespace. */
  placeOf(entry: Pick<LedgerEntry, 'what' | 'subject'>): { namespace: string; name: string };
}

export type LedgerOptions = {
  kube: Pick<KubeClient, 'get' | 'create' | 'patch'>;
  clock: Clock;
  /** The operator's own. */
  namespace: string;
};

export function createLedger({ kube, clock, namespace }: LedgerOptions): Ledger {
  const known = new Map<string, { data: LedgerData; untilMs: number }>();

  const remember = (name: string, map: ConfigMap | undefined): LedgerData => {
    const data = map?.data ?? {};
    known.set(name, { data, untilMs: clock.now() + KNOWN_FOR_MS });
    return data;
  };
  const read = (name: string, signal: AbortSignal) => kube.get<ConfigMap>(CONFIG_MAPS, namespace, name, signal);

  const create = async (name: string, data: LedgerData, signal: AbortSignal): Promise<ConfigMap> => {
    const metadata = {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': FIELD_MANAGER, 'fabriclink.dev/ledger': 'true' },
    };
    try {
      return await kube.create<ConfigMap>(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, signal);
    } catch (thrown) {
      // Not found, of something that is to be created, is the namespace.
      if (toOperatorError(thrown).status === 404) throw noNamespace(namespace);
      throw thrown;
    }
  };

  /** One read and one write for all who want something written in this shard at the same time. */
  const put = async (name: string, wants: readonly Want[], signal: AbortSignal) => {
    known.delete(name);
    const map = await read(name, signal);
    let data: LedgerData = map?.data ?? {};
    const changes: Record<string, string | null> = {};
    const results = wants.map((want) => {
      const former = entryIn(data, want.entry, clock.now());
      const change =
        want.kind === 'write' ? withEntry(data, want.entry, clock.now()) : withoutEntry(data, want.entry, want.former);
      if (change.kind === 'full') {
        return () => {
          throw full(namespace, name);
        };
      }
      if (change.kind === 'change') {
        data = changed(data, change.data);
        Object.assign(changes, change.data);
      }
      return () => former;
    });
    if (Object.keys(changes).length === 0) return results;
    if (!map) {
      remember(name, await create(name, data, signal));
      return results;
    }
    // Refused when anybody has written since: then the next pass reads anew.
    const body = { metadata: { resourceVersion: map.metadata.resourceVersion }, data: changes };
    const patch = { type: 'merge', body, fieldManager: FIELD_MANAGER } as const;
    remember(name, await kube.patch<ConfigMap>(CONFIG_MAPS, namespace, name, patch, signal));
    return results;
  };
  const write = createBatches<Want, LedgerEntry | undefined>(put);

  return {
    placeOf: (entry) => ({ namespace, name: shardOf(entry) }),

    async find(sought, signal) {
      const name = shardOf(sought);
      const fresh = known.get(name);
      const data = fresh && clock.now() < fresh.untilMs ? fresh.data : remember(name, await read(name, signal));
      return entryIn(data, sought, clock.now());
    },

    write: (entry, signal) => write(shardOf(entry), { kind: 'write', entry }, signal),

    async takeBack(entry, former, signal) {
      await write(shardOf(entry), { kind: 'takeBack', entry, former }, signal);
    },
  };
}

const changed = (data: LedgerData, changes: Readonly<Record<string, string | null>>): LedgerData =>
  Object.fromEntries(
    Object.entries({ ...data, ...changes }).filter((pair): pair is [string, string] => pair[1] !== null),
  );

function full(namespace: string, name: string): OperatorError {
  return new OperatorError({
    disposition: 'blocked',
    reason: 'LedgerFull',
    message: `ConfigMap ${namespace}/${name} has no room for another entry`,
    remedy: `take entries that nobody needs any more out of it (\`kubectl -n ${namespace} edit configmap ${name}\`); until then the deletion waits`,
  });
}

function noNamespace(namespace: string): OperatorError {
  return new OperatorError({
    disposition: 'blocked',
    reason: 'LedgerUnwritable',
    message: `namespace ${namespace}, in which the operator keeps its ledger, does not exist`,
    remedy: `create namespace ${namespace}, or start the operator with the namespace it runs in as POD_NAMESPACE`,
  });
}
