import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { EVENTS, LEASES } from '../../operator/clients/kube/resources.ts';
import type { Condition, KubeObject, WatchingKubeClient } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { systemClock } from '../../operator/clock.ts';
import { silentLogger } from '../../operator/log.ts';
import { createManager, type Manager } from '../../operator/runtime/manager.ts';
import { createMetrics } from '../../operator/runtime/metrics.ts';
import { CRDS } from '../../scripts/demo/cluster.ts';
import { type Kubernetes, startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { eventually } from '../support/virtual-clock.ts';
import { noChance } from './support/harness.ts';
import { aToy, createWorkshop, TOYS, TOYS_NAME, type Toy, toyKind, type Workshop } from './support/toy.ts';

const condition = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: { type: 'string' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: { type: 'string', minLength: 1 },
    message: { type: 'string' },
    observedGeneration: { type: 'integer' },
    lastTransitionTime: { type: 'string', format: 'date-time' },
  },
};

const toyDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: TOYS_NAME },
  spec: {
    group: TOYS.group,
    scope: 'Namespaced',
    names: { plural: TOYS.plural, singular: 'toy', kind: TOYS.kind, listKind: 'ToyList' },
    versions: [
      {
        name: TOYS.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' }, boxed: { type: 'boolean' } } },
              status: {
                type: 'object',
                properties: {
                  phase: { type: 'string' },
                  observedGeneration: { type: 'integer' },
                  conditions: {
                    type: 'array',
                    items: condition,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

let folder: string;
let kubernetes: Kubernetes;
let transport: ReturnType<typeof createTransport>;
let kube: WatchingKubeClient;
let workshop: Workshop;
let managers: Manager[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-kubernetes-'));
  kubernetes = await startKubernetes({ anonymous: false });
  const path = join(folder, 'kubeconfig');
  await writeFile(path, kubernetes.kubeconfig);
  const access = await kubeconfigAccess(path);
  transport = createTransport({ tls: { kubernetes: () => access.tls() } });
  kube = createKubeClient({ transport, access });
  workshop = createWorkshop();
  managers = [];
  await kube.create(CRDS, toyDefinition);
  await kubernetes.settled();
});
afterEach(async () => {
  for (const manager of managers) manager.kill();
  await transport.close();
  await kubernetes.close();
  await rm(folder, { recursive: true });
});

function run(leaderElection = false): Manager {
  // Published pauses pass a thousand times faster, everything else is real.
  const clock = systemClock(1000);
  const manager = createManager({
    kube,
    transport,
    clock,
    log: silentLogger,
    metrics: createMetrics(),
    kinds: [toyKind(workshop, clock)],
    random: noChance,
    watchLimits: { backoff: { baseMs: 100, maxMs: 100, factor: 2, jitter: 0 } },
    ...(leaderElection && { leaderElection: { namespace: 'default', identity: 'one', onLost() {} } }),
  });
  managers.push(manager);
  manager.start();
  return manager;
}

const toys = () => kubernetes.objects(TOYS_NAME) as unknown as Toy[];
const conditions = (toy: Toy | undefined) => (toy?.status?.['conditions'] ?? []) as Condition[];
const isReady = (name: string, generation: number) => () =>
  conditions(toys().find(({ metadata }) => metadata.name === name)).some(
    ({ type, status, observedGeneration }) =>
      type === 'Ready' && status === 'True' && observedGeneration === generation,
  );

describe('on the embedded Kubernetes, over TLS with a kubeconfig', () => {
  test('a toy lives its whole life', async () => {
    run();
    await kube.create(TOYS, aToy('a'));
    await eventually(isReady('a', 1), 'the toy to be ready');
    await kube.patch(TOYS, 'default', 'a', { type: 'merge', body: { spec: { size: 7 } } });
    await eventually(isReady('a', 2), 'the new size');
    expect(workshop.built.get('default/a')).toBe(7);
    await kube.delete(TOYS, 'default', 'a');
    await eventually(() => toys().length === 0, 'the toy to be gone');
    expect(workshop.built.size).toBe(0);
  });

  test('what we write is ours by name, and the author of the spec keeps the spec', async () => {
    run();
    await kube.patch(TOYS, 'default', 'a', { type: 'apply', body: aToy('a'), fieldManager: 'argocd', force: true });
    await eventually(isReady('a', 1), 'the toy to be ready');
    const [toy] = toys() as [Toy & { metadata: { managedFields?: { manager: string; fieldsV1: object }[] } }];
    const fieldsOf = (manager: string) =>
      JSON.stringify(
        toy.metadata.managedFields?.filter((entry) => entry.manager === manager).map(({ fieldsV1 }) => fieldsV1),
      );
    expect(fieldsOf('fabric-link-operator')).toContain('fabriclink.dev/claimed');
    expect(fieldsOf('fabric-link-operator')).not.toContain('f:spec');
    expect(fieldsOf('argocd')).toContain('f:spec');
  });

  test('at rest nothing is written', async () => {
    const manager = run();
    await kube.create(TOYS, aToy('a'));
    await eventually(isReady('a', 1), 'the toy to be ready');
    await eventually(() => manager.isIdle(), 'rest');
    const before = kubernetes.revision();
    const looks = workshop.observed.length;
    // An hour of the pace of rest passes in 3.6 s; a person who asks to look now is quicker.
    await kube.patch(TOYS, 'default', 'a', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/reconcile': '1' } } },
    });
    await eventually(() => workshop.observed.length > looks && manager.isIdle(), 'another look');
    expect(kubernetes.revision()).toBe(before + 1);
  });

  test('events are accepted and tell each step once', async () => {
    const manager = run();
    await kube.create(TOYS, aToy('a'));
    await eventually(isReady('a', 1), 'the toy to be ready');
    await eventually(() => manager.isIdle(), 'rest');
    const { items } = await kube.list<KubeObject & { reason: string }>(EVENTS, { namespace: 'default' });
    expect(items.map(({ reason }) => reason).sort()).toEqual(['Building', 'Built', 'Claiming']);
  });

  test('the lease is accepted and let go', async () => {
    const manager = run(true);
    await eventually(() => manager.isLeading(), 'an election');
    await manager.stop();
    const lease = await kube.get<KubeObject & { spec: { holderIdentity?: string } }>(
      LEASES,
      'default',
      'fabric-link-operator',
    );
    expect(lease?.spec.holderIdentity).toBe('');
  });

  test('forgotten history, cut and garbled watches lose nothing', async () => {
    run();
    await kube.create(TOYS, aToy('a'));
    await eventually(isReady('a', 1), 'the toy to be ready');
    kubernetes.faults.cutWatches();
    kubernetes.faults.compact();
    await kube.patch(TOYS, 'default', 'a', { type: 'merge', body: { spec: { size: 3 } } });
    await eventually(isReady('a', 2), 'the change behind the forgotten history');
    kubernetes.faults.injectLine('{"type":');
    await kube.patch(TOYS, 'default', 'a', { type: 'merge', body: { spec: { size: 4 } } });
    await eventually(isReady('a', 3), 'the change behind the bad line');
    expect(workshop.built.get('default/a')).toBe(4);
  });

  test('after a restore from a backup the older state is believed', async () => {
    run();
    await kube.create(TOYS, aToy('a'));
    await eventually(isReady('a', 1), 'the toy to be ready');
    const backup = kubernetes.snapshot();
    await kube.patch(TOYS, 'default', 'a', { type: 'merge', body: { spec: { size: 9 } } });
    await kube.create(TOYS, aToy('b'));
    await eventually(isReady('b', 1), 'the second toy to be ready');
    await eventually(isReady('a', 2), 'the new size');
    const farthest = Number(managers[0]?.lastSeenResourceVersion(TOYS));
    kubernetes.restore(backup);
    // Watched again from a version that the server does not know yet: what happens next has an older one.
    await eventually(() => kubernetes.openWatches().length === 0, 'the watch to be cut');
    await eventually(() => kubernetes.openWatches().length > 0, 'the watch to be back');
    await kube.patch(TOYS, 'default', 'a', { type: 'merge', body: { spec: { size: 2 } } });
    await eventually(() => workshop.built.get('default/a') === 2, 'the restored toy to be rebuilt');
    await eventually(() => managers[0]?.cached(TOYS).length === 1, 'the toy of the lost future to be forgotten');
    expect(managers[0]?.cached<Toy>(TOYS)[0]?.spec.size).toBe(2);
    expect(Number(managers[0]?.lastSeenResourceVersion(TOYS))).toBeLessThan(farthest);
  });
});
