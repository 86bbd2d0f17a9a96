import { afterEach, describe, expect, test } from '@jest/globals';
import type { MappingBody } from '../../operator/clients/fabric/types.ts';
import { OperatorError } from '../../operator/errors.ts';
import { addTenant } from '../../simulator/builders.ts';
import type { Conduct } from '../../simulator/conduct.ts';
import { addItem, declareTenantSetting } from '../../simulator/fabric/build.ts';
import { settled } from '../../simulator/fabric/effective.ts';
import type { MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import { addMapping } from '../../simulator/fabric/mapping-life.ts';
import { consent, enrolProvider, recyclePrincipal } from '../../simulator/fabric/mapping-out-of-band.ts';
import { fabricApplicationIn, grantPermissions } from '../../simulator/graph/directory.ts';
import { type Bench, startBench } from './against-simulator.ts';
import { aCall, OTHER_TENANT, rejection, TENANT } from './fakes.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ANA: MappingBody = {
  tenantId: OTHER_TENANT,
  objectId: '70000000-0000-4000-8000-00000000000a',
  type: 'User',
  userPrincipalName: 'ana@fabrikam.example',
};
const ANALYSTS: MappingBody = {
  tenantId: OTHER_TENANT,
  objectId: '70000000-0000-4000-8000-00000000000d',
  type: 'Group',
};

let bench: Bench;
afterEach(() => bench.close());

/** A provider that may do everything, and a guest tenant that has consented. */
async function start(choices: Partial<MappingChoices> = {}, adjust?: (conduct: Conduct) => void): Promise<void> {
  bench = await startBench({
    adjust(conduct) {
      Object.assign(conduct.fabric.choices, choices);
      adjust?.(conduct);
    },
  });
  const { world } = bench.simulator;
  addTenant(world, OTHER_TENANT);
  enrolProvider(world, TENANT);
  consent(world, OTHER_TENANT, TENANT);
  declareTenantSetting(world, TENANT, 'AllowServicePrincipalsUseWriteAdminAPIs', true);
  grantPermissions(world, TENANT, fabricApplicationIn(world, TENANT).id, ['Group.Create']);
  grantPermissions(world, TENANT, bench.app.objectId, ['Application.Read.All', 'Group.Read.All']);
  for (const { type, objectId, userPrincipalName } of [ANA, ANALYSTS]) {
    world.entra.guests.push({
      tenantId: OTHER_TENANT,
      type,
      objectId,
      ...(userPrincipalName && { userPrincipalName }),
    });
  }
}

const fabric = () => bench.clients.fabric;
const mappingsOf = async (guest = ANA, call = bench.fresh()) => (await fabric().mappings(call)).value.of(guest);
const rowsInWorld = () => Object.values(bench.simulator.world.fabric.mappings);
const refusals = () => bench.records.filter(({ status }) => status === 429);

const SHAPES: Partial<MappingChoices>[] = [
  {},
  { mappingList: 'array', mappingAnswer: 'row' },
  { mappingList: 'mappings', mappingRow: 'objectId', mappingAnswer: 'id' },
  { mappingPages: true, mappingRow: 'guestId', mappingPrincipal: 'principalId', mappingAnswer: 'row' },
  { mappingRow: 'principalId', mappingPrincipal: 'providerObjectId', mappingDeletedMark: 'status' },
  { mappingRow: 'nested', mappingPrincipal: 'principalId', mappingDeletedMark: 'isDeleted' },
  { mappingRow: 'echo', mappingPrincipal: 'none', mappingAnswer: 'row' },
];

describe('the mapping client against simulated Fabric', () => {
  test.each(SHAPES)('carries a guest from the request to the tombstone: %j', async (choices) => {
    await start(choices, (conduct) => {
      conduct.fabric.choices.pageSize = 1;
      conduct.fabric.choices.emptyPage = true;
    });
    const all = conductOf();
    expect(await mappingsOf(ANA, aCall())).toEqual([]);
    await fabric().createMapping(ANALYSTS, aCall());
    await fabric().createMapping(ANA, aCall());
    expect(await mappingsOf(ANA, aCall())).toMatchObject([{ seen: 'answered' }]);
    const row = rowsInWorld().find(({ guestObjectId }) => guestObjectId === ANA.objectId)!;
    const told = all.mappingPrincipal === 'none' ? undefined : { id: row.principalId };
    const id = all.mappingRow === 'echo' ? ANA.objectId : row.id;
    const [listed, ...others] = await mappingsOf();
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ id, seen: 'listed', ...(told && { principal: told }) });
    expect(listed!.principal === undefined).toBe(told === undefined);
    expect(listed!.deleted ?? false).toBe(false);

    await fabric().deleteMapping(listed!.id, aCall());
    await fabric().deleteMapping(listed!.id, aCall());
    const [tombstone] = await mappingsOf();
    expect(tombstone!.deleted).toBe(all.mappingDeletedMark === 'none' ? undefined : true);
    await bench.clock.advance(26 * HOUR_MS);
    expect(await mappingsOf()).toEqual([]);
    expect(await mappingsOf(ANALYSTS)).toHaveLength(1);
  });

  const conductOf = () => bench.simulator.conduct.fabric.choices;

  test.each<Partial<MappingChoices>>([
    { mappingPrincipal: 'servicePrincipalId' },
    { mappingRow: 'nested', mappingPrincipal: 'providerObjectId' },
  ])('finds the group that was made for a group: %j', async (choices) => {
    await start(choices);
    await fabric().createMapping(ANALYSTS, aCall());
    const [mapping] = await mappingsOf(ANALYSTS);
    expect(mapping!.principal!.id).toBe(rowsInWorld()[0]!.principalId);
  });

  test('follows an operation where creating is one', async () => {
    await start({ mappingAnswer: 'operation' });
    expect(await rejection(fabric().createMapping(ANA, aCall()))).toMatchObject({ reason: 'OperationInProgress' });
    await bench.clock.advance(MINUTE_MS);
    await fabric().createMapping(ANA, aCall());
    expect(await mappingsOf(ANA, aCall())).toHaveLength(1);
    expect(bench.records.filter(({ operation }) => operation === 'mappings.create')).toHaveLength(1);
  });

  test.each<Partial<MappingChoices>>([{ repeatedMapping: 'conflict' }, { repeatedMapping: 'badRequest' }])(
    'finds by a new list what it is told to exist: %j',
    async (choices) => {
      await start(choices);
      expect(await mappingsOf(ANA, aCall())).toEqual([]);
      bench.simulator.faults.add({ kind: 'loseReply', service: 'fabric', method: 'POST', path: 'mappings', times: 1 });
      expect(await rejection(fabric().createMapping(ANA, aCall()))).toMatchObject({ disposition: 'transient' });
      expect(await rejection(fabric().createMapping(ANA, aCall()))).toMatchObject({ reason: 'MappingExists' });
      expect(await mappingsOf(ANA, aCall())).toMatchObject([{ seen: 'listed' }]);
      expect(rowsInWorld()).toHaveLength(1);
    },
  );

  test.each<Partial<MappingChoices>>([{ consentRefusal: 'body' }, { consentRefusal: 'empty' }])(
    'tells missing consent from a token that is over: %j',
    async (choices) => {
      await start(choices);
      const { world } = bench.simulator;
      world.fabric.consents = {};
      expect(await rejection(fabric().createMapping(ANA, aCall()))).toMatchObject({ reason: 'GuestConsentMissing' });
      consent(world, OTHER_TENANT, TENANT);
      // Everything issued until now counts as expired; the clock of tokens is real and has whole milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 5));
      world.entra.tokensValidFromMs = Date.now() - 1;
      await fabric().createMapping(ANA, aCall());
      expect(rowsInWorld()).toHaveLength(1);
      const posts = bench.records.filter(({ operation }) => operation === 'mappings.create');
      expect(posts.map(({ status }) => status)).toEqual([401, 401, 200]);
    },
  );

  test.each<[string, (bench: Bench) => void, string]>([
    ['an unknown guest', ({ simulator }) => void (simulator.world.entra.guests = []), 'GuestUnresolvable'],
    ['no enrolment', ({ simulator }) => void (simulator.world.fabric.providers = {}), 'ProviderNotEnrolled'],
    ['no Group.Create', ({ simulator }) => void (simulator.world.graph.permissions = {}), 'PermissionUnproven'],
    [
      'no right to update',
      ({ simulator }) =>
        void declareTenantSetting(simulator.world, TENANT, 'AllowServicePrincipalsUseWriteAdminAPIs', false),
      'PermissionUnproven',
    ],
  ])('says what is in the way: %s', async (_name, spoil, reason) => {
    for (const nestErrors of [false, true]) {
      await start({}, (conduct) => void (conduct.fabric.choices.nestErrors = nestErrors));
      spoil(bench);
      expect(await rejection(fabric().createMapping(ANA, aCall()))).toMatchObject({ disposition: 'blocked', reason });
      if (!nestErrors) await bench.close();
    }
  });
});

describe('principals and their roles', () => {
  const roles = async (call = bench.fresh()) => (await fabric().roleAssignments(bench.workspace.id, call)).value;
  const add = (id: string) =>
    fabric().addRoleAssignment(bench.workspace.id, { id, type: 'ServicePrincipal' }, 'Viewer', aCall());

  test('are known late, found by name, given a role that is corrected and taken', async () => {
    await start();
    await fabric().createMapping(ANA, aCall());
    const { id } = (await mappingsOf())[0]!.principal!;
    const search = () =>
      bench.clients.graph.search({ kind: 'ServicePrincipal', names: [ANA.userPrincipalName!] }, bench.fresh());
    expect((await search()).value).toEqual({ kind: 'none' });
    expect(await rejection(add(id))).toMatchObject({ disposition: 'blocked', reason: 'PrincipalNotFound' });
    await bench.clock.advance(3 * MINUTE_MS);
    expect((await search()).value).toMatchObject({ kind: 'one', principal: { id } });
    expect((await bench.clients.graph.find('ServicePrincipal', id, bench.fresh())).value).toMatchObject({ id });
    await roles(aCall());
    await add(id);
    // The service's own list lags behind; what we have just written does not.
    const own = (assignments: Awaited<ReturnType<typeof roles>>) =>
      assignments.find(({ principal }) => principal.id === id);
    expect(own(await roles(aCall()))).toMatchObject({ role: 'Viewer', principal: { type: 'ServicePrincipal' } });
    expect(own(await roles())).toBeUndefined();
    expect(await rejection(add(id))).toMatchObject({ disposition: 'transient', reason: 'RoleAlreadyAssigned' });
    await bench.clock.advance(MINUTE_MS);
    const { id: assignmentId } = own(await roles())!;
    await fabric().updateRoleAssignment(bench.workspace.id, assignmentId, 'Contributor', aCall());
    expect(bench.workspace.roles[id]).toBe('Contributor');
    for (let time = 0; time < 2; time += 1) {
      await fabric().deleteRoleAssignment(bench.workspace.id, assignmentId, aCall());
    }
    expect(bench.workspace.roles[id]).toBeUndefined();

    recyclePrincipal(bench.simulator.cloud, rowsInWorld()[0]!.id);
    expect((await bench.clients.graph.find('ServicePrincipal', id, bench.fresh())).value).toBeUndefined();
    expect((await mappingsOf())[0]!.principal).toBeUndefined();
  });

  test('leave the last Admin alone, and take no group that is too large', async () => {
    await start();
    const [admin] = await roles();
    expect(await rejection(fabric().deleteRoleAssignment(bench.workspace.id, admin!.id, aCall()))).toMatchObject({
      reason: 'LastAdmin',
    });
    await fabric().createMapping(ANALYSTS, aCall());
    await bench.clock.advance(HOUR_MS);
    bench.simulator.conduct.fabric.quotas.groupMembers = -1;
    expect(await rejection(add(rowsInWorld()[0]!.principalId!))).toMatchObject({ reason: 'GroupTooLarge' });
  });

  test('show in Graph who is in a group after its expansion, to those who may look', async () => {
    await start();
    bench.simulator.world.entra.guests[1]!.members = ['one', 'two'];
    await fabric().createMapping(ANALYSTS, aCall());
    const id = rowsInWorld()[0]!.principalId!;
    const members = async () => (await bench.clients.graph.groupMembers(id, bench.fresh())).value;
    expect(await members()).toBeUndefined();
    await bench.clock.advance(HOUR_MS);
    expect(await members()).toMatchObject({ ids: [expect.any(String), expect.any(String)], more: false });
    bench.simulator.world.graph.permissions = {};
    expect(await rejection(members())).toMatchObject({ disposition: 'blocked', reason: 'GraphNotPermitted' });
  });

  test('of a restricted workspace are out of reach without a private path, and so are its connection strings', async () => {
    await start();
    const { id } = addItem(bench.simulator.world, bench.workspace.id, { type: 'Warehouse' });
    const query = { workspaceId: bench.workspace.id, item: { warehouseId: id }, privateLinkType: 'Workspace' } as const;
    const ask = (guestTenantId: string) => fabric().connectionString({ ...query, guestTenantId }, bench.fresh());
    const { value } = await ask(OTHER_TENANT);
    expect(value).toMatch(
      new RegExp(`\\.z${bench.workspace.id.slice(0, 2)}\\.datawarehouse\\.fabric\\.microsoft\\.com$`),
    );
    expect(await rejection(ask(ANA.objectId))).toMatchObject({ reason: 'GuestTenantUnknown' });
    bench.workspace.policy.inbound = settled<'Allow' | 'Deny'>('Deny');
    expect(await rejection(ask(OTHER_TENANT))).toMatchObject({ reason: 'NoPrivatePath' });
    expect(await rejection(roles())).toMatchObject({ reason: 'NoPrivatePath' });
    expect(await rejection(add('x'))).toMatchObject({ reason: 'NoPrivatePath' });
  });
});

describe('a fleet of mappings at the limit', () => {
  /** One pass of an object: list, and post what is not there. */
  const pass = async (guest: MappingBody, call: Parameters<typeof aCall>[0]) => {
    const { value } = await fabric().mappings(aCall(call));
    if (value.of(guest).length === 0) await fabric().createMapping(guest, aCall(call));
  };

  type Job = { guest: MappingBody; namespace: string; urgency?: 'person' };

  /** Runs every job until it is through, each coming back when it is told to; answers when each was, in virtual ms. */
  async function play(jobs: readonly Job[]): Promise<number[]> {
    const startMs = bench.clock.now();
    const doneAtMs: number[] = jobs.map(() => 0);
    const waiting = jobs.map((job, index) => ({ job, index, dueAtMs: startMs }));
    while (waiting.length > 0) {
      const nextMs = Math.min(...waiting.map(({ dueAtMs }) => dueAtMs));
      if (nextMs > bench.clock.now()) await bench.clock.advance(nextMs - bench.clock.now());
      for (const entry of waiting.filter(({ dueAtMs }) => dueAtMs <= bench.clock.now())) {
        const { guest, namespace, urgency = 'routine' } = entry.job;
        try {
          await pass(guest, { namespace, key: `${namespace}/${entry.index}`, urgency });
          doneAtMs[entry.index] = bench.clock.now() - startMs;
          waiting.splice(waiting.indexOf(entry), 1);
        } catch (error) {
          if (!(error instanceof OperatorError) || error.disposition !== 'throttled') throw error;
          entry.dueAtMs = bench.clock.now() + error.retryAfterMs!;
        }
      }
    }
    return doneAtMs;
  }

  const guests = (count: number, namespace: string): Job[] =>
    Array.from({ length: count }, (_, index) => {
      const objectId = `7${namespace === 'team-a' ? '1' : '2'}000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
      bench.simulator.world.entra.guests.push({ tenantId: OTHER_TENANT, type: 'Group', objectId });
      return { guest: { tenantId: OTHER_TENANT, objectId, type: 'Group' }, namespace };
    });

  test('needs no longer than the quota demands, provokes no refusal, and serves both teams', async () => {
    await start();
    const jobs = [...guests(1_200, 'team-a'), ...guests(40, 'team-b')];
    const doneAtMs = await play(jobs);
    expect(refusals()).toEqual([]);
    expect(rowsInWorld()).toHaveLength(1_240);
    // Fifty a minute: 1240 posts and a list every twenty minutes.
    const demandedMs = Math.floor(1_240 / 50) * MINUTE_MS;
    expect(Math.max(...doneAtMs)).toBeLessThanOrEqual(demandedMs * 1.05);
    expect(bench.records.filter(({ operation }) => operation === 'mappings.list').length).toBeLessThanOrEqual(3);
    // The small team does not wait for the large one.
    expect(Math.max(...doneAtMs.slice(1_200))).toBeLessThanOrEqual(4 * MINUTE_MS);
  });

  test('lets a person’s new object through while it is being swept, also where the list has many pages', async () => {
    await start({ mappingPages: true }, (conduct) => {
      conduct.fabric.choices.pageSize = 3;
    });
    const [first, ...others] = guests(400, 'team-a');
    const doneAtMs = await play([...others, { ...first!, urgency: 'person' }]);
    expect(refusals()).toEqual([]);
    // The first minute's calls were spent when it came.
    expect(doneAtMs.at(-1)).toBeLessThanOrEqual(60_500);
    expect(rowsInWorld()).toHaveLength(400);
  });

  test('reads a list of more pages than a minute allows, after a restart', async () => {
    await start({ mappingPages: true }, (conduct) => {
      conduct.fabric.choices.pageSize = 2;
      conduct.fabric.switches.countMappingQuota = false;
    });
    const jobs = guests(140, 'team-a');
    for (const { guest } of jobs) {
      const { tenantId, objectId } = guest;
      const id = objectId.replace(/^7/, '9');
      const row = {
        id,
        providerTenantId: TENANT,
        guestTenantId: tenantId,
        guestObjectId: objectId,
        type: 'Group' as const,
      };
      addMapping(bench.simulator.world, { ...row, createdAtMs: 0, lastLoginAtMs: 0 });
    }
    bench.simulator.conduct.fabric.switches.countMappingQuota = true;
    await play(jobs);
    expect(refusals()).toEqual([]);
    expect(bench.records.every(({ operation }) => operation === 'mappings.list')).toBe(true);
    expect(bench.records.length).toBe(70);
  });
});
