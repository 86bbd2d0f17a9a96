import { describe, expect, test } from '@jest/globals';
import { referenceFor } from '../../scripts/api-reference.ts';
import type { Crd } from '../../scripts/crd-types.ts';
import { crds, schemaOf, schemasBelow } from './manifests.ts';

describe.each(crds.map((crd) => [crd.spec.names.kind, crd] as const))('the API reference of %s', (_kind, crd) => {
  const page = referenceFor(crd as unknown as Crd, 'crds/x.yaml');
  const all = [...schemasBelow(schemaOf(crd))];

  test('has a row for every field, with what it is', () => {
    const fields = all.filter(({ path }) => /^(spec|status)\..*[^\]}]$/.test(path));
    expect(fields.length).toBeGreaterThan(30);
    const rows = new Map(
      page.split('\n').flatMap((line) => {
        const [, path, , said] = line.split(/(?<!\\)\|/);
        return path?.startsWith(' `') ? [[path.trim().slice(1, -1), said?.trim() ?? ''] as const] : [];
      }),
    );
    expect(fields.filter(({ path }) => !rows.get(path)).map(({ path }) => path)).toEqual([]);
  });

  test('tells every refusal once', () => {
    const told = page.slice(page.indexOf('## What the API server refuses')).split('\n');
    const rules = all.flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? []);
    const messages = new Set(rules.map(({ message }) => message.trim().replaceAll(/\s+/g, ' ')));
    for (const message of messages) expect(told.filter((line) => line === `- ${message}`)).toHaveLength(1);
  });
});
