import type { CallOptions } from '../call.ts';
import { jsonOf, rebase } from '../exchange.ts';
import { LIMITS } from '../quotas.ts';
import { objectsAt, textAt } from '../raw.ts';
import type { GraphContext } from './context.ts';

export type GraphCall = {
  /** Starts with /v1.0. */
  path: string;
  operation: string;
  what: string;
  call: CallOptions;
  /** Filters beyond equality need it, and answers come from an index that lags behind (section 16). */
  eventual?: true;
};

type RawObject = Record<string, unknown>;

/** Graph over plain JSON. Only reads. */
export function createGraphRest(context: GraphContext) {
  const { graphUrl, identity } = context;
  const send = async (request: GraphCall, url: string): Promise<RawObject> => {
    const { operation, what, call, eventual } = request;
    const response = await context.exchange(
      {
        service: 'graph',
        operation,
        what,
        method: 'GET',
        url,
        quotas: [{ limit: LIMITS.graph, scope: identity }],
        ...(eventual ? { headers: { ConsistencyLevel: 'eventual' } } : {}),
      },
      call,
    );
    return jsonOf(response, what);
  };

  return {
    get: (request: GraphCall) => send(request, `${graphUrl}${request.path}`),
    /** At most so many pages; `more` tells whether there are others. */
    async list(request: GraphCall, mostPages: number): Promise<{ items: RawObject[]; more: boolean }> {
      const items: RawObject[] = [];
      let url: string | undefined = `${graphUrl}${request.path}`;
      for (let page = 0; page < mostPages && url !== undefined; page += 1) {
        const body: RawObject = await send(request, url);
        items.push(...objectsAt(body, 'value'));
        const link = textAt(body, '@odata.nextLink');
        url = link === undefined || link === '' ? undefined : rebase(link, graphUrl);
      }
      return { items, more: url !== undefined };
    },
  };
}
