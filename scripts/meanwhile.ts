// npm run meanwhile: what other people do while `npm run demo` runs in another terminal.
import { readFile } from 'node:fs/promises';
import { Argument, Command } from 'commander';
import { type CrossTenantMapping, crossTenantMappings } from '../crds/cross-tenant-mapping.ts';
import { connect, DEMO_NAMESPACE } from './demo/cluster.ts';
import { ACTS, carryOut, MEANWHILE_FILE, type Meanwhile, ROLES } from './demo/meanwhile.ts';

const program = new Command('npm run meanwhile --')
  .usage('COMMAND [MAPPING]')
  .description('What others do while `npm run demo` runs in another terminal. Without a name: partner-ana.')
  .helpOption(false)
  .helpCommand(false);
for (const [name, { about }] of Object.entries(ACTS)) {
  const command = program.command(name).description(about).argument('[mapping]', 'a CrossTenantMapping', 'partner-ana');
  if (name === 'role') command.addArgument(new Argument('[role]').choices([...ROLES, 'none']).default('Admin'));
  command.action((mapping: string, role?: string) => act(name as keyof typeof ACTS, mapping, role));
}
await program.parseAsync().catch((error: Error) => program.error(error.message));

async function act(name: keyof typeof ACTS, object: string, role: string | undefined): Promise<void> {
  const text = await readFile(MEANWHILE_FILE, 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Error(`there is no ${MEANWHILE_FILE}: start npm run demo in another terminal first`);
  const { controlUrl, caFile, kubeconfigFile } = JSON.parse(text) as Meanwhile;
  const mapping = await mappingNamed(object, kubeconfigFile);
  const { call, told } = ACTS[name];
  await carryOut(controlUrl, await readFile(caFile, 'utf8'), call(mapping, role));
  const kubectl = `kubectl --kubeconfig ${kubeconfigFile} -n ${DEMO_NAMESPACE}`;
  console.log(`${typeof told === 'string' ? told : told(mapping, role)}\nTo see it, and to make the operator look now:
  ${kubectl} get ctm -w
  ${kubectl} annotate ctm --all fabriclink.dev/reconcile="$(date +%s)" --overwrite`);
}

async function mappingNamed(name: string, kubeconfigFile: string): Promise<CrossTenantMapping> {
  const cluster = await connect(kubeconfigFile);
  try {
    const mapping = await cluster.kube.get<CrossTenantMapping>(crossTenantMappings, DEMO_NAMESPACE, name);
    if (mapping) return mapping;
  } catch (cause) {
    throw new Error('the demo does not answer: is npm run demo still running?', { cause });
  } finally {
    await cluster.close();
  }
  throw new Error(`there is no CrossTenantMapping "${name}" in namespace ${DEMO_NAMESPACE}`);
}
