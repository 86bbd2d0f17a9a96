import { describe, expect, test } from '@jest/globals';
import { causesOf, type Json, MERGE, metaOf } from './client.ts';
import type { Running } from './contract.ts';
import { widget, widgets } from './widgets.ts';

export function describeWrites(running: Running): void {
  describe('creating', () => {
    test('fills in what the server owns, and leaves the status to the status endpoint', async () => {
      const path = widgets(await running.namespace());
      const answer = await running.client.post(path, { ...widget('a'), status: { message: 'mine' } });
      expect(answer).toMatchObject({ status: 201, body: { kind: 'Widget', spec: { color: 'red', size: 3 } } });
      expect(answer.body).not.toHaveProperty('status');
      expect(metaOf(answer)).toMatchObject({
        generation: 1,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        managedFields: [{ manager: 'tester', operation: 'Update', fieldsV1: { 'f:spec': { 'f:color': {} } } }],
      });
    });

    test('refuses a second object of the name', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      expect(await running.client.post(path, widget('a'))).toMatchObject({
        status: 409,
        body: { reason: 'AlreadyExists', message: 'widgets.example.dev "a" already exists' },
      });
    });

    test('makes a name of generateName', async () => {
      const path = widgets(await running.namespace());
      const { name: _, ...nameless } = widget('')['metadata'] as Json;
      const body = { ...widget(''), metadata: { ...nameless, generateName: 'gen-' } };
      const first = metaOf(await running.client.post(path, body));
      const second = metaOf(await running.client.post(path, body));
      expect(first['name']).toMatch(/^gen-[a-z0-9]{5}$/);
      expect(second['name']).not.toBe(first['name']);
    });

    test('needs a namespace that exists', async () => {
      expect(await running.client.post(widgets('nowhere'), widget('a'))).toMatchObject({
        status: 404,
        body: { message: 'namespaces "nowhere" not found' },
      });
    });

    test('refuses names and labels that are none', async () => {
      const path = widgets(await running.namespace());
      const named = await running.client.post(path, widget('Not_Valid'));
      expect(named).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
      expect(causesOf(named)[0]).toMatch(/^metadata.name: .*a lowercase RFC 1123 subdomain must consist of/);
      const labelled = await running.client.post(path, widget('b', undefined, { labels: { 'a b': 'c d' } }));
      expect(causesOf(labelled)).toHaveLength(2);
    });

    test('refuses a body for another namespace or kind', async () => {
      const path = widgets(await running.namespace());
      expect(await running.client.post(path, widget('a', undefined, { namespace: 'other' }))).toMatchObject({
        status: 400,
        body: { message: 'the namespace of the provided object does not match the namespace sent on the request' },
      });
      expect(await running.client.post(path, { ...widget('a'), kind: 'Gadget' })).toMatchObject({ status: 422 });
      expect(await running.client.post(path, { ...widget('a'), apiVersion: 'example.dev/v2' })).toMatchObject({
        status: 400,
      });
      expect(await running.client.post(path, 'nonsense')).toMatchObject({ status: 400 });
    });

    test('writes nothing in a dry run, but checks', async () => {
      const path = widgets(await running.namespace());
      expect(await running.client.post(`${path}?dryRun=All`, widget('a'))).toMatchObject({
        status: 201,
        body: { spec: { size: 3 } },
      });
      expect(await running.client.get(`${path}/a`)).toMatchObject({ status: 404 });
      expect(await running.client.post(`${path}?dryRun=All`, widget('a', {}))).toMatchObject({ status: 422 });
    });
  });

  describe('replacing', () => {
    test('needs the latest resourceVersion', async () => {
      const path = widgets(await running.namespace());
      const { body: first } = await running.client.post(path, widget('a'));
      const second = await running.client.put(`${path}/a`, { ...first, spec: { color: 'red', size: 4 } });
      expect(second).toMatchObject({ status: 200, body: { metadata: { generation: 2 } } });
      expect(await running.client.put(`${path}/a`, { ...first, spec: { color: 'red', size: 5 } })).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message:
            'Operation cannot be fulfilled on widgets.example.dev "a": the object has been modified; please apply your changes to the latest version and try again',
        },
      });
      const blind = await running.client.put(`${path}/a`, widget('a'));
      expect(blind).toMatchObject({ status: 422 });
      expect(causesOf(blind)).toEqual(['metadata.resourceVersion: Invalid value: 0: must be specified for an update']);
    });

    test('changes nothing when nothing changes', async () => {
      const path = widgets(await running.namespace());
      const { body: first } = await running.client.post(path, widget('a'));
      const second = await running.client.put(`${path}/a`, first);
      expect(second.body).toEqual(first);
    });

    test('minds whose uid it is', async () => {
      const path = widgets(await running.namespace());
      const { body } = await running.client.post(path, widget('a'));
      const stranger = { ...body, metadata: { ...(body['metadata'] as Json), uid: 'another' } };
      expect(await running.client.put(`${path}/a`, stranger)).toMatchObject({
        status: 409,
        body: { message: expect.stringContaining('Precondition failed: UID in precondition: another') },
      });
    });

    test('keeps what the server owns', async () => {
      const path = widgets(await running.namespace());
      const { body } = await running.client.post(path, widget('a'));
      const metadata = { ...(body['metadata'] as Json), generation: 77 };
      expect(metaOf(await running.client.put(`${path}/a`, { ...body, metadata }))['generation']).toBe(1);
      const dated = { ...metadata, deletionTimestamp: '2020-01-01T00:00:00Z' };
      const refused = await running.client.put(`${path}/a`, { ...body, metadata: dated });
      expect(refused).toMatchObject({ status: 422 });
      expect(causesOf(refused)[0]).toMatch(/^metadata.deletionTimestamp: .*field is immutable$/);
    });
  });

  describe('the status endpoint', () => {
    test('writes the status and nothing else, and counts no generation', async () => {
      const path = widgets(await running.namespace());
      const { body } = await running.client.post(path, widget('a'));
      const metadata = { ...(body['metadata'] as Json), labels: { no: 'no' } };
      const answer = await running.client.put(`${path}/a/status`, {
        ...body,
        metadata,
        spec: { color: 'green' },
        status: { message: 'hello' },
      });
      expect(answer).toMatchObject({ status: 200, body: { spec: { color: 'red' }, status: { message: 'hello' } } });
      expect(metaOf(answer)).toMatchObject({ generation: 1 });
      expect(metaOf(answer)).not.toHaveProperty('labels');
    });

    test('checks the status', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      const answer = await running.client.patch(`${path}/a/status`, MERGE, { status: { message: 5 } });
      expect(answer).toMatchObject({ status: 422 });
      expect(causesOf(answer)).toEqual([
        'status.message: Invalid value: "integer": message in body must be of type string: "integer"',
        expect.stringContaining('some validation rules were not checked'),
      ]);
    });
  });

  describe('deleting', () => {
    test('says what went', async () => {
      const path = widgets(await running.namespace());
      const { body } = await running.client.post(path, widget('a'));
      expect(await running.client.delete(`${path}/a`)).toMatchObject({
        status: 200,
        body: {
          kind: 'Status',
          status: 'Success',
          details: { name: 'a', group: 'example.dev', kind: 'widgets', uid: (body['metadata'] as Json)['uid'] },
        },
      });
      expect(await running.client.get(`${path}/a`)).toMatchObject({
        status: 404,
        body: { reason: 'NotFound', message: 'widgets.example.dev "a" not found' },
      });
    });

    test('waits for finalizers, and takes no new ones', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a', undefined, { finalizers: ['example.dev/hold'] }));
      const marked = await running.client.delete(`${path}/a`);
      expect(metaOf(marked)).toMatchObject({ deletionGracePeriodSeconds: 0, generation: 2 });
      const { deletionTimestamp, resourceVersion } = metaOf(marked);
      expect(deletionTimestamp).toMatch(/Z$/);
      // A second request to delete changes nothing.
      expect(metaOf(await running.client.delete(`${path}/a`))).toMatchObject({ deletionTimestamp, resourceVersion });
      const added = await running.client.patch(`${path}/a`, MERGE, {
        metadata: { finalizers: ['example.dev/hold', 'example.dev/new'] },
      });
      expect(causesOf(added)).toContain(
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.dev/new"}',
      );
      expect(await running.client.patch(`${path}/a`, MERGE, { metadata: { finalizers: null } })).toMatchObject({
        status: 200,
      });
      expect(await running.client.get(`${path}/a`)).toMatchObject({ status: 404 });
    });

    test('minds its preconditions', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
        expect(await running.client.delete(`${path}/a`, { preconditions })).toMatchObject({
          status: 409,
          body: { reason: 'Conflict', message: expect.stringContaining('in the precondition') },
        });
      }
      expect(await running.client.delete(`${path}/a?dryRun=All`)).toMatchObject({ status: 200 });
      expect(await running.client.get(`${path}/a`)).toMatchObject({ status: 200 });
    });

    test('takes a whole selection', async () => {
      const path = widgets(await running.namespace());
      for (const name of ['a', 'b']) await running.client.post(path, widget(name, undefined, { labels: { go: name } }));
      expect(await running.client.delete(`${path}?labelSelector=go%3Da`)).toMatchObject({ status: 200 });
      const { body } = await running.client.get(path);
      expect((body['items'] as Json[]).map((item) => (item['metadata'] as Json)['name'])).toEqual(['b']);
    });
  });
}
