import { expect } from '@jest/globals';

/** The check must fail by one of its own expectations: any other error would hide that it never got there. */
export async function expectFailure(check: Promise<void>): Promise<void> {
  const failure: unknown = await check.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toHaveProperty('matcherResult');
}
