import { describe, expect, test } from '@jest/globals';
import { OWNER_TAG, refOf } from '../../../controllers/workspace-private-link/desired-names.ts';
import { anEndpoint, aWorkspacePrivateLink, aWorld, endpointId, live, MINUTE_MS, remove, SERVICE } from './living.ts';

const ENDPOINT = endpointId('pe-hub').toLowerCase();

async function aLivingLink() {
  const world = aWorld();
  const living = live(world, aWorkspacePrivateLink());
  await living.settle();
  const tag = (tags: Record<string, string>) => ({
    endpoint: () => world.endpoints.set(ENDPOINT, { ...world.endpoints.get(ENDPOINT)!, tags }),
    service: () => world.services.set(SERVICE.toLowerCase(), { ...world.services.get(SERVICE.toLowerCase())!, tags }),
  });
  world.writes.length = 0;
  return { world, living, tag };
}
const NOTE = `fabriclink.dev/endpoint.${refOf(endpointId('pe-hub'))}`;
const OURS = { [OWNER_TAG]: 'c1.team.sales.uid-1' };

describe.each(['endpoint', 'service'] as const)('a created %s without our owner tag', (what) => {
  test('is neither written nor deleted, and a person is told how to say whose it is', async () => {
    const { world, living, tag } = await aLivingLink();
    tag({})[what]();
    await living.settle();
    expect(living.condition('Stalled').reason).toBe('OwnerTagMissing');
    const id = what === 'endpoint' ? world.endpoints.get(ENDPOINT)!.id : SERVICE;
    expect(living.nextStep()).toContain(
      `az tag update --resource-id ${id} --operation Merge --tags fabriclink-owner=c1.team.sales.uid-1`,
    );
    remove(living);
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect(world.writes.filter((write) => write === `${what}s.delete`)).toEqual([]);
    expect(living.released).toBe(false);
    expect(living.condition('Stalled').reason).toBe('OwnerTagMissing');
    tag(OURS)[what]();
    await living.settle();
    expect(living.released).toBe(true);
    expect([world.services.size, world.endpoints.size]).toEqual([0, 0]);
  });

  test('stays where the annotation that claims it is taken away: it is then taken over as it is', async () => {
    const { world, living, tag } = await aLivingLink();
    tag({})[what]();
    const key = what === 'endpoint' ? NOTE : 'fabriclink.dev/service';
    living.change(({ metadata }) => delete metadata.annotations![key]);
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect(living.resource.metadata.annotations![key]).toMatch(/^adopted/);
    expect(world.writes).toEqual([]);
  });
});

test('an endpoint whose entry was renamed is forgotten by the command that is shown', async () => {
  const { living, tag } = await aLivingLink();
  living.change(({ spec }) => (spec.endpoints = [anEndpoint('renamed', { resourceName: 'pe-hub' })]));
  tag({}).endpoint();
  await living.settle();
  const [, keys = ''] = /annotate workspaceprivatelinks\.fabriclink\.dev sales ([^`]*)-`/.exec(living.nextStep()) ?? [];
  expect(keys).toBe(NOTE);
  living.change(({ metadata }) => delete metadata.annotations![keys]);
  await living.settle();
  expect(living.condition('Ready').status).toBe('True');
  expect(living.resource.metadata.annotations![NOTE]).toMatch(/^adopted .* renamed$/);
});

describe('an operator that died between its note and its call', () => {
  test('makes what is still absent', async () => {
    const world = aWorld();
    const living = live(
      world,
      aWorkspacePrivateLink(
        {},
        { annotations: { 'fabriclink.dev/endpoint.hub': `created ${endpointId('pe-hub')} hub` } },
      ),
    );
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect(world.endpoints.get(ENDPOINT)?.tags).toEqual(OURS);
  });

  test('leaves alone what somebody else has made under that name meanwhile, also when it is as wanted', async () => {
    const { world, living, tag } = await aLivingLink();
    // A stranger's endpoint asks for the connection: nobody here says yes to it on the word of an old note.
    tag({}).endpoint();
    const service = world.services.get(SERVICE.toLowerCase())!;
    const connections = service.connections.map((one) => ({ ...one, status: 'Pending' }));
    world.services.set(SERVICE.toLowerCase(), { ...service, connections });
    await living.settle();
    expect(world.writes).toEqual([]);
    living.change(({ spec }) => (spec.endpoints = []));
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect(world.endpoints.size).toBe(1);
  });
});
