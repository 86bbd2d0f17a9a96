// The role definitions in docs/roles suffice, and hold nothing that is not needed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../support/stage.ts';
import { HOUR_MS, playUntilGone, playUntilReady } from '../support/stage-link.ts';
import { AUTO, closeSales, managedManifest, playUntilManagedReady } from '../support/stage-managed.ts';
import { thingsIn } from '../support/stage-view.ts';
import {
  CONNECTIVITY,
  DATA_PLATFORM,
  endpointIn,
  OPERATOR_APP,
  salesLink,
  stageWorld,
} from '../support/stage-world.ts';

type Role = { Name: string; IsCustom: boolean; Actions: string[]; NotActions: string[]; AssignableScopes: string[] };

const folder = join(import.meta.dirname, '../../docs/roles');
const page = readFileSync(join(folder, '../permissions.md'), 'utf8');
const roles = Object.fromEntries(
  readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Role]),
);

/** Not told apart by the simulated ARM: asked by anybody of the tenant, or only while a long operation is followed. */
const UNSEEN = [
  'Microsoft.Resources/subscriptions/providers/read',
  'Microsoft.Fabric/privateLinkServicesForFabric/operationResults/read',
  'Microsoft.Fabric/privateLinkServicesForFabric/operationStatuses/read',
];

const network = (group: string) => `/subscriptions/${CONNECTIVITY}/resourceGroups/${group}`;
const fabric = `/subscriptions/${DATA_PLATFORM}/resourceGroups/rg-fabric`;
const networks = [network('rg-network-hub'), network('rg-network-spoke')];

/** A world in which the operator's application has these roles and no others; `used` gathers what ARM asked for. */
function worldWith(assigned: Record<string, readonly string[]>, used: Set<string>) {
  const world = stageWorld();
  world.arm.grants = Object.entries(assigned).flatMap(([name, scopes]) =>
    scopes.map((scope) => ({
      principalId: OPERATOR_APP.objectId,
      scope,
      effectiveAtMs: 0,
      actions: watched(name, roles[name]!.Actions, used),
    })),
  );
  return world;
}

const unused = (name: string, used: ReadonlySet<string>): string[] =>
  roles[name]!.Actions.map((action) => `${name} ${action}`).filter(
    (entry) => !used.has(entry) && !UNSEEN.some((action) => entry.endsWith(action)),
  );

/** The same list, which notes the entries that some request was allowed by. */
function watched(name: string, actions: readonly string[], used: Set<string>): string[] {
  return Object.assign(actions.slice(), {
    some(this: string[], asks: (action: string) => unknown): boolean {
      const found = this.find((action) => Boolean(asks(action)));
      if (found !== undefined) used.add(`${name} ${found}`);
      return found !== undefined;
    },
  });
}

describe('a private link from nothing to Ready and away again', () => {
  const used = new Set<string>();
  const subscriptions = [CONNECTIVITY, DATA_PLATFORM].map((id) => `/subscriptions/${id}`);
  const assigned = {
    'lists.json': subscriptions,
    'service.json': [fabric],
    'endpoints.json': networks,
    'dns.json': networks,
    'register.json': subscriptions,
  };
  let stage: Stage;
  beforeAll(async () => {
    const world = worldWith(assigned, used);
    for (const { providers } of Object.values(world.arm.subscriptions)) {
      for (const provider of Object.values(providers)) provider.state = 'NotRegistered';
    }
    stage = await startStage({ world });
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { registerProviders: true }));
  });
  afterAll(() => stage.close());

  test('needs these roles alone, on the resource groups', async () => {
    await playUntilReady(stage);
    // A zone group for records and back, an endpoint less: everything that is made is also taken away.
    await stage.apply(
      salesLink(stage.nameserverOf, { endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)] }),
    );
    await stage.pass(HOUR_MS);
    await playUntilReady(stage);
    await stage.deleteLink();
    await playUntilGone(stage);
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
  });

  test('and every action in them', () => {
    expect(Object.keys(assigned).flatMap((name) => unused(name, used))).toEqual([]);
  });
});

describe('approval of a managed private endpoint', () => {
  const used = new Set<string>();
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
    await closeSales(stage);
    stage.simulator.world.arm.grants = worldWith({ 'approver.json': [fabric] }, used).arm.grants;
    await stage.startOperator();
    await stage.apply(managedManifest(AUTO));
  });
  afterAll(() => stage.close());

  test('needs the role of an approver alone, and every action in it', async () => {
    await playUntilManagedReady(stage);
    expect(unused('approver.json', used)).toEqual([]);
  });
});

describe('the definitions', () => {
  test.each(Object.entries(roles))('%s can be created as it is, and is shown on the page', (name, role) => {
    expect(Object.keys(role)).toEqual(
      'Name IsCustom Description Actions NotActions DataActions NotDataActions AssignableScopes'.split(' '),
    );
    expect(role.AssignableScopes).toEqual(['/subscriptions/SUBSCRIPTION_ID']);
    expect(role.Actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(page).toContain(`roles/${name}`);
  });
});
