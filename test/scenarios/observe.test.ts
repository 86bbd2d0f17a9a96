import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { deleteOutOfBand } from '../../simulator/arm/out-of-band.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, callText, isCloudRead, isCloudWrite, isStatusWrite, isWrite } from '../support/stage-calls.ts';
import { crashEverywhere, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { eventNotes, eventReasons, everyOnce, setTheStage } from '../support/stage-faults.ts';
import { conditionOf, HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { planOf } from '../support/stage-plan.ts';
import { endpointIdIn, viewOf } from '../support/stage-view.ts';
import { NAMESPACE, SALES, salesLink } from '../support/stage-world.ts';

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
let tried: string[];

beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
  await stage.startOperator();
  await stage.apply(salesLink(stage.nameserverOf));
  await playUntilReady(stage);
  ready = stage.snapshot();
});
afterAll(() => stage.close());

/** From here on a write to a cloud does not get out of the process, and that it was tried is remembered. */
function blockWrites(): void {
  stage.onCall((call: Call) => {
    if (!isCloudWrite(call)) return undefined;
    tried.push(callText(call));
    throw new Error('blocked by the test');
  });
}

const observed = (spec: Parameters<typeof salesLink>[1] = {}) =>
  stage.apply(salesLink(stage.nameserverOf, { ...spec, managementPolicy: 'Observe' }));
const managed = () => stage.apply(salesLink(stage.nameserverOf, { managementPolicy: 'Manage' }));

beforeEach(() => {
  tried = [];
});
afterEach(() => {
  stage.onCall(undefined);
  if (tried.length > 0) throw new Error(`tried to write: ${tried.join('\n')}`);
});

describe('over a bare world', () => {
  beforeEach(async () => {
    await setTheStage(stage, bare);
    blockWrites();
    await stage.startOperator();
    await observed();
    await stage.pass(MINUTE_MS);
  });

  test('not one write is tried in a day, neither is the object claimed nor anything noted on it', async () => {
    await stage.pass(24 * HOUR_MS);
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
    expect(stage.link()?.metadata).not.toHaveProperty('finalizers');
    expect(stage.link()?.metadata).not.toHaveProperty('annotations');
    const written = stage.calls.filter((call) => isWrite(call) && call.service === 'kubernetes');
    expect(written.filter(({ path }) => !path.endsWith('/status') && !path.endsWith('/events'))).toEqual([]);
  });

  test('kubectl get and describe show that it is observed, what would be done, and how to have it done', () => {
    const link = stage.link();
    expect(link?.status?.phase).toBe('Observed.Service.Service.Creating');
    expect(said(stage, 'Ready')).toBe('False WouldChange');
    expect(conditionOf(link, 'Ready')?.message).toMatch(
      /^Only observed: 18 calls would be made, first: Ask Azure for private link service "pls-sales" .* managementPolicy Manage has them made\.$/,
    );
    expect(link?.status?.nextStep).toBe(conditionOf(link, 'Ready')?.message);
    expect([conditionOf(link, 'Stalled'), conditionOf(link, 'Reconciling')]).toEqual([undefined, undefined]);
    expect(conditionOf(link, 'ServiceReady')).toMatchObject({
      status: 'False',
      message: expect.stringMatching(
        /^The operator would ask Azure .*; nothing of it is done while managementPolicy is Observe\.$/,
      ),
    });
    expect(isTrue(link, 'Eligible')).toBe(true);
    expect(eventReasons(stage).filter((reason) => reason === 'WouldChange')).toHaveLength(1);
  });

  test('the plan names each thing in the order in which it would come', () => {
    const plan = planOf(stage);
    expect(stage.link()?.status?.planTotal).toBe(18);
    expect(plan.map(({ ladder, action }) => `${ladder} ${action}`).slice(0, 6)).toEqual([
      'service putService',
      'outbound applyOutbound',
      'endpoint/hub putEndpoint',
      'endpoint/spoke putEndpoint',
      'endpoint/hub approveConnection',
      'endpoint/spoke approveConnection',
    ]);
    expect(plan.filter(({ action }) => action === 'putRecord')).toHaveLength(5);
    for (const { description } of plan) expect(description).toMatch(/^[A-Z].*\.$/);
  });

  test('it stays the same: a day without a status write, and few reads', async () => {
    stage.forget();
    await stage.pass(24 * HOUR_MS);
    expect(stage.calls.filter(isStatusWrite)).toEqual([]);
    // Every ten minutes, as for whatever waits for a person.
    expect(stage.calls.filter(isCloudRead).length / 24).toBeLessThan(200);
  });

  test('deletion has nothing to wait for', async () => {
    await stage.deleteLink();
    await stage.settle();
    expect(stage.link()).toBeUndefined();
  });

  test('more than fifty steps are counted, and fifty are shown', async () => {
    const { endpoints } = salesLink(stage.nameserverOf).spec as { endpoints: [object, object] };
    const many = Array.from({ length: 12 }, (_, index) => ({ ...endpoints[0], name: `e${index}`, dns: undefined }));
    await observed({ endpoints: [...endpoints, ...many] });
    await stage.pass(MINUTE_MS);
    expect(planOf(stage)).toHaveLength(42);
    const more = Array.from({ length: 20 }, (_, index) => ({ ...endpoints[0], name: `e${index}`, dns: undefined }));
    await observed({ endpoints: [...endpoints, ...more] });
    await stage.pass(MINUTE_MS);
    expect([planOf(stage).length, stage.link()?.status?.planTotal]).toEqual([50, 58]);
  });
});

describe('over a world that is as wanted', () => {
  test('of its own making: Ready, and the plan is empty', async () => {
    await setTheStage(stage, ready);
    blockWrites();
    await observed();
    await stage.startOperator();
    await stage.pass(HOUR_MS);
    expect(said(stage, 'Ready')).toBe('True ObservedAsWanted');
    expect(stage.link()?.status).toMatchObject({ phase: 'Observed.Ready', plan: [], planTotal: 0 });
  });

  test('of somebody else’s making: Ready, and the plan says what would be taken over', async () => {
    await setTheStage(stage, ready);
    await forgetProvenance();
    for (const service of Object.values(stage.simulator.world.fabric.linkServices))
      delete service.tags['fabriclink-owner'];
    for (const endpoint of Object.values(stage.simulator.world.arm.privateEndpoints))
      delete endpoint.tags['fabriclink-owner'];
    blockWrites();
    await observed();
    await stage.startOperator();
    await stage.pass(HOUR_MS);
    expect(planOf(stage).map(({ ladder, action }) => `${ladder} ${action}`)).toEqual([
      'service adoptService',
      'endpoint/hub adoptEndpoint',
      'endpoint/spoke adoptEndpoint',
    ]);
    expect(said(stage, 'Ready')).toBe('True ObservedAsWanted');
    expect(conditionOf(stage.link(), 'Ready')?.message).toContain('3 things that exist would be taken over');
  });
});

async function forgetProvenance(): Promise<void> {
  const keys = Object.keys(stage.link()?.metadata.annotations ?? {}).filter((key) => key.startsWith('fabriclink.dev/'));
  const annotations = Object.fromEntries(keys.map((key) => [key, null]));
  await patch({ metadata: { annotations, finalizers: [] } });
}

const patch = (body: object, subresource?: 'status') =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body,
    fieldManager: 'somebody',
    ...(subresource && { subresource }),
  });

describe('after a life under Manage', () => {
  beforeEach(() => setTheStage(stage, ready));

  test('Observe and back again loses nothing, and nothing is written either way', async () => {
    const before = stage.link()?.metadata;
    blockWrites();
    await observed();
    await stage.startOperator();
    await stage.pass(6 * HOUR_MS);
    expect(stage.link()?.metadata.annotations).toEqual(before?.annotations);
    expect(stage.link()?.metadata.finalizers).toEqual(before?.finalizers);
    await managed();
    await stage.pass(6 * HOUR_MS);
    expect(said(stage, 'Ready')).toBe('True Ready');
    expect(stage.link()?.status).not.toHaveProperty('plan');
    expect(stage.link()?.status).not.toHaveProperty('planTotal');
  });

  test('a door that somebody opens stays open, and that a relock is due is said loudly, once', async () => {
    blockWrites();
    await observed();
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await stage.pass(24 * HOUR_MS);
    expect(viewOf(stage.simulator.world).policies[SALES]).toMatchObject({ inbound: 'Allow' });
    expect(said(stage, 'AccessApplied')).toBe('False RelockWithheld');
    expect(stage.link()?.status?.nextStep).toMatch(/^A RELOCK IS DUE: somebody opened the workspace/);
    expect(planOf(stage).map(({ action }) => action)).toEqual(['denyInbound']);
    expect(eventReasons(stage).filter((reason) => reason === 'RelockWithheld')).toHaveLength(1);
  });

  test('deletion lets go at once, leaves everything as it is, and says what is left', async () => {
    const before = viewOf(stage.simulator.world);
    blockWrites();
    await observed();
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    await stage.deleteLink();
    await stage.settle();
    expect(stage.link()).toBeUndefined();
    await stage.pass(HOUR_MS);
    expect(viewOf(stage.simulator.world)).toEqual(before);
    const left = eventNotes(stage).find((note) => note.startsWith('Let go of the object and left everything'));
    expect(left).toMatch(
      /public access DENIED.*pls-sales \(created\).*privateEndpoints\/pe-sales-hub.* \(created\).*privateDnsZones/,
    );
    const [audit] = stage.logs.filter(({ fields }) => (fields as { audit?: string }).audit === 'Release');
    expect(audit?.fields).toMatchObject({ left: expect.stringContaining('DENIED') });
  });

  test('deletion needs no credentials for that', async () => {
    blockWrites();
    await observed();
    await stage.kube.delete(
      { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
      NAMESPACE,
      'fabriclink-credentials',
    );
    await stage.deleteLink();
    await stage.startOperator();
    await stage.settle();
    expect(stage.link()).toBeUndefined();
  });

  test('an endpoint that the spec names no more stays, and the plan says how it would go', async () => {
    const before = viewOf(stage.simulator.world);
    const { endpoints } = salesLink(stage.nameserverOf).spec as { endpoints: [object, object] };
    blockWrites();
    await observed({ endpoints: [endpoints[0]] });
    await stage.startOperator();
    await stage.pass(6 * HOUR_MS);
    expect(viewOf(stage.simulator.world)).toEqual(before);
    expect(planOf(stage).map(({ ladder, action }) => `${ladder} ${action}`)).toEqual([
      ...Array(5).fill('removal/spoke deleteRecord'),
      'removal/spoke deleteEndpoint',
      'removal/spoke deleteConnection',
      'removal/spoke deleteLink',
      'removal/spoke deleteZone',
    ]);
  });

  test('a person’s turn comes with what to do, and stalls the object', async () => {
    blockWrites();
    const { endpoints } = salesLink(stage.nameserverOf).spec as { endpoints: [{ subnetId: string }, object] };
    const nowhere = {
      ...endpoints[0],
      name: 'nowhere',
      subnetId: endpoints[0].subnetId.replace('snet-', 'no-'),
      dns: undefined,
    };
    await observed({ endpoints: [...endpoints, nowhere] });
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    expect(planOf(stage)).toEqual([
      {
        ladder: 'placement/nowhere',
        action: 'SubnetNotFound',
        description: expect.stringMatching(/^A person comes first: the subnet does not exist, .*create it/),
      },
    ]);
    expect([said(stage, 'Ready'), said(stage, 'Stalled')]).toEqual(['False SubnetNotFound', 'True SubnetNotFound']);
  });
});

describe('whatever happens to the process and to what it reads', () => {
  let undisturbed: unknown;
  const observeBare = async () => {
    await stage.startOperator();
    await stage.pass(30 * MINUTE_MS);
  };
  beforeAll(async () => {
    await setTheStage(stage, bare);
    await observed();
  });

  test('dying at every single call writes nothing, and ends in the same plan', async () => {
    const recording = await recordMoments(stage, observeBare);
    undisturbed = outcomeOf(stage);
    const { crashes, failures } = await crashEverywhere(stage, recording, async () => {
      await stage.pass(30 * MINUTE_MS);
      expect(outcomeOf(stage)).toEqual(undisturbed);
      expect(stage.calls.filter(isCloudWrite)).toEqual([]);
    });
    expect(failures).toEqual([]);
    expect(crashes).toBeGreaterThan(50);
  }, 60_000);

  test.each([
    ['amnesia: the status is gone', null],
    ['a lie: the status says that all is done', { phase: 'Ready', plan: [], planTotal: 0, nextStep: 'Nothing to do.' }],
  ])('%s: the plan is the same at the next look', async (_, status) => {
    await setTheStage(stage, bare);
    await observed();
    blockWrites();
    await observeBare();
    const plan = planOf(stage);
    await patch({ status }, 'status');
    await stage.pass(30 * MINUTE_MS);
    expect(planOf(stage)).toEqual(plan);
    expect(said(stage, 'Ready')).toBe('False WouldChange');
  });

  test('lists that lag behind: nothing is written, and once they are current the plan is right', async () => {
    await setTheStage(stage, ready);
    blockWrites();
    await observed();
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.simulator.faults.add({ kind: 'stale', service: 'arm', method: 'GET' });
    deleteOutOfBand(stage.simulator.cloud, endpointIdIn(stage.simulator.world, 'rg-network-hub'));
    await stage.pass(3 * HOUR_MS);
    // Names answer at once what they find; what is made on the word of an old list is nothing.
    expect(planOf(stage).map(({ ladder, action }) => `${ladder} ${action}`)).toEqual(['proof/hub DnsAnswersPublic']);
    stage.simulator.faults.clear();
    await stage.pass(3 * HOUR_MS);
    expect(planOf(stage).map(({ ladder, action }) => `${ladder} ${action}`)).toEqual([
      'endpoint/hub putEndpoint',
      'endpoint/hub approveConnection',
      'dns/hub putZoneGroup',
    ]);
  });

  test('a cloud that answers each call with an error once: nothing is written, and the plan comes', async () => {
    await setTheStage(stage, bare);
    await observed();
    blockWrites();
    await observeBare();
    const plan = planOf(stage);
    const reads = stage.calls.filter(isCloudRead);
    await setTheStage(stage, bare);
    await observed();
    for (const fault of everyOnce(reads, { kind: 'refuse', status: 503, code: 'ServiceUnavailable' }))
      stage.simulator.faults.add(fault);
    blockWrites();
    await stage.startOperator();
    await stage.pass(2 * HOUR_MS);
    expect(planOf(stage)).toEqual(plan);
  });
});
