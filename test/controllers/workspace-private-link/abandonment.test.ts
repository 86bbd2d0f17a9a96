import { describe, expect, test } from '@jest/globals';
import { ABANDONMENT_FACTS, type AbandonmentFacts } from '../../../controllers/workspace-private-link/fact-types.ts';
import { machines } from '../../../controllers/workspace-private-link/machine.ts';
import {
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  endpointId,
  type Living,
  live,
  MINUTE_MS,
  remove,
  SERVICE,
  WORKSPACE,
  ZONE,
} from './living.ts';
import { everyObservation, placesOf, settle as settleDown, walker } from './rests.ts';

const observations = [...everyObservation<AbandonmentFacts>(ABANDONMENT_FACTS)];
const rests = walker<AbandonmentFacts>(machines.abandonment);

describe('the abandonment ladder', () => {
  test('uses every state', () => {
    const visited = new Set(observations.map((facts) => rests(facts).phase));
    expect([...visited].sort()).toEqual(
      placesOf(machines.abandonment)
        .map(({ phase }) => phase)
        .sort(),
    );
  });

  test('gives up only without credentials, and only after a day or on a person’s word', () => {
    for (const facts of observations) {
      const { effect } = rests(facts);
      if (effect !== 'recordAbandoned' && effect !== 'releaseAbandoned') continue;
      expect(facts.claimed && facts.credentials !== 'working').toBe(true);
      expect(effect === 'releaseAbandoned' && facts.credentials === 'partly').toBe(false);
      expect(facts.asked || facts.lost === 'after').toBe(true);
      expect(facts.entry).toBe(effect === 'releaseAbandoned' ? 'written' : 'absent');
    }
  });

  test('does nothing while credentials work but forget an earlier loss', () => {
    const effects = observations
      .filter(({ credentials, claimed }) => credentials === 'working' && claimed)
      .map((facts) => [facts.lost, rests(facts).effect]);
    for (const [lost, effect] of effects) expect(effect).toBe(lost === 'unnoted' ? undefined : 'forgetLoss');
  });

  test.each([0, 2])('ends well from every world (losing every effect number %i)', (loseEvery) => {
    const acts: Record<string, Partial<AbandonmentFacts>> = {
      noteLoss: { lost: 'before' },
      forgetLoss: { lost: 'unnoted' },
      recordAbandoned: { entry: 'written' },
      releaseAbandoned: { claimed: false },
    };
    const waits: Record<string, Partial<AbandonmentFacts>> = {
      'Patience.Waiting': { lost: 'after' },
      'Patience.WaitingForSome': { lost: 'after' },
      'Ledger.Unreadable': { entry: 'absent' },
    };
    for (const start of observations) {
      const end = settleDown(
        rests,
        start,
        {
          act: (facts, effect) => ({ ...facts, ...acts[effect] }),
          wait: (facts, phase) => (waits[phase] ? { ...facts, ...waits[phase] } : facts),
        },
        loseEvery,
      );
      expect(['ready', 'gone']).toContain(end?.tag);
    }
  });
});

const MISSING = {
  disposition: 'blocked',
  reason: 'CredentialMissing',
  message: 'namespace team has no credentials for tenant t',
  remedy: 'create Secret team/fabriclink-credentials',
} as const;

/** Ready and closed to the public, then deleted without its credentials. */
async function orphan(spec: Parameters<typeof aWorkspacePrivateLink>[0] = {}) {
  const world = aWorld();
  const living = live(world, aWorkspacePrivateLink({ inbound: DENY, ...spec }));
  await living.settle();
  world.nowMs += 31 * MINUTE_MS;
  await living.settle();
  world.writes.length = 0;
  world.refusals['credentials'] = MISSING;
  remove(living);
  await living.settle();
  return { world, living };
}

const abandon = (living: Living, text = 'yes') =>
  living.change(({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'fabriclink.dev/abandon': text }));

describe('a deletion without credentials', () => {
  test('waits, and says what is missing, what would stay behind, how to go on, and until when', async () => {
    const { living } = await orphan();
    expect(living.released).toBe(false);
    const { reason, message } = living.condition('Stalled');
    expect(reason).toBe('CredentialMissing');
    for (const words of [
      'create Secret team/fabriclink-credentials',
      'kubectl -n team annotate workspaceprivatelinks.fabriclink.dev sales fabriclink.dev/abandon=yes',
      '2026-03-02T08:31:00.000Z',
      SERVICE,
      endpointId('pe-hub'),
      ZONE.toLowerCase(),
      `https://api.fabric.microsoft.com/v1/workspaces/${WORKSPACE}/networking/communicationPolicy`,
      'ConfigMap operator/fabriclink-ledger-0',
    ]) {
      expect(message.toLowerCase()).toContain(words.toLowerCase());
    }
    expect(living.ledger).toEqual([]);
  });

  test('lets go at a person’s word: first into the ledger, then the audit trail, never a call to a cloud', async () => {
    const { living, world } = await orphan();
    abandon(living);
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.writes).toEqual([]);
    expect(living.audits.slice(-2)).toEqual(['RecordAbandoned', 'Abandon']);
    expect(living.events.at(-1)).toMatchObject({ type: 'Warning', reason: 'Abandoned' });
    expect(living.ledger).toHaveLength(1);
    expect(living.ledger[0]).toMatchObject({
      what: 'abandoned',
      subject: 'uid-1',
      object: { kind: 'WorkspacePrivateLink', namespace: 'team', name: 'sales' },
      why: expect.stringContaining('fabriclink.dev/abandon'),
    });
    expect(living.ledger[0]!.left[0]).toBe(SERVICE);
    expect(living.ledger[0]!.left.at(-1)).toContain(`workspace ${WORKSPACE}`);
  });

  test('lets go by itself after a day, counted from when they were first missed', async () => {
    const { living, world } = await orphan();
    world.nowMs += 24 * 60 * MINUTE_MS - 1;
    await living.settle();
    expect(living.released).toBe(false);
    world.nowMs += 1;
    await living.settle();
    expect(living.released).toBe(true);
    expect(living.ledger[0]?.why).toContain('a day');
  });

  test('goes on as usual when they return, and another loss has a day of its own', async () => {
    const { living, world } = await orphan();
    world.nowMs += 23 * 60 * MINUTE_MS;
    delete world.refusals['credentials'];
    await living.settle();
    expect(living.resource.metadata.annotations).not.toHaveProperty(['fabriclink.dev/credentials-lost-at']);
    expect(world.policy.inbound).toBe('Allow');
    world.refusals['credentials'] = MISSING;
    world.nowMs += 2 * 60 * MINUTE_MS;
    await living.settle();
    expect(living.released).toBe(false);
    delete world.refusals['credentials'];
    await living.settle();
    expect(living.released).toBe(true);
    expect(living.ledger).toEqual([]);
    expect(world.services.size).toBe(0);
  });

  test('is not abandoned while the credentials work, and that is said', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    remove(living);
    abandon(living);
    await living.pass();
    await living.settle();
    expect(living.released).toBe(false);
    expect(living.condition('Reconciling').message).toContain('fabriclink.dev/abandon is ignored');
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.services.size + world.endpoints.size).toBe(0);
  });

  test('an empty annotation asks for nothing', async () => {
    const { living } = await orphan();
    abandon(living, '');
    await living.settle();
    expect(living.released).toBe(false);
  });

  test('a passing trouble with the identity is no loss', async () => {
    const { living, world } = await orphan();
    abandon(living);
    world.refusals['credentials'] = { ...MISSING, disposition: 'transient', reason: 'EntraUnavailable' };
    await living.settle();
    expect(living.released).toBe(false);
  });

  test('is not let go before the ledger has it', async () => {
    const { living, world } = await orphan();
    abandon(living);
    world.refusals['ledger'] = {
      disposition: 'blocked',
      reason: 'LedgerFull',
      message: 'ConfigMap operator/fabriclink-ledger-0 has no room for another entry',
      remedy: 'take entries out',
    };
    await living.settle();
    expect(living.released).toBe(false);
    expect(living.condition('Stalled').reason).toBe('LedgerFull');
    delete world.refusals['ledger'];
    await living.settle();
    expect(living.released).toBe(true);
  });

  test('says nothing of the door where it was to stay closed, and nothing of things that were to stay', async () => {
    const { living } = await orphan({ inbound: { ...DENY!, onDelete: 'Keep' } });
    expect(living.condition('Stalled').message).not.toContain('communicationPolicy');
    const retained = await orphan({ deletionPolicy: 'Retain' });
    expect(retained.living.condition('Stalled').message).not.toContain(SERVICE);
    expect(retained.living.condition('Stalled').message).toContain('communicationPolicy');
  });
});
