import { describe, expect, test } from '@jest/globals';
import { FABRIC_URL, linesOf, scripted } from './clouds-on-script.ts';
import { aCall, json, noAnswer, rejection, WORKSPACE } from './fakes.ts';

const fresh = () => aCall({ maxAgeMs: 0 });

describe('Fabric lists', () => {
  test('follow a token that is encoded already without encoding it again, and pass empty pages', async () => {
    const pages = [
      json({
        value: [{ id: 'a', displayName: 'one', description: '' }],
        continuationToken: 'LDEsMTAwMDAwLDA%3D',
        continuationUri: 'https://elsewhere.test/x',
      }),
      json({ value: [], continuationToken: 'a+b/c=' }),
      json({
        value: [{ id: 'b', displayName: 'two', description: '' }],
        continuationToken: null,
        continuationUri: null,
      }),
    ];
    const { clients, requests } = await scripted(() => pages.shift()!);
    expect((await clients.fabric.workspaces(fresh())).value.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(linesOf(requests)).toEqual([
      'GET /v1/workspaces',
      'GET /v1/workspaces?continuationToken=LDEsMTAwMDAwLDA%3D',
      'GET /v1/workspaces?continuationToken=a%2Bb%2Fc%3D',
    ]);
  });

  test('follow a link on the host that was asked, wherever the link points: tokens go nowhere else', async () => {
    const pages = [
      json({ value: [], continuationUri: 'https://evil.test/v1/workspaces?continuationToken=x' }),
      json({ value: [] }),
    ];
    const { clients, requests } = await scripted(() => pages.shift()!);
    await clients.fabric.workspaces(fresh());
    expect(requests[1]!.url).toBe(`${FABRIC_URL}/v1/workspaces?continuationToken=x`);
  });

  test('end, even when the service never does', async () => {
    const { clients } = await scripted(() => json({ value: [], continuationToken: 'again' }));
    // The budget ends it long before the bound on pages does.
    expect(await rejection(clients.fabric.workspaces(fresh()))).toMatchObject({ disposition: 'throttled' });
  });

  test('accept the second name that tenant settings come under', async () => {
    const { clients } = await scripted(() => json({ tenantSettings: [{ settingName: 'X', enabled: true }] }));
    expect((await clients.fabric.tenantSettings(fresh())).value).toEqual([{ settingName: 'X', enabled: true }]);
  });

  test('read what they do not know without stumbling', async () => {
    const { clients } = await scripted(() =>
      json({
        value: [
          { id: 'a', displayName: 'one', type: 'SomethingNew', capacityId: null, extra: { deep: 1 } },
          'noise',
          null,
        ],
      }),
    );
    expect((await clients.fabric.workspaces(fresh())).value).toEqual([
      { id: 'a', displayName: 'one', type: 'SomethingNew' },
    ]);
  });
});

describe('the communication policy', () => {
  const policy = (body: unknown, headers: Record<string, string> = {}) => scripted(() => json(body, 200, headers));

  test.each<[string, unknown, { inbound: string; outbound: string }]>([
    [
      'both halves',
      {
        inbound: { publicAccessRules: { defaultAction: 'Deny' } },
        outbound: { publicAccessRules: { defaultAction: 'Allow' } },
      },
      { inbound: 'Deny', outbound: 'Allow' },
    ],
    [
      'a missing half is Allow',
      { inbound: { publicAccessRules: { defaultAction: 'Deny' } } },
      { inbound: 'Deny', outbound: 'Allow' },
    ],
    [
      'a missing action is Allow',
      { inbound: { publicAccessRules: {} }, outbound: {} },
      { inbound: 'Allow', outbound: 'Allow' },
    ],
    [
      'null is Allow',
      { inbound: null, outbound: { publicAccessRules: null } },
      { inbound: 'Allow', outbound: 'Allow' },
    ],
    [
      'an unknown action stays as it is',
      { inbound: { publicAccessRules: { defaultAction: 'Audit' } } },
      { inbound: 'Audit', outbound: 'Allow' },
    ],
  ])('%s', async (_name, body, expected) => {
    const { clients } = await policy(body);
    expect((await clients.fabric.communicationPolicy(WORKSPACE, fresh())).value).toEqual(expected);
  });

  test('is not what an empty object says: that would read as open, and be written back so', async () => {
    const { clients } = await policy({});
    expect(await rejection(clients.fabric.communicationPolicy(WORKSPACE, fresh()))).toMatchObject({
      disposition: 'transient',
      reason: 'UnreadableAnswer',
    });
  });

  test.each(['abc', '"abc"', 'W/"abc"'])('stores the ETag %s bare and sends it quoted', async (etag) => {
    const { clients, requests } = await policy({ inbound: {}, outbound: {} }, { etag });
    const read = (await clients.fabric.communicationPolicy(WORKSPACE, fresh())).value;
    expect(read.etag).toBe('abc');
    await clients.fabric.putCommunicationPolicy(WORKSPACE, { inbound: 'Deny', outbound: 'Allow' }, read.etag, fresh());
    expect(requests[1]).toMatchObject({ method: 'PUT', headers: { 'if-match': '"abc"' } });
  });

  test('is sent whole, to the global host, and believed only when read again', async () => {
    const { clients, requests } = await policy({ inbound: {}, outbound: {} });
    await clients.fabric.communicationPolicy(WORKSPACE, aCall());
    await clients.fabric.putCommunicationPolicy(WORKSPACE, { inbound: 'Deny', outbound: 'Allow' }, undefined, fresh());
    await clients.fabric.communicationPolicy(WORKSPACE, aCall());
    expect(requests.map(({ url }) => new URL(url).host)).toEqual(Array(3).fill(new URL(FABRIC_URL).host));
    expect(requests[1]!.headers).not.toHaveProperty('if-match');
    expect(JSON.parse(requests[1]!.body!)).toEqual({
      inbound: { publicAccessRules: { defaultAction: 'Deny' } },
      outbound: { publicAccessRules: { defaultAction: 'Allow' } },
    });
  });

  test('of a tenant is read by workspace, wherever the entry keeps it', async () => {
    const deny = { inbound: { publicAccessRules: { defaultAction: 'Deny' } } };
    const { clients } = await policy({
      value: [{ workspaceId: 'AAA', ...deny }, { id: 'BBB', communicationPolicy: deny }, { noise: true }],
    });
    const policies = (await clients.fabric.communicationPolicies(fresh())).value;
    expect([...policies.entries()]).toEqual([
      ['aaa', { inbound: 'Deny', outbound: 'Allow' }],
      ['bbb', { inbound: 'Deny', outbound: 'Allow' }],
    ]);
  });
});

describe('probes', () => {
  const denied = () => json({ errorCode: 'RequestDeniedByInboundPolicy', message: 'denied' }, 403);

  test('take a refusal by the inbound policy for a fact', async () => {
    const { clients } = await scripted(denied);
    expect((await clients.fabric.probeGlobal(WORKSPACE, fresh())).value).toEqual({ kind: 'restricted' });
  });

  test('take the code from the header when the body is empty', async () => {
    const { clients } = await scripted(() => ({
      status: 403,
      headers: { 'x-ms-public-api-error-code': 'RequestDeniedByInboundPolicy' },
    }));
    expect((await clients.fabric.probeGlobal(WORKSPACE, fresh())).value).toEqual({ kind: 'restricted' });
  });

  test('report the peer of the socket', async () => {
    const { clients } = await scripted(() => ({ ...json({ id: WORKSPACE }), remoteAddress: '10.1.2.3' }));
    expect((await clients.fabric.probeGlobal(WORKSPACE, fresh())).value).toEqual({
      kind: 'answered',
      remoteAddress: '10.1.2.3',
      resolvedAddresses: [],
    });
  });

  test('tell no answer from an answer about something else', async () => {
    const silent = await scripted(() => noAnswer('ECONNREFUSED'));
    expect((await silent.clients.fabric.probeGlobal(WORKSPACE, fresh())).value).toEqual({
      kind: 'unreachable',
      reason: 'ECONNREFUSED',
    });
    const other = await scripted(() => json({ errorCode: 'InsufficientWorkspaceRole', message: 'no' }, 403));
    expect(await rejection(other.clients.fabric.probeGlobal(WORKSPACE, fresh()))).toMatchObject({
      reason: 'InsufficientWorkspaceRole',
    });
    const broken = await scripted(() => ({ status: 502, body: '<html>' }));
    expect(await rejection(broken.clients.fabric.probeGlobal(WORKSPACE, fresh()))).toMatchObject({
      disposition: 'transient',
    });
  });
});
