import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  deleteLinkService,
  linkServiceIn,
  rejectConnection,
  removeConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import type { Cloud } from '../../simulator/cloud.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { restartFrom } from '../support/stage-crash.ts';
import { readout } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { endpointIdIn, viewOf, type WorldView } from '../support/stage-view.ts';
import { endpointIn, HUB, SALES, SALES_SERVICE, SPOKE, salesLink } from '../support/stage-world.ts';

import { heals, stalls } from './breakages.ts';

let stage: Stage;
let ready: StageSnapshot;
let wanted: WorldView;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage);
  ready = stage.snapshot();
  wanted = viewOf(stage.simulator.world);
});
afterAll(() => stage.close());
beforeEach(async () => {
  await restartFrom(stage, ready);
  await stage.settle();
});

/** A replacement may get other addresses. */
const withoutAddresses = (view: WorldView) =>
  JSON.parse(JSON.stringify(view).replaceAll(/127\.65\.\d+\.\d+/g, '<address>')) as unknown;
const isAsWanted = () =>
  isTrue(stage.link(), 'Ready') &&
  JSON.stringify(withoutAddresses(viewOf(stage.simulator.world))) === JSON.stringify(withoutAddresses(wanted));

describe('what somebody took away or changed by hand comes back', () => {
  test.each(Object.entries(heals))('%s', async (_, { broken }) => {
    broken(stage.simulator.cloud);
    expect(isAsWanted()).toBe(false);
    await stage.run(isAsWanted, { withinMs: 8 * HOUR_MS, what: 'the world is as wanted again' });
  });
});

/** Whatever else is said, the workspace stays as closed as it was. */
const expectStillDenied = () => {
  expect(viewOf(stage.simulator.world).policies).toEqual(wanted.policies);
  expect(isTrue(stage.link(), 'AccessApplied')).toBe(true);
};

describe('what only a person can settle is said, and nothing is made worse', () => {
  test.each(Object.entries(stalls))('%s', async (_, { broken, says, remade = [] }) => {
    broken(stage.simulator.cloud);
    stage.forget();
    await stage.pass(6 * HOUR_MS);
    expect(Object.fromEntries(Object.keys(says).map((type) => [type, said(stage, type)]))).toEqual(says);
    expect(isTrue(stage.link(), 'Stalled')).toBe(true);
    expect([...stage.births().keys()]).toEqual(remade);
    expect(stage.endings()).toEqual([]);
    expectStillDenied();
  });
});

describe('with recreatePolicy OnRejection', () => {
  beforeEach(async () => {
    const recreatePolicy = 'OnRejection';
    const hub = { ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), recreatePolicy };
    const spoke = { ...endpointIn('spoke', 'Records', stage.nameserverOf), recreatePolicy };
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [hub, spoke] }));
    await playUntilReady(stage);
    stage.forget();
  });

  test.each([
    [
      'one rejected endpoint',
      (cloud: Cloud) => rejectConnection(cloud, SALES_SERVICE, endpointIdIn(cloud.world, 'hub'), 'no'),
    ],
    [
      'one disconnected endpoint',
      (cloud: Cloud) => removeConnection(cloud, SALES_SERVICE, endpointIdIn(cloud.world, 'spoke')),
    ],
    ['the service with all its connections', (cloud: Cloud) => deleteLinkService(cloud, SALES_SERVICE)],
  ])('%s is made anew, while the workspace stays closed', async (_, broken) => {
    broken(stage.simulator.cloud);
    await stage.run(isAsWanted, { withinMs: 8 * HOUR_MS, what: 'the world is as wanted again' });
    expect(Math.max(...stage.births().values())).toBe(1);
    expectStillDenied();
  });

  test('one that a machine rejects each time is made anew ever more rarely, and a person is told', async () => {
    const { cloud, world } = { cloud: stage.simulator.cloud, world: stage.simulator.world };
    const reject = () => {
      const id = Object.values(world.arm.privateEndpoints).find((one) => one.id.includes('hub'))?.id;
      const own = Object.values(linkServiceIn(world, SALES_SERVICE).connections).find(
        (one) => one.privateEndpointId === id,
      );
      if (own && own.state.status !== 'Rejected')
        rejectConnection(cloud, SALES_SERVICE, own.privateEndpointId, 'pol-7');
    };
    for (let minute = 0; minute < 10 * 60; minute += 10) {
      reject();
      await stage.pass(10 * MINUTE_MS);
    }
    expect(said(stage, 'Ready')).toBe('False RecreationPaused');
    expect(readout(stage.link()).nextStep).toContain('pol-7');
    expect(readout(stage.link()).nextStep).toMatch(/fabriclink\.dev\/recreated\.[0-9a-f]{16}-`/);
    expect(Math.max(...stage.births().values())).toBeLessThanOrEqual(6);
    expectStillDenied();
  });
});

describe('somebody who opens the workspace', () => {
  test('again and again is reported, not fought without end', async () => {
    let fights = 0;
    await stage.run(
      () => {
        const { policy } = stage.simulator.world.fabric.workspaces[SALES]!;
        if (policy.inbound.configured === 'Deny') {
          policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
          fights += 1;
        }
        return said(stage, 'Ready') === 'False ConflictingWriter';
      },
      { withinMs: 8 * HOUR_MS, what: 'the other writer is reported' },
    );
    expect(fights).toBe(4);
    expect(isTrue(stage.link(), 'Stalled')).toBe(true);
  });

  test('while no endpoint is proven leaves it open, loudly: closing it would lock everybody out', async () => {
    for (const network of [HUB, SPOKE]) await stage.simulator.dns.stop(network);
    try {
      policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
      await stage.run(() => said(stage, 'AccessApplied') === 'False RelockBlocked', {
        withinMs: 8 * HOUR_MS,
        what: 'it is said that it stays open',
      });
      await stage.pass(6 * HOUR_MS);
      expect(viewOf(stage.simulator.world).policies[SALES]!.inbound).toBe('Allow');
    } finally {
      for (const network of [HUB, SPOKE]) await stage.simulator.dns.start(network);
    }
    await stage.run(isAsWanted, { withinMs: 8 * HOUR_MS, what: 'closed again, once the proof is back' });
  });
});

describe('name servers that no longer answer', () => {
  test('take the proof away, and not the lock', async () => {
    for (const network of [HUB, SPOKE]) await stage.simulator.dns.stop(network);
    try {
      await stage.run(() => !isTrue(stage.link(), 'DNSVerified'), { withinMs: 8 * HOUR_MS, what: 'the proof is gone' });
      expect(isTrue(stage.link(), 'Ready')).toBe(false);
      await stage.pass(12 * HOUR_MS);
      expect(isTrue(stage.link(), 'DNSVerified')).toBe(false);
      expectStillDenied();
      expect([stage.births().size, stage.endings().length]).toEqual([0, 0]);
    } finally {
      for (const network of [HUB, SPOKE]) await stage.simulator.dns.start(network);
    }
    await stage.run(isAsWanted, { withinMs: 2 * HOUR_MS, what: 'proven again' });
  });
});
