import { describe, expect, test } from '@jest/globals';
import type { Crd, Schema } from '../../scripts/crd-types.ts';
import { referencePage } from '../../scripts/reference.ts';
import { crds, schemaOf, schemasBelow } from '../api/manifests.ts';

const words = {
  name: 'small.yaml',
  path: 'examples/thing/minimal.yaml',
  text: '# The least.\n# In two lines.\nkind: Thing\n',
};

function pageOf(spec: Record<string, unknown>, more: Record<string, unknown> = {}): string {
  const properties = { spec: { type: 'object', properties: spec, ...more }, status: { type: 'object' } };
  const crd = {
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things', singular: 'thing', shortNames: ['th'], categories: ['fabric'] },
      versions: [{ name: 'v1', storage: true, schema: { openAPIV3Schema: { type: 'object', properties } as Schema } }],
    },
  } as Crd;
  return referencePage(crd, 'crds/things.yaml', 'thing', [words]);
}

const rowOf = (page: string, field: string) => page.split('\n').find((line) => line.startsWith(`| \`${field}\``));

describe('the page of a kind', () => {
  test('shows an example whole, and says of each what its head says', () => {
    const page = pageOf({});
    expect(page).toContain('- [minimal.yaml](../../examples/thing/minimal.yaml): The least. In two lines.');
    expect(page).toContain(['```yaml', '# The least.', '# In two lines.', 'kind: Thing', '```'].join('\n'));
  });

  test('gives a field its type, bounds and default', () => {
    const guid = { type: 'string', pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', maxLength: 36 };
    const page = pageOf(
      {
        id: guid,
        mode: { type: 'string', enum: ['Manual', 'Auto'], default: 'Manual', description: 'How.' },
        names: { type: 'array', maxItems: 3, 'x-kubernetes-list-type': 'set', items: { type: 'string', maxLength: 9 } },
        name: { type: 'string', minLength: 1, maxLength: 3, pattern: '^(a|b)$' },
        hours: { type: 'integer', minimum: 1 },
        at: { type: 'string', format: 'date-time' },
      },
      { required: ['id'] },
    );
    expect(rowOf(page, 'id')).toBe('| `id` **required** | GUID | | |');
    expect(rowOf(page, 'mode')).toBe('| `mode` | `Manual` or `Auto` | `"Manual"` | How. |');
    expect(rowOf(page, 'names')).toContain(
      '| list of string; at most 3 entries; each at most once; each at most 9 char',
    );
    expect(rowOf(page, 'name')).toContain(String.raw`string; 1 to 3 characters; matches ${'`'}^(a\|b)$${'`'}`);
    expect(rowOf(page, 'hours')).toContain('| integer; at least 1 |');
    expect(rowOf(page, 'at')).toContain('| time (RFC 3339) |');
  });

  test('gives an object a section of its own, and leads there', () => {
    const port = { type: 'object', description: 'A port.\n\nOf a ship.', properties: { depth: { type: 'integer' } } };
    const page = pageOf({ ports: { type: 'array', 'x-kubernetes-list-map-keys': ['depth'], items: port }, port });
    expect(rowOf(page, 'ports')).toContain('| list of [ports](#specports); keyed by `depth` |');
    expect(rowOf(page, 'port')).toBe('| `port` | [port](#specport) | | A port. |');
    expect(page).toContain('### spec.ports[]\n\nA port.\n\nOf a ship.\n\n| field |');
  });

  test('says what cannot change, by a rule of the field or of the object that holds it', () => {
    const own = { rule: 'self == oldSelf', message: 'one is immutable' };
    const outer = { rule: 'has(self.two) == has(oldSelf.two)', fieldPath: '.two', message: 'two cannot change' };
    const once = { rule: 'size(self.three) >= size(oldSelf.three)', fieldPath: '.three', message: 'three only grows' };
    const text = { type: 'string' };
    const page = pageOf(
      { one: { ...text, 'x-kubernetes-validations': [own] }, two: text, three: text },
      { 'x-kubernetes-validations': [outer, once] },
    );
    expect(rowOf(page, 'one')).toContain('| string; immutable |');
    expect(rowOf(page, 'two')).toContain('| string; immutable |');
    expect(rowOf(page, 'three')).toContain('| string |');
    expect(page).toContain('- `spec.one`: one is immutable. `self == oldSelf`');
    expect(page).toContain('- `spec.three`: three only grows. `size(self.three) >= size(oldSelf.three)`');
  });
});

describe.each(crds.map((crd) => [crd.spec.names.kind, crd] as const))('the reference of %s', (_kind, crd) => {
  const page = referencePage(crd as unknown as Crd, 'crds/x.yaml', 'thing', [words]);
  const all = [...schemasBelow(schemaOf(crd))];

  test('has a row for every field, with what it is, below the heading of its object', () => {
    const rows = new Map<string, string>();
    let heading = '';
    for (const line of page.split('\n')) {
      if (line.startsWith('### ')) heading = line.slice('### '.length);
      const [, field, , , said] = line.split(/(?<!\\)\|/);
      const [, name] = /^ `(\w+)`/.exec(field ?? '') ?? [];
      if (name) rows.set(`${heading}.${name}`, said?.trim() ?? '');
    }
    const fields = all.filter(({ path }) => /^(spec|status)\..*[^\]}]$/.test(path));
    expect(fields.length).toBeGreaterThan(30);
    expect(fields.filter(({ path }) => !rows.get(path)).map(({ path }) => path)).toEqual([]);
  });

  test('tells every rule and what is said when it is broken', () => {
    const line = (text: string) => text.trim().replaceAll(/\s+/g, ' ');
    const rules = all.flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? []);
    expect(rules.length).toBeGreaterThan(5);
    const untold = rules.filter(({ rule, message }) => !page.includes(`: ${line(message)}. \`${line(rule)}\``));
    expect(untold.map(({ message }) => message)).toEqual([]);
  });
});
