// The image's whole file system, as a folder: Node with the few libraries that it is linked to, and the bundle.
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeCompileCache } from './compile-cache.ts';

const run = promisify(execFile);

/** As distroless images have it; the chart's pods say the same. */
export const NONROOT = 65532;

/** Whoever looks names up (getaddrinfo) or asks who it is. */
const ETC = {
  'etc/passwd': `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/:/sbin/nologin\n`,
  'etc/group': `root:x:0:\nnonroot:x:${NONROOT}:\n`,
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** Where containers get something mounted. */
const EMPTY = ['dev', 'proc', 'sys', 'tmp'];

/**
 * Writes it to `folder`, which is emptied before: `bundle` with its map, and the Node that runs this, with the libraries
 * that it finds on this machine. In the Dockerfile both are those of the base image.
 */
export async function writeLayout(folder: string, bundle: string): Promise<void> {
  const node = process.execPath;
  await rm(folder, { recursive: true, force: true });
  const put = async (from: string, to: string, mode: number): Promise<void> => {
    const path = join(folder, to);
    await mkdir(dirname(path), { recursive: true });
    await copyFile(await realpath(from), path);
    await chmod(path, mode);
  };
  for (const name of EMPTY) await mkdir(join(folder, name), { recursive: true });
  for (const library of await librariesOf(node)) await put(library, library, 0o755);
  await put(node, 'usr/bin/node', 0o755);
  await put(bundle, 'app/operator.mjs', 0o444);
  // For stack traces: node --enable-source-maps, which costs memory and is off.
  await put(`${bundle}.map`, 'app/operator.mjs.map', 0o444);
  await put('LICENSE', 'app/LICENSE', 0o444);
  await put(`${bundle}.licenses.txt`, 'app/LICENSES-of-packages.txt', 0o444);
  await writeCompileCache(join(folder, 'app/cache'), node, join(folder, 'app/operator.mjs'), NONROOT);
  for (const [path, text] of Object.entries(ETC)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o444 });
  }
}

/** Absolute paths, the loader among them. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [await realpath(program)]);
  const found = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
  if (!found.some((path) => path.includes('ld-linux'))) throw new Error(`ldd names no loader of ${program}: ${stdout}`);
  return found;
}
