import { describe, expect, test } from '@jest/globals';
import { causesOf, type Json, MERGE } from './client.ts';
import type { Running } from './contract.ts';
import { CRDS, WIDGETS, widget, widgets } from './widgets.ts';

/** A definition like that of widgets, with another name and one version altered. */
function definition(plural: string, kind: string, version: Json): Json {
  const spec = WIDGETS['spec'] as Json & { versions: Json[] };
  return {
    ...WIDGETS,
    metadata: { name: `${plural}.example.dev` },
    spec: { ...spec, names: { plural, kind }, versions: [{ ...spec.versions[0], selectableFields: [], ...version }] },
  };
}

const schema = (properties: Json): Json => ({
  schema: { openAPIV3Schema: { type: 'object', properties } },
  additionalPrinterColumns: [],
});

const bad: Record<string, { version: Json; says: RegExp }> = {
  'a schema without types': {
    version: schema({ spec: { properties: {} } }),
    says: /^spec.validation.openAPIV3Schema.properties\[spec\].type: Required value: must not be empty for specified object fields$/,
  },
  'a list map without keys': {
    version: schema({ list: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } }),
    says: /x-kubernetes-list-map-keys: Required value/,
  },
  'a rule over a field that is not there': {
    version: schema({
      spec: { type: 'object', properties: {}, 'x-kubernetes-validations': [{ rule: 'self.color == "red"' }] },
    }),
    says: /x-kubernetes-validations\[0\].rule: Invalid value: .*compilation failed/,
  },
  'a rule that is no condition': {
    version: schema({
      spec: { type: 'string', maxLength: 9, 'x-kubernetes-validations': [{ rule: 'self + "x"' }] },
    }),
    says: /x-kubernetes-validations\[0\].rule: Invalid value/,
  },
  'a column that is no path': {
    version: { additionalPrinterColumns: [{ name: 'X', type: 'string', jsonPath: 'spec' }] },
    says: /^spec.additionalPrinterColumns\[0\].JSONPath: Invalid value: "spec": must be a simple json path starting with \./,
  },
};

export function describeDefinitions(running: Running): void {
  describe('definitions', () => {
    test('are established, and fill in names', async () => {
      const { body } = await running.client.get(`${CRDS}/widgets.example.dev`);
      expect(body).toMatchObject({
        spec: { names: { listKind: 'WidgetList', singular: 'widget' }, conversion: { strategy: 'None' } },
        status: {
          acceptedNames: { kind: 'Widget', plural: 'widgets' },
          storedVersions: ['v1'],
          conditions: [
            { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
            { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
          ],
        },
      });
    });

    test.each(Object.entries(bad))('are refused with %s', async (_, { version, says }) => {
      const answer = await running.client.post(CRDS, definition('gadgets', 'Gadget', version));
      expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
      expect(causesOf(answer).join('\n')).toMatch(new RegExp(says.source, 'm'));
    });

    test('are refused under a name that is not theirs', async () => {
      const answer = await running.client.post(CRDS, {
        ...definition('gadgets', 'Gadget', {}),
        metadata: { name: 'x.y' },
      });
      expect(causesOf(answer)).toEqual([
        'metadata.name: Invalid value: "x.y": must be spec.names.plural+"."+spec.group',
      ]);
    });

    test('take effect when they change', async () => {
      const version = schema({ spec: { type: 'object', properties: { one: { type: 'string' } } } });
      await running.client.post(CRDS, definition('things', 'Thing', version));
      const path = widgets('default').replace('widgets', 'things');
      const thing = (name: string, spec: Json): Json => ({ ...widget(name, spec), kind: 'Thing' });
      await until(async () => (await running.client.get(path)).status === 200);
      expect((await running.client.post(path, thing('a', { one: '1', two: '2' }))).body['spec']).toEqual({ one: '1' });
      const wider = schema({
        spec: { type: 'object', properties: { one: { type: 'string' }, two: { type: 'string', default: 'd' } } },
      });
      const { spec } = definition('things', 'Thing', wider) as { spec: Json };
      expect(await running.client.patch(`${CRDS}/things.example.dev`, MERGE, { spec })).toMatchObject({ status: 200 });
      let made = 0;
      await until(async () => {
        made += 1;
        const { body } = await running.client.post(path, thing(`b-${made}`, { two: '2' }));
        return (body['spec'] as Json | undefined)?.['two'] === '2';
      });
    });

    test('take their objects with them when they go', async () => {
      await running.client.post(CRDS, definition('fleeting', 'Fleeting', {}));
      const path = widgets('default').replace('widgets', 'fleeting');
      await until(async () => (await running.client.get(path)).status === 200);
      await running.client.post(path, { ...widget('a'), kind: 'Fleeting' });
      await running.client.delete(`${CRDS}/fleeting.example.dev`);
      await until(async () => (await running.client.get(`${CRDS}/fleeting.example.dev`)).status === 404);
      await until(async () => (await running.client.get(path)).status === 404);
      expect((await running.client.get(CRDS)).body['items']).not.toContainEqual(
        expect.objectContaining({ metadata: expect.objectContaining({ name: 'fleeting.example.dev' }) }),
      );
    });
  });

  describe('discovery', () => {
    test('lists groups, versions and resources, one by one and all at once', async () => {
      const { body: groups } = await running.client.get('/apis');
      expect(groups['groups']).toContainEqual(
        expect.objectContaining({
          name: 'example.dev',
          preferredVersion: { groupVersion: 'example.dev/v1', version: 'v1' },
        }),
      );
      const { body: resources } = await running.client.get('/apis/example.dev/v1');
      expect(resources['resources']).toContainEqual(
        expect.objectContaining({
          name: 'widgets',
          singularName: 'widget',
          namespaced: true,
          kind: 'Widget',
          shortNames: ['wd'],
          categories: ['things'],
          verbs: expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
        }),
      );
      const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
      const { body, headers } = await running.client.get('/apis', accept);
      expect(headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
      const items = body['items'] as { metadata: Json; versions: { version: string; resources: Json[] }[] }[];
      const ours = items.find(({ metadata }) => metadata['name'] === 'example.dev');
      expect(ours?.versions[0]?.resources).toContainEqual(
        expect.objectContaining({
          resource: 'widgets',
          scope: 'Namespaced',
          responseKind: { group: 'example.dev', version: 'v1', kind: 'Widget' },
          subresources: [expect.objectContaining({ subresource: 'status' })],
        }),
      );
    });

    test('has no page where nothing is served', async () => {
      for (const path of ['/apis/nothing.dev/v1/things', '/apis/example.dev/v1/nothing', '/apis/example.dev/v2']) {
        expect(await running.client.get(path)).toMatchObject({ status: 404, body: { text: '404 page not found\n' } });
      }
    });

    test.each(['/healthz', '/livez', '/readyz'])('answers %s', async (path) => {
      expect(await running.client.get(path, '*/*')).toMatchObject({ status: 200, body: { text: 'ok' } });
    });

    test('tells its version', async () => {
      expect((await running.client.get('/version')).body).toMatchObject({
        major: '1',
        gitVersion: expect.stringMatching(/^v1\./),
      });
    });
  });

  describe('OpenAPI v3', () => {
    test('has a document of each group version, under a hash, with the schemas of the definitions', async () => {
      const { body } = await running.client.get('/openapi/v3');
      const paths = body['paths'] as Record<string, { serverRelativeURL: string }>;
      const { serverRelativeURL } = paths['apis/example.dev/v1']!;
      expect(serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/example.dev\/v1\?hash=[0-9A-F]+$/);
      const { body: document } = await running.client.get('/openapi/v3/apis/example.dev/v1');
      const { schemas } = document['components'] as { schemas: Record<string, Json> };
      expect(schemas['dev.example.v1.Widget']).toMatchObject({
        properties: { spec: { properties: { color: { description: 'Its colour.' } } } },
        'x-kubernetes-group-version-kind': [{ group: 'example.dev', version: 'v1', kind: 'Widget' }],
      });
      const operations = (document['paths'] as Record<string, Json>)[
        '/apis/example.dev/v1/namespaces/{namespace}/widgets/{name}'
      ];
      expect(operations?.['patch']).toMatchObject({
        parameters: expect.arrayContaining([expect.objectContaining({ name: 'fieldValidation', in: 'query' })]),
        'x-kubernetes-group-version-kind': { group: 'example.dev', version: 'v1', kind: 'Widget' },
      });
    });
  });
}

/** Some changes of definitions take effect a moment after they are answered. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come true within ten seconds');
}
