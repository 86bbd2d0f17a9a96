import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  addLinkService,
  approveConnection,
  deleteLinkService,
  injectManagedConnection,
  removeConnection,
} from '../../../simulator/arm/fabric/out-of-band.ts';
import { settled } from '../../../simulator/fabric/effective.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../../simulator/fabric/managed-out-of-band.ts';
import type { Workspace } from '../../../simulator/fabric/types.ts';
import { FRESH_ENDPOINT, PENDING_ENDPOINT } from '../../clients/fixtures/fabric-shapes.ts';
import { type Bench, GROUP, MINUTE_MS, type Reply, SUBSCRIPTION, startFabric, TENANT } from './fixture.ts';
import {
  APART_MS,
  ARRIVAL_MS,
  aSource,
  COOLDOWN_MS,
  connections,
  create,
  DELETED_MS,
  ECHO_MS,
  listPath,
  PROVISIONED_MS,
  rows,
  states,
} from './managed-bench.ts';

let bench: Bench;
let source: Workspace;

beforeEach(async () => {
  bench = await startFabric();
  source = aSource(bench);
});

afterEach(() => bench.close());

const choose = (choices: Partial<Bench['simulator']['conduct']['fabric']['choices']>) =>
  Object.assign(bench.simulator.conduct.fabric.choices, choices);
const targetId = () => bench.linkService().id;
const codeOf = ({ status, body }: Reply) => [status, body['errorCode']];
/** Same members, same types: values differ from those that were recorded. */
const shapeOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object'
    ? Object.fromEntries(
        Object.entries(value)
          .map(([key, entry]) => [key, shapeOf(entry)] as const)
          .toSorted(([one], [other]) => one.localeCompare(other)),
      )
    : value === null
      ? null
      : typeof value;

describe('a managed private endpoint', () => {
  test('looks as recorded: null members first, then Pending without a description', async () => {
    const created = await create(bench, source);
    expect(created.status).toBe(201);
    expect(shapeOf(created.body)).toEqual(shapeOf(FRESH_ENDPOINT));
    const path = `${listPath(source)}/${String(created.body['id'])}`;
    expect(created.headers['location']).toBe(`${bench.simulator.urls.fabric}${path}`);
    bench.clock.advance(PROVISIONED_MS);
    const pending = (await bench.fabric('GET', path)).body;
    expect(shapeOf(pending)).toEqual(shapeOf(PENDING_ENDPOINT));
    expect(await rows(bench, source)).toEqual([pending]);
  });

  test('may have no connectionState at first', async () => {
    choose({ freshConnection: 'absent' });
    expect((await create(bench, source)).body).not.toHaveProperty('connectionState');
  });

  test('asks its target from a subscription of Microsoft’s, with the message, under a name that nobody could foresee', async () => {
    await create(bench, source);
    bench.clock.advance(ARRIVAL_MS);
    const [connection] = connections(bench);
    const [, subscription, eight] =
      /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/vnet-([0-9a-f]{8})-WestEurope-1-rg\/providers\/Microsoft.Network\/privateEndpoints\/(.+)$/.exec(
        connection!.privateEndpointId,
      ) ?? [];
    expect(subscription).not.toBe(SUBSCRIPTION);
    expect(subscription!.startsWith(eight!)).toBe(true);
    expect(connection!.privateEndpointId.endsWith(`/${source.id}.to-sales`)).toBe(true);
    expect(connection!.name.startsWith(`${source.id}.to-sales-`)).toBe(true);
    expect(connection!.state).toMatchObject({ status: 'Pending', description: 'please' });
  });

  test('keeps the subscription for all endpoints of its workspace, and shares it with no other', async () => {
    const other = aSource(bench);
    await create(bench, source);
    await create(bench, other);
    bench.clock.advance(APART_MS);
    const second = addLinkService(bench.simulator.world, {
      tenantId: TENANT,
      workspaceId: other.id,
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'rg-links',
    });
    await create(bench, source, { name: 'second', targetPrivateLinkResourceId: second.id });
    bench.clock.advance(PROVISIONED_MS);
    const subscriptionOf = (id: string) => id.split('/')[2];
    const [own, foreign] = connections(bench).map((entry) => subscriptionOf(entry.privateEndpointId));
    const [again] = Object.values(second.connections).map((entry) => subscriptionOf(entry.privateEndpointId));
    expect(again).toBe(own);
    expect(foreign).not.toBe(own);
  });

  test('may not pass its message on', async () => {
    choose({ passRequestMessage: false });
    await create(bench, source);
    bench.clock.advance(ARRIVAL_MS);
    expect(connections(bench)[0]!.state.description).toBe('');
  });

  test('may stay Provisioning and blank until it is approved', async () => {
    choose({ pendingEndpoint: 'provisioning' });
    await create(bench, source);
    bench.clock.advance(PROVISIONED_MS);
    expect(await states(bench, source)).toEqual(['Provisioning', null]);
    approveConnection(bench.simulator.cloud, targetId(), connections(bench)[0]!.name);
    bench.clock.advance(ECHO_MS);
    expect(await states(bench, source)).toEqual(['Succeeded', 'Approved']);
  });

  test('ends as Failed when there is no such target', async () => {
    const nowhere = `${GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/nowhere`;
    expect((await create(bench, source, { targetPrivateLinkResourceId: nowhere })).status).toBe(201);
    bench.clock.advance(PROVISIONED_MS);
    expect(await states(bench, source)).toEqual(['Failed', null]);
  });

  test('is Disconnected when the owner removes the connection, or the whole service', async () => {
    await create(bench, source);
    const other = aSource(bench);
    await create(bench, other);
    bench.clock.advance(PROVISIONED_MS);
    removeConnection(bench.simulator.cloud, targetId(), connections(bench)[0]!.name);
    bench.clock.advance(ECHO_MS);
    expect(await states(bench, source)).toEqual(['Succeeded', 'Disconnected']);
    expect(await states(bench, other)).toEqual(['Succeeded', 'Pending']);
    deleteLinkService(bench.simulator.cloud, targetId());
    bench.clock.advance(ECHO_MS);
    expect(await states(bench, other)).toEqual(['Succeeded', 'Disconnected']);
  });

  test('is approved over ARM, and learns of it', async () => {
    await create(bench, source);
    bench.clock.advance(PROVISIONED_MS);
    const path = `${targetId()}/privateEndpointConnections/${connections(bench)[0]!.name}`;
    const state = { status: 'Approved', description: 'by uid 7', actionsRequired: 'None' };
    const put = await bench.arm('PUT', path, { body: { properties: { privateLinkServiceConnectionState: state } } });
    expect(put.status).toBe(200);
    bench.clock.advance(ECHO_MS);
    expect((await rows(bench, source))[0]!['connectionState']).toEqual(state);
  });

  test.each([
    ['disconnected', ['Disconnected']],
    ['nothing', []],
  ] as const)('leaves behind on its target when deleted: %s', async (deletedEndpointLeaves, left) => {
    choose({ deletedEndpointLeaves });
    await create(bench, source);
    bench.clock.advance(PROVISIONED_MS);
    deleteManagedEndpoint(bench.simulator.cloud, source.id, 'to-sales');
    expect(connections(bench).map(({ state }) => state.status)).toEqual(['Pending']);
    bench.clock.advance(DELETED_MS);
    expect(connections(bench).map(({ state }) => state.status)).toEqual(left);
  });

  test('never asks when it is deleted before it could', async () => {
    await create(bench, source);
    deleteManagedEndpoint(bench.simulator.cloud, source.id, 'to-sales');
    bench.clock.advance(PROVISIONED_MS);
    expect(connections(bench)).toEqual([]);
    expect(await rows(bench, source)).toEqual([]);
  });

  test('made again after the cool-down takes the place of what was left of the first', async () => {
    await create(bench, source);
    bench.clock.advance(PROVISIONED_MS);
    deleteManagedEndpoint(bench.simulator.cloud, source.id, 'to-sales');
    bench.clock.advance(COOLDOWN_MS);
    expect((await create(bench, source)).status).toBe(201);
    bench.clock.advance(ARRIVAL_MS);
    expect(connections(bench).map(({ state }) => state.status)).toEqual(['Pending']);
  });

  test('made again too early may be accepted, and then fail', async () => {
    choose({ managedCooldown: 'fail' });
    await create(bench, source);
    bench.clock.advance(PROVISIONED_MS);
    deleteManagedEndpoint(bench.simulator.cloud, source.id, 'to-sales');
    bench.clock.advance(DELETED_MS);
    expect((await create(bench, source)).status).toBe(201);
    bench.clock.advance(PROVISIONED_MS);
    expect((await states(bench, source))[0]).toBe('Failed');
  });

  test('shows its FQDNs on a path of their own only', async () => {
    const targetFQDNs = ['one.corp.test', 'two.corp.test'];
    const { body } = await create(bench, source, { targetFQDNs });
    expect(body).not.toHaveProperty('targetFQDNs');
    const path = `${listPath(source)}/${String(body['id'])}/targetFQDNs`;
    expect((await bench.fabric('GET', path)).body).toEqual({ value: targetFQDNs });
  });

  test('can be imitated to the last segment', async () => {
    await create(bench, source);
    bench.clock.advance(ARRIVAL_MS);
    injectManagedConnection(bench.simulator.cloud, targetId(), { workspaceId: source.id, name: 'to-sales' });
    const suffix = `/${source.id}.to-sales`;
    expect(connections(bench).filter((entry) => entry.privateEndpointId.endsWith(suffix))).toHaveLength(2);
  });
});

describe('who may', () => {
  test('a viewer reads, and only an administrator writes', async () => {
    const as = bench.viewer;
    expect((await bench.fabric('GET', listPath(source), { as })).status).toBe(200);
    expect(codeOf(await bench.fabric('POST', listPath(source), { as, body: {} }))).toEqual([
      403,
      'InsufficientWorkspaceRole',
    ]);
    const { body } = await create(bench, source);
    const path = `${listPath(source)}/${String(body['id'])}`;
    expect(codeOf(await bench.fabric('DELETE', path, { as }))).toEqual([403, 'InsufficientWorkspaceRole']);
    expect(codeOf(await bench.fabric('PATCH', path, { body: {} }))).toEqual([405, 'MethodNotAllowed']);
  });

  test('nobody from outside, while the source is restricted', async () => {
    source.policy.inbound = settled<'Allow' | 'Deny'>('Deny');
    const denied = [403, 'RequestDeniedByInboundPolicy'];
    expect(codeOf(await bench.fabric('GET', listPath(source)))).toEqual(denied);
    expect(codeOf(await create(bench, source))).toEqual(denied);
    expect(codeOf(await bench.fabric('DELETE', `${listPath(source)}/${source.id}`))).toEqual(denied);
  });

  test('a workspace whose capacity has gone may still be cleaned up', async () => {
    const { body } = await create(bench, source);
    delete source.capacityId;
    expect(codeOf(await bench.fabric('GET', listPath(source)))).toEqual([400, 'UnsupportedSku']);
    expect((await bench.fabric('DELETE', `${listPath(source)}/${String(body['id'])}`)).status).toBe(200);
  });

  test('the useful code may be nested', async () => {
    choose({ nestErrors: true });
    delete source.capacityId;
    expect((await bench.fabric('GET', listPath(source))).body).toMatchObject({
      errorCode: 'BadRequest',
      moreDetails: [{ errorCode: 'UnsupportedSku' }],
    });
  });
});

describe('a second DELETE', () => {
  test('may be needed, when the first one was lost', async () => {
    choose({ lostDelete: true });
    const path = `${listPath(source)}/${String((await create(bench, source)).body['id'])}`;
    expect((await bench.fabric('DELETE', path)).status).toBe(200);
    expect(await states(bench, source)).toEqual(['Provisioning', null]);
    choose({ lostDelete: false });
    expect((await bench.fabric('DELETE', path)).status).toBe(200);
    expect((await states(bench, source))[0]).toBe('Deleting');
  });

  test.each([
    ['notFound', [404, 'PrivateEndpointNotFound']],
    ['unknownError', [400, 'UnknownError']],
  ] as const)('is answered by choice: %s', async (secondDelete, expected) => {
    choose({ secondDelete });
    const path = `${listPath(source)}/${String((await create(bench, source)).body['id'])}`;
    expect((await bench.fabric('DELETE', path)).text).toBe('');
    expect(codeOf(await bench.fabric('DELETE', path))).toEqual(expected);
  });
});

describe('other people', () => {
  test('make and delete endpoints, also through the control port', async () => {
    createManagedEndpoint(bench.simulator.cloud, source.id, { name: 'theirs', targetId: targetId() });
    expect((await rows(bench, source)).map((row) => row['name'])).toEqual(['theirs']);
    const control = `/_sim/fabric/workspaces/${source.id}/managedPrivateEndpoints`;
    const made = await bench.control('POST', control, {
      name: 'more',
      targetId: targetId(),
      subresource: 'workspace',
      requestMessage: 'hello',
    });
    expect(made.body).toMatchObject({ name: 'more', provisioningState: 'Provisioning' });
    expect((await bench.control('DELETE', `${control}/theirs`)).status).toBe(204);
    bench.clock.advance(3 * MINUTE_MS);
    expect((await rows(bench, source)).map((row) => row['name'])).toEqual(['more']);
  });
});
