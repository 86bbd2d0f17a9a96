// A fleet on stage: clouds and cluster each in a process of their own, and the settings that an operator needs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { connect, type DemoCluster } from '../../scripts/demo/cluster.ts';
import { declareTenantSetting } from '../../simulator/fabric/build.ts';
import { type Stage, startStage } from '../stage/ask.ts';
import type { CloudQuestions, CloudsReady, ClusterQuestions, ClusterReady } from '../stage/messages.ts';
import { type Operator, type OperatorOptions, startOperator } from '../stage/operator.ts';
import { type Fleet, multiply } from './multiply.ts';
import type { FleetSize } from './names.ts';
import type { Template } from './template.ts';

export type Stages = {
  clouds: Stage<CloudQuestions, CloudsReady>;
  cluster: Stage<ClusterQuestions, ClusterReady>;
  /** The bench's own hands on the cluster. */
  kube: DemoCluster['kube'];
  operator(options?: Partial<OperatorOptions>): Operator;
  close(): Promise<void>;
};

export type StagesOptions = {
  template: Template;
  size: FleetSize;
  /** Whether the operator's identities may read the admin inventory of their tenants. */
  inventory: boolean;
  speed?: number;
};

const INVENTORY_SETTING = 'AllowServicePrincipalsUseReadAdminAPIs';

export async function startStages({ template, size, inventory, speed = 1 }: StagesOptions): Promise<Stages> {
  const folder = await mkdtemp(join(tmpdir(), 'fabric-link-bench-'));
  const files = { world: join(folder, 'world'), store: join(folder, 'store') };
  const fleet: Fleet = multiply(template, size);
  if (!inventory) {
    for (const tenantId of Object.keys(fleet.world.entra.tenants)) {
      declareTenantSetting(fleet.world, tenantId, INVENTORY_SETTING, false);
    }
  }
  await Promise.all([writeFile(files.world, serialize(fleet.world)), writeFile(files.store, serialize(fleet.store))]);
  const clouds = await startStage<CloudQuestions, CloudsReady>('bench/stage-clouds.ts', [files.world, String(speed)]);
  const cluster = await startStage<ClusterQuestions, ClusterReady>('bench/stage-cluster.ts', [files.store]);
  const [caFile, kubeconfig] = [join(folder, 'ca.pem'), join(folder, 'kubeconfig')];
  await Promise.all([
    writeFile(caFile, clouds.ready.ca),
    writeFile(kubeconfig, cluster.ready.kubeconfig, { mode: 0o600 }),
  ]);
  const hands = await connect(kubeconfig);
  const operators: Operator[] = [];
  return {
    clouds,
    cluster,
    kube: hands.kube,
    operator(options = {}) {
      const operator = startOperator({ settings: clouds.ready.env, kubeconfig, caFile, ...options });
      operators.push(operator);
      return operator;
    },
    async close() {
      await Promise.all(operators.map((operator) => operator.stop()));
      await hands.close();
      await Promise.all([clouds.close(), cluster.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
