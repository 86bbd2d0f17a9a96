import type { Cloud } from '../cloud.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { callerOf, ofTenant, visible } from './access.ts';
import { beginOperation } from './operations.ts';
import { page } from './paging.ts';
import type { Gateway } from './types.ts';

/** Section 13: only gateways that the caller has a permission on. */
export const gatewayRoutes: Route[] = [
  { method: 'GET', path: '/v1/gateways', handle: list },
  {
    method: 'GET',
    path: '/v1/gateways/:gatewayId',
    handle: (request, cloud) => ({ status: 200, body: shown(gatewayFor(request, cloud)) }),
  },
  { method: 'POST', path: '/v1/gateways/:gatewayId/checkStatus', handle: checkStatus },
];

const shown = (gateway: Gateway) => ({ id: gateway.id, ...gateway.shown });

function seen(request: SimRequest, { world, conduct }: Cloud): Gateway[] {
  const caller = callerOf(request);
  const { gateways } = world.fabric;
  if (conduct.fabric.switches.hideForeignGateways) return visible(gateways, caller);
  return Object.values(gateways).filter((gateway) => ofTenant(gateway, caller));
}

function list(request: SimRequest, cloud: Cloud): SimResponse {
  return { status: 200, body: page(cloud, request, seen(request, cloud).map(shown)) };
}

function gatewayFor(request: SimRequest, cloud: Cloud): Gateway {
  const id = (request.params['gatewayId'] ?? '').toLowerCase();
  const gateway = seen(request, cloud).find((entry) => entry.id.toLowerCase() === id);
  if (gateway) return gateway;
  const hidden = cloud.world.fabric.gateways[id];
  if (hidden && ofTenant(hidden, callerOf(request)) && cloud.conduct.fabric.choices.hiddenGateway === 'forbidden') {
    throw new Refusal(403, 'InsufficientPrivileges', 'The caller does not have permissions on the gateway.');
  }
  throw new Refusal(404, 'EntityNotFound', 'The requested gateway could not be found.');
}

/** 200 with the status, or 202 and an operation. What it finds is what holds when it is asked. */
function checkStatus(request: SimRequest, cloud: Cloud): SimResponse {
  const gateway = gatewayFor(request, cloud);
  const { choices, delays, switches } = cloud.conduct.fabric;
  if (choices.gatewayCheck === 'immediate') return { status: 200, body: statusOf(gateway) };
  const checkMs = switches.delayGatewayCheck ? delays.gatewayCheckMs : 0;
  if (choices.gatewayCheck === 'operation') {
    return beginOperation(cloud, gateway, checkMs, { status: 'Succeeded', result: statusOf(gateway) });
  }
  const error = { errorCode: 'OperationFailedOnTimeout', message: 'The operation did not end in time.' };
  return beginOperation(cloud, gateway, checkMs, { status: 'Failed', error });
}

function statusOf(gateway: Gateway) {
  const offline = { code: 'GatewayNotReachable', message: 'The gateway cannot be reached.' };
  return {
    status: gateway.offline ? 'Offline' : 'Online',
    gatewayVersion: '3000.246.1',
    gatewayUpgradeState: 'NotNeeded',
    errorDetails: gateway.offline ? [offline] : [],
  };
}
