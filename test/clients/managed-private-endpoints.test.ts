import { describe, expect, test } from '@jest/globals';
import { workspaceApiHost } from '../../operator/clients/host-names.ts';
import { linesOf, scripted } from './clouds-on-script.ts';
import { type Answer, aCall, json, noAnswer, rejection, WORKSPACE } from './fakes.ts';
import {
  APPROVED_ENDPOINT,
  BLOCKED,
  FRESH_ENDPOINT,
  NO_CAPACITY,
  PENDING_ENDPOINT,
  TARGET_ID,
} from './fixtures/fabric-shapes.ts';

const fresh = () => aCall({ maxAgeMs: 0 });
const body = { name: 'to-sales', targetId: TARGET_ID, subresource: 'workspace', requestMessage: 'please' };
const created = () => json(FRESH_ENDPOINT, 201);
const refusal = (errorCode: string, status = 400) => json({ errorCode, message: 'no' }, status);

const listed = async (...value: unknown[]) => {
  const { clients } = await scripted(() => json({ value }));
  return (await clients.fabric.managedPrivateEndpoints(WORKSPACE, fresh())).value;
};

describe('the list of managed private endpoints', () => {
  const common = { id: FRESH_ENDPOINT.id, name: 'to-sales', targetId: TARGET_ID, subresource: 'workspace' };

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['null members are no connection yet', FRESH_ENDPOINT, { ...common, provisioningState: 'Provisioning' }],
    [
      'no connectionState is no connection yet',
      { ...FRESH_ENDPOINT, connectionState: undefined },
      { ...common, provisioningState: 'Provisioning' },
    ],
    [
      'a description may be missing',
      PENDING_ENDPOINT,
      {
        ...common,
        provisioningState: 'Succeeded',
        connection: { status: 'Pending', actionsRequired: 'None' },
      },
    ],
    [
      'the approver is quoted',
      APPROVED_ENDPOINT,
      {
        ...common,
        provisioningState: 'Succeeded',
        connection: {
          status: 'Approved',
          description: 'approved by the network team',
          actionsRequired: 'None',
        },
      },
    ],
    [
      'unknown words stay',
      {
        ...FRESH_ENDPOINT,
        provisioningState: 'PendingApproval',
        connectionState: { status: 'Frozen' },
        createdBy: { id: 'x' },
      },
      { ...common, provisioningState: 'PendingApproval', connection: { status: 'Frozen' } },
    ],
    [
      'an endpoint without sub-resource has none',
      { ...FRESH_ENDPOINT, targetSubresourceType: '', provisioningState: null, connectionState: 'noise' },
      { id: FRESH_ENDPOINT.id, name: 'to-sales', targetId: TARGET_ID, provisioningState: 'Unknown' },
    ],
  ])('%s', async (_name, raw, expected) => {
    expect(await listed(raw, null, 'noise')).toEqual([expected]);
  });

  test('is one call for everybody who asks about the workspace, and follows its pages', async () => {
    const pages = [
      json({ value: [FRESH_ENDPOINT], continuationToken: 'more' }),
      json({ value: [{ ...PENDING_ENDPOINT, name: 'other' }] }),
    ];
    const { clients, requests } = await scripted(() => pages.shift()!);
    const [one, two] = await Promise.all([
      clients.fabric.managedPrivateEndpoints(WORKSPACE, aCall()),
      clients.fabric.managedPrivateEndpoints(WORKSPACE.toUpperCase(), aCall({ key: 'team-a/two' })),
    ]);
    expect(one.value.map(({ name }) => name)).toEqual(['to-sales', 'other']);
    expect(two).toEqual(one);
    expect(linesOf(requests)).toEqual([
      `GET /v1/workspaces/${WORKSPACE}/managedPrivateEndpoints`,
      `GET /v1/workspaces/${WORKSPACE}/managedPrivateEndpoints?continuationToken=more`,
    ]);
  });

  test.each<[string, Answer, Record<string, unknown>]>([
    [
      'a restricted workspace',
      refusal('RequestDeniedByInboundPolicy', 403),
      { code: 'RequestDeniedByInboundPolicy', disposition: 'blocked', reason: 'NoPrivatePath' },
    ],
    [
      'a workspace without capacity, in the nested form',
      json(NO_CAPACITY, 400),
      { code: 'UnsupportedSku', disposition: 'blocked', reason: 'UnsupportedSku' },
    ],
    [
      'throttling',
      json(BLOCKED, 429, { 'retry-after': '23' }),
      { code: 'RequestBlocked', disposition: 'throttled', retryAfterMs: 23_000 },
    ],
  ])('%s is an error that a caller can read as a fact', async (_name, answer, expected) => {
    const { clients } = await scripted(() => answer);
    expect(await rejection(clients.fabric.managedPrivateEndpoints(WORKSPACE, fresh()))).toMatchObject(expected);
  });
});

describe('creating a managed private endpoint', () => {
  test('sends what was asked for and nothing else, and shows what came of it in the list that it has', async () => {
    const { clients, requests } = await scripted(({ method }) => (method === 'POST' ? created() : json({ value: [] })));
    await clients.fabric.managedPrivateEndpoints(WORKSPACE, aCall());
    await clients.fabric.createManagedPrivateEndpoint(WORKSPACE, body, fresh());
    const { value } = await clients.fabric.managedPrivateEndpoints(WORKSPACE, aCall());
    expect(value).toMatchObject([{ id: FRESH_ENDPOINT.id, name: 'to-sales', provisioningState: 'Provisioning' }]);
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(JSON.parse(requests[1]!.body!)).toEqual({
      name: 'to-sales',
      targetPrivateLinkResourceId: TARGET_ID,
      targetSubresourceType: 'workspace',
      requestMessage: 'please',
    });
  });

  test.each<[string, () => Answer]>([
    ['an answer that shows nothing', () => json({}, 201)],
    ['an answer that shows another one', () => json({ ...FRESH_ENDPOINT, name: 'other' }, 201)],
    ['an answer that nobody can read', () => ({ ...created(), body: '<html>' })],
  ])('after %s the list is read anew', async (_name, answer) => {
    const { clients, requests } = await scripted(({ method }) => (method === 'POST' ? answer() : json({ value: [] })));
    await clients.fabric.managedPrivateEndpoints(WORKSPACE, aCall());
    await clients.fabric.createManagedPrivateEndpoint(WORKSPACE, body, fresh());
    await clients.fabric.managedPrivateEndpoints(WORKSPACE, aCall());
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
  });

  test('names no sub-resource and no FQDNs where none were given', async () => {
    const { clients, requests } = await scripted(created);
    await clients.fabric.createManagedPrivateEndpoint(
      WORKSPACE,
      { name: 'a', targetId: TARGET_ID, fqdns: [] },
      fresh(),
    );
    expect(JSON.parse(requests[0]!.body!)).toEqual({ name: 'a', targetPrivateLinkResourceId: TARGET_ID });
  });

  test('passes FQDNs on', async () => {
    const { clients, requests } = await scripted(created);
    const fqdns = ['one.corp.test', 'two.corp.test'];
    await clients.fabric.createManagedPrivateEndpoint(WORKSPACE, { name: 'a', targetId: TARGET_ID, fqdns }, fresh());
    expect(JSON.parse(requests[0]!.body!)).toHaveProperty('targetFQDNs', fqdns);
  });

  test('is one at a time in a workspace, and a little apart', async () => {
    let answer: (answer: Answer) => void = () => {};
    const { clients, clock, requests } = await scripted(
      () =>
        new Promise<Answer>((resolve) => {
          answer = resolve;
        }),
    );
    const create = (name: string, workspaceId = WORKSPACE) =>
      clients.fabric.createManagedPrivateEndpoint(workspaceId, { ...body, name }, fresh());
    const first = create('one');
    expect(await rejection(create('two'))).toMatchObject({ disposition: 'throttled', reason: 'WaitingForTurn' });
    while (requests.length === 0) await Promise.resolve();
    answer(created());
    await first;
    expect(await rejection(create('two'))).toMatchObject({ reason: 'WaitingForTurn' });
    expect(requests).toHaveLength(1);
    await clock.advance(5_000);
    const second = create('two');
    while (requests.length === 1) await Promise.resolve();
    answer(created());
    await second;
  });

  test('lets the next one in after a refusal, and keeps it out while nobody knows', async () => {
    const answers: Answer[] = [refusal('InvalidRequestMessage'), noAnswer(), created()];
    const { clients, clock } = await scripted(() => answers.shift()!);
    const create = (name: string) => clients.fabric.createManagedPrivateEndpoint(WORKSPACE, { ...body, name }, fresh());
    expect(await rejection(create('one'))).toMatchObject({ disposition: 'terminal' });
    expect(await rejection(create('two'))).toMatchObject({ disposition: 'transient', reason: 'NoAnswer' });
    expect(await rejection(create('three'))).toMatchObject({ reason: 'WaitingForTurn' });
    await clock.advance(60_000);
    await create('three');
  });

  test('takes UnknownError for bad luck a few times, and then says that it is not', async () => {
    let answer: Answer = refusal('UnknownError');
    const { clients } = await scripted(() => answer);
    const create = () => clients.fabric.createManagedPrivateEndpoint(WORKSPACE, body, fresh());
    for (let times = 0; times < 4; times += 1) {
      expect(await rejection(create())).toMatchObject({ disposition: 'transient', reason: 'UnknownError' });
    }
    expect(await rejection(create())).toMatchObject({
      disposition: 'blocked',
      reason: 'CreationRefused',
      code: 'UnknownError',
      remedy: expect.stringContaining('sub-resource'),
    });
    answer = created();
    await create();
    answer = refusal('UnknownError');
    expect(await rejection(create())).toMatchObject({ disposition: 'transient' });
  });

  test('is counted as a write', async () => {
    const { clients, records } = await scripted(created);
    await clients.fabric.createManagedPrivateEndpoint(WORKSPACE, body, fresh());
    expect(records).toMatchObject([{ operation: 'managedPrivateEndpoints.create', write: true, status: 201 }]);
  });

  test('goes by the workspace’s own host only if that is a private address', async () => {
    const { clients, requests } = await scripted(() => refusal('RequestDeniedByInboundPolicy', 403));
    expect(await rejection(clients.fabric.createManagedPrivateEndpoint(WORKSPACE, body, fresh()))).toMatchObject({
      code: 'RequestDeniedByInboundPolicy',
    });
    expect(requests.map(({ url }) => new URL(url).hostname)).not.toContain(workspaceApiHost(WORKSPACE));
  });

  test('is not tried again for ten minutes where the door is closed and there is no other way', async () => {
    const { clients, clock, requests } = await scripted(() => refusal('RequestDeniedByInboundPolicy', 403));
    const create = () => rejection(clients.fabric.createManagedPrivateEndpoint(WORKSPACE, body, fresh()));
    await create();
    expect(await create()).toMatchObject({ code: 'RequestDeniedByInboundPolicy' });
    expect(requests).toHaveLength(1);
    await clock.advance(600_001);
    await create();
    expect(requests).toHaveLength(2);
  });
});

describe('deleting a managed private endpoint', () => {
  const remove = async (answer: Answer) => {
    const { clients, requests } = await scripted(() => answer);
    const outcome = clients.fabric.deleteManagedPrivateEndpoint(WORKSPACE, FRESH_ENDPOINT.id, fresh());
    return { outcome, requests };
  };

  test('names it by its id', async () => {
    const { outcome, requests } = await remove({ status: 200, body: '' });
    await outcome;
    expect(linesOf(requests)).toEqual([
      `DELETE /v1/workspaces/${WORKSPACE}/managedPrivateEndpoints/${FRESH_ENDPOINT.id}`,
    ]);
  });

  test.each(['PrivateEndpointNotFound', 'EntityNotFound'])('is done when it is not there: %s', async (code) => {
    const { outcome } = await remove(refusal(code, 404));
    await expect(outcome).resolves.toBeUndefined();
  });

  test.each([
    ['a workspace that is not found may be one that we may not see', refusal('WorkspaceNotFound', 404)],
    ['a page of a proxy vouches for nothing', { status: 404, body: '<html>' }],
  ])('is not done when %s', async (_name, answer) => {
    expect(await rejection((await remove(answer)).outcome)).toMatchObject({ status: 404 });
  });
});
