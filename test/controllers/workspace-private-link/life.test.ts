import { describe, expect, test } from '@jest/globals';
import { addressesOf } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  endpointId,
  live,
  MINUTE_MS,
  remove,
  SERVICE,
  ZONE,
} from './living.ts';

const NO_CREDENTIALS = {
  disposition: 'blocked',
  reason: 'CredentialMissing',
  message: 'Secret team/fabriclink-credentials does not exist',
} as const;

describe('a private link is made', () => {
  test('from nothing to Ready: claim, service, endpoint, approval, zone, link, records, proof', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    expect(world.writes).toEqual([
      'services.put',
      'endpoints.put',
      'connections.Approved',
      'zones.create',
      'links.put',
      'zoneGroups.put',
    ]);
    expect(living.condition('Ready')).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: 'The workspace has its private link; public access is not managed here.',
    });
    expect(world.services.get(SERVICE.toLowerCase())?.tags).toEqual({ 'fabriclink-owner': 'c1.team.sales.uid-1' });
    expect(world.records.get(ZONE.toLowerCase())).toHaveLength(5);
    expect(living.report.status.endpoints).toEqual([
      {
        name: 'hub',
        resourceId: endpointId('pe-hub'),
        phase: 'Verified.Proven',
        connection: 'Approved',
        addresses: addressesOf(world, endpointId('pe-hub')).map(({ address }) => address),
        message: 'The five names lead to the endpoint; nothing is to be done.',
      },
    ]);
  });

  test('and then no pass writes anything, to a cloud or to the object', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    const before = { writes: [...world.writes], resource: living.resource };
    for (let hour = 0; hour < 5; hour++) {
      world.nowMs += 60 * MINUTE_MS;
      await living.pass();
    }
    expect(world.writes).toEqual(before.writes);
    expect(living.resource).toEqual(before.resource);
  });

  test('drift at every rung is healed', async () => {
    const world = aWorld();
    const living = live(
      world,
      aWorkspacePrivateLink({
        service: { subscriptionId: anEndpoint('x').subscriptionId, resourceGroup: 'fabric', tags: { team: 'sales' } },
      }),
    );
    await living.settle();
    const disturb: (() => void)[] = [
      () =>
        world.services.set(SERVICE.toLowerCase(), {
          ...world.services.get(SERVICE.toLowerCase())!,
          tags: { 'fabriclink-owner': 'c1.team.sales.uid-1' },
        }),
      () => world.endpoints.delete(endpointId('pe-hub').toLowerCase()),
      () => world.zoneGroups.delete(endpointId('pe-hub').toLowerCase()),
      () => world.links.set(ZONE.toLowerCase(), []),
      () => world.zones.delete(ZONE.toLowerCase()),
    ];
    for (const change of disturb) {
      change();
      // What was asked for a moment ago is not asked for again: it might still be under way.
      world.nowMs += 2 * MINUTE_MS;
      await living.settle();
      expect(living.condition('Ready').status).toBe('True');
    }
    expect(world.services.get(SERVICE.toLowerCase())?.tags).toMatchObject({ team: 'sales' });
  });

  test('what somebody took away comes back with a warning; what is made for the first time comes without', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    const creations = () => living.events.filter(({ action }) => action === 'PutEndpoint' || action === 'PutService');
    expect(creations().map(({ type }) => type)).toEqual(['Normal', 'Normal']);
    world.endpoints.delete(endpointId('pe-hub').toLowerCase());
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect(creations().slice(2)).toEqual([
      expect.objectContaining({
        type: 'Warning',
        note: 'It was gone: asked Azure for private endpoint "pe-hub" (hub) again.',
      }),
    ]);
  });

  test('what was noted, and then had to wait for its turn, was never gone', async () => {
    const world = aWorld();
    const turn = { disposition: 'throttled', reason: 'Throttled', message: 'waiting for a turn' } as const;
    const living = live(world, aWorkspacePrivateLink());
    for (const operation of ['services.put', 'endpoints.put']) {
      world.refusals[operation] = turn;
      for (let pass = 0; pass < 6; pass++) await living.pass();
      delete world.refusals[operation];
      for (let pass = 0; pass < 3; pass++) await living.pass();
    }
    await living.settle();
    const creations = living.events.filter(({ action }) => action === 'PutEndpoint' || action === 'PutService');
    expect(creations.map(({ type, note }) => `${type} ${note.slice(0, 11)}`)).toEqual([
      'Normal Asked Azure',
      'Normal Asked Azure',
    ]);
  });

  test('a lost status changes no write: amnesia', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    for (let pass = 0; pass < 30; pass++) {
      living.change((object) => delete object.status);
      await living.pass();
    }
    const undisturbed = aWorld();
    const other = live(undisturbed, aWorkspacePrivateLink({ inbound: DENY }));
    for (let pass = 0; pass < 30; pass++) await other.pass();
    expect(world.writes).toEqual(undisturbed.writes);
  });

  test('a reply lost after each kind of write makes nothing twice, and does not keep it from Ready', async () => {
    const world = aWorld({ losesReplies: true });
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect([world.services.size, world.endpoints.size, world.zones.size, world.policy.inbound]).toEqual([
      1,
      1,
      1,
      'Deny',
    ]);
    expect(new Set(world.writes.filter((write) => write.endsWith('.put') || write.endsWith('.create')))).toEqual(
      new Set(['services.put', 'endpoints.put', 'zones.create', 'links.put', 'zoneGroups.put']),
    );
    remove(living);
    await living.settle();
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.released).toBe(true);
    expect([world.services.size, world.endpoints.size, world.zones.size]).toEqual([0, 0, 0]);
  });

  test('two endpoints of one workspace share a zone in mode Records, with both addresses in each set', async () => {
    const world = aWorld();
    const records = (name: string) => anEndpoint(name, { dns: { ...anEndpoint(name).dns!, mode: 'Records' } });
    const living = live(world, aWorkspacePrivateLink({ endpoints: [records('a'), records('bb')] }));
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    const sets = world.records.get(ZONE.toLowerCase())!;
    expect(sets.map(({ addresses }) => addresses.length)).toEqual([2, 2, 2, 2, 2]);
    living.change(({ spec }) => (spec.endpoints = [records('a')]));
    await living.settle();
    expect(world.records.get(ZONE.toLowerCase())!.map(({ addresses }) => addresses.length)).toEqual([1, 1, 1, 1, 1]);
    expect(world.endpoints.size).toBe(1);
  });

  test('a stuck endpoint does not hold up its sibling', async () => {
    const world = aWorld();
    // Nobody sees such a gateway.
    const gateway = anEndpoint('gateway', { gateway: { gatewayId: '33333333-3333-4333-8333-333333333333' } });
    const living = live(world, aWorkspacePrivateLink({ endpoints: [anEndpoint('hub'), gateway] }));
    await living.settle();
    expect(living.rest('placement/gateway')).toBe('Gateway.NotFound');
    expect(living.rest('endpoint/gateway')).toBe('Request.AwaitingPlacement');
    expect(living.rest('proof/hub')).toBe('Verified.Proven');
    expect(living.condition('Stalled')).toMatchObject({ reason: 'GatewayNotFound' });
    expect(living.nextStep()).toContain('grant the identity a role on the gateway');
  });
});

describe('approval', () => {
  test('a stranger who asks to connect stays pending, and is shown with the time', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    const service = world.services.get(SERVICE.toLowerCase())!;
    const stranger = endpointId('pe-hub').replace('/fabric/', '/evil/');
    world.services.set(SERVICE.toLowerCase(), {
      ...service,
      connections: [
        ...service.connections,
        { id: 'x', name: 'x', privateEndpointId: stranger, status: 'Pending', description: 'pe-hub' },
      ],
    });
    world.nowMs += MINUTE_MS;
    await living.settle();
    expect(world.writes.filter((write) => write === 'connections.Approved')).toHaveLength(1);
    expect(living.report.status.connections).toEqual([
      {
        privateEndpointId: stranger,
        from: 'private endpoint "pe-hub" in subscription 11111111-1111-4111-8111-111111111111',
        status: 'Pending',
        firstSeen: '2026-03-01T08:01:00.000Z',
      },
    ]);
    expect(living.events.filter(({ reason }) => reason === 'ConnectionPending')).toHaveLength(1);
    expect(living.condition('ConnectionsApproved').message).toBe(
      'Every endpoint of this object is approved. 1 request(s) by others are pending, see status.connections; nobody here decides about them.',
    );
  });

  test('a request that the spec lists is never said to be nobody’s to decide, also while the service is being taken over', async () => {
    const world = aWorld();
    const first = live(world, aWorkspacePrivateLink({ deletionPolicy: 'Retain' }));
    await first.settle();
    const { tags: _, ...service } = world.services.get(SERVICE.toLowerCase())!;
    const auditors = endpointId('pe-hub').replace('/pe-hub', '/pe-audit');
    const pending = { id: 'x', name: 'x', privateEndpointId: auditors, status: 'Pending', description: '' } as const;
    world.services.set(SERVICE.toLowerCase(), { ...service, tags: {}, connections: [pending] });
    world.endpoints.clear();
    const source = { privateEndpointId: auditors };
    const connections = [{ name: 'auditors', source, decision: 'Approve' as const }];
    const living = live(world, aWorkspacePrivateLink({ connections }));
    await living.settle();
    expect(living.events.map(({ reason }) => reason)).toContain('Adopted');
    expect(living.events.filter(({ reason }) => reason === 'ConnectionPending')).toEqual([]);
    expect(living.report.status.connections).toMatchObject([{ status: 'Approved', decidedBy: 'connections/auditors' }]);
  });

  test('a rejected endpoint stalls, and is made anew only where recreatePolicy says so', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    const service = world.services.get(SERVICE.toLowerCase())!;
    const rejected = service.connections.map((connection) => ({ ...connection, status: 'Rejected' }));
    world.services.set(SERVICE.toLowerCase(), { ...service, connections: rejected });
    await living.settle();
    expect(living.condition('Stalled').reason).toBe('ConnectionRejected');
    living.change(({ spec }) => (spec.endpoints[0]!.recreatePolicy = 'OnRejection'));
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    expect(world.writes.filter((write) => write === 'endpoints.delete')).toHaveLength(1);
  });
});

describe('deletion', () => {
  test('takes everything down in the safe order, after the door has opened', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    world.nowMs += 31 * MINUTE_MS;
    await living.settle();
    expect(living.condition('AccessApplied')).toMatchObject({ status: 'True', reason: 'AccessDenied' });
    world.writes.length = 0;
    remove(living);
    await living.settle();
    expect(world.writes).toEqual(['policy.put Allow/Allow']);
    expect(living.nextStep()).toContain('about 15 minutes');
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.writes).toEqual([
      'policy.put Allow/Allow',
      'zoneGroups.delete',
      'endpoints.delete',
      'links.delete',
      'zones.delete',
      'services.delete',
    ]);
    expect([world.services.size, world.endpoints.size, world.zones.size]).toEqual([0, 0, 0]);
  });

  test('Keep leaves the door closed', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: { ...DENY!, onDelete: 'Keep' } }));
    await living.settle();
    remove(living);
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.policy.inbound).toBe('Deny');
  });

  test('Retain leaves everything in the cloud', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ deletionPolicy: 'Retain' }));
    await living.settle();
    world.writes.length = 0;
    remove(living);
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.writes).toEqual([]);
  });

  test('what was adopted stays under DeleteCreated, and goes under DeleteAll', async () => {
    for (const deletionPolicy of ['DeleteCreated', 'DeleteAll'] as const) {
      const world = aWorld();
      world.services.set(SERVICE.toLowerCase(), {
        id: SERVICE,
        name: 'given',
        tags: {},
        workspaceId: aWorkspacePrivateLink().spec.workspaceId,
        provisioningState: 'Succeeded',
        connections: [],
      });
      const living = live(world, aWorkspacePrivateLink({ endpoints: [], deletionPolicy }));
      await living.settle();
      expect(living.condition('Ready').status).toBe('True');
      remove(living);
      await living.settle();
      expect(living.released).toBe(true);
      expect(world.services.size).toBe(deletionPolicy === 'DeleteAll' ? 0 : 1);
    }
  });

  test('lost provenance: nothing is deleted and nothing is opened', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    living.change(({ metadata }) => (metadata.annotations = {}));
    await living.settle();
    world.writes.length = 0;
    remove(living);
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.writes).toEqual([]);
    expect(world.policy.inbound).toBe('Deny');
  });

  test('somebody who works through the service holds its deletion up, by name', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    const service = world.services.get(SERVICE.toLowerCase())!;
    const other = {
      id: 'x',
      name: 'x',
      privateEndpointId: endpointId('pe-other'),
      status: 'Approved',
      description: '',
    };
    world.services.set(SERVICE.toLowerCase(), { ...service, connections: [...service.connections, other] });
    remove(living);
    await living.settle();
    expect(living.released).toBe(false);
    expect(living.condition('Stalled').reason).toBe('ConnectionsRemain');
    expect(living.nextStep()).toContain(`${endpointId('pe-other')}, approved not from the list of this object`);
    expect(living.nextStep()).toContain(
      `\`az rest --method delete --url "${SERVICE}/privateEndpointConnections/x?api-version=2024-06-01"\``,
    );
  });

  test('an object that never made anything is let go without credentials', async () => {
    const world = aWorld();
    world.refusals['credentials'] = NO_CREDENTIALS;
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    expect(living.condition('Ready')?.reason).toBe('CredentialMissing');
    expect(living.report.status.phase).toBe('NotObserved');
    remove(living);
    await living.settle();
    expect(living.released).toBe(true);
  });

  test('Retain needs no credentials either, unless the door is ours to open', async () => {
    const world = aWorld();
    const open = live(world, aWorkspacePrivateLink({ deletionPolicy: 'Retain' }));
    await open.settle();
    world.refusals['credentials'] = NO_CREDENTIALS;
    remove(open);
    await open.settle();
    expect(open.released).toBe(true);

    const other = aWorld();
    const closed = live(other, aWorkspacePrivateLink({ deletionPolicy: 'Retain', inbound: DENY }));
    await closed.settle();
    other.refusals['credentials'] = NO_CREDENTIALS;
    remove(closed);
    await closed.settle();
    expect(closed.released).toBe(false);
  });

  test('an object that was never claimed is let go without a word to any cloud', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    remove(living);
    await living.pass();
    expect([...world.reads, ...world.writes]).toEqual([]);
    expect(living.rest('service')).toBe('Release.Gone');
  });

  test('an endpoint that is taken out of the spec goes, with its records, and the others stay', async () => {
    const world = aWorld();
    const spoke = anEndpoint('spoke', { resourceGroup: 'spoke' });
    const living = live(world, aWorkspacePrivateLink({ endpoints: [anEndpoint('hub'), spoke] }));
    await living.settle();
    expect(living.rest('dns/spoke')).toBe('Link.Elsewhere');
    expect(living.nextStep()).toContain('another endpoint of this object links network');
    living.change(({ spec }) => (spec.endpoints = [anEndpoint('hub')]));
    await living.settle();
    expect([...world.endpoints.keys()]).toEqual([endpointId('pe-hub').toLowerCase()]);
    expect(living.condition('Ready').status).toBe('True');
    expect(Object.keys(living.resource.metadata.annotations ?? {}).filter((key) => key.includes('spoke'))).toEqual([]);
  });

  test('an entry that comes back under its name elsewhere leaves nothing behind', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    living.change(({ spec }) => (spec.endpoints = [anEndpoint('hub', { resourceName: 'pe-moved' })]));
    await living.settle();
    expect([...world.endpoints.keys()]).toEqual([endpointId('pe-moved').toLowerCase()]);
    expect(living.condition('Ready').status).toBe('True');
    remove(living);
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect([living.released, world.endpoints.size, world.services.size, world.zones.size]).toEqual([true, 0, 0, 0]);
  });

  test('two objects share the zone of a resource group, and the last one takes it away', async () => {
    const world = aWorld();
    const finance = 'f1a40000-0000-4000-8000-000000000002';
    world.workspaces.push({ id: finance, displayName: 'finance', capacityId: 'cap-1' });
    const first = live(world, aWorkspacePrivateLink());
    await first.settle();
    const second = aWorkspacePrivateLink(
      { workspaceId: finance, endpoints: [anEndpoint('hub', { resourceName: 'pe-finance' })] },
      { name: 'finance', uid: 'uid-2' },
    );
    const other = live(world, second, [first.resource]);
    await other.settle();
    expect(other.condition('Ready').status).toBe('True');
    expect(world.records.get(ZONE.toLowerCase())).toHaveLength(10);
    const leaving = live(world, first.resource, [other.resource]);
    remove(leaving);
    await leaving.settle();
    expect([leaving.released, world.zones.size, world.links.get(ZONE.toLowerCase())!.length]).toEqual([true, 1, 1]);
    expect(world.records.get(ZONE.toLowerCase())).toHaveLength(5);
    const last = live(world, other.resource);
    remove(last);
    await last.settle();
    expect([last.released, world.zones.size, world.links.get(ZONE.toLowerCase())!.length]).toEqual([true, 0, 0]);
  });

  test('a zone that was there before stays, with the records of others', async () => {
    const world = aWorld();
    world.zones.set(ZONE.toLowerCase(), { id: ZONE, tags: {}, numberOfRecordSets: 1, numberOfVirtualNetworkLinks: 0 });
    world.records.set(ZONE.toLowerCase(), [{ name: 'other', addresses: ['10.1.1.1'], metadata: {} }]);
    const living = live(world, aWorkspacePrivateLink());
    await living.settle();
    remove(living);
    await living.settle();
    expect(living.released).toBe(true);
    expect(world.zones.size).toBe(1);
    expect(world.records.get(ZONE.toLowerCase())!.map(({ name }) => name)).toEqual(['other']);
    expect(world.links.get(ZONE.toLowerCase())).toEqual([]);
  });
});
