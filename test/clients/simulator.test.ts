import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { EndpointScope, ServiceScope } from '../../operator/clients/arm/types.ts';
import { workspaceHosts } from '../../operator/clients/host-names.ts';
import { setRecord } from '../../simulator/arm/out-of-band.ts';
import { addApp } from '../../simulator/builders.ts';
import { addItem } from '../../simulator/fabric/build.ts';
import { type Bench, GROUP, NETWORK_ID, SECRET, SUBNET_ID, startBench, ZONE_ID } from './against-simulator.ts';
import { aCall, rejection, SUBSCRIPTION, TENANT } from './fakes.ts';

const service: ServiceScope = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-links', name: 'pls-one' };
const endpoint: EndpointScope = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg-links', name: 'pe-one' };
const SERVICE_ID = `${GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls-one`;
const MINUTE_MS = 60_000;

let bench: Bench;
afterEach(() => bench.close());

const putService = (given: Bench = bench) =>
  given.clients.arm.privateLinkServices.put(
    service,
    { tenantId: TENANT, workspaceId: given.workspace.id, tags: { owner: 'us' } },
    given.fresh(),
  );
const putEndpoint = (name = 'pe-one', given: Bench = bench) =>
  given.clients.arm.privateEndpoints.put(
    { ...endpoint, name },
    {
      location: 'eastus',
      subnetId: SUBNET_ID,
      targetId: SERVICE_ID,
      mode: 'Manual',
      requestMessage: 'please',
      tags: { owner: 'us' },
    },
    given.fresh(),
  );

/** Service, endpoint and approval, as a controller would do it in many passes. */
async function connected(given: Bench) {
  const { arm } = given.clients;
  await putService(given);
  await putEndpoint('pe-one', given);
  await given.clock.advance(2 * MINUTE_MS);
  const [connection] = (await arm.privateLinkServices.connections(service, given.fresh())).value;
  await arm.privateLinkServices.decideConnection(
    service,
    connection!.name,
    { status: 'Approved', description: 'ours' },
    given.fresh(),
  );
  await given.clock.advance(2 * MINUTE_MS);
  return (await arm.privateEndpoints.get(endpoint, given.fresh())).value!;
}

describe('the clients against the simulated clouds', () => {
  test('carry a private link from the service to the approved endpoint with its five addresses', async () => {
    bench = await startBench();
    const { arm } = bench.clients;
    expect((await arm.privateLinkServices.get(service, bench.fresh())).value).toBeUndefined();
    await putService();
    const made = (await arm.privateLinkServices.get(service, bench.fresh())).value!;
    expect(made).toMatchObject({
      name: 'pls-one',
      workspaceId: bench.workspace.id,
      tenantId: TENANT,
      tags: { owner: 'us' },
    });
    expect((await arm.privateLinkServices.list(SUBSCRIPTION, aCall())).value.map(({ id }) => id)).toEqual([made.id]);

    expect((await arm.privateEndpoints.get(endpoint, bench.fresh())).value).toBeUndefined();
    await putEndpoint();
    const begun = (await arm.privateEndpoints.get(endpoint, bench.fresh())).value!;
    expect(begun.provisioningState).not.toBe('Succeeded');
    await bench.clock.advance(2 * MINUTE_MS);
    const asked = (await arm.privateEndpoints.get(endpoint, bench.fresh())).value!;
    expect(asked).toMatchObject({
      provisioningState: 'Succeeded',
      location: 'eastus',
      subnetId: SUBNET_ID,
      connection: {
        mode: 'Manual',
        status: 'Pending',
        targetId: SERVICE_ID,
        requestMessage: 'please',
      },
    });

    const [connection] = (await arm.privateLinkServices.connections(service, bench.fresh())).value;
    expect(connection).toMatchObject({ privateEndpointId: asked.id, status: 'Pending' });
    await arm.privateLinkServices.decideConnection(
      service,
      connection!.name,
      { status: 'Approved', description: 'ours' },
      bench.fresh(),
    );
    await bench.clock.advance(2 * MINUTE_MS);
    const approved = (await arm.privateEndpoints.get(endpoint, bench.fresh())).value!;
    expect(approved.connection?.status).toBe('Approved');

    const addresses = (await arm.privateEndpoints.addresses(approved.networkInterfaceIds[0]!, bench.fresh())).value!;
    expect(addresses.map(({ member }) => member).sort()).toEqual(
      workspaceHosts(bench.workspace.id)
        .map(({ member }) => member)
        .sort(),
    );
    expect(addresses.every(({ address }) => address.startsWith('127.64.7.'))).toBe(true);
    expect(bench.records.every(({ service: name, status }) => name === 'arm' && status !== undefined)).toBe(true);
  });

  test('tell a writer of a second endpoint in a subnet to wait, until the first one is seen to be done', async () => {
    bench = await startBench();
    await putService();
    await putEndpoint('pe-one');
    expect(await rejection(putEndpoint('pe-two'))).toMatchObject({
      disposition: 'throttled',
      reason: 'WaitingForTurn',
    });
    await bench.clock.advance(2 * MINUTE_MS);
    expect(await rejection(putEndpoint('pe-two'))).toMatchObject({ disposition: 'throttled' });
    await bench.clients.arm.privateEndpoints.get(endpoint, bench.fresh());
    await putEndpoint('pe-two');
  });

  test('delete what is there and what is not', async () => {
    bench = await startBench();
    const { arm } = bench.clients;
    await connected(bench);
    await arm.privateEndpoints.delete(endpoint, SUBNET_ID, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    expect((await arm.privateEndpoints.get(endpoint, bench.fresh())).value).toBeUndefined();
    await arm.privateEndpoints.delete(endpoint, SUBNET_ID, bench.fresh());
    for (const { name } of (await arm.privateLinkServices.connections(service, bench.fresh())).value) {
      await arm.privateLinkServices.deleteConnection(service, name, bench.fresh());
    }
    await bench.clock.advance(MINUTE_MS);
    await arm.privateLinkServices.delete(service, bench.fresh());
    await bench.clock.advance(MINUTE_MS);
    expect((await arm.privateLinkServices.get(service, bench.fresh())).value).toBeUndefined();
    await arm.privateLinkServices.delete(service, bench.fresh());
  });

  test('keep a zone, its link and its records without overwriting anybody', async () => {
    bench = await startBench();
    const { privateDns } = bench.clients.arm;
    expect((await privateDns.zone(ZONE_ID, bench.fresh())).value).toBeUndefined();
    await privateDns.createZone(ZONE_ID, { owner: 'us' }, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    // Not a conflict, which is tried again at once: until the other's zone shows, nothing would be different.
    expect(await rejection(privateDns.createZone(ZONE_ID, { owner: 'them' }, bench.fresh()))).toMatchObject({
      disposition: 'transient',
      reason: 'CreatedMeanwhile',
      retryAfterMs: 5_000,
    });
    const zone = (await privateDns.zone(ZONE_ID, bench.fresh())).value!;
    expect(zone.tags).toEqual({ owner: 'us' });
    expect((await privateDns.zones(SUBSCRIPTION, bench.fresh())).value.map(({ id }) => id)).toEqual([zone.id]);

    await privateDns.putLink(
      ZONE_ID,
      'hub',
      { virtualNetworkId: NETWORK_ID, fallbackToInternet: true, tags: {} },
      bench.fresh(),
    );
    await bench.clock.advance(5 * MINUTE_MS);
    const [link] = (await privateDns.links(ZONE_ID, bench.fresh())).value;
    expect(link).toMatchObject({
      name: 'hub',
      state: 'Completed',
      fallbackToInternet: true,
      registrationEnabled: false,
    });
    const update = { virtualNetworkId: NETWORK_ID, fallbackToInternet: false, tags: { more: 'yes' } };
    expect(
      await rejection(privateDns.putLink(ZONE_ID, 'hub', { ...update, etag: 'stale' }, bench.fresh())),
    ).toMatchObject({ disposition: 'conflict' });
    await privateDns.putLink(ZONE_ID, 'hub', { ...update, etag: link!.etag! }, bench.fresh());

    const marks = { 'fabriclink-owner': 'us' };
    const record = { ttlSeconds: 10, addresses: ['127.64.7.9'], metadata: marks };
    await privateDns.putRecord(ZONE_ID, 'one.z1.c', record, bench.fresh());
    expect(await rejection(privateDns.putRecord(ZONE_ID, 'one.z1.c', record, bench.fresh()))).toMatchObject({
      disposition: 'conflict',
    });
    const [written] = (await privateDns.records(ZONE_ID, bench.fresh())).value;
    expect(written).toMatchObject({
      name: 'one.z1.c',
      addresses: ['127.64.7.9'],
      metadata: marks,
    });
    await privateDns.putRecord(
      ZONE_ID,
      'one.z1.c',
      { ...record, addresses: ['127.64.7.8'], metadata: {}, etag: written!.etag! },
      bench.fresh(),
    );
    const [changed] = (await privateDns.records(ZONE_ID, bench.fresh())).value;
    expect(changed).toMatchObject({ addresses: ['127.64.7.8'], metadata: marks });
    expect(await rejection(privateDns.deleteRecord(ZONE_ID, 'one.z1.c', written!.etag, bench.fresh()))).toMatchObject({
      disposition: 'conflict',
    });
    await privateDns.deleteRecord(ZONE_ID, 'one.z1.c', changed!.etag, bench.fresh());
    expect((await privateDns.records(ZONE_ID, bench.fresh())).value).toEqual([]);
  });

  test('write a zone group and read the records that it keeps', async () => {
    bench = await startBench();
    const { arm } = bench.clients;
    await connected(bench);
    expect((await arm.privateEndpoints.zoneGroup(endpoint, bench.fresh())).value).toBeUndefined();
    await arm.privateDns.createZone(ZONE_ID, {}, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    await arm.privateEndpoints.putZoneGroup(endpoint, ZONE_ID, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    const group = (await arm.privateEndpoints.zoneGroup(endpoint, bench.fresh())).value!;
    expect(group.provisioningState).toBe('Succeeded');
    expect(group.zones).toEqual([{ name: 'fabric', zoneId: ZONE_ID }]);
    expect((await arm.privateDns.records(ZONE_ID, bench.fresh())).value).toHaveLength(5);
    await arm.privateEndpoints.deleteZoneGroup(endpoint, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    expect((await arm.privateEndpoints.zoneGroup(endpoint, bench.fresh())).value).toBeUndefined();
  });

  test('leave the configurations of other zones in a zone group that is put right', async () => {
    bench = await startBench();
    const { arm } = bench.clients;
    await connected(bench);
    const others = ZONE_ID.replace('privatelink.fabric.microsoft.com', 'privatelink.example.com');
    const elsewhere = ZONE_ID.replace(GROUP, `${GROUP}-elsewhere`);
    for (const zoneId of [ZONE_ID, others]) await arm.privateDns.createZone(zoneId, {}, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    await arm.privateEndpoints.putZoneGroup(endpoint, ZONE_ID, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    const [group] = Object.values(bench.simulator.world.arm.zoneGroups);
    // Of one zone name there is one configuration: where it leads is ours to say.
    group!.configs = [
      { name: 'theirs', zoneId: others },
      { name: 'fabric', zoneId: elsewhere },
    ];
    await arm.privateEndpoints.putZoneGroup(endpoint, ZONE_ID, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    expect((await arm.privateEndpoints.zoneGroup(endpoint, bench.fresh())).value!.zones).toEqual([
      { name: 'theirs', zoneId: others },
      { name: 'fabric', zoneId: ZONE_ID },
    ]);
  });

  test('read subnets, free addresses and provider registrations', async () => {
    bench = await startBench();
    const { virtualNetworks, providers } = bench.clients.arm;
    const found = (await virtualNetworks.subnet(SUBNET_ID, bench.fresh())).value!;
    expect(found).toMatchObject({ location: 'eastus', subnet: { id: SUBNET_ID, addressPrefixes: ['127.64.7.0/24'] } });
    expect((await virtualNetworks.subnet(`${NETWORK_ID}/subnets/other`, bench.fresh())).value).toBeUndefined();
    const free = (await virtualNetworks.freeAddresses(SUBNET_ID, bench.fresh())).value!;
    expect(free).toBeGreaterThan(200);
    expect((await providers.state(SUBSCRIPTION, 'Microsoft.Fabric', bench.fresh())).value).toBe('Registered');
    await providers.register(SUBSCRIPTION, 'Microsoft.Fabric', bench.fresh());
  });

  test('read a tenant: workspaces, capacities, settings, items, policies', async () => {
    bench = await startBench();
    const { fabric } = bench.clients;
    const { workspace } = bench;
    expect((await fabric.workspaces(bench.fresh())).value).toMatchObject([
      { id: workspace.id, capacityId: workspace.capacityId },
    ]);
    expect((await fabric.capacities(bench.fresh())).value).toMatchObject([
      { id: workspace.capacityId, sku: 'F2', state: 'Active' },
    ]);
    expect((await fabric.tenantSettings(bench.fresh())).value).toContainEqual({
      settingName: 'WorkspaceBlockInboundAccess',
      enabled: true,
    });
    expect((await fabric.items(workspace.id, bench.fresh())).value).toEqual([]);
    expect((await fabric.deploymentPipelineWorkspaces(bench.fresh())).value).toEqual([]);
    expect((await fabric.communicationPolicies(bench.fresh())).value.size).toBe(0);
  });

  test('deny public access only with the policy as it was read, and see the restriction as a fact', async () => {
    bench = await startBench();
    const { fabric } = bench.clients;
    const { id } = bench.workspace;
    const read = (await fabric.communicationPolicy(id, bench.fresh())).value;
    expect(read).toMatchObject({ inbound: 'Allow', outbound: 'Allow' });
    expect(read.etag).toMatch(/^[^"]+$/);
    expect((await fabric.probeGlobal(id, bench.fresh())).value.kind).toBe('answered');
    await fabric.putCommunicationPolicy(id, { inbound: 'Deny', outbound: 'Allow' }, read.etag, bench.fresh());
    expect(
      await rejection(
        fabric.putCommunicationPolicy(id, { inbound: 'Allow', outbound: 'Allow' }, read.etag, bench.fresh()),
      ),
    ).toMatchObject({ disposition: 'conflict' });
    const inventory = (await fabric.communicationPolicies(bench.fresh())).value;
    expect(inventory.get(id.toLowerCase())).toEqual({ inbound: 'Deny', outbound: 'Allow' });
    await bench.clock.advance(31 * MINUTE_MS);
    expect((await fabric.probeGlobal(id, bench.fresh())).value).toEqual({ kind: 'restricted' });
    expect(await rejection(fabric.items(id, bench.fresh()))).toMatchObject({
      code: 'RequestDeniedByInboundPolicy',
      reason: 'NoPrivatePath',
    });
    expect((await fabric.communicationPolicy(id, bench.fresh())).value.inbound).toBe('Deny');
  });

  test('report the peer of the socket, who need not be whom the name led to', async () => {
    // Somebody in between passes everything on, as a proxy does.
    const through = '127.0.0.77';
    bench = await startBench({ inNetwork: true, lookup: () => through });
    const port = Number(new URL(bench.simulator.urls.fabric).port);
    const sockets: Socket[] = [];
    const proxy = createServer((socket) => {
      const onwards = connect(port, '127.0.0.1');
      sockets.push(socket, onwards);
      for (const [from, to] of [
        [socket, onwards],
        [onwards, socket],
      ] as const) {
        from.on('error', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => void proxy.listen(port, through, resolve));
    const { id } = bench.workspace;
    expect((await bench.clients.fabric.probeWorkspaceHost(id, bench.fresh())).value).toEqual({
      kind: 'answered',
      remoteAddress: through,
      resolvedAddresses: ['127.0.0.1'],
    });
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => void proxy.close(() => resolve()));
  });

  test('report every address that the name leads to', async () => {
    bench = await startBench({ inNetwork: true });
    const { cloud } = bench.simulator;
    await bench.clients.arm.privateDns.createZone(ZONE_ID, {}, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    const link = { virtualNetworkId: NETWORK_ID, fallbackToInternet: true, tags: {} };
    await bench.clients.arm.privateDns.putLink(ZONE_ID, 'hub', link, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    const [api] = workspaceHosts(bench.workspace.id);
    // The front door under two names: a private endpoint, and the internet beside it.
    setRecord(cloud, ZONE_ID, api!.recordName, ['127.0.0.1', '127.64.7.77']);
    const { value } = await bench.clients.fabric.probeWorkspaceHost(bench.workspace.id, bench.fresh());
    const addresses = value.kind === 'answered' ? value.resolvedAddresses.toSorted() : value;
    expect(addresses).toEqual(['127.0.0.1', '127.64.7.77']);
  });

  test('prove the private path by the address of the socket, and use it for a restricted workspace', async () => {
    bench = await startBench({ inNetwork: true });
    const { arm, fabric } = bench.clients;
    const { id } = bench.workspace;
    const approved = await connected(bench);
    await arm.privateDns.createZone(ZONE_ID, {}, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    await arm.privateDns.putLink(
      ZONE_ID,
      'hub',
      { virtualNetworkId: NETWORK_ID, fallbackToInternet: true, tags: {} },
      bench.fresh(),
    );
    await arm.privateEndpoints.putZoneGroup(endpoint, ZONE_ID, bench.fresh());
    await bench.clock.advance(5 * MINUTE_MS);
    await bench.simulator.listening();
    const addresses = (await arm.privateEndpoints.addresses(approved.networkInterfaceIds[0]!, bench.fresh())).value!;
    const api = addresses.find(({ member }) => member === 'workspace-api')!.address;

    expect((await fabric.probeWorkspaceHost(id, bench.fresh())).value).toEqual({
      kind: 'answered',
      remoteAddress: api,
      resolvedAddresses: [api],
    });
    expect(bench.clouds.dns.isPrivate(api)).toBe(true);
    await fabric.putCommunicationPolicy(id, { inbound: 'Deny', outbound: 'Allow' }, undefined, bench.fresh());
    await bench.clock.advance(31 * MINUTE_MS);
    expect((await fabric.probeGlobal(id, bench.fresh())).value).toEqual({ kind: 'restricted' });
    expect((await fabric.items(id, bench.fresh())).value).toEqual([]);
    expect((await fabric.communicationPolicy(id, bench.fresh())).value.inbound).toBe('Deny');

    // Once refused, the global host is not asked again as long as the other way is there; writes go it, too.
    const body = { name: 'out', targetId: SERVICE_ID, subresource: 'workspace' };
    await fabric.createManagedPrivateEndpoint(id, body, bench.fresh());
    const [made] = (await fabric.managedPrivateEndpoints(id, bench.fresh())).value;
    expect(made).toMatchObject({ name: 'out', provisioningState: 'Provisioning' });
    await fabric.deleteManagedPrivateEndpoint(id, made!.id, bench.fresh());
    const [left] = (await fabric.managedPrivateEndpoints(id, bench.fresh())).value;
    expect(left).toMatchObject({ id: made!.id, provisioningState: 'Deleting' });
    const statusesOf = (asked: string) =>
      bench.records.filter(({ operation }) => operation === asked).map(({ status }) => status);
    expect(statusesOf('items.list')).toEqual([403, 200]);
    expect(statusesOf('managedPrivateEndpoints.create')).toEqual([201]);

    // And so does everything else that is the workspace's.
    const { objectId } = addApp(bench.simulator.world, { tenantId: TENANT });
    const roleOf = async () => {
      const assignments = (await fabric.roleAssignments(id, bench.fresh())).value;
      return assignments.find(({ principal }) => principal.id === objectId)?.role;
    };
    await fabric.addRoleAssignment(id, { id: objectId, type: 'ServicePrincipal' }, 'Viewer', bench.fresh());
    await fabric.updateRoleAssignment(id, objectId, 'Member', bench.fresh());
    await bench.clock.advance(MINUTE_MS);
    expect(await roleOf()).toBe('Member');
    await fabric.deleteRoleAssignment(id, objectId, bench.fresh());
    await bench.clock.advance(MINUTE_MS);
    expect(await roleOf()).toBeUndefined();
    const item = { warehouseId: addItem(bench.simulator.world, id, { type: 'Warehouse' }).id };
    const query = { workspaceId: id, item, privateLinkType: 'Workspace' } as const;
    expect((await fabric.connectionString(query, bench.fresh())).value).toContain(
      '.datawarehouse.fabric.microsoft.com',
    );
  });

  test('say what is wrong with a secret, heal when it is corrected, and never show it', async () => {
    bench = await startBench();
    const name = 'team-a/fabriclink-credentials';
    const right = bench.secrets[name]!;
    bench.secrets[name] = { ...right, AZURE_CLIENT_SECRET: 'planted-wrong-secret' };
    bench.clouds.invalidateSecret('team-a', 'fabriclink-credentials');
    const again = () => bench.clouds.forTenant({ tenantId: TENANT, namespace: 'team-a' }, aCall());
    const wrong = await again();
    const error = await rejection(wrong.fabric.workspaces(bench.fresh()));
    expect(error).toMatchObject({ disposition: 'blocked', reason: 'CredentialInvalid', code: 'AADSTS7000215' });
    expect(error.remedy).toMatch(/AZURE_CLIENT_SECRET/);
    bench.secrets[name] = right;
    bench.clouds.invalidateSecret('team-a', 'fabriclink-credentials');
    expect((await (await again()).fabric.workspaces(bench.fresh())).value).toHaveLength(1);
    const shown = JSON.stringify([error, error.message, error.stack, String(error.cause), bench.records]);
    expect(shown).not.toMatch(/planted/);
    expect(SECRET).toMatch(/planted/);
  });

  test('get a new token, once, when a service refuses the one they have', async () => {
    bench = await startBench();
    const { fabric } = bench.clients;
    await fabric.workspaces(bench.fresh());
    // Everything issued until now counts as expired; the clock of tokens is real and has whole milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 5));
    bench.simulator.world.entra.tokensValidFromMs = Date.now() - 1;
    bench.records.length = 0;
    expect((await fabric.workspaces(bench.fresh())).value).toHaveLength(1);
    expect(bench.records.map(({ status }) => status)).toEqual([401, 200]);
  });
});
