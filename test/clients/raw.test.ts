import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('a time without a zone is universal time, wherever the operator runs', () => {
  const times = [
    '2026-01-05T08:00:00',
    '2026-01-05T08:00:00.1234567',
    '2026-01-05T08:00:00Z',
    '2026-01-05T10:00:00+02:00',
    'soon',
  ];
  const script = `import { timeIn } from './operator/clients/raw.ts';
    console.log(JSON.stringify(${JSON.stringify(times)}.map((text) => timeIn(text) ?? 'none')));`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TZ: 'America/New_York' },
    encoding: 'utf8',
  });
  const atMs = Date.UTC(2026, 0, 5, 8);
  expect(JSON.parse(answer)).toEqual([atMs, atMs + 123, atMs, atMs, 'none']);
});
