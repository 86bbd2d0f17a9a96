import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { HttpRequest, HttpResponse, Transport } from '../../operator/clients/http.ts';
import { inClusterAccess, type KubeAccess } from '../../operator/clients/kube/access.ts';
import { createKubeClient } from '../../operator/clients/kube/client.ts';
import { kubeconfigAccess } from '../../operator/clients/kube/kubeconfig.ts';
import { splitLines } from '../../operator/clients/kube/lines.ts';
import { CONFIG_MAPS, NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { OperatorError } from '../../operator/errors.ts';
import { accessTo } from './support/harness.ts';
import { aToy, TOYS } from './support/toy.ts';

function answering(...answers: Partial<HttpResponse>[]) {
  const asked: HttpRequest[] = [];
  const transport: Transport = {
    async send(request) {
      asked.push(request);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return { status: 200, headers: {}, body: '{}', ...answer };
    },
    async stream(request) {
      asked.push(request);
      const answer = { status: 200, headers: {}, body: '', ...answers[0] };
      async function* chunks() {
        yield answer.body;
      }
      return { status: answer.status, headers: answer.headers, chunks: chunks(), close() {} };
    },
    async close() {},
  };
  return { asked, transport };
}

function clientOf(transport: Transport, access: KubeAccess = accessTo('http://api')) {
  return createKubeClient({ transport, access });
}

async function refusal(
  status: number,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<OperatorError> {
  const { transport } = answering({ status, headers, body: JSON.stringify(body) });
  return clientOf(transport)
    .patch(TOYS, 'ns', 'a', { type: 'merge', body: {}, subresource: 'status' })
    .then(
      () => {
        throw new Error('was not refused');
      },
      (thrown: unknown) => thrown as OperatorError,
    );
}

describe('refusals say what to do next', () => {
  test.each([
    [400, 'bug'],
    [401, 'blocked'],
    [403, 'blocked'],
    [404, 'conflict'],
    [408, 'transient'],
    [409, 'conflict'],
    [410, 'transient'],
    [422, 'bug'],
    [429, 'throttled'],
    [500, 'transient'],
    [503, 'transient'],
    [504, 'transient'],
  ])('%i is %s', async (status, disposition) => {
    expect(await refusal(status)).toMatchObject({ status, disposition });
  });

  test('403 names the verb, the resource and the namespace to grant', async () => {
    const error = await refusal(403, { reason: 'Forbidden', message: 'toys.toys.test "a" is forbidden' });
    expect(error.remedy).toBe(
      `Grant verb "patch" on toys.toys.test/status in namespace "ns" to the operator's service account.`,
    );
    expect(error.code).toBe('Forbidden');
  });

  test('403 in a namespace that is being deleted is not a matter of rights', async () => {
    const error = await refusal(403, {
      reason: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    expect(error).toMatchObject({ reason: 'NamespaceTerminating', remedy: undefined });
  });

  test('429 and 503 carry how long to wait, from header or body', async () => {
    expect((await refusal(429, {}, { 'retry-after': '7' })).retryAfterMs).toBe(7000);
    expect((await refusal(503, { details: { retryAfterSeconds: 3 } })).retryAfterMs).toBe(3000);
  });

  test('a page of HTML does not hide the status, and is transient where JSON was due', async () => {
    const { transport } = answering({ body: '<html>' });
    await expect(clientOf(transport).get(TOYS, 'ns', 'a')).rejects.toMatchObject({ disposition: 'transient' });
    const refused = answering({ status: 502, body: '<html>' });
    await expect(clientOf(refused.transport).get(TOYS, 'ns', 'a')).rejects.toMatchObject({
      status: 502,
      disposition: 'transient',
    });
  });
});

describe('calls', () => {
  test('go to the right paths', async () => {
    const { asked, transport } = answering({});
    const kube = clientOf(transport);
    await kube.get(SECRETS, 'ns', 's');
    await kube.get(NAMESPACES, '', 'ns');
    await kube.list(TOYS, { limit: 5, continue: 'a b' });
    await kube.list(CONFIG_MAPS, { namespace: 'ns', labelSelector: 'a=b' });
    await kube.create(TOYS, aToy('a', 'ns'));
    await kube.replace(TOYS, aToy('a', 'ns'));
    await kube.patch(TOYS, 'ns', 'a', { type: 'merge', body: { x: 1 }, subresource: 'status', fieldManager: 'me' });
    await kube.delete(TOYS, 'ns', 'a', { uid: 'u' });
    expect(asked.map(({ method, url }) => `${method} ${url.replace('http://api', '')}`)).toEqual([
      'GET /api/v1/namespaces/ns/secrets/s',
      'GET /api/v1/namespaces/ns',
      'GET /apis/toys.test/v1/toys?limit=5&continue=a+b',
      'GET /api/v1/namespaces/ns/configmaps?labelSelector=a%3Db',
      'POST /apis/toys.test/v1/namespaces/ns/toys',
      'PUT /apis/toys.test/v1/namespaces/ns/toys/a',
      'PATCH /apis/toys.test/v1/namespaces/ns/toys/a/status?fieldManager=me',
      'DELETE /apis/toys.test/v1/namespaces/ns/toys/a',
    ]);
    expect(asked[6]?.headers?.['content-type']).toBe('application/merge-patch+json');
    expect(asked[7]?.body).toContain('"preconditions":{"uid":"u"}');
  });

  test('take 404 for "is not there" on get and for success on delete', async () => {
    const { transport } = answering({ status: 404 });
    expect(await clientOf(transport).get(TOYS, 'ns', 'a')).toBeUndefined();
    await clientOf(transport).delete(TOYS, 'ns', 'a');
  });

  test('read their credentials anew when refused, once', async () => {
    const renewals: boolean[] = [];
    const access: KubeAccess = {
      ...accessTo('http://api'),
      async authorization(renew) {
        renewals.push(renew);
        return `Bearer ${renewals.length}`;
      },
    };
    const { asked, transport } = answering({ status: 401 }, { status: 200 });
    await clientOf(transport, access).get(TOYS, 'ns', 'a');
    expect(renewals).toEqual([false, true]);
    expect(asked[1]?.headers?.['authorization']).toBe('Bearer 2');
  });

  test('turn a refused watch into an error that knows its status', async () => {
    const { transport } = answering({ status: 410, body: '{"reason":"Expired"}' });
    await expect(clientOf(transport).watch(TOYS, { resourceVersion: '1', timeoutSeconds: 5 })).rejects.toMatchObject({
      status: 410,
      code: 'Expired',
    });
  });
});

test('lines come out whole however they were cut, and the last half of one does not', async () => {
  async function* chunks() {
    yield 'one\ntw';
    yield 'o';
    yield '\n\nthree\nfo';
  }
  const lines: string[] = [];
  for await (const line of splitLines(chunks())) lines.push(line);
  expect(lines).toEqual(['one', 'two', 'three']);
});

describe('credentials', () => {
  let folder: string;
  const inFolder = async (run: () => Promise<void>) => {
    folder = await mkdtemp(join(tmpdir(), 'kube-access-'));
    try {
      await run();
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('of a pod follow the token file once a minute, or at once when refused', () =>
    inFolder(async () => {
      await Promise.all([
        writeFile(join(folder, 'token'), 'first\n'),
        writeFile(join(folder, 'ca.crt'), 'PEM'),
        writeFile(join(folder, 'namespace'), 'home'),
      ]);
      let nowMs = 0;
      const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
      const access = inClusterAccess({ environment, root: folder, nowMs: () => nowMs });
      expect([access.server, access.namespace]).toEqual(['https://[fd00::1]:6443', 'home']);
      expect(await access.authorization(false)).toBe('Bearer first');
      await writeFile(join(folder, 'token'), 'second');
      expect(await access.authorization(false)).toBe('Bearer first');
      expect(await access.authorization(true)).toBe('Bearer second');
      await writeFile(join(folder, 'token'), 'third');
      await writeFile(join(folder, 'ca.crt'), 'NEW PEM');
      const before = access.tls();
      nowMs = 60_000;
      expect(await access.authorization(false)).toBe('Bearer third');
      expect(access.tls()).toEqual({ ca: 'NEW PEM' });
      expect(access.tls()).toBe(access.tls());
      expect(access.tls()).not.toBe(before);
    }));

  test('outside a pod and without a kubeconfig say so', () => {
    expect(() => inClusterAccess({ environment: {} })).toThrow('KUBERNETES_SERVICE_HOST');
  });

  test('of a kubeconfig: server, token, authority, namespace', () =>
    inFolder(async () => {
      const path = join(folder, 'config');
      const ca = Buffer.from('PEM OF THE AUTHORITY').toString('base64');
      await writeFile(
        path,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Config',
          clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', 'certificate-authority-data': ca } }],
          users: [{ name: 'u', user: { token: 'secret' } }],
          contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'home' } }],
          'current-context': 'x',
        }),
      );
      const access = await kubeconfigAccess(path);
      expect(access).toMatchObject({ server: 'https://127.0.0.1:6443', namespace: 'home' });
      expect(await access.authorization(false)).toBe('Bearer secret');
      expect(access.tls()).toEqual({ ca: 'PEM OF THE AUTHORITY' });
    }));
});
