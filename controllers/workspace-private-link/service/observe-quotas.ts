import { workspacePrivateLinks } from '../../../crds/workspace-private-link.ts';
import { attempt } from '../../../operator/runtime/reading.ts';
import { same } from '../desired-names.ts';
import { type Context, UNSETTLED_MS } from '../reading.ts';
import type { PrivateEndpointConnection, PrivateLinkService, WorkspacePrivateLink } from '../types.ts';
import { isUsedUp, quotasOf } from './desired-quotas.ts';

/** Beyond this many the count is not worth its reads: it is a lower bound in any case. */
const MOST_SUBSCRIPTIONS = 100;

/** Why a creation would be refused, in words; undefined while nothing that can be seen speaks against it. */
type QuotaSeen = { usedUp: string | undefined };

/**
 * Private link services of the tenant, counted in every subscription that an object of this cluster names for it. That
 * is a lower bound: what others have elsewhere shows only in Azure's own refusal. What cannot be read counts nothing.
 */
export async function observeServiceQuota(context: Context): Promise<QuotaSeen> {
  const { services } = quotasOf(context.pass.resource);
  const subscriptions = subscriptionsOf(context);
  const shared = await countServices(context, subscriptions, context.call);
  if (!isUsedUp(shared, services)) return { usedUp: undefined };
  // A list may be minutes old, and nobody is refused on the word of an old list.
  const maxAgeMs = context.deps.clock.scaled(UNSETTLED_MS);
  const fresh = await countServices(context, subscriptions, { ...context.call, maxAgeMs });
  const where = subscriptions.length === 1 ? 'subscription' : 'subscriptions';
  return {
    usedUp: isUsedUp(fresh, services)
      ? `${fresh} of ${services}, counted in the ${subscriptions.length} ${where} that objects of this cluster name`
      : undefined,
  };
}

async function countServices(
  context: Context,
  subscriptions: readonly string[],
  call: Context['call'],
): Promise<number> {
  const lists = await Promise.all(
    subscriptions.map((subscriptionId) =>
      attempt(context, 'the private link services', () =>
        context.clients.arm.privateLinkServices.list(subscriptionId, call),
      ),
    ),
  );
  const isCounted = ({ tenantId, provisioningState }: PrivateLinkService) =>
    same(tenantId, context.desired.tenantId) && provisioningState === 'Succeeded';
  return lists.flatMap(({ value }) => value?.value ?? []).filter(isCounted).length;
}

function subscriptionsOf({ pass, desired }: Context): readonly string[] {
  const ofTenant = pass
    .cached<WorkspacePrivateLink>(workspacePrivateLinks)
    .filter(({ spec }) => same(spec.tenantId, desired.tenantId))
    .map(({ spec }) => spec.service.subscriptionId.toLowerCase());
  return [...new Set([desired.service.scope.subscriptionId.toLowerCase(), ...ofTenant])].slice(0, MOST_SUBSCRIPTIONS);
}

/** Private endpoints of the workspace: connections that carry something, or ask to. Rejected ones may count, too; Azure knows. */
export function endpointQuota(
  { pass }: Pick<Context, 'pass'>,
  resourceId: string,
  connections: readonly PrivateEndpointConnection[],
): QuotaSeen {
  const { endpoints } = quotasOf(pass.resource);
  const isCounted = ({ status, privateEndpointId }: PrivateEndpointConnection) =>
    (status === 'Pending' || status === 'Approved') && !same(privateEndpointId, resourceId);
  const count = connections.filter(isCounted).length;
  return { usedUp: isUsedUp(count, endpoints) ? `${count} of ${endpoints} are connected or ask to be` : undefined };
}
