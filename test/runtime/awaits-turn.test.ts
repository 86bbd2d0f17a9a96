import { describe, expect, test } from '@jest/globals';
import type { KubeClient } from '../../operator/clients/kube/types.ts';
import { OperatorError } from '../../operator/errors.ts';
import { createDecider } from '../../operator/runtime/decide.ts';
import { createFence } from '../../operator/runtime/fence.ts';
import type { Kind } from '../../operator/runtime/kind.ts';
import { createObjectWriter } from '../../operator/runtime/object-writer.ts';
import { createOwnWrites } from '../../operator/runtime/own-writes.ts';
import { createPass } from '../../operator/runtime/pass.ts';
import { reconcile } from '../../operator/runtime/reconcile.ts';
import { aToy, createWorkshop, TOYS, type Toy, toyKind } from './support/toy.ts';

const turn = new OperatorError({ disposition: 'throttled', reason: 'WaitingForQuota', message: 'x', retryAfterMs: 7 });

/** One pass over a claimed toy, with a kind that says it waits for its turn. */
async function passOver(workshop: ReturnType<typeof createWorkshop>) {
  const metadata = { ...aToy('a').metadata, resourceVersion: '1', uid: 'u', generation: 1 };
  const toy: Toy = { ...aToy('a'), metadata: { ...metadata, finalizers: ['fabriclink.dev/finalizer'] } };
  const kind = { ...toyKind(workshop, { now: () => 0 }), awaitsTurn: () => turn } as Kind<Toy>;
  const fence = createFence(() => 0);
  fence.grant(1);
  const { signal } = new AbortController();
  const kube = { patch: async () => toy } as unknown as Pick<KubeClient, 'patch'>;
  const writer = createObjectWriter<Toy>({
    type: TOYS,
    key: 'default/a',
    resource: toy,
    kube,
    fence,
    fieldManager: 'me',
    ownWrites: createOwnWrites(() => {}),
    onWritten() {},
    signal,
  });
  const { pass, isReleased } = createPass<Toy>({
    resource: toy,
    key: 'default/a',
    priority: 'resync',
    fresh: false,
    readOnly: false,
    nowMs: 0,
    signal,
    writer,
    emit() {},
    audit() {},
    onAbandoned() {},
    cached: () => [],
    indexed: () => [],
  });
  return reconcile({ kind, decide: createDecider(kind.machines), pass, writer, isReleased, emit() {} });
}

describe('a pass that waits for its turn', () => {
  test('rests nowhere and comes back when its turn has come', async () => {
    const workshop = createWorkshop();
    workshop.built.set('default/a', 1);
    expect(await passOver(workshop)).toMatchObject({ rests: [], error: { retryAfterMs: 7 } });
  });

  test('still does what can be done without the facts that are missing', async () => {
    const workshop = createWorkshop();
    const result = await passOver(workshop);
    expect(workshop.calls.map(({ effect }) => effect)).toEqual(['build']);
    expect(result.error).toBeUndefined();
  });
});
