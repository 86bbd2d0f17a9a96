// Where helm, kubeconform and kube-linter come from: PATH, or built with Go into the cache in which the API server is.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Environment, firstExecutable, pathDirectories } from '../kube-apiserver/binaries.ts';
import { goFrom, type Say } from '../kube-apiserver/build.ts';
import { withLock } from '../kube-apiserver/lock.ts';

type Source = {
  version: string;
  /** As its go.mod calls itself. */
  module: string;
  main: string;
  /** Where the module is fetched, if not under its name: not every vanity host is on every mirror. */
  from?: string;
};

const SOURCES = {
  helm: { version: 'v4.3.1', module: 'helm.sh/helm/v4', main: 'helm.sh/helm/v4/cmd/helm' },
  kubeconform: {
    version: 'v0.8.0',
    module: 'github.com/yannh/kubeconform',
    main: 'github.com/yannh/kubeconform/cmd/kubeconform',
  },
  'kube-linter': {
    version: 'v0.8.3',
    module: 'golang.stackrox.io/kube-linter',
    main: 'golang.stackrox.io/kube-linter/cmd/kube-linter',
    from: 'github.com/stackrox/kube-linter',
  },
} as const satisfies Record<string, Source>;

export type ToolName = keyof typeof SOURCES;

export const TOOL_NAMES = Object.keys(SOURCES) as ToolName[];

/** One folder a tool and version, outside the repository, shared by all checkouts. */
function cacheDirectory(name: ToolName, env: Environment): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'fabric-link-operator', 'tools', `${name}-${SOURCES[name].version}`);
}

/** A tool that is there already; nothing is built. */
export function findTool(name: ToolName, env: Environment = process.env): Promise<string | undefined> {
  return firstExecutable([...pathDirectories(env), cacheDirectory(name, env)], name);
}

/** A tool, found or built with the Go toolchain (minutes the first time). Rejects when there is no Go either. */
export async function provideTool(name: ToolName, say: Say, env: Environment = process.env): Promise<string> {
  const found = await findTool(name, env);
  if (found) return found;
  const go = await firstExecutable(pathDirectories(env), 'go');
  if (!go) throw new Error(`no ${name}: put it on PATH, or install Go to build it`);
  const directory = cacheDirectory(name, env);
  await mkdir(directory, { recursive: true });
  await withLock(`${directory}.lock`, say, () => build(name, directory, go, say));
  return join(directory, name);
}

/** The binary appears whole or not at all. */
async function build(name: ToolName, directory: string, goCommand: string, say: Say): Promise<void> {
  if (await firstExecutable([directory], name)) return;
  const source: Source = SOURCES[name];
  say(`building ${name} ${source.version} with Go; the first time this takes minutes`);
  const work = `${directory}.building-${process.pid}`;
  const go = goFrom(goCommand);
  try {
    await mkdir(work, { recursive: true });
    await writeFile(join(work, 'go.mod'), moduleOf(source));
    // A blank import, behind a tag, makes `go mod tidy` resolve what the main package needs.
    await writeFile(join(work, 'tools.go'), `//go:build tools\n\npackage tools\n\nimport _ "${source.main}"\n`);
    await go(work, ['mod', 'tidy']);
    await go(work, ['build', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w', '-o', name, source.main]);
    await rename(join(work, name), join(directory, name));
    say(`built ${join(directory, name)}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function moduleOf({ module, version, from }: Source): string {
  const replaced = from === undefined ? [] : [`replace ${module} => ${from} ${version}`, ''];
  // The oldest language that `go mod tidy` may raise to what the module asks for.
  return ['module build', '', 'go 1.24', '', `require ${module} ${version}`, '', ...replaced].join('\n');
}
