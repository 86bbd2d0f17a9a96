import { describe, expect, test } from '@jest/globals';
import {
  DESCRIPTION_LIMIT,
  markedDescription,
  markedName,
  markerOf,
  markerText,
} from '../../operator/approval/marker.ts';

const UID = 'b7c7c0de-0000-4000-8000-00000000000a';
const AT_MS = Date.parse('2026-03-02T08:09:10.987Z');
const LONG = 'a-very-long-name-of-a-decision-that-somebody-was-proud-of-12345';

describe('what stands beside a decision', () => {
  test('who, by which entry, when and why, for people and for us', () => {
    expect(markedDescription({ uid: UID, name: 'to-sales', atMs: AT_MS }, 'audit team, change 4712')).toBe(
      `fabriclink:${UID}:to-sales:20260302T080910Z audit team, change 4712`,
    );
  });

  test.each(['to-sales', 'x', LONG])('%s is read back, to the second', (name) => {
    const marker = { uid: UID, name, atMs: AT_MS };
    const read = { uid: UID, name: markedName(name), atMs: AT_MS - 987 };
    expect(markerOf(markedDescription(marker, 'a note'))).toEqual(read);
    expect(markerOf(markedDescription(marker))).toEqual(read);
    expect(markerText(read)).toBe(markerText(marker));
  });

  test.each([0, 34, 35, 36, 140])('it is never longer than the shortest limit, with a note of %i', (length) => {
    for (const name of ['x', LONG]) {
      const text = markedDescription({ uid: UID, name, atMs: AT_MS }, 'n'.repeat(length));
      expect(text.length).toBeLessThanOrEqual(DESCRIPTION_LIMIT);
      expect(markerOf(text)?.uid).toBe(UID);
    }
  });

  test('a note of 35 is whole beside the longest name, a longer one says that it goes on', () => {
    const textOf = (note: string) => markedDescription({ uid: UID, name: LONG, atMs: AT_MS }, note);
    expect(textOf('n'.repeat(35))).toMatch(/Z n{35}$/);
    expect(textOf('n'.repeat(60))).toMatch(/Z n+…$/);
  });

  test('long names that begin alike stay apart', () => {
    expect(markedName(`${LONG}-a`)).not.toBe(markedName(`${LONG}-b`));
    expect(markedName(LONG).length).toBe(32);
  });

  test('a note of several lines stays on one', () => {
    expect(markedDescription({ uid: UID, name: 'x', atMs: AT_MS }, ' two\nlines ')).toMatch(/Z two lines$/);
  });

  test.each([
    '',
    'approved by operator',
    `fabriclink:${UID}:to-sales`,
    `fabriclink:${UID}:to-sales:yesterday`,
    `fabriclink:${UID}:to-sales:20260302T080910Zx`,
    `see fabriclink:${UID}:to-sales:20260302T080910Z`,
    `Approved by fabric-link-operator: own endpoint hub of stage/sales`,
  ])('"%s" is not ours', (text) => {
    expect(markerOf(text)).toBeUndefined();
  });
});
