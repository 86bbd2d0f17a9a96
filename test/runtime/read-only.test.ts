import { describe, expect, test } from '@jest/globals';
import { createAttempts } from '../../operator/runtime/attempts.ts';
import { createDecider } from '../../operator/runtime/decide.ts';
import type { DescribeInput, Kind, Pass, PlanStep } from '../../operator/runtime/kind.ts';
import type { ObjectWriter } from '../../operator/runtime/object-writer.ts';
import { outcomeOf } from '../../operator/runtime/outcome.ts';
import { createPass } from '../../operator/runtime/pass.ts';
import { reconcile } from '../../operator/runtime/reconcile.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { aToy, createWorkshop, type Toy, toyKind } from './support/toy.ts';

/** One pass over a toy that is only observed. */
async function observeOnce(changes: { deleting?: boolean; readOnly?: boolean } = {}) {
  const clock = virtualClock();
  const workshop = createWorkshop();
  const resource = aToy('a');
  resource.metadata = {
    ...resource.metadata,
    resourceVersion: '1',
    finalizers: ['fabriclink.dev/finalizer'],
    ...(changes.deleting && { deletionTimestamp: '2026-03-01T08:00:00Z' }),
  };
  const told: DescribeInput<Toy, unknown>[] = [];
  const steps: PlanStep[] = [{ kind: 'call', ladder: 'toy', action: 'build', description: 'Build it.' }];
  const toys = toyKind(workshop, clock);
  const kind: Kind<Toy> = {
    ...(toys as unknown as Kind<Toy>),
    readOnly: { applies: () => true, stillRun: ['release'], plan: () => steps },
    describe(input) {
      told.push(input);
      return { status: { phase: 'x' }, conditions: [], events: [] };
    },
  };
  const metadata: unknown[] = [];
  const writer = {
    current: () => resource,
    metadata: async (build: (object: Toy) => object | undefined) => void metadata.push(build(resource)),
    status: async () => {},
  } as unknown as ObjectWriter<Toy>;
  const { pass, isReleased } = createPass<Toy>({
    resource,
    key: 'default/a',
    priority: 'routine',
    fresh: false,
    readOnly: changes.readOnly ?? true,
    onAbandoned() {},
    nowMs: clock.now(),
    signal: new AbortController().signal,
    writer,
    emit() {},
    audit() {},
    cached: () => [],
    indexed: () => [],
  });
  let held = 0;
  const beforeEffects = async () => void (held += 1);
  const decide = createDecider(kind.machines);
  const result = await reconcile({ kind, decide, pass, writer, isReleased, emit() {}, beforeEffects });
  const outcome = outcomeOf('default/a', 'routine', result, createAttempts(), { clock, random: () => 0.5 });
  return { held, pass, result, outcome, workshop, told, steps, metadata };
}

describe('an object that is only observed', () => {
  test('is decided about and described with its plan, and its effect is withheld', async () => {
    const { result, workshop, told, steps } = await observeOnce();
    expect(workshop.calls).toEqual([]);
    expect(result.rests).toMatchObject([{ phase: 'Build.Building', effect: 'build', outcome: { kind: 'withheld' } }]);
    expect(told).toMatchObject([{ plan: steps, rests: [{ outcome: { kind: 'withheld' } }] }]);
  });

  test('while the same object under management is built, and has no plan', async () => {
    const { workshop, told } = await observeOnce({ readOnly: false });
    expect(workshop.calls.map(({ effect }) => effect)).toEqual(['build']);
    expect(told[0]).not.toHaveProperty('plan');
  });

  test('is looked at slowly: nothing of ours is under way', async () => {
    const { outcome } = await observeOnce();
    expect(outcome.requeue?.delayMs).toBe(600_000);
  });

  test('is let go of all the same, and nothing is held for that', async () => {
    const { held, result, workshop } = await observeOnce({ deleting: true });
    expect(held).toBe(0);
    expect(workshop.calls.map(({ effect }) => effect)).toEqual(['release']);
    expect(result.released).toBe(true);
  });

  type Write = [string, (pass: Pass<Toy>) => Promise<void>];
  const writes: Write[] = [
    ['claims nothing', (pass) => pass.claim({})],
    ['notes nothing', (pass) => pass.annotate({ 'fabriclink.dev/x': 'y' })],
  ];
  test.each(writes)('%s: a pass that tries to is a defect', async (_, write) => {
    const { pass, metadata } = await observeOnce();
    await expect(write(pass)).rejects.toMatchObject({ disposition: 'bug', reason: 'WriteWhileObserving' });
    expect(metadata).toEqual([]);
    expect(pass.call.readOnly).toBe(true);
  });
});
