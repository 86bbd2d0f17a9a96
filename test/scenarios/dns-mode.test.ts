import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../support/stage.ts';
import { readout } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, playUntilReady } from '../support/stage-link.ts';
import { endpointIn, HUB_ZONE, salesLink } from '../support/stage-world.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

test('two endpoints that conflict over a zone come to Ready by the advice of the conflict', async () => {
  const hub = (mode: 'ZoneGroup' | 'Records', name = 'hub') => ({
    ...endpointIn('hub', mode, stage.nameserverOf),
    name,
  });
  const spoke = endpointIn('spoke', 'Records', stage.nameserverOf);
  await bringToReady(stage, { endpoints: [hub('ZoneGroup'), spoke] });
  await stage.apply(salesLink(stage.nameserverOf, { endpoints: [hub('ZoneGroup'), hub('ZoneGroup', 'hub-2'), spoke] }));
  await stage.pass(HOUR_MS);
  expect(readout(stage.link())).toMatchObject({ reason: 'ZoneConflict' });
  await stage.apply(salesLink(stage.nameserverOf, { endpoints: [hub('Records'), hub('Records', 'hub-2'), spoke] }));
  await playUntilReady(stage);
  const { arm } = stage.simulator.world;
  const records = Object.values(arm.dnsZones[HUB_ZONE.toLowerCase()]!.records);
  expect(records.map(({ addresses }) => addresses.length)).toEqual([2, 2, 2, 2, 2]);
  expect(new Set(records.flatMap(({ addresses }) => addresses)).size).toBe(10);
  expect(JSON.stringify(stage.link()?.metadata.annotations)).not.toContain('fabriclink.dev/zone-group');

  // One of the two is rejected, the other one leaves: nobody is left who keeps the names right, so they go.
  const id = stage.link()!.status!.endpoints!.find(({ name }) => name === 'hub-2')!.resourceId!;
  const connections = [{ name: 'not-hub-2', source: { privateEndpointId: id }, decision: 'Reject' as const }];
  const edit = { connections, endpoints: [hub('Records'), hub('Records', 'hub-2'), spoke] };
  await stage.apply(salesLink(stage.nameserverOf, edit));
  await stage.pass(HOUR_MS);
  await stage.apply(salesLink(stage.nameserverOf, { ...edit, endpoints: [hub('Records', 'hub-2'), spoke] }));
  await stage.pass(HOUR_MS);
  expect(Object.keys(arm.dnsZones[HUB_ZONE.toLowerCase()]!.records)).toEqual([]);
  expect(stage.link()!.status!.endpoints!.map(({ name }) => name)).toEqual(['hub-2', 'spoke']);
});
