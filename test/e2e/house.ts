// One API server, simulated clouds and operator processes that act there as the chart's ServiceAccount.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { CONFIG_MAPS, NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';
import { createTransport } from '../../operator/clients/transport.ts';
import { CRDS } from '../../scripts/demo/cluster.ts';
import { type Simulator, startSimulator } from '../../simulator/start.ts';
import type { World } from '../../simulator/world.ts';
import { missing, NAMESPACE as OPERATOR_NAMESPACE, only, render, tool, type Values } from '../chart/chart.ts';
import { type Grant, grantsOf } from '../chart/grants.ts';
import { type Process, startProcess } from '../support/stage-process.ts';
import { eventually as poll } from '../support/virtual-clock.ts';
import type { Call } from './calls.ts';
import type { Server } from './servers.ts';

export const CUSTOM = [workspacePrivateLinks, managedPrivateEndpoints, crossTenantMappings];
export const helm = await tool('helm');
/** Why the operator cannot be given the chart's roles here; undefined where it can. */
export const NO_ROLES = helm ? undefined : missing('helm');
export { OPERATOR_NAMESPACE };

const rbac = (plural: string, kind: string, namespaced: boolean): ResourceType => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced,
});
/** Of the chart's release, in a watched namespace. */
export const ROLE_BINDINGS = rbac('rolebindings', 'RoleBinding', true);
const KNOWN: ResourceType[] = [
  ...CUSTOM,
  NAMESPACES,
  SECRETS,
  CONFIG_MAPS,
  CRDS,
  { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  rbac('clusterroles', 'ClusterRole', false),
  rbac('clusterrolebindings', 'ClusterRoleBinding', false),
  rbac('roles', 'Role', true),
  ROLE_BINDINGS,
];
/** Of the chart, what decides who may do what; the rest needs a kubelet. */
const RIGHTS = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

const ESTABLISHED_WITHIN_MS = 15_000;
/** Each look costs the server something. */
const POLL_MS = 50;

/** Waits until `condition` holds, looking a few times a second. */
export const eventually = (
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs: number,
  pollMs = POLL_MS,
) => poll(condition, what, withinMs, pollMs);

export type House = {
  simulator: Simulator;
  /** An administrator. */
  kube: KubeClient;
  serviceAccount: string;
  /** What the operator may do. */
  grants: readonly Grant[];
  /** The chart's roles with these values, besides what was given before. */
  give(values: Values): Promise<void>;
  /** Server-side apply, as `manager` (default person) and by force. */
  apply(object: KubeObject, manager?: string): Promise<KubeObject>;
  /** A process that has its own name, the ServiceAccount's token, and `more` settings. */
  startOperator(podName: string, more?: Record<string, string>): Promise<Process>;
  /** What the operator's processes have asked the API server for. */
  calls(): Promise<Call[]>;
  close(): Promise<void>;
};

export type HouseOptions = { world: World; speed: number; values?: Values; namespaces?: readonly string[] };

export async function openHouse(server: Server, options: HouseOptions): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'e2e-house-'));
  const simulator = await startSimulator({ world: options.world, speed: options.speed });
  const authorities = join(folder, 'ca.pem');
  await writeFile(authorities, simulator.ca);
  const access = await kubeconfigAccess(server.kubeconfigPath);
  const transport = createTransport({ tls: { kubernetes: () => access.tls() } });
  const kube = createKubeClient({ transport, access, userAgent: 'person' });
  const processes: Process[] = [];

  const apply = (object: KubeObject, fieldManager = 'person') => {
    const type = KNOWN.find(({ kind }) => kind === object.kind);
    if (!type) throw new Error(`what is a ${object.kind}?`);
    const { namespace = '', name } = object.metadata;
    return kube.patch(type, namespace, name, { type: 'apply', body: object, fieldManager, force: true });
  };

  for (const { plural } of CUSTOM) {
    await apply(parse(await readFile(`crds/${plural}.yaml`, 'utf8')) as KubeObject);
  }
  const isServed = (type: ResourceType) =>
    kube.list(type, { limit: 1 }).then(
      () => true,
      () => false,
    );
  for (const type of CUSTOM) await eventually(() => isServed(type), `${type.plural} are served`, ESTABLISHED_WITHIN_MS);
  for (const name of [OPERATOR_NAMESPACE, ...(options.namespaces ?? [])]) {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const grants: Grant[] = [];
  let serviceAccount = '';
  const give = async (values: Values) => {
    const rendered = (await render(helm!, values)).filter(({ kind }) => RIGHTS.includes(kind));
    for (const object of rendered) await apply(object);
    serviceAccount = only(rendered, 'ServiceAccount').metadata.name;
    grants.push(...grantsOf(rendered));
  };
  await give(options.values ?? {});

  return {
    simulator,
    kube,
    serviceAccount,
    grants,
    apply,
    give,
    async startOperator(podName, more = {}) {
      const process = startProcess({
        ...simulator.env,
        KUBECONFIG: await server.podAccess(OPERATOR_NAMESPACE, serviceAccount),
        NODE_EXTRA_CA_CERTS: authorities,
        POD_NAME: podName,
        POD_NAMESPACE: OPERATOR_NAMESPACE,
        FABRICLINK_METRICS_ADDRESS: '0',
        FABRICLINK_HEALTH_ADDRESS: '0',
        ...more,
      });
      processes.push(process);
      return process;
    },
    calls: () => server.calls(OPERATOR_NAMESPACE, serviceAccount),
    async close() {
      for (const process of processes) if (process.exitCode() === undefined) process.signal('SIGKILL');
      await Promise.all(processes.map((process) => process.ended()));
      await transport.close();
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
