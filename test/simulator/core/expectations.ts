/** `expect` for tables of cases and fixtures, whose checks run inside tests that stand elsewhere. */
export { expect } from '@jest/globals';
