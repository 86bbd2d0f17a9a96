import type { Cloud } from '../cloud.ts';
import type { SimResponse } from '../exchange.ts';
import { type ArmRequest, addArmRoutes } from './service.ts';

const BASE = '/subscriptions/:subscriptionId/providers';

/** Resource provider registration (cloud-apis section 4.4). */
export function mountProviders(cloud: Cloud): void {
  cloud.schedule.define('arm.registered', ({ world }, { subscriptionId, namespace }) => {
    const provider = world.arm.subscriptions[subscriptionId ?? '']?.providers[namespace ?? ''];
    if (provider?.state === 'Registering') provider.state = 'Registered';
  });
  addArmRoutes(
    cloud,
    { method: 'GET', path: `${BASE}/:namespace`, handle: read },
    {
      method: 'POST',
      path: `${BASE}/:namespace/register`,
      handle: register,
      action: ({ params }) => `${params.namespace}/register/action`,
    },
  );
}

function providerOf(request: ArmRequest, { world }: Cloud) {
  const providers = world.arm.subscriptions[request.subscriptionId.toLowerCase()]?.providers ?? {};
  const namespace = request.params.namespace ?? '';
  return (providers[namespace.toLowerCase()] ??= { namespace, state: 'NotRegistered', registrations: 0 });
}

function read(request: ArmRequest, cloud: Cloud): SimResponse {
  const { namespace, state } = providerOf(request, cloud);
  const id = `/subscriptions/${request.subscriptionId}/providers/${namespace}`;
  const registrationPolicy = 'RegistrationRequired';
  return { status: 200, body: { id, namespace, registrationPolicy, registrationState: state, resourceTypes: [] } };
}

/** Also on a registered provider: "re-register" of the Fabric documentation is this same call. */
function register(request: ArmRequest, cloud: Cloud): SimResponse {
  const provider = providerOf(request, cloud);
  const { switches, delays } = cloud.conduct.arm;
  provider.registrations += 1;
  if (provider.state !== 'Registered') {
    provider.state = 'Registering';
    cloud.schedule.after(switches.delayRegistration ? delays.registrationMs : 0, 'arm.registered', {
      subscriptionId: request.subscriptionId.toLowerCase(),
      namespace: provider.namespace.toLowerCase(),
    });
  }
  return read(request, cloud);
}
