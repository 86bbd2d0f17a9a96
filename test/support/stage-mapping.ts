import type { CrossTenantMapping } from '../../crds/cross-tenant-mapping.ts';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { resourceName } from '../../operator/clients/kube/resources.ts';
import type { Condition } from '../../operator/clients/kube/types.ts';
import { addTenant } from '../../simulator/builders.ts';
import { declareTenantSetting } from '../../simulator/fabric/build.ts';
import { MAPPING_CHOICES, type MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import { consent, enrolProvider } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { CrossTenantMapping as SimulatedMapping } from '../../simulator/fabric/types.ts';
import { fabricApplicationIn, grantPermissions } from '../../simulator/graph/directory.ts';
import type { World } from '../../simulator/world.ts';
import { type Stage, startStage } from './stage.ts';
import { HOUR_MS } from './stage-link.ts';
import type { StageOptions } from './stage-types.ts';
import { NAMESPACE, OPERATOR_APP, stageWorld, TENANT } from './stage-world.ts';

/** What scenarios about guests of other tenants need beside the stage: Fabrikam's people, and a provider that may map them. */

export const FABRIKAM = 'fab00000-0000-4000-8000-00000000000f';

type Guest = CrossTenantMapping['spec']['guest'];

export const ANA: Guest = {
  tenantId: FABRIKAM,
  type: 'User',
  objectId: '70000000-0000-4000-8000-00000000000a',
  userPrincipalName: 'ana@fabrikam.example',
};
export const LOADER: Guest = {
  tenantId: FABRIKAM,
  type: 'ServicePrincipal',
  objectId: '70000000-0000-4000-8000-00000000000b',
};
export const ANALYSTS: Guest = {
  tenantId: FABRIKAM,
  type: 'Group',
  objectId: '70000000-0000-4000-8000-00000000000d',
  email: 'analysts@fabrikam.example',
};

/** The stage's world with a provider that Microsoft enrolled and that may do everything; nobody has consented. */
export function mappingWorld(): World {
  const world = stageWorld();
  addTenant(world, FABRIKAM);
  enrolProvider(world, TENANT);
  declareTenantSetting(world, TENANT, 'AllowServicePrincipalsUseWriteAdminAPIs', true);
  grantPermissions(world, TENANT, fabricApplicationIn(world, TENANT).id, ['Group.Create']);
  grantPermissions(world, TENANT, OPERATOR_APP.objectId, ['Application.Read.All', 'Group.Read.All']);
  for (const guest of [ANA, LOADER, ANALYSTS]) {
    const { tenantId, objectId, userPrincipalName, email } = guest;
    world.entra.guests.push({
      tenantId,
      objectId,
      type: guest.type === 'Group' ? 'Group' : 'User',
      ...(userPrincipalName && { userPrincipalName }),
      ...(email && { email }),
      ...(guest.type === 'Group' && { members: [ANA.objectId] }),
    });
  }
  return world;
}

/** The same after Fabrikam's administrator has consented. */
export async function startMappingStage(
  choices: Partial<MappingChoices> = {},
  options: StageOptions = {},
): Promise<Stage> {
  const world = options.world ?? mappingWorld();
  if (!options.world) consent(world, FABRIKAM, TENANT);
  return startStage({
    ...options,
    world,
    adjust(conduct) {
      Object.assign(conduct.fabric.choices, choices);
      options.adjust?.(conduct);
    },
  });
}

type Spec = Partial<Record<keyof CrossTenantMapping['spec'], unknown>>;

export const mappingManifest = (guest: Guest, spec: Spec = {}, name = 'guest', namespace = NAMESPACE) => ({
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'CrossTenantMapping',
  metadata: { name, namespace },
  spec: { tenantId: TENANT, guest, ...spec },
});

export const mappingIn = (stage: Stage, name = 'guest'): CrossTenantMapping | undefined =>
  (stage.kubernetes.objects(resourceName(crossTenantMappings)) as unknown as CrossTenantMapping[]).find(
    ({ metadata }) => metadata.name === name,
  );

export const mappingCondition = (stage: Stage, type: string, name = 'guest'): Condition | undefined =>
  mappingIn(stage, name)?.status?.conditions?.find((condition) => condition.type === type);

/** `status reason` of a condition, for assertions that read like a sentence. */
export function mappingSaid(stage: Stage, type: string, name = 'guest'): string {
  const condition = mappingCondition(stage, type, name);
  return condition ? `${condition.status} ${condition.reason}` : 'nothing';
}

export const isMappingReady = (stage: Stage, name = 'guest'): boolean => {
  const condition = mappingCondition(stage, 'Ready', name);
  return condition?.status === 'True' && condition.observedGeneration === mappingIn(stage, name)?.metadata.generation;
};

export const playUntilMappingReady = (stage: Stage, name = 'guest'): Promise<void> =>
  stage.run(() => isMappingReady(stage, name), { withinMs: 6 * HOUR_MS, what: `${name} is Ready` });

export const playUntilMappingGone = (stage: Stage, name = 'guest'): Promise<void> =>
  stage.run(() => mappingIn(stage, name) === undefined, { withinMs: 30 * HOUR_MS, what: `${name} is gone` });

export const playUntilMappingSaid = (stage: Stage, reason: string, type = 'Ready', name = 'guest'): Promise<void> =>
  stage.run(() => mappingCondition(stage, type, name)?.reason === reason, {
    withinMs: 40 * HOUR_MS,
    what: `${name} says ${reason}`,
  });

export const deleteMappingObject = (stage: Stage, name = 'guest'): Promise<void> =>
  stage.kube.delete(crossTenantMappings, NAMESPACE, name);

/** What a person changes with `kubectl patch` or `annotate`. */
export const changeMapping = (stage: Stage, body: object, name = 'guest') =>
  stage.kube.patch(crossTenantMappings, NAMESPACE, name, { type: 'merge', body, fieldManager: 'person' });

/** From now on Fabric answers so; what is not named, as at first. */
export const chooseAnswers = (stage: Stage, choices: Partial<MappingChoices>): void =>
  void Object.assign(stage.simulator.cloud.conduct.fabric.choices, MAPPING_CHOICES, choices);

/** Rows as Fabric keeps them: live ones, and those that are deleted and still listed. */
export const rowsIn = (stage: Stage): SimulatedMapping[] => Object.values(stage.simulator.world.fabric.mappings);

export const liveRows = (stage: Stage): SimulatedMapping[] =>
  rowsIn(stage).filter(({ deletedAtMs }) => deletedAtMs === undefined);

/** Calls of the mapping API, as `POST` or `GET`. */
export const mappingCalls = (stage: Stage, method?: string) =>
  stage.calls.filter((call) => call.path.includes('/crosstenantauth/mappings') && (!method || call.method === method));
