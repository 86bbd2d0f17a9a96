import type { Cloud } from '../cloud.ts';
import { Refusal } from '../exchange.ts';
import { isAllowed } from './rbac.ts';
import type { ArmRequest, ArmRoute } from './service.ts';

/**
 * What ARM checks before a resource provider sees the request, in ARM's order: version, subscription, tenant,
 * authorization, resource group, registration (cloud-apis sections 4.1 and 4.4).
 */
export function checkBoundary(request: ArmRequest, route: ArmRoute, cloud: Cloud): void {
  const { switches } = cloud.conduct.arm;
  if (switches.requireApiVersion) checkApiVersion(request, route);
  const subscription = cloud.world.arm.subscriptions[request.subscriptionId.toLowerCase()];
  if (!subscription) {
    const message = `The subscription '${request.subscriptionId}' could not be found.`;
    throw new Refusal(404, 'SubscriptionNotFound', message);
  }
  const ownTenant = subscription.tenantId.toLowerCase() === request.caller.tenantId.toLowerCase();
  if (switches.requireSubscriptionTenant && !ownTenant) {
    const message = `The access token is from the wrong issuer. It must match the tenant '${subscription.tenantId}' associated with this subscription.`;
    throw new Refusal(401, 'InvalidAuthenticationTokenTenant', message);
  }
  const action = typeof route.action === 'function' ? route.action(request) : route.action;
  if (action && !isAllowed(cloud, request.caller.objectId, action, request.resourceId)) {
    throw authorizationFailed(request.caller, action, request.resourceId);
  }
  const group = request.resourceGroup;
  if (switches.requireResourceGroup && group && !subscription.resourceGroups[group.toLowerCase()]) {
    throw new Refusal(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
  const writes = request.method === 'PUT' || request.method === 'PATCH' || request.method === 'POST';
  if (writes && route.requires) checkRegistration(cloud, request.subscriptionId, route.requires);
}

/** 409 MissingSubscriptionRegistration unless the provider is registered (cloud-apis section 4.4). */
export function checkRegistration(cloud: Cloud, subscriptionId: string, namespace: string): void {
  if (!cloud.conduct.arm.switches.requireProviderRegistration) return;
  const subscription = cloud.world.arm.subscriptions[subscriptionId.toLowerCase()];
  if (subscription?.providers[namespace.toLowerCase()]?.state === 'Registered') return;
  const message = `The subscription is not registered to use namespace '${namespace}'.`;
  const detail = { code: 'MissingSubscriptionRegistration', target: namespace, message };
  throw new Refusal(409, 'MissingSubscriptionRegistration', message, { extra: { details: [detail] } });
}

export function authorizationFailed(
  caller: { clientId: string; objectId: string },
  action: string,
  scope: string,
): Refusal {
  const message = `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
  return new Refusal(403, 'AuthorizationFailed', message);
}

function checkApiVersion(request: ArmRequest, route: ArmRoute): void {
  const { apiVersion } = request;
  if (!apiVersion) {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.';
    throw new Refusal(400, 'MissingApiVersionParameter', message);
  }
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(apiVersion)) {
    throw new Refusal(400, 'InvalidApiVersionParameter', `The api-version '${apiVersion}' is invalid.`);
  }
  if (route.apiVersions && !route.apiVersions.includes(apiVersion)) {
    const supported = route.apiVersions.join(', ');
    const message = `No registered resource provider found for API version '${apiVersion}'. The supported api-versions are '${supported}'.`;
    throw new Refusal(400, 'NoRegisteredProviderFound', message);
  }
}
