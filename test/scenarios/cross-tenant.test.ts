import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import {
  endpointInFabrikam,
  FABRIKAM,
  FABRIKAM_NETWORK,
  FABRIKAM_SECRET,
  FABRIKAM_SUBSCRIPTION,
  FABRIKAM_ZONE,
  fabrikamSecret,
  fabrikamWorld,
  strayTokens,
} from '../support/stage-fabrikam.ts';
import { cloudWrites, readout, setTheStage } from '../support/stage-faults.ts';
import { conditionOf, HOUR_MS, isTrue, MINUTE_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { endpointIn, HUB_ZONE, NAMESPACE, SALES, SALES_SERVICE, salesLink, TENANT } from '../support/stage-world.ts';

/** Seed 001: a workspace in one tenant, reached from a network of another. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ world: fabrikamWorld() });
  bare = stage.snapshot();
});
afterAll(() => stage.close());

const partner = () => endpointInFabrikam('ZoneGroup', stage.nameserverOf);
const hub = () => endpointIn('hub', 'ZoneGroup', stage.nameserverOf);
const both = () => salesLink(stage.nameserverOf, { endpoints: [partner(), hub()] });
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const things = () => thingsIn(stage.simulator.world);
const inFabrikam = () => [...things()].filter((key) => key.includes(FABRIKAM_SUBSCRIPTION) && !key.startsWith('conn'));
const forgetSecret = () => stage.kube.delete(SECRETS, NAMESPACE, FABRIKAM_SECRET);
const entryOf = (name: string) => stage.link()?.status?.endpoints?.find((entry) => entry.name === name);

describe('from nothing to a workspace that only the other tenant’s network can reach', () => {
  beforeAll(async () => {
    await stage.apply(fabrikamSecret());
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [partner()] }));
    await playUntilReady(stage);
  });

  test('the endpoint, its zone, link and records are in the consumer’s subscription, approved by the workspace’s tenant', () => {
    const { services, endpoints, zoneGroups, zones, policies } = viewOf(stage.simulator.world);
    expect(Object.values(services[SALES_SERVICE.toLowerCase()]!.connections)).toEqual(['Approved']);
    expect(Object.values(endpoints)).toEqual([
      expect.objectContaining({ mode: 'Manual', targetId: SALES_SERVICE, connection: 'Approved' }),
    ]);
    for (const id of [...Object.keys(endpoints), ...Object.keys(zoneGroups)])
      expect(id).toContain(FABRIKAM_SUBSCRIPTION);
    const zone = zones[FABRIKAM_ZONE.toLowerCase()]!;
    expect([Object.keys(zone.records).length, Object.values(zone.links)]).toEqual([
      5,
      [expect.objectContaining({ virtualNetworkId: FABRIKAM_NETWORK, state: 'Completed' })],
    ]);
    expect(policies[SALES]).toEqual({ inbound: 'Deny', outbound: 'Deny' });
  });

  test('no token ever went to the other tenant’s resources, nor the consumer’s to Fabric', () => {
    expect(strayTokens(stage)).toEqual([]);
    const tenants = (service: string) =>
      new Set(stage.calls.filter((call) => call.service === service).map(({ tenantId }) => tenantId));
    expect(tenants('arm')).toEqual(new Set([TENANT, FABRIKAM]));
    expect(tenants('fabric')).toEqual(new Set([TENANT]));
  });

  test('each thing came into being once, and at rest nothing is written', async () => {
    expect([...stage.births()].filter(([, count]) => count !== 1)).toEqual([]);
    stage.forget();
    await stage.pass(24 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(strayTokens(stage)).toEqual([]);
  });

  test('and down again in the safe order: open, then the consumer’s things, then the service', async () => {
    stage.forget();
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(strayTokens(stage)).toEqual([]);
    expect([...things()]).toEqual([]);
    const endings = stage.endings();
    for (const { inbound: then } of endings) expect(then[SALES]).toBe('Allow');
    const at = (kind: string) => endings.findIndex(({ key }) => key.startsWith(`${kind} `));
    expect(at('zonegroup')).toBeLessThan(at('endpoint'));
    expect(at('endpoint')).toBeLessThan(at('service'));
    expect(at('endpoint')).toBeLessThan(at('zone'));
  });
});

describe('the consumer’s Secret', () => {
  test('missing at the start: its endpoint stalls with the remedy while the sibling goes ready; the Secret heals it', async () => {
    await setTheStage(stage, bare);
    await stage.startOperator();
    await stage.apply(both());
    await stage.run(() => entryOf('hub')?.phase === 'Verified.Proven' && inbound() === 'Deny', {
      withinMs: 2 * HOUR_MS,
      what: 'the sibling is proven, and access denied through it',
    });
    expect(inFabrikam()).toEqual([]);
    expect(stage.calls.filter(({ tenantId }) => tenantId === FABRIKAM)).toEqual([]);
    expect(readout(stage.link())).toMatchObject({
      reason: 'CredentialMissing',
      nextStep: expect.stringContaining(`create Secret ${NAMESPACE}/${FABRIKAM_SECRET} with the keys AZURE_TENANT_ID`),
    });
    expect(entryOf('partner')).toMatchObject({ phase: 'Request.NoCredentials' });
    await stage.apply(fabrikamSecret());
    await playUntilReady(stage);
    expect(strayTokens(stage)).toEqual([]);
    ready = stage.snapshot();
  });

  beforeEach(async () => {
    if (!ready) return;
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test('gone later: says that it cannot see, and changes nothing in any cloud', async () => {
    const before = things();
    await forgetSecret();
    await stage.pass(6 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect([things(), inbound()]).toEqual([before, 'Deny']);
    for (const type of ['EndpointsReady', 'DNSReady', 'DNSVerified']) {
      expect(conditionOf(stage.link(), type)).toMatchObject({ status: 'Unknown', reason: 'CredentialMissing' });
    }
    expect(isTrue(stage.link(), 'AccessApplied')).toBe(true);
    expect(entryOf('partner')).toMatchObject({ connection: 'Approved' });
    expect(entryOf('hub')).toMatchObject({ phase: 'Verified.Proven' });
    await stage.apply(fabrikamSecret());
    await playUntilReady(stage);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test.each([
    ['of the workspace’s tenant', { AZURE_TENANT_ID: TENANT }, 'CredentialTenantMismatch'],
    [
      'with a wrong client secret',
      { AZURE_CLIENT_SECRET: 'planted-not-a-real-secret-but-a-typo' },
      'CredentialInvalid',
    ],
  ])('%s: blinds this endpoint alone, and no token is sent anywhere', async (_, data, reason) => {
    await stage.apply(fabrikamSecret(data));
    await stage.pass(2 * HOUR_MS);
    expect(readout(stage.link()).reason).toBe(reason);
    expect([isTrue(stage.link(), 'ServiceReady'), isTrue(stage.link(), 'AccessApplied')]).toEqual([true, true]);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(strayTokens(stage)).toEqual([]);
    await stage.apply(fabrikamSecret());
    await playUntilReady(stage);
  });

  test('an entry that leaves the spec is taken down with the credentials that made it', async () => {
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [hub()] }));
    await stage.run(() => inFabrikam().length === 0, { withinMs: 2 * HOUR_MS, what: 'nothing is left at Fabrikam' });
    await playUntilReady(stage);
    expect(strayTokens(stage)).toEqual([]);
    expect(viewOf(stage.simulator.world).zones[HUB_ZONE.toLowerCase()]).toBeDefined();
    expect(inbound()).toBe('Deny');
    expect(JSON.stringify(stage.link()?.metadata.annotations)).not.toContain(FABRIKAM);
  });

  test('an entry that leaves the spec together with its Secret stays behind, said plainly, until the Secret is back', async () => {
    const before = inFabrikam();
    await forgetSecret();
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [hub()] }));
    await stage.pass(2 * HOUR_MS);
    expect([inFabrikam(), cloudWrites(stage.calls)]).toEqual([before, []]);
    expect(readout(stage.link()).reason).toBe('CredentialMissing');
    expect(entryOf('partner')?.message).toContain(`stays in tenant ${FABRIKAM}`);
    await stage.apply(fabrikamSecret());
    await stage.run(() => inFabrikam().length === 0, { withinMs: 2 * HOUR_MS, what: 'nothing is left at Fabrikam' });
    await playUntilReady(stage);
    expect(strayTokens(stage)).toEqual([]);
  });

  test('a Secret that gets another name is remembered by that name: the old one is not needed to take the endpoint away', async () => {
    const renamed = fabrikamSecret();
    await stage.apply({ ...renamed, metadata: { ...renamed.metadata, name: 'renamed' } });
    const entry = { ...partner(), credentialsRef: { name: 'renamed' } };
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [entry, hub()] }));
    await stage.pass(MINUTE_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    await forgetSecret();
    await stage.apply(salesLink(stage.nameserverOf, { endpoints: [hub()] }));
    await stage.run(() => inFabrikam().length === 0, { withinMs: 2 * HOUR_MS, what: 'nothing is left at Fabrikam' });
    await playUntilReady(stage);
    await stage.kube.delete(SECRETS, NAMESPACE, 'renamed');
  });
});
