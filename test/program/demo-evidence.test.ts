import { describe, expect, test } from '@jest/globals';
import type { CloudReader } from '../../scripts/demo/cloud-reader.ts';
import { evidenceOfPlan } from '../../scripts/demo/evidence.ts';
import { recordsOf, zoneLine } from '../../scripts/demo/evidence-dns.ts';
import { evidenceOfManaged } from '../../scripts/demo/evidence-managed.ts';

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

describe('the evidence about a managed private endpoint', () => {
  const SOURCE = '4e907000-0000-4000-8000-000000000004';
  const SERVICE = '/services/pls-archive';
  const MARK = 'fabriclink:uid-1:to-archive:20260302T081336Z for the reports';
  const approved = { status: 'Approved', description: MARK };
  const pending = { status: 'Pending', description: 'for the reports' };
  const nextStep =
    "Wait; its owner runs `kubectl -n demo patch workspaceprivatelink archive --type json -p '[]'`, or `az rest`.";

  type Sides = { mode?: string; ready?: boolean; workspaceId?: string; leadsTo?: string; fabric?: object };
  const evidence = (
    { mode = 'Auto', ready = true, workspaceId = WORKSPACE, leadsTo = SERVICE, fabric = approved }: Sides,
    ...requests: { from?: string; state: object }[]
  ) => {
    const privateEndpointConnections = requests.map(({ from = `/endpoints/${SOURCE}.to-archive`, state }, index) => ({
      id: `${SERVICE}/connections/${index}`,
      properties: { privateEndpoint: { id: from }, privateLinkServiceConnectionState: state },
    }));
    const service = { properties: { provisioningState: 'Succeeded', workspaceId, privateEndpointConnections } };
    const row = {
      name: 'to-archive',
      provisioningState: 'Succeeded',
      targetPrivateLinkResourceId: leadsTo,
      targetSubresourceType: 'workspace',
      connectionState: fabric,
    };
    const object = {
      metadata: { name: 'to-archive', uid: 'uid-1' },
      spec: {
        tenantId: 't',
        workspaceId: SOURCE,
        target: { workspacePrivateLinkRef: { name: 'archive' }, expectedWorkspaceId: WORKSPACE },
        approval: { mode },
      },
      status: {
        endpointId: 'e',
        targetResourceId: SERVICE,
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        nextStep,
      },
    };
    const reader: CloudReader = {
      ...cloudWith(),
      arm: () => Promise.resolve(service),
      fabric: () => Promise.resolve(row),
      policy: () =>
        Promise.resolve({ body: { inbound: { publicAccessRules: { defaultAction: 'Deny' } } }, etag: undefined }),
    };
    return evidenceOfManaged(object as unknown as Parameters<typeof evidenceOfManaged>[0], { clouds: () => reader });
  };

  test('is what both sides say', async () => {
    const lines = (await evidence({}, { state: approved }, { from: '/endpoints/another', state: pending })).join('\n');
    expect(lines).toContain(`workspace   ${WORKSPACE}, public access Deny`);
    expect(lines).toContain(`on the target: Approved "${MARK}"`);
    expect(lines).toContain(`Fabric      shows Approved "${MARK}"`);
    expect(lines).not.toContain('awaited');
  });

  test('ends with the command, where a person is awaited', async () => {
    const lines = await evidence({ mode: 'Manual', ready: false, fabric: pending }, { state: pending });
    expect(lines.at(-1)).toMatch(/awaited +kubectl -n demo patch workspaceprivatelink archive --type json -p '\[\]'$/);
  });

  test.each<[string, Sides, object, RegExp]>([
    ['the target shows it pending, although it is Ready', {}, pending, /the target shows Pending/],
    ['Fabric shows it pending, although it is Ready', { fabric: pending }, approved, /Fabric shows Pending/],
    ['Fabric shows nothing', { fabric: {} }, approved, /Fabric shows nothing/],
    ['Fabric shows other words', { fabric: { ...approved, description: 'x' } }, approved, /Fabric shows "x"/],
    [
      'it is approved, and nobody has told',
      { ready: false },
      approved,
      /Ready is false, and the target shows Approved/,
    ],
    [
      'somebody else approved it',
      { fabric: { ...approved, description: 'me' } },
      { ...approved, description: 'me' },
      /somebody else/,
    ],
    ['the target is another workspace’s', { workspaceId: SOURCE }, approved, /belongs to workspace/],
    ['Fabric’s endpoint leads elsewhere', { leadsTo: '/services/other' }, approved, /leads to \/services\/other/],
  ])('is refused when %s', async (_what, sides, state, words) => {
    await expect(evidence(sides, { state })).rejects.toThrow(words);
  });

  test('is refused when another request bears the name, or none', async () => {
    const imitation = { from: `/elsewhere/${SOURCE.toUpperCase()}.to-archive`, state: { status: 'Rejected' } };
    await expect(evidence({}, { state: approved }, imitation)).rejects.toThrow(/2 requests/);
    await expect(evidence({})).rejects.toThrow(/0 requests/);
  });
});
