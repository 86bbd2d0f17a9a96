import { describe, expect, test } from '@jest/globals';
import type { CloudReader } from '../../scripts/demo/cloud-reader.ts';
import { evidenceOfPlan } from '../../scripts/demo/evidence.ts';
import { recordsOf, zoneLine } from '../../scripts/demo/evidence-dns.ts';

const ZONE = '/subscriptions/s/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/z';
const WORKSPACE = 'a4c41e00-0000-4000-8000-000000000008';

/** A cloud in which every list holds this. */
const cloudWith = (...value: object[]): CloudReader => ({
  arm: () => Promise.resolve({ value }),
  fabric: () => Promise.resolve({}),
  policy: () => Promise.resolve({ body: {}, etag: '"1"' }),
  close: () => Promise.resolve(),
});

describe('the evidence about a zone of others', () => {
  type Endpoint = Parameters<typeof zoneLine>[0];
  const endpoint = { dns: { mode: 'Records', zoneId: ZONE } } as Endpoint;
  const record = (name: string, etag: string) => ({ name, etag });
  const before = async () => new Map([[ZONE, await recordsOf(ZONE, cloudWith(record('theirs', 'a')))]]);

  test('counts what came in beside theirs', async () => {
    const lines = await zoneLine(endpoint, cloudWith(record('theirs', 'a'), record('ours', 'b')), await before());
    expect(lines.at(-1)).toContain('1 records more; the 1 of others');
  });

  test.each([
    ['written', [record('theirs', 'other')]],
    ['deleted', [record('ours', 'b')]],
  ])('is refused when one of theirs was %s', async (_how, now) => {
    await expect(zoneLine(endpoint, cloudWith(...now), await before())).rejects.toThrow(/were changed: theirs/);
  });
});

describe('the evidence about what is only observed', () => {
  const service = (workspaceId: string) => ({ id: `/services/of-${workspaceId}`, properties: { workspaceId } });
  const evidence = (plan: object[], ...services: object[]) =>
    evidenceOfPlan(
      {
        metadata: { name: 'archive' },
        spec: { tenantId: 't', workspaceId: WORKSPACE, service: { subscriptionId: 's', resourceGroup: 'rg' } },
        status: { plan },
      } as unknown as Parameters<typeof evidenceOfPlan>[0],
      {
        clouds: () => cloudWith(...services),
        configMap: () => Promise.resolve(undefined),
        before: { policyEtags: new Map([[WORKSPACE, '"1"']]), zones: new Map() },
      },
    );
  const step = { ladder: 'service', action: 'putService', description: 'Ask Azure for it.' };

  test('lists the plan, and that nothing of it is there', async () => {
    const lines = await evidence([step], service('another'));
    expect(lines).toContainEqual(expect.stringMatching(/^service +none: 1 are in rg, all of other workspaces$/));
    expect(lines).toContainEqual(expect.stringMatching(/^plan +1 +service: Ask Azure for it\.$/));
  });

  test('is refused when it was made all the same, or there is no plan', async () => {
    await expect(evidence([step], service(WORKSPACE.toUpperCase()))).rejects.toThrow(/only observed, and yet/);
    await expect(evidence([], service('another'))).rejects.toThrow(/plan is empty/);
  });
});
