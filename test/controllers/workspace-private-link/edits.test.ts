import { expect, test } from '@jest/globals';
import { playEdits } from './edits-play.ts';

/** `EDIT_SEED=209 EDIT_SEEDS=1` plays one again, `EDIT_SEEDS=1000` a night's worth. */
const FIRST = Number(process.env['EDIT_SEED'] ?? 1);
const SEEDS = Number(process.env['EDIT_SEEDS'] ?? 24);
const SCENES = 12;
const MOST_TOLD = 3;

test('random edits keep every promise', async () => {
  const broken: string[] = [];
  const seeds: number[] = [];
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    try {
      await playEdits(seed, SCENES);
    } catch (thrown) {
      seeds.push(seed);
      broken.push(`EDIT_SEED=${seed}\n${String(thrown)}`);
    }
  }
  expect([seeds, broken.slice(0, MOST_TOLD).join('\n\n')]).toEqual([[], '']);
}, 3_600_000);
