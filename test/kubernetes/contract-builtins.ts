import { describe, expect, test } from '@jest/globals';
import { causesOf, type Json, MERGE, metaOf, TABLE } from './client.ts';
import type { Running } from './contract.ts';

const core = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;
const newer = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;

const about = (namespace: string): Json => ({ kind: 'Secret', name: 'a', namespace, uid: 'u-1' });

const newerEvent = (namespace: string, more: Json = {}): Json => ({
  metadata: { name: 'new' },
  regarding: about(namespace),
  reason: 'Changed',
  note: 'it changed',
  type: 'Normal',
  action: 'Change',
  reportingController: 'example.dev/tester',
  reportingInstance: 'tester-1',
  eventTime: '2026-01-02T03:04:05.123456Z',
  ...more,
});

export function describeBuiltins(running: Running): void {
  describe('secrets and config maps', () => {
    test('take plain text and show base64', async () => {
      const path = core(await running.namespace(), 'secrets');
      const { body } = await running.client.post(path, {
        metadata: { name: 'a' },
        stringData: { k: 'v' },
        data: { z: 'YQ==' },
      });
      expect(body).toMatchObject({ type: 'Opaque', data: { k: 'dg==', z: 'YQ==' } });
      expect(body).not.toHaveProperty('stringData');
    });

    test('are listed and watched by their metadata, without what they hold', async () => {
      const path = core(await running.namespace(), 'secrets');
      await running.client.post(path, { metadata: { name: 'a' }, stringData: { k: 'planted' } });
      const { body } = await running.client.get(
        path,
        'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      );
      expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'a' } }] });
      expect(JSON.stringify(body)).not.toContain('cGxhbnRlZA');
    });

    test('refuse bad keys, bad base64 and another type', async () => {
      const path = core(await running.namespace(), 'secrets');
      const bad = await running.client.post(path, { metadata: { name: 'b' }, data: { 'a b': 'YQ==' } });
      expect(causesOf(bad)[0]).toMatch(/^data\[a b\]: Invalid value: "a b": a valid config key must consist of/);
      expect(await running.client.post(path, { metadata: { name: 'b' }, data: { a: '!!' } })).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('illegal base64 data') },
      });
      await running.client.post(path, { metadata: { name: 'b' } });
      expect(causesOf(await running.client.patch(`${path}/b`, MERGE, { type: 'other' }))).toEqual([
        'type: Invalid value: "other": field is immutable',
      ]);
      expect(
        await running.client.post(core('default', 'configmaps'), { metadata: { name: 'n' }, data: { a: 1 } }),
      ).toMatchObject({
        status: 400,
        body: {
          message:
            'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
        },
      });
    });

    test('stay as they are once they are immutable', async () => {
      const path = core(await running.namespace(), 'configmaps');
      await running.client.post(path, { metadata: { name: 'c' }, immutable: true, data: { a: 'b' } });
      const why = 'Forbidden: field is immutable when `immutable` is set';
      expect(causesOf(await running.client.patch(`${path}/c`, MERGE, { data: { a: 'c' } }))).toEqual([`data: ${why}`]);
      expect(causesOf(await running.client.patch(`${path}/c`, MERGE, { immutable: false }))).toEqual([
        `immutable: ${why}`,
      ]);
      expect(await running.client.patch(`${path}/c`, MERGE, { metadata: { labels: { x: 'y' } } })).toMatchObject({
        status: 200,
      });
    });

    test('are replaced without a resourceVersion, and shown in tables', async () => {
      const path = core(await running.namespace(), 'configmaps');
      await running.client.post(path, { metadata: { name: 'c' }, data: { a: 'b' } });
      const answer = await running.client.put(`${path}/c`, { metadata: { name: 'c' }, data: { a: 'y', b: 'z' } });
      expect(answer).toMatchObject({ status: 200, body: { data: { a: 'y', b: 'z' } } });
      const { body } = await running.client.get(path, TABLE);
      expect(body['rows']).toMatchObject([{ cells: ['c', 2, expect.stringMatching(/s$/)] }]);
    });
  });

  describe('leases', () => {
    test('change hands only with the latest resourceVersion', async () => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${await running.namespace()}/leases`;
      const renewTime = '2026-01-02T03:04:05.123456Z';
      const { body } = await running.client.post(path, {
        metadata: { name: 'l' },
        spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime, leaseTransitions: 0 },
      });
      expect(body).toMatchObject({ spec: { renewTime } });
      const spec = { ...(body['spec'] as Json), holderIdentity: 'b' };
      expect(await running.client.put(`${path}/l`, { ...body, spec })).toMatchObject({ status: 200 });
      expect(await running.client.put(`${path}/l`, { ...body, spec })).toMatchObject({ status: 409 });
      expect(await running.client.put(`${path}/l`, { metadata: { name: 'l' }, spec })).toMatchObject({ status: 422 });
      expect(
        causesOf(await running.client.post(path, { metadata: { name: 'm' }, spec: { leaseDurationSeconds: 0 } })),
      ).toEqual(['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']);
    });
  });

  describe('events', () => {
    test('are one store under two groups', async () => {
      const namespace = await running.namespace();
      expect(await running.client.post(newer(namespace), newerEvent(namespace))).toMatchObject({
        status: 201,
        body: { apiVersion: 'events.k8s.io/v1', note: 'it changed', deprecatedFirstTimestamp: null },
      });
      expect((await running.client.get(`${core(namespace, 'events')}/new`)).body).toMatchObject({
        apiVersion: 'v1',
        kind: 'Event',
        involvedObject: about(namespace),
        message: 'it changed',
        reportingComponent: 'example.dev/tester',
        eventTime: '2026-01-02T03:04:05.123456Z',
        firstTimestamp: null,
        source: {},
      });
      await running.client.post(core(namespace, 'events'), {
        metadata: { name: 'old' },
        involvedObject: about(namespace),
        reason: 'Old',
        message: 'old way',
        type: 'Warning',
        source: { component: 'c' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        count: 3,
      });
      expect((await running.client.get(`${newer(namespace)}/old`)).body).toMatchObject({
        regarding: about(namespace),
        note: 'old way',
        deprecatedSource: { component: 'c' },
        deprecatedCount: 3,
        eventTime: null,
      });
    });

    test('are found by what they are about', async () => {
      const namespace = await running.namespace();
      await running.client.post(newer(namespace), newerEvent(namespace));
      const queries: [string, number][] = [
        [`${core(namespace, 'events')}?fieldSelector=involvedObject.name%3Da,involvedObject.uid%3Du-1`, 1],
        [`${core(namespace, 'events')}?fieldSelector=involvedObject.name%3Db`, 0],
        [`${newer(namespace)}?fieldSelector=regarding.name%3Da,reason%3DChanged`, 1],
        [`${newer(namespace)}?fieldSelector=reportingController%3Dexample.dev/tester`, 1],
      ];
      for (const [path, count] of queries) expect((await running.client.get(path)).body['items']).toHaveLength(count);
      expect(await running.client.get(`${newer(namespace)}?fieldSelector=involvedObject.name%3Da`)).toMatchObject({
        status: 400,
      });
    });

    test('let only their series change, once written the newer way', async () => {
      const namespace = await running.namespace();
      await running.client.post(newer(namespace), newerEvent(namespace));
      const series = { count: 2, lastObservedTime: '2026-01-02T03:05:00.000000Z' };
      expect(await running.client.patch(`${newer(namespace)}/new`, MERGE, { series })).toMatchObject({
        status: 200,
        body: { series },
      });
      expect(causesOf(await running.client.patch(`${newer(namespace)}/new`, MERGE, { note: 'other' }))).toEqual([
        'message: Invalid value: "other": field is immutable',
      ]);
      const table = await running.client.get(core(namespace, 'events'), TABLE);
      expect(table.body['rows']).toMatchObject([
        {
          cells: [
            expect.any(String),
            'Normal',
            'Changed',
            'secret/a',
            '',
            'example.dev/tester, tester-1',
            'it changed',
            expect.any(String),
            2,
            'new',
          ],
        },
      ]);
    });

    test.each([
      ['no time', { eventTime: null }, 'eventTime: Required value'],
      ['no action', { action: '' }, 'action: Required value'],
      ['an odd type', { type: 'Odd' }, 'type: Invalid value: "": has invalid value: Odd'],
      [
        'a reason that is too long',
        { reason: 'x'.repeat(129) },
        'reason: Invalid value: "": can have at most 128 characters',
      ],
    ])('are refused with %s', async (_, more, cause) => {
      const namespace = await running.namespace();
      const answer = await running.client.post(newer(namespace), newerEvent(namespace, more));
      expect(answer).toMatchObject({ status: 422 });
      expect(causesOf(answer)).toEqual([cause]);
    });
  });

  describe('namespaces', () => {
    test('are active, named by a label, and held by a finalizer in the spec', async () => {
      const name = await running.namespace();
      expect((await running.client.get(`/api/v1/namespaces/${name}`)).body).toMatchObject({
        metadata: { labels: { 'kubernetes.io/metadata.name': name } },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      });
      expect(await running.client.post('/api/v1/namespaces', { metadata: { name: 'Not_Valid' } })).toMatchObject({
        status: 422,
      });
    });

    test('take nothing new once they are going', async () => {
      const name = await running.namespace();
      // Something in it that stays, so that the namespace is seen going on either server.
      await running.client.post(core(name, 'configmaps'), {
        metadata: { name: 'c', finalizers: ['example.dev/hold'] },
      });
      const answer = await running.client.delete(`/api/v1/namespaces/${name}`);
      expect(answer.body).toMatchObject({ status: { phase: 'Terminating' } });
      expect(metaOf(answer)['deletionTimestamp']).toMatch(/Z$/);
      expect(await running.client.post(core(name, 'configmaps'), { metadata: { name: 'late' } })).toMatchObject({
        status: 403,
        body: {
          reason: 'Forbidden',
          message: `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
          details: { causes: [{ reason: 'NamespaceTerminating' }] },
        },
      });
    });
  });

  describe('what is in a namespace that is going', () => {
    test('can be changed and let go of, and a Secret without finalizer goes at once', async () => {
      const name = await running.namespace();
      const secrets = core(name, 'secrets');
      const held = { metadata: { name: 'held', finalizers: ['example.dev/hold'] } };
      await running.client.post(secrets, held);
      await running.client.post(secrets, { metadata: { name: 'free' } });
      await running.client.delete(`/api/v1/namespaces/${name}`);
      await running.client.delete(`${secrets}/free`);
      expect(await running.client.get(`${secrets}/free`)).toMatchObject({ status: 404 });

      await running.client.delete(`${secrets}/held`);
      const marked = await running.client.get(`${secrets}/held`);
      expect(metaOf(marked)['deletionTimestamp']).toMatch(/Z$/);
      const annotations = { 'example.dev/abandon': 'yes' };
      expect(await running.client.patch(`${secrets}/held`, MERGE, { metadata: { annotations } })).toMatchObject({
        status: 200,
        body: { metadata: { annotations } },
      });
      const stale = { metadata: { resourceVersion: metaOf(marked)['resourceVersion'], finalizers: [] } };
      expect(await running.client.patch(`${secrets}/held`, MERGE, stale)).toMatchObject({ status: 409 });
      expect(await running.client.patch(`${secrets}/held`, MERGE, { metadata: { finalizers: [] } })).toMatchObject({
        status: 200,
      });
      expect(await running.client.get(`${secrets}/held`)).toMatchObject({ status: 404 });
    });
  });

  describe('access reviews', () => {
    test('allow an administrator everything', async () => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const spec = { resourceAttributes: { verb: 'delete', resource: 'secrets', namespace: 'default' } };
      expect(await running.client.post(path, { spec })).toMatchObject({
        status: 201,
        body: { spec, status: { allowed: true } },
      });
    });
  });
}
