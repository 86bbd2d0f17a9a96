import { describe, expect, test } from '@jest/globals';
import { anEndpoint, aWorkspacePrivateLink, aWorld, DENY, live, MINUTE_MS, remove } from './living.ts';

/** A workspace that the object has closed, the denial in effect. */
async function closed() {
  const world = aWorld();
  const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
  await living.settle();
  world.nowMs += 40 * MINUTE_MS;
  await living.settle();
  expect(world.policy.inbound).toBe('Deny');
  return { world, living };
}

type Inbound = NonNullable<typeof DENY>;
const allow = (onDelete?: Inbound['onDelete']): Inbound => ({
  publicAccess: 'Allow',
  requires: 'ControlPlane',
  ...(onDelete && { onDelete }),
});

describe('a workspace that was opened a moment ago does not answer everybody yet', () => {
  test.each([undefined, 'Restore', 'Keep'] as const)(
    'so its deletion takes nothing down before the 15 minutes are over (onDelete %s)',
    async (onDelete) => {
      const { world, living } = await closed();
      living.change(({ spec }) => (spec.inbound = allow(onDelete)));
      await living.pass();
      expect(world.policy.inbound).toBe('Allow');
      world.nowMs += MINUTE_MS;
      remove(living);
      await living.settle();
      expect([living.released, world.endpoints.size, world.zoneGroups.size]).toEqual([false, 1, 1]);
      world.nowMs += 15 * MINUTE_MS;
      await living.settle();
      expect([living.released, world.endpoints.size, world.services.size]).toEqual([true, 0, 0]);
    },
  );

  test('so an endpoint that leaves the spec with the denial is held until then', async () => {
    const { world, living } = await closed();
    living.change(({ spec }) => {
      spec.inbound = allow();
      spec.endpoints = [];
    });
    await living.settle();
    expect([world.policy.inbound, world.endpoints.size]).toEqual(['Allow', 1]);
    expect(living.rest('removal/hub')).toBe('Access.Opening');
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(world.endpoints.size).toBe(0);
  });

  test('so names that lead to the only way in go on doing so until then', async () => {
    const { world, living } = await closed();
    living.change(({ spec }) => {
      spec.inbound = allow();
      spec.endpoints = [anEndpoint('hub', { dns: { ...anEndpoint('hub').dns!, mode: 'Records' } })];
    });
    await living.settle();
    expect([world.policy.inbound, world.zoneGroups.size, living.rest('dns/hub')]).toEqual(['Allow', 1, 'Records.Held']);
    expect(living.condition('Stalled').message).toContain('opened less than 15 minutes ago');
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect([world.zoneGroups.size, living.rest('proof/hub')]).toEqual([0, 'Verified.Proven']);
  });
});

describe('an opening that Fabric refuses', () => {
  test.each([
    ['and the object goes', () => {}],
    ['and inbound leaves the spec, and the object goes', (spec: { inbound?: Inbound }) => delete spec.inbound],
  ])('leaves the last way in standing: %s', async (_, edit) => {
    const { world, living } = await closed();
    world.refusals['policy.put Allow/Allow'] = {
      disposition: 'blocked',
      reason: 'Forbidden',
      message: 'the role is gone',
      status: 403,
    };
    living.change(({ spec }) => (spec.inbound = allow()));
    await living.pass();
    living.change(({ spec }) => edit(spec));
    await living.pass();
    remove(living);
    for (const minutes of [0, 20, 60]) {
      world.nowMs += minutes * MINUTE_MS;
      await living.settle();
    }
    expect([world.policy.inbound, living.released, world.endpoints.size]).toEqual(['Deny', false, 1]);
    expect(living.condition('Stalled').reason).toBe('HeldByDeny');
    living.change(({ spec }) => (spec.inbound = { ...DENY!, onDelete: 'Keep' }));
    await living.settle();
    expect([living.released, world.endpoints.size]).toEqual([true, 0]);
  });
});
