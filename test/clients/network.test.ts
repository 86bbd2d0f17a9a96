import { describe, expect, test } from '@jest/globals';
import type { EndpointScope, PrivateEndpointBody } from '../../operator/clients/arm/types.ts';
import { linesOf, scripted } from './clouds-on-script.ts';
import { type Answer, aCall, json, noAnswer, rejection, SUBSCRIPTION } from './fakes.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-b`;
const ENDPOINT_ID = `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-a`;
const SUBNET_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/links`;
const scope: EndpointScope = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-b', name: 'pe-a' };
const body: PrivateEndpointBody = {
  location: 'eastus',
  subnetId: SUBNET_ID,
  targetId: '/target',
  mode: 'Manual',
  requestMessage: 'hello',
  tags: { ours: '1' },
};
const fresh = () => aCall({ maxAgeMs: 0 });
const notFound = json({ error: { code: 'ResourceNotFound', message: 'no' } }, 404);

/** As Microsoft.Network prints it, with nulls where others leave out. */
const shown = (name: string, properties: object = {}, more: object = {}) => ({
  id: `${GROUP}/providers/Microsoft.Network/privateEndpoints/${name}`,
  name,
  location: 'eastus',
  tags: { theirs: '2' },
  etag: 'W/"1"',
  properties: {
    provisioningState: 'Succeeded',
    subnet: { id: SUBNET_ID },
    networkInterfaces: [{ id: `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-${name}` }],
    customDnsConfigs: [{ fqdn: 'x', ipAddresses: ['10.0.0.4'] }],
    privateLinkServiceConnections: [],
    manualPrivateLinkServiceConnections: [
      {
        name: 'conn',
        properties: {
          privateLinkServiceId: '/target',
          groupIds: ['workspace'],
          requestMessage: null,
          privateLinkServiceConnectionState: { status: 'Pending', description: null },
        },
      },
    ],
    ...properties,
  },
  ...more,
});

describe('private endpoints', () => {
  test('are read from whichever of the two lists holds the connection', async () => {
    const auto = {
      name: 'auto',
      properties: {
        privateLinkServiceId: '/target',
        groupIds: ['workspace'],
        privateLinkServiceConnectionState: { status: 'Approved', description: 'ok' },
      },
    };
    const bodies = [
      shown('pe-a'),
      shown('pe-a', { manualPrivateLinkServiceConnections: null, privateLinkServiceConnections: [auto] }),
      shown('pe-a', { manualPrivateLinkServiceConnections: [], provisioningState: 'SomethingNew' }),
    ];
    const { clients } = await scripted(() => json(bodies.shift()));
    const read = async () => (await clients.arm.privateEndpoints.get(scope, fresh())).value!;
    expect(await read()).toEqual({
      id: ENDPOINT_ID,
      name: 'pe-a',
      location: 'eastus',
      tags: { theirs: '2' },
      provisioningState: 'Succeeded',
      subnetId: SUBNET_ID,
      networkInterfaceIds: [`${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-pe-a`],
      connection: { mode: 'Manual', targetId: '/target', status: 'Pending' },
    });
    expect((await read()).connection).toMatchObject({ mode: 'Auto', status: 'Approved' });
    const last = await read();
    expect(last.connection).toBeUndefined();
    expect(last.provisioningState).toBe('SomethingNew');
  });

  test.each(['Manual', 'Auto'] as const)('are asked for with exactly one connection: %s', async (mode) => {
    const { clients, requests } = await scripted(({ method }) =>
      method === 'GET'
        ? notFound
        : json(shown('pe-a', { provisioningState: 'Updating' }), 201, {
            'azure-asyncoperation': 'https://arm.test/op',
          }),
    );
    await clients.arm.privateEndpoints.put(scope, { ...body, mode, networkInterfaceName: 'nic-a' }, fresh());
    const sent = JSON.parse(requests[1]!.body!) as { tags: object; properties: Record<string, unknown> };
    const connection = {
      name: 'workspace',
      properties: { privateLinkServiceId: '/target', groupIds: ['workspace'], requestMessage: 'hello' },
    };
    expect(sent).toMatchObject({ location: 'eastus', tags: { ours: '1' } });
    expect(sent.properties).toMatchObject({
      subnet: { id: SUBNET_ID },
      customNetworkInterfaceName: 'nic-a',
      manualPrivateLinkServiceConnections: mode === 'Manual' ? [connection] : [],
      privateLinkServiceConnections: mode === 'Auto' ? [connection] : [],
    });
  });

  test('are begun and not waited for: no request follows the PUT', async () => {
    const { clients, requests } = await scripted(({ method }) =>
      method === 'GET'
        ? notFound
        : json(shown('pe-a', { provisioningState: 'Updating' }), 201, {
            'azure-asyncoperation': 'https://arm.test/op',
            'retry-after': '0',
          }),
    );
    await clients.arm.privateEndpoints.put(scope, body, fresh());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  test('keep the tags that others set', async () => {
    const { clients, requests } = await scripted(({ method }) =>
      method === 'GET' ? json(shown('pe-a')) : json(shown('pe-a')),
    );
    await clients.arm.privateEndpoints.put(scope, body, fresh());
    const sent = JSON.parse(requests[1]!.body!) as { tags: object; properties: object };
    expect(sent.tags).toEqual({ theirs: '2', ours: '1' });
    expect(sent.properties).not.toHaveProperty('customDnsConfigs');
  });

  test('keep the connection of an endpoint that exists: another name would ask for another one', async () => {
    const { clients, requests } = await scripted(() => json(shown('pe-a')));
    await clients.arm.privateEndpoints.put(scope, body, fresh());
    const sent = JSON.parse(requests[1]!.body!) as { properties: Record<string, unknown> };
    expect(sent.properties).toMatchObject({
      manualPrivateLinkServiceConnections: [
        { name: 'conn', properties: { privateLinkServiceId: '/target', groupIds: ['workspace'] } },
      ],
      privateLinkServiceConnections: [],
    });
    expect(requests[1]!.body).not.toContain('privateLinkServiceConnectionState');
  });

  test('that fail later say why, if the operation is still known', async () => {
    const operation = json({
      status: 'Failed',
      error: { code: 'Conflict', message: 'outer', details: [{ code: 'SubnetIsFull', message: 'no room' }] },
    });
    const { clients, requests } = await scripted(({ method, url }) => {
      if (url.startsWith('https://arm.test/operations/1')) return operation;
      if (method === 'PUT')
        return json(shown('pe-a', { provisioningState: 'Updating' }), 201, {
          'azure-asyncoperation': 'https://elsewhere.test/operations/1?api-version=x',
        });
      return json(shown('pe-a', { provisioningState: 'Failed' }));
    });
    const read = async () => (await clients.arm.privateEndpoints.get(scope, fresh())).value!;
    expect(await read()).not.toHaveProperty('failure');
    await clients.arm.privateEndpoints.put(scope, body, fresh());
    expect((await read()).failure).toEqual({ code: 'SubnetIsFull', message: 'no room' });
    expect((await read()).failure).toBeDefined();
    expect(requests.filter(({ url }) => url.includes('/operations/'))).toHaveLength(1);
  });

  test('an unhandled rejection never follows a refused PUT', async () => {
    const { clients } = await scripted(({ method }) =>
      method === 'GET' ? notFound : json({ error: { code: 'SubnetIsFull', message: 'full' } }, 400),
    );
    const error = await rejection(clients.arm.privateEndpoints.put(scope, body, fresh()));
    expect(error).toMatchObject({ disposition: 'blocked', reason: 'SubnetFull' });
    expect(error.message).toBe('cannot create private endpoint "pe-a" in group "rg-b": SubnetIsFull: full');
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test.each<[string, Answer]>([
    ['HTML', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['a truncated body', { status: 200, body: '{"id": "x', headers: { 'content-type': 'application/json' } }],
    ['an empty body', { status: 200 }],
    ['nothing but null', { status: 200, body: 'null', headers: { 'content-type': 'application/json' } }],
    ['a status that a read never has', { status: 202, body: '{}' }],
    ['a cut socket', noAnswer()],
  ])('%s in place of an answer is transient', async (_name, answer) => {
    const { clients } = await scripted(() => answer);
    expect(await rejection(clients.arm.privateEndpoints.get(scope, fresh()))).toMatchObject({
      disposition: 'transient',
    });
  });

  test('a lost answer keeps the subnet’s gate closed until the endpoint is seen settled; a refusal opens it', async () => {
    let put: Answer = noAnswer();
    const { clients } = await scripted(({ method, url }) =>
      method === 'PUT' ? put : url.includes('pe-a') ? json(shown('pe-a')) : notFound,
    );
    const { privateEndpoints } = clients.arm;
    const second = () => privateEndpoints.put({ ...scope, name: 'pe-b' }, body, fresh());
    await rejection(privateEndpoints.put(scope, body, fresh()));
    expect(await rejection(second())).toMatchObject({ reason: 'WaitingForTurn' });
    await privateEndpoints.get(scope, fresh());
    put = json({ error: { code: 'AuthorizationFailed', message: 'no' } }, 403);
    expect(await rejection(second())).toMatchObject({ reason: 'AuthorizationFailed' });
    expect(await rejection(privateEndpoints.put(scope, body, fresh()))).toMatchObject({
      reason: 'AuthorizationFailed',
    });
  });
});

describe('the list that endpoints share', () => {
  const listed = (names: string[]) => json({ value: names.map((name) => shown(name)) });
  const isList = (url: string) =>
    new URL(url).pathname === `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/privateEndpoints`;
  const at = (name: string): EndpointScope => ({ ...scope, name });

  test('serves all objects of a subscription by one call', async () => {
    const names = ['pe-a', 'pe-b', 'pe-c'];
    const { clients, requests } = await scripted(() => listed(names));
    const reads = await Promise.all(
      names.map((name) => clients.arm.privateEndpoints.get(at(name), aCall({ key: `team-a/${name}` }))),
    );
    expect(reads.map(({ value }) => value?.name)).toEqual(names);
    expect(requests).toHaveLength(1);
  });

  test('pages, on the host that was asked', async () => {
    const pages = [
      json({ value: [shown('pe-a')], nextLink: `https://elsewhere.test${GROUP}/page?$skiptoken=2` }),
      json({ value: [], nextLink: `https://arm.test${GROUP}/page?$skiptoken=3` }),
      listed(['pe-b']),
    ];
    const { clients, requests } = await scripted(() => pages.shift()!);
    expect((await clients.arm.privateEndpoints.list(SUBSCRIPTION, fresh())).value.map(({ name }) => name)).toEqual([
      'pe-a',
      'pe-b',
    ]);
    expect(requests.map(({ url }) => new URL(url).host)).toEqual(['arm.test', 'arm.test', 'arm.test']);
  });

  test('is not believed when it lacks an endpoint: lists lag behind', async () => {
    const { clients, requests } = await scripted(({ url }) => (isList(url) ? listed([]) : json(shown('pe-a'))));
    expect((await clients.arm.privateEndpoints.get(scope, aCall())).value?.name).toBe('pe-a');
    expect(requests).toHaveLength(2);
  });

  test('is not used for what we have just written, until it was read after that', async () => {
    let state = 'Succeeded';
    const { clients, clock } = await scripted(({ method, url }) => {
      if (method === 'PUT') {
        state = 'Updating';
        return json(shown('pe-a', { provisioningState: state }), 200, {
          'azure-asyncoperation': 'https://arm.test/op',
        });
      }
      return isList(url) ? listed(['pe-a', 'pe-b']) : json(shown('pe-a', { provisioningState: state }));
    });
    const { privateEndpoints } = clients.arm;
    await privateEndpoints.get(scope, aCall());
    await privateEndpoints.put(scope, body, aCall());
    expect((await privateEndpoints.get(scope, aCall())).value?.provisioningState).toBe('Updating');
    await clock.advance(1000);
    expect((await privateEndpoints.list(SUBSCRIPTION, aCall())).readAtMs).toBe(clock.now());
  });

  test('replaces single reads when many ask for fresh facts at once', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `pe-${index}`);
    const { clients, clock, requests } = await scripted(({ url }) =>
      isList(url) ? listed(names) : json(shown(new URL(url).pathname.split('/').at(-1)!)),
    );
    for (let round = 0; round < 3; round += 1) {
      for (const name of names) {
        const { value } = await clients.arm.privateEndpoints.get(
          at(name),
          aCall({ key: `team-a/${name}`, maxAgeMs: 5_000 }),
        );
        expect(value?.name).toBe(name);
        await clock.advance(50);
      }
      await clock.advance(8_000);
    }
    expect(requests.length).toBeLessThan(15);
  });

  test('is not read anew for each of many who want their own endpoint anew', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `pe-${index}`);
    const { clients, requests } = await scripted(({ url }) => (isList(url) ? listed(names) : json(shown('pe-x'))));
    for (const name of names) await clients.arm.privateEndpoints.get(at(name), aCall({ key: name, maxAgeMs: 0 }));
    expect(requests.filter(({ url }) => isList(url))).toHaveLength(0);
  });

  test('gives way to single reads where the identity may not list', async () => {
    const { clients, requests } = await scripted(({ url }) =>
      isList(url) ? json({ error: { code: 'AuthorizationFailed', message: 'no' } }, 403) : json(shown('pe-a')),
    );
    expect((await clients.arm.privateEndpoints.get(scope, aCall())).value?.name).toBe('pe-a');
    await clients.arm.privateEndpoints.get(at('pe-b'), aCall());
    expect(
      linesOf(requests).filter((line) => line.includes('/providers/Microsoft.Network/privateEndpoints?')),
    ).toHaveLength(1);
  });
});

describe('network interfaces and networks', () => {
  const NIC_ID = `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-a`;
  const nic = (count: number) =>
    json({
      id: NIC_ID,
      name: 'nic-a',
      properties: {
        ipConfigurations: Array.from({ length: count }, (_, index) => ({
          name: `c${index}`,
          properties: {
            privateIPAddress: `10.0.0.${index + 4}`,
            privateLinkConnectionProperties: {
              groupId: 'workspace',
              requiredMemberName: `m${index}`,
              fqdns: [`f${index}`],
            },
          },
        })),
      },
    });

  test('an interface that shows fewer addresses than it will is read again soon; a complete one is kept', async () => {
    const counts = [0, 5, 6];
    const { clients, clock, requests } = await scripted(() => nic(counts.shift()!));
    const read = async () => (await clients.arm.privateEndpoints.addresses(NIC_ID, aCall())).value;
    expect(await read()).toEqual([]);
    await clock.advance(10_001);
    expect(await read()).toHaveLength(5);
    await clock.advance(600_000);
    expect((await read())?.[0]).toEqual({ member: 'm0', address: '10.0.0.4', fqdns: ['f0'] });
    expect(requests).toHaveLength(2);
  });

  test('free addresses are the limit less what is used, of the one subnet', async () => {
    const { clients } = await scripted(() =>
      json({
        value: [
          { id: '/other', currentValue: 1, limit: 2 },
          { id: SUBNET_ID.toUpperCase(), currentValue: 11, limit: 251, unit: 'Count', name: { value: 'SubnetSpace' } },
        ],
      }),
    );
    expect((await clients.arm.virtualNetworks.freeAddresses(SUBNET_ID, fresh())).value).toBe(240);
  });

  test('a subnet is found in its network, or by itself', async () => {
    const subnet = {
      id: SUBNET_ID,
      name: 'links',
      properties: {
        addressPrefix: '10.0.0.0/24',
        delegations: [{ name: 'd', properties: { serviceName: 'Microsoft.Web/serverFarms' } }],
        privateEndpointNetworkPolicies: 'Disabled',
        provisioningState: 'Succeeded',
      },
    };
    const expected = {
      location: 'eastus',
      subnet: {
        id: SUBNET_ID,
        addressPrefixes: ['10.0.0.0/24'],
        delegations: ['Microsoft.Web/serverFarms'],
        privateEndpointNetworkPolicies: 'Disabled',
        provisioningState: 'Succeeded',
      },
    };
    const embedded = await scripted(() => json({ id: '/v', location: 'eastus', properties: { subnets: [subnet] } }));
    expect((await embedded.clients.arm.virtualNetworks.subnet(SUBNET_ID, fresh())).value).toEqual(expected);
    const apart = await scripted(({ url }) =>
      url.includes('/subnets/') ? json(subnet) : json({ id: '/v', location: 'eastus', properties: {} }),
    );
    expect((await apart.clients.arm.virtualNetworks.subnet(SUBNET_ID, fresh())).value).toEqual(expected);
    const gone = await scripted(() => notFound);
    expect((await gone.clients.arm.virtualNetworks.subnet(SUBNET_ID, fresh())).value).toBeUndefined();
  });
});
