import { describe, expect, test } from '@jest/globals';
import type { Conduct } from '../../../simulator/conduct.ts';
import { addItem } from '../../../simulator/fabric/build.ts';
import type { MappingChoices } from '../../../simulator/fabric/mapping-conduct.ts';
import { recyclePrincipal, setGuestMembers } from '../../../simulator/fabric/mapping-out-of-band.ts';
import { grantPermissions } from '../../../simulator/graph/directory.ts';
import { loadWorld } from '../../../simulator/world-file.ts';
import { type Bench, OTHER_TENANT, startFabric, TENANT } from './fixture.ts';
import {
  ANA,
  ANALYSTS,
  admit,
  ana,
  analysts,
  BEN,
  bot,
  enter,
  grant,
  HOUR_MS,
  invite,
  MAPPINGS,
  map,
  mappingOf,
  rows,
  unmap,
} from './mapping-bench.ts';

const within = async (
  choices: Partial<MappingChoices>,
  check: (bench: Bench) => Promise<void>,
  adjust?: (conduct: Conduct) => void,
) => {
  const bench = await startFabric((conduct) => {
    Object.assign(conduct.fabric.choices, choices);
    adjust?.(conduct);
  });
  try {
    invite(bench);
    await check(bench);
  } finally {
    await bench.close();
  }
};

describe('simulated mappings: sides that the simulator can take', () => {
  test.each<[Partial<MappingChoices>, (id: string, principal: string) => object]>([
    [{}, (mappingId, servicePrincipalId) => ({ mappingId, id: ANA, tenantId: OTHER_TENANT, servicePrincipalId })],
    [{ mappingRow: 'objectId', mappingPrincipal: 'none' }, (id) => ({ id, objectId: ANA, tenantId: OTHER_TENANT })],
    [
      { mappingRow: 'guestId', mappingPrincipal: 'principalId' },
      (id, principalId) => ({ id, guestId: ANA, guestTenantId: OTHER_TENANT, tenantId: TENANT, principalId }),
    ],
    [
      { mappingRow: 'principalId', mappingPrincipal: 'principalId' },
      (id) => ({ id, principalId: ANA, tenantId: OTHER_TENANT }),
    ],
    [
      { mappingRow: 'nested', mappingPrincipal: 'providerObjectId' },
      (mappingId, providerObjectId) => ({
        mappingId,
        guest: { tenantId: OTHER_TENANT, objectId: ANA },
        providerObjectId,
      }),
    ],
    [{ mappingRow: 'echo', mappingPrincipal: 'none' }, () => ({ id: ANA, tenantId: OTHER_TENANT })],
  ])('a row looks like %j', async (choices, expected) => {
    await within(choices, async (bench) => {
      await map(bench);
      const { id, principalId } = mappingOf(bench)!;
      const { userDetails } = ana;
      expect(await rows(bench)).toEqual([{ ...expected(id, principalId!), type: 'User', userDetails }]);
      expect((await unmap(bench, choices.mappingRow === 'echo' ? ANA : id)).status).toBe(200);
    });
  });

  test.each<[Partial<MappingChoices>, unknown]>([
    [{ mappingList: 'value' }, { value: [{}, {}] }],
    [{ mappingList: 'mappings' }, { mappings: [{}, {}] }],
    [{ mappingList: 'array' }, [{}, {}]],
    [{ mappingPages: true }, { value: [{}], continuationToken: expect.any(String) }],
  ])('the list looks like %j', async (choices, expected) => {
    const smallPages = ({ fabric }: Conduct) => {
      fabric.choices.pageSize = 1;
    };
    await within(
      choices,
      async (bench) => {
        await map(bench);
        await map(bench, bot);
        expect((await bench.fabric('GET', MAPPINGS)).body).toMatchObject(expected as object);
      },
      smallPages,
    );
  });

  test.each<[Partial<MappingChoices>, (id: string) => object]>([
    [{ mappingAnswer: 'empty' }, () => ({ status: 200, text: '' })],
    [{ mappingAnswer: 'row' }, (mappingId) => ({ status: 200, body: { mappingId, id: ANA } })],
    [{ mappingAnswer: 'id' }, (id) => ({ status: 200, text: JSON.stringify(id) })],
    [{ mappingAnswer: 'operation' }, () => ({ status: 202, text: '', headers: { location: expect.any(String) } })],
  ])('a mapping is answered like %j', async (choices, expected) => {
    await within(choices, async (bench) => {
      const reply = await map(bench);
      expect(reply).toMatchObject(expected(mappingOf(bench)!.id));
    });
  });

  test.each<[Partial<MappingChoices>, unknown, number]>([
    [{ repeatedMapping: 'upsert' }, undefined, 200],
    [{ repeatedMapping: 'conflict' }, 'EntityConflict', 409],
    [{ repeatedMapping: 'badRequest' }, 'MappingAlreadyExists', 400],
  ])('a mapping that is there: %j', async (choices, code, status) => {
    await within(choices, async (bench) => {
      await map(bench);
      const again = await map(bench, { ...ana, denyUserAccess: true });
      expect([again.status, again.body['errorCode']]).toEqual([status, code]);
      expect(await rows(bench)).toHaveLength(1);
      expect(mappingOf(bench)!.denyUserAccess).toBe(code === undefined ? true : undefined);
    });
  });

  test.each<[Partial<MappingChoices>, number, unknown[]]>([
    [{ revivedMapping: 'revive' }, 200, [false]],
    [{ revivedMapping: 'newRow' }, 200, [true, false]],
    [{ revivedMapping: 'refuse' }, 409, [true]],
  ])('a mapping that was deleted: %j', async (choices, status, deleted) => {
    await within({ ...choices, mappingDeletedMark: 'isDeleted' }, async (bench) => {
      await map(bench);
      await unmap(bench, mappingOf(bench)!.id);
      bench.clock.advance(HOUR_MS);
      expect((await map(bench)).status).toBe(status);
      expect((await rows(bench)).map(({ isDeleted }) => isDeleted)).toEqual(deleted);
      // What lives again is not forgotten with what was.
      bench.clock.advance(26 * HOUR_MS);
      expect((await rows(bench)).map(({ isDeleted }) => isDeleted)).toEqual(deleted.filter((gone) => gone === false));
    });
  });

  test('deleted rows may tell by a state', async () => {
    await within({ mappingDeletedMark: 'status' }, async (bench) => {
      await map(bench);
      expect((await rows(bench))[0]).toMatchObject({ status: 'Active' });
      await unmap(bench, mappingOf(bench)!.id);
      expect((await rows(bench))[0]).toMatchObject({ status: 'Deleted' });
    });
  });

  test('rows may tell when they were made, also in the answer to a second POST', async () => {
    await within({ mappingTimes: 'createdDateTime', mappingAnswer: 'row' }, async (bench) => {
      await map(bench);
      const createdDateTime = new Date(mappingOf(bench)!.createdAtMs).toISOString();
      bench.clock.advance(HOUR_MS);
      expect((await map(bench)).body).toMatchObject({ createdDateTime });
      expect((await rows(bench))[0]).toMatchObject({ createdDateTime });
    });
  });

  test('who is not enrolled may find no API at all', async () => {
    await within({ enrolmentRefusal: 'notFound' }, async (bench) => {
      bench.simulator.world.fabric.providers = {};
      expect((await map(bench)).status).toBe(404);
    });
  });

  test('the caller itself may be the one who needs Group.Create', async () => {
    await within({ groupCreateHolder: 'caller' }, async (bench) => {
      expect((await map(bench)).status).toBe(403);
      grantPermissions(bench.simulator.world, TENANT, bench.admin.objectId, ['Group.Create']);
      expect((await map(bench)).status).toBe(200);
    });
  });

  test.each<[MappingChoices['principalName'], RegExp]>([
    ['guestName', /^ana@fabrikam\.example \(/],
    ['guestObjectId', new RegExp(`^${ANA} \\(`)],
    ['opaque', /^FabricIdentity-[0-9a-f]{12}$/],
  ])('principals are called by %s', async (principalName, expected) => {
    await within({ principalName }, async (bench) => {
      await map(bench);
      expect(bench.simulator.world.graph.objects[mappingOf(bench)!.principalId!]!.displayName).toMatch(expected);
    });
  });

  test('roles of principals that are gone may vanish with them, and revoked mappings may leave tombstones', async () => {
    await within(
      { lostPrincipalRoles: 'vanish', revokedMappings: 'tombstone', mappingDeletedMark: 'isDeleted' },
      async (bench) => {
        const principal = await admit(bench);
        await bench.control('DELETE', `/_sim/fabric/consents/${OTHER_TENANT}/${TENANT}`);
        bench.clock.advance(24 * HOUR_MS);
        expect(await rows(bench)).toMatchObject([{ isDeleted: true }]);
        expect(bench.workspace.roles[principal]).toBeUndefined();
      },
    );
  });
});

describe('a guest', () => {
  test('in a mapped group gets in with the expansion after the last change of members or roles', async () => {
    await within({}, async (bench) => {
      const group = await admit(bench, analysts);
      bench.clock.advance(HOUR_MS);
      expect([enter(bench, ANA), enter(bench, BEN), enter(bench, ANALYSTS)]).toEqual(['role', 'role', 'notMapped']);
      setGuestMembers(bench.simulator.cloud, OTHER_TENANT, ANALYSTS, [ANA]);
      expect(enter(bench, BEN)).toBe('notMapped');
      bench.clock.advance(HOUR_MS);
      expect(bench.simulator.world.graph.objects[group]!.members).toHaveLength(1);
      await bench.fabric('PATCH', bench.path(`/roleAssignments/${group}`), { body: { role: 'Member' } });
      expect(enter(bench, ANA)).toBe('notExpanded');
      bench.clock.advance(HOUR_MS);
      expect(enter(bench, ANA)).toBe('role');
    });
  });

  test('whose principal was recycled gets another one when they are mapped again', async () => {
    await within({}, async (bench) => {
      const first = await admit(bench);
      recyclePrincipal(bench.simulator.cloud, mappingOf(bench)!.id);
      expect((await rows(bench))[0]).not.toHaveProperty('servicePrincipalId');
      await map(bench);
      const second = mappingOf(bench)!.principalId;
      expect(second).not.toBe(first);
      expect((await rows(bench))[0]).toMatchObject({ servicePrincipalId: second });
    });
  });

  test('may be denied, or wait for hours where a test says so', async () => {
    await within({}, async (bench) => {
      bench.simulator.conduct.fabric.delays.accessSettlingMs = 4 * HOUR_MS;
      await admit(bench);
      expect(enter(bench)).toBe('settling');
      bench.clock.advance(4 * HOUR_MS);
      expect(enter(bench)).toBe('role');
      await map(bench, { ...ana, denyUserAccess: true });
      expect(enter(bench)).toBe('denied');
    });
  });

  test('is played from a shell', async () => {
    await within({}, async (bench) => {
      await admit(bench);
      const place = { providerTenantId: TENANT, guestTenantId: OTHER_TENANT, workspaceId: bench.workspace.id };
      const enters = async () =>
        (await bench.control('POST', '/_sim/fabric/signIns', { ...place, objectId: ANA })).body;
      expect(await enters()).toEqual({ allowed: true, because: 'role' });
      await bench.control('DELETE', `/_sim/fabric/mappings/${mappingOf(bench)!.id}/principal`);
      expect(await enters()).toEqual({ allowed: false, because: 'recycled' });
      await bench.control('DELETE', `/_sim/fabric/consents/${OTHER_TENANT}/${TENANT}`);
      expect((await map(bench, bot)).status).toBe(401);
      await bench.control('PUT', `/_sim/fabric/consents/${OTHER_TENANT}/${TENANT}`);
      expect((await map(bench, bot)).status).toBe(200);
      await bench.control('PUT', `/_sim/fabric/guests/${OTHER_TENANT}/${ANALYSTS}`, { members: [BEN] });
      expect(bench.simulator.world.entra.guests[2]!.members).toEqual([BEN]);
    });
  });
});

describe('simulated roles and warehouses', () => {
  test('a service principal that is called a user comes back as what it is', async () => {
    await within({}, async (bench) => {
      const id = await admit(bench);
      await bench.fabric('DELETE', bench.path(`/roleAssignments/${id}`));
      const body = { principal: { id: id.toUpperCase(), type: 'User' }, role: 'Viewer' };
      const added = await bench.fabric('POST', bench.path('/roleAssignments'), { body });
      expect(added).toMatchObject({
        status: 201,
        body: { id, principal: { id, type: 'ServicePrincipal' }, role: 'Viewer' },
      });
      const read = await bench.fabric('GET', new URL(added.headers['location']!).pathname);
      expect(read.body).toEqual(added.body);
    });
  });

  test.each([
    [{ principal: {}, role: 'Viewer' }, 'MissingPrincipal'],
    [{ principal: { id: ANA, type: 'Robot' }, role: 'Viewer' }, 'InvalidPrincipalType'],
    [{ principal: { id: ANA, type: 'User' }, role: 'Butler' }, 'InvalidWorkspacePrincipalRole'],
  ])('refuses %j', async (body, code) => {
    await within({}, async (bench) => {
      const reply = await bench.fabric('POST', bench.path('/roleAssignments'), { body });
      expect([reply.status, reply.body['errorCode']]).toEqual([400, code]);
      const viewer = await grant(bench, ANA, 'Viewer', bench.viewer);
      expect(viewer.body['errorCode']).toBe('InsufficientWorkspaceRole');
    });
  });

  test('hosts are composed of tenant, workspace, guest and link', async () => {
    await within({}, async (bench) => {
      const { world } = bench.simulator;
      const warehouse = addItem(world, bench.workspace.id, { type: 'Warehouse' });
      const endpoint = addItem(world, bench.workspace.id, { type: 'SQLEndpoint' });
      const ask = async (path: string) => (await bench.fabric('GET', bench.path(path))).body['connectionString'];
      const plain = String(await ask(`/warehouses/${warehouse.id}/connectionString`));
      expect(plain).toMatch(/^[a-z2-7]{26}-[a-z2-7]{26}\.datawarehouse\.fabric\.microsoft\.com$/);
      const [name, domain] = [plain.split('.')[0]!, 'datawarehouse.fabric.microsoft.com'];
      // aaaaaaaa-0000-4000-8000-000000000001 as .NET orders its bytes: aa aa aa aa 00 00 00 40 80 …
      expect(name.startsWith('vkvkvkqaaaaebaaa')).toBe(true);
      const label = `z${bench.workspace.id.slice(0, 2)}`;
      expect(await ask(`/warehouses/${warehouse.id}/connectionString?privateLinkType=Workspace`)).toBe(
        `${name}.${label}.${domain}`,
      );
      const guest = String(await ask(`/warehouses/${warehouse.id}/connectionString?guestTenantId=${OTHER_TENANT}`));
      const [, suffix] = /^[^.]+-([a-z0-9]{5})\.datawarehouse/.exec(guest)!;
      expect(guest).toBe(`${name}-${suffix}.${domain}`);
      const both = `guestTenantId=${OTHER_TENANT.toUpperCase()}&privateLinkType=Workspace`;
      expect(await ask(`/sqlEndpoints/${endpoint.id}/connectionString?${both}`)).toBe(
        `${name}-${suffix}.${label}.${domain}`,
      );
      const { body } = await bench.fabric('GET', bench.path(`/warehouses/${warehouse.id}`));
      expect(body).toMatchObject({ id: warehouse.id, properties: { connectionString: plain } });
      const wrong = await bench.fabric('GET', bench.path(`/warehouses/${endpoint.id}/connectionString`));
      expect([wrong.status, wrong.body['errorCode']]).toEqual([404, 'ItemNotFound']);
      const link = await bench.fabric(
        'GET',
        bench.path(`/warehouses/${warehouse.id}/connectionString?privateLinkType=Both`),
      );
      expect(link.body['errorCode']).toBe('InvalidParameter');
    });
  });
});

test('a world file says who is enrolled, who has consented, and which permissions were granted', () => {
  const guest = { tenantId: OTHER_TENANT, type: 'Group' as const, objectId: ANALYSTS, members: [ANA] };
  const world = loadWorld({
    tenants: [{ id: TENANT }, { id: OTHER_TENANT }],
    providers: [TENANT],
    guests: [{ ...guest, consentedTo: [TENANT] }],
    graphPermissions: [
      { tenantId: TENANT, permissions: ['Group.Create'] },
      { tenantId: TENANT, objectId: BEN, permissions: ['Group.Read.All'] },
    ],
  });
  expect(world.fabric).toMatchObject({
    providers: { [TENANT]: true },
    consents: { [`${OTHER_TENANT}/${TENANT}`]: true },
  });
  expect(world.entra.guests).toEqual([guest]);
  expect(Object.values(world.graph.permissions)).toEqual([['Group.Create'], ['Group.Read.All']]);
});
