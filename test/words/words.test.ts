import { describe, expect, test } from '@jest/globals';
import { OperatorError } from '../../operator/errors.ts';
import { lifeEvents, planStatus, unseen } from '../../operator/words/report.ts';
import { clip, within } from '../../operator/words/text.ts';

describe('a sentence that is too long', () => {
  const TEXT = 'Do this: run `first --long`, or run `second --longer`; then wait.';

  test('never ends within a command', () => {
    const limits = Array.from({ length: TEXT.length - 20 }, (_none, index) => 20 + index);
    const broken = limits.filter((limit) => {
      const said = clip(TEXT, limit);
      return said.length > limit || said.split('`').length % 2 === 0;
    });
    expect(broken).toEqual([]);
    expect(clip(TEXT, TEXT.length)).toBe(TEXT);
    expect(clip(TEXT, 50)).toBe('Do this: run `first --long`…');
  });

  test('says first what to do where there is no room for both', () => {
    expect(within('why '.repeat(50), 'run `it`', 100)).toMatch(/^Run `it`; why .*…$/);
    expect(within('why', 'run `it`', 100)).toBe('Why; run `it`.');
  });
});

const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  type,
  status,
  reason,
  message: `${type} ${reason}`,
  observedGeneration: 1,
  lastTransitionTime: '2026-03-02T08:00:00Z',
});

test('Events tell that an object got ready or got stuck, once for each reason', () => {
  const [ready, stuck, stuckElse] = [
    condition('Ready', 'True', 'Ready'),
    condition('Stalled', 'True', 'QuotaExceeded'),
    condition('Stalled', 'True', 'Claimed'),
  ];
  const reasons = (...args: Parameters<typeof lifeEvents>) =>
    lifeEvents(...args).map(({ type, reason }) => `${type} ${reason}`);
  expect(reasons(undefined, [ready])).toEqual(['Normal Ready']);
  expect(reasons([ready], [ready])).toEqual([]);
  expect(reasons([ready], [stuck])).toEqual(['Warning QuotaExceeded']);
  expect(reasons([stuck], [stuck])).toEqual([]);
  expect(reasons([stuck], [stuckElse])).toEqual(['Warning Claimed']);
  expect(reasons([condition('Ready', 'False', 'QuotaExceeded')], [ready])).toEqual(['Normal Ready']);
});

describe('an object of which nothing could be observed', () => {
  const error = (disposition: 'transient' | 'blocked') =>
    new OperatorError({ disposition, reason: 'Forbidden', message: 'no right to look', remedy: 'grant it' });
  const before = (observedGeneration: number) => ({
    metadata: { name: 'sales', generation: 2 },
    status: {
      phase: 'Ready',
      conditions: [condition('Ready', 'True', 'Ready')],
      observedGeneration,
      plan: [],
      planTotal: 0,
    },
  });

  test('keeps what was true of this spec while the trouble passes by itself', () => {
    const report = unseen(before(2), error('transient'), ['Mapped']);
    expect(report.conditions.map(({ type, status }) => `${type} ${status}`)).toEqual(['Ready True']);
    expect(report.status).toMatchObject({ phase: 'Ready', planTotal: 0 });
    expect(report.events).toEqual([]);
  });

  test('is neither Ready nor in an old phase when a person must act, and says so once', () => {
    const report = unseen(before(2), error('blocked'), ['Mapped']);
    expect(report.conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      'Ready False Forbidden',
      'Stalled True Forbidden',
      'Mapped Unknown Forbidden',
    ]);
    expect(report.status).toMatchObject({ phase: 'NotObserved', nextStep: 'No right to look; grant it.' });
    expect(report.events).toMatchObject([{ type: 'Warning', reason: 'Forbidden' }]);
    const conditions = [condition('Stalled', 'True', 'Forbidden')];
    expect(unseen({ ...before(2), status: { conditions } }, error('blocked'), []).events).toEqual([]);
  });

  test('keeps neither conditions nor the plan of an older spec', () => {
    const report = unseen(before(1), error('transient'), ['Mapped']);
    expect(report.conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'Ready False',
      'Reconciling True',
      'Mapped Unknown',
    ]);
    expect(report.status).not.toHaveProperty('plan');
  });
});

test('a plan shows the first fifty steps, counts them all, and shows no waiting', () => {
  const step = (kind: 'call' | 'wait', ladder: string) => ({ kind, ladder, action: 'put', description: 'puts' });
  const calls = Array.from({ length: 60 }, (_none, index) => step('call', `endpoint/${index}`));
  const { plan, planTotal } = planStatus([step('wait', 'service'), ...calls]);
  expect([plan.length, planTotal, plan[0]?.ladder]).toEqual([50, 60, 'endpoint/0']);
  expect(planStatus([step('call', 'x'.repeat(500))]).plan[0]?.ladder).toHaveLength(128);
});
