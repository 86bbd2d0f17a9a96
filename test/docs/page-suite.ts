import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findKubectl } from '../../scripts/kube-apiserver/binaries.ts';
import type { Simulator } from '../../simulator/start.ts';
import type { World } from '../../simulator/world.ts';
import { skipped } from '../api/skipped.ts';
import { type House, openHouse, startProcess } from '../support/stage-process.ts';
import { eventually } from '../support/virtual-clock.ts';
import { type Command, missingFrom, type Step, stepsOf } from './page.ts';

/** A page, and the world in which its reader lives. */
export type PageWorld = {
  path: string;
  text: string;
  world: () => World;
  /** What other people do while the reader reads, by the words that the page has for it. */
  meanwhile: Readonly<Record<string, (simulator: Simulator) => void>>;
  /** What the page writes as a reader has it, and as the simulated world has it: each one must occur in the page. */
  substitutions: (simulator: Simulator) => readonly (readonly [string, string])[];
  /** What the reader has typed in before: not in the page. */
  secrets: Readonly<Record<string, string>>;
};

/** Half an hour, the longest published delay, is three seconds. */
const SPEED = 600;
const START_MS = 60_000;
/** Of one block; the longest takes some seconds on an idle machine. */
const BLOCK_MS = 60_000;

type Ran = { code: number; output: string };

const kubectl = await findKubectl();

/** Words that people search for, where the page sends them: `states/<kind>.md`, generated from the machines. */
export function describeLinkedReasons(text: string, kind: string): void {
  const link = new RegExp(String.raw`\[((?:\`\w+\`(?:, )?)+)\]\(states/${kind}\.md#(\w+)\)`, 'g');
  const linked = [...text.matchAll(link)].flatMap(([, reasons = '', part = '']) =>
    [...reasons.matchAll(/`(\w+)`/g)].map(([, reason]) => [reason!, part] as const),
  );

  describe('a reason that the page links', () => {
    test.each(linked)('%s is said by %s', async (reason, part) => {
      const states = await readFile(`docs/states/${kind}.md`, 'utf8');
      const section = states.split('\n## ').find((one) => one.split('\n')[0]!.toLowerCase() === part);
      expect(section).toContain(`\`${reason}\``);
    });
  });
}

/**
 * A page as its reader goes through it: every manifest, every command, every promised line, with the real kubectl and the
 * real operator against simulated clouds.
 */
export function describePage(about: PageWorld): void {
  const steps = stepsOf(about.text);

  describe('the page', () => {
    test('has each thing that this world changes in it, and each thing that happens meanwhile', () => {
      const told = steps.flatMap((step) => (step.kind === 'meanwhile' ? [step.what] : []));
      expect(told.toSorted()).toEqual(Object.keys(about.meanwhile).toSorted());
      const nobody = { dns: { at: () => ({ address: '', port: 0 }) } } as never;
      const changed = about.substitutions(nobody).map(([words]) => words);
      expect(changed.filter((words) => !about.text.includes(words))).toEqual([]);
    });

    test('applies each manifest that it shows', () => {
      const scripts = steps.flatMap((step) => (step.kind === 'command' ? [step.script] : [])).join('\n');
      const files = steps.flatMap((step) => (step.kind === 'file' ? [step.name] : []));
      expect(files.filter((name) => !scripts.includes(name))).toEqual([]);
    });
  });

  describe('each command of the page', () => {
    if (kubectl === undefined) skipped(`no kubectl on this machine: the commands of ${about.path} were not run`);
    else suite(kubectl, about, steps);
  });
}

function suite(binary: string, { path, world, meanwhile, substitutions, secrets }: PageWorld, steps: readonly Step[]) {
  let house: House;
  let folder: string;
  let broken: string | undefined;

  beforeAll(async () => {
    house = await openHouse(SPEED, world());
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    await mkdir(join(folder, 'bin'));
    await symlink(binary, join(folder, 'bin', 'kubectl'));
    await symlink(resolve('crds'), join(folder, 'crds'));
    await house.openApiServer();
    const { env, healthUrl } = await house.settings();
    house.keep(startProcess(env));
    await eventually(() => isReady(healthUrl), 'the operator is ready', START_MS);
  }, START_MS);

  afterAll(async () => {
    await house.close();
    await rm(folder, { recursive: true });
  });

  /** As a reader's shell does it, except that the first command that fails ends it. */
  async function run(script: string): Promise<Ran> {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', inThisWorld(script)], {
      cwd: folder,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        HOME: folder,
        KUBECONFIG: house.kubeconfig,
        ...secrets,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: what the shell has started ends with it.
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), BLOCK_MS);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code: code ?? -1, output };
  }

  const inThisWorld = (text: string): string =>
    substitutions(house.simulator).reduce((changed, [words, here]) => changed.replaceAll(words, here), text);

  /** What a reader would complain about, or nothing. */
  async function take(step: Step): Promise<string[]> {
    if (step.kind === 'file') await writeFile(join(folder, step.name), inThisWorld(step.text));
    if (step.kind === 'meanwhile') meanwhile[step.what]!(house.simulator);
    if (step.kind !== 'command') return [];
    const ran = await run(step.script);
    const missing = missingFrom(ran.output, step.expected);
    const isAsSaid = (ran.code !== 0) === step.fails && missing === undefined;
    return isAsSaid ? [] : [await complaint(step, ran, missing)];
  }

  async function complaint({ line, script, fails }: Command, { code, output }: Ran, missing?: string): Promise<string> {
    const { output: objects } = await run('kubectl get fabric -A -o wide');
    return [
      `${path}:${line}: exit code ${code}${fails ? ', and the page says that it is refused' : ''}`,
      ...(missing === undefined ? [] : [`The page promises this line, and it is not there: ${missing}`]),
      `Ran:\n${script}`,
      `Printed:\n${output}`,
      `Objects:\n${objects}`,
    ].join('\n');
  }

  test.each(stagesOf(steps))(
    '$title',
    async ({ title, steps: taken }) => {
      // What follows builds upon it: one failure is told once.
      if (broken !== undefined) throw new Error(`not run: ${broken} failed`);
      broken = title;
      const complaints: string[] = [];
      for (const step of taken) complaints.push(...(await take(step)));
      expect(complaints).toEqual([]);
      broken = undefined;
    },
    // And room for what a complaint looks up.
    2 * BLOCK_MS,
  );
}

/** Each command with the manifests, and what happens, in front of it. */
function stagesOf(all: readonly Step[]): readonly { title: string; steps: readonly Step[] }[] {
  const stages: { title: string; steps: Step[] }[] = [];
  let pending: Step[] = [];
  for (const step of all) {
    pending.push(step);
    if (step.kind !== 'command') continue;
    stages.push({ title: `${step.under}, line ${step.line}: ${step.script.split('\n')[0]}`, steps: pending });
    pending = [];
  }
  return stages;
}

async function isReady(healthUrl: string): Promise<boolean> {
  return fetch(`${healthUrl}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}
