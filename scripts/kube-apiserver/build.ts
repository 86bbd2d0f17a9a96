// Builds a real API server from source, where no ready-made binary is to be had but the Go module mirror is.
import { spawn } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLock } from './lock.ts';

export const KUBERNETES_VERSION = '1.34.4';
/** Of the line that this Kubernetes is released with. */
const ETCD_VERSION = '3.6.5';

export type Say = (line: string) => void;
export type Go = (directory: string, args: readonly string[]) => Promise<string>;

/** What can be built. */
export type Command = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kubectl';

/**
 * Puts these commands into `directory`, as far as they are not there.
 *
 * Guarantees: a binary appears there whole or not at all. Builders of the same version wait for each other; should two
 * run all the same, each works in its own folder and the later rename wins, with the same content.
 */
export async function buildInto(
  directory: string,
  commands: readonly Command[],
  goCommand: string,
  say: Say,
): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  await withLock(`${directory}.lock`, say, async () => {
    const work = `${directory}.building-${process.pid}`;
    try {
      await build(directory, commands, work, goFrom(goCommand), say);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

async function build(directory: string, commands: readonly Command[], work: string, go: Go, say: Say): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of commands) {
    const { module, main, flags } = sourceOf(name);
    if (await exists(join(directory, name))) continue;
    say(`building ${name} for Kubernetes ${KUBERNETES_VERSION} with Go; the first time this takes minutes`);
    const folder = join(work, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'go.mod'), await module(go));
    // A blank import, behind a tag, makes `go mod tidy` resolve what the main package needs.
    await writeFile(join(folder, 'tools.go'), `//go:build tools\n\npackage tools\n\nimport _ "${main}"\n`);
    await go(folder, ['mod', 'tidy']);
    await go(folder, ['build', '-buildvcs=false', '-trimpath', '-ldflags', flags, '-o', name, main]);
    await rename(join(folder, name), join(directory, name));
    say(`built ${join(directory, name)}`);
  }
}

type Source = { module: (go: Go) => Promise<string>; main: string; flags: string };

function sourceOf(name: Command): Source {
  if (name === 'etcd') return { module: etcdModule, main: 'go.etcd.io/etcd/server/v3', flags: '-s -w' };
  return { module: kubernetesModule, main: `k8s.io/kubernetes/cmd/${name}`, flags: stamped };
}

/** What the release build stamps in, so that /version and `kubectl version` say the truth. */
const [major, minor] = KUBERNETES_VERSION.split('.');
const stamp = 'k8s.io/component-base/version';
const stamped = [
  '-s -w',
  `-X ${stamp}.gitVersion=v${KUBERNETES_VERSION}`,
  `-X ${stamp}.gitMajor=${major}`,
  `-X ${stamp}.gitMinor=${minor}`,
  `-X ${stamp}.gitTreeState=clean`,
].join(' ');

const etcdModule = () =>
  Promise.resolve(`module build\n\ngo 1.24\n\nrequire go.etcd.io/etcd/server/v3 v${ETCD_VERSION}\n`);

/**
 * k8s.io/kubernetes replaces its staging modules by folders of its own repository, which a dependent does not have:
 * each is replaced by its published release instead (1.34.4 → 0.34.4).
 */
async function kubernetesModule(go: Go): Promise<string> {
  const answer = await go('.', ['mod', 'download', '-json', `k8s.io/kubernetes@v${KUBERNETES_VERSION}`]);
  const { GoMod } = JSON.parse(answer) as { GoMod: string };
  const stagingVersion = `v0.${KUBERNETES_VERSION.split('.').slice(1).join('.')}`;
  return dependentModule(await readFile(GoMod, 'utf8'), stagingVersion);
}

/** go.mod of a module that builds commands of k8s.io/kubernetes, from that module's own go.mod. Pure. */
export function dependentModule(kubernetesGoMod: string, stagingVersion: string): string {
  const goVersion = /^go (\S+)/m.exec(kubernetesGoMod)?.[1];
  const staged = [...kubernetesGoMod.matchAll(/^\s*(?:replace )?(\S+) => \.\/staging\/\S+/gm)].map(
    ([, module]) => module,
  );
  if (!goVersion || staged.length === 0) throw new Error('the go.mod of k8s.io/kubernetes does not look as expected');
  const replacements = staged.map((module) => `replace ${module} => ${module} ${stagingVersion}`);
  const required = `require k8s.io/kubernetes v${KUBERNETES_VERSION}`;
  return ['module build', '', `go ${goVersion}`, '', required, '', ...replacements, ''].join('\n');
}

export function goFrom(command: string): Go {
  return (directory, args) =>
    new Promise((resolve, reject) => {
      // Settings of the caller's own Go projects must not leak in.
      const env = { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off', CGO_ENABLED: '0' };
      const child = spawn(command, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      let complaints = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) resolve(output);
        else reject(new Error(`go ${args.join(' ')} failed with code ${code}: ${(complaints || output).slice(-2000)}`));
      });
    });
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
