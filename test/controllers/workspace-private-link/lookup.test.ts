import { describe, expect, test } from '@jest/globals';
import { byId } from '../../../controllers/workspace-private-link/lookup.ts';

const listOf = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `/Sub/Thing-${index}`, index }));

describe('looking an id up in a shared list', () => {
  test.each([1, 8, 9, 500])('finds it in any case among %i', (count) => {
    const list = listOf(count);
    expect(byId(list, `/sub/THING-${count - 1}`)).toBe(list[count - 1]);
    expect(byId(list, '/sub/thing')).toBeUndefined();
  });

  test('takes the first of two, and asks each list by itself', () => {
    const list = [...listOf(20), { id: '/SUB/THING-3', index: 99 }];
    expect(byId(list, '/sub/thing-3')?.index).toBe(3);
    expect(byId(listOf(3), '/sub/thing-7')).toBeUndefined();
  });

  test('tells apart what has one name in several places', () => {
    const list = ['a', 'b', 'c'].flatMap((group) => listOf(5).map(({ id }) => ({ id: `/${group}${id}`, group })));
    expect(['A', 'B', 'C'].map((group) => byId(list, `/${group}/sub/THING-2`)?.group)).toEqual(['a', 'b', 'c']);
    expect(byId(list, '/d/sub/thing-2')).toBeUndefined();
  });
});
