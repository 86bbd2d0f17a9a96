import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Binaries } from '../../scripts/kube-apiserver/binaries.ts';
import { startKubeApiServer } from '../../scripts/kube-apiserver/start.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'start-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Servers that are shell scripts. */
function fakes(etcd: string, kubeApiserver: string): Binaries {
  const script = (name: string, text: string) => {
    writeFileSync(join(home, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return join(home, name);
  };
  return {
    etcd: script('etcd', etcd),
    kubeApiserver: script('kube-apiserver', kubeApiserver),
    kubectl: '',
    source: 'fakes',
  };
}

/** Leaves its pid and its arguments behind. */
const runsUntilKilled = () => `echo $* > ${join(home, 'args')}; echo $$ > ${join(home, 'pid')}; exec sleep 60`;
const left = (name: string) => readFileSync(join(home, name), 'utf8').trim();

describe('a server that cannot start', () => {
  test('fails with the end of its log, and takes the other server and the folder with it', async () => {
    // Fails only once the other one runs, so that there is something to take along.
    const waits = `while [ ! -s ${join(home, 'pid')} ]; do sleep 0.01; done`;
    const binaries = fakes(runsUntilKilled(), `${waits}; echo "unknown flag: --nonsense" >&2; exit 1`);
    await expect(startKubeApiServer(binaries)).rejects.toThrow(
      /kube-apiserver ended with code 1.*unknown flag: --nonsense/s,
    );
    expect(existsSync(`/proc/${left('pid')}`)).toBe(false);
    const dataFolder = /--data-dir=(\S+)/.exec(left('args'))?.[1];
    expect(dataFolder).toMatch(/kube-apiserver-\w+\/etcd$/);
    expect(existsSync(dirname(dataFolder!))).toBe(false);
  });

  test('is tried again on other ports when somebody took its port, and not for ever', async () => {
    const taken = `echo $* | grep -o 'secure-port=[0-9]*' >> ${join(home, 'ports')}; echo "bind: address already in use" >&2; exit 1`;
    await expect(startKubeApiServer(fakes('exec sleep 60', taken))).rejects.toThrow('address already in use');
    const ports = left('ports').split('\n');
    expect(ports).toHaveLength(3);
    expect(new Set(ports).size).toBe(3);
  });

  test('is named when its file is not there', async () => {
    const binaries = { ...fakes('exec sleep 60', ''), kubeApiserver: join(home, 'missing') };
    await expect(startKubeApiServer(binaries)).rejects.toThrow(/kube-apiserver did not start: .*ENOENT/);
  });
});
