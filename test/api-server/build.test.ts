import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dependentModule, KUBERNETES_VERSION } from '../../scripts/kube-apiserver/build.ts';
import { withLock } from '../../scripts/kube-apiserver/lock.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'build-'));
});
afterEach(() => rmSync(home, { recursive: true }));

describe('the module that builds Kubernetes', () => {
  test('replaces each staging folder by its published release, in either way of writing', () => {
    const original = [
      'module k8s.io/kubernetes',
      'go 1.24.0',
      'require github.com/blang/semver/v4 v4.0.0',
      'replace (',
      '\tk8s.io/api => ./staging/src/k8s.io/api',
      ')',
      'replace k8s.io/kubectl => ./staging/src/k8s.io/kubectl',
    ].join('\n');
    expect(dependentModule(original, 'v0.1.2').split('\n')).toEqual([
      'module build',
      '',
      'go 1.24.0',
      '',
      `require k8s.io/kubernetes v${KUBERNETES_VERSION}`,
      '',
      'replace k8s.io/api => k8s.io/api v0.1.2',
      'replace k8s.io/kubectl => k8s.io/kubectl v0.1.2',
      '',
    ]);
  });

  test('is not guessed when Kubernetes changes its layout', () => {
    expect(() => dependentModule('module k8s.io/kubernetes\ngo 1.30\n', 'v0.1.2')).toThrow('does not look as expected');
  });
});

describe('the build lock', () => {
  test('lets one in at a time, and is gone afterwards, also after a failure', async () => {
    const file = join(home, 'lock');
    const order: string[] = [];
    let entered = () => {};
    const isIn = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const first = withLock(
      file,
      () => {},
      async () => {
        order.push('first in');
        entered();
        await new Promise((resolve) => setTimeout(resolve, 200));
        order.push('first out');
        throw new Error('no compiler');
      },
    );
    // Whoever asks first need not be first at the file.
    await isIn;
    const second = withLock(
      file,
      (line) => order.push(line.replace(/ \d+.*/, '')),
      async () => {
        order.push('second in');
      },
    );
    await expect(first).rejects.toThrow('no compiler');
    await second;
    expect(order).toEqual(['first in', 'waiting for process', 'first out', 'second in']);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  test('of a process that is gone does not block', async () => {
    const file = join(home, 'lock');
    // Beyond the largest pid that Linux gives out.
    writeFileSync(file, '4194305');
    expect(
      await withLock(
        file,
        () => {},
        async () => 'built',
      ),
    ).toBe('built');
  });
});
