import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';
import { aWorkspacePrivateLink, aWorld, DENY, live, MINUTE_MS, remove } from './living.ts';

/** As after a restore from a backup: the object that made everything turns out to be the younger of two. */
async function anOwnerThatWasOutranked() {
  const world = aWorld();
  const others: KubeObject[] = [];
  const living = live(world, aWorkspacePrivateLink({ inbound: DENY }), others);
  await living.settle();
  world.nowMs += 31 * MINUTE_MS;
  await living.settle();
  expect(world.policy.inbound).toBe('Deny');
  others.push(aWorkspacePrivateLink({}, { name: 'first', uid: 'uid-0', creationTimestamp: '2026-02-01T00:00:00Z' }));
  world.writes.length = 0;
  remove(living);
  await living.settle();
  return { world, living };
}

describe('deleting an object that another one outranks while the workspace is closed', () => {
  test('takes no endpoint away and opens nothing: it may be the only way in, and the door is the other one’s', async () => {
    const { world, living } = await anOwnerThatWasOutranked();
    expect(world.writes).toEqual([]);
    expect(living.released).toBe(false);
    expect(living.condition('Stalled').reason).toBe('HeldByDeny');
  });

  test('goes on once the workspace is open', async () => {
    const { world, living } = await anOwnerThatWasOutranked();
    world.policy = { ...world.policy, inbound: 'Allow' };
    await living.settle();
    expect([living.released, world.endpoints.size]).toEqual([true, 0]);
  });

  test('goes on once a person says Keep', async () => {
    const { world, living } = await anOwnerThatWasOutranked();
    living.change(({ spec }) => (spec.inbound = { ...DENY!, onDelete: 'Keep' }));
    await living.settle();
    expect([living.released, world.endpoints.size, world.policy.inbound]).toEqual([true, 0, 'Deny']);
  });
});
