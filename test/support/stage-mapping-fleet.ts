import type { CrossTenantMapping } from '../../crds/cross-tenant-mapping.ts';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { resourceName } from '../../operator/clients/kube/resources.ts';
import { addApp, addTenant } from '../../simulator/builders.ts';
import { addCapacity, addItem, addWorkspace, declareTenantSetting } from '../../simulator/fabric/build.ts';
import type { MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import { consent, enrolProvider } from '../../simulator/fabric/mapping-out-of-band.ts';
import { fabricApplicationIn, grantPermissions } from '../../simulator/graph/directory.ts';
import { emptyWorld, type World } from '../../simulator/world.ts';
import { type Stage, startStage } from './stage.ts';

/**
 * A fleet of guests of one provider, whose one identity makes all calls. The namespaces differ in size: the first has
 * half of what is left, the next half of that, and the last is the smallest.
 */
export type MappingFleet = { mappings: number; namespaces: number; guestTenants: number; workspaces: number };

/** Of each so many one is a group; of each so many one has a role, a string, and a look into the directory. */
const EACH_GROUP = 10;
const EACH_SERVED = 5;
const SECRET = 'planted-not-a-real-secret';
const guid = (kind: string, number = 0) => `${kind}00000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
const PROVIDER = guid('a11');
const [CLIENT, PRINCIPAL] = [guid('c33'), guid('d44')];
const guestTenant = (number: number) => guid('fab', number);
const workspaceOf = (number: number) => guid('f66', number);
const warehouseOf = (number: number) => guid('3a4', number);

export const namespaceName = (number: number): string => `guests-${number}`;
/** Which namespace the nth mapping lies in. */
export function namespaceOf({ mappings, namespaces }: MappingFleet, index: number): string {
  let left = mappings;
  let end = 0;
  for (let number = 0; number < namespaces - 1; number += 1) {
    left = Math.floor(left / 2);
    end += left;
    if (index < end) return namespaceName(number);
  }
  return namespaceName(namespaces - 1);
}

type Guest = CrossTenantMapping['spec']['guest'];

export const isGroup = (index: number): boolean => index % EACH_GROUP === 0;
export const isServed = (index: number): boolean => index % EACH_SERVED === 0;

function guestOf({ guestTenants }: MappingFleet, index: number): Guest {
  const tenantId = guestTenant(index % guestTenants);
  const objectId = guid('70a', index);
  return isGroup(index)
    ? { tenantId, objectId, type: 'Group', email: `team-${index}@guest.example` }
    : { tenantId, objectId, type: 'User', userPrincipalName: `guest-${index}@guest.example` };
}

/** `spare`: guests that exist, and whom nobody maps yet. */
function worldOf(fleet: MappingFleet, spare: number): World {
  const world = emptyWorld();
  addTenant(world, PROVIDER);
  addApp(world, { tenantId: PROVIDER, clientId: CLIENT, objectId: PRINCIPAL, secret: SECRET });
  enrolProvider(world, PROVIDER);
  for (const setting of [
    'ServicePrincipalAccessGlobalAPIs',
    'AllowServicePrincipalsUseReadAdminAPIs',
    'AllowServicePrincipalsUseWriteAdminAPIs',
  ]) {
    declareTenantSetting(world, PROVIDER, setting, true);
  }
  grantPermissions(world, PROVIDER, fabricApplicationIn(world, PROVIDER).id, ['Group.Create']);
  grantPermissions(world, PROVIDER, PRINCIPAL, ['Application.Read.All', 'Group.Read.All', 'GroupMember.Read.All']);
  const { id: capacityId } = addCapacity(world, { tenantId: PROVIDER, id: guid('e55') });
  for (let workspace = 0; workspace < fleet.workspaces; workspace += 1) {
    const id = workspaceOf(workspace);
    addWorkspace(world, { tenantId: PROVIDER, capacityId, id, roles: { [PRINCIPAL]: 'Admin' } });
    addItem(world, id, { type: 'Warehouse', id: warehouseOf(workspace) });
  }
  for (let tenant = 0; tenant < fleet.guestTenants; tenant += 1) {
    addTenant(world, guestTenant(tenant));
    consent(world, guestTenant(tenant), PROVIDER);
  }
  for (let index = 0; index < fleet.mappings + spare; index += 1) {
    const { type, ...guest } = guestOf(fleet, index);
    const isTeam = type === 'Group';
    world.entra.guests.push({
      ...guest,
      type: isTeam ? 'Group' : 'User',
      ...(isTeam && { members: [guid('70b', index)] }),
    });
  }
  return world;
}

/** The nth guest of the fleet, in its own namespace unless told otherwise. */
export function fleetManifest(fleet: MappingFleet, index: number, namespace = namespaceOf(fleet, index)): object {
  const workspace = (index / EACH_SERVED) % fleet.workspaces;
  const served = {
    principalLookup: 'Graph',
    grants: [{ workspaceId: workspaceOf(workspace), role: 'Viewer' }],
    connectionStrings: [{ name: 'sales', workspaceId: workspaceOf(workspace), warehouseId: warehouseOf(workspace) }],
    publishTo: { configMapName: `connection-${index}` },
  };
  return {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'CrossTenantMapping',
    metadata: { name: `guest-${index}`, namespace },
    spec: { tenantId: PROVIDER, guest: guestOf(fleet, index), ...(isServed(index) && served) },
  };
}

export type MappingFleetOptions = {
  choices?: Partial<MappingChoices>;
  pageSize?: number;
  stepMs?: number;
  spare?: number;
};

/** Everything is applied; the operator is still down. */
export async function stageMappingFleet(
  fleet: MappingFleet,
  { choices = {}, pageSize, stepMs = 1, spare = 1 }: MappingFleetOptions = {},
): Promise<Stage> {
  const stage = await startStage({
    world: worldOf(fleet, spare),
    workers: 16,
    // Each makes dozens of calls of the cluster in its first moment: a busy machine takes its time to settle.
    objects: fleet.mappings * 5,
    stepMs,
    adjust(conduct) {
      Object.assign(conduct.fabric.choices, choices, pageSize !== undefined && { pageSize });
    },
  });
  for (let number = 0; number < fleet.namespaces; number += 1) {
    const namespace = namespaceName(number);
    await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await stage.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'fabriclink-credentials', namespace },
      stringData: { AZURE_TENANT_ID: PROVIDER, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: SECRET },
    });
  }
  for (let index = 0; index < fleet.mappings; index += 1) await stage.apply(fleetManifest(fleet, index));
  return stage;
}

export const mappingFleetIn = (stage: Stage): CrossTenantMapping[] =>
  stage.kubernetes.objects(resourceName(crossTenantMappings)) as unknown as CrossTenantMapping[];

export const isReady = ({ status }: CrossTenantMapping): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

export const readyMappings = (stage: Stage): number => mappingFleetIn(stage).filter(isReady).length;
