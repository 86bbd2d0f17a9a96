import type { KubeClient, KubeObject, ResourceType } from '../clients/kube/types.ts';
import { toOperatorError } from '../errors.ts';
import type { Fence } from './fence.ts';
import type { MetadataPatch } from './finalizer.ts';
import type { OwnWrites } from './own-writes.ts';
import { trimForCache } from './transform.ts';

export type ObjectWriterOptions<R extends KubeObject> = {
  type: ResourceType;
  key: string;
  /** What the pass began with. */
  resource: R;
  kube: Pick<KubeClient, 'patch'>;
  fence: Pick<Fence, 'assertHeld'>;
  fieldManager: string;
  ownWrites: OwnWrites;
  /** Told of each answer. */
  onWritten: (object: R) => void;
  signal: AbortSignal;
};

/**
 * Writes to one object during one pass, one after the other. Each is made from the version that the one before it
 * answered with, and refused by the server when somebody else came between.
 */
export function createObjectWriter<R extends KubeObject>(options: ObjectWriterOptions<R>) {
  const { type, key, kube, ownWrites } = options;
  const { namespace = '', name } = options.resource.metadata;
  let current = options.resource;

  let last: Promise<unknown> = Promise.resolve();

  /** Begins when the writes before it have ended, however they ended. */
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const turn = last.then(write, write);
    last = turn.catch(() => undefined);
    return turn;
  };

  const patch = async (body: object, subresource?: 'status'): Promise<void> => {
    options.fence.assertHeld();
    ownWrites.begin(key);
    try {
      const answer = await kube.patch<R>(
        type,
        namespace,
        name,
        { type: 'merge', body, fieldManager: options.fieldManager, ...(subresource && { subresource }) },
        options.signal,
      );
      current = trimForCache(type, answer);
      ownWrites.wrote(key, answer);
      options.onWritten(answer);
    } catch (thrown) {
      // Refused as outdated, or no answer at all: what is cached may no longer be the last word.
      ownWrites.failed(key);
      throw toOperatorError(thrown);
    }
  };

  return {
    /** The object after our last write. */
    current: (): R => current,
    metadata: (build: (object: R) => MetadataPatch | undefined): Promise<void> =>
      inTurn(async () => {
        const body = build(current);
        if (body) await patch(body);
      }),
    status: (status: Record<string, unknown>): Promise<void> =>
      inTurn(() => patch({ metadata: { resourceVersion: current.metadata.resourceVersion }, status }, 'status')),
  };
}

export type ObjectWriter<R extends KubeObject> = ReturnType<typeof createObjectWriter<R>>;
