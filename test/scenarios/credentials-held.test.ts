import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloudWrite } from '../support/stage-calls.ts';
import { crashEverywhere, recordMoments, restartFrom } from '../support/stage-crash.ts';
import { secretsTold } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, isTrue, MINUTE_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { unsafeEndings } from '../support/stage-order.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { credentialsSecret, NAMESPACE, SALES, salesLink } from '../support/stage-world.ts';

/** With FABRICLINK_SECRET_FINALIZER, credentials outlive what was made with them, and nothing else is ever held. */

const IN_USE = 'fabriclink.dev/in-use';
let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ env: { FABRICLINK_SECRET_FINALIZER: 'true' } });
  bare = stage.snapshot();
});
afterAll(() => stage.close());

const named = (name: string) => {
  const secret = credentialsSecret();
  return { ...secret, metadata: { ...secret.metadata, name } };
};
const secretOf = (name = 'fabriclink-credentials') =>
  stage.kubernetes
    .objects('secrets')
    .find(({ metadata }) => metadata.name === name && metadata.namespace === NAMESPACE);
const held = (name?: string) => secretOf(name)?.metadata.finalizers?.includes(IN_USE) ?? false;
const isAboutSecrets = ({ path }: Call) => path.includes('/secrets/');
const isHolding = (call: Call) => call.method === 'PATCH' && isAboutSecrets(call);
const from = async (snapshot: StageSnapshot) => {
  await restartFrom(stage, snapshot);
  await stage.settle();
};
const hold = (finalizers: string[], name = 'fabriclink-credentials') =>
  stage.kube.patch(SECRETS, NAMESPACE, name, { type: 'merge', body: { metadata: { finalizers } } });

describe('a Secret that is in use', () => {
  test('is held before the first write to a cloud, and not before it is needed', async () => {
    await stage.startOperator();
    await stage.apply(named('idle'));
    await stage.settle();
    expect(held()).toBe(false);
    await stage.killOperator();
    await bringToReady(stage);
    ready = stage.snapshot();
    const first = stage.calls.findIndex(isCloudWrite);
    expect(stage.calls.findIndex(isHolding)).toBeLessThan(first);
    expect(stage.calls.filter(isHolding)).toHaveLength(1);
    expect([held(), held('idle')]).toEqual([true, false]);
    expect(secretsTold(stage)).toEqual([]);
  });

  test.each([
    ['refused as outdated', { kind: 'answer', code: 409, reason: 'Conflict' }],
    ['answered with 500', { kind: 'answer', code: 500, reason: 'InternalError' }],
    ['lost on its way back', { kind: 'loseReply' }],
  ] as const)('is held before the first write also when the first try is %s', async (_, fault) => {
    await stage.killOperator();
    await stage.restore(bare);
    stage.forget();
    stage.kubernetes.faults.failNext(({ method, path }) => method === 'PATCH' && path.includes('/secrets/'), fault);
    await stage.apply(salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined }));
    let before: boolean | undefined;
    stage.onCall((call, moment) => {
      if (moment === 'before' && isCloudWrite(call)) before ??= held();
      return undefined;
    });
    await stage.startOperator();
    await playUntilReady(stage);
    stage.onCall(undefined);
    expect(before).toBe(true);
  });

  test('cannot be deleted before what was made with it: then it goes by itself', async () => {
    await from(ready);
    await stage.kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials');
    await stage.pass(3 * HOUR_MS);
    expect(secretOf()?.metadata.deletionTimestamp).toBeDefined();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    await stage.deleteLink();
    await playUntilGone(stage);
    await stage.settle();
    expect(secretOf()).toBeUndefined();
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
  });

  test('is let go when the object turns to another one, which is held in its place', async () => {
    await from(ready);
    await stage.apply(named('later'));
    await stage.apply(salesLink(stage.nameserverOf, { credentialsRef: { name: 'later' } }));
    await stage.settle();
    expect([held(), held('later')]).toEqual([false, true]);
    await playUntilReady(stage);
  });

  test('keeps the finalizers of others', async () => {
    await from(ready);
    await hold(['example.com/mine', IN_USE]);
    await stage.deleteLink();
    await playUntilGone(stage);
    await stage.settle();
    expect(secretOf()?.metadata.finalizers).toEqual(['example.com/mine']);
  });

  test('is held again when somebody takes the finalizer off', async () => {
    await from(ready);
    await hold([]);
    await stage.settle();
    expect(held()).toBe(true);
  });
});

describe('a Secret that nobody uses', () => {
  test('is let go at the start, whoever held it', async () => {
    await from(bare);
    await stage.killOperator();
    await hold([IN_USE]);
    await stage.startOperator();
    await stage.settle();
    expect(held()).toBe(false);
  });

  test('is let go also when the setting was switched off meanwhile', async () => {
    await from(ready);
    expect(held()).toBe(true);
    await stage.killOperator();
    await stage.startOperator({ secretFinalizer: false });
    await stage.settle();
    expect(held()).toBe(false);
    await stage.pass(MINUTE_MS);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });
});

describe('without the rights that it takes', () => {
  const forbid = (matches: (request: { method: string; path: string }) => boolean) =>
    stage.kubernetes.faults.failNext(matches, { kind: 'answer', code: 403, reason: 'Forbidden' }, 1_000_000);

  test('to patch: it is said once, and the object gets Ready all the same', async () => {
    await from(bare);
    const allow = forbid(({ method, path }) => method === 'PATCH' && path.includes('/secrets/'));
    await stage.apply(salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined }));
    await playUntilReady(stage);
    expect(stage.logs.filter(({ message }) => message.includes(IN_USE))).toHaveLength(1);
    allow();
    await stage.pass(2 * MINUTE_MS);
    expect(held()).toBe(true);
  });

  test('to list: none is held, because nobody could let it go after a crash', async () => {
    await stage.killOperator();
    await stage.restore(bare);
    const allow = forbid(({ method, path }) => method === 'GET' && path.endsWith('/secrets'));
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined }));
    await playUntilReady(stage);
    expect(held()).toBe(false);
    expect(stage.logs.some(({ message }) => message.includes('FABRICLINK_SECRET_FINALIZER'))).toBe(true);
    allow();
  });
});

describe('a namespace that is deleted, everything in it at once', () => {
  const cleanEnd = () => {
    expect(stage.kubernetes.objects('namespaces').map(({ metadata }) => metadata.name)).not.toContain(NAMESPACE);
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
    expect(viewOf(stage.simulator.world).policies[SALES]!.inbound).toBe('Allow');
    expect(unsafeEndings(stage.endings())).toEqual([]);
    expect(stage.kubernetes.objects('configmaps').filter(({ metadata }) => metadata.name.includes('ledger'))).toEqual(
      [],
    );
  };
  const playOut = async () => {
    await playUntilGone(stage);
    await stage.settle();
    await stage.kubernetes.settled();
  };

  test('goes once everything is taken down in its safe order, with credentials that were there to the end', async () => {
    await from(ready);
    stage.forget();
    await stage.kube.delete(NAMESPACES, '', NAMESPACE);
    await stage.kubernetes.settled();
    expect(secretOf()?.metadata.deletionTimestamp).toBeDefined();
    await playOut();
    cleanEnd();
  });

  test('also with a process that dies around every call that is about Secrets', async () => {
    await from(ready);
    await stage.killOperator();
    await stage.kube.delete(NAMESPACES, '', NAMESPACE);
    await stage.kubernetes.settled();
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playOut();
    });
    const isLast = ({ index }: Call) => index > recording.calls.length - 12;
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async () => {
        await stage.settle();
        if (stage.link()) await playOut();
        await stage.settle();
        await stage.kubernetes.settled();
        cleanEnd();
      },
      (call) => isHolding(call) || isLast(call),
    );
    expect(failures).toEqual([]);
    expect(crashes).toBeGreaterThan(8);
  }, 240_000);
});
