// Child processes that live no longer than the script or test that started them.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

export type Child = {
  readonly name: string;
  /** Undefined while it runs; then why it ended, with the end of its log. */
  ended(): Promise<string | undefined>;
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when the process is gone. Safe to repeat. */
  stop(graceMs: number): Promise<void>;
};

const LOG_TAIL_CHARACTERS = 2000;

/** Starts `command`; both its outputs go to `logFile`. Does not wait for anything. */
export function startChild(name: string, command: string, args: readonly string[], logFile: string): Child {
  const log = createWriteStream(logFile);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let reason: string | undefined;
  const gone = new Promise<void>((resolve) => {
    const settle = (why: string) => {
      reason ??= why;
      log.end(resolve);
    };
    child.once('error', (error) => settle(`${name} did not start: ${error.message}`));
    child.once('close', (code, signal) => settle(`${name} ended with ${signal ?? `code ${code}`}`));
  });
  // A parent that exits without calling stop must not leave servers behind.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  void gone.then(() => process.off('exit', killNow));

  return {
    name,
    async ended() {
      if (reason === undefined) return undefined;
      await gone;
      return `${reason}; the end of its log:\n${(await readFile(logFile, 'utf8')).slice(-LOG_TAIL_CHARACTERS)}`;
    },
    stop: (graceMs) => stopChild(child, gone, graceMs),
  };
}

async function stopChild(child: ChildProcess, gone: Promise<void>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(impatience);
}
