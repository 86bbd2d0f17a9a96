import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parse } from 'yaml';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { inClusterAccess } from '../../operator/clients/kube/access.ts';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { CONFIG_MAPS, keyOf, NAMESPACES, resourceName, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { systemClock } from '../../operator/clock.ts';
import { type Config, readConfig } from '../../operator/config.ts';
import { createOperator, type Operator } from '../../operator/wire.ts';
import { CRDS } from '../../scripts/demo/cluster.ts';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { startSimulator } from '../../simulator/start.ts';
import { type Call, callText, type Interruption, type Life, recordingTransport, tenantOfToken } from './stage-calls.ts';
import { stageClock } from './stage-clock.ts';
import { recordingLogger } from './stage-log.ts';
import { checkRights } from './stage-rights.ts';
import type { LogLine, Stage, StageOptions } from './stage-types.ts';
import { createChronicle } from './stage-view.ts';
import { credentialsSecret, NAMESPACE, stageWorld } from './stage-world.ts';

const START_MS = Date.parse('2026-03-02T08:00:00Z');
const LONGEST_SETTLING_MS = 15_000;
/** More calls than this while the clock stands still are a busy loop; from a crowd on, so many for each so many objects. */
const MOST_CALLS_AT_ONCE = 2_000;
const CROWD = 100;
const MOST_STEPS = 20_000;
const CUSTOM = [workspacePrivateLinks, managedPrivateEndpoints, crossTenantMappings];
const KNOWN_TYPES = [...CUSTOM, NAMESPACES, SECRETS, CONFIG_MAPS];

export type { Stage, StageOptions, StageSnapshot } from './stage-types.ts';

/** Starts everything but the operator, with the CRD, the namespace and the credentials in place. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const clock = stageClock(START_MS);
  const crowds = Math.max(1, (options.objects ?? 1) / CROWD);
  const realClock = systemClock();
  const folder = await mkdtemp(join(tmpdir(), 'stage-'));
  const simulator = await startSimulator({
    clock,
    world: options.world ?? stageWorld(),
    ...(options.operatorNetworkId !== undefined && { operatorNetworkId: options.operatorNetworkId }),
    random: () => 0.5,
    ...(options.adjust && { adjust: options.adjust }),
  });
  // Bookmarks and watch time-outs belong to sockets, and those live in real time.
  const kubernetes = await startKubernetes({ clock: { ...realClock, now: () => clock.now() } });
  // As NODE_EXTRA_CA_CERTS does for a process from its start.
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, simulator.ca]);

  // As a pod has it. A kubeconfig would load the vendor's client for every file of tests, some 900 modules.
  await writeFile(join(folder, 'token'), kubernetes.token, { mode: 0o600 });
  await writeFile(join(folder, 'ca.crt'), kubernetes.ca ?? '');
  await writeFile(join(folder, 'namespace'), 'default');
  const { hostname, port } = new URL(kubernetes.url);
  const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const access = inClusterAccess({ environment, root: folder });
  const person = createTransport({ tls: { kubernetes: () => access.tls() } });
  const kube = createKubeClient({ transport: person, access, userAgent: 'person' });
  const read = readConfig({
    ...simulator.env,
    ...environment,
    POD_NAME: 'stage',
    FABRICLINK_CLUSTER_ID: 'stage',
    FABRICLINK_LEADER_ELECTION: 'false',
    FABRICLINK_METRICS_ADDRESS: '0',
    FABRICLINK_HEALTH_ADDRESS: '0',
    ...options.env,
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const { config } = read;

  let calls: Call[] = [];
  let logs: LogLine[] = [];
  let deaths = 0;
  let callsAtThisMoment = 0;
  let interruption: Interruption | undefined;
  let life: Life = { dead: true, underWay: 0 };
  let operator: Operator | undefined;
  const chronicle = createChronicle(
    () => simulator.world,
    () => clock.now(),
  );

  const log = recordingLogger((line) => logs.push(line));

  const apply = async (manifest: object): Promise<void> => {
    const object = manifest as KubeObject;
    const type = [...KNOWN_TYPES, CRDS].find(({ kind }) => kind === object.kind);
    if (!type) throw new Error(`the stage does not know how to apply a ${object.kind}`);
    const { namespace = '', name } = object.metadata;
    await kube.patch(type, namespace, name, { type: 'apply', body: object, fieldManager: 'person', force: true });
  };

  for (const { plural } of CUSTOM) await apply(parse(await readFile(`crds/${plural}.yaml`, 'utf8')) as object);
  await kubernetes.settled();
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await apply(credentialsSecret());

  const startOperator = async (settings: Partial<Config> = {}): Promise<void> => {
    const own: Life = { dead: false, underWay: 0 };
    life = own;
    operator = await createOperator(
      { ...config, ...settings },
      {
        log,
        access,
        clock,
        workers: options.workers ?? 2,
        random: () => 0.5,
        wrapTransport: (inner) =>
          recordingTransport(
            inner,
            own,
            ({ service, operation, method, url, headers, body }) => {
              const { host, pathname } = new URL(url);
              const at = { index: calls.length, atMs: clock.now() };
              const call: Call = { ...at, service, operation, method, host, path: pathname };
              const tenantId = service === 'kubernetes' ? undefined : tenantOfToken(headers);
              if (tenantId !== undefined) call.tenantId = tenantId;
              if (service === 'fabric' && body !== undefined) call.sent = { body, ifMatch: headers?.['if-match'] };
              calls.push(call);
              callsAtThisMoment += 1;
              return call;
            },
            (call, moment) => {
              // What is written to the cluster changes no cloud.
              if (crowds === 1 && call.service !== 'kubernetes') chronicle.look();
              return interruption?.(call, moment);
            },
          ),
      },
    );
    await operator.start();
  };

  const killOperator = async (): Promise<void> => {
    if (!operator) return;
    life.dead = true;
    const dying = operator;
    operator = undefined;
    // What is on its way arrives; nobody hears the answer.
    for (const endsAt = performance.now() + LONGEST_SETTLING_MS; life.underWay > 0 && performance.now() < endsAt; ) {
      await turn();
    }
    await dying.kill();
    deaths += 1;
  };

  const crashAndRestart = async (): Promise<void> => {
    await killOperator();
    await startOperator();
  };

  const cachesAreCurrent = ({ manager }: Operator): boolean =>
    KNOWN_TYPES.every((type) => {
      const cached = cachedOf(manager, type);
      if (!cached || !manager.follows(type)) return true;
      const stored = kubernetes.objects(resourceName(type));
      const versions = new Map(cached.map((object) => [keyOf(object), object.metadata.resourceVersion]));
      return (
        versions.size === stored.length &&
        stored.every((object) => versions.get(keyOf(object as KubeObject)) === object.metadata.resourceVersion)
      );
    });

  /** Of which operator, and at which state of the store, the caches were found current: a crowd is not compared twice. */
  let comparedAt: { operator: Operator; revision: number } | undefined;
  let lastRevision = -1;
  const isCurrent = (running: Operator): boolean => {
    const revision = kubernetes.revision();
    if (comparedAt?.operator === running && comparedAt.revision === revision) return true;
    // While somebody still writes, comparing thousands would be in vain.
    const isCalm = revision === lastRevision;
    lastRevision = revision;
    if (!isCalm || !cachesAreCurrent(running)) return false;
    comparedAt = { operator: running, revision };
    return true;
  };

  const isQuiet = (): boolean => {
    if (!operator) return true;
    const { manager } = operator;
    return manager.hasSynced() && manager.isLeading() && manager.isIdle() && isCurrent(operator);
  };

  const failure = (why: string): Error => {
    const lines = [
      `${why}, at ${new Date(clock.now()).toISOString()}`,
      ...calls.slice(-40).map(callText),
      ...logs.slice(-10).map(({ level, message, fields }) => `${level} ${message} ${JSON.stringify(fields)}`),
      ...(kubernetes.objects(resourceName(workspacePrivateLinks)) as unknown as WorkspacePrivateLink[]).map(
        ({ metadata, status }) => `${metadata.name}: ${JSON.stringify(status, undefined, 1)}`,
      ),
    ];
    return new Error(lines.join('\n'));
  };

  const settle = async (): Promise<void> => {
    const endsAt = performance.now() + LONGEST_SETTLING_MS * crowds;
    // Twice in a row: between two turns whatever a socket had to say has been said.
    for (let quiet = 0; quiet < 2; ) {
      await turn();
      if (life.dead && operator) await crashAndRestart();
      await simulator.listening();
      quiet = isQuiet() ? quiet + 1 : 0;
      if (callsAtThisMoment > MOST_CALLS_AT_ONCE * crowds)
        throw failure('a busy loop: calls without end in one moment');
      if (performance.now() > endsAt) throw failure('does not settle');
    }
    chronicle.look();
  };

  const moveTo = (atMs: number): void => {
    if (atMs > clock.now()) callsAtThisMoment = 0;
    clock.moveTo(atMs);
    chronicle.look();
  };

  const { stepMs = 1 } = options;
  const rounded = (atMs: number): number => Math.ceil(atMs / stepMs) * stepMs;

  const run: Stage['run'] = async (until, { withinMs, what }) => {
    const endsAtMs = clock.now() + withinMs;
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      await settle();
      if (until()) return;
      const nextAtMs = clock.nextAtMs();
      if (nextAtMs === undefined) throw failure(`waited in vain, and nothing is due any more: ${what}`);
      if (nextAtMs > endsAtMs) throw failure(`waited ${withinMs} ms in vain: ${what}`);
      moveTo(rounded(nextAtMs));
    }
    throw failure(`a busy loop: ${MOST_STEPS} steps without ${what}`);
  };

  return {
    clock,
    simulator,
    kubernetes,
    kube,
    get calls() {
      return calls;
    },
    get logs() {
      return logs;
    },
    get deaths() {
      return deaths;
    },
    births: () => chronicle.births(),
    endings: () => chronicle.endings(),
    forget() {
      calls = [];
      logs = [];
      deaths = 0;
      chronicle.reset();
    },
    onCall(asked) {
      interruption = asked;
    },
    nameserverOf(networkId) {
      const place = simulator.dns.at(networkId);
      if (!place) throw new Error(`no name server for ${networkId}`);
      return { address: place.address, port: place.port };
    },
    apply,
    link: (name = 'sales') =>
      (kubernetes.objects(resourceName(workspacePrivateLinks)) as unknown as WorkspacePrivateLink[]).find(
        ({ metadata }) => metadata.name === name,
      ),
    events: () => kubernetes.objects('events'),
    deleteLink: (name = 'sales') => kube.delete(workspacePrivateLinks, NAMESPACE, name),
    startOperator,
    killOperator,
    crashAndRestart,
    async metrics() {
      return operator ? (await operator.metrics.expose()).text : '';
    },
    settle,
    run,
    async pass(durationMs) {
      const endsAtMs = clock.now() + durationMs;
      for (let steps = 0; steps < MOST_STEPS; steps += 1) {
        await settle();
        const nextAtMs = clock.nextAtMs() ?? endsAtMs;
        if (nextAtMs > endsAtMs) break;
        moveTo(Math.min(endsAtMs, rounded(nextAtMs)));
      }
      moveTo(endsAtMs);
      await settle();
    },
    snapshot: () => ({ nowMs: clock.now(), world: simulator.snapshot(), store: kubernetes.snapshot() }),
    async restore({ nowMs, world, store }) {
      if (operator) throw new Error('kill the operator before the stores are put back');
      clock.reset(nowMs);
      simulator.restore(world);
      kubernetes.restore(store);
      await simulator.listening();
      await kubernetes.settled();
      callsAtThisMoment = 0;
      chronicle.reset();
    },
    async close() {
      await killOperator();
      await person.close();
      await Promise.all([simulator.close(), kubernetes.close()]);
      setDefaultCACertificates(trusted);
      await rm(folder, { recursive: true });
      checkRights(kubernetes.requests());
    },
  };
}

/** What the operator caches of a kind; undefined when it does not. */
function cachedOf(manager: Operator['manager'], type: ResourceType): readonly KubeObject[] | undefined {
  try {
    return manager.cached(type);
  } catch {
    return undefined;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
