import { describe, test } from '@jest/globals';

/** Reports in the results, by name, what could not run here and why. */
export function skipped(why: string): void {
  // oxlint-disable-next-line jest/no-disabled-tests -- a silent absence would look like success
  describe.skip('skipped', () => {
    // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- there is nothing to expect; the title is the report
    test(why, () => {});
  });
}
