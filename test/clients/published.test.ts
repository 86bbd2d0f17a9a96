import { describe, expect, test } from '@jest/globals';
import {
  createPublisher,
  createSecretPublisher,
  type Owner,
  PUBLISHED_BY,
} from '../../operator/clients/kube/published.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';

const owner: Owner = {
  apiVersion: 'fabriclink.dev/v1alpha1',
  kind: 'WorkspacePrivateLink',
  metadata: { name: 'sales', namespace: 'team', uid: 'uid-1' },
};
const { signal } = new AbortController();

type Sent = { verb: string; body?: unknown; preconditions?: unknown };

/** A cluster with at most one ConfigMap, or one Secret. */
function cluster(configMap?: object, make = createPublisher) {
  const sent: Sent[] = [];
  const publisher = make({
    get: async <T extends KubeObject>() => configMap as unknown as T,
    create: async (_type, body) => (sent.push({ verb: 'create', body }), body),
    patch: async <T extends KubeObject>(_t: unknown, _ns: string, _n: string, { body }: { body: unknown }) => (
      sent.push({ verb: 'patch', body }), body as T
    ),
    delete: async (_t, _ns, _n, preconditions) => void sent.push({ verb: 'delete', preconditions }),
  });
  return { publisher, sent };
}

const found = (metadata: object, data?: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', namespace: 'team', resourceVersion: '7', ...metadata },
  ...(data && { data }),
});
const reference = { apiVersion: 'v1', kind: 'k', name: 'sales', uid: 'uid-1' };

describe('whose a ConfigMap is', () => {
  test.each([
    ['absent', undefined],
    ['taken', found({})],
    ['taken', found({ labels: { [PUBLISHED_BY]: 'uid-2' } })],
    ['taken', found({ labels: { [PUBLISHED_BY]: '' }, ownerReferences: [reference] })],
    ['labelled', found({ labels: { [PUBLISHED_BY]: 'uid-1' } })],
    ['labelled', found({ labels: { [PUBLISHED_BY]: 'uid-1' }, ownerReferences: [{ ...reference, uid: 'uid-9' }] })],
    ['created', found({ labels: { [PUBLISHED_BY]: 'uid-1' }, ownerReferences: [reference] })],
  ])('%s', async (state, configMap) => {
    const { publisher } = cluster(configMap);
    expect((await publisher.read(owner, 'x', signal)).state).toBe(state);
  });

  test('an owner without a uid owns nothing', async () => {
    const { publisher } = cluster(found({ labels: { [PUBLISHED_BY]: '' } }));
    const nobody = { ...owner, metadata: { name: 'sales', namespace: 'team', uid: '' } };
    expect((await publisher.read(nobody, 'x', signal)).state).toBe('taken');
  });
});

test('what it creates bears the label and goes with its owner, whom it does not block', async () => {
  const { publisher, sent } = cluster();
  await publisher.create(owner, 'x', { a: '1' }, signal);
  expect(sent).toEqual([
    {
      verb: 'create',
      body: expect.objectContaining({
        metadata: {
          name: 'x',
          namespace: 'team',
          labels: { [PUBLISHED_BY]: 'uid-1', 'app.kubernetes.io/managed-by': 'fabric-link-operator' },
          ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: 'sales', uid: 'uid-1' }],
        },
        data: { a: '1' },
      }),
    },
  ]);
});

test('it changes the named keys of the version that was read, and removes only that version', async () => {
  const { publisher, sent } = cluster();
  await publisher.update(owner, 'x', { a: '1', b: null }, '7', signal);
  await publisher.remove(owner, 'x', '7', signal);
  expect(sent).toEqual([
    { verb: 'patch', body: { metadata: { resourceVersion: '7' }, data: { a: '1', b: null } } },
    { verb: 'delete', preconditions: { resourceVersion: '7' } },
  ]);
});

describe('in a Secret', () => {
  const labelled = { labels: { [PUBLISHED_BY]: 'uid-1' } };

  test('values are base64 there, and text here', async () => {
    const { publisher, sent } = cluster(undefined, createSecretPublisher);
    await publisher.create(owner, 'x', { host: 'é.example' }, signal);
    await publisher.update(owner, 'x', { host: 'b.example', old: null }, '7', signal);
    expect(sent).toMatchObject([
      {
        verb: 'create',
        body: {
          kind: 'Secret',
          type: 'Opaque',
          metadata: { labels: labelled.labels, ownerReferences: [{ uid: 'uid-1' }] },
          data: { host: 'w6kuZXhhbXBsZQ==' },
        },
      },
      { verb: 'patch', body: { metadata: { resourceVersion: '7' }, data: { host: 'Yi5leGFtcGxl', old: null } } },
    ]);
    const { publisher: reader } = cluster(found(labelled, { host: 'w6kuZXhhbXBsZQ==' }), createSecretPublisher);
    expect(await reader.read(owner, 'x', signal)).toEqual({
      state: 'labelled',
      data: { host: 'é.example' },
      version: '7',
    });
  });

  test('of one that is somebody else’s, nothing that it holds is handed out', async () => {
    const { publisher } = cluster(found({}, { password: 'c2VjcmV0' }), createSecretPublisher);
    expect(await publisher.read(owner, 'x', signal)).toEqual({ state: 'taken', data: {}, version: '7' });
  });
});
