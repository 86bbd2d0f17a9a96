import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { grantRole } from '../../simulator/builders.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { cloudCalls, cloudWrites, eventReasons, isStalled, readout, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, isTrue, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';
import {
  CONNECTIVITY,
  DATA_PLATFORM,
  endpointIn,
  FINANCE,
  NAMESPACE,
  OPERATOR_APP,
  SALES_SERVICE,
  SPOKE_ZONE,
  salesLink,
} from '../support/stage-world.ts';
import { BAD_INPUT, NOTICED_MS, READY_AGAIN_MS } from './bad-input-cases.ts';

/** A look every ten minutes, each with what it takes to see whether the cause is gone. */
const MOST_CALLS_AN_HOUR = 120;
const MOST_TRIES_AN_HOUR = 12;

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
});
beforeEach(() => setTheStage(stage, bare));
afterAll(() => stage.close());

const open = { inbound: undefined, outbound: undefined };
const phaseOf = (endpoint: string, name = 'sales') =>
  stage.link(name)?.status?.endpoints?.find((one) => one.name === endpoint)?.phase;

describe('bad input is said, looked at slowly, and heals by itself', () => {
  test.each(Object.entries(BAD_INPUT))('%s', async (_, { given, spec, reason, reads, heal, ...limits }) => {
    await given?.(stage);
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { ...open, ...spec?.(stage) }));
    await stage.pass(20 * MINUTE_MS);

    expect(readout(stage.link())).toMatchObject({ reason });
    expect(isStalled(stage.link())).toBe(true);
    const { nextStep } = readout(stage.link());
    for (const words of reads) expect(nextStep).toContain(words);
    expect(nextStep).not.toContain(limits.not ?? 'undefined');
    expect(eventReasons(stage)).toContain(reason);
    for (const endpoint of limits.goesOn ?? [])
      expect([endpoint, phaseOf(endpoint)]).toEqual([endpoint, 'Verified.Proven']);

    stage.forget();
    await stage.pass(HOUR_MS);
    expect(readout(stage.link()).reason).toBe(reason);
    expect(cloudCalls(stage.calls).length).toBeLessThan(MOST_CALLS_AN_HOUR);
    expect(stage.calls.filter(isStatusWrite)).toEqual([]);
    const writes = stage.calls.filter(isCloudWrite).map(({ method, path }) => `${method} ${path}`);
    expect(writes.filter((line) => !limits.asksAgain?.test(line))).toEqual([]);
    expect(writes.length).toBeLessThanOrEqual(MOST_TRIES_AN_HOUR);

    await heal(stage);
    await stage.run(() => readout(stage.link()).reason !== reason, {
      withinMs: limits.noticedWithinMs ?? NOTICED_MS,
      what: 'it is noticed that the cause is gone',
    });
    await stage.run(() => isTrue(stage.link(), 'Ready'), {
      withinMs: limits.readyWithinMs ?? READY_AGAIN_MS,
      what: 'it is Ready once the cause is gone',
    });
    expect(isStalled(stage.link())).toBe(false);
  });
});

describe('a subscription without registration', () => {
  test('is registered by us when registerProviders is true and the role allows it', async () => {
    const { providers } = stage.simulator.world.arm.subscriptions[DATA_PLATFORM]!;
    for (const provider of Object.values(providers)) provider.state = 'NotRegistered';
    for (const subscription of [CONNECTIVITY, DATA_PLATFORM]) {
      const scope = `/subscriptions/${subscription}`;
      grantRole(stage.simulator.world, { principalId: OPERATOR_APP.objectId, scope, actions: ['*/register/action'] });
    }
    await bringToReady(stage, { ...open, registerProviders: true });
    expect(Object.values(providers).map(({ state }) => state)).toEqual(['Registered', 'Registered']);
  });

  test('gets both commands when both providers are missing', async () => {
    const { providers } = stage.simulator.world.arm.subscriptions[DATA_PLATFORM]!;
    for (const provider of Object.values(providers)) provider.state = 'NotRegistered';
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, open));
    await stage.pass(MINUTE_MS);
    for (const namespace of ['Microsoft.Fabric', 'Microsoft.Network']) {
      expect(readout(stage.link()).nextStep).toContain(
        `az provider register --subscription ${DATA_PLATFORM} --namespace ${namespace}`,
      );
    }
  });
});

describe('two objects for one workspace', () => {
  const second = () => {
    const manifest = salesLink(stage.nameserverOf, open);
    return { ...manifest, metadata: { ...manifest.metadata, name: 'sales-2' } };
  };

  test('the oldest owns it, the other says so and asks no cloud, and takes over when the first has gone', async () => {
    await bringToReady(stage, open);
    stage.forget();
    await stage.apply(second());
    await stage.pass(HOUR_MS);
    expect(readout(stage.link('sales-2'))).toMatchObject({
      reason: 'Claimed',
      nextStep: expect.stringContaining(`${NAMESPACE}/sales`),
    });
    expect(isStalled(stage.link('sales-2'))).toBe(true);
    expect(stage.link('sales-2')?.metadata.finalizers).toBeUndefined();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(cloudWrites(stage.calls)).toEqual([]);

    await stage.deleteLink();
    await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'the first is gone' });
    await playUntilReady(stage, 'sales-2');
    const { tags } = stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]!;
    expect(tags['fabriclink-owner']).toContain('sales-2');
  });

  test('the younger one is deleted without touching anything of the first', async () => {
    await bringToReady(stage, open);
    await stage.apply(second());
    await stage.pass(MINUTE_MS);
    stage.forget();
    await stage.deleteLink('sales-2');
    await stage.pass(HOUR_MS);
    expect(stage.link('sales-2')).toBeUndefined();
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });
});

describe('two objects that need one zone at the same moment', () => {
  test('it is made once, both get Ready, and the last one takes it away', async () => {
    const spec = { ...open, endpoints: [endpointIn('spoke', 'Records', stage.nameserverOf)] };
    const sales = salesLink(stage.nameserverOf, spec);
    const service = { ...(sales.spec['service'] as object), name: 'pls-finance' };
    await stage.startOperator();
    await stage.apply(sales);
    await stage.apply({
      ...sales,
      metadata: { ...sales.metadata, name: 'finance' },
      spec: { ...sales.spec, workspaceId: FINANCE, service },
    });
    await playUntilReady(stage);
    await playUntilReady(stage, 'finance');
    expect(stage.births().get(`zone ${SPOKE_ZONE.toLowerCase()}`)).toBe(1);

    await workspaceGone('sales');
    expect(stage.simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()]).toBeDefined();
    await workspaceGone('finance');
    expect(stage.simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()]).toBeUndefined();
  });

  test('a zone that another request is making, and that does not show yet, is waited for', async () => {
    const { simulator, clock } = stage;
    const asked: number[] = [];
    stage.onCall(({ method, path }, moment) => {
      if (moment === 'after' || method !== 'PUT' || path.toLowerCase() !== SPOKE_ZONE.toLowerCase()) return undefined;
      asked.push(clock.now());
      if (asked.length > 1) return undefined;
      const lag = simulator.faults.add({ kind: 'stale', service: 'arm' });
      clock.after(30_000, () => simulator.faults.remove(lag));
      simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()] = {
        id: SPOKE_ZONE,
        name: 'privatelink.fabric.microsoft.com',
        etag: 'theirs',
        tags: {},
        provisioningState: 'Succeeded',
        records: {},
        links: {},
      };
      return undefined;
    });
    await bringToReady(stage, { ...open, endpoints: [endpointIn('spoke', 'Records', stage.nameserverOf)] });
    expect(asked.filter((atMs) => atMs < asked[0]! + 4_000)).toHaveLength(1);
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(simulator.world.arm.dnsZones[SPOKE_ZONE.toLowerCase()]!.etag).toBe('theirs');
  });

  const workspaceGone = async (name: string) => {
    await stage.kube.delete(workspacePrivateLinks, NAMESPACE, name);
    await stage.run(() => stage.link(name) === undefined, { withinMs: HOUR_MS, what: `${name} is gone` });
  };
});
