import { describe, expect, test } from '@jest/globals';
import { aWorkspacePrivateLink, aWorld, live } from './living.ts';

const notYet = {
  disposition: 'throttled',
  reason: 'WaitingForQuota',
  message: 'waiting for a turn',
  retryAfterMs: 40_000,
} as const;

describe('an object whose turn to be read has not come', () => {
  test('stays as ready as it was: after a restart a large fleet waits for its budgets', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    const before = living.resource.status;
    world.refusals['endpoints.list'] = notYet;
    await living.pass();
    expect(living.resource.status).toEqual(before);
  });

  test('is told about as soon as something else than patience is needed', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    world.refusals['endpoints.list'] = notYet;
    world.refusals['services.list'] = {
      disposition: 'blocked',
      reason: 'Forbidden',
      message: 'no right to list',
    };
    await living.pass();
    expect(living.condition('Ready')).toMatchObject({ status: 'False' });
    expect(living.condition('ServiceReady').message).toContain('no right to list');
  });

  test('does not pass for ready at a spec that nobody has looked at', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    living.change((object) => (object.metadata.generation = 2));
    world.refusals['endpoints.list'] = notYet;
    await living.pass();
    expect(living.condition('Ready')).toMatchObject({ status: 'False', reason: 'WaitingForQuota' });
  });
});
