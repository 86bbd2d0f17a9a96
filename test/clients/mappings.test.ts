import { describe, expect, test } from '@jest/globals';
import type { MappingBody } from '../../operator/clients/fabric/types.ts';
import { OperatorError } from '../../operator/errors.ts';
import { FABRIC_URL, linesOf, scripted } from './clouds-on-script.ts';
import { type Answer, aCall, json, noAnswer, rejection } from './fakes.ts';
import { GUEST, MAPPING_ID, MARKS, PRINCIPAL_ID, ROWS } from './fixtures/mapping-shapes.ts';

const PATH = '/v1/admin/crosstenantauth/mappings';
const fresh = () => aCall({ maxAgeMs: 0 });
const ROW = { mappingId: MAPPING_ID, id: GUEST.objectId, tenantId: GUEST.tenantId, type: 'User' };
const USER: MappingBody = { ...GUEST, type: 'User', userPrincipalName: 'ana@fabrikam.example' };
const refusal = (errorCode: string, status: number) => json({ errorCode, message: 'no' }, status);

/** Mappings of the guest when the list answers so. */
async function listed(answer: Answer) {
  const { clients } = await scripted(() => answer);
  return (await clients.fabric.mappings(fresh())).value;
}

describe('the list of mappings', () => {
  test.each(Object.entries(ROWS))('reads a row with %s', async (_name, { row, id, principal }) => {
    const [mapping, ...others] = (await listed(json({ value: [row] }))).of(GUEST);
    expect(others).toEqual([]);
    expect(mapping).toMatchObject({ id, seen: 'listed' });
    expect(mapping!.principal).toEqual(principal);
  });

  test.each(MARKS)('takes %j for deleted: %s', async (mark, deleted) => {
    const [mapping] = (await listed(json({ value: [{ ...ROW, ...mark }] }))).of(GUEST);
    expect(mapping!.deleted).toBe(deleted);
  });

  test('reads everything else that a row may tell', async () => {
    const row = { ...ROW, denyUserAccess: true, status: 'Simmering', createdDateTime: '2026-01-05T08:00:00Z' };
    const createdAtMs = Date.parse('2026-01-05T08:00:00Z');
    expect((await listed(json({ value: [row] }))).of(GUEST)).toEqual([
      { id: MAPPING_ID, type: 'User', denyUserAccess: true, state: 'Simmering', createdAtMs, seen: 'listed' },
    ]);
  });

  test.each(['0001-01-01T00:00:00', '2026-01-05', '2026-01-05T00:00:00', ''])(
    'takes %j for no time of its making',
    async (createdDate) => {
      const [mapping] = (await listed(json({ value: [{ ...ROW, createdDate }] }))).of(GUEST);
      expect(mapping).toEqual({ id: MAPPING_ID, type: 'User', seen: 'listed' });
    },
  );

  test.each([
    ['an array', json([ROW])],
    ['value', json({ value: [ROW] })],
    ['mappings', json({ mappings: [ROW] })],
    ['a page without a successor', json({ value: [ROW], continuationToken: null, continuationUri: null })],
  ])('may come as %s', async (_name, answer) => {
    expect((await listed(answer)).of(GUEST)).toHaveLength(1);
  });

  test.each([
    ['an empty array', json([])],
    ['an empty value', json({ value: [] })],
    ['null', json({ value: null })],
    ['204', { status: 204 }],
  ])('may be empty: %s', async (_name, answer) => {
    expect((await listed(answer)).rows).toEqual([]);
  });

  test.each([
    ['a page of a proxy', { body: '<html>' }],
    ['nothing', { body: '' }],
    ['an object without a list', json({})],
    ['something that is no list', json({ value: 7 })],
  ])('is not taken for empty when it is %s', async (_name, answer) => {
    await expect(listed(answer)).rejects.toMatchObject({ disposition: 'transient', reason: 'UnreadableAnswer' });
  });

  test('keeps rows that tell nothing of use, without the people in them', async () => {
    const odd = { mappingKey: 'x-1', userPrincipalName: 'ana@fabrikam.example', name: 'Ana Silva', enabled: true };
    const { rows } = await listed(json({ value: [odd, null, ROW] }));
    expect(rows).toEqual([
      { otherIds: [], raw: { mappingKey: '…', userPrincipalName: '…', name: '…', enabled: true } },
      { mappingId: MAPPING_ID, guestTenantId: GUEST.tenantId, otherIds: [GUEST.objectId] },
    ]);
  });

  test('never confuses guests, and shows all rows of one', async () => {
    const others = [
      { ...ROW, tenantId: MAPPING_ID },
      { ...ROW, id: PRINCIPAL_ID },
    ];
    const twice = { ...ROW, mappingId: 'second', isDeleted: true };
    const mappings = await listed(json({ value: [...others, ROW, twice] }));
    expect(mappings.of(GUEST).map(({ id }) => id)).toEqual([MAPPING_ID, 'second']);
    expect(mappings.of({ tenantId: GUEST.tenantId, objectId: MAPPING_ID })).toEqual([]);
  });

  test.each([
    [403, 'InsufficientPrivileges', 'PermissionUnproven'],
    [403, 'FeatureNotAvailable', 'ProviderNotEnrolled'],
    [403, 'TenantSwitchDisabled', 'TenantSettingOff'],
    [404, 'EntityNotFound', 'ProviderNotEnrolled'],
  ])('says why it may not be read: %s %s', async (status, code, reason) => {
    const { clients } = await scripted(() => refusal(code, status));
    const error = await rejection(clients.fabric.mappings(fresh()));
    expect(error).toMatchObject({ disposition: 'blocked', reason, remedy: expect.any(String) });
  });

  test('is one for all, for twenty minutes', async () => {
    const { clients, clock, requests } = await scripted(() => json({ value: [ROW] }));
    await Promise.all([1, 2, 3].map((n) => clients.fabric.mappings(aCall({ key: `team-a/${n}` }))));
    await clock.advance(1_199_000);
    await clients.fabric.mappings(aCall());
    expect(linesOf(requests)).toEqual([`GET ${PATH}`]);
    await clock.advance(2_000);
    await clients.fabric.mappings(aCall());
    expect(requests).toHaveLength(2);
  });
});

describe('a long list of mappings', () => {
  const pageAt = (url: string) => Number(new URL(url).searchParams.get('continuationToken') ?? 0);
  const paged =
    (pages: number) =>
    ({ url }: { url: string }): Answer => {
      const page = pageAt(url);
      const value = page === pages - 1 ? [ROW] : [{ ...ROW, id: `other-${page}` }];
      return json(page < pages - 1 ? { value, continuationToken: String(page + 1) } : { value });
    };

  test('is read to its end although its pages are more than a minute allows', async () => {
    const { clients, clock, requests } = await scripted(paged(120));
    const read = () => clients.fabric.mappings(aCall());
    const error = await rejection(read());
    expect(error).toMatchObject({ disposition: 'throttled', reason: 'WaitingForQuota' });
    const beganAtMs = clock.now();
    await clock.advance(error.retryAfterMs!);
    await rejection(read());
    await clock.advance(60_500);
    const { value, readAtMs } = await read();
    expect(value.of(GUEST)).toHaveLength(1);
    expect(requests.map(({ url }) => pageAt(url))).toEqual(Array.from({ length: 120 }, (_, page) => page));
    expect(readAtMs).toBe(beganAtMs);
    // Listing takes a twentieth of the budget, however long the list has grown.
    await clock.advance(1_300_000);
    await read();
    expect(requests).toHaveLength(120);
  });

  test('begins anew when a page is refused', async () => {
    let refuse = true;
    const { clients, requests } = await scripted((request) => {
      if (pageAt(request.url) !== 1 || !refuse) return paged(2)(request);
      refuse = false;
      return refusal('InvalidContinuationToken', 400);
    });
    await rejection(clients.fabric.mappings(fresh()));
    expect(requests).toHaveLength(2);
  });

  test('is served as it was while the budget is spent, but not to whoever asks for a fresh one', async () => {
    const { clients, clock } = await scripted(({ method }) => (method === 'GET' ? json({ value: [ROW] }) : json({})));
    const { readAtMs } = await clients.fabric.mappings(aCall());
    await clock.advance(1_201_000);
    for (let n = 0; n < 50; n += 1) await clients.fabric.createMapping({ ...USER, objectId: `guest-${n}` }, aCall());
    const waits = { reason: 'WaitingForQuota' };
    expect(await rejection(clients.fabric.mappings(aCall({ key: 'team-a/reads-on' })))).toMatchObject(waits);
    expect((await clients.fabric.mappings(aCall())).readAtMs).toBe(readAtMs);
    expect(await rejection(clients.fabric.mappings(aCall({ maxAgeMs: 60_000 })))).toMatchObject(waits);
  });

  test('is read on by one of those who look at it now and then, and nobody else waits for that', async () => {
    const { clients, clock, requests } = await scripted(paged(120));
    const read = (name: string, urgency: 'routine' | 'person' = 'routine') =>
      clients.fabric.mappings(aCall({ key: `team-a/${name}`, urgency }));
    const toTheEnd = async () => {
      for (;;) {
        const { retryAfterMs } = await rejection(read('one'));
        await clock.advance(retryAfterMs!);
        if (requests.length % 120 === 100) return read('one');
      }
    };
    const { readAtMs: firstAtMs } = await toTheEnd();
    await clock.advance(3_000_000);
    // Somebody's new object need not wait for the list of those who have been there long.
    expect((await read('new', 'person')).readAtMs).toBe(firstAtMs);
    expect(await rejection(read('one'))).toMatchObject({ reason: 'WaitingForQuota' });
    expect((await read('other')).readAtMs).toBe(firstAtMs);
    const { readAtMs } = await toTheEnd();
    expect(readAtMs).toBeGreaterThan(firstAtMs);
    expect((await read('other')).readAtMs).toBe(readAtMs);
    expect(requests).toHaveLength(240);
  });

  test('is read on by another one when whoever did so does not come back', async () => {
    const { clients, clock } = await scripted(paged(120));
    const read = (name: string) => clients.fabric.mappings(aCall({ key: `team-a/${name}`, urgency: 'routine' }));
    for (let wait: number | undefined = 0; wait !== undefined; ) {
      await clock.advance(wait);
      wait = await read('one').then(
        () => undefined,
        ({ retryAfterMs }: OperatorError) => retryAfterMs,
      );
    }
    await clock.advance(3_000_000);
    const { retryAfterMs } = await rejection(read('one'));
    await clock.advance(retryAfterMs! + 120_000);
    expect(await rejection(read('other'))).toMatchObject({ reason: 'WaitingForQuota' });
  });

  test('is read by two who ask for it anew, each for itself', async () => {
    let second: ReturnType<typeof anew> | undefined;
    const { clients, clock } = await scripted(async (request) => {
      if (pageAt(request.url) === 1 && !second) {
        await clock.advance(1);
        second = anew('second');
        await clock.advance(1);
      }
      return paged(3)(request);
    });
    const anew = (name: string) => clients.fabric.mappings(aCall({ key: `team-a/${name}`, maxAgeMs: 0 }));
    const both = [await anew('first'), await second!];
    expect(both.map(({ value }) => value.rows.length)).toEqual([3, 3]);
    expect(both[1]!.readAtMs).toBeGreaterThan(both[0]!.readAtMs);
  });
});

describe('the list of mappings while others write', () => {
  test('goes before the writes that wait for their turn', async () => {
    const { clients } = await scripted(({ method }) => (method === 'GET' ? json([]) : json({})));
    const create = (n: number) =>
      clients.fabric.createMapping({ ...USER, objectId: `guest-${n}` }, aCall({ key: `team-a/${n}` }));
    for (let n = 0; n < 50; n += 1) await create(n);
    for (let n = 50; n < 200; n += 1) await rejection(create(n));
    const { retryAfterMs } = await rejection(clients.fabric.mappings(fresh()));
    expect(retryAfterMs).toBeLessThanOrEqual(60_500);
  });
});

describe('what is to be on record before a mapping is asked for', () => {
  const written: string[] = [];
  const create = async (n: number, { clients }: Awaited<ReturnType<typeof scripted>>, failure?: OperatorError) =>
    clients.fabric.createMapping({ ...USER, objectId: `guest-${n}` }, aCall({ key: `team-a/${n}` }), async () => {
      written.push(`guest-${n}`);
      if (failure) throw failure;
    });

  test('is written when its turn has come, and not while it waits for one', async () => {
    const bench = await scripted(() => json({}));
    for (let n = 0; n < 50; n += 1) await create(n, bench);
    expect(await rejection(create(50, bench))).toMatchObject({ reason: 'WaitingForQuota' });
    expect(written).toHaveLength(50);
    await bench.clock.advance(60_500);
    await create(50, bench);
    expect(written.at(-1)).toBe('guest-50');
  });

  test('and cannot be: nothing is asked for, and its error is not taken for Fabric’s', async () => {
    const bench = await scripted(() => json({}));
    const failure = new OperatorError({ disposition: 'conflict', reason: 'Conflict', message: 'changed', status: 409 });
    const error = await rejection(create(0, bench, failure));
    expect(error).toMatchObject({ disposition: 'conflict', reason: 'Conflict', status: undefined });
    expect(bench.requests).toEqual([]);
  });

  test('and cannot be, however often: no turn is spent', async () => {
    const bench = await scripted(() => json({}));
    const failure = new OperatorError({ disposition: 'conflict', reason: 'Conflict', message: 'changed', status: 409 });
    for (let n = 0; n < 100; n += 1) await rejection(create(n, bench, failure));
    await create(100, bench);
    expect(bench.requests).toHaveLength(1);
  });
});

describe('a mapping', () => {
  test.each<[string, MappingBody, object]>([
    ['user', USER, { type: 'User', userDetails: { userPrincipalName: 'ana@fabrikam.example' } }],
    ['application', { ...GUEST, type: 'ServicePrincipal' }, { type: 'User' }],
    [
      'group with mail',
      { ...GUEST, type: 'Group', email: 'a@fabrikam.example', denyUserAccess: true },
      { type: 'Group', groupDetails: { groupType: 'Unknown', email: 'a@fabrikam.example' }, denyUserAccess: true },
    ],
    ['group without mail', { ...GUEST, type: 'Group' }, { type: 'Group' }],
  ])('of a %s is asked for in the documented words', async (_name, body, expected) => {
    const { clients, requests } = await scripted(() => json({}));
    await clients.fabric.createMapping(body, aCall());
    expect(linesOf(requests)).toEqual([`POST ${PATH}`]);
    expect(JSON.parse(requests[0]!.body!)).toEqual({ id: GUEST.objectId, tenantId: GUEST.tenantId, ...expected });
  });

  test.each<[string, Answer, object | undefined]>([
    ['an empty body', { body: '' }, undefined],
    ['an empty object', json({}), undefined],
    ['the request', json({ id: GUEST.objectId, tenantId: GUEST.tenantId, type: 'User' }), undefined],
    [
      'the row',
      json({ ...ROW, servicePrincipalId: PRINCIPAL_ID }),
      { id: MAPPING_ID, principal: { id: PRINCIPAL_ID } },
    ],
    ['the row, wrapped', json({ mapping: ROW }), { id: MAPPING_ID }],
    ['nothing but an id', json(MAPPING_ID), { id: MAPPING_ID }],
  ])('may be answered with %s', async (_name, answer, expected) => {
    const { clients } = await scripted(({ method }) => (method === 'POST' ? answer : json([])));
    await clients.fabric.mappings(aCall());
    const created = await clients.fabric.createMapping(USER, aCall());
    expect(created === undefined).toBe(expected === undefined);
    expect({ ...created }).toMatchObject({ ...expected });
    // Known at once, and without another list.
    expect((await clients.fabric.mappings(aCall())).value.of(GUEST)).toMatchObject([{ seen: 'answered', ...expected }]);
  });

  test('takes the place of its own tombstone, until a later list says otherwise', async () => {
    const rows = [{ ...ROW, isDeleted: true }];
    const { clients, clock } = await scripted(({ method }) => json(method === 'POST' ? ROW : { value: rows }));
    const seen = async (call = aCall()) =>
      (await clients.fabric.mappings(call)).value.of(GUEST).map(({ seen, deleted }) => [seen, deleted]);
    expect(await seen()).toEqual([['listed', true]]);
    await clock.advance(1_000);
    await clients.fabric.createMapping(USER, aCall());
    expect(await seen()).toEqual([['answered', undefined]]);
    await clock.advance(1_000);
    expect(await seen(fresh())).toEqual([['listed', true]]);
  });

  test('that was deleted is not remembered as answered', async () => {
    const { clients, requests } = await scripted(({ method }) => json(method === 'GET' ? [] : ROW));
    await clients.fabric.mappings(aCall());
    await clients.fabric.createMapping(USER, aCall());
    await clients.fabric.deleteMapping(MAPPING_ID.toUpperCase(), aCall());
    expect((await clients.fabric.mappings(aCall())).value.of(GUEST)).toEqual([]);
    expect(linesOf(requests)).toEqual([`GET ${PATH}`, `POST ${PATH}`, `DELETE ${PATH}/${MAPPING_ID.toUpperCase()}`]);
  });

  test('may be begun by an operation, which is followed and not asked for twice', async () => {
    const answers: Answer[] = [
      { status: 202, headers: { location: 'https://elsewhere.test/v1/operations/one', 'retry-after': '5' } },
      json({ status: 'Running' }, 200, { 'retry-after': '7' }),
      json({ status: 'Succeeded' }),
    ];
    const { clients, clock, requests } = await scripted(() => answers.shift()!);
    const create = () => clients.fabric.createMapping(USER, aCall());
    expect(await rejection(create())).toMatchObject({ reason: 'OperationInProgress', retryAfterMs: 5_000 });
    expect(await rejection(create())).toMatchObject({ reason: 'OperationInProgress' });
    await clock.advance(5_000);
    expect(await rejection(create())).toMatchObject({ reason: 'OperationInProgress', retryAfterMs: 7_000 });
    await clock.advance(7_000);
    expect(await create()).toBeUndefined();
    const poll = `GET ${FABRIC_URL}/v1/operations/one`;
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${FABRIC_URL}${PATH}`, poll, poll]);
  });

  test.each<[string, Answer, number]>([
    ['has forgotten', refusal('OperationNotFound', 404), 20_000],
    ['never ends', json({ status: 'Running' }), 601_000],
  ])('is asked for again when the service %s the operation', async (_name, answer, laterMs) => {
    const { clients, clock, requests } = await scripted(({ method }) => {
      if (method === 'GET') return answer;
      return requests.length === 1 ? { status: 202, headers: { 'x-ms-operation-id': 'one' } } : json(ROW);
    });
    await rejection(clients.fabric.createMapping(USER, aCall()));
    await clock.advance(laterMs);
    expect(await clients.fabric.createMapping(USER, aCall())).toMatchObject({ id: MAPPING_ID });
    expect(requests.at(-1)!.method).toBe('POST');
  });

  test.each([
    ['fails for the guest', { errorCode: 'InvalidInput', message: 'who?' }, 'GuestUnresolvable'],
    ['fails for no reason', undefined, 'ServiceFailure'],
  ])('by an operation that %s', async (_name, error, reason) => {
    const answers: Answer[] = [
      { status: 202, headers: { 'x-ms-operation-id': 'one' } },
      json({ status: 'Failed', ...(error && { error }) }),
      json(ROW),
    ];
    const { clients, clock } = await scripted(() => answers.shift()!);
    await rejection(clients.fabric.createMapping(USER, aCall()));
    await clock.advance(20_000);
    expect(await rejection(clients.fabric.createMapping(USER, aCall()))).toMatchObject({ reason });
    expect(await clients.fabric.createMapping(USER, aCall())).toMatchObject({ id: MAPPING_ID });
  });

  test.each([
    [400, 'InvalidInput', 'blocked', 'GuestUnresolvable'],
    [400, 'MappingAlreadyExists', 'transient', 'MappingExists'],
    [409, 'Conflict', 'transient', 'MappingExists'],
    [403, 'InsufficientPrivileges', 'blocked', 'PermissionUnproven'],
    [403, 'FeatureNotAvailable', 'blocked', 'ProviderNotEnrolled'],
    [404, 'EntityNotFound', 'blocked', 'ProviderNotEnrolled'],
  ])('refused with %s %s is %s, %s', async (status, code, disposition, reason) => {
    const { clients } = await scripted(() => refusal(code, status));
    expect(await rejection(clients.fabric.createMapping(USER, aCall()))).toMatchObject({ disposition, reason, status });
  });

  test.each<[string, Answer]>([
    ['nobody answers', noAnswer()],
    ['a proxy answers', { body: '<html>' }],
    ['it is called a duplicate', refusal('Conflict', 409)],
  ])('is looked for in a new list when %s', async (_name, answer) => {
    const { clients, requests } = await scripted(({ method }) => (method === 'POST' ? answer : json([ROW])));
    await clients.fabric.mappings(aCall());
    await rejection(clients.fabric.createMapping(USER, aCall()));
    await clients.fabric.mappings(aCall());
    expect(linesOf(requests)).toEqual([`GET ${PATH}`, `POST ${PATH}`, `GET ${PATH}`]);
  });

  /** The API server, asked for a note just before the call leaves. */
  const unwritable = (status: number) => () =>
    Promise.reject(
      new OperatorError({ disposition: 'transient', reason: 'NotFoundWithoutWord', message: 'away', status }),
    );

  test.each([404, 500])('that was not sent for want of a note makes nobody read the list anew: %s', async (status) => {
    const { clients, requests } = await scripted(() => json([]));
    await clients.fabric.mappings(aCall());
    const error = await rejection(clients.fabric.createMapping(USER, aCall(), unwritable(status)));
    expect(error).toMatchObject({ unsent: true, disposition: 'transient' });
    await clients.fabric.mappings(aCall());
    expect(linesOf(requests)).toEqual([`GET ${PATH}`]);
  });

  test('whose deletion was not sent for want of a note is not gone', async () => {
    const { clients, requests } = await scripted(() => json([]));
    expect(await rejection(clients.fabric.deleteMapping('one', aCall(), unwritable(404)))).toMatchObject({
      unsent: true,
    });
    expect(requests).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['with a word', refusal('EntityNotFound', 404)],
    ['without one', { status: 404 }],
  ])('that is gone is deleted: 404 %s', async (_name, answer) => {
    const { clients } = await scripted(() => answer);
    await expect(clients.fabric.deleteMapping('one/two', aCall())).resolves.toBeUndefined();
  });

  test('is not taken for gone because a proxy says so', async () => {
    const { clients } = await scripted(() => ({ status: 404, body: '<html>' }));
    expect(await rejection(clients.fabric.deleteMapping(MAPPING_ID, aCall()))).toMatchObject({
      disposition: 'transient',
    });
  });
});

describe('a 401', () => {
  const withToken = (script: (method: string, token: string) => Answer) =>
    scripted(({ method, headers }) => script(method, headers!['authorization']!.replace('Bearer ', '')));

  test.each<[string, Answer]>([
    ['with a word', refusal('Unauthorized', 401)],
    ['without one', { status: 401 }],
  ])('is missing consent when the same token may list: %s', async (_name, answer) => {
    const { clients, requests } = await withToken((method) => (method === 'POST' ? answer : json([])));
    const create = (objectId: string) => rejection(clients.fabric.createMapping({ ...USER, objectId }, aCall()));
    expect(await create('one')).toMatchObject({ disposition: 'blocked', reason: 'GuestConsentMissing', status: 401 });
    expect(await create('two')).toMatchObject({ reason: 'GuestConsentMissing' });
    // One look at the token serves all, and no call is made twice.
    expect(linesOf(requests)).toEqual([`POST ${PATH}`, `GET ${PATH}`, `POST ${PATH}`]);
    expect(new Set(requests.map(({ headers }) => headers!['authorization']))).toEqual(new Set(['Bearer token-1']));
  });

  test('is the token’s when that may not list either; the next try has a fresh one', async () => {
    const { clients, requests } = await withToken((method, token) => {
      if (token === 'token-1') return { status: 401 };
      return method === 'POST' ? json(ROW) : json([]);
    });
    const create = () => clients.fabric.createMapping(USER, aCall());
    expect(await rejection(create())).toMatchObject({ disposition: 'transient', reason: 'TokenRefused' });
    expect(await create()).toMatchObject({ id: MAPPING_ID });
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('is the token’s first, and missing consent after that', async () => {
    const { clients } = await withToken((method, token) =>
      method === 'POST' || token === 'token-1' ? { status: 401 } : json([]),
    );
    const create = () => rejection(clients.fabric.createMapping(USER, aCall()));
    expect(await create()).toMatchObject({ reason: 'TokenRefused' });
    expect(await create()).toMatchObject({ reason: 'GuestConsentMissing' });
  });

  test('is the credential’s when no token may', async () => {
    const { clients } = await withToken(() => refusal('Unauthorized', 401));
    expect(await rejection(clients.fabric.createMapping(USER, aCall()))).toMatchObject({ reason: 'CredentialInvalid' });
  });

  test('that names the token is repeated with another, as everywhere', async () => {
    const { clients, requests } = await withToken((_method, token) =>
      token === 'token-1' ? refusal('TokenExpired', 401) : json(ROW),
    );
    expect(await clients.fabric.createMapping(USER, aCall())).toMatchObject({ id: MAPPING_ID });
    expect(linesOf(requests)).toEqual([`POST ${PATH}`, `POST ${PATH}`]);
  });

  test('is not explained by guessing when the list cannot be read', async () => {
    const { clients } = await withToken((method) =>
      method === 'POST' ? { status: 401 } : refusal('InsufficientPrivileges', 403),
    );
    expect(await rejection(clients.fabric.createMapping(USER, aCall()))).toMatchObject({
      reason: 'PermissionUnproven',
    });
  });
});
