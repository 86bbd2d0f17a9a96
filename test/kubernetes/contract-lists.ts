import { describe, expect, test } from '@jest/globals';
import { type Answer, type Json, MERGE, metaOf, TABLE } from './client.ts';
import type { Running } from './contract.ts';
import { widget, widgets } from './widgets.ts';

const names = ({ body }: Answer): unknown[] =>
  (body['items'] as Json[]).map((item) => (item['metadata'] as Json)['name']);

async function five(running: Running): Promise<string> {
  const path = widgets(await running.namespace());
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    const color = index % 2 === 0 ? 'red' : 'green';
    await running.client.post(path, widget(name, { color }, { labels: { tier: color, [name]: 'here' } }));
  }
  return path;
}

export function describeLists(running: Running): void {
  describe('a list', () => {
    test('is of a kind and version, and at a revision', async () => {
      const path = await five(running);
      const answer = await running.client.get(path);
      expect(answer.body).toMatchObject({ kind: 'WidgetList', apiVersion: 'example.dev/v1' });
      expect(metaOf(answer)['resourceVersion']).toMatch(/^\d+$/);
      expect(names(answer)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    test('in pages is of one moment, whatever happens between them', async () => {
      const path = await five(running);
      const first = await running.client.get(`${path}?limit=2`);
      expect(names(first)).toEqual(['a', 'b']);
      expect(metaOf(first)).toMatchObject({ remainingItemCount: 3 });
      await running.client.delete(`${path}/d`);
      await running.client.post(path, widget('bb'));
      await running.client.patch(`${path}/c`, MERGE, { spec: { size: 9 } });
      const token = encodeURIComponent(String(metaOf(first)['continue']));
      const second = await running.client.get(`${path}?limit=2&continue=${token}`);
      expect(names(second)).toEqual(['c', 'd']);
      expect((second.body['items'] as { spec: Json }[])[0]?.spec).toMatchObject({ size: 3 });
      expect(metaOf(second)['resourceVersion']).toBe(metaOf(first)['resourceVersion']);
      const last = await running.client.get(
        `${path}?limit=2&continue=${encodeURIComponent(String(metaOf(second)['continue']))}`,
      );
      expect(names(last)).toEqual(['e']);
      expect(metaOf(last)).not.toHaveProperty('remainingItemCount');
    });

    test('can be had of an earlier revision', async () => {
      const path = await five(running);
      const { resourceVersion } = metaOf(await running.client.get(path));
      await running.client.delete(`${path}/a`);
      const exact = await running.client.get(`${path}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
      expect(names(exact)).toEqual(['a', 'b', 'c', 'd', 'e']);
      const later = await running.client.get(
        `${path}?resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`,
      );
      expect(names(later)).toEqual(['b', 'c', 'd', 'e']);
    });

    test.each([
      ['tier=red', ['a', 'c', 'e']],
      ['tier==red,a', ['a']],
      ['tier!=red', ['b', 'd']],
      ['tier in (red, blue),!a', ['c', 'e']],
      ['tier notin (red)', ['b', 'd']],
      ['b', ['b']],
      ['!tier', []],
    ])('is selected by the labels %s', async (selector, expected) => {
      const path = await five(running);
      expect(names(await running.client.get(`${path}?labelSelector=${encodeURIComponent(selector)}`))).toEqual(
        expected,
      );
    });

    test.each([
      ['metadata.name=b', ['b']],
      ['metadata.name!=b,spec.color=green', ['d']],
      ['spec.color=red', ['a', 'c', 'e']],
    ])('is selected by the fields %s', async (selector, expected) => {
      const path = await five(running);
      expect(names(await running.client.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`))).toEqual(
        expected,
      );
    });

    test.each([
      ['fieldSelector=spec.size%3D3', 400, /field label not supported: spec.size$/],
      ['labelSelector=a%20in%20(b', 400, /unable to parse requirement/],
      ['continue=nonsense', 400, /continue key is not valid/],
      ['resourceVersion=x', 400, /invalid resource version/],
      ['resourceVersionMatch=Exact', 422, /resourceVersionMatch is forbidden unless resourceVersion is provided/],
      ['resourceVersion=1&resourceVersionMatch=Odd', 422, /Unsupported value: "Odd"/],
      ['resourceVersion=99999999', 504, /^Timeout: Too large resource version: 99999999, current: \d+$/],
    ])('is refused for %s', async (query, status, message) => {
      const path = widgets(await running.namespace());
      expect(await running.client.get(`${path}?${query}`)).toMatchObject({
        status,
        body: { message: expect.stringMatching(message) },
      });
    });

    test('over all namespaces finds them all', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('everywhere'));
      const all = await running.client.get('/apis/example.dev/v1/widgets?fieldSelector=metadata.name%3Deverywhere');
      expect(names(all)).toEqual(['everywhere']);
      expect(await running.client.get('/apis/example.dev/v1/widgets/everywhere')).toMatchObject({ status: 404 });
    });
  });

  describe('a table', () => {
    test('shows the printer columns', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      await running.client.patch(`${path}/a/status`, MERGE, {
        status: {
          message: 'm',
          conditions: [
            { type: 'Other', status: 'False' },
            { type: 'Ready', status: 'True' },
          ],
        },
      });
      await running.client.post(path, widget('b'));
      const { body } = await running.client.get(path, TABLE);
      expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
      const columns = body['columnDefinitions'] as { name: string; type: string; priority: number }[];
      expect(columns.map(({ name, type, priority }) => [name, type, priority])).toEqual([
        ['Name', 'string', 0],
        ['Ready', 'string', 0],
        ['Size', 'integer', 0],
        ['Message', 'string', 1],
        ['Age', 'date', 0],
      ]);
      const rows = body['rows'] as { cells: unknown[]; object: Json }[];
      expect(rows.map(({ cells }) => cells)).toEqual([
        ['a', 'True', 3, 'm', expect.stringMatching(/^\d+s$/)],
        ['b', null, 3, null, expect.stringMatching(/^\d+s$/)],
      ]);
      expect(rows[0]?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    });

    test('comes with as much of the objects as is asked for', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      const whole = await running.client.get(`${path}?includeObject=Object`, TABLE);
      expect(whole.body).toMatchObject({ rows: [{ object: { kind: 'Widget', spec: { size: 3 } } }] });
      const none = await running.client.get(`${path}/a?includeObject=None`, TABLE);
      expect((none.body['rows'] as Json[])[0]?.['object'] ?? null).toBeNull();
    });
  });

  describe('metadata alone', () => {
    test('can be had of objects and lists', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      const one = await running.client.get(`${path}/a`, 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io');
      expect(one.body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
      expect(one.body).not.toHaveProperty('spec');
      const list = await running.client.get(path, 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io');
      expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'a' } }] });
      expect(await running.client.get(path, 'text/html')).toMatchObject({ status: 406 });
    });
  });
}
