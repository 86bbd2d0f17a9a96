import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addVirtualNetwork } from '../../simulator/builders.ts';
import { addWorkspace } from '../../simulator/fabric/build.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { isCloud, isCloudRead, isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { HOUR_MS, isTrue } from '../support/stage-link.ts';
import { viewOf } from '../support/stage-view.ts';
import {
  CAPACITY,
  endpointIn,
  HUB,
  HUB_ZONE,
  OPERATOR_APP,
  salesLink,
  stageWorld,
  TENANT,
} from '../support/stage-world.ts';

const SIZE = 20;
const FLEET_NETWORK = HUB.replace('vnet-hub', 'vnet-fleet');
const names = Array.from({ length: SIZE }, (_, index) => `link-${String(index).padStart(2, '0')}`);
const workspaceId = (name: string) => `f1ee7000-0000-4000-8000-0000000000${name.slice(-2)}`;

function fleetWorld() {
  const world = stageWorld();
  addVirtualNetwork(world, {
    id: FLEET_NETWORK,
    location: 'westeurope',
    subnets: [{ name: 'snet-endpoints', addressPrefix: '127.65.4.0/24' }],
  });
  for (const name of names) {
    const roles = { [OPERATOR_APP.objectId]: 'Admin' as const };
    addWorkspace(world, { id: workspaceId(name), tenantId: TENANT, displayName: name, capacityId: CAPACITY, roles });
  }
  return world;
}

/** One endpoint in the network that all share, explicit records in the zone that all share, proof from the control plane. */
function fleetLink(stage: Stage, name: string) {
  const base = salesLink(stage.nameserverOf);
  const { dns: _dns, ...endpoint } = endpointIn('hub', 'Records', stage.nameserverOf);
  return {
    ...base,
    metadata: { ...base.metadata, name },
    spec: {
      ...base.spec,
      workspaceId: workspaceId(name),
      service: { ...(base.spec['service'] as object), name: `pls-${name}` },
      endpoints: [
        {
          ...endpoint,
          subnetId: `${FLEET_NETWORK}/subnets/snet-endpoints`,
          dns: { mode: 'Records', virtualNetworkLinks: [{ virtualNetworkId: FLEET_NETWORK }] },
        },
      ],
      inbound: { publicAccess: 'Deny', onDelete: 'Restore' },
    },
  };
}

let stage: Stage;
let tookMs: number;
beforeAll(async () => {
  stage = await startStage({ world: fleetWorld(), workers: 8 });
  for (const name of names) await stage.apply(fleetLink(stage, name));
  const startedAtMs = stage.clock.now();
  await stage.startOperator();
  const allReady = () => names.every((name) => isTrue(stage.link(name), 'Ready'));
  await stage.run(allReady, { withinMs: 6 * HOUR_MS, what: 'the whole fleet is Ready' });
  tookMs = stage.clock.now() - startedAtMs;
}, 120_000);
afterAll(() => stage.close());

describe(`${SIZE} private links that share a subscription, a subnet and a zone`, () => {
  test('all get Ready: one zone, one link, five records each, and nothing was made twice', () => {
    const zone = viewOf(stage.simulator.world).zones[HUB_ZONE.toLowerCase()]!;
    expect([Object.keys(zone.records).length, Object.keys(zone.links).length]).toEqual([5 * SIZE, 1]);
    expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
  });

  test('without provoking a single 429, and not long after the subnet let the last endpoint in', () => {
    process.stderr.write(
      `${SIZE} objects: Ready after ${(tookMs / 60_000).toFixed(1)} min, ${stage.calls.filter(isCloud).length} cloud calls\n`,
    );
    expect(stage.calls.filter(({ status }) => status === 429)).toEqual([]);
    // One endpoint at a time takes the subnet 56 s each; then Deny takes half an hour.
    const leastMs = SIZE * 56_000 + 30 * 60_000;
    expect(tookMs).toBeLessThan(1.5 * leastMs);
  });

  test('at rest for a day: no writes, and at most one read per object and hour', async () => {
    await stage.pass(2 * HOUR_MS);
    stage.forget();
    await stage.pass(24 * HOUR_MS);
    const byOperation = new Map<string, number>();
    for (const { operation } of stage.calls.filter(isCloudRead))
      byOperation.set(operation, (byOperation.get(operation) ?? 0) + 1);
    const reads = stage.calls.filter(isCloudRead).length / 24 / SIZE;
    process.stderr.write(
      `at rest: ${reads.toFixed(2)} cloud reads per object and hour, ${JSON.stringify([...byOperation])}\n`,
    );
    expect(stage.calls.filter((call) => isCloudWrite(call) || isStatusWrite(call))).toEqual([]);
    expect(reads).toBeLessThan(1);
  }, 60_000);
});
