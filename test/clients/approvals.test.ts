import { describe, expect, test } from '@jest/globals';
import type { ApprovalTarget } from '../../operator/clients/arm/types.ts';
import type { HttpRequest } from '../../operator/clients/http.ts';
import { ARM_URL, linesOf, scripted } from './clouds-on-script.ts';
import { aCall, json, rejection, SUBSCRIPTION } from './fakes.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-b`;
const SERVER_ID = `${GROUP}/providers/Microsoft.Sql/servers/erp`;
const SERVER: ApprovalTarget = { id: SERVER_ID, apiVersion: '2021-11-01' };
const CONNECTION_ID = `${SERVER_ID}/privateEndpointConnections/c1`;
const APPROVED = { status: 'Approved', description: 'ours' } as const;
const fresh = () => aCall({ maxAgeMs: 0 });

/** As SQL shows one: `Ready` where others say Succeeded, and group ids of its own. */
const shown = (status: string, more: Record<string, unknown> = {}) => ({
  id: CONNECTION_ID,
  name: 'c1',
  type: 'Microsoft.Sql/servers/privateEndpointConnections',
  properties: {
    privateEndpoint: { id: '/pe' },
    groupIds: ['sqlServer'],
    privateLinkServiceConnectionState: { status, description: 'please', actionsRequired: 'None' },
    provisioningState: 'Ready',
    ...more,
  },
});
const answering =
  (answer: ReturnType<typeof json>, current: unknown = shown('Pending')) =>
  ({ method }: HttpRequest) =>
    method === 'GET' ? json(current) : answer;

describe('decisions on connections of any resource', () => {
  test('come in pages', async () => {
    const { clients, requests } = await scripted(({ url }) =>
      url.includes('page=2')
        ? json({ value: [shown('Approved')] })
        : json({ value: [], nextLink: `${ARM_URL}${SERVER_ID}/privateEndpointConnections?api-version=x&page=2` }),
    );
    expect((await clients.arm.approvals.connections(SERVER, fresh())).value).toEqual([
      {
        id: CONNECTION_ID,
        name: 'c1',
        privateEndpointId: '/pe',
        status: 'Approved',
        description: 'please',
        provisioningState: 'Ready',
      },
    ]);
    expect(linesOf(requests)[0]).toBe(`GET ${SERVER_ID}/privateEndpointConnections?api-version=2021-11-01`);
  });

  test.each([undefined, null, []])(
    'are none where the resource itself shows %s',
    async (privateEndpointConnections) => {
      const { clients } = await scripted(() => json({ id: SERVER_ID, properties: { privateEndpointConnections } }));
      const target: ApprovalTarget = { ...SERVER, connectionsIn: 'resource' };
      expect((await clients.arm.approvals.connections(target, fresh())).value).toEqual([]);
    },
  );

  test('send back what the type itself put there', async () => {
    const { clients, requests } = await scripted(answering(json({}, 202, { 'retry-after': '15' })));
    await clients.arm.approvals.decide(SERVER, 'c1', APPROVED, fresh());
    expect(linesOf(requests)).toEqual([
      `GET ${CONNECTION_ID}?api-version=2021-11-01`,
      `PUT ${CONNECTION_ID}?api-version=2021-11-01`,
    ]);
    expect(JSON.parse(requests[1]!.body!)).toEqual({
      properties: {
        privateEndpoint: { id: '/pe' },
        groupIds: ['sqlServer'],
        privateLinkServiceConnectionState: { ...APPROVED, actionsRequired: 'None' },
      },
    });
  });

  test.each(['Rejected', 'Disconnected', 'Approved', 'Novel'])('leave alone what is %s by now', async (status) => {
    const { clients, requests } = await scripted(answering(json({}), shown(status)));
    const error = await rejection(clients.arm.approvals.decide(SERVER, 'c1', APPROVED, fresh()));
    expect(error).toMatchObject({ disposition: 'transient', reason: 'ConnectionChanged' });
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test.each(['Updating', 'Approving', 'Rejecting'])('wait for one that is %s', async (provisioningState) => {
    const { clients } = await scripted(answering(json({}), shown('Pending', { provisioningState })));
    const error = await rejection(clients.arm.approvals.decide(SERVER, 'c1', APPROVED, fresh()));
    expect(error).toMatchObject({ disposition: 'throttled', reason: 'OperationInProgress', retryAfterMs: 15_000 });
  });

  test('look again when somebody was faster', async () => {
    const body = { error: { code: 'PrivateEndpointConnectionStatusNotPending', message: 'no' } };
    const { clients } = await scripted(answering(json(body, 400)));
    const error = await rejection(clients.arm.approvals.decide(SERVER, 'c1', APPROVED, fresh()));
    expect(error).toMatchObject({ disposition: 'transient', reason: 'ConnectionNotPending' });
  });

  test('take no path from a name', async () => {
    const { clients, requests } = await scripted(answering(json({})));
    await clients.arm.approvals.decide(SERVER, '../../x?y', APPROVED, fresh());
    expect(linesOf(requests)[1]).toContain('/privateEndpointConnections/..%2F..%2Fx%3Fy?api-version');
    const upwards = clients.arm.approvals.decide(SERVER, '..', APPROVED, fresh());
    expect(await rejection(upwards)).toMatchObject({ disposition: 'terminal', reason: 'InvalidResourceId' });
    const broken = clients.arm.approvals.connections({ ...SERVER, id: '/subscriptions/x' }, fresh());
    expect(await rejection(broken)).toMatchObject({ disposition: 'terminal', reason: 'InvalidResourceId' });
  });

  test('write nothing for an object that is only observed', async () => {
    const { clients, requests } = await scripted(answering(json({})));
    const observed = { ...fresh(), readOnly: true };
    const refused = { reason: 'WriteWhileObserving' };
    expect(await rejection(clients.arm.approvals.decide(SERVER, 'c1', APPROVED, observed))).toMatchObject(refused);
    expect(await rejection(clients.arm.approvals.remove(SERVER, 'c1', observed))).toMatchObject(refused);
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
  });
});
