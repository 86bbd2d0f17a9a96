import type { TenantSetting } from '../../../operator/clients/fabric/types.ts';
import { blindness } from '../../../operator/runtime/reading.ts';
import { same } from '../desired-names.ts';
import eligibility from '../eligibility.json' with { type: 'json' };
import { type Context, settled } from '../reading.ts';
import type { InboundFacts, OutboundFacts, PreflightItem, ServiceFacts } from '../types.ts';
import { findings } from './desired-preflight.ts';

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
  const found = findings({
    spec: context.pass.resource.spec,
    capacity,
    items: items.value,
    stages: pipelines.value,
  });
  return {
    fact: found.some(({ severity }) => severity === 'Blocks') ? 'blocked' : 'clear',
    items: found,
    unread: [items, pipelines].flatMap(({ fault }) => (fault ? [`${fault.about}: ${fault.error.message}`] : [])),
  };
}

/** What a person should know after the denial too, without reading anything of the workspace. */
export const lastingItems = ({ pass }: Pick<Context, 'pass'>): readonly PreflightItem[] =>
  findings({ spec: pass.resource.spec, capacity: 'eligible', items: undefined, stages: undefined });

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
