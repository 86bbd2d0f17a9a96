import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

import { type Kubernetes, startKubernetes } from './kubernetes/kubernetes.ts';
import { writePrivately } from './private-file.ts';
import { type Simulator, startSimulator } from './start.ts';
import { loadWorld, type WorldFile } from './world-file.ts';

/** What the manifests of examples/demo refer to. */
const DEMO_WORLD = join(import.meta.dirname, '../examples/demo-world.json');

type Options = { envFile: string; kubeconfig?: string; speed: number; kubernetes: boolean; world: string };

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a number above 0');
}

const command = new Command('simulator')
  .description('Entra, Azure Resource Manager, Microsoft Fabric, DNS and a Kubernetes API on loopback')
  // Node takes --env-file for itself wherever it stands, unless `--` comes first: npm run simulator says it.
  .requiredOption('--env-file <file>', 'where to write the environment of the operator, as NAME=value (mode 0600)')
  .option('--kubeconfig <file>', 'where to write the kubeconfig; default: next to the environment file')
  .option('--speed <number>', 'divides published delays and quota windows', positive, 1)
  .option('--no-kubernetes', 'leave the Kubernetes API out')
  .option('--world <file>', 'JSON file with what exists from the start', DEMO_WORLD)
  .action(run);

async function run(options: Options): Promise<void> {
  await mkdir(dirname(resolve(options.envFile)), { recursive: true });
  const world = loadWorld(JSON.parse(await readFile(options.world, 'utf8')) as WorldFile);
  const simulator = await startSimulator({ speed: options.speed, world });
  let kubernetes: Kubernetes | undefined;
  try {
    if (options.kubernetes) kubernetes = await startKubernetes();
    await writeFiles(options, simulator, kubernetes);
  } catch (error) {
    await shutDown(simulator, kubernetes);
    throw error;
  }
  announce(simulator, kubernetes, resolve(options.envFile));
  const stop = () => void shutDown(simulator, kubernetes);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function writeFiles(options: Options, simulator: Simulator, kubernetes?: Kubernetes): Promise<void> {
  const envFile = resolve(options.envFile);
  const caFile = join(dirname(envFile), 'simulator-ca.pem');
  const kubeconfig = resolve(options.kubeconfig ?? join(dirname(envFile), 'kubeconfig'));
  const env: Record<string, string> = {
    ...simulator.env,
    NODE_EXTRA_CA_CERTS: caFile,
    // Node heeds the line above only when it is set before Node starts, which `node --env-file` is not.
    FABRICLINK_CA_FILE: caFile,
    ...(kubernetes && { KUBECONFIG: kubeconfig }),
  };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(caFile, simulator.ca, { mode: 0o600 });
  if (kubernetes) await writePrivately(kubeconfig, kubernetes.kubeconfig);
  // Last, because whoever waits for this file may start at once.
  await writePrivately(envFile, lines.join(''));
}

function announce({ urls, dns }: Simulator, kubernetes: Kubernetes | undefined, envFile: string): void {
  const lines = [
    ...Object.entries(urls).map(([service, url]) => `${service.padEnd(10)} ${url}`),
    ...Object.entries(dns.list()).map(
      ([viewpoint, { address, port }]) => `dns        ${address}:${port}  ${viewpoint}`,
    ),
    ...(kubernetes ? [`kubernetes ${kubernetes.url}`] : []),
    `env file   ${envFile}`,
  ];
  console.log(lines.join('\n'));
}

async function shutDown(simulator: Simulator, kubernetes: Kubernetes | undefined): Promise<void> {
  try {
    await Promise.all([simulator.close(), kubernetes?.close()]);
  } catch (error) {
    console.error(`the simulator did not stop cleanly: ${String(error)}`);
    process.exitCode = 1;
  }
}

try {
  await command.parseAsync();
} catch (error) {
  console.error(`cannot start the simulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
