import type { Cloud } from './cloud.ts';
import { Refusal, type ServiceName, type SimRequest, type SimResponse } from './exchange.ts';
import { createRouter, type Router } from './router.ts';

/** One API host: its routes, what comes before each of them, and the shape of its errors. */
export type Service = {
  readonly name: ServiceName;
  readonly router: Router;
  /** Whether a connection that arrives at this local address gets through; else it is reset before TLS, or where it stands. */
  accepts: (localAddress: string, cloud: Cloud) => boolean;
  /** Token check, quotas and such, before a route is looked for. Throws Refusal, or answers itself. */
  before: (request: SimRequest, cloud: Cloud) => SimResponse | undefined;
  /** A Refusal in this service's error body. */
  failure: (refusal: Refusal, request: SimRequest) => SimResponse;
  /** Headers for every answer, refusals included. */
  headers: (request: SimRequest, cloud: Cloud) => Record<string, string>;
};

export function createService(name: ServiceName): Service {
  return {
    name,
    router: createRouter(),
    accepts: () => true,
    before: () => undefined,
    failure: (refusal) => ({
      status: refusal.status,
      headers: refusal.headers,
      body: { error: { code: refusal.code, message: refusal.message, ...refusal.extra } },
    }),
    headers: () => ({}),
  };
}

/** The whole way of a request through a service; whatever a route throws becomes an answer. */
export async function answer(service: Service, request: SimRequest, cloud: Cloud): Promise<SimResponse> {
  const response = await answerOrRefuse(service, request, cloud);
  return { ...response, headers: { ...service.headers(request, cloud), ...response.headers } };
}

async function answerOrRefuse(service: Service, request: SimRequest, cloud: Cloud): Promise<SimResponse> {
  try {
    const early = service.before(request, cloud);
    if (early) return early;
    const match = service.router.match(request.method, request.url.pathname);
    if (!match) {
      const known = service.router.knows(request.url.pathname);
      throw known
        ? new Refusal(405, 'MethodNotAllowed', `${request.method} is not allowed here`)
        : new Refusal(404, 'EndpointNotFound', `no such path: ${request.url.pathname}`);
    }
    request.params = match.params;
    return await match.route.handle(request, cloud);
  } catch (thrown) {
    if (thrown instanceof Refusal) return service.failure(thrown, request);
    // A defect of the simulator: loud, and in no service's own words.
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { status: 500, headers: { 'content-type': 'text/plain' }, rawBody: `simulator defect: ${message}` };
  }
}
