import type { Cloud } from '../cloud.ts';
import type { Token } from '../entra/types.ts';
import { keyOf } from './ids.ts';

/** Whether a principal may do `action` at `scope` (an ARM id or a prefix of one), by the grants in force now. */
export function isAllowed(
  { world, clock, conduct }: Cloud,
  principalId: string,
  action: string,
  scope: string,
): boolean {
  if (!conduct.arm.switches.requireAuthorization) return true;
  const at = keyOf(scope);
  return world.arm.grants.some((grant) => {
    if (grant.principalId.toLowerCase() !== principalId.toLowerCase()) return false;
    if (conduct.arm.switches.delayGrants && grant.effectiveAtMs > clock.now()) return false;
    const from = keyOf(grant.scope);
    const covers = at === from || at.startsWith(`${from}/`);
    return covers && grant.actions.some((pattern) => matches(pattern, action));
  });
}

/** `*` stands for any text, as in role definitions. */
function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${expression}$`, 'i').test(action);
}

/** Entra tenant that owns the subscription of an ARM id. */
export function tenantOfId({ world }: Cloud, armId: string): string | undefined {
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(armId)?.[1]?.toLowerCase();
  return subscriptionId === undefined ? undefined : world.arm.subscriptions[subscriptionId]?.tenantId;
}

/** A token of one tenant reaches nothing that another tenant's subscription owns, whatever is granted. */
export function reaches(cloud: Cloud, token: Token, action: string, armId: string): boolean {
  const tenantId = tenantOfId(cloud, armId);
  if (tenantId === undefined || tenantId.toLowerCase() !== token.tenantId.toLowerCase()) return false;
  return isAllowed(cloud, token.objectId, action, armId);
}
