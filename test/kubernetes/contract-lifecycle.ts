import { describe, expect, test } from '@jest/globals';
import { type Json, MERGE, metaOf } from './client.ts';
import type { Running } from './contract.ts';
import { CRDS, WIDGETS, widget, widgets } from './widgets.ts';

/** A garbage collector learns of new kinds twice a minute. */
const WITHIN_MS = 75_000;
const POLL_MS = 50;

const ownedBy = (name: string, uid: unknown, more: Json = {}): Json => ({
  ownerReferences: [{ apiVersion: 'example.dev/v1', kind: 'Widget', name, uid, ...more }],
});

async function eventually<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const seen = await look();
    if (isThere(seen) || performance.now() > deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What the controllers of a cluster do; a bare kube-apiserver has none. */
export function describeLifecycle(running: Running): void {
  const make = async (path: string, name: string, metadata: Json = {}): Promise<unknown> =>
    metaOf(await running.client.post(path, widget(name, undefined, metadata)))['uid'];

  const names = async (path: string): Promise<unknown[]> => {
    const { body } = await running.client.get(path);
    return ((body['items'] ?? []) as { metadata: Json }[]).map(({ metadata }) => metadata['name']);
  };

  /** What is left, once it is these, or after waiting in vain. */
  const left = (path: string, expected: string[]): Promise<unknown[]> =>
    eventually(
      () => names(path),
      (found) => found.join() === expected.join(),
    );

  const gone = async (path: string): Promise<void> => {
    const { status } = await eventually(
      () => running.client.get(path),
      (answer) => answer.status === 404,
    );
    expect(status).toBe(404);
  };

  describe('a namespace that goes', () => {
    test('takes everything in it along, says what it waits for, and takes in nothing new', async () => {
      const name = await running.namespace();
      await make(widgets(name), 'a', { finalizers: ['example.dev/hold'] });
      await running.client.post(`/api/v1/namespaces/${name}/secrets`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
      });
      const deleted = await running.client.delete(`/api/v1/namespaces/${name}`);
      expect(deleted.body).toMatchObject({ status: { phase: 'Terminating' } });
      await gone(`/api/v1/namespaces/${name}/secrets/s`);
      expect(await running.client.post(widgets(name), widget('b'))).toMatchObject({
        status: 403,
        body: { details: { causes: [{ reason: 'NamespaceTerminating' }] } },
      });
      type Condition = { type: string; status: string; message: string };
      const waiting = ({ body }: { body: Json }) =>
        ((body['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? [])
          .filter(({ status }) => status === 'True')
          .map(({ type, message }) => ({ type, message }));
      const going = await eventually(
        () => running.client.get(`/api/v1/namespaces/${name}`),
        (answer) => waiting(answer).length > 0,
      );
      expect(waiting(going)).toEqual([
        {
          type: 'NamespaceContentRemaining',
          message: 'Some resources are remaining: widgets.example.dev has 1 resource instances',
        },
        {
          type: 'NamespaceFinalizersRemaining',
          message: 'Some content in the namespace has finalizers remaining: example.dev/hold in 1 resource instances',
        },
      ]);
      await running.client.patch(`${widgets(name)}/a`, MERGE, { metadata: { finalizers: null } });
      await gone(`/api/v1/namespaces/${name}`);
      expect(await names(widgets(name))).toEqual([]);
    }, 90_000);
  });

  describe('garbage collection', () => {
    test('takes dependents after their owner, and theirs after them', async () => {
      const path = widgets(await running.namespace());
      const uid = await make(path, 'owner');
      const child = await make(path, 'child', ownedBy('owner', uid));
      await make(path, 'grandchild', ownedBy('child', child));
      await make(path, 'bystander');
      await running.client.delete(`${path}/owner`);
      expect(await left(path, ['bystander'])).toEqual(['bystander']);
    }, 90_000);

    test('keeps a dependent until its last owner is gone, and forgets the owners that went', async () => {
      const path = widgets(await running.namespace());
      const [one, two] = [await make(path, 'one'), await make(path, 'two')];
      const owners = [ownedBy('one', one), ownedBy('two', two)].flatMap(({ ownerReferences }) => ownerReferences);
      await make(path, 'child', { ownerReferences: owners });
      await running.client.delete(`${path}/one`);
      const child = await eventually(
        () => running.client.get(`${path}/child`),
        (answer) => (metaOf(answer)['ownerReferences'] as unknown as unknown[]).length === 1,
      );
      expect(child.body).toMatchObject({ metadata: ownedBy('two', two) });
      await running.client.delete(`${path}/two`);
      expect(await left(path, [])).toEqual([]);
    });

    test('takes what is owned by nobody that exists, also by a namesake', async () => {
      const path = widgets(await running.namespace());
      await make(path, 'owner');
      await make(path, 'child', ownedBy('owner', 'a-former-owner'));
      expect(await left(path, ['owner'])).toEqual(['owner']);
    });

    test('counts no owner of another namespace', async () => {
      const path = widgets(await running.namespace());
      const other = widgets(await running.namespace());
      const uid = await make(path, 'owner');
      await make(other, 'child', ownedBy('owner', uid));
      expect(await left(other, [])).toEqual([]);
      expect(await left(path, ['owner'])).toEqual(['owner']);
    });

    test('in the foreground removes the owner last', async () => {
      const path = widgets(await running.namespace());
      const uid = await make(path, 'owner');
      await make(path, 'child', {
        ...ownedBy('owner', uid, { blockOwnerDeletion: true }),
        finalizers: ['example.dev/hold'],
      });
      const marked = await running.client.delete(`${path}/owner`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Foreground',
      });
      expect(marked.body).toMatchObject({ metadata: { finalizers: ['foregroundDeletion'] } });
      await eventually(
        () => running.client.get(`${path}/child`),
        (answer) => metaOf(answer)['deletionTimestamp'] !== undefined,
      );
      expect(await names(path)).toEqual(['child', 'owner']);
      await running.client.patch(`${path}/child`, MERGE, { metadata: { finalizers: null } });
      expect(await left(path, [])).toEqual([]);
    });

    test('orphans on request', async () => {
      const path = widgets(await running.namespace());
      const uid = await make(path, 'owner');
      await make(path, 'child', ownedBy('owner', uid));
      await running.client.delete(`${path}/owner`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Orphan',
      });
      expect(await left(path, ['child'])).toEqual(['child']);
      expect(metaOf(await running.client.get(`${path}/child`))).not.toHaveProperty('ownerReferences');
    });
  });

  describe('a definition that goes', () => {
    test('waits for finalizers of its objects, which can still be written', async () => {
      const namespace = await running.namespace();
      const gadgets = `/apis/example.dev/v1/namespaces/${namespace}/gadgets`;
      const gadget = (name: string, metadata: Json = {}) => ({ ...widget(name, undefined, metadata), kind: 'Gadget' });
      const spec = { ...(WIDGETS['spec'] as Json), names: { plural: 'gadgets', kind: 'Gadget' } };
      await running.client.post(CRDS, { ...WIDGETS, metadata: { name: 'gadgets.example.dev' }, spec });
      await eventually(
        () => running.client.post(gadgets, gadget('a', { finalizers: ['example.dev/hold'] })),
        ({ status }) => status === 201,
      );
      await running.client.post(gadgets, gadget('b'));
      await running.client.delete(`${CRDS}/gadgets.example.dev`);
      expect(await left(gadgets, ['a'])).toEqual(['a']);
      expect((await running.client.get(`${CRDS}/gadgets.example.dev`)).body).toMatchObject({
        metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
      });
      await running.client.patch(`${gadgets}/a`, MERGE, { metadata: { finalizers: null } });
      await gone(`${CRDS}/gadgets.example.dev`);
      await gone(gadgets);
    }, 90_000);
  });
}
