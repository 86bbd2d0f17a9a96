// The operator as a process of its own, with nothing but an environment; its log goes to a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export type OperatorProcess = {
  pid: number | undefined;
  logFile: string;
  /** Undefined while it runs; afterwards how it ended, in words, with the end of its log. */
  ended(): string | undefined;
  /** SIGTERM, and SIGKILL when it has not drained in time. */
  stop(): Promise<void>;
};

const DRAIN_MS = 25_000;
/** Enough to hold the last lines. */
const TAIL_CHARACTERS = 2_000;
/** What a process needs from ours; nothing else of our environment reaches it. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR'];

export function startOperatorProcess(settings: Record<string, string>, logFile: string): OperatorProcess {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const child: ChildProcess = spawn(process.execPath, ['operator/main.ts'], {
    env: { ...inherited, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  let tail = '';
  const remember = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL_CHARACTERS);
  };
  child.stdout?.on('data', remember);
  child.stderr?.on('data', remember);
  let ended: string | undefined;
  // Not `exit`: its last lines may still be in the pipes then.
  child.on('close', (code, signal) => {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
    ended = [`The operator ${how}. The end of ${logFile}:`, ...tail.trimEnd().split('\n').slice(-3)].join('\n  ');
    log.end();
  });
  return {
    pid: child.pid,
    logFile,
    ended: () => ended,
    async stop() {
      if (ended !== undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
      await once(child, 'close');
      clearTimeout(timer);
    },
  };
}
