import { describe, expect, test } from '@jest/globals';
import type { GraphSwitch } from '../../../simulator/graph/conduct.ts';
import {
  addDirectoryObject,
  FABRIC_APPLICATION_ID,
  fabricApplicationIn,
  grantPermissions,
} from '../../../simulator/graph/directory.ts';
import { type Bench, judge, OTHER_TENANT, type Reply, TENANT } from '../fabric/fixture.ts';

const ALL = ['Application.Read.All', 'Group.Read.All', 'User.Read.All'];
const allow = (bench: Bench, permissions = ALL) =>
  grantPermissions(bench.simulator.world, TENANT, bench.admin.objectId, permissions);
const names = ({ body }: Reply) => (body['value'] as { displayName: string }[]).map(({ displayName }) => displayName);
const codeOf = ({ body }: Reply) => (body['error'] as { code: string } | undefined)?.code;
const eventual = { headers: { consistencylevel: 'eventual' } };
const starting = (text: string) =>
  `/v1.0/groups?$count=true&$filter=${encodeURIComponent(`startswith(displayName,'${text}')`)}`;

function addGroups(bench: Bench, ...displayNames: string[]) {
  return displayNames.map((displayName) =>
    addDirectoryObject(bench.simulator.world, { tenantId: TENANT, kind: 'Group', displayName }),
  );
}

type Case = { keeps: string; check: (bench: Bench) => Promise<void> };

const cases: Record<GraphSwitch, Case> = {
  requirePermission: {
    keeps: 'those out who were granted nothing',
    async check(bench) {
      allow(bench, ['Application.Read.All']);
      expect((await bench.graph('/v1.0/servicePrincipals')).status).toBe(200);
      const [group] = addGroups(bench, 'one');
      for (const path of [
        '/v1.0/groups',
        `/v1.0/groups/${group!.id}`,
        `/v1.0/groups/${group!.id}/members`,
        '/v1.0/users',
      ]) {
        const refused = await bench.graph(path);
        expect([refused.status, codeOf(refused)]).toEqual([403, 'Authorization_RequestDenied']);
      }
    },
  },
  requireConsistencyLevel: {
    keeps: 'searches to those who accept an answer that lags behind',
    async check(bench) {
      allow(bench);
      const refused = await bench.graph(starting('a'));
      expect([refused.status, codeOf(refused)]).toEqual([400, 'Request_UnsupportedQuery']);
      expect((await bench.graph(starting('a'), eventual)).status).toBe(200);
    },
  },
  countGraphRequests: {
    keeps: 'callers at a number of requests',
    async check(bench) {
      allow(bench);
      bench.simulator.conduct.graph.requestsPerWindow = 2;
      await bench.graph('/v1.0/groups');
      await bench.graph('/v1.0/groups');
      const refused = await bench.graph('/v1.0/groups');
      expect([refused.status, codeOf(refused)]).toEqual([429, 'TooManyRequests']);
      bench.clock.advance(Number(refused.headers['retry-after']) * 1000);
      expect((await bench.graph('/v1.0/groups')).status).toBe(200);
    },
  },
};

describe('simulated Microsoft Graph', () => {
  for (const [name, { keeps, check }] of Object.entries(cases) as [GraphSwitch, Case][]) {
    test(`keeps ${keeps}`, async () => {
      await expect(judge(check)).resolves.toBeUndefined();
    });

    test(`does not without ${name}`, async () => {
      const without = judge(check, ({ graph }) => {
        graph.switches[name] = false;
      });
      await expect(without).rejects.toHaveProperty('matcherResult');
    });
  }

  const within = (check: (bench: Bench) => Promise<void>) =>
    judge(async (bench) => {
      allow(bench);
      await check(bench);
    });

  test('takes tokens for Graph only, in its own words', () =>
    within(async (bench) => {
      for (const options of [{ as: null }, { audience: 'https://api.fabric.microsoft.com' }]) {
        const refused = await bench.graph('/v1.0/groups', options);
        expect([refused.status, codeOf(refused)]).toEqual([401, 'InvalidAuthenticationToken']);
      }
    }));

  test('shows a tenant its own: applications, what Fabric made, and nothing of others', () =>
    within(async (bench) => {
      const { world } = bench.simulator;
      addDirectoryObject(world, { tenantId: OTHER_TENANT, kind: 'ServicePrincipal', displayName: 'theirs' });
      const soon = { visibleAtMs: bench.clock.now() + 1_000 };
      addDirectoryObject(world, { tenantId: TENANT, kind: 'ServicePrincipal', displayName: 'soon', ...soon });
      fabricApplicationIn(world, TENANT);
      const listed = async () => names(await bench.graph('/v1.0/servicePrincipals'));
      expect(await listed()).toContain(bench.admin.displayName);
      expect(await listed()).toContain('Power BI Service');
      expect(await listed()).not.toContain('theirs');
      expect(await listed()).not.toContain('soon');
      bench.clock.advance(1_000);
      expect(await listed()).toContain('soon');
      const byApplication = encodeURIComponent(`appId eq '${FABRIC_APPLICATION_ID}'`);
      expect(names(await bench.graph(`/v1.0/servicePrincipals?$filter=${byApplication}`))).toEqual([
        'Power BI Service',
      ]);
      expect(codeOf(await bench.graph(`/v1.0/groups/${bench.admin.objectId}`))).toBe('Request_ResourceNotFound');
    }));

  test('searches by the beginning of a name, page by page', () =>
    within(async (bench) => {
      addGroups(bench, "O'Neil one", "o'neil two", 'somebody else');
      const first = await bench.graph(`${starting("o''neil")}&$top=1`, eventual);
      expect(names(first)).toEqual(["O'Neil one"]);
      const next = new URL(first.body['@odata.nextLink'] as string);
      const second = await bench.graph(next.pathname + next.search, eventual);
      expect([names(second), second.body['@odata.nextLink']]).toEqual([["o'neil two"], undefined]);
      expect(codeOf(await bench.graph('/v1.0/groups?$filter=nonsense', eventual))).toBe('Request_UnsupportedQuery');
    }));

  test('searches by one beginning or another', () =>
    within(async (bench) => {
      addGroups(bench, 'one', "two') or three", 'three', 'four');
      const either = (...clauses: string[]) =>
        bench.graph(`/v1.0/groups?$count=true&$filter=${encodeURIComponent(clauses.join(' or '))}`, eventual);
      const [one, two] = ["startswith(displayName,'one')", "startswith(displayName,'two'') or ')"];
      expect(names(await either(one, two))).toEqual(['one', "two') or three"]);
      for (const wrong of [[one, 'nonsense'], [one, ''], [`${one} and ${two}`]]) {
        expect(codeOf(await either(...wrong))).toBe('Request_UnsupportedQuery');
      }
    }));

  test('lists the members of a group with their types', () =>
    within(async (bench) => {
      const [group] = addGroups(bench, 'one');
      group!.members = [bench.viewer.objectId];
      const { body } = await bench.graph(`/v1.0/groups/${group!.id}/members?$select=id`);
      expect(body['value']).toMatchObject([
        { '@odata.type': '#microsoft.graph.servicePrincipal', id: bench.viewer.objectId },
      ]);
    }));
});
