// What controllers do in a real cluster: a bare kube-apiserver has none, so these cases run on the embedded server only.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Kubernetes, startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { type Client, createClient, type Json, MERGE, metaOf } from './client.ts';
import { CRDS, serveWidgets, widget, widgets } from './widgets.ts';

let server: Kubernetes;
let client: Client;
const path = widgets('default');

beforeEach(async () => {
  server = await startKubernetes({ tls: false });
  client = createClient(server);
  await serveWidgets(client);
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const ownedBy = (name: string, uid: unknown, more: Json = {}): Json => ({
  ownerReferences: [{ apiVersion: 'example.dev/v1', kind: 'Widget', name, uid, ...more }],
});

async function make(name: string, metadata: Json = {}): Promise<unknown> {
  return metaOf(await client.post(path, widget(name, undefined, metadata)))['uid'];
}

const left = (): string[] => server.objects('widgets.example.dev').map(({ metadata }) => metadata.name);

describe('garbage collection', () => {
  test('takes dependents after their owner, and theirs after them', async () => {
    const uid = await make('owner');
    const child = await make('child', ownedBy('owner', uid));
    await make('grandchild', ownedBy('child', child));
    await make('bystander');
    await client.delete(`${path}/owner`);
    await server.settled();
    expect(left()).toEqual(['bystander']);
  });

  test('keeps a dependent until its last owner is gone, and forgets the owners that went', async () => {
    const [one, two] = [await make('one'), await make('two')];
    const owners = [ownedBy('one', one), ownedBy('two', two)].flatMap(({ ownerReferences }) => ownerReferences);
    await make('child', { ownerReferences: owners });
    await client.delete(`${path}/one`);
    await server.settled();
    expect((await client.get(`${path}/child`)).body).toMatchObject({ metadata: ownedBy('two', two) });
    await client.delete(`${path}/two`);
    await server.settled();
    expect(left()).toEqual([]);
  });

  test('takes what is owned by nobody that exists, also by a namesake', async () => {
    await make('owner');
    await make('child', ownedBy('owner', 'a-former-owner'));
    await server.settled();
    expect(left()).toEqual(['owner']);
  });

  test('counts no owner of another namespace', async () => {
    const uid = await make('owner');
    await client.post('/api/v1/namespaces', { metadata: { name: 'other' } });
    await client.post(widgets('other'), widget('child', undefined, ownedBy('owner', uid)));
    await server.settled();
    expect(left()).toEqual(['owner']);
  });

  test('in the foreground removes the owner last', async () => {
    const uid = await make('owner');
    await make('child', {
      ...ownedBy('owner', uid, { blockOwnerDeletion: true }),
      finalizers: ['example.dev/hold'],
    });
    const marked = await client.delete(`${path}/owner`, { propagationPolicy: 'Foreground' });
    expect(marked.body).toMatchObject({ metadata: { finalizers: ['foregroundDeletion'] } });
    await server.settled();
    expect(left()).toEqual(['child', 'owner']);
    await client.patch(`${path}/child`, MERGE, { metadata: { finalizers: null } });
    await server.settled();
    expect(left()).toEqual([]);
  });

  test('orphans on request', async () => {
    const uid = await make('owner');
    await make('child', ownedBy('owner', uid));
    await client.delete(`${path}/owner`, { propagationPolicy: 'Orphan' });
    await server.settled();
    expect(left()).toEqual(['child']);
    expect(metaOf(await client.get(`${path}/child`))).not.toHaveProperty('ownerReferences');
  });
});

describe('a namespace that goes', () => {
  test('takes everything in it along', async () => {
    await client.post('/api/v1/namespaces', { metadata: { name: 'going' } });
    await client.post(widgets('going'), widget('a'));
    await client.post('/api/v1/namespaces/going/secrets', { metadata: { name: 's' } });
    expect((await client.delete('/api/v1/namespaces/going')).body).toMatchObject({ status: { phase: 'Terminating' } });
    await server.settled();
    expect(await client.get('/api/v1/namespaces/going')).toMatchObject({ status: 404 });
    expect([...server.objects('secrets'), ...server.objects('widgets.example.dev')]).toEqual([]);
  });

  test('says what it waits for', async () => {
    await client.post('/api/v1/namespaces', { metadata: { name: 'going' } });
    await client.post(widgets('going'), widget('a', undefined, { finalizers: ['example.dev/hold'] }));
    await client.delete('/api/v1/namespaces/going');
    await server.settled();
    expect((await client.get('/api/v1/namespaces/going')).body).toMatchObject({
      status: {
        conditions: [
          {
            type: 'NamespaceContentRemaining',
            message: 'Some resources are remaining: Widget (example.dev/v1) has 1 resource instances',
          },
          {
            type: 'NamespaceFinalizersRemaining',
            message: 'Some content in the namespace has finalizers remaining: example.dev/hold in 1 resource instances',
          },
        ],
      },
    });
    await client.patch(`${widgets('going')}/a`, MERGE, { metadata: { finalizers: null } });
    await server.settled();
    expect(await client.get('/api/v1/namespaces/going')).toMatchObject({ status: 404 });
  });
});

describe('a definition that goes', () => {
  test('waits for finalizers of its objects, which can still be written', async () => {
    await make('a', { finalizers: ['example.dev/hold'] });
    await make('b');
    await client.delete(`${CRDS}/widgets.example.dev`);
    await server.settled();
    expect(left()).toEqual(['a']);
    expect((await client.get(`${CRDS}/widgets.example.dev`)).body).toMatchObject({
      metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
    });
    await client.patch(`${path}/a`, MERGE, { metadata: { finalizers: null } });
    await server.settled();
    expect(await client.get(`${CRDS}/widgets.example.dev`)).toMatchObject({ status: 404 });
    expect(await client.get(path)).toMatchObject({ status: 404 });
  });
});
