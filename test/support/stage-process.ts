import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { CRDS } from '../../scripts/demo/cluster.ts';
import { type Kubernetes, startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { kubeconfigYaml } from '../../simulator/kubernetes/server/kubeconfig.ts';
import { type Simulator, startSimulator } from '../../simulator/start.ts';
import { createCertificateAuthority } from '../../simulator/tls.ts';
import type { World } from '../../simulator/world.ts';
import { credentialsSecret, NAMESPACE, stageWorld } from './stage-world.ts';

/** The operator as a process of its own, on real time, with nothing but an environment. */
export type Process = {
  /** Standard output and error so far. */
  output(): string;
  /** Undefined while it runs; -1 when a signal ended it. */
  exitCode(): number | undefined;
  signal(name: NodeJS.Signals): void;
  /** The exit code, once it has ended. */
  ended(): Promise<number>;
};

const INHERITED = ['PATH', 'HOME', 'TMPDIR'];

export function startProcess(settings: Readonly<Record<string, string>>): Process {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const child: ChildProcess = spawn(process.execPath, ['operator/main.ts'], {
    env: { ...inherited, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let code: number | undefined;
  const take = (chunk: Buffer) => (output += chunk.toString());
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  // `close` and not `exit`: the last lines are read by then.
  const closed = once(child, 'close').then(([exitCode]) => (code = (exitCode as number | null) ?? -1));
  return { output: () => output, exitCode: () => code, signal: (name) => void child.kill(name), ended: () => closed };
}

export type House = {
  simulator: Simulator;
  kubeconfig: string;
  /** Settings for a process; ports are free ones. */
  settings(more?: Record<string, string>): Promise<Settings>;
  openApiServer(): Promise<{ kubernetes: Kubernetes; kube: KubeClient }>;
  /** Ends all processes that it was told of, and everything else. */
  close(): Promise<void>;
  keep(process: Process): Process;
  file(name: string, text: string): Promise<string>;
};

export type Settings = { env: Record<string, string>; metricsUrl: string; healthUrl: string };

export const OPERATOR_NAMESPACE = 'fabric-link-operator';

/** Simulated clouds at `speed`, and an API server that has an address from the start and opens when it is told to. */
export async function openHouse(speed: number, world: World = stageWorld()): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'house-'));
  const simulator = await startSimulator({ world, speed });
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue(['127.0.0.1'])), ca: authority.pem };
  const [port, token] = [await freePort(), 'planted-not-a-real-cluster-token'];
  const processes: Process[] = [];
  const closers: (() => Promise<void>)[] = [];
  const file = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const kubeconfig = await file('kubeconfig', kubeconfigYaml({ url: `https://127.0.0.1:${port}`, ca: tls.ca, token }));
  const authorities = await file('ca.pem', simulator.ca);
  return {
    simulator,
    kubeconfig,
    file,
    keep(process) {
      processes.push(process);
      return process;
    },
    async settings(more = {}) {
      const [metrics, health] = [await freePort(), await freePort()];
      const env = {
        ...simulator.env,
        KUBECONFIG: kubeconfig,
        NODE_EXTRA_CA_CERTS: authorities,
        POD_NAME: 'operator-0',
        POD_NAMESPACE: OPERATOR_NAMESPACE,
        FABRICLINK_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
        FABRICLINK_HEALTH_ADDRESS: `127.0.0.1:${health}`,
        FABRICLINK_LOG_LEVEL: 'debug',
        ...more,
      };
      return { env, metricsUrl: `http://127.0.0.1:${metrics}/metrics`, healthUrl: `http://127.0.0.1:${health}` };
    },
    async openApiServer() {
      const kubernetes = await startKubernetes({ tls, port, token });
      const access = await kubeconfigAccess(kubeconfig);
      const transport = createTransport({ tls: { kubernetes: () => access.tls() } });
      const kube = createKubeClient({ transport, access, userAgent: 'person' });
      closers.push(
        () => transport.close(),
        () => kubernetes.close(),
      );
      await furnish(kube, kubernetes);
      return { kubernetes, kube };
    },
    async close() {
      for (const process of processes) if (process.exitCode() === undefined) process.signal('SIGKILL');
      await Promise.all(processes.map((process) => process.ended()));
      for (const close of closers) await close();
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function furnish(kube: KubeClient, kubernetes: Kubernetes): Promise<void> {
  const apply = (type: ResourceType, object: KubeObject) =>
    kube.patch(type, object.metadata.namespace ?? '', object.metadata.name, {
      type: 'apply',
      body: object,
      fieldManager: 'person',
      force: true,
    });
  for (const plural of ['workspaceprivatelinks', 'managedprivateendpoints', 'crosstenantmappings']) {
    await apply(CRDS, parse(await readFile(`crds/${plural}.yaml`, 'utf8')) as KubeObject);
  }
  await kubernetes.settled();
  for (const name of [NAMESPACE, OPERATOR_NAMESPACE]) {
    await apply(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await apply(SECRETS, credentialsSecret());
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
