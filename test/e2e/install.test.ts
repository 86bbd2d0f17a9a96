// As the README says it: helm install, and the demo objects go Ready; then upgrade and uninstall, which nobody notices.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { CONFIG_MAPS } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { applyAll, CRDS } from '../../scripts/demo/cluster.ts';
import { bundleInto } from '../../scripts/image/bundle.ts';
import { writeLayout } from '../../scripts/image/layout.ts';
import { type Simulator, startSimulator } from '../../simulator/start.ts';
import { CHART, NAMESPACE, RELEASE, run, type Values } from '../chart/chart.ts';
import { unable } from '../image/container.ts';
import { freePort } from '../support/stage-process.ts';
import { viewOf, type WorldView } from '../support/stage-view.ts';
import { customObjects, DEMO_NAMESPACE, demoObjects, demoWorld, untilAtRest } from './demo-objects.ts';
import { onEachServer } from './each-server.ts';
import { CUSTOM, eventually, helm, NO_ROLES, ROLE_BINDINGS } from './house.ts';
import { DEPLOYMENTS, type Deployment, type RunningPod, startPod } from './pod.ts';

const SPEED = 240;
const WITHIN_MS = 90_000;
const NAME = `${RELEASE}-fabric-link-operator`;
const AUTHORITIES = 'simulated-clouds';

onEachServer(
  'helm install',
  (given) => {
    let folder: string;
    let layout: string;
    let simulator: Simulator;
    let kube: KubeClient;
    let values: Values;
    let pod: RunningPod | undefined;
    let ready: KubeObject[];
    let clouds: WorldView;
    const closers: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'e2e-install-'));
      layout = join(folder, 'layout');
      await bundleInto(join(folder, 'operator.mjs'));
      await writeLayout(layout, join(folder, 'operator.mjs'));
      simulator = await startSimulator({ world: await demoWorld(), speed: SPEED });
      const access = await kubeconfigAccess(given.server.kubeconfigPath);
      const transport = createTransport({ tls: { kubernetes: () => access.tls() } });
      kube = createKubeClient({ transport, access, userAgent: 'person' });
      closers.push(
        () => transport.close(),
        () => simulator.close(),
        () => rm(folder, { recursive: true }),
      );
      values = await valuesFor(simulator);
    }, 150_000);
    afterAll(async () => {
      await pod?.stop();
      for (const close of closers) await close();
    }, 60_000);

    async function release(verb: 'install' | 'upgrade', more: Values = {}): Promise<void> {
      const file = join(folder, 'values.json');
      await writeFile(file, JSON.stringify({ ...values, ...more }));
      await helmed(verb, RELEASE, CHART, '--create-namespace', '--values', file);
    }
    async function helmed(...args: string[]): Promise<string> {
      const where = ['--kubeconfig', given.server.kubeconfigPath, '--namespace', NAMESPACE];
      const verb = args.filter((arg) => !(args[0] === 'upgrade' && arg === '--create-namespace'));
      const { code, stdout, stderr } = await run(helm!, [...verb, ...where]);
      if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`);
      return stdout;
    }
    const deployment = () => kube.get<Deployment>(DEPLOYMENTS, NAMESPACE, NAME);
    const startReplica = async (name: string) =>
      startPod({ server: given.server, kube, layout, folder }, (await deployment())!, name);
    const passes = () => pod!.output().split('"msg":"pass"').length - 1;
    const identities = (objects: readonly KubeObject[]) =>
      objects.map(({ kind, metadata }) => [
        kind,
        metadata.name,
        metadata.uid,
        metadata.generation,
        metadata.finalizers,
      ]);

    test('puts the operator there, which brings the demo objects to Ready', async () => {
      await release('install');
      expect(await deployment()).toMatchObject({ spec: { replicas: 2 } });
      await kube.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: AUTHORITIES, namespace: NAMESPACE },
        data: { 'ca.crt': simulator.ca },
      } as KubeObject);
      pod = await startReplica('replica-0');
      const served = () =>
        Promise.all(CUSTOM.map((type) => kube.list(type, { limit: 1 }))).then(
          () => true,
          () => false,
        );
      await eventually(served, 'the definitions are served', WITHIN_MS);
      await applyAll({ kube, close: () => Promise.resolve() }, await demoObjects(simulator), CUSTOM);
      ready = await untilAtRest({ kube }, WITHIN_MS);
      clouds = viewOf(simulator.world);
      expect(Object.keys(clouds.endpoints).length).toBeGreaterThan(4);
    }, 200_000);

    test('upgrade changes the operator, and neither custom resources nor clouds', async () => {
      const written = simulator.requests.writes().filter(isChange).length;
      await release('upgrade', { replicaCount: 3, logLevel: 'debug' });
      expect(await deployment()).toMatchObject({ spec: { replicas: 3 } });
      expect(await pod!.stop()).toBe(0);
      pod = await startReplica('replica-1');
      await eventually(() => passes() >= ready.length, 'the new one has looked at all', WITHIN_MS);
      expect(identities(await untilAtRest({ kube }, WITHIN_MS))).toEqual(identities(ready));
      expect(viewOf(simulator.world)).toEqual(clouds);
      expect(simulator.requests.writes().filter(isChange)).toHaveLength(written);
    }, 150_000);

    test('uninstall takes the operator and its rights, and leaves definitions, custom resources and clouds', async () => {
      await helmed('uninstall', RELEASE);
      expect(await pod!.stop()).toBe(0);
      pod = undefined;
      expect(await deployment()).toBeUndefined();
      expect((await kube.list(ROLE_BINDINGS, { namespace: NAMESPACE })).items).toEqual([]);
      expect((await kube.list(CRDS, {})).items.length).toBeGreaterThanOrEqual(CUSTOM.length);
      expect(identities(await customObjects({ kube }, DEMO_NAMESPACE))).toEqual(identities(ready));
      expect(viewOf(simulator.world)).toEqual(clouds);
    }, 100_000);

    test('install again finds everything as it was, and changes nothing', async () => {
      const written = simulator.requests.writes().filter(isChange).length;
      await release('install', { logLevel: 'debug' });
      pod = await startReplica('replica-2');
      await eventually(() => passes() >= ready.length, 'it has looked at all', WITHIN_MS);
      expect(identities(await untilAtRest({ kube }, WITHIN_MS))).toEqual(identities(ready));
      expect(viewOf(simulator.world)).toEqual(clouds);
      expect(simulator.requests.writes().filter(isChange)).toHaveLength(written);
    }, 150_000);
  },
  NO_ROLES ?? unable(),
);

/** A gateway's state can only be had by POST. */
const isChange = ({ path }: { path: string }): boolean => !path.endsWith('/checkStatus');

async function valuesFor({ env }: Simulator): Promise<Values> {
  return {
    cloud: {
      authorityHost: env['AZURE_AUTHORITY_HOST'],
      armUrl: env['FABRICLINK_ARM_URL'],
      fabricUrl: env['FABRICLINK_FABRIC_URL'],
      graphUrl: env['FABRICLINK_GRAPH_URL'],
    },
    nameservers: [env['FABRICLINK_NAMESERVERS']],
    privateRanges: [env['FABRICLINK_PRIVATE_RANGES']],
    extraEnv: [{ name: 'FABRICLINK_TIME_SCALE', value: env['FABRICLINK_TIME_SCALE'] }],
    caBundle: { configMap: AUTHORITIES },
    rbac: { publish: { secrets: true } },
    health: { port: await freePort() },
    metrics: { port: await freePort() },
  };
}
