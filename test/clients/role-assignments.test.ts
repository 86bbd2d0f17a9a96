import { describe, expect, test } from '@jest/globals';
import type { WorkspaceRole } from '../../operator/clients/fabric/types.ts';
import { OperatorError } from '../../operator/errors.ts';
import { linesOf, scripted } from './clouds-on-script.ts';
import { type Answer, aCall, json, noAnswer, rejection, WORKSPACE } from './fakes.ts';

const PATH = `/v1/workspaces/${WORKSPACE}/roleAssignments`;
const ANA = 'dddddddd-0000-4000-8000-00000000000a';
const BEN = 'dddddddd-0000-4000-8000-00000000000b';
const assignment = (id: string, role: string, type = 'ServicePrincipal') => ({
  id,
  principal: { id, type, displayName: 'someone', servicePrincipalDetails: { aadAppId: id } },
  role,
});
const LIST = json({ value: [assignment(ANA, 'Admin'), assignment(BEN, 'Viewer')] });
const refusal = (errorCode: string, status: number) => json({ errorCode, message: 'no' }, status);

/** Reads answer with the list, writes with `answer`. */
async function set(answer: Answer = json({})) {
  const bench = await scripted(({ method }) => (method === 'GET' ? LIST : answer));
  const { fabric } = bench.clients;
  const roles = async () =>
    (await fabric.roleAssignments(WORKSPACE, aCall())).value.map(({ principal, role }) => [principal.id, role]);
  const add = (role: WorkspaceRole, id = ANA) =>
    fabric.addRoleAssignment(WORKSPACE, { id, type: 'ServicePrincipal' }, role, aCall());
  await roles();
  return { ...bench, fabric, roles, add };
}

describe('the roles of a workspace', () => {
  test('are read with their principals, whatever their type', async () => {
    const odd = { id: 'x', principal: { id: 'y', type: 'Robot' }, role: 'Butler' };
    const { clients } = await scripted(() => json({ value: [assignment(ANA, 'Admin', 'Group'), odd, null] }));
    expect((await clients.fabric.roleAssignments(WORKSPACE, aCall())).value).toEqual([
      { id: ANA, principal: { id: ANA, type: 'Group', displayName: 'someone' }, role: 'Admin' },
      { id: 'x', principal: { id: 'y', type: 'Robot' }, role: 'Butler' },
    ]);
  });

  test('are given, changed and taken, each with one call and without another list', async () => {
    const NEW = 'dddddddd-0000-4000-8000-00000000000c';
    const { fabric, roles, add, requests } = await set(json(assignment(NEW, 'Member'), 201));
    await add('Member', NEW);
    await fabric.updateRoleAssignment(WORKSPACE, BEN.toUpperCase(), 'Contributor', aCall());
    await fabric.deleteRoleAssignment(WORKSPACE, ANA, aCall());
    expect(await roles()).toEqual([
      [BEN, 'Contributor'],
      [NEW, 'Member'],
    ]);
    expect(linesOf(requests)).toEqual([
      `GET ${PATH}`,
      `POST ${PATH}`,
      `PATCH ${PATH}/${BEN.toUpperCase()}`,
      `DELETE ${PATH}/${ANA}`,
    ]);
    expect(requests.slice(1).map(({ body }) => body && (JSON.parse(body) as unknown))).toEqual([
      { principal: { id: NEW, type: 'ServicePrincipal' }, role: 'Member' },
      { role: 'Contributor' },
      undefined,
    ]);
  });

  test('are known as given when the answer tells no more than where they are', async () => {
    const { fabric, roles, add, requests } = await set({
      status: 201,
      body: '',
      headers: { location: `${PATH}/own-id` },
    });
    await add('Member', 'new');
    expect(await roles()).toContainEqual(['new', 'Member']);
    const { value } = await fabric.roleAssignments(WORKSPACE, aCall());
    expect(value.find(({ principal }) => principal.id === 'new')?.id).toBe('own-id');
    expect(linesOf(requests)).toEqual([`GET ${PATH}`, `POST ${PATH}`]);
  });

  test('are read anew when the answer tells nothing: by a guessed id nothing could be taken back', async () => {
    const { roles, add, requests } = await set({ status: 201, body: '' });
    await add('Member', 'new');
    await roles();
    expect(linesOf(requests)).toEqual([`GET ${PATH}`, `POST ${PATH}`, `GET ${PATH}`]);
  });

  test.each([
    [409, 'PrincipalAlreadyHasWorkspaceRolePermissions', 'transient', 'RoleAlreadyAssigned'],
    [400, 'GroupHasTooManyMembers', 'blocked', 'GroupTooLarge'],
    [404, 'PrincipalNotFound', 'blocked', 'PrincipalNotFound'],
    [403, 'InsufficientWorkspaceRole', 'blocked', 'InsufficientWorkspaceRole'],
  ])('are refused with %s %s as %s, %s, and looked at anew', async (status, code, disposition, reason) => {
    const { roles, add, requests } = await set(refusal(code, status));
    const error = await rejection(add('Viewer'));
    expect(error).toMatchObject({ disposition, reason, status });
    expect(error.remedy === undefined).toBe(disposition !== 'blocked');
    await roles();
    expect(linesOf(requests)).toEqual([`GET ${PATH}`, `POST ${PATH}`, `GET ${PATH}`]);
  });

  test('are looked at anew when nobody answers', async () => {
    const { roles, add, requests } = await set(noAnswer());
    await rejection(add('Viewer'));
    await roles();
    expect(requests).toHaveLength(3);
  });

  test.each([400, 403, 409])('keep their last Admin, whatever the refusal is called: %s', async (status) => {
    const { fabric } = await set(refusal('UnknownError', status));
    const last = { disposition: 'blocked', reason: 'LastAdmin', remedy: expect.any(String), status };
    expect(await rejection(fabric.deleteRoleAssignment(WORKSPACE, ANA, aCall()))).toMatchObject(last);
    await fabric.roleAssignments(WORKSPACE, aCall());
    expect(await rejection(fabric.updateRoleAssignment(WORKSPACE, ANA, 'Viewer', aCall()))).toMatchObject(last);
    await fabric.roleAssignments(WORKSPACE, aCall());
    const other = await rejection(fabric.deleteRoleAssignment(WORKSPACE, BEN, aCall()));
    expect(other.reason).not.toBe('LastAdmin');
  });

  test('are as they were when nothing was sent for want of a note', async () => {
    const { fabric, roles, requests } = await set();
    const unwritable = () =>
      Promise.reject(new OperatorError({ disposition: 'transient', reason: 'Unavailable', message: 'away' }));
    await rejection(fabric.addRoleAssignment(WORKSPACE, { id: 'new', type: 'Group' }, 'Viewer', aCall(), unwritable));
    await roles();
    expect(linesOf(requests)).toEqual([`GET ${PATH}`]);
  });

  test('do not blame the last Admin for a right that we lack', async () => {
    const { fabric } = await set(refusal('InsufficientWorkspaceRole', 403));
    expect(await rejection(fabric.deleteRoleAssignment(WORKSPACE, ANA, aCall()))).toMatchObject({
      reason: 'InsufficientWorkspaceRole',
    });
  });

  test('that are gone are taken; those of a workspace out of sight are not', async () => {
    const gone = await set(refusal('EntityNotFound', 404));
    await gone.fabric.deleteRoleAssignment(WORKSPACE, BEN, aCall());
    expect(await gone.roles()).toEqual([[ANA, 'Admin']]);
    const hidden = await set(refusal('WorkspaceNotFound', 404));
    expect(await rejection(hidden.fabric.deleteRoleAssignment(WORKSPACE, BEN, aCall()))).toMatchObject({
      reason: 'WorkspaceNotFound',
    });
  });
});

describe('a connection string', () => {
  const WAREHOUSE = '80000000-0000-4000-8000-000000000001';
  const GUEST_TENANT = 'bbbbbbbb-0000-4000-8000-000000000002';
  const HOST = 'abc-def-jh0bi.zcf.datawarehouse.fabric.microsoft.com';
  const query = { workspaceId: WORKSPACE, item: { warehouseId: WAREHOUSE }, privateLinkType: 'Workspace' } as const;

  test('is asked for with guest and kind of link, and kept', async () => {
    const { clients, requests } = await scripted(() => json({ connectionString: HOST }));
    const ask = (item: { warehouseId: string } | { sqlEndpointId: string }, guestTenantId?: string) =>
      clients.fabric.connectionString({ ...query, item, ...(guestTenantId && { guestTenantId }) }, aCall());
    expect((await ask({ warehouseId: WAREHOUSE }, GUEST_TENANT)).value).toBe(HOST);
    await ask({ warehouseId: WAREHOUSE.toUpperCase() }, GUEST_TENANT.toUpperCase());
    await ask({ sqlEndpointId: WAREHOUSE });
    expect(linesOf(requests)).toEqual([
      `GET /v1/workspaces/${WORKSPACE}/warehouses/${WAREHOUSE}/connectionString?guestTenantId=${GUEST_TENANT}&privateLinkType=Workspace`,
      `GET /v1/workspaces/${WORKSPACE}/sqlEndpoints/${WAREHOUSE}/connectionString?privateLinkType=Workspace`,
    ]);
  });

  test.each([
    [refusal('InvalidGuestTenantId', 404), 'GuestTenantUnknown'],
    [refusal('ItemNotFound', 404), 'ItemNotFound'],
    [json({}), 'UnreadableAnswer'],
    [json({ connectionString: 'Server=evil;Password=x' }), 'UnreadableAnswer'],
  ])('that is none: %j', async (answer, reason) => {
    const { clients } = await scripted(() => answer);
    expect(await rejection(clients.fabric.connectionString(query, aCall()))).toMatchObject({ reason });
  });
});
