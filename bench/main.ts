// npm run bench: figures of the operator, as a process of its own from the bundle, against simulated clouds and an
// embedded cluster that are processes of their own. docs/performance.md says how to read them.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { FleetSize, Shape } from './fleet/names.ts';
import { startStages } from './fleet/stages.ts';
import { buildTemplate, type Template } from './fleet/template.ts';
import { machineFacts } from './report/machine.ts';
import { type Figure, tableOf } from './report/table.ts';
import { managedEndpoints } from './runs/managed-endpoints.ts';
import { mappings } from './runs/mappings.ts';
import { patches } from './runs/patches.ts';
import { rest } from './runs/rest.ts';
import { startUp } from './runs/start-up.ts';
import { sweep } from './runs/sweep.ts';
import { BUNDLE } from './stage/operator.ts';

const BENCHES = ['start', 'sweep', 'sweep-no-inventory', 'rest', 'patches', 'managed-endpoints', 'mappings'] as const;
type Bench = (typeof BENCHES)[number];

type Options = {
  tenants: number;
  links: number;
  workspaces: number;
  endpoints: number;
  mappings: number;
  namespaces: number;
  unpaged?: true;
  runs: number;
  changes: number;
  dns: Shape['dns'];
  hours: number;
  speed: number;
  heap?: number;
  longest: number;
  profile?: string;
  peer?: string;
  json?: string;
};

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a whole number above 0');
}

function dnsMode(text: string): Shape['dns'] {
  if (text === 'ZoneGroup' || text === 'Records' || text === 'none') return text;
  throw new InvalidArgumentError('must be ZoneGroup, Records or none');
}

const command = new Command('bench')
  .description('Measures the bundle (npm run bundle) on a fleet of WorkspacePrivateLinks in their desired state')
  .argument('[benches...]', `which of ${BENCHES.join(', ')}`, ['start', 'sweep'])
  .option('--tenants <number>', 'tenants, each with a namespace, an identity, a subscription and a network', whole, 20)
  .option('--links <number>', 'links in each tenant, at most 500 (a tenant cannot have more services)', whole, 500)
  .option('--workspaces <number>', 'for managed-endpoints: source workspaces, shared out among the tenants', whole, 100)
  .option('--endpoints <number>', 'for managed-endpoints: in each source workspace', whole, 20)
  .option('--mappings <number>', 'for mappings: guests of one provider', whole, 10_000)
  .option(
    '--namespaces <number>',
    'for mappings: over which they are shared out, each half of the one before',
    whole,
    6,
  )
  .option('--unpaged', 'for mappings: Fabric lists all mappings in one answer, instead of 100 on a page')
  .option('--runs <number>', 'how often each bench is repeated; the table shows medians', whole, 1)
  .option('--changes <number>', 'changes by people during the sweep', whole, 20)
  .option('--dns <mode>', 'of each link’s endpoint: ZoneGroup, Records or none', dnsMode, 'ZoneGroup')
  .option('--hours <number>', 'published hours at rest', whole, 2)
  .option('--speed <number>', 'divides published durations at rest', whole, 60)
  .option(
    '--heap <MiB>',
    'heap limit of the operator (--max-old-space-size), as a container’s limit would set one',
    whole,
  )
  .option('--longest <seconds>', 'a sweep is given up after this long', whole, 300)
  .option('--profile <folder>', 'writes a CPU profile of the operator of each sweep there')
  .option('--peer <program>', 'for patches: another controller to run beside ours (docs/performance.md)')
  .option('--json <file>', 'writes all runs there')
  .parse();
const options = command.opts<Options>();
const wanted = command.args.length > 0 ? command.args : ['start', 'sweep'];
const size: FleetSize = { tenants: options.tenants, linksPerTenant: Math.min(options.links, 500) };
const nodeOptions = [
  ...(options.heap === undefined ? [] : [`--max-old-space-size=${options.heap}`]),
  ...(options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`]),
];

async function run(bench: Bench, template: () => Promise<Template>): Promise<Figure[]> {
  switch (bench) {
    case 'patches':
      return patches(size.tenants * size.linksPerTenant, options.peer);
    case 'managed-endpoints': {
      const { tenants, workspaces, endpoints, hours } = options;
      return managedEndpoints({ fleet: { tenants, workspaces, endpoints }, hours });
    }
    case 'mappings': {
      const { mappings: count, namespaces, hours, unpaged } = options;
      const fleet = { mappings: count, namespaces, guestTenants: 20, workspaces: 10 };
      return mappings({ fleet, hours, paged: unpaged === undefined });
    }
    case 'start':
      return onStage(
        { template: await template(), size: { tenants: 1, linksPerTenant: 0 }, inventory: true },
        (stages) => startUp(stages),
      );
    case 'sweep':
    case 'sweep-no-inventory':
      return onStage({ template: await template(), size, inventory: bench === 'sweep' }, (stages) =>
        sweep({ stages, size, longestMs: options.longest * 1000, changes: options.changes, nodeOptions }),
      );
    case 'rest':
      return onStage({ template: await template(), size, inventory: true, speed: options.speed }, (stages) =>
        rest({ stages, size, speed: options.speed, hours: options.hours }),
      );
    default:
      return bench satisfies never;
  }
}

async function onStage(
  of: Parameters<typeof startStages>[0],
  measure: (stages: Awaited<ReturnType<typeof startStages>>) => Promise<Figure[]>,
): Promise<Figure[]> {
  const stages = await startStages(of);
  try {
    return await measure(stages);
  } finally {
    await stages.close();
  }
}

const isBench = (name: string): name is Bench => (BENCHES as readonly string[]).includes(name);
const unknown = wanted.filter((name) => !isBench(name));
if (unknown.length > 0) command.error(`no bench is called ${unknown.join(', ')}; there are ${BENCHES.join(', ')}`);
/** Played in this process, on a clock of its own: neither bundle nor template. */
const isPlayed = (name: string): boolean => name === 'managed-endpoints' || name === 'mappings';
if (!wanted.every(isPlayed) && !existsSync(BUNDLE)) command.error(`${BUNDLE} is missing; run: npm run bundle`);

console.log(machineFacts().join('\n'));
if (wanted.includes('managed-endpoints')) {
  console.log(
    `${options.endpoints} managed endpoints in each of ${options.workspaces} workspaces, ${size.tenants} tenants`,
  );
}
if (wanted.includes('mappings')) {
  console.log(
    `${options.mappings} mappings of one tenant in ${options.namespaces} namespaces, ${options.unpaged ? 'listed in one answer' : 'listed 100 on a page'}`,
  );
}
if (!wanted.every(isPlayed)) {
  console.log(
    `${size.tenants} tenants with ${size.linksPerTenant} links each, DNS by ${options.dns}, inbound access denied`,
  );
}
if (options.heap !== undefined) console.log(`heap limit of the operator ${options.heap} MiB`);
let built: Promise<Template> | undefined;
const template = () => (built ??= buildTemplate({ dns: options.dns, policy: true }));
const all: Record<string, Figure[][]> = {};
for (const bench of wanted.filter(isBench)) {
  const runs: Figure[][] = [];
  for (let turn = 0; turn < options.runs; turn += 1) runs.push(await run(bench, template));
  all[bench] = runs;
  console.log(`\n${bench}${options.runs > 1 ? `, median of ${options.runs} runs (span)` : ''}`);
  console.log(
    tableOf(runs)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
}
if (options.json !== undefined) {
  await writeFile(options.json, JSON.stringify({ machine: machineFacts(), size, options, figures: all }, null, 2));
}
