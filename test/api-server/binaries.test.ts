import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cacheDirectory, findBinaries, provideBinaries } from '../../scripts/kube-apiserver/binaries.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'binaries-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** A folder with executables of these names; `script` is what they do. */
function folder(name: string, executables: readonly string[], script = 'exit 0'): string {
  const path = join(home, name);
  mkdirSync(path, { recursive: true });
  for (const executable of executables)
    writeFileSync(join(path, executable), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const ALL = ['kube-apiserver', 'etcd', 'kubectl'];

describe('binaries of the API server', () => {
  test('are taken from KUBEBUILDER_ASSETS first', async () => {
    const assets = folder('assets', ALL);
    const env = { KUBEBUILDER_ASSETS: assets, PATH: folder('path', ALL), XDG_CACHE_HOME: home };
    expect(await findBinaries(env)).toMatchObject({ kubeApiserver: join(assets, 'kube-apiserver') });
  });

  test('are never a pair from two places, whose versions may not fit', async () => {
    const env = {
      KUBEBUILDER_ASSETS: folder('assets', ['kube-apiserver']),
      PATH: folder('path', ['etcd', 'kubectl']),
      XDG_CACHE_HOME: home,
    };
    expect(await findBinaries(env)).toBeUndefined();
  });

  test('may come without kubectl, which PATH then gives', async () => {
    const path = folder('path', ['kubectl']);
    const assets = folder('assets', ['kube-apiserver', 'etcd']);
    const found = await findBinaries({ KUBEBUILDER_ASSETS: assets, PATH: path, XDG_CACHE_HOME: home });
    expect(found).toMatchObject({ etcd: join(assets, 'etcd'), kubectl: join(path, 'kubectl') });
  });

  test('may come without kube-controller-manager, which the cache then gives', async () => {
    const env = { KUBEBUILDER_ASSETS: folder('assets', ALL), PATH: '', XDG_CACHE_HOME: home };
    expect(await findBinaries(env)).not.toHaveProperty('kubeControllerManager');
    folder(cacheDirectory(env).slice(home.length + 1), ['kube-controller-manager']);
    expect(await findBinaries(env)).toMatchObject({
      kubeControllerManager: join(cacheDirectory(env), 'kube-controller-manager'),
    });
  });

  test('are asked of setup-envtest where that is installed, without a download unless asked for', async () => {
    const assets = folder('assets', ALL);
    const offline = `case "$*" in *--installed-only*) echo ${assets};; *) exit 1;; esac`;
    const env = { PATH: `${folder('tools', ['setup-envtest'], offline)}:/usr/bin:/bin`, XDG_CACHE_HOME: home };
    expect(await findBinaries(env)).toMatchObject({ etcd: join(assets, 'etcd') });
  });

  test('built before are found in the cache, one folder a version', async () => {
    const env = { PATH: '', XDG_CACHE_HOME: home };
    const cache = cacheDirectory(env);
    expect(cache).toMatch(/fabric-link-operator\/kubernetes\/\d+\.\d+\.\d+$/);
    folder(cache.slice(home.length + 1), ALL);
    expect(await findBinaries(env)).toMatchObject({ kubectl: join(cache, 'kubectl') });
  });

  test('that cannot be had are named with three ways to get them', async () => {
    const provided = provideBinaries(() => {}, { PATH: '', XDG_CACHE_HOME: home });
    await expect(provided).rejects.toThrow(/KUBEBUILDER_ASSETS.*setup-envtest.*Go/);
  });
});
