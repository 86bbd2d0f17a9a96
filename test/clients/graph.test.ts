import { describe, expect, test } from '@jest/globals';
import type { PrincipalQuery } from '../../operator/clients/graph/types.ts';
import { GRAPH_URL, linesOf, scripted } from './clouds-on-script.ts';
import { type Answer, aCall, json, rejection } from './fakes.ts';

const ID = 'dddddddd-0000-4000-8000-00000000000d';
const ANA = 'ana@fabrikam.example';
const object = (displayName: string, id = ID) => ({
  id,
  appId: 'app',
  displayName,
  createdDateTime: '2026-01-05T08:00:00Z',
});
const refusal = (code: string, status: number, headers = {}) =>
  json({ error: { code, message: 'no', innerError: { date: 'now', 'request-id': 'x' } } }, status, headers);
const CREATED_AT_MS = Date.parse('2026-01-05T08:00:00Z');

async function search(answers: readonly Answer[], query: Partial<PrincipalQuery> = {}) {
  const left = [...answers];
  const { clients, requests } = await scripted(() => left.shift() ?? json({ value: [] }));
  const { value } = await clients.graph.search({ kind: 'ServicePrincipal', names: [ANA], ...query }, aCall());
  return { value, requests };
}

describe('a search of the directory', () => {
  test('finds the one whose name begins with the guest’s', async () => {
    const { value, requests } = await search([json({ value: [object('Ana@fabrikam.example (guest)')] })]);
    const principal = {
      id: ID,
      kind: 'ServicePrincipal',
      displayName: 'Ana@fabrikam.example (guest)',
      appId: 'app',
      createdAtMs: CREATED_AT_MS,
    };
    expect(value).toEqual({ kind: 'one', principal });
    const { url, headers, service } = requests[0]!;
    expect(service).toBe('graph');
    expect(new URL(url).origin).toBe(GRAPH_URL);
    expect(new URL(url).pathname).toBe('/v1.0/servicePrincipals');
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      $filter: `startswith(displayName,'${ANA}')`,
      $count: 'true',
      $select: 'id,appId,displayName,createdDateTime',
    });
    expect(headers).toMatchObject({ ConsistencyLevel: 'eventual', authorization: 'Bearer token-1' });
  });

  test('does not take somebody whose name only begins alike', async () => {
    const alike = ['ana@fabrikam.example.org', 'ana@fabrikam.exampleville', 'ana@fabrikam.example-2'];
    const { value } = await search([json({ value: alike.map((name, n) => object(name, `${n}`)) })]);
    expect(value).toEqual({ kind: 'none' });
  });

  test('takes nobody of several, on whichever page they are', async () => {
    const next = `${GRAPH_URL.replace('graph', 'evil')}/v1.0/servicePrincipals?$skiptoken=2`;
    const { value, requests } = await search([
      json({ value: [object(ANA, 'one')], '@odata.nextLink': next }),
      json({ value: [object(`${ANA} copy`, 'two')] }),
    ]);
    expect(value).toMatchObject({ kind: 'several', principals: [{ id: 'one' }, { id: 'two' }] });
    // Whatever a link says, the token stays at home.
    expect(requests.map(({ url }) => new URL(url).origin)).toEqual([GRAPH_URL, GRAPH_URL]);
  });

  test('takes nobody when there are more hits than it reads: a namesake may be among them', async () => {
    const next = `${GRAPH_URL}/v1.0/servicePrincipals?$skiptoken=2`;
    const page = (n: number) =>
      json({ value: [object(n === 0 ? ANA : `${ANA}.${n}`, `${n}`)], '@odata.nextLink': next });
    const { value } = await search([0, 1, 2, 3, 4, 5].map(page));
    expect(value).toMatchObject({ kind: 'several', principals: [{ id: '0' }] });
  });

  test('takes one who is found by two names for one', async () => {
    const named = object(`${ANA} guest`);
    const byId = object('70000000-0000-4000-8000-000000000001 guest');
    const names = [ANA, ' ', '70000000-0000-4000-8000-000000000001', ANA.toUpperCase()];
    const { value, requests } = await search([json({ value: [named, byId] })], { names });
    expect(value).toMatchObject({ kind: 'one', principal: { id: ID } });
    // One request for all of them.
    expect(requests.map(({ url }) => new URL(url).searchParams.get('$filter'))).toEqual([
      `startswith(displayName,'${ANA}') or startswith(displayName,'70000000-0000-4000-8000-000000000001')`,
    ]);
  });

  test('takes nobody of two who are found by two names', async () => {
    const names = [ANA, '70000000-0000-4000-8000-000000000001'];
    const both = names.map((name, n) => object(name, `${n}`));
    expect((await search([json({ value: both })], { names })).value).toMatchObject({ kind: 'several' });
  });

  test('for groups quotes what it is given', async () => {
    const { requests } = await search([], { kind: 'Group', names: ["o'neil@x.example"] });
    expect(new URL(requests[0]!.url).pathname).toBe('/v1.0/groups');
    expect(new URL(requests[0]!.url).searchParams.get('$filter')).toBe("startswith(displayName,'o''neil@x.example')");
  });

  test('of nothing asks nobody', async () => {
    const { value, requests } = await search([], { names: ['', ' '] });
    expect([value, requests]).toEqual([{ kind: 'none' }, []]);
  });

  test.each([
    ['ServicePrincipal', 'Application.Read.All'],
    ['Group', 'Group.Read.All'],
  ] as const)('for a %s says which permission is missing', async (kind, permission) => {
    const { clients } = await scripted(() => refusal('Authorization_RequestDenied', 403));
    const error = await rejection(clients.graph.search({ kind, names: [ANA] }, aCall()));
    expect(error).toMatchObject({ disposition: 'blocked', reason: 'GraphNotPermitted' });
    expect(error.remedy).toContain(permission);
  });

  test('waits when it is told to', async () => {
    const { clients, requests } = await scripted(() => refusal('TooManyRequests', 429, { 'retry-after': '7' }));
    const ask = () => rejection(clients.graph.search({ kind: 'Group', names: [ANA] }, aCall()));
    expect(await ask()).toMatchObject({ disposition: 'throttled', retryAfterMs: 7_000 });
    expect(await ask()).toMatchObject({ reason: 'WaitingForQuota' });
    expect(requests).toHaveLength(1);
  });
});

describe('an object of the directory', () => {
  test('is read, and shared', async () => {
    const { clients, requests } = await scripted(() => json(object('someone')));
    const find = (id: string) => clients.graph.find('ServicePrincipal', id, aCall());
    expect((await find(ID)).value).toMatchObject({ id: ID, kind: 'ServicePrincipal', createdAtMs: CREATED_AT_MS });
    await find(ID.toUpperCase());
    expect(linesOf(requests)).toEqual([
      `GET /v1.0/servicePrincipals/${ID}?$select=id,appId,displayName,createdDateTime`,
    ]);
  });

  test('that was recycled is not there', async () => {
    const { clients } = await scripted(() => refusal('Request_ResourceNotFound', 404));
    expect((await clients.graph.find('Group', ID, aCall())).value).toBeUndefined();
  });

  test('is not taken for recycled because of a page of a proxy', async () => {
    const { clients } = await scripted(() => ({ status: 404, body: '<html>' }));
    expect(await rejection(clients.graph.find('User', ID, aCall()))).toMatchObject({ disposition: 'transient' });
  });
});

describe('the members of a group', () => {
  test('are listed page by page, up to a bound', async () => {
    let page = 0;
    const { clients, requests } = await scripted(() => {
      page += 1;
      return json({ value: [{ id: `m${page}` }, { '@odata.type': 'x' }], '@odata.nextLink': `${GRAPH_URL}/v1.0/next` });
    });
    const { value } = await clients.graph.groupMembers(ID, aCall());
    expect(value).toEqual({ ids: ['m1', 'm2', 'm3', 'm4', 'm5'], more: true });
    expect(linesOf(requests)[0]).toBe(`GET /v1.0/groups/${ID}/members?$select=id&$top=999`);
  });

  test('of no group, of an empty one, and of one that we may not look at', async () => {
    const answers: Answer[] = [
      refusal('Request_ResourceNotFound', 404),
      json({ value: [] }),
      refusal('Authorization_RequestDenied', 403),
    ];
    const { clients } = await scripted(() => answers.shift()!);
    const members = () => clients.graph.groupMembers(ID, aCall({ maxAgeMs: 0 }));
    expect((await members()).value).toBeUndefined();
    expect((await members()).value).toEqual({ ids: [], more: false });
    expect((await rejection(members())).remedy).toContain('GroupMember.Read.All');
  });
});
