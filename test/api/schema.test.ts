import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import demoWorld from '../../examples/demo-world.json' with { type: 'json' };
import { badManifests, crdOf, crds, examples, type Schema, schemaOf, schemasBelow } from './manifests.ts';

/** The schema as ajv takes it: unknown fields refused, as `fieldValidation=Strict` does, and map keys unique. */
function closed(schema: Schema): Record<string, unknown> {
  const { properties, items, additionalProperties, ...rest } = schema;
  const children = Object.entries(properties ?? {}).map(([name, child]) => [name, closed(child)]);
  return {
    ...rest,
    ...(properties ? { properties: Object.fromEntries(children), additionalProperties: false } : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(additionalProperties ? { additionalProperties: closed(additionalProperties) } : {}),
  };
}

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
const validators = new Map(
  crds.map((crd) => {
    const schema = closed(schemaOf(crd)) as { properties: Record<string, unknown> };
    schema.properties.metadata = { type: 'object' };
    return [crd.spec.names.kind, ajv.compile(schema)];
  }),
);

const ours = examples.filter(({ manifest }) => crdOf(manifest.kind));
const celMessages = crds.flatMap((crd) =>
  [...schemasBelow(schemaOf(crd))].flatMap(({ path, schema }) =>
    (schema['x-kubernetes-validations'] ?? []).map(({ message }) => ({ kind: crd.spec.names.kind, path, message })),
  ),
);

describe('examples', () => {
  test.each(
    ours.map(({ file, manifest }) => [`${file} ${manifest.kind}/${manifest.metadata.name}`, manifest] as const),
  )('%s fits the schema', (_name, manifest) => {
    const valid = validators.get(manifest.kind)!;
    valid(manifest);
    expect(valid.errors ?? []).toEqual([]);
  });

  test.each(crds.map((crd) => [crd.spec.names.kind, crd] as const))(
    'of %s show every field of its spec',
    (kind, crd) => {
      const shown = new Set(
        ours.filter(({ manifest }) => manifest.kind === kind).flatMap(({ manifest }) => paths(manifest)),
      );
      const known = [...schemasBelow(schemaOf(crd))].map(({ path }) => path).filter((path) => path.startsWith('spec.'));
      const values = (path: string) => path.endsWith('[]') || path.endsWith('{}');
      expect(known.filter((path) => !values(path) && !shown.has(path))).toEqual([]);
    },
  );

  const demo = ours.filter(({ file }) => file.startsWith('examples/demo/'));

  test('of the demo say what to expect of them, and live in one namespace', () => {
    const expectations = demo.map(({ manifest }) => manifest.metadata.labels?.['fabriclink.dev/expect']);
    expect(new Set(expectations)).toEqual(new Set(['Ready', 'AwaitingPerson']));
    expect(new Set(demo.map(({ manifest }) => manifest.metadata.namespace))).toEqual(new Set(['fabric-demo']));
    expect(new Set(demo.map(({ manifest }) => manifest.kind)).size).toBe(3);
  });

  test('of the demo name only what its world contains', () => {
    const world = JSON.stringify(demoWorld).toLowerCase();
    const guid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
    const text = JSON.stringify(examples.filter(({ file }) => file.startsWith('examples/demo/'))).toLowerCase();
    expect([...new Set(text.match(guid))].filter((id) => !world.includes(id))).toEqual([]);
    const networks = demoWorld.virtualNetworks;
    const subnetIds = networks.flatMap(({ name, subscriptionId, resourceGroup, subnets }) =>
      subnets.map((subnet) => `${armId(subscriptionId, resourceGroup)}/virtualNetworks/${name}/subnets/${subnet.name}`),
    );
    const endpoints = demo.flatMap(({ manifest }) => (manifest.spec?.endpoints ?? []) as DemoEndpoint[]);
    expect(endpoints.map(({ subnetId }) => subnetId).filter((id) => !subnetIds.includes(id))).toEqual([]);
    const asked = endpoints.flatMap(({ dns }) => dns?.verify?.nameservers ?? []);
    expect(asked.length).toBeGreaterThan(0);
    for (const nameserver of asked) expect(networks.map((network) => network.nameserver)).toContainEqual(nameserver);
  });
});

type DemoEndpoint = {
  subnetId: string;
  dns?: { verify?: { nameservers?: { address: string; port: number }[] } };
};

const armId = (subscriptionId: string, resourceGroup: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network`;

/** Paths of all values: `spec.endpoints[].name`. */
function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((entry) => paths(entry, `${path}[]`))];
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([name, child]) => paths(child, path === '' ? name : `${path}.${name}`)),
  ];
}

describe('bad manifests', () => {
  test('leave no CEL rule without one', () => {
    const covered = (kind: string, message: string) =>
      badManifests.some((bad) => bad.message === message && bad.refused.kind === kind);
    expect(celMessages.filter(({ kind, message }) => !covered(kind, message))).toEqual([]);
  });

  const structural = badManifests.filter(({ message }) => !celMessages.some((rule) => rule.message === message));
  const beyondAjv = new Set(['test/api/bad/wpl-endpoint-name-twice.yaml']);
  test.each(structural.filter(({ file }) => !beyondAjv.has(file)).map((bad) => [bad.file, bad] as const))(
    '%s does not fit the schema',
    (_file, { refused }) => {
      expect(validators.get(refused.kind)!(refused)).toBe(false);
    },
  );

  const cel = badManifests.filter((bad) => !structural.includes(bad));
  test.each(cel.map((bad) => [bad.file, bad] as const))(
    '%s fits the schema, so that only its rule refuses it',
    (_file, bad) => {
      for (const manifest of [bad.before, bad.refused]) {
        if (!manifest) continue;
        const valid = validators.get(manifest.kind)!;
        valid(manifest);
        expect(valid.errors ?? []).toEqual([]);
      }
    },
  );
});

describe.each(crds.map((crd) => [crd.spec.names.kind, crd] as const))('schema of %s', (_kind, crd) => {
  const all = [...schemasBelow(schemaOf(crd))].filter(({ path }) => /^(spec|status)/.test(path));

  test('describes every field', () => {
    const isItem = (path: string) => /(\[\]|\{\})$/.test(path);
    const bare = all.filter(({ path, schema }) => !schema.description && !(isItem(path) && schema.type === 'string'));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test('bounds every list, map and string', () => {
    const unbounded = all.filter(({ schema: { type, format, ...schema } }) => {
      if (type === 'array') return schema.maxItems === undefined;
      if (type === 'string') return schema.maxLength === undefined && !schema.enum && format !== 'date-time';
      return schema.additionalProperties !== undefined && schema.maxProperties === undefined;
    });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test('says how each list merges', () => {
    const lists = all.filter(({ schema }) => schema.type === 'array');
    expect(lists.filter(({ schema }) => !schema['x-kubernetes-list-type']).map(({ path }) => path)).toEqual([]);
  });

  test('keys by name what has a name', () => {
    const named = all.filter(
      ({ schema }) => schema.items?.properties?.name && schema['x-kubernetes-list-type'] !== 'map',
    );
    expect(named.map(({ path }) => path)).toEqual([]);
  });

  test('takes whatever the cloud calls a state, so that a new word does not block a status write', () => {
    const inStatus = all.filter(({ path, schema }) => path.startsWith('status') && schema.enum);
    // Only words that we choose ourselves.
    expect(inStatus.map(({ path }) => path).filter((path) => !/conditions\[\]\.status|severity/.test(path))).toEqual(
      [],
    );
  });
});
