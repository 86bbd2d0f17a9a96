import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { addGateway, addVirtualNetworkGateway, virtualNetworkResource } from '../../simulator/fabric/build.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloudWrite, isLastingWrite } from '../support/stage-calls.ts';
import { crashEverywhere, madeTwice, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { readout, setTheStage } from '../support/stage-faults.ts';
import { conditionOf, HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { thingsIn } from '../support/stage-view.ts';
import {
  endpointIn,
  HUB,
  NAMESPACE,
  SALES_SERVICE,
  SPOKE,
  salesLink,
  stageWorld,
  TENANT,
} from '../support/stage-world.ts';

/** Endpoints for data gateways: what Fabric knows about a gateway is checked, what it does not know is put into words. */

const GATEWAY = '6a7e0000-0000-4000-8000-000000000001';
const SOMEBODY = '40000000-0000-4000-8000-0000000000ff';

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ world: stageWorld() });
  bare = stage.snapshot();
});
beforeEach(() => setTheStage(stage, bare));
afterAll(() => stage.close());

const world = () => stage.simulator.world;
const gateway = () => world().fabric.gateways[GATEWAY]!;
const inNetwork = (networkId: string, subnet = 'snet-gateway') =>
  addVirtualNetworkGateway(world(), {
    id: GATEWAY,
    tenantId: TENANT,
    displayName: 'vgw-hub',
    subnetId: `${networkId}/subnets/${subnet}`,
  });
const ofType = (type: string, more = {}) =>
  addGateway(world(), { id: GATEWAY, tenantId: TENANT, shown: { type, ...more } });

const link = () =>
  salesLink(stage.nameserverOf, {
    inbound: undefined,
    outbound: undefined,
    endpoints: [{ ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), gateway: { gatewayId: GATEWAY } }],
  });
async function begin(): Promise<void> {
  await stage.apply(link());
  await stage.startOperator();
}
const stalledWith = (reason: string) =>
  stage.run(() => said(stage, 'Stalled') === `True ${reason}`, { withinMs: 30 * MINUTE_MS, what: reason });
const shown = () => stage.link()?.status?.endpoints?.[0]?.gateway;
const isCheck = ({ path }: Call) => path.endsWith('/checkStatus');
/** The question whether a gateway is online is a POST, and changes nothing. */
const changes = () => stage.calls.filter((call) => isCloudWrite(call) && !isCheck(call));
const endpoints = () => Object.keys(world().arm.privateEndpoints);

describe('a gateway of a virtual network', () => {
  test('in the network of the endpoint: Ready, with its kind, name and state', async () => {
    inNetwork(HUB);
    await begin();
    await playUntilReady(stage);
    expect(shown()).toMatchObject({ type: 'VirtualNetwork', displayName: 'vgw-hub', state: 'Online' });
    expect(shown()?.message).toContain(`It runs in the endpoint's network, ${HUB}`);
    expect(shown()?.message).toContain(`{"id": "${GATEWAY}"} in allowedGateways`);
    // Names resolve in that network: the endpoint links its zone to it.
    expect(shown()?.message).not.toContain('No entry of dns.virtualNetworkLinks');
  });

  test('that streams, in another network: both are named, nothing is made, and it goes on when that is mended', async () => {
    inNetwork(SPOKE);
    gateway().shown.type = 'StreamingVirtualNetwork';
    await begin();
    await stalledWith('GatewayInOtherNetwork');
    await stage.pass(HOUR_MS);
    expect(endpoints()).toEqual([]);
    const { nextStep } = readout(stage.link());
    expect(nextStep).toContain(`"vgw-hub" runs in ${SPOKE}, the endpoint's subnet is in ${HUB}`);
    expect(said(stage, 'EndpointsReady')).toBe('False GatewayInOtherNetwork');
    expect(shown()).toMatchObject({ type: 'StreamingVirtualNetwork' });
    gateway().shown['virtualNetworkAzureResource'] = virtualNetworkResource(`${HUB}/subnets/snet-gateway`);
    await playUntilReady(stage);
  });

  test('whose own subnet is meant: the sentence says so, before Azure speaks of a delegation', async () => {
    inNetwork(HUB, 'snet-endpoints');
    await begin();
    await stalledWith('GatewaySubnet');
    expect(readout(stage.link()).nextStep).toContain(`${HUB}/subnets/snet-endpoints`);
    expect(endpoints()).toEqual([]);
  });

  test('that sleeps says Offline, which is told and held against nobody', async () => {
    inNetwork(HUB);
    gateway().offline = true;
    await begin();
    await playUntilReady(stage);
    expect(shown()).toMatchObject({ state: 'Offline' });
    expect(shown()?.message).toContain('as a gateway that sleeps does until somebody uses it');
  });

  test('that Fabric takes its time to ask: Ready at once, and the answer within ten minutes', async () => {
    inNetwork(HUB);
    stage.simulator.conduct.fabric.choices.gatewayCheck = 'operation';
    try {
      await begin();
      await playUntilReady(stage);
      const knows = () => shown()?.state === 'Online';
      await stage.run(knows, { withinMs: 11 * MINUTE_MS, what: 'the state is known' });
      stage.forget();
      await stage.pass(24 * HOUR_MS);
      // Asked gently: hourly at most, with two looks each.
      expect(stage.calls.filter(isCheck).length).toBeLessThanOrEqual(30);
      expect(changes()).toEqual([]);
    } finally {
      stage.simulator.conduct.fabric.choices.gatewayCheck = 'immediate';
    }
  });
});

describe('a gateway that tells no network', () => {
  test('on-premises: the spec is trusted, and the status says what people set up, with every name and address', async () => {
    ofType('OnPremises', { displayName: 'opdg-berlin', version: '3000.1' });
    await begin();
    await playUntilReady(stage);
    const { fqdns = [], endpoints: told = [] } = stage.link()?.status ?? {};
    const words = [
      ...fqdns,
      ...(told[0]?.addresses ?? []),
      HUB,
      'privatelink.fabric.microsoft.com',
      'conditional forwarder',
    ];
    expect(words).toHaveLength(13);
    for (const word of words) expect(shown()?.message).toContain(word);
    expect(shown()).toMatchObject({ type: 'OnPremises', displayName: 'opdg-berlin', state: 'Online' });
    expect(conditionOf(stage.link(), 'Ready')?.message).toContain('on-premises gateway behind hub');
  });

  test.each(['OnPremisesPersonal', 'OrbitalGateway'])('%s: told, not asked, and nothing is held up', async (type) => {
    ofType(type, { virtualNetworkAzureResource: { orbit: 'low' }, publicKey: { exponent: 'AQAB' } });
    await begin();
    await playUntilReady(stage);
    expect(shown()).toMatchObject({ type, state: 'Unknown' });
    expect(shown()?.message).toContain('nothing is checked');
    expect(stage.calls.filter(isCheck)).toEqual([]);
  });

  test('gateways that cannot be read at all hold up nothing', async () => {
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'Forbidden',
      service: 'fabric',
      path: '/gateways',
    });
    await begin();
    await playUntilReady(stage);
    expect(shown()?.message).toContain('could not be looked up');
  });
});

describe('a gateway that is not seen', () => {
  test('nothing is made for it; a role for the identity is the way out', async () => {
    inNetwork(HUB);
    gateway().administrators = [SOMEBODY];
    addVirtualNetworkGateway(world(), { tenantId: TENANT, subnetId: `${HUB}/subnets/snet-other` });
    await begin();
    await stalledWith('GatewayNotFound');
    expect(readout(stage.link()).nextStep).toContain('which sees other gateways');
    expect(readout(stage.link()).nextStep).toContain('Manage connections and gateways');
    expect(endpoints()).toEqual([]);
    delete gateway().administrators;
    await playUntilReady(stage);
  });

  test('where Fabric says that it is there, the sentence does, too', async () => {
    const code = 'InsufficientPermissionsToManageGateway';
    stage.simulator.faults.add({ kind: 'refuse', status: 403, code, service: 'fabric', path: '/checkStatus' });
    await begin();
    await stalledWith('GatewayNotVisible');
    expect(readout(stage.link()).nextStep).toContain('The gateway exists'.slice(4));
  });
});

describe('an endpoint that exists', () => {
  const TROUBLES: Record<string, { reason: string | undefined; strike: () => void }> = {
    'is taken away': { reason: 'GatewayNotFound', strike: () => delete world().fabric.gateways[GATEWAY] },
    'becomes invisible': { reason: 'GatewayNotFound', strike: () => void (gateway().administrators = [SOMEBODY]) },
    'moves to another network': {
      reason: 'GatewayInOtherNetwork',
      strike: () =>
        void (gateway().shown['virtualNetworkAzureResource'] = virtualNetworkResource(`${SPOKE}/subnets/snet-gateway`)),
    },
    'becomes a kind that nobody knows': { reason: undefined, strike: () => void (gateway().shown.type = 'Orbital') },
    'cannot be read any more': {
      reason: undefined,
      strike: () =>
        void stage.simulator.faults.add({
          kind: 'refuse',
          status: 403,
          code: 'Forbidden',
          service: 'fabric',
          path: '/gateways',
        }),
    },
  };

  test.each(Object.entries(TROUBLES))('stays as it is when its gateway %s', async (_, { reason, strike }) => {
    inNetwork(HUB);
    await begin();
    await playUntilReady(stage);
    const things = thingsIn(world());
    strike();
    stage.forget();
    if (reason !== undefined) {
      // Nobody waits for the hour at rest: a person who touches the object is heard at once.
      await stage.pass(25 * MINUTE_MS);
      await touch();
      await stalledWith(reason);
    }
    await stage.pass(24 * HOUR_MS);
    expect(changes()).toEqual([]);
    expect(thingsIn(world())).toEqual(things);
    // What is connected is connected, whatever its gateway does.
    expect(isTrue(stage.link(), 'ConnectionsApproved')).toBe(true);
    expect(isTrue(stage.link(), 'DNSVerified')).toBe(true);
    expect(isTrue(stage.link(), 'Ready')).toBe(reason === undefined);
    expect(stage.link()?.status?.serviceId?.toLowerCase()).toBe(SALES_SERVICE.toLowerCase());
  });

  const touch = () =>
    stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/reconcile': '1' } } },
      fieldManager: 'person',
    });
});

describe('on the way to Ready', () => {
  test('dying at any lasting write, forgetting all, and old answers: the same end, and nothing twice', async () => {
    inNetwork(HUB);
    await stage.apply(link());
    const start = stage.snapshot();
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilReady(stage);
    });
    const undisturbed = outcomeOf(stage);
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async (before) => {
        await playUntilReady(stage);
        expect(madeTwice(stage, before)).toEqual([]);
        expect(outcomeOf(stage)).toEqual(undisturbed);
      },
      isLastingWrite,
    );
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.filter(isLastingWrite).length);
    expect(recording.calls.filter(isCheck).length).toBeGreaterThan(0);
    const writes = (calls: readonly Call[]) => calls.filter((call) => isCloudWrite(call) && !isCheck(call)).length;

    await setTheStage(stage, start);
    // Every pass finds no status: the operator's own words about it are refused.
    stage.kubernetes.faults.failNext(
      ({ path, userAgent }) => path.endsWith('/status') && !userAgent.startsWith('person'),
      { kind: 'answer', code: 500, reason: 'InternalError' },
      1_000_000,
    );
    await stage.startOperator();
    await stage.pass(HOUR_MS);
    expect(writes(stage.calls)).toBe(writes(recording.calls));
    stage.kubernetes.faults.clear();
    await playUntilReady(stage);
    expect(outcomeOf(stage)).toEqual(undisturbed);

    await setTheStage(stage, start);
    stage.onCall((call, moment) => {
      if (moment === 'after' || !isCloudWrite(call)) return undefined;
      const lag = stage.simulator.faults.add({ kind: 'stale', service: call.service });
      stage.clock.after(30_000, () => stage.simulator.faults.remove(lag));
      return undefined;
    });
    await stage.startOperator();
    await playUntilReady(stage);
    expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
  }, 240_000);
});
