import { describe, expect, test } from '@jest/globals';
import { JSON_PATCH, type Json, MERGE, metaOf, STRATEGIC } from './client.ts';
import type { Running } from './contract.ts';
import { widget, widgets } from './widgets.ts';

export function describePatches(running: Running): void {
  describe('a JSON patch', () => {
    const jsonPatches: Record<string, { patch: Json[]; spec: Json }> = {
      'adds, replaces and removes': {
        patch: [
          { op: 'test', path: '/spec/note', value: 'n' },
          { op: 'add', path: '/spec/labels', value: { 'a~1b': 'x' } },
          { op: 'add', path: '/spec/labels/c~1d~0e', value: 'y' },
          { op: 'replace', path: '/spec/size', value: 5 },
          { op: 'remove', path: '/spec/note' },
        ],
        spec: { color: 'red', size: 5, labels: { 'a~1b': 'x', 'c/d~e': 'y' }, parts: [{ name: 'a', weight: 1 }] },
      },
      'inserts into and appends to lists': {
        patch: [
          { op: 'add', path: '/spec/parts/0', value: { name: 'first' } },
          { op: 'add', path: '/spec/parts/-', value: { name: 'last' } },
          { op: 'remove', path: '/spec/parts/1' },
        ],
        spec: {
          color: 'red',
          size: 3,
          note: 'n',
          parts: [
            { name: 'first', weight: 1 },
            { name: 'last', weight: 1 },
          ],
        },
      },
      'copies and moves': {
        patch: [
          { op: 'add', path: '/spec/labels', value: { a: 'x' } },
          { op: 'copy', from: '/spec/labels/a', path: '/spec/labels/b' },
          { op: 'move', from: '/spec/labels/a', path: '/spec/note' },
        ],
        spec: { color: 'red', size: 3, note: 'x', labels: { b: 'x' }, parts: [{ name: 'a', weight: 1 }] },
      },
    };

    test.each(Object.entries(jsonPatches))('%s', async (_, { patch, spec }) => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a', { color: 'red', note: 'n', parts: [{ name: 'a' }] }));
      const answer = await running.client.patch(`${path}/a`, JSON_PATCH, patch);
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body['spec']).toEqual(spec);
    });

    test('is refused as a whole when a test fails or a path is missing', async () => {
      const path = widgets(await running.namespace());
      const { body } = await running.client.post(path, widget('a'));
      for (const patch of [
        [
          { op: 'replace', path: '/spec/size', value: 9 },
          { op: 'test', path: '/spec/color', value: 'green' },
        ],
        [{ op: 'remove', path: '/spec/nothing' }],
        [{ op: 'replace', path: '/spec/parts/0', value: {} }],
      ]) {
        expect(await running.client.patch(`${path}/a`, JSON_PATCH, patch)).toMatchObject({
          status: 422,
          body: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
        });
      }
      expect((await running.client.get(`${path}/a`)).body).toEqual(body);
      expect(await running.client.patch(`${path}/a`, JSON_PATCH, { a: 1 })).toMatchObject({ status: 400 });
    });
  });

  describe('a merge patch', () => {
    test('merges objects, replaces lists and removes with null', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(
        path,
        widget('a', { color: 'red', note: 'n', labels: { a: 'x', b: 'y' }, parts: [{ name: 'p' }] }),
      );
      const answer = await running.client.patch(`${path}/a`, MERGE, {
        spec: { note: null, labels: { b: null, c: 'z' }, parts: [{ name: 'q', weight: 2 }] },
      });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body['spec']).toEqual({
        color: 'red',
        size: 3,
        labels: { a: 'x', c: 'z' },
        parts: [{ name: 'q', weight: 2 }],
      });
      expect(metaOf(answer)['generation']).toBe(2);
    });

    test('may insist on a resourceVersion', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      const stale = { metadata: { resourceVersion: '1' }, spec: { size: 6 } };
      expect(await running.client.patch(`${path}/a`, MERGE, stale)).toMatchObject({ status: 409 });
      expect(await running.client.patch(`${path}/none`, MERGE, { spec: {} })).toMatchObject({ status: 404 });
    });

    test('on one endpoint leaves the part of the other alone', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      await running.client.patch(`${path}/a/status`, MERGE, { status: { message: 'm' }, spec: { size: 9 } });
      const answer = await running.client.patch(`${path}/a`, MERGE, { status: { message: 'x' }, spec: { size: 4 } });
      expect(answer.body).toMatchObject({ spec: { size: 4 }, status: { message: 'm' }, metadata: { generation: 2 } });
    });
  });

  describe('a strategic merge patch', () => {
    test('is for built-in kinds only', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      expect(await running.client.patch(`${path}/a`, STRATEGIC, { spec: { size: 4 } })).toMatchObject({
        status: 415,
        body: {
          reason: 'UnsupportedMediaType',
          message:
            'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        },
      });
    });

    test('merges lists by their key, and takes elements out', async () => {
      const path = `/api/v1/namespaces/${await running.namespace()}/serviceaccounts`;
      await running.client.post(path, { metadata: { name: 's' }, secrets: [{ name: 'x' }] });
      const added = await running.client.patch(`${path}/s`, STRATEGIC, { secrets: [{ name: 'y' }] });
      expect(added.body['secrets']).toHaveLength(2);
      const removed = await running.client.patch(`${path}/s`, STRATEGIC, {
        secrets: [{ $patch: 'delete', name: 'x' }],
        metadata: { finalizers: ['example.dev/b'] },
      });
      expect(removed.body).toMatchObject({ secrets: [{ name: 'y' }], metadata: { finalizers: ['example.dev/b'] } });
      const freed = await running.client.patch(`${path}/s`, STRATEGIC, {
        metadata: { '$deleteFromPrimitiveList/finalizers': ['example.dev/b'] },
      });
      expect(metaOf(freed)).not.toHaveProperty('finalizers');
    });
  });
}
