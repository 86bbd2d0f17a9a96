import { describe, expect, test } from '@jest/globals';
import { internTexts } from '../../operator/intern.ts';

describe('interning texts', () => {
  test('changes nothing that anybody can see', () => {
    const make = () => ({
      text: 'same',
      list: ['same', 1, null, { deep: 'same', flag: true }],
      long: 'x'.repeat(1_000),
      empty: {},
    });
    const value = make();
    internTexts(value);
    expect(value).toEqual(make());
  });

  test('keeps every text apart, also when there are more than it remembers', () => {
    const value = Array.from({ length: 40_000 }, (_, index) => `text ${index}`);
    internTexts(value);
    expect(value).toEqual(Array.from({ length: 40_000 }, (_, index) => `text ${index}`));
  });
});
