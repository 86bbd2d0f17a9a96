import { describe, expect, test } from '@jest/globals';
import { armKey, nameAt, parseArmId, sameArmId } from '../../operator/clients/arm/ids.ts';
import type { ServiceScope } from '../../operator/clients/arm/types.ts';
import { linesOf, scripted } from './clouds-on-script.ts';
import { aCall, json, rejection, SUBSCRIPTION, TENANT, WORKSPACE } from './fakes.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-b`;
const SERVICE_ID = `${GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls-a`;
const ZONE_ID = `${GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.fabric.microsoft.com`;
const scope: ServiceScope = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-b', name: 'pls-a' };
const fresh = () => aCall({ maxAgeMs: 0 });
const notFound = json({ error: { code: 'ResourceNotFound', message: 'no' } }, 404);
const sentIn = (request: { body?: string } | undefined) => JSON.parse(request!.body!) as Record<string, unknown>;

describe('private link services', () => {
  test.each(['workspaceId', 'workspaceObjectId'])('know their workspace as %s', async (property) => {
    const { clients } = await scripted(() =>
      json({
        id: SERVICE_ID,
        name: 'pls-a',
        tags: null,
        properties: {
          tenantId: TENANT,
          [property]: WORKSPACE,
          provisioningState: 'Succeeded',
          privateEndpointConnections: null,
        },
      }),
    );
    expect((await clients.arm.privateLinkServices.get(scope, fresh())).value).toEqual({
      id: SERVICE_ID,
      name: 'pls-a',
      tags: {},
      tenantId: TENANT,
      workspaceId: WORKSPACE,
      provisioningState: 'Succeeded',
      connections: [],
    });
  });

  test('show connections as sparse as they come', async () => {
    const { clients } = await scripted(() =>
      json({
        value: [
          {
            id: `${SERVICE_ID}/privateEndpointConnections/c1`,
            properties: {
              privateEndpoint: { id: '/pe' },
              privateLinkServiceConnectionState: { status: 'Pending', description: null },
            },
          },
          { id: 'x', name: 'c2', properties: {} },
        ],
      }),
    );
    expect((await clients.arm.privateLinkServices.connections(scope, fresh())).value).toEqual([
      {
        id: `${SERVICE_ID}/privateEndpointConnections/c1`,
        name: 'c1',
        privateEndpointId: '/pe',
        status: 'Pending',
        description: '',
      },
      { id: 'x', name: 'c2', status: 'Unknown', description: '' },
    ]);
  });

  test('are created with the documented property, and count as a creation', async () => {
    const { clients, requests } = await scripted(({ method }) => (method === 'GET' ? notFound : json({}, 201)));
    const put = (name: string) =>
      clients.arm.privateLinkServices.put(
        { ...scope, name },
        { tenantId: TENANT, workspaceId: WORKSPACE, tags: { ours: '1' } },
        aCall({ key: name }),
      );
    await put('pls-0');
    expect(sentIn(requests[1])).toEqual({
      location: 'global',
      tags: { ours: '1' },
      properties: { tenantId: TENANT, workspaceId: WORKSPACE },
    });
    for (let index = 1; index < 10; index += 1) await put(`pls-${index}`);
    expect(await rejection(put('pls-10'))).toMatchObject({
      reason: 'WaitingForQuota',
      message: expect.stringContaining('10 private link service creations'),
    });
  });

  test('keep what others set when they are written again, and do not count as a creation then', async () => {
    const current = {
      id: SERVICE_ID,
      name: 'pls-a',
      type: 'T',
      systemData: {},
      location: 'global',
      tags: { theirs: '2' },
      novelty: { kept: true },
      properties: {
        tenantId: TENANT,
        workspaceId: WORKSPACE,
        provisioningState: 'Succeeded',
        privateEndpointConnections: [],
        newSetting: 'kept',
      },
    };
    const { clients, requests } = await scripted(() => json(current));
    for (let index = 0; index < 12; index += 1) {
      await clients.arm.privateLinkServices.put(
        scope,
        { tenantId: TENANT, workspaceId: WORKSPACE, tags: { ours: '1' } },
        aCall(),
      );
    }
    expect(sentIn(requests[1])).toEqual({
      location: 'global',
      novelty: { kept: true },
      tags: { theirs: '2', ours: '1' },
      properties: { tenantId: TENANT, workspaceId: WORKSPACE, newSetting: 'kept' },
    });
  });

  test('an undocumented refusal names its likely cause', async () => {
    const { clients } = await scripted(({ method }) =>
      method === 'GET' ? notFound : json({ error: { code: 'Conflict', message: 'already linked' } }, 409),
    );
    const error = await rejection(
      clients.arm.privateLinkServices.put(scope, { tenantId: TENANT, workspaceId: WORKSPACE, tags: {} }, fresh()),
    );
    expect(error).toMatchObject({ disposition: 'blocked', reason: 'PrivateLinkServiceConflict' });
    expect(error.remedy).toMatch(/one private link service/);
  });

  test('a decision sends the state whole and reads nothing', async () => {
    const { clients, requests } = await scripted(() => json({}));
    await clients.arm.privateLinkServices.decideConnection(
      scope,
      'pe.0f1e',
      { status: 'Approved', description: 'ours' },
      fresh(),
    );
    expect(linesOf(requests)).toEqual([`PUT ${SERVICE_ID}/privateEndpointConnections/pe.0f1e?api-version=2024-06-01`]);
    expect(sentIn(requests[0])).toEqual({
      properties: {
        privateLinkServiceConnectionState: { status: 'Approved', description: 'ours', actionsRequired: 'None' },
      },
    });
  });

  test('deleting what is not there is success; a subscription that is not there is not', async () => {
    const gone = await scripted(() => notFound);
    await gone.clients.arm.privateLinkServices.delete(scope, fresh());
    const lost = await scripted(() => json({ error: { code: 'SubscriptionNotFound', message: 'no' } }, 404));
    expect(await rejection(lost.clients.arm.privateLinkServices.delete(scope, fresh()))).toMatchObject({
      reason: 'SubscriptionNotUsable',
    });
    expect(await rejection(lost.clients.arm.privateLinkServices.get(scope, fresh()))).toMatchObject({
      reason: 'SubscriptionNotUsable',
    });
  });

  test('a write whose answer is lost leaves nothing believed', async () => {
    let services = [] as object[];
    const { clients, requests } = await scripted(({ method }) => {
      if (method === 'GET') return services.length > 0 ? json(services[0]) : notFound;
      services = [{ id: SERVICE_ID, name: 'pls-a', properties: { workspaceId: WORKSPACE } }];
      return { status: 502, body: '<html>' };
    });
    expect((await clients.arm.privateLinkServices.get(scope, aCall({ maxAgeMs: 60_000 }))).value).toBeUndefined();
    await rejection(
      clients.arm.privateLinkServices.put(scope, { tenantId: TENANT, workspaceId: WORKSPACE, tags: {} }, fresh()),
    );
    expect((await clients.arm.privateLinkServices.get(scope, aCall({ maxAgeMs: 60_000 }))).value?.workspaceId).toBe(
      WORKSPACE,
    );
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT', 'GET']);
  });
});

describe('private DNS', () => {
  const record = {
    id: `${ZONE_ID}/A/r`,
    name: 'r',
    type: 'T',
    etag: 'e1',
    properties: {
      ttl: 3600,
      fqdn: 'r.',
      isAutoRegistered: false,
      metadata: { theirs: '2' },
      novelty: 1,
      aRecords: [{ ipv4Address: '10.0.0.4', weight: 7 }, { ipv4Address: '10.0.0.9' }],
    },
  };

  test('a record is changed in place: what others set stays, what they changed is noticed', async () => {
    const { clients, requests } = await scripted(() => json(record));
    const write = (etag: string) =>
      clients.arm.privateDns.putRecord(
        ZONE_ID,
        'r',
        { ttlSeconds: 10, addresses: ['10.0.0.4', '10.0.0.5'], metadata: { ours: '1' }, etag },
        fresh(),
      );
    await write('e1');
    expect(requests[1]).toMatchObject({ method: 'PUT', headers: { 'if-match': 'e1' } });
    expect(sentIn(requests[1])).toEqual({
      properties: {
        ttl: 10,
        novelty: 1,
        metadata: { theirs: '2', ours: '1' },
        aRecords: [{ ipv4Address: '10.0.0.4', weight: 7 }, { ipv4Address: '10.0.0.5' }],
      },
    });
    expect(await rejection(write('e0'))).toMatchObject({ disposition: 'conflict' });
    expect(requests).toHaveLength(3);
  });

  test('what is believed absent is created and never overwritten', async () => {
    const { clients, requests } = await scripted(() => json({}, 202));
    const { privateDns } = clients.arm;
    await privateDns.createZone(ZONE_ID, { ours: '1' }, fresh());
    await privateDns.putLink(ZONE_ID, 'hub', { virtualNetworkId: '/v', fallbackToInternet: true, tags: {} }, fresh());
    await privateDns.putRecord(ZONE_ID, 'r', { ttlSeconds: 10, addresses: ['10.0.0.4'], metadata: {} }, fresh());
    expect(requests.map(({ headers }) => headers?.['if-none-match'])).toEqual(['*', '*', '*']);
    expect(sentIn(requests[1])).toEqual({
      location: 'global',
      tags: {},
      properties: { registrationEnabled: false, virtualNetwork: { id: '/v' }, resolutionPolicy: 'NxDomainRedirect' },
    });
  });

  test('a link keeps what it was created with', async () => {
    const link = {
      id: 'x',
      name: 'hub',
      etag: 'e1',
      location: 'global',
      tags: { theirs: '2' },
      properties: {
        virtualNetwork: { id: '/v' },
        registrationEnabled: true,
        resolutionPolicy: 'Default',
        virtualNetworkLinkState: 'Completed',
        provisioningState: 'Succeeded',
        novelty: 1,
      },
    };
    const { clients, requests } = await scripted(() => json(link));
    await clients.arm.privateDns.putLink(
      ZONE_ID,
      'hub',
      { virtualNetworkId: '/v', fallbackToInternet: true, tags: { ours: '1' }, etag: 'e1' },
      fresh(),
    );
    expect(sentIn(requests[1])).toEqual({
      location: 'global',
      tags: { theirs: '2', ours: '1' },
      properties: {
        registrationEnabled: true,
        novelty: 1,
        virtualNetwork: { id: '/v' },
        resolutionPolicy: 'NxDomainRedirect',
      },
    });
  });

  test.each([
    ['NxDomainRedirect', true],
    ['Default', false],
    [undefined, false],
    ['Novel', undefined],
  ])(
    'a link with resolution policy %s falls back to the internet: %s',
    async (resolutionPolicy, fallbackToInternet) => {
      const properties = { virtualNetwork: { id: '/v' }, resolutionPolicy, virtualNetworkLinkState: 'Completed' };
      const { clients } = await scripted(() => json({ value: [{ id: 'x', name: 'hub', properties }] }));
      const { value } = await clients.arm.privateDns.links(ZONE_ID, fresh());
      expect(value[0]).toMatchObject({ name: 'hub', fallbackToInternet });
    },
  );

  test('one record of a zone is written at a time', async () => {
    const open = Promise.withResolvers<void>();
    const { clients } = await scripted(async () => {
      await open.promise;
      return json({}, 201);
    });
    const write = (name: string) =>
      clients.arm.privateDns.putRecord(
        ZONE_ID,
        name,
        { ttlSeconds: 10, addresses: ['10.0.0.4'], metadata: {} },
        fresh(),
      );
    const first = write('one');
    expect(await rejection(write('two'))).toMatchObject({ disposition: 'throttled', reason: 'WaitingForTurn' });
    open.resolve();
    await first;
    await write('two');
  });

  test('a link that the next page holds is not missed, and pages end', async () => {
    const pages = [
      json({ value: [], nextLink: `https://arm.test${ZONE_ID}/virtualNetworkLinks?x=2` }),
      json({ value: [{ id: 'l', name: 'hub', properties: {} }], nextLink: '' }),
    ];
    const { clients } = await scripted(() => pages.shift()!);
    expect((await clients.arm.privateDns.links(ZONE_ID, fresh())).value).toEqual([
      {
        id: 'l',
        name: 'hub',
        virtualNetworkId: '',
        registrationEnabled: false,
        fallbackToInternet: false,
        state: 'InProgress',
        tags: {},
      },
    ]);
  });
});

describe('ARM ids', () => {
  test('compare without regard to case and come apart into names', () => {
    expect(sameArmId(ZONE_ID, `${ZONE_ID.toUpperCase()}/`)).toBe(true);
    expect(armKey(`${ZONE_ID}/`)).toBe(ZONE_ID.toLowerCase());
    expect(parseArmId(`${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`).path).toEqual([
      ['virtualNetworks', 'v'],
      ['subnets', 's'],
    ]);
    expect(nameAt(`${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`, 1)).toBe('s');
  });

  test.each([
    '',
    '/subscriptions/x',
    `${GROUP}/providers/Microsoft.Network/virtualNetworks`,
    'https://x',
    `${GROUP}/providers/A/b//c/d`,
  ])('"%s" is refused in words', (id) => {
    expect(() => parseArmId(id)).toThrow(/is not the id of an Azure resource/);
  });

  test('a name cannot reach into another resource', async () => {
    const { clients, requests } = await scripted(() => notFound);
    await clients.arm.privateLinkServices.get({ ...scope, name: '../../x?y=1' }, aCall({ maxAgeMs: 1000 }));
    expect(linesOf(requests)[0]).toContain('/privateLinkServicesForFabric/..%2F..%2Fx%3Fy%3D1?api-version=');
  });
});
