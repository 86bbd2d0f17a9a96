// The operator as a process of its own, with nothing but an environment; its log goes to a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export type OperatorProcess = {
  pid: number | undefined;
  logFile: string;
  /** Undefined while it runs; -1 when a signal ended it. */
  exitCode(): number | undefined;
  /** SIGTERM, and SIGKILL when it has not drained in time. */
  stop(): Promise<void>;
};

const DRAIN_MS = 25_000;
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
  let code: number | undefined;
  child.on('exit', (exitCode) => {
    code = exitCode ?? -1;
    log.end();
  });
  return {
    pid: child.pid,
    logFile,
    exitCode: () => code,
    async stop() {
      if (code !== undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
      await once(child, 'exit');
      clearTimeout(timer);
    },
  };
}
