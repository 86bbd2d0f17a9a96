import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from '@jest/globals';

/** As `npm run simulator` has it: without `--`, Node itself would take the option --env-file. */
const PROGRAM = ['--', 'simulator/main.ts'];
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** A shell between npm and the program would take the signal, and leave the program behind. */
test.each(['demo', 'simulator', 'operator'])('npm run %s is one process below npm', async (name) => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts[name]).toMatch(/^exec node /);
});

test('the program writes its settings privately when all is up, and stops on SIGTERM', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'simulator-'));
  // A world of its own: the demo's has name servers at fixed addresses, and somebody may be running the demo.
  const world = join(directory, 'world.json');
  await writeFile(world, '{"tenants": []}');
  const settings = join(directory, 'made', 'operator.env');
  const options = ['--env-file', settings, '--world', world, '--speed', '60', '--no-kubernetes'];
  // Whoever starts it in a script knows npm's process, and signals that one.
  const child = spawn('npm', ['run', '--silent', 'simulator', '--', ...options], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const [said] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
    const [, port] = /arm +https:\/\/127\.0\.0\.1:(\d+)/.exec(said.toString())!;
    expect((await stat(settings)).mode & 0o777).toBe(0o600);
    const env = Object.fromEntries(
      (await readFile(settings, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );
    expect(env).toMatchObject({
      FABRICLINK_TIME_SCALE: '60',
      NODE_EXTRA_CA_CERTS: join(directory, 'made', 'simulator-ca.pem'),
    });
    expect(await readFile(env['NODE_EXTRA_CA_CERTS'], 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(await answers(Number(port))).toBe(true);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(await answers(Number(port))).toBe(false);
  } finally {
    child.kill('SIGKILL');
    await rm(directory, { recursive: true });
  }
});

test('a wrong speed is refused before anything starts', async () => {
  const child = spawn(process.execPath, [...PROGRAM, '--env-file', '/dev/null', '--speed', '-1'], {
    cwd: ROOT,
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(Buffer.concat(errors).toString()).toContain('must be a number above 0');
});

test('a directory that cannot be made is said, and nothing is left running', async () => {
  const child = spawn(process.execPath, [...PROGRAM, '--env-file', '/dev/null/operator.env', '--no-kubernetes'], {
    cwd: ROOT,
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(Buffer.concat(errors).toString()).toContain('cannot start the simulator: EEXIST');
});
