import type { FabricConduct } from './behaviours.ts';
import type { Workspace } from './types.ts';
import type { FabricWorld } from './world.ts';

/** Item types documented as working with workspace-level private links (section 5.4 [D]; KQLDatabase is part of an Eventhouse [I]). */
const SUPPORTED_ITEM_TYPES = new Set([
  'Lakehouse',
  'SQLEndpoint',
  'Shortcut',
  'Notebook',
  'SparkJobDefinition',
  'Environment',
  'MLExperiment',
  'MLModel',
  'DataPipeline',
  'CopyJob',
  'MountedDataFactory',
  'Warehouse',
  'WarehouseSnapshot',
  'Dataflow',
  'VariableLibrary',
  'MirroredDatabase',
  'Eventstream',
  'Eventhouse',
  'KQLDatabase',
]);

/** F SKU, neither P nor trial (sections 5.5, 7.1 [D]). */
export function onFabricSku(fabric: FabricWorld, workspace: Workspace): boolean {
  const capacity = fabric.capacities[(workspace.capacityId ?? '').toLowerCase()];
  return capacity !== undefined && /^F\d+$/.test(capacity.sku);
}

export function inDeploymentPipeline(fabric: FabricWorld, workspace: Workspace): boolean {
  const id = workspace.id.toLowerCase();
  return Object.values(fabric.pipelines).some(({ stages }) =>
    stages.some((stage) => stage.workspaceId?.toLowerCase() === id),
  );
}

/** Default semantic models bear no mark in the API; any SemanticModel of before the restriction blocks it. */
export function unsupportedItems(workspace: Workspace): string[] {
  return Object.values(workspace.items)
    .filter((item) => !item.createdRestricted && !SUPPORTED_ITEM_TYPES.has(item.type))
    .map((item) => item.displayName);
}

/** Whether the service would refuse inbound Deny with InboundRestrictionNotEligible because of the workspace itself. */
export function refusesRestriction(
  fabric: FabricWorld,
  workspace: Workspace,
  { switches }: Pick<FabricConduct, 'switches'>,
): boolean {
  return (
    (switches.requireFabricSku && !onFabricSku(fabric, workspace)) ||
    (switches.refuseDeploymentPipeline && inDeploymentPipeline(fabric, workspace)) ||
    (switches.refuseUnsupportedItems && unsupportedItems(workspace).length > 0)
  );
}
