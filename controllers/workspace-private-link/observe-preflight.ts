import type { Item, TenantSetting } from '../../operator/clients/fabric/types.ts';
import { same } from './desired-names.ts';
import eligibility from './eligibility.json' with { type: 'json' };
import limitations from './limitations.json' with { type: 'json' };
import { blindness, type Context, settled } from './reading.ts';
import type { InboundFacts, OutboundFacts, PreflightItem, ServiceFacts } from './types.ts';

export type Preflight = { fact: InboundFacts['preflight']; items: readonly PreflightItem[]; unread: readonly string[] };

/**
 * What stands in the way of denying public access, and what stops working with it, from dated data. Suspects never
 * block: the service is the judge. Workspace-scoped, so only read while the workspace is open.
 */
export async function observePreflight(context: Context, capacity: ServiceFacts['capacity']): Promise<Preflight> {
  const { clients, desired } = context;
  const inPipeline = (ids: readonly string[]) => ids.some((id) => same(id, desired.workspaceId));
  const [items, pipelines] = await Promise.all([
    settled(
      context,
      'the items of the workspace',
      (call) => clients.fabric.items(desired.workspaceId, call),
      () => true,
    ),
    settled(
      context,
      'the deployment pipelines',
      (call) => clients.fabric.deploymentPipelineWorkspaces(call),
      (ids) => !inPipeline(ids),
    ),
  ]);
  const blocking: PreflightItem[] = [];
  if (inPipeline(pipelines.value ?? [])) {
    blocking.push({
      code: 'InDeploymentPipeline',
      severity: 'Blocks',
      message: 'the workspace is a stage of a deployment pipeline, which cannot be restricted; unassign it there first',
    });
  }
  if (['trial', 'premium', 'otherSku', 'none'].includes(capacity)) {
    blocking.push({
      code: 'CapacityNotEligible',
      severity: 'Blocks',
      message: 'only workspaces on an F capacity can be restricted; assign the workspace to one',
    });
  }
  return {
    fact: blocking.length > 0 ? 'blocked' : 'clear',
    items: [...blocking, ...suspects(items.value ?? []), ...affected(items.value ?? []), ...general()],
    unread: [items, pipelines].flatMap(({ fault }) => (fault ? [`${fault.about}: ${fault.error.message}`] : [])),
  };
}

/** Default semantic models are not marked (cloud-apis 24): one that bears the name of its parent is a suspect, no more. */
function suspects(items: readonly Item[]): readonly PreflightItem[] {
  const parents = items.filter(({ type }) => eligibility.itemsWithDefaultSemanticModel.includes(type));
  const names = new Set(parents.map(({ displayName }) => displayName));
  return items
    .filter(({ type, displayName }) => type === 'SemanticModel' && names.has(displayName))
    .map(({ displayName }) => ({
      code: 'DefaultSemanticModelSuspect',
      severity: 'Degrades' as const,
      item: displayName,
      message:
        'looks like the default semantic model of an item of the same name; if Fabric refuses the restriction, this is the first suspect: remove it, deny access, then create the item again',
    }));
}

function affected(items: readonly Item[]): readonly PreflightItem[] {
  return limitations.items.flatMap(({ code, types, message }) =>
    items
      .filter(({ type }) => types.includes(type))
      .map(({ displayName, type }) => ({
        code,
        severity: 'Degrades' as const,
        item: `${displayName} (${type})`,
        message,
      })),
  );
}

const general = (): readonly PreflightItem[] =>
  limitations.workspace.map(({ code, message }) => ({ code, severity: 'Degrades' as const, message }));

/** What a person should know after the denial too, without reading anything of the workspace. */
export const lastingItems = general;

export type TenantSeen = {
  inbound: InboundFacts['tenant'];
  outbound: OutboundFacts['tenant'];
  unread: readonly string[];
};

/** The tenant's switches (cloud-apis 2.4). Few identities may read them; then the service answers for itself. */
export async function observeTenant(context: Context): Promise<TenantSeen> {
  const settings = await settled(
    context,
    'the tenant settings',
    (call) => context.clients.fabric.tenantSettings(call),
    (list) => tenantFacts(list).inbound === 'clear' && tenantFacts(list).outbound === 'clear',
  );
  if (!settings.fault) return { ...tenantFacts(settings.value), unread: [] };
  const unread = [`${settings.fault.about}: ${settings.fault.error.message}`];
  // What may not be read stays so, and holds up nothing; what failed to be read is known in a moment.
  const why = blindness(settings.fault);
  return { inbound: why, outbound: why, unread };
}

function tenantFacts(list: readonly TenantSetting[]): Omit<TenantSeen, 'unread'> {
  const { inbound, outbound, publicBlock } = eligibility.tenantSettings;
  const enabled = (name: string) => list.find(({ settingName }) => settingName === name)?.enabled;
  const switched = (name: string) => (enabled(name) === undefined ? 'refused' : enabled(name) ? 'clear' : 'settingOff');
  const blocked = enabled(publicBlock) === true && switched(inbound) !== 'settingOff';
  return { inbound: blocked ? 'blocked' : switched(inbound), outbound: switched(outbound) };
}
