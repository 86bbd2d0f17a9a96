import { describe, expect, test } from '@jest/globals';
import { applyStrategicMerge } from '../../simulator/kubernetes/patch/strategic-merge.ts';
import type { Schema } from '../../simulator/kubernetes/types.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    parts: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      items: { type: 'object', properties: { name: { type: 'string' } } },
    },
    finalizers: { type: 'array', 'x-kubernetes-patch-strategy': 'merge', items: { type: 'string' } },
    plain: { type: 'array', items: { type: 'string' } },
  },
};

const document = {
  parts: [
    { name: 'a', size: 1 },
    { name: 'b', size: 2 },
  ],
  finalizers: ['x', 'y'],
  plain: ['p'],
  map: { one: 1, two: 2 },
};

const cases: Record<string, { patch: object; result: object }> = {
  'merges a keyed element and appends a new one': {
    patch: { parts: [{ name: 'b', colour: 'red' }, { name: 'c' }] },
    result: { parts: [{ name: 'a', size: 1 }, { name: 'b', size: 2, colour: 'red' }, { name: 'c' }] },
  },
  'deletes a keyed element': {
    patch: { parts: [{ name: 'a', $patch: 'delete' }] },
    result: { parts: [{ name: 'b', size: 2 }] },
  },
  'replaces a keyed list': {
    patch: { parts: [{ $patch: 'replace' }, { name: 'z' }] },
    result: { parts: [{ name: 'z' }] },
  },
  'puts elements into an order': {
    patch: { '$setElementOrder/parts': [{ name: 'b' }, { name: 'a' }] },
    result: {
      parts: [
        { name: 'b', size: 2 },
        { name: 'a', size: 1 },
      ],
    },
  },
  'joins sets of primitives, and takes some out': {
    patch: { finalizers: ['y', 'z'], '$deleteFromPrimitiveList/finalizers': ['x'] },
    result: { finalizers: ['y', 'z'] },
  },
  'replaces a list without a strategy': { patch: { plain: ['q'] }, result: { plain: ['q'] } },
  'keeps only the named keys': { patch: { map: { $retainKeys: ['two'], two: 3 } }, result: { map: { two: 3 } } },
  'replaces a map': { patch: { map: { $patch: 'replace', three: 3 } }, result: { map: { three: 3 } } },
  'removes with null': { patch: { map: { one: null } }, result: { map: { two: 2 } } },
};

describe('a strategic merge patch', () => {
  test.each(Object.entries(cases))('%s', (_, { patch, result }) => {
    const before = structuredClone(document);
    expect(applyStrategicMerge(document, patch, schema)).toEqual({ ...document, ...result });
    expect(document).toEqual(before);
  });

  test.each([
    [{ parts: [{ size: 1 }] }, 'does not contain declared merge key: name'],
    [{ map: { $patch: 'odd' } }, 'Unknown patch type found: "odd"'],
  ])('refuses %j', (patch, why) => {
    expect(() => applyStrategicMerge(document, patch, schema)).toThrow(why);
  });
});
