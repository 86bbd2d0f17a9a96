import type { Cloud } from '../cloud.ts';
import type { Token } from '../entra/types.ts';
import { Refusal, type SimRequest, type SimResponse } from '../exchange.ts';
import type { Route } from '../router.ts';
import { checkBoundary } from './boundary.ts';

export type ArmRequest = SimRequest & {
  caller: Token;
  /** The resource's id as the caller wrote it (path without api-version). */
  resourceId: string;
  /** Of the path; empty strings where the path has none. */
  subscriptionId: string;
  resourceGroup: string;
  apiVersion: string;
};

export type ArmRoute = {
  method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE' | 'HEAD';
  /** `/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.Network/privateEndpoints/:name`. */
  path: string;
  /** The action that the caller needs at the resource: `Microsoft.Network/privateEndpoints/write`. Absent: any caller of the subscription's tenant. */
  action?: string | ((request: ArmRequest) => string);
  /** Versions that the type knows. Absent: any date. */
  apiVersions?: readonly string[];
  /** Namespace that must be registered in the subscription before a write. */
  requires?: string;
  handle: (request: ArmRequest, cloud: Cloud) => SimResponse | Promise<SimResponse>;
};

/** Adds a route under ARM, behind the checks that ARM itself makes before it asks a resource provider. */
export function addArmRoutes(cloud: Cloud, ...routes: ArmRoute[]): void {
  cloud.services.arm.router.add(...routes.map(guarded));
}

function guarded(route: ArmRoute): Route {
  return {
    method: route.method,
    path: route.path,
    handle: (request, cloud) => {
      const armRequest = toArmRequest(request);
      checkBoundary(armRequest, route, cloud);
      return route.handle(armRequest, cloud);
    },
  };
}

function decodedPath(path: string): string {
  try {
    return decodeURI(path).replace(/\/+$/, '');
  } catch {
    throw new Refusal(400, 'InvalidRequestUri', `The path '${path}' is not well-formed.`);
  }
}

function toArmRequest(request: SimRequest): ArmRequest {
  if (!request.token) throw new Refusal(401, 'AuthenticationFailed', 'Authentication failed.');
  return Object.assign(request, {
    caller: request.token,
    resourceId: decodedPath(request.url.pathname),
    subscriptionId: request.params.subscriptionId ?? '',
    resourceGroup: request.params.resourceGroup ?? '',
    apiVersion: request.url.searchParams.get('api-version') ?? '',
  });
}
