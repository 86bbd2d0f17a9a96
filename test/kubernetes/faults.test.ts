import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Kubernetes, startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { type Client, createClient, type Json, metaOf } from './client.ts';
import { CRDS, serveWidgets, widget, widgets } from './widgets.ts';

/** How undici says that the connection went: closed, reset, cut short, or ended by ourselves. */
const BROKEN = /other side closed|ECONNRESET|terminated|aborted|destroyed|closed/i;

let server: Kubernetes;
let client: Client;
const path = widgets('default');

/** A clock that moves only when told to. */
const timers = new Set<{ dueMs: number; callback: () => void }>();
let nowMs = Date.parse('2026-01-02T03:04:05Z');
const clock = {
  now: () => nowMs,
  after(delayMs: number, callback: () => void) {
    const timer = { dueMs: nowMs + delayMs, callback };
    timers.add(timer);
    return () => void timers.delete(timer);
  },
};

function pass(ms: number): void {
  nowMs += ms;
  for (const timer of Array.from(timers)) {
    if (timer.dueMs > nowMs || !timers.delete(timer)) continue;
    timer.callback();
  }
}

beforeEach(async () => {
  server = await startKubernetes({ tls: false, clock });
  client = createClient(server);
  await serveWidgets(client);
  await client.post(path, widget('a'));
  server.clearRequests();
});

afterEach(async () => {
  await client.close();
  await server.close();
  timers.clear();
});

const revision = (): string => String(server.revision());

describe('watches', () => {
  test('are known while they are open', async () => {
    const watching = await client.watch(`${path}?watch=true`);
    await watching.next();
    expect(server.openWatches()).toEqual([
      { resource: 'widgets.example.dev', namespace: 'default', userAgent: 'tester/1.0', path },
    ]);
    watching.close();
    while (server.openWatches().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(timers.size).toBe(0);
  });

  test('can be cut', async () => {
    const watching = await client.watch(`${path}?watch=true`);
    await watching.next();
    server.faults.cutWatches();
    expect(await watching.ended()).toEqual([]);
  });

  test('can go silent: the connection stays and nothing comes, while new ones work', async () => {
    const silent = await client.watch(`${path}?watch=true`);
    await silent.next();
    server.faults.silenceWatches();
    const fresh = await client.watch(`${path}?watch=true&resourceVersion=${revision()}`);
    await client.post(path, widget('b'));
    expect(await fresh.next()).toMatchObject([{ type: 'ADDED' }]);
    expect(server.openWatches()).toHaveLength(2);
    server.faults.cutWatches();
    expect(await silent.ended()).toEqual([]);
  });

  test('carry whatever is put into them', async () => {
    const watching = await client.watch(`${path}?watch=true`);
    await watching.next();
    server.faults.injectLine('{"type":"ODD","object":{}}');
    expect(await watching.next()).toEqual([{ type: 'ODD', object: {} }]);
    watching.close();
  });

  test('get a bookmark every minute if they asked for it, and a last one when their time is over', async () => {
    const asked = await client.watch(
      `${path}?watch=true&resourceVersion=${revision()}&allowWatchBookmarks=true&timeoutSeconds=90`,
    );
    const silent = await client.watch(`${path}?watch=true&resourceVersion=${revision()}&timeoutSeconds=90`);
    await client.post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'elsewhere' } });
    pass(60_000);
    expect(await asked.next()).toMatchObject([
      {
        type: 'BOOKMARK',
        object: { kind: 'Widget', apiVersion: 'example.dev/v1', metadata: { resourceVersion: revision() } },
      },
    ]);
    pass(30_000);
    expect(await asked.ended()).toMatchObject([{ type: 'BOOKMARK' }]);
    expect(await silent.ended()).toEqual([]);
  });

  test('from a revision that is forgotten get 410 and end', async () => {
    const since = revision();
    await client.post(path, widget('b'));
    server.faults.compact();
    const watching = await client.watch(`${path}?watch=true&resourceVersion=${since}`);
    expect(await watching.ended()).toMatchObject([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          code: 410,
          reason: 'Expired',
          message: expect.stringContaining('too old resource version'),
        },
      },
    ]);
    const current = await client.watch(`${path}?watch=true&resourceVersion=${revision()}`);
    await client.post(path, widget('c'));
    expect(await current.next()).toMatchObject([{ object: { metadata: { name: 'c' } } }]);
    current.close();
  });

  test('resume as far back as the history reaches', async () => {
    const short = await startKubernetes({ tls: false, historyLimit: 10 });
    const visitor = createClient(short);
    const maps = '/api/v1/namespaces/default/configmaps';
    const revisions: string[] = [];
    for (let index = 0; index < 40; index += 1) {
      const answer = await visitor.post(maps, { metadata: { name: `c-${index}` } });
      revisions.push(String(metaOf(answer)['resourceVersion']));
    }
    const recent = await visitor.watch(`${maps}?watch=true&resourceVersion=${revisions[34]}`);
    expect((await recent.next(5)).map(({ object }) => object.metadata['name'])).toEqual([
      'c-35',
      'c-36',
      'c-37',
      'c-38',
      'c-39',
    ]);
    recent.close();
    const old = await visitor.watch(`${maps}?watch=true&resourceVersion=${revisions[5]}`);
    expect(await old.ended()).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
    await visitor.close();
    await short.close();
  });
});

describe('a list that is continued after its moment is forgotten', () => {
  test('gets 410 with a token that goes on inconsistently', async () => {
    await client.post(path, widget('b'));
    const first = await client.get(`${path}?limit=1`);
    await client.post(path, widget('c'));
    server.faults.compact();
    const refused = await client.get(`${path}?limit=1&continue=${String(metaOf(first)['continue'])}`);
    expect(refused).toMatchObject({ status: 410, body: { reason: 'Expired' } });
    const rest = await client.get(`${path}?continue=${String(metaOf(refused)['continue'])}`);
    expect(rest.body['items']).toMatchObject([{ metadata: { name: 'b' } }, { metadata: { name: 'c' } }]);
  });
});

describe('planned failures', () => {
  const writes = ({ method }: { method: string }): boolean => method === 'POST';

  test('answer in place of the work, as often as planned', async () => {
    server.faults.failNext(writes, { kind: 'answer', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 }, 2);
    for (const _ of [1, 2]) {
      const answer = await client.post(path, widget('b'));
      expect(answer).toMatchObject({
        status: 429,
        body: { kind: 'Status', reason: 'TooManyRequests' },
        headers: { 'retry-after': '7' },
      });
    }
    expect(await client.post(path, widget('b'))).toMatchObject({ status: 201 });
  });

  test('can be taken back', async () => {
    const cancel = server.faults.failNext(writes, { kind: 'answer', code: 500 });
    cancel();
    expect(await client.post(path, widget('b'))).toMatchObject({ status: 201 });
  });

  test('lose the reply of work that was done', async () => {
    server.faults.failNext(writes, { kind: 'loseReply' });
    await expect(client.post(path, widget('b'))).rejects.toThrow(BROKEN);
    expect(await client.get(`${path}/b`)).toMatchObject({ status: 200 });
  });

  test('break the connection before any work', async () => {
    server.faults.failNext(writes, { kind: 'refuse' });
    await expect(client.post(path, widget('b'))).rejects.toThrow(BROKEN);
    expect(await client.get(`${path}/b`)).toMatchObject({ status: 404 });
  });

  test('cut the answer in half', async () => {
    server.faults.failNext(() => true, { kind: 'truncate' });
    await expect(client.get(path)).rejects.toThrow(BROKEN);
  });

  test('answer what is no JSON', async () => {
    server.faults.failNext(() => true, { kind: 'garbage', code: 502, body: '<html>' });
    expect(await client.get(path)).toMatchObject({ status: 502, body: { text: '<html>' } });
  });

  test('delay, and hang until the connection goes', async () => {
    server.faults.failNext(writes, { kind: 'delay', delayMs: 5_000 });
    const delayed = client.post(path, widget('b'));
    while (timers.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await client.get(`${path}/b`)).toMatchObject({ status: 404 });
    pass(5_000);
    expect(await delayed).toMatchObject({ status: 201 });
    server.faults.failNext(writes, { kind: 'hang' });
    const hanging = client.post(path, widget('c'));
    while (!server.requests().some(({ method, code }) => method === 'POST' && code === 0)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await client.close();
    await expect(hanging).rejects.toThrow(BROKEN);
    client = createClient(server);
  });
});

describe('the request log', () => {
  test('knows what was asked and answered, without bodies and tokens', async () => {
    await client.get(`${path}?limit=1`);
    await client.get(`${path}/none`);
    expect(server.requests()).toEqual([
      { atMs: nowMs, method: 'GET', path, query: 'limit=1', userAgent: 'tester/1.0', code: 200, isWatch: false },
      {
        atMs: nowMs,
        method: 'GET',
        path: `${path}/none`,
        query: '',
        userAgent: 'tester/1.0',
        code: 404,
        isWatch: false,
      },
    ]);
    expect(JSON.stringify(server.requests())).not.toContain(server.token);
  });
});

describe('a snapshot', () => {
  test('brings back objects, definitions and the revision of its moment, and cuts watches', async () => {
    const snapshot = server.snapshot();
    const then = server.revision();
    const { body } = await client.get(`${path}/a`);
    const watching = await client.watch(`${path}?watch=true&resourceVersion=${then}`);
    await client.delete(`${path}/a`);
    await client.post(path, widget('b'));
    server.restore(snapshot);
    expect((await watching.ended()).length).toBeLessThanOrEqual(2);
    expect(server.revision()).toBe(then);
    expect((await client.get(`${path}/a`)).body).toEqual(body);
    expect(await client.get(`${path}/b`)).toMatchObject({ status: 404 });
    // Whoever saw the lost future is told that it has not come yet.
    expect(await client.get(`${path}?resourceVersion=${then + 2}`)).toMatchObject({ status: 504 });
    expect(await client.post(path, widget('b'))).toMatchObject({ status: 201 });
  });
});

describe('definitions of a snapshot', () => {
  const kind = async () => (await client.get(`${CRDS}/widgets.example.dev`)).body as Json & { spec: Json };

  test('are served as they were: what was made since is gone, what was deleted is back', async () => {
    const without = server.snapshot();
    const { spec } = await kind();
    const names = { plural: 'gadgets', kind: 'Gadget', listKind: 'GadgetList', singular: 'gadget' };
    await client.post(CRDS, { ...(await kind()), metadata: { name: 'gadgets.example.dev' }, spec: { ...spec, names } });
    await server.settled();
    const gadgets = widgets('default').replace('widgets', 'gadgets');
    expect(await client.get(gadgets)).toMatchObject({ status: 200 });
    server.restore(without);
    expect(await client.get(gadgets)).toMatchObject({ status: 404 });

    await client.delete(`${CRDS}/widgets.example.dev`);
    await server.settled();
    expect(await client.get(`${path}/a`)).toMatchObject({ status: 404 });
    server.restore(without);
    expect(await client.get(`${path}/a`)).toMatchObject({ status: 200 });
  });

  test('hold again what they held, also where they were changed since', async () => {
    const strict = server.snapshot();
    const change = (await kind()) as unknown as { spec: { versions: { schema: { openAPIV3Schema: Json } }[] } };
    for (const { schema } of change.spec.versions) {
      schema.openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    }
    await client.put(`${CRDS}/widgets.example.dev`, change);
    await server.settled();
    expect(await client.post(path, widget('b', { color: 'blue' }))).toMatchObject({ status: 201 });
    server.restore(strict);
    expect(await client.post(path, widget('b', { color: 'blue' }))).toMatchObject({ status: 422 });
  });
});

describe('tokens', () => {
  test('are asked for where nobody may come without', async () => {
    const strict = await startKubernetes({ tls: false, token: 'sesame', anonymous: false });
    const known = createClient(strict);
    const stranger = createClient({ ...strict, token: 'open' });
    expect(strict.kubeconfig).toContain('token: sesame');
    expect(await known.get('/api')).toMatchObject({ status: 200 });
    expect(await stranger.get('/api')).toMatchObject({ status: 401, body: { kind: 'Status', reason: 'Unauthorized' } });
    await known.close();
    await stranger.close();
    await strict.close();
  });
});
