import { expect } from '@jest/globals';
import { Agent, request } from 'undici';

export type Address = { url: string; ca: string | undefined; token: string };
export type Json = Record<string, unknown>;
export type Answer = { status: number; body: Json; headers: Record<string, string | string[] | undefined> };

export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

export type WatchEvent = { type: string; object: Json & { metadata: Json } };

/** An open watch: events in order, and whether the stream has ended. */
export type Watching = {
  /** Waits until `count` events have come, and takes them. */
  next(count?: number): Promise<WatchEvent[]>;
  /** Resolves with what is left when the server ends the stream or breaks the connection. */
  ended(): Promise<WatchEvent[]>;
  close(): void;
};

export type Client = ReturnType<typeof createClient>;

/** Plain requests: no retries, nothing remembered. */
export function createClient({ url, ca, token }: Address, userAgent = 'tester/1.0') {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  const headers = { authorization: `Bearer ${token}`, 'user-agent': userAgent };

  async function call(
    method: string,
    path: string,
    body?: unknown,
    { type = 'application/json', accept = 'application/json' } = {},
  ): Promise<Answer> {
    const answer = await request(`${url}${path}`, {
      dispatcher,
      method: method as 'GET',
      headers: { ...headers, accept, 'content-type': type },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const parsed = text.startsWith('{') ? (JSON.parse(text) as Json) : { text };
    return { status: answer.statusCode, body: parsed, headers: answer.headers };
  }

  async function watch(path: string, accept = 'application/json'): Promise<Watching> {
    const answer = await request(`${url}${path}`, { dispatcher, headers: { ...headers, accept } });
    expect(answer.statusCode).toBe(200);
    const events: WatchEvent[] = [];
    let wake = () => {};
    const state = { isOver: false };
    const reading = (async () => {
      let rest = '';
      try {
        for await (const chunk of answer.body) {
          const lines = (rest + String(chunk)).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) events.push(JSON.parse(line) as WatchEvent);
          wake();
        }
      } catch {
        // A broken connection ends a watch like any other end.
      }
      state.isOver = true;
      wake();
    })();
    return {
      async next(count = 1) {
        while (events.length < count && !state.isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return events.splice(0, count);
      },
      async ended() {
        await reading;
        return events.splice(0);
      },
      close: () => answer.body.destroy(),
    };
  }

  return {
    call,
    watch,
    get: (path: string, accept?: string) => call('GET', path, undefined, accept === undefined ? {} : { accept }),
    post: (path: string, body: unknown) => call('POST', path, body),
    put: (path: string, body: unknown) => call('PUT', path, body),
    patch: (path: string, type: string, body: unknown) => call('PATCH', path, body, { type }),
    apply: (path: string, manager: string, body: unknown, more = '') =>
      call('PATCH', `${path}?fieldManager=${manager}${more}`, body, { type: APPLY }),
    delete: (path: string, body?: unknown) => call('DELETE', path, body),
    close: () => dispatcher.destroy(),
  };
}

/** metadata of an answer. */
export const metaOf = ({ body }: Pick<Answer, 'body'>): Record<string, never> & Json =>
  body['metadata'] as Record<string, never> & Json;

/** The causes of a refusal, as `field: message`. */
export function causesOf({ body }: Answer): string[] {
  const { causes = [] } = (body['details'] ?? {}) as { causes?: { field: string; message: string }[] };
  return causes.map(({ field, message }) => `${field}: ${message}`);
}
