import type { CallOptions } from '../../operator/clients/call.ts';
import type { HttpRequest, HttpResponse, Transport } from '../../operator/clients/http.ts';
import type { KubeClient, KubeObject } from '../../operator/clients/kube/types.ts';
import { OperatorError } from '../../operator/errors.ts';

export const TENANT = 'aaaaaaaa-0000-4000-8000-000000000001';
export const OTHER_TENANT = 'bbbbbbbb-0000-4000-8000-000000000002';
export const CLIENT = 'cccccccc-0000-4000-8000-000000000003';
export const SUBSCRIPTION = '11111111-0000-4000-8000-000000000001';
export const WORKSPACE = 'cfafbeb1-8037-4d0c-896e-a46fb27ff227';

export type Answer = Partial<HttpResponse> | Error;
export type Script = (request: HttpRequest) => Answer | Promise<Answer>;

/** A transport that answers from a script and remembers what it was asked. */
export function scriptedTransport(script: Script): Transport & { requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  return {
    requests,
    async send(request) {
      requests.push(request);
      const answer = await script(request);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '', ...answer };
    },
    stream: () => Promise.reject(new Error('not used')),
    close: () => Promise.resolve(),
  };
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Partial<HttpResponse> => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const noAnswer = (code = 'ECONNRESET') =>
  new OperatorError({ disposition: 'transient', reason: 'NoAnswer', message: `no answer (${code})`, code });

export const aCall = (call: Partial<CallOptions> = {}): CallOptions => ({
  signal: new AbortController().signal,
  urgency: 'routine',
  namespace: 'team-a',
  key: 'team-a/one',
  ...call,
});

/** The API server as far as Secrets go; `data` values are plain here and base64 on the way out. */
export function secretsOf(secrets: Record<string, Record<string, string | Buffer>>) {
  const reads: string[] = [];
  const get = (_type: unknown, namespace: string, name: string) => {
    reads.push(`${namespace}/${name}`);
    const found = secrets[`${namespace}/${name}`];
    if (!found) return Promise.resolve(undefined);
    const data = Object.fromEntries(
      Object.entries(found).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const secret: KubeObject & { data: Record<string, string> } = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      data,
    };
    return Promise.resolve(secret);
  };
  return { reads, secrets, kube: { get } as unknown as Pick<KubeClient, 'get'> };
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<OperatorError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
