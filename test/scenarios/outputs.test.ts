import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { PUBLISHED_BY } from '../../operator/clients/kube/published.ts';
import { CONFIG_MAPS, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { crashEverywhere, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, readout, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, isTrue, MINUTE_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { HUB, NAMESPACE, SALES, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

const NAME = 'sales-private-link';
const API = SALES.replaceAll('-', '');

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
let published: StageSnapshot;

const manifest = (configMapName = NAME) => salesLink(stage.nameserverOf, { publishTo: { configMapName } });
const maps = () => stage.kubernetes.objects('configmaps') as unknown as ConfigMap[];
const mapOf = (name = NAME) => maps().find(({ metadata }) => metadata.name === name);
const isPublished = () => mapOf()?.data?.hosts?.includes('127.65.1.') === true && isTrue(stage.link(), 'Ready');
const untilPublished = () => stage.run(isPublished, { withinMs: HOUR_MS, what: 'the outputs are published' });
const writesOfMaps = () =>
  stage.calls.filter(({ operation, method }) => operation.startsWith('configmaps') && method !== 'GET');
const asPerson = (body: object, name = NAME) =>
  stage.kube.patch(CONFIG_MAPS, NAMESPACE, name, { type: 'merge', body, fieldManager: 'person' });

beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
  await stage.startOperator();
  await stage.apply(salesLink(stage.nameserverOf));
  await playUntilReady(stage);
  ready = stage.snapshot();
  await stage.apply(manifest());
  await untilPublished();
  published = stage.snapshot();
});
afterAll(() => stage.close());

describe('on the way up', () => {
  test('names are there as soon as the service is, addresses follow, and at last nothing is missing', async () => {
    await setTheStage(stage, bare);
    await stage.startOperator();
    await stage.apply(manifest());
    await stage.run(() => mapOf() !== undefined, { withinMs: HOUR_MS, what: 'the ConfigMap is there' });
    expect(mapOf()?.data).toMatchObject({
      workspaceId: SALES,
      privateLinkServiceId: SALES_SERVICE,
      hosts: expect.not.stringContaining('127.65'),
    });
    await playUntilReady(stage);
    const { data = {} } = mapOf()!;
    expect(data.hostApi).toBe(`${API}.z5a.w.api.fabric.microsoft.com`);
    expect(data.hosts).toMatch(
      new RegExp(`# endpoint hub, subnet ${HUB}/subnets/snet-endpoints\n127\\.65\\.1\\.\\d+ ${API}`),
    );
    const endpoints = JSON.parse(data['endpoints.json'] ?? '') as { name: string; addresses: Record<string, string> }[];
    expect(endpoints.map(({ name, addresses }) => [name, Object.keys(addresses).length])).toEqual([
      ['hub', 5],
      ['spoke', 5],
    ]);
    expect(data['guide.txt']).toContain('A network path is not a permission');
    expect(data['guide.txt']).toContain(`nslookup ${API}.z5a.w.api.fabric.microsoft.com`);
  });

  test('what is made bears our label and the object as its owner', () => {
    const { labels, ownerReferences } = mapOf()!.metadata;
    const uid = stage.link()!.metadata.uid;
    expect(labels?.[PUBLISHED_BY]).toBe(uid);
    expect(ownerReferences?.map((reference) => reference.uid)).toEqual([uid]);
  });
});

describe('published', () => {
  beforeEach(async () => {
    await setTheStage(stage, published);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test('nothing is written any more, neither to the cluster nor to a cloud', async () => {
    await stage.pass(6 * HOUR_MS);
    expect(writesOfMaps()).toEqual([]);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('what somebody changes or deletes is put right, and keys of others stay', async () => {
    await asPerson({ data: { hostApi: 'wrong', theirs: 'kept' } });
    await stage.pass(3 * HOUR_MS);
    expect(mapOf()?.data).toMatchObject({ hostApi: expect.stringContaining('.z5a.w.api.'), theirs: 'kept' });
    await stage.kube.delete(CONFIG_MAPS, NAMESPACE, NAME);
    await stage.pass(3 * HOUR_MS);
    expect(isPublished()).toBe(true);
  });

  test('another name in the spec takes the first ConfigMap away and makes the second', async () => {
    await stage.apply(manifest('other'));
    await stage.run(() => mapOf('other') !== undefined, { withinMs: HOUR_MS, what: 'the other ConfigMap is there' });
    expect(mapOf()).toBeUndefined();
  });

  test('no name in the spec takes it away, and the object stays Ready', async () => {
    await stage.apply(salesLink(stage.nameserverOf));
    await stage.run(() => mapOf() === undefined, { withinMs: HOUR_MS, what: 'the ConfigMap is gone' });
    await stage.pass(HOUR_MS);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(maps()).toEqual([]);
  });

  test('deletion takes it back first of all', async () => {
    await stage.deleteLink();
    await stage.pass(MINUTE_MS);
    expect(stage.link()).toBeDefined();
    expect(mapOf()).toBeUndefined();
    await playUntilGone(stage);
  });

  test('without our notes it is still known by its label, and kept current', async () => {
    const annotations = Object.fromEntries(
      Object.keys(stage.link()?.metadata.annotations ?? {}).map((key) => [key, null]),
    );
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations } },
      fieldManager: 'careless',
    });
    await asPerson({ data: { hostApi: 'wrong' } });
    await stage.pass(3 * HOUR_MS);
    expect(isPublished()).toBe(true);
    expect(mapOf()?.data?.hostApi).not.toBe('wrong');
  });
});

describe('a ConfigMap of somebody else', () => {
  beforeEach(async () => {
    await setTheStage(stage, ready);
    await stage.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME, namespace: NAMESPACE },
      data: { theirs: 'kept' },
    });
    await stage.startOperator();
    await stage.apply(manifest());
    await stage.pass(MINUTE_MS);
  });

  test('is not touched, and the status says how to hand it over; everything else goes on', async () => {
    const uid = stage.link()?.metadata.uid;
    expect(readout(stage.link())).toMatchObject({
      reason: 'TargetExists',
      nextStep: expect.stringContaining(`${PUBLISHED_BY}=${uid}`),
    });
    expect(isTrue(stage.link(), 'AccessApplied')).toBe(true);
    expect(mapOf()?.data).toEqual({ theirs: 'kept' });
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(mapOf()?.data).toEqual({ theirs: 'kept' });
  });

  test('is written beside what is in it once it bears our label, and gets only that back when the object goes', async () => {
    await asPerson({ metadata: { labels: { [PUBLISHED_BY]: stage.link()!.metadata.uid } } });
    await untilPublished();
    expect(mapOf()?.data?.theirs).toBe('kept');
    expect(mapOf()?.metadata.ownerReferences).toBeUndefined();
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(mapOf()?.data).toEqual({ theirs: 'kept' });
  });
});

describe('a ConfigMap that was handed over by its label, and an object that leaves its things where they are', () => {
  const handOver = async (spec: object, from = ready) => {
    await setTheStage(stage, from);
    const manifestOf = (more: object) => salesLink(stage.nameserverOf, { ...more, ...spec });
    await stage.apply(manifestOf({}));
    await stage.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME, namespace: NAMESPACE, labels: { [PUBLISHED_BY]: stage.link()!.metadata.uid } },
      data: { theirs: 'kept' },
    });
    await stage.startOperator();
    await stage.apply(manifestOf({ publishTo: { configMapName: NAME } }));
    await untilPublished();
  };

  test('gets back what is ours when the object is abandoned: that takes no credentials', async () => {
    await handOver({});
    await stage.kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials');
    await stage.deleteLink();
    await stage.pass(MINUTE_MS);
    expect(mapOf()?.data).toEqual({ theirs: 'kept' });
    expect(readout(stage.link()).reason).toBe('CredentialMissing');
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
    });
    await playUntilGone(stage);
    expect(mapOf()?.data).toEqual({ theirs: 'kept' });
  });

  test('gets it back when everything in the cloud is retained', async () => {
    await handOver({ deletionPolicy: 'Retain', inbound: undefined }, bare);
    await stage.deleteLink();
    await playUntilGone(stage);
    expect(mapOf()?.data).toEqual({ theirs: 'kept' });
  });
});

test('a process that dies at any call on the way publishes the same, once', async () => {
  await setTheStage(stage, ready);
  await stage.startOperator();
  await stage.pass(MINUTE_MS);
  const recording = await recordMoments(stage, async () => {
    await stage.apply(manifest());
    await untilPublished();
  });
  const wanted = outcomeOf(stage);
  const data = mapOf()?.data;
  const { crashes, failures } = await crashEverywhere(
    stage,
    recording,
    async () => {
      await stage.apply(manifest());
      await untilPublished();
      expect(outcomeOf(stage)).toEqual(wanted);
      expect(mapOf()?.data).toEqual(data);
    },
    ({ service }) => service === 'kubernetes',
  );
  expect(failures).toEqual([]);
  expect(crashes).toBeGreaterThan(4);
});

test('addresses that cannot be read just now are not taken away from people', async () => {
  await setTheStage(stage, published);
  stage.simulator.faults.add({ kind: 'refuse', status: 503, code: 'ServiceUnavailable', path: '/networkInterfaces' });
  await stage.startOperator();
  await stage.pass(3 * HOUR_MS);
  expect(mapOf()?.data?.hosts).toContain('127.65.1.');
});
