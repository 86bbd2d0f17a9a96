// npm run demo: the embedded cluster and the clouds in this process, the operator as in production (own process,
// configured by its environment alone), the objects of examples/demo, and a table of where they stand.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { type CrossTenantMapping, crossTenantMappings } from '../crds/cross-tenant-mapping.ts';
import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../crds/managed-private-endpoint.ts';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../crds/workspace-private-link.ts';
import { CONFIG_MAPS } from '../operator/clients/kube/resources.ts';
import type { KubeObject } from '../operator/clients/kube/types.ts';
import { startKubernetes } from '../simulator/kubernetes/kubernetes.ts';
import { writePrivately } from '../simulator/private-file.ts';
import { startSimulator } from '../simulator/start.ts';
import { loadWorld, type WorldFile } from '../simulator/world-file.ts';
import { type Before, lookBefore } from './demo/before.ts';
import { armHeader, type CloudReader, createCloudReader } from './demo/cloud-reader.ts';
import { applyAll, connect, DEMO_NAMESPACE, listAll, readManifests } from './demo/cluster.ts';
import { evidenceOf, evidenceOfPlan, type Witnesses } from './demo/evidence.ts';
import { evidenceOfGuest } from './demo/evidence-guest.ts';
import { evidenceOfManaged } from './demo/evidence-managed.ts';
import { MEANWHILE_FILE, type Meanwhile } from './demo/meanwhile.ts';
import { type OperatorProcess, startOperatorProcess } from './demo/operator-process.ts';
import { EXPECT_LABEL, judge, shortName, toRow } from './demo/rows.ts';
import { createScreen, drawTable } from './demo/table.ts';
import { tryThis } from './demo/try-this.ts';

const KINDS = [workspacePrivateLinks, managedPrivateEndpoints, crossTenantMappings];
const METRICS = '127.0.0.1:18080';
const HEALTH = '127.0.0.1:18081';
const REDRAW_MS = 300;
/** Leaves room for start-up and evidence inside the two minutes that a newcomer is promised. */
const DEFAULT_TIMEOUT_S = 100;

type Options = { once: boolean; timeout: number; speed: number; kubeconfig: string };

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a number above 0');
}

const options = new Command('demo')
  .description('Brings the objects of examples/demo to rest, against simulated clouds and an embedded cluster')
  .option('--once', `stop when each object rests where its ${EXPECT_LABEL} label says, and print the evidence`, false)
  .option('--timeout <seconds>', 'with --once: give up after this long', positive, DEFAULT_TIMEOUT_S)
  .option('--speed <number>', 'divides published delays, polls and quota windows', positive, 60)
  .option('--kubeconfig <file>', 'where to write the kubeconfig', '.demo/kubeconfig')
  .parse()
  .opts<Options>();

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());

const kubeconfigFile = resolve(options.kubeconfig);
const folder = dirname(kubeconfigFile);
const caFile = join(folder, 'simulator-ca.pem');
const worldFile = JSON.parse(await readFile('examples/demo-world.json', 'utf8')) as WorldFile;
await mkdir(folder, { recursive: true });

const simulator = await startSimulator({ speed: options.speed, world: loadWorld(worldFile) }).catch(cannotStart);
const kubernetes = await startKubernetes().catch(cannotStart);
await writePrivately(caFile, simulator.ca);
await writePrivately(kubeconfigFile, kubernetes.kubeconfig);
const cluster = await connect(kubeconfigFile);
const readers = new Map(
  appsNamed('fabric-link-operator').map((app) => [
    app.tenantId,
    createCloudReader({ urls: simulator.urls, ca: simulator.ca, app }),
  ]),
);
const headerFile = join(folder, 'person-header');
const person = { urls: simulator.urls, ca: simulator.ca, app: appsNamed('demo-person')[0]! };
await writePrivately(headerFile, await armHeader(person));
const meanwhileFile = resolve(MEANWHILE_FILE);
await mkdir(dirname(meanwhileFile), { recursive: true });
const meanwhile: Meanwhile = { controlUrl: simulator.urls.control, caFile, kubeconfigFile };
await writePrivately(meanwhileFile, JSON.stringify(meanwhile));
const operator = startOperatorProcess(
  {
    ...simulator.env,
    KUBECONFIG: kubeconfigFile,
    NODE_EXTRA_CA_CERTS: caFile,
    POD_NAME: 'demo',
    POD_NAMESPACE: 'default',
    FABRICLINK_TIME_SCALE: String(options.speed),
    FABRICLINK_METRICS_ADDRESS: METRICS,
    FABRICLINK_HEALTH_ADDRESS: HEALTH,
  },
  join(folder, 'operator.log'),
);
try {
  await applyAll(cluster, await readManifests('crds'));
  const objects = await readManifests('examples/demo');
  const before = await lookBefore(linksOf(objects), readerOf);
  await applyAll(cluster, objects, KINDS);
  process.exitCode = await watchThem(operator, before);
} finally {
  await rm(meanwhileFile, { force: true });
  await operator.stop();
  await Promise.all([...readers.values(), cluster].map((one) => one.close()));
  await Promise.all([simulator.close(), kubernetes.close()]);
}

/** Draws until everything rests (with --once), the operator ends, or a signal comes. Resolves with the exit code. */
async function watchThem(operator: OperatorProcess, before: Before): Promise<number> {
  console.log(`speed ${options.speed}, operator pid ${operator.pid}, its log in ${operator.logFile}\n`);
  const screen = createScreen(process.stdout);
  const startedAt = Date.now();
  const seconds = () => (Date.now() - startedAt) / 1000;
  const hints = tryThis({ kubeconfigFile, armUrl: simulator.urls.arm, caFile, headerFile, metrics: METRICS });
  for (;;) {
    const objects = await listAll(cluster, DEMO_NAMESPACE, KINDS);
    const unsettled = objects.flatMap((object) => {
      const reason = judge(object);
      return reason === undefined ? [] : [`${shortName(object)}: ${reason}`];
    });
    const atRest = objects.length > 0 && unsettled.length === 0;
    const table = drawTable(objects.map(toRow), process.stdout.columns ?? 160, process.stdout.isTTY);
    screen.draw(options.once ? table : [...table, '', ...hints(objects)]);
    const ended = operator.ended();
    if (ended !== undefined) {
      console.log(`\n${ended}`);
      return 1;
    }
    if (stopping.signal.aborted) return 0;
    if (options.once && atRest) {
      console.log(`\nEach object rests where its label says, after ${seconds().toFixed(1)} s.`);
      await printEvidence(objects, before);
      return 0;
    }
    if (options.once && seconds() > options.timeout) {
      console.log(`\nNot at rest after ${options.timeout} s:`);
      for (const reason of unsettled) console.log(`  ${reason}`);
      return 1;
    }
    await pause(REDRAW_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

async function printEvidence(objects: readonly KubeObject[], before: Before): Promise<void> {
  console.log('The evidence, read back from the clouds and asked of the name servers:');
  for (const object of objects) {
    const lines = await evidenceFor(object, { clouds: readerOf, configMap, before });
    if (lines.length === 0) continue;
    console.log(`\n${object.kind}/${object.metadata.name}`);
    for (const line of lines) console.log(`  ${line}`);
  }
}

/** Nothing: there is nothing in a cloud that could prove where the object stands. */
async function evidenceFor(object: KubeObject, witnesses: Witnesses): Promise<string[]> {
  if (object.kind === managedPrivateEndpoints.kind) {
    return evidenceOfManaged(object as ManagedPrivateEndpoint, witnesses);
  }
  if (object.kind === crossTenantMappings.kind) return evidenceOfGuest(object as CrossTenantMapping, witnesses);
  const [link] = linksOf([object]);
  if (!link) return [];
  if (link.spec.managementPolicy === 'Observe') return evidenceOfPlan(link, witnesses);
  return link.metadata.labels?.[EXPECT_LABEL] === 'Ready' ? evidenceOf(link, witnesses) : [];
}

/** The name servers have fixed addresses, which the objects of examples/demo name: there is one demo at a time. */
function cannotStart(error: unknown): never {
  const { code, address, port, message } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  console.error(
    code === 'EADDRINUSE'
      ? `The demo cannot start: ${address}:${port} is taken, most likely by another demo or simulator on this machine. Stop that one first.`
      : `The demo cannot start: ${message}`,
  );
  process.exit(1);
}

function readerOf(tenantId: string): CloudReader {
  const reader = readers.get(tenantId);
  if (!reader) throw new Error(`examples/demo-world.json holds no app of the operator in tenant ${tenantId}`);
  return reader;
}

async function configMap(name: string): Promise<Record<string, string> | undefined> {
  const found = await cluster.kube.get<KubeObject & { data?: Record<string, string> }>(
    CONFIG_MAPS,
    DEMO_NAMESPACE,
    name,
  );
  return found && (found.data ?? {});
}

function linksOf(objects: readonly KubeObject[]): WorkspacePrivateLink[] {
  return objects.filter(({ kind }) => kind === workspacePrivateLinks.kind) as WorkspacePrivateLink[];
}

/**
 * The evidence is read with the rights that the demo's Secrets hold, those of the operator's own application in each
 * tenant; the curl line on the screen acts as a person.
 */
function appsNamed(name: string): { tenantId: string; clientId: string; clientSecret: string }[] {
  const apps = (worldFile.apps ?? []).filter(({ displayName }) => displayName === name);
  if (apps.length === 0) throw new Error(`examples/demo-world.json holds no app "${name}"`);
  return apps.map(({ clientSecret = '', ...app }) => ({ ...app, clientSecret }));
}
