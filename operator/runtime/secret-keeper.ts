import { keyOf, SECRETS, splitKey } from '../clients/kube/resources.ts';
import type { KubeClient, KubeObject } from '../clients/kube/types.ts';
import type { Clock } from '../clock.ts';
import { toOperatorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Fence } from './fence.ts';
import { FINALIZER } from './finalizer.ts';
import type { Informer } from './informer.ts';
import type { Kind } from './kind.ts';
import { SECRET_INDEX } from './secret-watch.ts';

/** On a Secret that some claimed object acts with: without it, nothing that it made could be taken down. */
export const IN_USE = 'fabriclink.dev/in-use';

export type SecretKeeperOptions = {
  /** FABRICLINK_SECRET_FINALIZER. Off: what an earlier process put on is taken off again, and nothing else is done. */
  enabled: boolean;
  /** As `withSecretWatch` made them; those without `secrets` do not count. */
  kinds: readonly Kind[];
  secrets: Informer;
  informerOf: (type: Kind['type']) => Informer;
  kube: Pick<KubeClient, 'get' | 'patch'>;
  fence: Pick<Fence, 'assertHeld' | 'isHeld' | 'signal'>;
  clock: Clock;
  log: Logger;
  fieldManager: string;
};

/** What was refused is tried again after this, milliseconds of real time. */
const AGAIN_MS = { conflict: 1_000, other: 60_000 };

/**
 * Holds Secrets that are in use by a finalizer, so that deleting a namespace, which takes everything at once, leaves
 * the credentials until the last thing is taken down.
 *
 * Guarantees: `hold` has put the finalizer on before it resolves, or never will; a Secret that no claimed object in its
 * namespace names is let go, also one that a dead process held (all are looked at once, at the start); both by what the
 * cluster says at that moment, each against the version that was read, and one after the other for each Secret.
 * Caveat: where Secrets may not be listed, none is held: whoever could not sweep must not hold.
 */
export function createSecretKeeper(options: SecretKeeperOptions) {
  const { secrets, kube, fence, clock, log } = options;
  const kinds = options.kinds.filter(({ secrets: names }) => names !== undefined);
  const toCheck = new Set<string>();
  const turns = new Map<string, Promise<unknown>>();
  let running = false;
  let started = false;
  let saidRefused = false;

  const isUsed = (key: string): boolean =>
    options.enabled && kinds.some(({ type }) => options.informerOf(type).indexed(SECRET_INDEX, key).some(isClaimed));
  const follows = (key: string): boolean => secrets.follows(splitKey(key).namespace);

  const inTurn = (key: string, work: () => Promise<void>): Promise<void> => {
    const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
    turns.set(key, turn);
    const leave = () => void (turns.get(key) === turn && turns.delete(key));
    turn.then(leave, leave);
    return turn;
  };

  const patch = async (secret: KubeObject, finalizers: readonly string[], signal: AbortSignal): Promise<void> => {
    fence.assertHeld();
    const { namespace = '', name, resourceVersion } = secret.metadata;
    const body = { metadata: { resourceVersion, finalizers } };
    const request = { type: 'merge', body, fieldManager: options.fieldManager } as const;
    secrets.absorb(await kube.patch<KubeObject>(SECRETS, namespace, name, request, signal));
  };

  /** Puts it on or takes it off, whichever is wanted now; a Secret that is going takes no finalizer any more. */
  const settle = async (secret: KubeObject, used: boolean, signal: AbortSignal): Promise<void> => {
    const { finalizers = [], deletionTimestamp } = secret.metadata;
    const held = finalizers.includes(IN_USE);
    if (used && !held && deletionTimestamp === undefined) await patch(secret, [...finalizers, IN_USE], signal);
    if (!used && held)
      await patch(
        secret,
        finalizers.filter((one) => one !== IN_USE),
        signal,
      );
  };

  const check = (key: string): Promise<void> =>
    inTurn(key, async () => {
      const secret = secrets.get(key);
      if (secret && follows(key)) await settle(secret, isUsed(key), fence.signal);
    });

  const refused = (key: string, thrown: unknown): void => {
    const error = toOperatorError(thrown);
    if (fence.signal.aborted || error.status === 404) return;
    const conflict = error.disposition === 'conflict';
    if (!conflict && !saidRefused) {
      const remedy = `grant verb "patch" on secrets, or take it off by hand: kubectl -n ${splitKey(key).namespace} edit secret ${splitKey(key).name}`;
      log.warn(`cannot keep finalizer ${IN_USE} as it should be`, { secret: key, error: error.message, remedy });
      saidRefused = true;
    }
    clock.after(conflict ? AGAIN_MS.conflict : AGAIN_MS.other, () => ask(key));
  };

  const run = async (): Promise<void> => {
    // Not at once: what else changed in this moment counts, too.
    await Promise.resolve();
    for (const key of toCheck) {
      toCheck.delete(key);
      if (fence.isHeld()) await check(key).catch((thrown: unknown) => refused(key, thrown));
    }
    running = false;
  };

  const ask = (key: string): void => {
    toCheck.add(key);
    if (!started || running) return;
    running = true;
    void run();
  };

  const keysOf = ({ secrets: names }: Kind, object: KubeObject | undefined): readonly string[] =>
    object && isClaimed(object) ? names!(object).map((name) => `${object.metadata.namespace ?? ''}/${name}`) : [];

  /** An object changed, by us or by others: the Secrets that it uses no longer, or newly. */
  const noticed = (kind: Kind, before: KubeObject | undefined, after: KubeObject | undefined): void => {
    const [old, now] = [keysOf(kind, before), keysOf(kind, after)];
    if (after && old.join() === now.join()) return;
    for (const key of [...old, ...now, ...(before && !after ? keysOf(kind, claimed(before)) : [])]) ask(key);
  };

  secrets.onChange(({ key, after }) => {
    if (after && (after.metadata.finalizers?.includes(IN_USE) || options.enabled)) ask(key);
  });
  for (const kind of kinds) {
    options.informerOf(kind.type).onChange(({ before, after }) => noticed(kind, before, after));
  }

  return {
    noticed,
    /** Before anything is written to a cloud on behalf of this object. Throws only what the next pass will not meet again. */
    async hold(kind: Kind, object: KubeObject, signal: AbortSignal): Promise<void> {
      if (!options.enabled) return;
      for (const key of new Set(keysOf(kind, object))) {
        await inTurn(key, async () => {
          const secret = secrets.get(key);
          if (!secret || !follows(key)) return;
          try {
            await settle(secret, true, signal);
          } catch (thrown) {
            const error = toOperatorError(thrown);
            if (signal.aborted || error.disposition === 'transient' || error.disposition === 'throttled') throw error;
            if (error.disposition === 'conflict' && error.status !== 404) await settleAnew(key, signal);
            else refused(key, error);
          }
        });
      }
    },
    /** Passes begin: all that was ever held is looked at. */
    start(): void {
      started = true;
      if (options.enabled && !secrets.follows()) {
        log.warn('FABRICLINK_SECRET_FINALIZER is on, but Secrets may not be listed everywhere: there none is held', {});
      }
      for (const secret of secrets.list()) ask(keyOf(secret));
    },
    isIdle: () => (!started || toCheck.size === 0) && !running && turns.size === 0,
  };

  /** The cache was behind: read, and try once more. */
  async function settleAnew(key: string, signal: AbortSignal): Promise<void> {
    const { namespace, name } = splitKey(key);
    const read = await kube.get<KubeObject>(SECRETS, namespace, name, signal);
    if (read) await settle(read, true, signal);
  }
}

export type SecretKeeper = ReturnType<typeof createSecretKeeper>;

const isClaimed = ({ metadata }: KubeObject): boolean => metadata.finalizers?.includes(FINALIZER) ?? false;

/** An object that is gone was claimed until it was let go: by what it named then. */
const claimed = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, finalizers: [FINALIZER] },
});
