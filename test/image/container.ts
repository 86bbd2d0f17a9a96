// Starts the image's layout as a container would: its own root, read-only, a user that is nobody, no new privileges.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { NONROOT } from '../../scripts/image/layout.ts';

export type Container = {
  output(): string;
  /** Of the operator itself, as /proc says from outside. */
  pid(): number;
  stop(): Promise<number | null>;
  /** The exit code; null when a signal ended it. */
  ended(): Promise<number | null>;
};

/** Why this machine cannot; undefined where it can. */
export function unable(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may give a process another root and another user without an engine';
  const tried = spawnSync('unshare', ['--mount', 'setpriv', '--no-new-privs', 'true'], { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return `unshare and setpriv do not work here: ${tried.stderr || String(tried.error)}`;
}

/** `mounted` appears read-only at /tmp, as Secrets and tokens do in a pod. */
export function startContainer(
  root: string,
  mounted: string,
  env: Readonly<Record<string, string>>,
  command: readonly string[],
): Container {
  const script = [
    'set -e',
    'mount --make-rprivate /',
    'mount --bind "$0" "$0"',
    'mount --bind "$1" "$0/tmp"',
    'mount -o remount,bind,ro "$0/tmp"',
    'mount -t proc proc "$0/proc"',
    'mount -o remount,bind,ro "$0"',
    'root=$0',
    'shift',
    `exec setpriv --no-new-privs chroot --userspec=${NONROOT}:${NONROOT} "$root" "$@"`,
  ].join('\n');
  const args = ['--mount', 'sh', '-c', script, root, mounted, ...command];
  const child: ChildProcess = spawn('unshare', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => output,
    // Each program in the chain becomes the next one by exec.
    pid: () => child.pid!,
    ended: () => closed,
    stop() {
      child.kill('SIGTERM');
      return closed;
    },
  };
}
