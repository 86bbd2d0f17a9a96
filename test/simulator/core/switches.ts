import { describe, expect, test } from '@jest/globals';

import type { Conduct } from '../../../simulator/conduct.ts';
import type { Bench } from './fixture.ts';

export type SwitchCase = {
  /** Ends the sentence "The simulator keeps …". */
  keeps: string;
  check: (bench: Bench) => Promise<void>;
};

/** Each check passes as published, and turns red, by an assertion, when its behaviour is switched off. */
export function describeSwitches<Name extends string>(
  cases: Record<Name, SwitchCase>,
  start: (adjust: (conduct: Conduct) => void) => Promise<Bench>,
  switchOff: (conduct: Conduct, name: Name) => void,
): void {
  for (const [name, { keeps, check }] of Object.entries<SwitchCase>(cases)) {
    describe(`behaviour ${name}`, () => {
      test(`keeps ${keeps}`, async () => {
        await expect(within(start, () => undefined, check)).resolves.toBeUndefined();
      });

      test('is what that check looks at', async () => {
        const run = within(start, (conduct) => switchOff(conduct, name as Name), check);
        await expect(run).rejects.toThrow(/expect\(/);
      });
    });
  }
}

async function within(
  start: (adjust: (conduct: Conduct) => void) => Promise<Bench>,
  adjust: (conduct: Conduct) => void,
  check: (bench: Bench) => Promise<void>,
): Promise<void> {
  const bench = await start(adjust);
  try {
    await check(bench);
  } finally {
    await bench.close();
  }
}
