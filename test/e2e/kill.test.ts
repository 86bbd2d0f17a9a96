import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { NAMESPACES, resourceName, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { CRDS } from '../../scripts/demo/cluster.ts';
import { type Kubernetes, startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { type Simulator, startSimulator } from '../../simulator/start.ts';
import { isTrue } from '../support/stage-link.ts';
import { createChronicle, viewOf } from '../support/stage-view.ts';
import { credentialsSecret, NAMESPACE, salesLink, stageWorld } from '../support/stage-world.ts';
import { eventually } from '../support/virtual-clock.ts';

/** Half an hour of waiting for Deny takes three seconds. */
const SPEED = 600;
const KILLS = 6;
const WITHIN_MS = 60_000;
let folder: string;
let simulator: Simulator;
let kubernetes: Kubernetes;
let person: ReturnType<typeof createTransport>;
let kube: KubeClient;
let running: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kill-'));
  simulator = await startSimulator({ speed: SPEED, world: stageWorld() });
  kubernetes = await startKubernetes();
  await writeFile(join(folder, 'ca.pem'), simulator.ca);
  await writeFile(join(folder, 'kubeconfig'), kubernetes.kubeconfig, { mode: 0o600 });
  const access = await kubeconfigAccess(join(folder, 'kubeconfig'));
  person = createTransport({ tls: { kubernetes: () => access.tls() } });
  kube = createKubeClient({ transport: person, access });
  for (const { plural } of [workspacePrivateLinks, managedPrivateEndpoints, crossTenantMappings]) {
    await kube.create(CRDS, parse(await readFile(`crds/${plural}.yaml`, 'utf8')) as KubeObject);
  }
  await kubernetes.settled();
  await kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await kube.create(SECRETS, credentialsSecret());
  const nameserverOf = (networkId: string) => {
    const { address, port } = simulator.dns.at(networkId)!;
    return { address, port };
  };
  await kube.create(workspacePrivateLinks, salesLink(nameserverOf));
});
afterEach(() => killProcess());
afterAll(async () => {
  await person.close();
  await Promise.all([simulator.close(), kubernetes.close()]);
  await rm(folder, { recursive: true });
});

/** The program as a cluster runs it: its own process, told everything by its environment. */
function startProcess(): void {
  running = spawn(process.execPath, ['operator/main.ts'], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      ...simulator.env,
      KUBECONFIG: join(folder, 'kubeconfig'),
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      FABRICLINK_CLUSTER_ID: 'kill',
      // A Lease outlives its killed holder by fifteen real seconds.
      FABRICLINK_LEADER_ELECTION: 'false',
      FABRICLINK_METRICS_ADDRESS: '0',
      FABRICLINK_HEALTH_ADDRESS: '0',
    },
  });
}

async function killProcess(): Promise<void> {
  const dying = running;
  running = undefined;
  if (!dying || dying.exitCode !== null) return;
  const exited = once(dying, 'exit');
  dying.kill('SIGKILL');
  await exited;
}

const link = () => kubernetes.objects(resourceName(workspacePrivateLinks))[0] as unknown as WorkspacePrivateLink;
const untilReady = () => eventually(() => isTrue(link(), 'Ready'), 'the object to be Ready', WITHIN_MS);

describe('kill -9, on the embedded API server', () => {
  test(`at ${KILLS} points of the way to Ready ends in the same world, and makes nothing twice`, async () => {
    const start = { world: simulator.snapshot(), store: kubernetes.snapshot() };
    startProcess();
    await untilReady();
    const undisturbed = viewOf(simulator.world);
    const writes = simulator.requests.writes().length;
    await killProcess();

    simulator.restore(start.world);
    kubernetes.restore(start.store);
    await Promise.all([simulator.listening(), kubernetes.settled()]);
    simulator.requests.clear();
    const chronicle = createChronicle(
      () => simulator.world,
      () => simulator.clock.now(),
    );
    let kills = 0;
    for (let nth = 1; nth <= KILLS; nth += 1) {
      startProcess();
      const enough = Math.round((nth * writes) / (KILLS + 1));
      await eventually(
        () => {
          chronicle.look();
          return simulator.requests.writes().length >= enough;
        },
        `write ${enough} of ${writes}`,
        WITHIN_MS,
      );
      await killProcess();
      kills += 1;
    }
    startProcess();
    await untilReady();
    chronicle.look();

    expect(kills).toBe(KILLS);
    expect(viewOf(simulator.world)).toEqual(undisturbed);
    expect([...chronicle.births()].filter(([, count]) => count !== 1)).toEqual([]);
    expect(chronicle.endings()).toEqual([]);
  }, 180_000);
});
