import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findTool, provideTool } from '../../scripts/chart/tools.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function program(path: string, script = '#!/bin/sh\n'): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

/** A Go that "builds" what it is asked for, and keeps the module that it was given. */
const FAKE_GO = `#!/bin/sh
cp go.mod "$(dirname "$0")/go.mod"
[ "$1" = build ] || exit 0
while [ $# -gt 1 ]; do [ "$1" = -o ] && echo built > "$2" && chmod 755 "$2"; shift; done
`;
const silent = () => undefined;

describe('a tool that judges the chart', () => {
  test('is taken from PATH before the cache', async () => {
    const cached = await program(join(folder, 'cache/fabric-link-operator/tools/helm-v4.3.1/helm'));
    const env = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
    expect(await findTool('helm', env)).toBe(cached);
    const found = await program(join(folder, 'bin/helm'));
    expect(await findTool('helm', env)).toBe(found);
  });

  test('is not there without either, and cannot be provided without Go, which is said', async () => {
    const env = { PATH: folder, XDG_CACHE_HOME: folder };
    expect(await findTool('kubeconform', env)).toBeUndefined();
    await expect(provideTool('kubeconform', silent, env)).rejects.toThrow(
      'no kubeconform: put it on PATH, or install Go to build it',
    );
  });

  test('is built once, of a pinned version, and kept', async () => {
    await program(join(folder, 'bin/go'), FAKE_GO);
    const env = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
    const said: string[] = [];
    const path = await provideTool('kube-linter', (line) => said.push(line), env);
    expect(path).toBe(join(folder, 'cache/fabric-link-operator/tools/kube-linter-v0.8.3/kube-linter'));
    expect(said).toEqual([expect.stringContaining('building kube-linter v0.8.3'), expect.stringContaining('built ')]);
    expect(await provideTool('kube-linter', () => said.push('again'), env)).toBe(path);
    expect(said).toHaveLength(2);
    // Its name is on a host that not every module mirror serves.
    expect(await readFile(join(folder, 'bin/go.mod'), 'utf8')).toContain(
      'replace golang.stackrox.io/kube-linter => github.com/stackrox/kube-linter v0.8.3',
    );
  });
});
