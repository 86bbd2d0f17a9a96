import { OperatorError } from '../../errors.ts';
import type { Beforehand, CallOptions } from '../call.ts';
import { isObject } from '../error-body.ts';
import { jsonOf, rebase } from '../exchange.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import { LIMITS, type Quota } from '../quotas.ts';
import type { FabricContext } from './context.ts';

export type RawItem = Record<string, unknown>;

/** No Fabric list is that long; a token that leads in circles ends here. */
const MOST_PAGES = 1000;

export type FabricCall = {
  /** Starts with /v1. */
  path: string;
  operation: string;
  what: string;
  call: CallOptions;
  /** Scheme, host and port when it is not the global host. */
  baseUrl?: string;
  /** Beside the identity's 200 a minute. */
  quotas?: readonly Quota[];
  /** See `CloudRequest.ambiguous401`. */
  ambiguous401?: true;
  beforehand?: Beforehand;
};

/** Fabric over plain JSON: there is no SDK. */
export function createFabricRest(context: FabricContext) {
  const send = (
    method: HttpRequest['method'],
    request: FabricCall & { body?: unknown; headers?: Readonly<Record<string, string>>; safe?: true },
    url = `${request.baseUrl ?? context.fabricUrl}${request.path}`,
  ): Promise<HttpResponse> =>
    context.exchange(
      {
        service: 'fabric',
        operation: request.operation,
        what: request.what,
        method,
        url,
        quotas: [{ limit: LIMITS.fabric, scope: context.identity }, ...(request.quotas ?? [])],
        ...(request.safe ? { safe: request.safe } : {}),
        ...(request.ambiguous401 ? { ambiguous401: request.ambiguous401 } : {}),
        ...(request.beforehand ? { beforehand: request.beforehand } : {}),
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      },
      request.call,
    );

  return {
    get: (request: FabricCall & { headers?: Readonly<Record<string, string>> }) => send('GET', request),
    put: (request: FabricCall & { body: unknown; headers?: Readonly<Record<string, string>> }) => send('PUT', request),
    post: (request: FabricCall & { body?: unknown; safe?: true }) => send('POST', request),
    patch: (request: FabricCall & { body: unknown }) => send('PATCH', request),
    delete: (request: FabricCall) => send('DELETE', request),
    /** Wherever an answer pointed, on the global host. */
    follow: (link: string, request: Omit<FabricCall, 'path' | 'baseUrl'>) =>
      send('GET', { ...request, path: '' }, rebase(link, context.fabricUrl)),

    /** All pages. `collection`: the names under which a list may come (section 17 knows a second one). */
    async list(request: FabricCall, collections: readonly string[] = ['value']): Promise<RawItem[]> {
      const baseUrl = request.baseUrl ?? context.fabricUrl;
      const items: RawItem[] = [];
      let url: string | undefined = `${baseUrl}${request.path}`;
      for (let page = 0; url !== undefined; page += 1) {
        if (page === MOST_PAGES) throw endless(request.what);
        const body: RawItem = jsonOf(await send('GET', request, url), request.what);
        for (const name of collections) {
          const found = body[name];
          if (Array.isArray(found)) items.push(...found.filter(isObject));
        }
        url = nextUrl(body, `${baseUrl}${request.path}`);
      }
      return items;
    },
  };
}

export type FabricRest = ReturnType<typeof createFabricRest>;

/**
 * Where the next page is (cloud-apis section 3.2): by token if there is one, else by link, on the host that we asked
 * whatever the link says. An empty page may have a successor.
 */
export function nextUrl(body: RawItem, firstUrl: string): string | undefined {
  const token = body['continuationToken'];
  if (typeof token === 'string' && token !== '') {
    const separator = firstUrl.includes('?') ? '&' : '?';
    return `${firstUrl}${separator}continuationToken=${encodedOnce(token)}`;
  }
  const link = body['continuationUri'];
  return typeof link === 'string' && link !== '' ? rebase(link, firstUrl) : undefined;
}

/** Tokens come URL-encoded in the JSON already; one that is not is encoded here. */
function encodedOnce(token: string): string {
  return /%[0-9a-f]{2}/i.test(token) ? token : encodeURIComponent(token);
}

function endless(what: string): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'ListInterrupted',
    message: `cannot ${what}: the list does not end`,
  });
}
