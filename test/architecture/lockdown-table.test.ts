import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

/** Promises without a test are wishes: each line of the table must name one that exists. */

const ROW = /^\| (.+?) \| `(test\/[^`]+\.test\.ts)` (.+?) \|$/gm;
const rows = [...readFileSync('docs/lockdown.md', 'utf8').matchAll(ROW)].map(
  ([, promise = '', file = '', title = '']) => ({
    promise,
    file,
    title,
  }),
);

describe('docs/lockdown.md', () => {
  test('is read at all', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  test.each(rows)('$promise', ({ file, title }) => {
    const source = readFileSync(file, 'utf8');
    expect(source.split(/['"`]/).some((text) => text === title)).toBe(true);
  });
});
