// Runs every quick check at once and prints only what failed: `npm run check`.
import { spawn } from 'node:child_process';

const checks: Record<string, string[]> = {
  types: ['tsc', '-p', '.'],
  lint: ['oxlint', '--type-aware', '--quiet'],
  format: ['biome', 'check', '--error-on-warnings', '.'],
  architecture: ['node', 'scripts/architecture.ts'],
  'dead code': ['knip', '--no-progress'],
  generated: ['node', 'scripts/generate.ts', '--check'],
};

function run(command: string[]): Promise<{ code: number; output: string; seconds: number }> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => resolve({ code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }));
  });
}

const results = await Promise.all(
  Object.entries(checks).map(async ([name, command]) => ({ name, ...(await run(command)) })),
);
for (const { name, code, output, seconds } of results) {
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`);
  if (code !== 0) console.log(output.trimEnd());
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
