import { describe, expect, test } from '@jest/globals';
import { causesOf, type Json } from './client.ts';
import type { Running } from './contract.ts';
import { CRDS, widget, widgets } from './widgets.ts';

const text = { type: 'string', maxLength: 40 };
const properties: Json = {
  text,
  number: { type: 'integer' },
  ratio: { type: 'number' },
  flag: { type: 'boolean' },
  when: { ...text, format: 'date-time' },
  namespace: text,
  'with-dash': text,
  list: { type: 'array', maxItems: 10, items: text },
  numbers: { type: 'array', maxItems: 10, items: { type: 'integer' } },
  map: { type: 'object', maxProperties: 10, additionalProperties: text },
  part: { type: 'object', properties: { name: text, other: text } },
  parts: {
    type: 'array',
    maxItems: 10,
    items: { type: 'object', required: ['name'], properties: { name: text, weight: { type: 'integer' } } },
  },
  either: { 'x-kubernetes-int-or-string': true },
};

const spec: Json = {
  text: 'Hello, World',
  number: 5,
  ratio: 0.5,
  flag: true,
  when: '2026-01-02T03:04:05Z',
  namespace: 'n',
  'with-dash': 'd',
  list: ['a', 'b', 'b'],
  numbers: [1, 2, 3],
  map: { one: 'x', two: 'y' },
  part: { name: 'p' },
  parts: [{ name: 'a', weight: 1 }, { name: 'b' }],
  either: '5%',
};

/** Rules over `spec`, each true of it. */
const holding = [
  "self.text == 'Hello, World' && self.number != 6",
  'self.number > 4 && self.number * 2 - 1 == 9 && self.number / 2 == 2 && self.number % 2 == 1',
  'self.ratio < 1.0 && double(self.number) > self.ratio',
  "self.flag ? self.number == 5 : self.text == ''",
  "self.text.startsWith('Hello') && self.text.endsWith('World') && self.text.contains(', ')",
  "self.text.matches('^[A-Z][a-z]+, .*$')",
  'self.text.size() == 12 && size(self.list) == 3 && self.map.size() == 2',
  "self.text.lowerAscii() == 'hello, world' && self.text.upperAscii().indexOf('WORLD') == 7",
  "self.text.substring(0, 5) == 'Hello' && self.text.charAt(4) == 'o'",
  "self.text.split(', ')[1] == 'World' && self.list.join('-') == 'a-b-b'",
  "self.text.replace('l', 'L') == 'HeLLo, WorLd' && self.text.replace('l', 'L', 1) == 'HeLlo, World'",
  "self.text.find('[A-Z]o') == 'Wo' && self.text.findAll('o').size() == 2",
  "'b' in self.list && 'one' in self.map && self.number in [1, 5]",
  "self.list.all(x, x.size() == 1) && self.list.exists(x, x == 'a') && self.list.exists_one(x, x == 'a')",
  "self.list.filter(x, x == 'b').size() == 2 && self.list.map(x, x + '!')[0] == 'a!'",
  "self.list.isSorted() && self.list.indexOf('b') == 1 && self.list.lastIndexOf('b') == 2",
  'self.numbers.sum() == 6 && self.numbers.min() == 1 && self.numbers.max() == 3',
  "self.map['one'] == 'x' && self.map.two == 'y' && self.map.all(k, self.map[k].size() == 1)",
  'has(self.part) && has(self.part.name) && !has(self.part.other)',
  "self.parts.all(p, !has(p.weight) || p.weight > 0) && self.parts[1].name == 'b'",
  "self.parts.exists(p, p.name == 'a' && p.weight == 1)",
  'self.parts.all(p, self.parts.exists_one(q, q.name == p.name))',
  "self.__namespace__ == 'n' && self.namespace == 'n' && self.with__dash__dash == 'd'",
  'self.part == self.part && self.parts[0] != self.parts[1]',
  "type(self.either) == string && self.either == '5%'",
  "self.?part.?other.orValue('none') == 'none' && self.part.?name.hasValue()",
  "self.when > timestamp('2026-01-01T00:00:00Z') && self.when - timestamp('2026-01-02T03:04:00Z') == duration('5s')",
  "duration('1h30m') > duration('45m') && self.when.getFullYear() == 2026",
  "isURL('https://example.dev:80/x') && url('https://example.dev:80/x').getHost() == 'example.dev:80'",
  "isIP('10.0.0.1') && ip('10.0.0.1').family() == 4 && cidr('10.0.0.0/8').containsIP('10.1.2.3')",
  "isQuantity('1Gi') && quantity('1Gi').isGreaterThan(quantity('500M'))",
  "sets.contains(['a', 'b'], ['a']) && sets.intersects(['a'], ['a', 'b'])",
  "string(self.number) == '5' && int('5') == self.number",
  'dyn(self.number) == 5 && [1, 2] + [3] == self.numbers',
];

/** Rules that no server takes, because the types say that they are wrong. */
const impossible = [
  'self.missing == 1',
  "self.number == 'five'",
  'self.text + 1 == 2',
  'self.text.nothing()',
  'self.parts.all(p, p.colour == 1)',
  'self.number',
  'self.text ==',
];

const definition = (plural: string, kind: string, rules: Json[]): Json => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.dev` },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { plural, kind },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties, 'x-kubernetes-validations': rules } },
          },
        },
      },
    ],
  },
});

export function describeRules(running: Running): void {
  describe('rules', () => {
    test('hold as they are written', async () => {
      const { client } = running;
      const rules = holding.map((rule) => ({ rule, message: rule }));
      const created = await client.post(CRDS, definition('rulers', 'Ruler', rules));
      expect(causesOf(created)).toEqual([]);
      expect(created).toMatchObject({ status: 201 });
      const path = widgets('default').replace('widgets', 'rulers');
      for (let tries = 0; tries < 500 && (await client.get(path)).status !== 200; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const answer = await client.post(path, { ...widget('a', spec), kind: 'Ruler' });
      expect(causesOf(answer)).toEqual([]);
      // A field that a rule reads without asking whether it is there.
      const { flag: _, ...flagless } = spec;
      expect(causesOf(await client.post(path, { ...widget('b', flagless), kind: 'Ruler' }))).toEqual([
        expect.stringMatching(/^spec: Invalid value: "object": no such key: flag evaluating rule: self.flag \?/),
      ]);
    });

    test.each(impossible)('cannot be %s', async (rule) => {
      const answer = await running.client.post(CRDS, definition('refused', 'Refused', [{ rule }]));
      expect(answer).toMatchObject({ status: 422 });
      expect(causesOf(answer)[0]).toMatch(
        /^spec.validation.openAPIV3Schema.properties\[spec\].x-kubernetes-validations\[0\]/,
      );
    });
  });
}
