// Where kube-apiserver, etcd and kubectl come from.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { buildInto, KUBERNETES_VERSION } from './build.ts';

const run = promisify(execFile);

export type Binaries = {
  kubeApiserver: string;
  etcd: string;
  kubectl: string;
  /** Collects garbage and empties namespaces; setup-envtest has none. */
  kubeControllerManager?: string;
  /** Where they were found, for people. */
  source: string;
};

export type Environment = Readonly<Record<string, string | undefined>>;

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export async function firstExecutable(directories: readonly string[], name: string): Promise<string | undefined> {
  for (const directory of directories) {
    const path = join(directory, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

export const pathDirectories = (env: Environment) => (env.PATH ?? '').split(delimiter).filter((entry) => entry !== '');

/** Where `provideBinaries` builds: outside the repository, shared by all checkouts, one folder a version. */
export function cacheDirectory(env: Environment): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'fabric-link-operator', 'kubernetes', KUBERNETES_VERSION);
}

/**
 * Server pair from one place; kubectl and the controller manager from there, or wherever there is one: the first works
 * across versions, and the second with servers that are not older.
 */
async function from(source: string, directories: readonly string[], env: Environment): Promise<Binaries | undefined> {
  const kubeApiserver = await firstExecutable(directories, 'kube-apiserver');
  const etcd = await firstExecutable(directories, 'etcd');
  const anywhere = [...directories, ...pathDirectories(env), cacheDirectory(env)];
  const kubectl = await firstExecutable(anywhere, 'kubectl');
  const kubeControllerManager = await firstExecutable(anywhere, 'kube-controller-manager');
  if (!kubeApiserver || !etcd || !kubectl) return undefined;
  return { kubeApiserver, etcd, kubectl, source, ...(kubeControllerManager && { kubeControllerManager }) };
}

/** Asks setup-envtest of the controller-runtime project, where it is installed, for its folder. */
async function envtestDirectory(env: Environment, mayDownload: boolean): Promise<string | undefined> {
  const tool = await firstExecutable(pathDirectories(env), 'setup-envtest');
  if (!tool) return undefined;
  const version = KUBERNETES_VERSION.replace(/\.\d+$/, '.x');
  const args = ['use', ...(mayDownload ? [] : ['--installed-only']), '--print', 'path', version];
  return run(tool, args).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

async function find(env: Environment, mayDownload: boolean): Promise<Binaries | undefined> {
  const assets = env.KUBEBUILDER_ASSETS;
  const envtest = () => envtestDirectory(env, mayDownload);
  return (
    (assets ? await from(`KUBEBUILDER_ASSETS (${assets})`, [assets], env) : undefined) ??
    (await from('PATH', pathDirectories(env), env)) ??
    (await envtest().then((folder) => (folder ? from(`setup-envtest (${folder})`, [folder], env) : undefined))) ??
    (await from(`built before (${cacheDirectory(env)})`, [cacheDirectory(env)], env))
  );
}

/** A kubectl from wherever there is one. */
export async function findKubectl(env: Environment = process.env): Promise<string | undefined> {
  const assets = env.KUBEBUILDER_ASSETS ? [env.KUBEBUILDER_ASSETS] : [];
  return firstExecutable([...assets, ...pathDirectories(env), cacheDirectory(env)], 'kubectl');
}

/** Binaries that are there already; nothing is downloaded or built. */
export function findBinaries(env: Environment = process.env): Promise<Binaries | undefined> {
  return find(env, false);
}

/**
 * Binaries, whatever it takes: found, fetched by setup-envtest where that is installed, or built with the Go toolchain
 * (minutes the first time). Says what it does through `say`. Rejects when there is no Go either.
 */
export async function provideBinaries(say: (line: string) => void, env: Environment = process.env): Promise<Binaries> {
  const found = await find(env, true);
  if (found?.kubeControllerManager) return found;
  const go = await firstExecutable(pathDirectories(env), 'go');
  if (found && !go) return found;
  if (!go) {
    throw new Error(
      'no kube-apiserver and etcd: set KUBEBUILDER_ASSETS to a folder with both, install setup-envtest, or install Go to build them',
    );
  }
  const servers = found ? [] : (['etcd', 'kube-apiserver', 'kubectl'] as const);
  await buildInto(cacheDirectory(env), [...servers, 'kube-controller-manager'], go, say);
  const built = await find(env, false);
  if (!built) throw new Error(`the build left no usable binaries in ${cacheDirectory(env)}`);
  return built;
}
