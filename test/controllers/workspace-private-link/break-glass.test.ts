import { describe, expect, test } from '@jest/globals';
import { glassOf, LONGEST_GLASS_MS, timeOf } from '../../../controllers/workspace-private-link/access/desired-glass.ts';
import { provenanceOf } from '../../../controllers/workspace-private-link/desired-provenance.ts';
import type { GlassSeen } from '../../../controllers/workspace-private-link/types.ts';
import { blocked } from './fake-cloud.ts';
import { aWorkspacePrivateLink, aWorld, DENY, type Living, live, MINUTE_MS, remove } from './living.ts';

const KEY = 'fabriclink.dev/break-glass';
const HOUR_MS = 60 * MINUTE_MS;
const policyWrites = (writes: readonly string[]) => writes.filter((write) => write.startsWith('policy.put'));

/** Denied, in effect, and at rest. */
async function aClosedWorkspace(
  spec: Parameters<typeof aWorkspacePrivateLink>[0] = {},
  world: ReturnType<typeof aWorld> = aWorld(),
) {
  const living = live(world, aWorkspacePrivateLink({ inbound: DENY, ...spec }));
  await living.settle();
  world.nowMs += 31 * MINUTE_MS;
  await living.settle();
  expect(world.policy.inbound).toBe('Deny');
  world.writes.length = 0;
  living.events.length = 0;
  living.audits.length = 0;
  return { world, living };
}

const annotate = (living: Living, text: string | undefined) =>
  living.change(({ metadata }) => {
    if (text === undefined) delete metadata.annotations![KEY];
    else metadata.annotations![KEY] = text;
  });
const at = (ms: number) => new Date(ms).toISOString();
const notes = ({ resource }: Living) =>
  Object.fromEntries(
    Object.entries(resource.metadata.annotations ?? {}).map(([key, value]) => [
      key.replace('fabriclink.dev/', ''),
      value,
    ]),
  );
const opened = (world: ReturnType<typeof aWorld>) => {
  world.deniedAtMs = undefined;
  return world.policy.inbound;
};

describe('a person who breaks the glass', () => {
  test('has the door opened until then, loudly, and closed again at that time', async () => {
    const { world, living } = await aClosedWorkspace();
    const untilMs = world.nowMs + 2 * HOUR_MS;
    annotate(living, at(untilMs));
    await living.settle();
    expect(opened(world)).toBe('Allow');
    expect(policyWrites(world.writes)).toEqual(['policy.put Allow/Allow']);
    expect(living.condition('BreakGlass')).toMatchObject({ status: 'True', reason: 'BreakGlassOpen' });
    expect(living.condition('Ready')).toMatchObject({ status: 'False', reason: 'BreakGlassOpen' });
    expect(living.condition('AccessApplied').status).toBe('False');
    expect(living.nextStep()).toContain(`OPEN to the public`);
    expect(living.nextStep()).toContain(`until ${at(untilMs)}`);
    expect(living.nextStep()).toContain('`kubectl annotate wpl sales -n team fabriclink.dev/break-glass-`');
    expect(living.events).toContainEqual(expect.objectContaining({ type: 'Warning', action: 'BreakGlass' }));
    expect(living.audits).toContain('BreakGlass');
    expect(living.rests.find(({ ladder }) => ladder === 'inbound')?.poll).toBe('due');

    world.nowMs = untilMs - 1;
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    world.nowMs = untilMs;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(living.events.at(-1)?.note).toContain('break-glass is over');
    expect(notes(living)).not.toHaveProperty('glass-until');
    expect(living.condition('BreakGlass')).toMatchObject({ status: 'False', reason: 'BreakGlassOver' });
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });

  test('who takes the annotation away has it closed at once, and nothing is left of it', async () => {
    const { world, living } = await aClosedWorkspace();
    const before = notes(living);
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    expect(opened(world)).toBe('Allow');
    annotate(living, undefined);
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(living.condition('BreakGlass')).toBeUndefined();
    expect(Object.keys(notes(living)).toSorted()).toEqual(Object.keys(before).toSorted());
  });

  test('may write a later time before the first is over', async () => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    opened(world);
    const laterMs = world.nowMs + 3 * HOUR_MS;
    annotate(living, at(laterMs));
    await living.settle();
    world.nowMs += 2 * HOUR_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    expect(notes(living)['glass-until']).toBe(at(laterMs));
    world.nowMs = laterMs;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(policyWrites(world.writes)).toHaveLength(2);
  });

  const refusals: Record<string, { text: (nowMs: number) => string; reason: string }> = {
    'no time at all': { text: () => 'yes please', reason: 'BreakGlassInvalid' },
    'a time without a zone': { text: () => '2026-03-01T12:00:00', reason: 'BreakGlassInvalid' },
    'a day that no calendar has': { text: () => '2026-02-30T12:00:00Z', reason: 'BreakGlassInvalid' },
    'more than a day ahead': { text: (nowMs) => at(nowMs + 24 * HOUR_MS + 1), reason: 'BreakGlassTooFar' },
  };
  test.each(Object.entries(refusals))('%s is refused with the right command', async (_, { text, reason }) => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, text(world.nowMs));
    await living.settle();
    expect(policyWrites(world.writes)).toEqual([]);
    expect(living.condition('Stalled').reason).toBe(reason);
    expect(living.condition('BreakGlass')).toMatchObject({ status: 'False', reason });
    expect(living.nextStep()).toContain(
      `kubectl annotate wpl sales -n team --overwrite ${KEY}="$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)"`,
    );
    expect(living.nextStep()).toContain('at most 24 hours ahead');
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
  });

  test('for more than a day ahead opens nothing by waiting either', async () => {
    const { world, living } = await aClosedWorkspace();
    const farMs = world.nowMs + 25 * HOUR_MS;
    annotate(living, at(farMs));
    await living.settle();
    for (let hour = 0; hour < 24; hour++) {
      world.nowMs += HOUR_MS;
      await living.settle();
    }
    expect(policyWrites(world.writes)).toEqual([]);
    expect(living.condition('Stalled').reason).toBe('BreakGlassTooFar');
    world.nowMs = farMs;
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });

  test.each(Object.entries(refusals))(
    '%s, while it is open, leaves it open until the time before',
    async (_, asked) => {
      const { world, living } = await aClosedWorkspace();
      const untilMs = world.nowMs + HOUR_MS;
      annotate(living, at(untilMs));
      await living.settle();
      opened(world);
      annotate(living, asked.text(world.nowMs));
      await living.settle();
      expect(world.policy.inbound).toBe('Allow');
      expect(living.condition('Stalled').reason).toBe(asked.reason);
      expect(living.condition('BreakGlass')).toMatchObject({ status: 'True', reason: 'BreakGlassOpen' });
      world.nowMs = untilMs;
      await living.settle();
      expect(world.policy.inbound).toBe('Deny');
    },
  );

  test('for a time that is past changes nothing, and the object stays Ready', async () => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, at(world.nowMs));
    await living.settle();
    expect(world.writes).toEqual([]);
    expect(living.condition('Ready').status).toBe('True');
    expect(living.condition('BreakGlass')).toMatchObject({ status: 'False', reason: 'BreakGlassOver' });
  });

  test.each([['Allow'], [undefined]] as const)('has nothing to open where the spec says %s', async (publicAccess) => {
    const { world, living } = await aClosedWorkspace();
    living.change(({ spec }) => {
      if (publicAccess) spec.inbound = { publicAccess, requires: 'ControlPlane' };
      else delete spec.inbound;
    });
    await living.settle();
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    world.writes.length = 0;
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    expect(world.writes).toEqual([]);
    expect(living.condition('Stalled').reason).toBe('BreakGlassNotNeeded');
    expect(living.nextStep()).toContain('there is nothing to open');
  });

  test('before the first denial keeps the door open until then', async () => {
    const world = aWorld();
    const living = live(
      world,
      aWorkspacePrivateLink({ inbound: DENY }, { annotations: { [KEY]: at(world.nowMs + HOUR_MS) } }),
    );
    await living.settle();
    expect(policyWrites(world.writes)).toEqual([]);
    expect(living.condition('BreakGlass').status).toBe('True');
    world.nowMs += HOUR_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(notes(living)['access-before']).toBe('Allow');
    expect(living.events.map(({ note }) => note).join()).not.toContain('somebody had opened it');
  });
});

describe('closing again after break-glass', () => {
  test('is held back, loudly, while a precondition fails, and follows when it holds', async () => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    opened(world);
    world.pipelines = [aWorkspacePrivateLink().spec.workspaceId];
    world.nowMs += HOUR_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    expect(living.condition('Stalled').reason).toBe('RelockBlocked');
    expect(living.condition('BreakGlass')).toMatchObject({ status: 'True', reason: 'BreakGlassOver' });
    expect(living.nextStep()).toContain('it stays OPEN (break-glass is over; the workspace is a stage of a deployment');
    world.pipelines = [];
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  test('accuses no rival, however often it happens, and does not wait for a rival’s pause', async () => {
    const { world, living } = await aClosedWorkspace();
    for (let round = 0; round < 5; round++) {
      annotate(living, at(world.nowMs + 2 * MINUTE_MS));
      await living.settle();
      expect(opened(world)).toBe('Allow');
      world.nowMs += 2 * MINUTE_MS;
      await living.settle();
      expect(world.policy.inbound).toBe('Deny');
    }
    expect(notes(living)).not.toHaveProperty('relocks');
    for (let round = 0; round < 3; round++) {
      world.policy = { ...world.policy, inbound: 'Allow' };
      await living.settle();
    }
    world.policy = { ...world.policy, inbound: 'Allow' };
    await living.settle();
    expect(living.condition('Stalled').reason).toBe('ConflictingWriter');
    annotate(living, at(world.nowMs + 2 * MINUTE_MS));
    await living.settle();
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  test('somebody else’s Deny while it is to be open is opened again, and after the time left alone', async () => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    world.policy = { ...world.policy, inbound: 'Deny' };
    await living.settle();
    expect(opened(world)).toBe('Allow');
    world.nowMs += HOUR_MS;
    world.policy = { ...world.policy, inbound: 'Deny' };
    world.writes.length = 0;
    await living.settle();
    expect(policyWrites(world.writes)).toEqual([]);
    expect(notes(living)).not.toHaveProperty('glass-until');
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });

  test('a refusal to open is said with its remedy, and closes nothing', async () => {
    const { world, living } = await aClosedWorkspace();
    world.refusals['policy.put Allow/Allow'] = blocked('Forbidden', 'no write', 'give the Admin role');
    annotate(living, at(world.nowMs + HOUR_MS));
    for (let pass = 0; pass < 3; pass++) await living.pass();
    expect(living.condition('BreakGlass')).toMatchObject({ status: 'False', reason: 'Forbidden' });
    expect(living.nextStep()).toContain('give the Admin role');
    world.nowMs += HOUR_MS;
    await living.settle();
    expect(policyWrites(world.writes)).toEqual([]);
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });

  test('without its notes an open door is closed as any other, and nothing is opened', async () => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    opened(world);
    world.writes.length = 0;
    living.change(({ metadata }) => (metadata.annotations = {}));
    await living.settle();
    expect(policyWrites(world.writes)).toEqual(['policy.put Allow/Allow', 'policy.put Deny/Allow']);
  });
});

describe('a Deny that was there before us', () => {
  const adopted = async (onDelete: 'Restore' | 'Keep' = 'Restore') =>
    aClosedWorkspace(
      { inbound: { ...DENY!, onDelete } },
      aWorld({ policy: { inbound: 'Deny', outbound: 'Allow', etag: '"1"' } }),
    );

  test('is opened too, because a person asks for it, and closed again', async () => {
    const { world, living } = await adopted();
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    expect(opened(world)).toBe('Allow');
    expect(notes(living)['access-before']).toBe('Deny');
    world.nowMs += HOUR_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(notes(living)['access-before']).toBe('Deny');
  });

  test('is remembered also when it is opened before anything was written down', async () => {
    const { world, living } = await adopted();
    living.change(({ metadata }) => (metadata.annotations = { [KEY]: at(world.nowMs + HOUR_MS) }));
    await living.settle();
    expect(opened(world)).toBe('Allow');
    expect(notes(living)).toMatchObject({ 'access-before': 'Deny', locked: 'true' });
  });

  test.each([
    ['Restore', true],
    ['Keep', true],
    ['Keep', false],
  ] as const)(
    'and deletion with onDelete %s while it is open (adopted: %s): closed again first, then everything goes',
    async (onDelete, wasAdopted) => {
      const { world, living } = wasAdopted
        ? await adopted(onDelete)
        : await aClosedWorkspace({ inbound: { ...DENY!, onDelete } });
      const untilMs = world.nowMs + HOUR_MS;
      annotate(living, at(untilMs));
      await living.settle();
      opened(world);
      world.writes.length = 0;
      remove(living);
      await living.settle();
      expect([world.policy.inbound, world.writes, living.released]).toEqual(['Allow', [], false]);
      expect(living.condition('BreakGlass').status).toBe('True');
      world.nowMs = untilMs;
      await living.settle();
      expect(living.released).toBe(true);
      expect([world.policy.inbound, world.endpoints.size]).toEqual(['Deny', 0]);
      expect(world.writes[0]).toBe('policy.put Deny/Allow');
    },
  );
});

describe('deletion while the door is open by break-glass', () => {
  test('with Restore, and open before us: stays open, and goes on once calls succeed', async () => {
    const { world, living } = await aClosedWorkspace();
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    opened(world);
    world.writes.length = 0;
    remove(living);
    await living.settle();
    expect(living.released).toBe(false);
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.released).toBe(true);
    expect([policyWrites(world.writes), world.policy.inbound]).toEqual([[], 'Allow']);
  });

  test('with Keep and no way in any more: waits, and says why; Allow in the spec lets it go', async () => {
    const { world, living } = await aClosedWorkspace({ inbound: { ...DENY!, onDelete: 'Keep' } });
    annotate(living, at(world.nowMs + HOUR_MS));
    await living.settle();
    opened(world);
    world.pipelines = [aWorkspacePrivateLink().spec.workspaceId];
    annotate(living, undefined);
    remove(living);
    await living.settle();
    expect(living.released).toBe(false);
    expect(living.condition('Stalled').reason).toBe('RelockBlocked');
    expect(living.nextStep()).toContain('set inbound.publicAccess to Allow');
    living.change(({ spec }) => (spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane' }));
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.released).toBe(true);
  });
});

describe('the time of a break-glass', () => {
  test.each([
    ['2026-03-01T12:00:00Z', Date.UTC(2026, 2, 1, 12)],
    ['2026-03-01t12:00:00.250z', Date.UTC(2026, 2, 1, 12, 0, 0, 250)],
    ['2026-03-01T13:00:00+01:00', Date.UTC(2026, 2, 1, 12)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2025-02-29T00:00:00Z', undefined],
    ['2026-03-01 12:00:00Z', undefined],
    ['2026-03-01', undefined],
    ['1772366400', undefined],
    ['tomorrow', undefined],
  ])('%s', (text, ms) => expect(timeOf(text)).toBe(ms));

  test('is real, and how far ahead it may be follows the scale of durations', () => {
    const resource = aWorkspacePrivateLink({}, { annotations: { [KEY]: at(30 * MINUTE_MS) } });
    const ask = (scale: number): GlassSeen =>
      glassOf({
        resource,
        provenance: provenanceOf(resource),
        nowMs: 0,
        limitMs: LONGEST_GLASS_MS / scale,
        hourMs: HOUR_MS / scale,
      });
    expect(ask(1)).toMatchObject({ request: 'open', untilMs: 30 * MINUTE_MS, limit: '24 hours' });
    expect(ask(60)).toMatchObject({ request: 'tooFar', limit: '24 minutes' });
    expect(ask(60).setCommand).toContain("'+1 minutes'");
    expect(ask(60).macDate).toBe('date -u -v+1M +%Y-%m-%dT%H:%M:%SZ');
  });
});
