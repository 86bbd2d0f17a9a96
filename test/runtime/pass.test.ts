import { describe, expect, test } from '@jest/globals';
import { type AnyStateMachine, createMachine, setup } from 'xstate';
import type { KubeClient } from '../../operator/clients/kube/types.ts';
import { OperatorError } from '../../operator/errors.ts';
import { createDecider } from '../../operator/runtime/decide.ts';
import { createFence } from '../../operator/runtime/fence.ts';
import { claimPatch } from '../../operator/runtime/finalizer.ts';
import type { EventNote, Kind, Pass } from '../../operator/runtime/kind.ts';
import { createObjectWriter } from '../../operator/runtime/object-writer.ts';
import { createOwnWrites } from '../../operator/runtime/own-writes.ts';
import { createPass } from '../../operator/runtime/pass.ts';
import { reconcile } from '../../operator/runtime/reconcile.ts';
import type { Change } from '../../operator/runtime/store.ts';
import { aToy, TOYS, type Toy } from './support/toy.ts';

function toyAt(version: string): Toy {
  const toy = aToy('a');
  return { ...toy, metadata: { ...toy.metadata, resourceVersion: version, uid: 'u', generation: 1 } };
}

/** An API server that says yes and counts versions up. */
function agreeable() {
  const sent: unknown[] = [];
  let version = 1;
  const kube = {
    async patch(_: unknown, __: string, ___: string, patch: { body: unknown }) {
      sent.push(patch.body);
      version += 1;
      return toyAt(String(version));
    },
  } as unknown as Pick<KubeClient, 'patch'>;
  return { kube, sent };
}

function writerOf(kube: Pick<KubeClient, 'patch'>, fence = openFence(), ownWrites = createOwnWrites(() => {})) {
  return createObjectWriter<Toy>({
    type: TOYS,
    key: 'default/a',
    resource: toyAt('1'),
    kube,
    fence,
    fieldManager: 'me',
    ownWrites,
    onWritten() {},
    signal: new AbortController().signal,
  });
}

function openFence() {
  const fence = createFence(() => 0);
  fence.grant(1);
  return fence;
}

describe('writing', () => {
  test('is refused once the lease has run out, even if nobody has noticed yet', async () => {
    const { kube, sent } = agreeable();
    let nowMs = 0;
    const fence = createFence(() => nowMs);
    fence.grant(10);
    const writer = writerOf(kube, fence);
    await writer.status({ phase: 'one' });
    nowMs = 10;
    await expect(writer.status({ phase: 'two' })).rejects.toMatchObject({ reason: 'LeaseLost' });
    await expect(writer.metadata((toy) => claimPatch(toy, {}))).rejects.toMatchObject({ reason: 'LeaseLost' });
    expect(sent).toHaveLength(1);
  });

  test('goes on from the version that the last answer brought', async () => {
    const { kube, sent } = agreeable();
    const writer = writerOf(kube);
    await Promise.all([writer.status({ phase: 'one' }), writer.status({ phase: 'two' })]);
    expect(sent).toEqual([
      { metadata: { resourceVersion: '1' }, status: { phase: 'one' } },
      { metadata: { resourceVersion: '2' }, status: { phase: 'two' } },
    ]);
  });
});

describe('own writes', () => {
  const change = (version: string): Change => ({ key: 'default/a', before: undefined, after: toyAt(version) });

  test('an event that overtakes the answer is held back, and dropped as the echo that it is', () => {
    const news: Change[] = [];
    const own = createOwnWrites((one) => news.push(one));
    own.begin('default/a');
    expect(own.holdBack(change('7'))).toBe(true);
    own.wrote('default/a', toyAt('7'));
    expect(news).toEqual([]);
    expect(own.holdBack(change('8'))).toBe(false);
  });

  test('what somebody else wrote meanwhile is told after the answer', () => {
    const news: Change[] = [];
    const own = createOwnWrites((one) => news.push(one));
    own.begin('default/a');
    own.holdBack(change('7'));
    own.holdBack(change('8'));
    own.wrote('default/a', toyAt('7'));
    expect(news.map(({ after }) => after?.metadata.resourceVersion)).toEqual(['8']);
  });

  test('when the answer is lost everything is told, and the server is asked before the next pass', () => {
    const news: Change[] = [];
    const own = createOwnWrites((one) => news.push(one));
    own.begin('default/a');
    own.holdBack(change('7'));
    own.failed('default/a');
    expect(news).toHaveLength(1);
    expect(own.mustRead('default/a', toyAt('7'))).toBe(true);
    own.forget('default/a');
    expect(own.mustRead('default/a', toyAt('7'))).toBe(false);
  });

  test('where versions do not compare, anything but what we wrote is asked about', () => {
    const own = createOwnWrites(() => {});
    own.begin('default/a');
    own.wrote('default/a', toyAt('opaque-b'));
    expect(own.mustRead('default/a', toyAt('opaque-b'))).toBe(false);
    expect(own.mustRead('default/a', toyAt('opaque-a'))).toBe(true);
  });

  test('where versions compare, the cache itself knows better', () => {
    const own = createOwnWrites(() => {});
    own.begin('default/a');
    own.wrote('default/a', toyAt('7'));
    expect(own.mustRead('default/a', toyAt('8'))).toBe(false);
  });
});

const leaf = (effect: string) => ({ tags: 'progressing', meta: { effect, reason: 'Working', poll: 'fast' } });
const machineOf = (leafOf: object): AnyStateMachine => createMachine({ initial: 'Rest', states: { Rest: leafOf } });

function kindOf(effects: Record<string, () => void>, more: Partial<Kind<Toy, object>> = {}): Kind<Toy, object> {
  const names = Object.keys(effects);
  return {
    type: TOYS,
    machines: Object.fromEntries(names.map((name) => [name, machineOf(leaf(name))])),
    observe: async () => ({}),
    ladders: () => names.map((name) => ({ name, machine: name, facts: {} })),
    effects: Object.fromEntries(names.map((name) => [name, async () => effects[name]?.()])),
    describe: () => ({
      status: { phase: 'Rest' },
      conditions: [],
      events: [{ type: 'Normal', reason: 'Moved', action: 'Move', note: 'it moved' }],
    }),
    ...more,
  };
}

async function once(kind: Kind<Toy, object>, controller = new AbortController(), resource = toyAt('1')) {
  const { kube, sent } = agreeable();
  const emitted: EventNote[] = [];
  const writer = writerOf(kube);
  const { pass, isReleased } = createPass<Toy>({
    resource,
    key: 'default/a',
    priority: 'routine',
    fresh: false,
    readOnly: false,
    nowMs: 0,
    signal: controller.signal,
    writer,
    emit: (note) => emitted.push(note),
    audit() {},
    onAbandoned() {},
    cached: () => [],
    indexed: () => [],
  });
  const decide = createDecider(kind.machines);
  const result = await reconcile({ kind, decide, pass, writer, isReleased, emit: (note) => emitted.push(note) });
  return { result, sent, emitted };
}

describe('a single pass', () => {
  test('runs one effect per ladder, in ladder order, and reports what each ended with', async () => {
    const ran: string[] = [];
    const kind = kindOf({
      first: () => void ran.push('first'),
      second() {
        ran.push('second');
        throw new OperatorError({ disposition: 'blocked', reason: 'Locked', message: 'locked' });
      },
      third: () => void ran.push('third'),
    });
    const { result, sent, emitted } = await once(kind);
    expect(ran).toEqual(['first', 'second', 'third']);
    expect(result.rests.map(({ outcome }) => outcome.kind)).toEqual(['done', 'failed', 'done']);
    expect(sent).toHaveLength(1);
    expect(emitted).toHaveLength(1);
  });

  test('begins no further effect, and writes nothing, once it has been aborted', async () => {
    const ran: string[] = [];
    const controller = new AbortController();
    const kind = kindOf({
      first() {
        ran.push('first');
        controller.abort(new Error('the lease is lost'));
      },
      second: () => void ran.push('second'),
    });
    const { sent, emitted } = await once(kind, controller);
    expect(ran).toEqual(['first']);
    expect([sent, emitted]).toEqual([[], []]);
  });

  test('keeps quiet about a conflict', async () => {
    const described: unknown[] = [];
    const kind = kindOf(
      {
        first() {
          throw new OperatorError({ disposition: 'conflict', reason: 'Conflict', message: 'moved' });
        },
      },
      {
        describe({ rests }) {
          described.push(rests.map(({ outcome }) => outcome.kind));
          return { status: {}, conditions: [], events: [] };
        },
      },
    );
    const { result } = await once(kind);
    expect(described).toEqual([['none']]);
    expect(result.rests[0]?.outcome.kind).toBe('failed');
  });

  test('emits no event when nothing is written', async () => {
    const settled = { ...toyAt('1'), status: { phase: 'Rest', observedGeneration: 1, conditions: [] } };
    const { kube, sent } = agreeable();
    const emitted: EventNote[] = [];
    const kind = kindOf({ first() {} });
    const writer = createObjectWriter<Toy>({
      type: TOYS,
      key: 'default/a',
      resource: settled,
      kube,
      fence: openFence(),
      fieldManager: 'me',
      ownWrites: createOwnWrites(() => {}),
      onWritten() {},
      signal: new AbortController().signal,
    });
    const pass = { resource: settled, nowMs: 0, signal: new AbortController().signal } as unknown as Pass<Toy>;
    const decide = createDecider(kind.machines);
    await reconcile({ kind, decide, pass, writer, isReleased: () => false, emit: (note) => emitted.push(note) });
    expect([sent, emitted]).toEqual([[], []]);
  });
});

describe('deciding', () => {
  const decide = (leafOf: object) =>
    createDecider({ one: machineOf(leafOf) })({ name: 'x', machine: 'one', facts: {} });

  test('names the leaf, what it asks for, and the way there', () => {
    expect(decide(leaf('build'))).toMatchObject({
      phase: 'Rest',
      tag: 'progressing',
      effect: 'build',
      poll: 'fast',
      why: ['Rest'],
    });
  });

  test.each([
    ['a leaf without meta', { tags: 'ready' }, '0 metas'],
    ['a leaf without a tag', { meta: { reason: 'X', poll: 'rest' } }, '0 tags'],
    ['a leaf with two tags', { tags: ['ready', 'stalled'], meta: { reason: 'X', poll: 'rest' } }, '2 tags'],
  ])('refuses %s: a bug of the machine', (_, leafOf, message) => {
    expect(() => decide(leafOf)).toThrow(message);
  });

  test('refuses a machine that is not there', () => {
    expect(() => createDecider({})({ name: 'x', machine: 'none', facts: {} })).toThrow('no machine "none"');
  });

  test('remembers by facts: the same facts are decided once, others anew', () => {
    let evaluated = 0;
    const types = {} as { context: { on: boolean }; input: { on: boolean } };
    const machine = setup({ types }).createMachine({
      context: ({ input }) => ({ on: input.on }),
      initial: 'Check',
      states: {
        Check: {
          always: [
            {
              guard({ context }) {
                evaluated += 1;
                return context.on;
              },
              target: 'On',
            },
            { target: 'Off' },
          ],
        },
        On: { tags: 'ready', meta: { reason: 'On', poll: 'rest' } },
        Off: { tags: 'waiting', meta: { reason: 'Off', poll: 'slow' } },
      },
    });
    const decider = createDecider({ one: machine });
    const at = (on: boolean) => decider({ name: 'x', machine: 'one', facts: { on } }).phase;
    expect([at(true), at(false)]).toEqual(['On', 'Off']);
    const before = evaluated;
    expect([at(true), at(false)]).toEqual(['On', 'Off']);
    expect(evaluated).toBe(before);
  });
});
