import { describe, expect, test } from '@jest/globals';
import { causesOf, MERGE } from './client.ts';
import type { Running } from './contract.ts';
import { widget, widgets } from './widgets.ts';

const NOT_CHECKED = expect.stringContaining('some validation rules were not checked because the object was invalid');

const refusals: Record<string, { spec: Record<string, unknown>; says: unknown[] }> = {
  'a field that is required': { spec: {}, says: ['spec.color: Required value', NOT_CHECKED] },
  'null where null is no value': { spec: { color: null }, says: ['spec.color: Required value', NOT_CHECKED] },
  'a value that is not in the list': {
    spec: { color: 'blue' },
    says: ['spec.color: Unsupported value: "blue": supported values: "red", "green"', NOT_CHECKED],
  },
  'a value of another type': {
    spec: { color: 'red', size: 'large' },
    says: ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"', NOT_CHECKED],
  },
  'a number below its minimum': {
    spec: { color: 'red', size: 0 },
    says: ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
  },
  'a number above its maximum': {
    spec: { color: 'red', size: 11 },
    says: ['spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10'],
  },
  'a string that is too long': {
    spec: { color: 'red', serial: '123456789' },
    says: ['spec.serial: Too long: may not be more than 8 bytes', NOT_CHECKED],
  },
  'a list that is too long': {
    spec: { color: 'red', parts: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name })) },
    says: ['spec.parts: Too many: 6: must have at most 5 items', NOT_CHECKED],
  },
  'a key that comes twice': {
    spec: { color: 'red', parts: [{ name: 'a' }, { name: 'a', weight: 2 }] },
    says: ['spec.parts[1]: Duplicate value: {"name":"a"}'],
  },
  'a string that does not match its pattern': {
    spec: { color: 'red', labels: { a: 'B' } },
    says: [`spec.labels.a: Invalid value: "B": spec.labels.a in body should match '^[a-z]+$'`],
  },
  'a string that has not its format': {
    spec: { color: 'red', target: { id: 'x' } },
    says: ['spec.target.id: Invalid value: "x": spec.target.id in body must be of type uuid: "x"', NOT_CHECKED],
  },
  'a rule that does not hold': {
    spec: { color: 'green', size: 1 },
    says: ['spec: Invalid value: "object": green widgets are larger than 1'],
  },
};

export function describeSchemas(running: Running): void {
  describe('the schema', () => {
    test.each(Object.entries(refusals))('refuses %s', async (_, { spec, says }) => {
      const path = widgets(await running.namespace());
      const answer = await running.client.post(path, widget('a', spec));
      expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
      expect(causesOf(answer)).toEqual(says);
    });

    test.each([
      ['neither', {}, 'Found none valid'],
      ['both', { name: 'n', id: '8b1a9953-0000-4000-8000-000000000000' }, 'Found 2 valid alternatives'],
    ])('refuses %s of two where one is wanted', async (_, target, found) => {
      const path = widgets(await running.namespace());
      const answer = await running.client.post(path, widget('a', { color: 'red', target }));
      expect(causesOf(answer)[0]).toBe(
        `<nil>: Invalid value: "": "spec.target" must validate one and only one schema (oneOf). ${found}`,
      );
    });

    test('names every mistake at once', async () => {
      const path = widgets(await running.namespace());
      const answer = await running.client.post(path, widget('a', { size: 11, labels: { a: 'B' } }));
      expect(causesOf(answer)).toHaveLength(4);
      expect(answer.body['message']).toMatch(/^Widget.example.dev "a" is invalid: \[/);
    });

    test('fills in defaults, also in the elements of lists', async () => {
      const path = widgets(await running.namespace());
      const answer = await running.client.post(path, widget('a', { color: 'red', parts: [{ name: 'p' }] }));
      expect(answer.body['spec']).toEqual({ color: 'red', size: 3, parts: [{ name: 'p', weight: 1 }] });
    });

    test('keeps null only where null is a value', async () => {
      const path = widgets(await running.namespace());
      const answer = await running.client.post(path, widget('a', { color: 'red', size: null, note: null }));
      expect(answer.body['spec']).toEqual({ color: 'red', size: 3, note: null });
    });

    test('drops what it does not know, warns, and refuses it to the strict', async () => {
      const path = widgets(await running.namespace());
      const odd = widget('a', { color: 'red', colour: 'red', free: { any: { thing: 1 } } });
      expect(await running.client.post(`${path}?fieldValidation=Strict`, odd)).toMatchObject({
        status: 400,
        body: {
          message:
            'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colour"',
        },
      });
      const answer = await running.client.post(path, odd);
      expect(answer.body['spec']).toEqual({ color: 'red', size: 3, free: { any: { thing: 1 } } });
      expect(answer.headers['warning']).toBe(String.raw`299 - "unknown field \"spec.colour\""`);
      expect(
        (await running.client.post(`${path}?fieldValidation=Ignore`, { ...odd, metadata: { name: 'b' } })).headers,
      ).not.toHaveProperty('warning');
    });

    test.each([5, '5%'])('takes %p as an integer or a string', async (either) => {
      const path = widgets(await running.namespace());
      expect(await running.client.post(path, widget('a', { color: 'red', either }))).toMatchObject({
        status: 201,
        body: { spec: { either } },
      });
    });
  });

  describe('transition rules', () => {
    test('fix a field from the moment it is there', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      expect(await running.client.patch(`${path}/a`, MERGE, { spec: { serial: 's1' } })).toMatchObject({ status: 200 });
      const changed = await running.client.patch(`${path}/a`, MERGE, { spec: { serial: 's2' } });
      expect(changed).toMatchObject({ status: 422 });
      expect(causesOf(changed)).toEqual(['spec.serial: Forbidden: serial s1 is fixed']);
      const removed = await running.client.patch(`${path}/a`, MERGE, { spec: { serial: null } });
      expect(causesOf(removed)).toEqual([
        'spec.serial: Invalid value: "object": serial cannot be removed: make a new widget',
      ]);
    });

    test('follow the elements of a keyed list wherever they move', async () => {
      const path = widgets(await running.namespace());
      const parts = [
        { name: 'a', kind: 'one' },
        { name: 'b', kind: 'two' },
      ];
      await running.client.post(path, widget('a', { color: 'red', parts }));
      const turned = await running.client.patch(`${path}/a`, MERGE, { spec: { parts: parts.toReversed() } });
      expect(turned).toMatchObject({ status: 200 });
      const changed = await running.client.patch(`${path}/a`, MERGE, {
        spec: {
          parts: [
            { name: 'b', kind: 'other' },
            { name: 'c', kind: 'new' },
          ],
        },
      });
      expect(causesOf(changed)).toEqual(['spec.parts[0].kind: Invalid value: "string": the kind of a part is fixed']);
    });
  });
}
