import { describe, expect, test } from '@jest/globals';
import { causesOf, type Json, MERGE, metaOf } from './client.ts';
import type { Running } from './contract.ts';
import { widget, widgets } from './widgets.ts';

type Entry = { manager: string; operation: string; subresource?: string; fieldsV1: Json };

const managers = (answer: { body: Json }): string[] =>
  (metaOf(answer)['managedFields'] as unknown as Entry[])
    .map(({ manager, operation, subresource }) => [manager, operation, subresource].filter(Boolean).join(' '))
    .sort();

const fieldsOf = (answer: { body: Json }, name: string): Json | undefined =>
  (metaOf(answer)['managedFields'] as unknown as Entry[]).find(({ manager }) => manager === name)?.fieldsV1;

export function describeApply(running: Running): void {
  describe('server-side apply', () => {
    test('creates what is not there, and owns what it states', async () => {
      const path = widgets(await running.namespace());
      const answer = await running.client.apply(`${path}/a`, 'one', widget('a', { color: 'red', labels: { x: 'y' } }));
      expect(answer).toMatchObject({ status: 201, body: { spec: { color: 'red', size: 3 } } });
      expect(managers(answer)).toEqual(['one Apply']);
      expect(fieldsOf(answer, 'one')).toEqual({ 'f:spec': { 'f:color': {}, 'f:labels': { 'f:x': {} } } });
      const again = await running.client.apply(`${path}/a`, 'one', widget('a', { color: 'red', labels: { x: 'y' } }));
      expect(again).toMatchObject({ status: 200, body: answer.body });
    });

    test('conflicts over a field that another manager set to another value, unless forced', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a', { color: 'red', size: 2 }));
      const refused = await running.client.apply(`${path}/a`, 'one', widget('a', { color: 'green', size: 4 }));
      expect(refused).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
      expect(causesOf(refused).sort()).toEqual([
        '.spec.color: conflict with "tester" using example.dev/v1',
        '.spec.size: conflict with "tester" using example.dev/v1',
      ]);
      expect(refused.body['message']).toBe(
        'Apply failed with 2 conflicts: conflicts with "tester" using example.dev/v1:\n- .spec.color\n- .spec.size',
      );
      const same = await running.client.apply(`${path}/a`, 'two', widget('a', { color: 'red' }));
      expect(same).toMatchObject({ status: 200 });
      const forced = await running.client.apply(
        `${path}/a`,
        'one',
        widget('a', { color: 'green', size: 4 }),
        '&force=true',
      );
      expect(forced).toMatchObject({ status: 200, body: { spec: { color: 'green', size: 4 } } });
      // Whoever owned nothing else is gone; an empty spec stays with its maker.
      expect(managers(forced)).toEqual(['one Apply', 'tester Update']);
      expect(fieldsOf(forced, 'tester')).toEqual({ 'f:spec': {} });
    });

    test('removes what it stated before and states no longer, if nobody else does', async () => {
      const path = widgets(await running.namespace());
      await running.client.apply(
        `${path}/a`,
        'one',
        widget('a', { color: 'red', note: 'n', labels: { x: 'a', y: 'b' }, parts: [{ name: 'p' }, { name: 'q' }] }),
      );
      await running.client.apply(`${path}/a`, 'two', widget('a', { color: 'red', labels: { y: 'b' } }));
      const answer = await running.client.apply(
        `${path}/a`,
        'one',
        widget('a', { color: 'red', parts: [{ name: 'q' }] }),
      );
      expect(answer.body['spec']).toEqual({
        color: 'red',
        size: 3,
        labels: { y: 'b' },
        parts: [{ name: 'q', weight: 1 }],
      });
    });

    test('merges keyed lists element by element', async () => {
      const path = widgets(await running.namespace());
      await running.client.apply(`${path}/a`, 'one', widget('a', { color: 'red', parts: [{ name: 'p', weight: 2 }] }));
      const both = await running.client.apply(
        `${path}/a`,
        'two',
        widget('a', { color: 'red', parts: [{ name: 'q', weight: 5 }] }),
      );
      expect(both.body['spec']).toMatchObject({
        parts: [
          { name: 'p', weight: 2 },
          { name: 'q', weight: 5 },
        ],
      });
      const taken = await running.client.apply(
        `${path}/a`,
        'two',
        widget('a', { color: 'red', parts: [{ name: 'p', weight: 3 }] }),
      );
      expect(taken.body['message']).toBe(
        'Apply failed with 1 conflict: conflict with "one": .spec.parts[name="p"].weight',
      );
    });

    test('keeps endpoints apart: the same manager owns the status on its own', async () => {
      const path = widgets(await running.namespace());
      await running.client.apply(`${path}/a`, 'one', widget('a'));
      const status = { conditions: [{ type: 'Ready', status: 'True' }] };
      const answer = await running.client.apply(`${path}/a/status`, 'one', {
        apiVersion: 'example.dev/v1',
        kind: 'Widget',
        metadata: { name: 'a' },
        status,
      });
      expect(answer).toMatchObject({ status: 200, body: { status, spec: { color: 'red' } } });
      expect(managers(answer)).toEqual(['one Apply', 'one Apply status']);
      expect(await running.client.apply(`${path}/none/status`, 'one', widget('none'))).toMatchObject({ status: 404 });
    });

    test('tells who changed what by other ways of writing', async () => {
      const path = widgets(await running.namespace());
      await running.client.apply(`${path}/a`, 'one', widget('a', { color: 'red', note: 'n' }));
      const answer = await running.client.patch(`${path}/a?fieldManager=editor`, MERGE, {
        spec: { note: 'm' },
        metadata: { labels: { x: 'y' } },
      });
      expect(managers(answer)).toEqual(['editor Update', 'one Apply']);
      expect(fieldsOf(answer, 'editor')).toEqual({
        'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } },
        'f:spec': { 'f:note': {} },
      });
      expect(fieldsOf(answer, 'one')).toEqual({ 'f:spec': { 'f:color': {} } });
      const removed = await running.client.patch(`${path}/a?fieldManager=third`, MERGE, { spec: { note: null } });
      expect(managers(removed)).toEqual(['editor Update', 'one Apply']);
    });

    test('needs a manager, and fields that the schema knows', async () => {
      const path = widgets(await running.namespace());
      const nameless = await running.client.call('PATCH', `${path}/a`, widget('a'), {
        type: 'application/apply-patch+yaml',
      });
      expect(nameless).toMatchObject({
        status: 422,
        body: {
          message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
        },
      });
      const unknown = await running.client.apply(`${path}/a`, 'one', widget('a', { color: 'red', odd: 1 }));
      expect(unknown).toMatchObject({ status: 500 });
      expect(unknown.body['message']).toMatch(/^failed to create typed patch object .*: .spec.odd: field not declared/);
    });

    test('names an unknown field by the keys of the list element that it is in, and refuses the whole', async () => {
      const path = widgets(await running.namespace());
      const refusalOf = async (spec: Json) => {
        const { status, body } = await running.client.apply(`${path}/a`, 'one', widget('a', spec));
        const [, fields = ''] =
          /^failed to create typed patch object \([^)]*\): (.*)$/s.exec(String(body['message'])) ?? [];
        return { status, code: body['code'], reason: body['reason'], fields };
      };
      const parts = [{ name: 'first' }, { name: 'x', asked: [] }];
      expect(await refusalOf({ color: 'red', parts })).toEqual({
        status: 500,
        code: 500,
        reason: undefined,
        fields: '.spec.parts[name="x"].asked: field not declared in schema',
      });
      expect(await refusalOf({ color: 'red', parts: [{ name: 'x', asked: [{ a: 1 }] }] })).toMatchObject({
        fields: '.spec.parts[name="x"].asked: field not declared in schema',
      });
      expect(await running.client.get(`${path}/a`)).toMatchObject({ status: 404 });
    });

    test('reads YAML', async () => {
      const path = widgets(await running.namespace());
      const yaml = 'apiVersion: example.dev/v1\nkind: Widget\nmetadata: {name: a}\nspec:\n  color: red # a comment\n';
      expect(await running.client.apply(`${path}/a`, 'one', yaml)).toMatchObject({ status: 201 });
    });

    test('takes over what kubectl applied from the client side', async () => {
      const path = `/api/v1/namespaces/${await running.namespace()}/configmaps`;
      const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } };
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(config) };
      await running.client.post(`${path}?fieldManager=kubectl-client-side-apply`, {
        ...config,
        metadata: { name: 'c', annotations },
      });
      const changed = { ...config, data: { a: 'c' } };
      expect(await running.client.apply(`${path}/c`, 'someone', changed)).toMatchObject({ status: 409 });
      const answer = await running.client.apply(`${path}/c`, 'kubectl', changed);
      expect(answer).toMatchObject({ status: 200, body: { data: { a: 'c' } } });
      const { annotations: after } = metaOf(answer) as unknown as { annotations: Record<string, string> };
      expect(JSON.parse(Object.values(after)[0]!)).toMatchObject({ data: { a: 'c' } });
    });
  });
}
