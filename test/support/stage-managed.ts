import type { ManagedPrivateEndpoint } from '../../crds/managed-private-endpoint.ts';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { resourceName } from '../../operator/clients/kube/resources.ts';
import type { Condition } from '../../operator/clients/kube/types.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import type { ManagedEndpoint } from '../../simulator/fabric/types.ts';
import type { Stage } from './stage.ts';
import { bringToReady, HOUR_MS } from './stage-link.ts';
import type { StageSnapshot } from './stage-types.ts';
import { FINANCE, NAMESPACE, SALES, TENANT } from './stage-world.ts';

/** What scenarios about managed private endpoints need beside the stage: finance reaches sales. */

type Spec = Partial<Record<keyof ManagedPrivateEndpoint['spec'], unknown>>;

export function managedManifest(spec: Spec = {}, name = 'to-sales', namespace = NAMESPACE) {
  return {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'ManagedPrivateEndpoint',
    metadata: { name, namespace },
    spec: {
      tenantId: TENANT,
      workspaceId: FINANCE,
      target: { workspacePrivateLinkRef: { name: 'sales' }, expectedWorkspaceId: SALES },
      ...spec,
    },
  };
}

/** Where Fabric keeps the managed network of finance. */
const MICROSOFTS = '88888888-0000-4000-8000-000000000008';

/** Sales has its private link service and is closed; nobody asks for it yet. */
export async function closeSales(stage: Stage): Promise<StageSnapshot> {
  await bringToReady(stage, { endpoints: [], inbound: undefined, outbound: undefined });
  policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Deny' });
  // Else a subscription of chance, at the first request.
  stage.simulator.world.fabric.managedSubscriptions[FINANCE] = MICROSOFTS;
  await stage.killOperator();
  return stage.snapshot();
}

export const AUTO = { approval: { mode: 'Auto' } } as const;

export const managedIn = (stage: Stage, name = 'to-sales'): ManagedPrivateEndpoint | undefined =>
  (stage.kubernetes.objects(resourceName(managedPrivateEndpoints)) as unknown as ManagedPrivateEndpoint[]).find(
    ({ metadata }) => metadata.name === name,
  );

export const managedCondition = (stage: Stage, type: string, name = 'to-sales'): Condition | undefined =>
  managedIn(stage, name)?.status?.conditions?.find((condition) => condition.type === type);

/** `status reason` of a condition, for assertions that read like a sentence. */
export function managedSaid(stage: Stage, type: string, name = 'to-sales'): string {
  const condition = managedCondition(stage, type, name);
  return condition ? `${condition.status} ${condition.reason}` : 'nothing';
}

export const isManagedReady = (stage: Stage, name = 'to-sales'): boolean => {
  const condition = managedCondition(stage, 'Ready', name);
  return condition?.status === 'True' && condition.observedGeneration === managedIn(stage, name)?.metadata.generation;
};

export const playUntilManagedReady = (stage: Stage, name = 'to-sales'): Promise<void> =>
  stage.run(() => isManagedReady(stage, name), { withinMs: 3 * HOUR_MS, what: `${name} is Ready` });

export const playUntilManagedGone = (stage: Stage, name = 'to-sales'): Promise<void> =>
  stage.run(() => managedIn(stage, name) === undefined, { withinMs: 6 * HOUR_MS, what: `${name} is gone` });

export const playUntilSaid = (stage: Stage, reason: string, name = 'to-sales'): Promise<void> =>
  stage.run(() => managedCondition(stage, 'Ready', name)?.reason === reason, {
    withinMs: 3 * HOUR_MS,
    what: `${name} says ${reason}`,
  });

export const deleteManaged = (stage: Stage, name = 'to-sales'): Promise<void> =>
  stage.kube.delete(managedPrivateEndpoints, NAMESPACE, name);

/** As Fabric has it; undefined when there is none of that name. */
export const rowIn = (stage: Stage, name = 'to-sales'): ManagedEndpoint | undefined =>
  Object.values(stage.simulator.world.fabric.managedEndpoints).find((row) => row.name === name);
