import { textAt } from '../raw.ts';
import type { ArmContext } from './context.ts';
import { armPath } from './ids.ts';
import { createArmRest } from './rest.ts';
import type { ArmProviders } from './types.ts';

const API_VERSION = '2021-04-01';
const PERIOD_MS = 3_600_000;

/** Resource provider registration (cloud-apis section 4.4). */
export function createProviders(context: ArmContext): ArmProviders {
  const rest = createArmRest(context, { provider: 'resources', apiVersion: API_VERSION });
  const keyOf = (subscriptionId: string, namespace: string) =>
    `${context.cacheKey}|provider|${subscriptionId.toLowerCase()}|${namespace}`;
  return {
    state: (subscriptionId, namespace, call) =>
      context.observers.read(keyOf(subscriptionId, namespace), PERIOD_MS, call, async (shared) => {
        const raw = await rest.get({
          subscriptionId,
          path: armPath('subscriptions', subscriptionId, 'providers', namespace),
          operation: 'providers.get',
          what: `read the registration of ${namespace} in subscription ${subscriptionId}`,
          call: shared,
        });
        return textAt(raw, 'registrationState') ?? 'NotRegistered';
      }),
    async register(subscriptionId, namespace, call) {
      try {
        await rest.post({
          subscriptionId,
          path: `${armPath('subscriptions', subscriptionId, 'providers', namespace)}/register`,
          operation: 'providers.register',
          what: `register ${namespace} in subscription ${subscriptionId}`,
          call,
        });
      } finally {
        context.observers.invalidate(keyOf(subscriptionId, namespace));
      }
    },
  };
}
