import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { addSubscription } from '../../simulator/builders.ts';
import { addWorkspace } from '../../simulator/fabric/build.ts';
import type { LinkService } from '../../simulator/fabric/types.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { crashEverywhere, madeTwice, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, eventNotes, eventReasons, readout, setTheStage } from '../support/stage-faults.ts';
import { conditionOf, HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import {
  CAPACITY,
  CONNECTIVITY,
  DATA_PLATFORM,
  endpointIn,
  FINANCE,
  HUB,
  NAMESPACE,
  OPERATOR_APP,
  SALES_SERVICE,
  salesLink,
  stageWorld,
  TENANT,
} from '../support/stage-world.ts';

/** Quotas are known before they refuse: counted where they can be counted, and named by their own words where not. */

const HIDDEN = '20000000-0000-4000-8000-0000000000ff';
const FLEET = 25;
const fleet = Array.from({ length: FLEET }, (_, index) => `link-${String(index).padStart(2, '0')}`);
const workspaceOf = (name: string) => `f1ee7000-0000-4000-8000-0000000000${name.slice(-2)}`;

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  const world = stageWorld();
  addSubscription(world, { id: HIDDEN, tenantId: TENANT, resourceGroups: ['rg-hidden'] });
  for (const name of fleet) {
    const roles = { [OPERATOR_APP.objectId]: 'Admin' as const };
    addWorkspace(world, { id: workspaceOf(name), tenantId: TENANT, displayName: name, capacityId: CAPACITY, roles });
  }
  stage = await startStage({ world, workers: 8 });
  bare = stage.snapshot();
});
beforeEach(() => setTheStage(stage, bare));
afterAll(() => stage.close());

const link = (spec = {}) => salesLink(stage.nameserverOf, { inbound: undefined, outbound: undefined, ...spec });
/** Without endpoints: nothing but the service. */
const bareLink = () => link({ endpoints: [] });
const hub = () => link({ endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)] });

/** Services of others, of made-up workspaces. */
function crowd(count: number, subscriptionId: string): void {
  const { linkServices } = stage.simulator.world.fabric;
  for (let index = 0; index < count; index += 1) {
    const name = `pls-other-${index}`;
    const id = `/subscriptions/${subscriptionId}/resourceGroups/rg-fabric/providers/Microsoft.Fabric/privateLinkServicesForFabric/${name}`;
    const service: LinkService = {
      id,
      name,
      subscriptionId,
      tenantId: TENANT,
      workspaceId: `0de50000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      provisioningState: 'Succeeded',
      createdAtMs: stage.clock.now(),
      tags: {},
      connections: {},
    };
    linkServices[id.toLowerCase()] = service;
  }
}

/** Somebody deletes a service that nobody needs. */
function makeRoom(): void {
  const { linkServices } = stage.simulator.world.fabric;
  delete linkServices[Object.keys(linkServices).find((id) => id.includes('pls-other-'))!];
}

const annotate = (annotations: Record<string, string>) =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { metadata: { annotations } },
    fieldManager: 'person',
  });

const stalledWith = (reason: string) => () => said(stage, 'Stalled') === `True ${reason}`;
const refusals = () => stage.calls.filter(({ status }) => status === 429);

describe('ten creations of services a minute', () => {
  test(`${FLEET} new objects at once: nobody is ever refused, and who waits says so`, async () => {
    for (const name of fleet) {
      const base = bareLink();
      const service = { ...(base.spec['service'] as object), name: `pls-${name}` };
      await stage.apply({
        ...base,
        metadata: { ...base.metadata, name },
        spec: { ...base.spec, workspaceId: workspaceOf(name), service },
      });
    }
    const startedAtMs = stage.clock.now();
    await stage.startOperator();
    await stage.pass(20_000);
    const waiting = fleet.filter((name) => !isTrue(stage.link(name), 'ServiceReady'));
    const words = waiting.map((name) => readout(stage.link(name)).nextStep);
    const turns = words.filter((text) => text.includes('10 private link service creations a minute per tenant'));
    // The first ten are being made.
    expect(turns.length).toBeGreaterThanOrEqual(FLEET - 10);
    expect(new Set(turns.map((text) => text.includes('no person needs to act')))).toEqual(new Set([true]));
    expect(waiting.filter((name) => isTrue(stage.link(name), 'Stalled'))).toEqual([]);
    const allReady = () => fleet.every((name) => isTrue(stage.link(name), 'Ready'));
    await stage.run(allReady, { withinMs: HOUR_MS, what: 'the fleet is Ready' });
    expect(refusals()).toEqual([]);
    expect([...stage.births().values()].filter((count) => count !== 1)).toEqual([]);
    expect(stage.clock.now() - startedAtMs).toBeLessThan(4 * MINUTE_MS);
  });
});

describe('500 services a tenant', () => {
  test('counted in every subscription that objects name: not even asked, until somebody makes room', async () => {
    crowd(500, DATA_PLATFORM);
    await stage.apply(bareLink());
    await stage.startOperator();
    await stage.run(stalledWith('ServiceQuotaReached'), { withinMs: MINUTE_MS, what: 'it knows' });
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    const { reason, nextStep } = readout(stage.link());
    expect(reason).toBe('ServiceQuotaReached');
    expect(nextStep).toContain('500 of 500, counted in the 1 subscription that objects of this cluster name');
    expect(nextStep).toContain('support request');
    makeRoom();
    await playUntilReady(stage);
    expect(cloudWrites(stage.calls)).toHaveLength(1);
  });

  test('what Azure has granted since is believed: said by a person, or seen', async () => {
    stage.simulator.conduct.fabric.quotas.servicesPerTenant = 800;
    try {
      crowd(500, DATA_PLATFORM);
      await stage.apply(bareLink());
      await stage.startOperator();
      await stage.run(stalledWith('ServiceQuotaReached'), { withinMs: MINUTE_MS, what: 'it knows' });
      await annotate({ 'fabriclink.dev/quotas': 'services=800' });
      await stage.run(() => isTrue(stage.link(), 'Ready'), { withinMs: 5 * MINUTE_MS, what: 'it goes on' });

      await setTheStage(stage, bare);
      crowd(501, DATA_PLATFORM);
      await stage.apply(bareLink());
      await stage.startOperator();
      await playUntilReady(stage);
      expect(eventReasons(stage)).not.toContain('ServiceQuotaReached');
    } finally {
      stage.simulator.conduct.fabric.quotas.servicesPerTenant = 500;
    }
  });

  test('where the others cannot be seen, Azure refuses, and the reason is the same', async () => {
    crowd(500, HIDDEN);
    await stage.apply(bareLink());
    await stage.startOperator();
    await stage.run(stalledWith('ServiceQuotaReached'), { withinMs: 5 * MINUTE_MS, what: 'it was told' });
    expect(cloudWrites(stage.calls).map(({ status }) => status)).toEqual([409]);
    expect(readout(stage.link()).nextStep).toContain('delete services that nobody needs');
    makeRoom();
    await playUntilReady(stage);
  });

  test('dying at any call on the way out of it, or forgetting all, makes one service', async () => {
    crowd(500, DATA_PLATFORM);
    await stage.apply(bareLink());
    await stage.startOperator();
    await stage.run(stalledWith('ServiceQuotaReached'), { withinMs: MINUTE_MS, what: 'it knows' });
    const crowded = stage.snapshot();
    await setTheStage(stage, crowded);
    makeRoom();
    const roomy = stage.snapshot();
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilReady(stage);
    });
    expect(recording.calls.filter(isCloudWrite)).toHaveLength(1);
    const { crashes, failures } = await crashEverywhere(stage, recording, async (before) => {
      await playUntilReady(stage);
      expect(madeTwice(stage, before)).toEqual([]);
    });
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);

    await setTheStage(stage, roomy);
    const forgotten = { type: 'merge', body: { status: null }, subresource: 'status', fieldManager: 'x' } as const;
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', forgotten);
    await stage.startOperator();
    await playUntilReady(stage);
    expect(cloudWrites(stage.calls)).toHaveLength(1);
  }, 240_000);

  test('counts the subscriptions of other objects, too, and an old list of theirs refuses nobody', async () => {
    const base = bareLink();
    const finance = {
      ...base,
      metadata: { ...base.metadata, name: 'finance' },
      spec: {
        ...base.spec,
        workspaceId: FINANCE,
        service: { subscriptionId: CONNECTIVITY, resourceGroup: 'rg-network-hub', name: 'pls-finance' },
      },
    };
    crowd(499, CONNECTIVITY);
    await stage.apply(finance);
    await stage.startOperator();
    await playUntilReady(stage, 'finance');
    const full = stage.snapshot();
    await stage.pass(MINUTE_MS);
    // The list that finance was seen in would be good for another quarter of an hour.
    makeRoom();
    await stage.apply(base);
    await stage.run(() => isTrue(stage.link(), 'Ready'), { withinMs: 2 * MINUTE_MS, what: 'it looked again' });
    expect(eventReasons(stage)).not.toContain('ServiceQuotaReached');

    await setTheStage(stage, full);
    await stage.apply(base);
    await stage.startOperator();
    await stage.run(stalledWith('ServiceQuotaReached'), { withinMs: 5 * MINUTE_MS, what: 'it knows' });
    expect(readout(stage.link()).nextStep).toContain('500 of 500, counted in the 2 subscriptions');
  });
});

describe('100 private endpoints a workspace', () => {
  const service = () => stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]!;
  function connectOthers(count: number, status: 'Pending' | 'Approved' | 'Rejected'): void {
    for (let index = 0; index < count; index += 1) {
      const name = `other-${status}-${index}`;
      service().connections[name.toLowerCase()] = {
        name,
        privateEndpointId: `/subscriptions/${HIDDEN}/resourceGroups/rg-hidden/providers/Microsoft.Network/privateEndpoints/${name}`,
        state: { status, description: '', actionsRequired: 'None' },
        createdAtMs: stage.clock.now(),
      };
    }
  }
  async function withService(): Promise<void> {
    await stage.apply(bareLink());
    await stage.startOperator();
    await playUntilReady(stage);
  }

  test('all taken: no endpoint is asked for, the service stays ready, and it goes on when one goes', async () => {
    await withService();
    connectOthers(60, 'Approved');
    connectOthers(40, 'Pending');
    await stage.apply(hub());
    stage.forget();
    await stage.run(stalledWith('EndpointQuotaReached'), { withinMs: MINUTE_MS, what: 'it knows' });
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(isTrue(stage.link(), 'ServiceReady')).toBe(true);
    expect(said(stage, 'EndpointsReady')).toBe('False EndpointQuotaReached');
    const [endpoint] = stage.link()?.status?.endpoints ?? [];
    expect(endpoint).toMatchObject({ name: 'hub', phase: 'Room.QuotaUsedUp' });
    expect(endpoint?.message).toContain('100 of 100 are connected or ask to be');
    delete service().connections['other-pending-0'];
    await playUntilReady(stage);
  });

  test('rejected connections may count or not: Azure knows, and its refusal has the same reason', async () => {
    await withService();
    connectOthers(100, 'Rejected');
    await stage.apply(hub());
    await stage.run(stalledWith('EndpointQuotaReached'), { withinMs: 10 * MINUTE_MS, what: 'Azure said so' });
    expect(conditionOf(stage.link(), 'EndpointsReady')?.message).toContain('PrivateEndpointConnectionLimitExceeded');
    for (const name of Object.keys(service().connections)) delete service().connections[name];
    await playUntilReady(stage);
  });
});

describe('addresses of a subnet', () => {
  const subnet = () => {
    const network = stage.simulator.world.arm.virtualNetworks[HUB.toLowerCase()]!;
    return Object.values(network.subnets)[0]!;
  };
  /** Of the 64, Azure keeps five. */
  function take(count: number): void {
    for (let index = 0; index < count; index += 1) subnet().allocations[`127.65.1.${132 + index}`] = '/somebody';
  }

  test('fewer than ten left: the endpoint is made, and a person is warned once', async () => {
    take(51);
    await stage.apply(hub());
    await stage.startOperator();
    await playUntilReady(stage);
    expect(eventReasons(stage).filter((reason) => reason === 'SubnetTight')).toHaveLength(1);
    expect(eventNotes(stage).join('\n')).toContain('is nearly full: 8 addresses are free before this endpoint');
  });

  test('where usage cannot be read, Azure refuses, and the reason is the same', async () => {
    take(56);
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'AuthorizationFailed',
      service: 'arm',
      method: 'GET',
      path: '/usages',
    });
    await stage.apply(hub());
    await stage.startOperator();
    await stage.run(stalledWith('SubnetFull'), { withinMs: 10 * MINUTE_MS, what: 'Azure said so' });
    expect(readout(stage.link()).nextStep).toContain('SubnetIsFull');
    expect(readout(stage.link()).nextStep).toContain('free addresses in the subnet');
    subnet().allocations = {};
    await playUntilReady(stage);
  });

  test('a subnet that does not exist is named', async () => {
    const given = hub();
    const [endpoint] = given.spec['endpoints'] as { subnetId: string }[];
    const subnetId = `${HUB}/subnets/snet-nowhere`;
    await stage.apply({ ...given, spec: { ...given.spec, endpoints: [{ ...endpoint, subnetId }] } });
    await stage.startOperator();
    await stage.run(stalledWith('SubnetNotFound'), { withinMs: 5 * MINUTE_MS, what: 'it knows' });
    expect(readout(stage.link()).nextStep).toContain(subnetId);
  });
});
