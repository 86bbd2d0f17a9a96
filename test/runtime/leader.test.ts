import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { silentLogger } from '../../operator/log.ts';
import { createFence, type Fence, fencedTransport } from '../../operator/runtime/fence.ts';
import { createLeaderElection, type LeaderElection, type LeaseDurations } from '../../operator/runtime/leader.ts';
import type { Lease } from '../../operator/runtime/lease-record.ts';
import { eventually, settle, type VirtualClock, virtualClock } from '../support/virtual-clock.ts';
import { type ApiServer, startApiServer } from './support/api-server.ts';
import { accessTo, noChance, type Running, runManager } from './support/harness.ts';
import { aToy, createWorkshop, TOYS_NAME, toyKind, type Workshop } from './support/toy.ts';

const LEASES_NAME = 'leases.coordination.k8s.io';
const transport = createTransport();
let server: ApiServer;
let clock: VirtualClock;
let candidates: LeaderElection[];
/** Time that passed for the machine while this process did not run. */
let pausedMs = 0;

type Candidate = { election: LeaderElection; fence: Fence; heard: string[] };

beforeEach(async () => {
  server = await startApiServer();
  clock = virtualClock();
  candidates = [];
  pausedMs = 0;
});
afterEach(async () => {
  for (const election of candidates) await election.stop(false);
  await server.close();
});

function stand(identity: string): Candidate {
  const monotonicMs = () => clock.now() + pausedMs;
  const fence = createFence(monotonicMs);
  const heard: string[] = [];
  const election = createLeaderElection({
    kube: createKubeClient({ transport, access: { ...accessTo(server.url), authorization: async () => identity } }),
    fence,
    namespace: 'system',
    name: 'fabric-link-operator',
    identity,
    clock,
    monotonicMs,
    random: noChance,
    log: silentLogger,
    onElected: () => heard.push('elected'),
    onLost: () => heard.push('lost'),
  });
  candidates.push(election);
  election.start();
  return { election, fence, heard };
}

const lease = () => server.store.get(LEASES_NAME, 'system/fabric-link-operator') as Lease;
const puts = () => server.asked.filter(({ method }) => method === 'PUT').length;

/** A second at a time, so that calls over the socket find the time that they belong to. */
async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    await clock.advance(1000);
    await eventually(async () => {
      await settle();
      return transport.inFlight() === 0;
    }, 'calls to be answered');
  }
}

async function elected(candidate: Candidate): Promise<void> {
  await eventually(() => candidate.heard.includes('elected'), 'an election');
}

describe('leader election', () => {
  test('takes a free lease, and renews it every two seconds', async () => {
    const one = stand('one');
    await elected(one);
    expect(lease().spec).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(lease().spec?.renewTime).toMatch(/^2026-01-01T00:00:00\.000000Z$/);
    const before = puts();
    await seconds(10);
    expect(puts() - before).toBe(5);
    expect(one.fence.isHeld()).toBe(true);
  });

  test('leaves a lease alone that its holder renews', async () => {
    const one = stand('one');
    await elected(one);
    const two = stand('two');
    await seconds(60);
    expect(two.heard).toEqual([]);
    expect(two.fence.isHeld()).toBe(false);
    expect(lease().spec?.leaseTransitions).toBe(0);
  });

  test('takes over from a holder that died, after the whole duration as seen from here', async () => {
    const one = stand('one');
    await elected(one);
    await one.election.stop(false);
    const two = stand('two');
    await seconds(14);
    expect(two.heard).toEqual([]);
    await seconds(6);
    expect(two.heard).toEqual(['elected']);
    expect(lease().spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  test('takes over within a retry from a holder that let go', async () => {
    const one = stand('one');
    await elected(one);
    const two = stand('two');
    await seconds(3);
    await one.election.stop(true);
    expect(lease().spec?.holderIdentity).toBe('');
    await seconds(3);
    expect(two.heard).toEqual(['elected']);
  });

  test('closes the fence before anybody else can have the lease, when renewals stop getting through', async () => {
    const one = stand('one');
    await elected(one);
    const two = stand('two');
    await seconds(4);
    server.fault(({ method }) => (method === 'GET' ? undefined : { status: 503 }));
    let closedAtMs: number | undefined;
    for (let second = 0; second < 20; second += 1) {
      await seconds(1);
      if (!one.fence.isHeld()) closedAtMs ??= clock.now();
      expect(one.fence.isHeld() && two.fence.isHeld()).toBe(false);
    }
    expect(closedAtMs).toBeDefined();
    expect(one.heard).toEqual(['elected', 'lost']);
    expect(one.fence.signal.aborted).toBe(true);
  });

  test('survives renewals that fail for less than the deadline, and lost replies', async () => {
    const one = stand('one');
    await elected(one);
    const mend = server.fault(({ method }) => (method === 'PUT' ? 'cut-after' : undefined));
    await seconds(6);
    mend();
    await seconds(10);
    expect(one.heard).toEqual(['elected']);
    expect(one.fence.isHeld()).toBe(true);
  });

  test('closes the fence of a process that was paused, before it has done anything', async () => {
    const one = stand('one');
    await elected(one);
    pausedMs = 10_000;
    expect(one.fence.isHeld()).toBe(false);
  });

  test('gives up at once when it finds somebody else in its place', async () => {
    const one = stand('one');
    await elected(one);
    server.store.merge(LEASES_NAME, 'system/fabric-link-operator', { spec: { holderIdentity: 'usurper' } });
    await seconds(5);
    expect(one.heard).toEqual(['elected', 'lost']);
    expect(lease().spec?.holderIdentity).toBe('usurper');
  });

  test('of two that stand at once elects one', async () => {
    const both = [stand('one'), stand('two')];
    await seconds(30);
    expect(both.flatMap(({ heard }) => heard)).toEqual(['elected']);
  });
});

describe('the fence', () => {
  test('of a process that slept through its lease is closed when it wakes', async () => {
    let nowMs = 0;
    const fence = createFence(() => nowMs);
    fence.grant(10_000);
    expect(fence.isHeld()).toBe(true);
    nowMs = 10_000;
    expect(() => fence.assertHeld()).toThrow('does not hold the lease');
  });

  test('once revoked never opens again', () => {
    const fence = createFence(() => 0);
    fence.grant(10);
    fence.revoke('lost');
    fence.grant(10);
    expect(fence.isHeld()).toBe(false);
  });

  test('stops writes to cluster and clouds, not reads and not tokens', async () => {
    const sent: string[] = [];
    const inner = {
      async send({ service, method }: { service: string; method: string }) {
        sent.push(`${method} ${service}`);
        return { status: 200, headers: {}, body: '' };
      },
      async stream() {
        throw new Error('not used');
      },
      async close() {},
    };
    const fenced = fencedTransport(
      inner,
      createFence(() => 0),
    );
    const send = (method: 'GET' | 'PUT' | 'POST', service: 'arm' | 'entra' | 'kubernetes') =>
      fenced.send({ method, service, operation: 'x', url: 'http://x' });
    await send('GET', 'arm');
    await send('POST', 'entra');
    await fenced.send({ method: 'POST', safe: true, service: 'fabric', operation: 'x', url: 'http://x' });
    await expect(send('PUT', 'arm')).rejects.toMatchObject({ reason: 'LeaseLost' });
    await expect(send('POST', 'kubernetes')).rejects.toMatchObject({ reason: 'LeaseLost' });
    expect(sent).toEqual(['GET arm', 'POST entra', 'POST fabric']);
  });
});

describe('two managers', () => {
  let running: Running[] = [];
  afterEach(async () => {
    for (const one of running) await one.close();
    running = [];
  });

  /** Real time: long where nothing may be lost by a busy machine, short where a loss is waited for. */
  const patient = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 50 };
  const hasty = { leaseMs: 2_000, renewDeadlineMs: 1_200, retryMs: 50 };

  function replica(identity: string, durations: LeaseDurations, workshop: Workshop, onEffect?: () => Promise<void>) {
    const lost: string[] = [];
    const started = runManager(server, (clock) => [toyKind(workshop, clock, onEffect ? { onEffect } : {})], {
      leaderElection: { namespace: 'system', identity, durations, onLost: () => lost.push(identity) },
    });
    running.push(started);
    started.manager.start();
    return { ...started, lost };
  }

  test('one works, the other waits with warm caches and takes over within a moment of a release', async () => {
    const [first, second] = [createWorkshop(), createWorkshop()];
    server.store.create(TOYS_NAME, aToy('a'));
    const one = replica('one', patient, first);
    await eventually(() => one.manager.isLeading(), 'the first to lead');
    const two = replica('two', patient, second);
    await one.pass(10_000);
    await eventually(() => two.manager.hasSynced(), 'warm caches');
    expect(two.manager.ready()).toEqual({ ok: true });
    expect(second.observed).toEqual([]);
    await one.manager.stop();
    await eventually(() => two.manager.isLeading(), 'the second to lead');
    await two.quiet();
    expect(second.observed).toContain('default/a');
    expect(one.lost).toEqual([]);
  });

  test('a leader that is cut off from its lease writes nothing after losing it, though its pass goes on', async () => {
    const [first, second] = [createWorkshop(), createWorkshop()];
    server.store.create(TOYS_NAME, aToy('a'));
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const one = replica('one', hasty, first, () => gate);
    await eventually(() => first.calls.length === 1, 'the effect of the first');
    server.fault(({ method, path, body }) =>
      method === 'PUT' && path.includes('/leases/') && body.includes('"one"') ? 'cut' : undefined,
    );
    const two = replica('two', hasty, second);
    await eventually(() => one.lost.length === 1, 'the loss');
    expect(one.manager.isLeading()).toBe(false);
    await eventually(() => two.manager.isLeading(), 'the second to lead');
    await two.pass(10_000);
    const version = server.store.get(TOYS_NAME, 'default/a').metadata.resourceVersion;
    go();
    await eventually(() => one.manager.isIdle(), 'the first to come to rest');
    expect(server.store.get(TOYS_NAME, 'default/a').metadata.resourceVersion).toBe(version);
    expect(second.calls.map(({ effect }) => effect)).toEqual(['claim', 'build']);
  });
});
