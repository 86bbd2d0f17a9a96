// V8's code for the bundle, made once when the image is: a third less CPU at each start, and some memory.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_FLAGS } from './node-flags.ts';

/** Nobody listens there: the operator gets as far as it can without a cluster, and waits. */
const NOWHERE = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'nowhere',
  clusters: [{ name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'nobody', user: { token: 'none' } }],
  contexts: [{ name: 'nowhere', context: { cluster: 'nowhere', user: 'nobody' } }],
};
const LONGEST_MS = 60_000;

/** What the process that shall use it is told; Node's paths in it are relative, so that the folder may move. */
export const cacheSettings = (folder: string) => ({ NODE_COMPILE_CACHE: folder, NODE_COMPILE_CACHE_PORTABLE: '1' });

/**
 * Fills `cache` by a run of `bundle` under `node`. Another processor, another user or other flags of Node find nothing
 * there for themselves, and start as without.
 */
export async function writeCompileCache(cache: string, node: string, bundle: string, uid: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'compile-cache-'));
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(NOWHERE));
    await runUntilWaiting(node, bundle, { ...cacheSettings(cache), KUBECONFIG: kubeconfig });
  } finally {
    await rm(folder, { recursive: true });
  }
  // Node looks in a folder whose name ends with the user that it runs as.
  for (const name of await readdir(cache)) {
    const own = join(cache, name.replace(/-\d+$/, `-${uid}`));
    await rename(join(cache, name), own);
    for (const file of await readdir(own)) await chmod(join(own, file), 0o444);
  }
}

function runUntilWaiting(node: string, bundle: string, settings: Record<string, string>): Promise<void> {
  const anyPort = { FABRICLINK_METRICS_ADDRESS: '127.0.0.1:0', FABRICLINK_HEALTH_ADDRESS: '127.0.0.1:0' };
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...NODE_FLAGS, bundle], {
      env: { ...settings, ...anyPort },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      // It writes the cache when it ends well.
      if (output.includes('waiting for the API server')) child.kill('SIGTERM');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`the operator ended with ${code} while its compile cache was made: ${output}`));
    });
  });
}
