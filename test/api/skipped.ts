import { describe, test } from '@jest/globals';

/** Reports in the results, by name, what could not run here and why: as skipped, or as failed under REQUIRE_REAL=1. */
export function skipped(why: string): void {
  if (process.env['REQUIRE_REAL'] === '1') {
    // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- it fails by its own; the title is the report
    test(why, () => {
      throw new Error('REQUIRE_REAL=1 asks for all of it');
    });
    return;
  }
  // oxlint-disable-next-line jest/no-disabled-tests -- a silent absence would look like success
  describe.skip('skipped', () => {
    // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- there is nothing to expect; the title is the report
    test(why, () => {});
  });
}
