import { describe, expect, test } from '@jest/globals';
import { addItem, declareTenantSetting } from '../../../simulator/fabric/build.ts';
import type { MappingBehaviour } from '../../../simulator/fabric/mapping-conduct.ts';
import { revokeConsent } from '../../../simulator/fabric/mapping-out-of-band.ts';
import { addDirectoryObject } from '../../../simulator/graph/directory.ts';
import { type Bench, judge, OTHER_TENANT, type Reply, TENANT } from './fixture.ts';
import {
  ANALYSTS,
  admit,
  ana,
  analysts,
  BEN,
  bot,
  colleague,
  DAY_MS,
  enter,
  grant,
  HOUR_MS,
  invite,
  map,
  mappingOf,
  REPLICATED_MS,
  rows,
  unmap,
} from './mapping-bench.ts';

type Case = { keeps: string; check: (bench: Bench) => Promise<void> };

const expectCode = ({ status, body }: Reply, expected: number, code: string) =>
  expect({ status, code: body['errorCode'] }).toEqual({ status: expected, code });

const assignments = async (bench: Bench) =>
  ((await bench.fabric('GET', bench.path('/roleAssignments'))).body['value'] as { id: string; role: string }[]).map(
    ({ id, role }) => [id, role],
  );

/** One case per published refusal and delay. Each must fail when its behaviour is switched off. */
const cases: Record<MappingBehaviour, Case> = {
  requireAdminWriteAccess: {
    keeps: 'those out who may only read admin APIs',
    async check(bench) {
      invite(bench);
      declareTenantSetting(bench.simulator.world, TENANT, 'AllowServicePrincipalsUseWriteAdminAPIs', false);
      expect(await rows(bench)).toEqual([]);
      expectCode(await map(bench), 403, 'InsufficientPrivileges');
    },
  },
  requireEnrolment: {
    keeps: 'the API to tenants that Microsoft has enrolled',
    async check(bench) {
      invite(bench);
      delete bench.simulator.world.fabric.providers[TENANT];
      expectCode(await map(bench), 403, 'FeatureNotAvailable');
    },
  },
  requireGroupCreate: {
    keeps: 'service principals from mapping without Group.Create',
    async check(bench) {
      invite(bench);
      bench.simulator.world.graph.permissions = {};
      expectCode(await map(bench), 403, 'InsufficientPrivileges');
      expect(await rows(bench)).toEqual([]);
    },
  },
  requireConsent: {
    keeps: 'guests out whose tenant has not consented, with the status of a bad token',
    async check(bench) {
      invite(bench);
      bench.simulator.world.fabric.consents = {};
      expectCode(await map(bench), 401, 'Unauthorized');
      bench.simulator.conduct.fabric.choices.consentRefusal = 'empty';
      expect(await map(bench)).toMatchObject({ status: 401, text: '' });
    },
  },
  requireResolvableGuest: {
    keeps: 'guests out that their tenant does not know, or not so',
    async check(bench) {
      invite(bench);
      expectCode(await map(bench, { ...ana, id: BEN }), 400, 'InvalidPrincipal');
      expectCode(await map(bench, { ...ana, type: 'Group' }), 400, 'InvalidPrincipal');
      expectCode(
        await map(bench, { ...ana, userDetails: { userPrincipalName: 'x@y.example' } }),
        400,
        'InvalidPrincipal',
      );
      expect((await map(bench, bot)).status).toBe(200);
    },
  },
  countMappingQuota: {
    keeps: 'callers at fifty calls in any minute, of whatever kind',
    async check(bench) {
      invite(bench);
      bench.clock.advance(40_000);
      for (let call = 0; call < 25; call += 1) await rows(bench);
      bench.clock.advance(30_000);
      for (let call = 0; call < 25; call += 1) await unmap(bench, 'nobody');
      const refused = await map(bench);
      expectCode(refused, 429, 'RequestBlocked');
      expect(refused.headers['retry-after']).toBe('30');
      bench.clock.advance(30_000);
      expect((await map(bench)).status).toBe(200);
    },
  },
  keepTombstone: {
    keeps: 'deleted mappings in the list for more than a day, without a mark, and their principals nowhere',
    async check(bench) {
      invite(bench);
      const principal = await admit(bench);
      const [row] = await rows(bench);
      expect((await unmap(bench, String(row!['mappingId']))).status).toBe(200);
      expect(bench.simulator.world.graph.objects[principal]).toBeUndefined();
      expect(enter(bench)).toBe('notMapped');
      expectCode(await unmap(bench, String(row!['mappingId'])), 404, 'EntityNotFound');
      bench.clock.advance(DAY_MS);
      expect(await rows(bench)).toMatchObject([{ mappingId: row!['mappingId'] }]);
      bench.clock.advance(2 * HOUR_MS);
      expect(await rows(bench)).toEqual([]);
    },
  },
  delayPrincipal: {
    keeps: 'new principals unknown for minutes',
    async check(bench) {
      invite(bench);
      await map(bench);
      const { principalId } = mappingOf(bench)!;
      expectCode(await grant(bench, principalId!, 'Viewer'), 404, 'PrincipalNotFound');
      bench.clock.advance(REPLICATED_MS);
      expect((await grant(bench, principalId!, 'Viewer')).status).toBe(201);
      expect(enter(bench)).toBe('role');
    },
  },
  recyclePrincipals: {
    keeps: 'no principal for whom nobody logs in for five days',
    async check(bench) {
      invite(bench);
      const first = await admit(bench);
      bench.clock.advance(4 * DAY_MS);
      expect(enter(bench)).toBe('role');
      bench.clock.advance(4 * DAY_MS);
      expect(mappingOf(bench)!.principalId).toBe(first);
      bench.clock.advance(DAY_MS);
      expect(mappingOf(bench)!.principalId).toBeUndefined();
      // The role stays behind, for nobody.
      expect(await assignments(bench)).toContainEqual([first, 'Viewer']);
      expect(enter(bench)).toBe('recycled');
      bench.clock.advance(REPLICATED_MS);
      expect(enter(bench)).toBe('noRole');
    },
  },
  delayExpansion: {
    keeps: 'members of groups out until the next full hour',
    async check(bench) {
      invite(bench);
      bench.clock.advance(600_000);
      const group = await admit(bench, analysts);
      expect(enter(bench, BEN)).toBe('notExpanded');
      bench.clock.advance(HOUR_MS - 600_000 - REPLICATED_MS - 1);
      expect(enter(bench, BEN)).toBe('notExpanded');
      bench.clock.advance(1);
      expect(enter(bench, BEN)).toBe('role');
      expect(bench.simulator.world.graph.objects[group]!.members).toHaveLength(2);
    },
  },
  delayRevocation: {
    keeps: 'guests in for a day after consent was taken back, but no new ones',
    async check(bench) {
      invite(bench);
      await admit(bench);
      revokeConsent(bench.simulator.cloud, OTHER_TENANT, TENANT);
      expect((await map(bench, bot)).status).toBe(401);
      bench.clock.advance(DAY_MS - 1);
      expect(enter(bench)).toBe('role');
      bench.clock.advance(1);
      expect(enter(bench)).toBe('notMapped');
      expect(await rows(bench)).toEqual([]);
    },
  },
  requireKnownPrincipal: {
    keeps: 'roles from those whom the directory does not know',
    async check(bench) {
      expectCode(await grant(bench, BEN, 'Viewer'), 404, 'PrincipalNotFound');
    },
  },
  refuseSecondRole: {
    keeps: 'principals to one role',
    async check(bench) {
      const { objectId } = colleague(bench, 'Viewer');
      expectCode(await grant(bench, objectId, 'Member'), 409, 'PrincipalAlreadyHasWorkspaceRolePermissions');
      expect(bench.workspace.roles[objectId]).toBe('Viewer');
    },
  },
  keepLastAdmin: {
    keeps: 'the last Admin, without a code that says so',
    async check(bench) {
      const path = bench.path(`/roleAssignments/${bench.admin.objectId}`);
      expectCode(await bench.fabric('PATCH', path, { body: { role: 'Viewer' } }), 400, 'UnknownError');
      expectCode(await bench.fabric('DELETE', path), 400, 'UnknownError');
      colleague(bench, 'Admin');
      expect((await bench.fabric('DELETE', path)).status).toBe(200);
    },
  },
  limitGroupSize: {
    keeps: 'groups out of roles that are too large',
    async check(bench) {
      bench.simulator.conduct.fabric.quotas.groupMembers = 1;
      const group = addDirectoryObject(bench.simulator.world, { tenantId: TENANT, kind: 'Group', members: ['a', 'b'] });
      expectCode(await grant(bench, group.id, 'Viewer'), 400, 'GroupHasTooManyMembers');
    },
  },
  limitRolePrincipals: {
    keeps: 'a workspace at its number of principals',
    async check(bench) {
      bench.simulator.conduct.fabric.quotas.rolePrincipals = Object.keys(bench.workspace.roles).length;
      expectCode(await grant(bench, colleague(bench).objectId, 'Viewer'), 400, 'QuotaExceeded');
    },
  },
  limitGrantedRole: {
    keeps: 'Members from making Admins',
    async check(bench) {
      const member = colleague(bench, 'Member');
      const { objectId } = colleague(bench);
      expectCode(await grant(bench, objectId, 'Admin', member), 403, 'InsufficientWorkspaceRole');
      expect((await grant(bench, objectId, 'Member', member)).status).toBe(201);
    },
  },
  delayRoleListing: {
    keeps: 'the list of roles a little behind',
    async check(bench) {
      const { objectId } = colleague(bench);
      expect((await grant(bench, objectId, 'Viewer')).status).toBe(201);
      expect(await assignments(bench)).not.toContainEqual([objectId, 'Viewer']);
      bench.clock.advance(5_000);
      expect(await assignments(bench)).toContainEqual([objectId, 'Viewer']);
      await bench.fabric('DELETE', bench.path(`/roleAssignments/${objectId}`));
      expect(await assignments(bench)).toContainEqual([objectId, 'Viewer']);
    },
  },
  requireKnownGuestTenant: {
    keeps: 'connection strings from tenants that do not exist',
    async check(bench) {
      const { id } = addItem(bench.simulator.world, bench.workspace.id, { type: 'Warehouse' });
      const path = bench.path(`/warehouses/${id}/connectionString?guestTenantId=${ANALYSTS}`);
      expectCode(await bench.fabric('GET', path), 404, 'InvalidGuestTenantId');
    },
  },
  refuseSqlEndpointList: {
    keeps: 'service principals from listing SQL endpoints',
    async check(bench) {
      expectCode(await bench.fabric('GET', bench.path('/sqlEndpoints')), 403, 'PrincipalTypeNotSupported');
    },
  },
};

describe('simulated cross-tenant access, one published fact at a time', () => {
  for (const [behaviour, { keeps, check }] of Object.entries(cases) as [MappingBehaviour, Case][]) {
    test(`keeps ${keeps}`, async () => {
      await expect(judge(check)).resolves.toBeUndefined();
    });

    test(`does not without ${behaviour}`, async () => {
      const without = judge(check, ({ fabric }) => {
        fabric.switches[behaviour] = false;
      });
      await expect(without).rejects.toHaveProperty('matcherResult');
    });
  }
});
