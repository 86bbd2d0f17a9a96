import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { restartFrom } from '../support/stage-crash.ts';
import { bringToReady, HOUR_MS, isTrue, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { endpointIn, FINANCE, SALES, SPOKE_ZONE, salesLink } from '../support/stage-world.ts';

/** As examples/demo: finance has its endpoint in the spoke too, so that both share the zone and its link. */
const financeLink = (stage: Stage) => {
  const { dns, ...endpoint } = endpointIn('spoke', 'Records', stage.nameserverOf);
  const link = salesLink(stage.nameserverOf, {
    workspaceId: FINANCE,
    service: { ...salesLink(stage.nameserverOf).spec['service']!, name: 'pls-finance' },
    endpoints: [{ ...endpoint, dns: { ...dns, verify: { mode: 'ControlPlane' } } }],
    inbound: { publicAccess: 'Deny', onDelete: 'Restore' },
    outbound: undefined,
  });
  return { ...link, metadata: { ...link.metadata, name: 'finance' } };
};

const mine = (workspaceId: string) => workspaceId.replaceAll('-', '');

let stage: Stage;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  await stage.apply(financeLink(stage));
  await bringToReady(stage);
  await playUntilReady(stage, 'finance');
  ready = stage.snapshot();
});
afterAll(() => stage.close());

const spoke = () => viewOf(stage.simulator.world).zones[SPOKE_ZONE.toLowerCase()];
const recordsOf = (workspaceId: string) =>
  Object.keys(spoke()?.records ?? {}).filter((name) => name.startsWith(mine(workspaceId)));

describe('two workspaces whose endpoints share a network and a zone', () => {
  test('both are Ready: one zone, one link, five records each, and nothing was made twice', () => {
    expect(isTrue(stage.link('sales'), 'Ready') && isTrue(stage.link('finance'), 'Ready')).toBe(true);
    expect([recordsOf(SALES).length, recordsOf(FINANCE).length]).toEqual([5, 5]);
    expect(Object.keys(spoke()!.links)).toHaveLength(1);
    expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
  });

  test.each([
    ['sales', SALES, 'finance', FINANCE],
    ['finance', FINANCE, 'sales', SALES],
  ])(
    'deleting %s leaves the other everything it needs, and the last one takes the zone along',
    async (first, gone, second, left) => {
      await restartFrom(stage, ready);
      await stage.deleteLink(first);
      await playUntilGone(stage, first);
      await stage.pass(2 * HOUR_MS);
      expect([recordsOf(gone).length, recordsOf(left).length]).toEqual([0, 5]);
      expect(Object.keys(spoke()!.links)).toHaveLength(1);
      expect(isTrue(stage.link(second), 'Ready')).toBe(true);
      expect(viewOf(stage.simulator.world).policies[left]!.inbound).toBe('Deny');
      await stage.deleteLink(second);
      await playUntilGone(stage, second);
      expect([...thingsIn(stage.simulator.world)]).toEqual([]);
    },
  );

  test('deleting both at once leaves nothing', async () => {
    await restartFrom(stage, ready);
    await Promise.all([stage.deleteLink('sales'), stage.deleteLink('finance')]);
    await playUntilGone(stage, 'sales');
    await playUntilGone(stage, 'finance');
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
  });

  test('at rest for a day they write nothing', async () => {
    await restartFrom(stage, ready);
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(24 * HOUR_MS);
    expect(stage.calls.filter((call) => isCloudWrite(call) || isStatusWrite(call))).toEqual([]);
  });
});
