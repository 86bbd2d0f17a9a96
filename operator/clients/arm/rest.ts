import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { orAbsent } from '../classify.ts';
import { isObject } from '../error-body.ts';
import { jsonOf, rebase } from '../exchange.ts';
import type { HttpRequest } from '../http.ts';
import { armQuotas, type Quota } from '../quotas.ts';
import type { ArmContext } from './context.ts';

/** A resource as ARM sent it, unknown properties included. */
export type RawResource = Record<string, unknown>;

/** More pages than any subscription has; a link that leads in circles ends here. */
const MOST_PAGES = 500;

export type RestOptions = {
  provider: 'network' | 'private-dns' | 'fabric' | 'resources';
  apiVersion: string;
};

export type RestCall = {
  subscriptionId: string;
  path: string;
  operation: string;
  what: string;
  call: CallOptions;
};

export type RestWrite = RestCall & {
  body?: RawResource;
  headers?: Readonly<Record<string, string>>;
  /** Beside ARM's and the provider's own. */
  quotas?: readonly Quota[];
};

/** ARM over plain JSON, for types without an SDK and for resources that we share with others: nothing unknown is lost. */
export function createArmRest(context: ArmContext, options: RestOptions) {
  const send = (method: HttpRequest['method'], write: RestWrite, url: string) =>
    context.exchange(
      {
        service: 'arm',
        operation: write.operation,
        what: write.what,
        method,
        url,
        quotas: [
          ...armQuotas({
            method,
            subscriptionId: write.subscriptionId,
            identity: context.identity,
            provider: options.provider,
          }),
          ...(write.quotas ?? []),
        ],
        ...(write.headers ? { headers: write.headers } : {}),
        ...(write.body ? { body: JSON.stringify(write.body) } : {}),
      },
      write.call,
    );
  const urlOf = (path: string) => `${context.armUrl}${path}?api-version=${options.apiVersion}`;

  return {
    /** Undefined when ARM says that the resource does not exist. */
    get: (request: RestCall): Promise<RawResource | undefined> =>
      orAbsent(send('GET', request, urlOf(request.path)).then((response) => jsonOf(response, request.what))),

    /** All pages, each item read as its page arrives: what is not read of it need not outlive the page. */
    async list<T>(request: RestCall, read: (item: RawResource) => T): Promise<T[]> {
      const items: T[] = [];
      let url: string | undefined = urlOf(request.path);
      for (let page = 0; url !== undefined; page += 1) {
        if (page === MOST_PAGES) throw endlessList(request.what);
        const body: RawResource = jsonOf(await send('GET', request, url), request.what);
        // An empty page may have a successor: the link decides, not the count.
        if (Array.isArray(body['value'])) for (const item of body['value'].filter(isObject)) items.push(read(item));
        const next = body['nextLink'];
        url = typeof next === 'string' && next !== '' ? rebase(next, context.armUrl) : undefined;
      }
      return items;
    },

    /** Begins; 201 and 202 are as good as 200, since the next pass reads the outcome from the resource. */
    async put(request: RestWrite): Promise<void> {
      await send('PUT', request, urlOf(request.path));
    },
    async patch(request: RestWrite): Promise<void> {
      await send('PATCH', request, urlOf(request.path));
    },
    async post(request: RestWrite): Promise<void> {
      await send('POST', request, urlOf(request.path));
    },
    /** What is not there is deleted. */
    async delete(request: RestWrite): Promise<void> {
      await orAbsent(send('DELETE', request, urlOf(request.path)));
    },
  };
}

export function endlessList(what: string): OperatorError {
  return new OperatorError({
    disposition: 'transient',
    reason: 'ListInterrupted',
    message: `cannot ${what}: the list does not end`,
  });
}
