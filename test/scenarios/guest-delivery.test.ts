import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { PUBLISHED_BY } from '../../operator/clients/kube/published.ts';
import { CONFIG_MAPS, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { addItem, workspaceIn } from '../../simulator/fabric/build.ts';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import { setRole } from '../../simulator/fabric/role-assignments.ts';
import type { WorkspaceRole } from '../../simulator/fabric/types.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { cloudWrites, eventNotes, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  deleteMappingObject,
  FABRIKAM,
  isMappingReady,
  liveRows,
  mappingCondition,
  mappingIn,
  mappingManifest,
  mappingSaid,
  mappingWorld,
  playUntilMappingGone,
  playUntilMappingReady,
  playUntilMappingSaid,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { FINANCE, NAMESPACE, OPERATOR_APP, SALES, TENANT } from '../support/stage-world.ts';

/** What a mapped guest gets: workspace roles, and connection strings where somebody can read them. */

const WAREHOUSE = '3a4e0000-0000-4000-8000-000000000001';
const SECRET = 'guest-connection';
const SOMEBODY = '90000000-0000-4000-8000-000000000009';

let stage: Stage;
let empty: StageSnapshot;
let ready: StageSnapshot;

const GRANTS = [
  { workspaceId: SALES, role: 'Viewer' },
  { workspaceId: FINANCE, role: 'Contributor' },
];
const STRINGS = [{ name: 'sales', workspaceId: SALES, warehouseId: WAREHOUSE }];
const FULL = { grants: GRANTS, connectionStrings: STRINGS, publishTo: { secretName: SECRET } };
const begin = async (spec: Parameters<typeof mappingManifest>[1] = FULL, guest = ANA) => {
  await stage.startOperator();
  await stage.apply(mappingManifest(guest, spec));
};

beforeAll(async () => {
  const world = mappingWorld();
  consent(world, FABRIKAM, TENANT);
  addItem(world, SALES, { type: 'Warehouse', id: WAREHOUSE });
  stage = await startMappingStage({}, { world });
  empty = stage.snapshot();
  await begin();
  await playUntilMappingReady(stage);
  ready = stage.snapshot();
});
afterAll(() => stage.close());

const principalId = () => liveRows(stage)[0]!.principalId!;
const roleIn = (workspaceId: string, id = principalId()): WorkspaceRole | undefined =>
  workspaceIn(stage.simulator.world, workspaceId).roles[id];
const secrets = () =>
  stage.kubernetes.objects('secrets') as unknown as (KubeObject & { data?: Record<string, string> })[];
const secretOf = (name = SECRET) => secrets().find(({ metadata }) => metadata.name === name);
const published = (key = 'sales', name = SECRET) =>
  Buffer.from(secretOf(name)?.data?.[key] ?? '', 'base64').toString('utf8');
const nextStep = () => mappingIn(stage)?.status?.nextStep ?? '';
const roleWrites = () => cloudWrites(stage.calls).filter(({ path }) => path.includes('/roleAssignments'));
const patchSecret = (body: object, name = SECRET) =>
  stage.kube.patch(SECRETS, NAMESPACE, name, { type: 'merge', body, fieldManager: 'person' });
const HOST = /^\w+-\w+-\w{5}\.datawarehouse\.fabric\.microsoft\.com$/;

describe('a guest with roles and a connection string', () => {
  beforeEach(async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test('has both, and everybody can see it', () => {
    expect([roleIn(SALES), roleIn(FINANCE)]).toEqual(['Viewer', 'Contributor']);
    expect(published()).toMatch(HOST);
    expect(secretOf()?.metadata.ownerReferences).toMatchObject([{ uid: mappingIn(stage)!.metadata.uid }]);
    expect(['Granted', 'Published'].map((type) => mappingSaid(stage, type))).toEqual([
      'True Granted',
      'True Published',
    ]);
    expect(mappingCondition(stage, 'Granted')?.message).toBe(
      `ServicePrincipal ${principalId()} has Viewer in workspace ${SALES}, Contributor in workspace ${FINANCE}.`,
    );
    expect(mappingCondition(stage, 'Ready')?.message).toContain('with 2 workspace roles and 1 connection string');
    expect(mappingIn(stage)!.status).toMatchObject({
      grants: [
        { workspaceId: SALES, role: 'Viewer', state: 'Granted' },
        { workspaceId: FINANCE, role: 'Contributor', state: 'Granted' },
      ],
      connectionStrings: [{ name: 'sales', host: published() }],
    });
    expect(eventReasons(stage)).toEqual(expect.arrayContaining(['RoleGranted', 'StringsPublished']));
  });

  test('is left in peace: nothing is written any more, and little is read', async () => {
    await stage.pass(12 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(stage.calls.filter(({ operation, method }) => operation.startsWith('secrets') && method !== 'GET')).toEqual(
      [],
    );
    expect(stage.calls.filter(({ operation }) => operation === 'connectionString.get').length).toBeLessThanOrEqual(1);
  });

  test('a role that somebody changes or takes away is put right', async () => {
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, SALES), principalId(), 'Admin');
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, FINANCE), principalId(), undefined);
    await stage.pass(3 * HOUR_MS);
    expect([roleIn(SALES), roleIn(FINANCE)]).toEqual(['Viewer', 'Contributor']);
    expect(eventReasons(stage)).toContain('RoleCorrected');
    expect(
      roleWrites()
        .map(({ method }) => method)
        .toSorted(),
    ).toEqual(['PATCH', 'POST']);
  });

  test('a change of the role, and an entry that goes, are carried out; what others gave stays', async () => {
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, FINANCE), SOMEBODY, 'Member');
    await stage.apply(mappingManifest(ANA, { ...FULL, grants: [{ workspaceId: SALES, role: 'Member' }] }));
    await playUntilMappingReady(stage);
    expect([roleIn(SALES), roleIn(FINANCE)]).toEqual(['Member', undefined]);
    expect(roleIn(FINANCE, SOMEBODY)).toBe('Member');
    expect(Object.keys(mappingIn(stage)!.metadata.annotations!).filter((key) => key.includes('granted.'))).toHaveLength(
      1,
    );
    expect(eventReasons(stage)).toEqual(expect.arrayContaining(['RoleCorrected', 'RoleRevoked']));
  });

  test('a role that somebody has given already as it is wanted now costs no call', async () => {
    await stage.pass(5 * MINUTE_MS);
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, SALES), principalId(), 'Member');
    await stage.pass(MINUTE_MS);
    await stage.apply(mappingManifest(ANA, { ...FULL, grants: [{ workspaceId: SALES, role: 'Member' }, GRANTS[1]!] }));
    await playUntilMappingReady(stage);
    expect(roleWrites()).toEqual([]);
  });

  test('the last Admin stays, and the status says what to do', async () => {
    await stage.apply(mappingManifest(ANA, { ...FULL, grants: [{ workspaceId: SALES, role: 'Admin' }] }));
    await playUntilMappingReady(stage);
    const { roles } = workspaceIn(stage.simulator.world, SALES);
    for (const id of Object.keys(roles)) if (id !== principalId()) roles[id] = 'Member';
    await stage.apply(mappingManifest(ANA, { ...FULL, grants: [{ workspaceId: SALES, role: 'Viewer' }] }));
    await playUntilMappingSaid(stage, 'LastAdmin', 'Granted');
    expect(nextStep()).toContain('make somebody else an Admin');
    stage.forget();
    await stage.pass(HOUR_MS);
    expect(roleWrites()).toEqual([]);
  });

  test('a Secret that somebody edits is healed at once, and other keys in it stay', async () => {
    const host = published();
    await patchSecret({ data: { sales: Buffer.from('wrong').toString('base64'), theirs: 'a2VwdA==' } });
    await stage.pass(MINUTE_MS);
    expect([published(), published('theirs')]).toEqual([host, 'kept']);
    await stage.kube.delete(SECRETS, NAMESPACE, SECRET);
    await stage.pass(MINUTE_MS);
    expect(published()).toBe(host);
  });

  test('another string is published under its name, and one that is not asked for any more goes', async () => {
    const strings = [{ ...STRINGS[0]!, name: 'private', privateLinkType: 'Workspace' }];
    await stage.apply(mappingManifest(ANA, { ...FULL, connectionStrings: strings }));
    await stage.run(() => published('private') !== '', { withinMs: HOUR_MS, what: 'the other string is published' });
    expect(published('private')).toMatch(/\.z5a\.datawarehouse\.fabric\.microsoft\.com$/);
    expect(Object.keys(secretOf()!.data!)).toEqual(['private']);
  });

  test('what is published stays while the other place is somebody else’s', async () => {
    await stage.kube.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken', namespace: NAMESPACE },
      data: { mine: 'yes' },
    });
    await stage.apply(mappingManifest(ANA, { ...FULL, publishTo: { configMapName: 'taken' } }));
    await stage.run(() => mappingSaid(stage, 'Published') === 'False TargetExists', {
      withinMs: HOUR_MS,
      what: 'the place is taken',
    });
    await stage.pass(HOUR_MS);
    expect(secretOf()).toBeDefined();
    const { message } = mappingCondition(stage, 'Published')!;
    expect(message).toContain('(ConfigMap taken)');
    expect(message).toMatch(/until then Secret \S+ goes on/);
  });

  test('another place takes the first away', async () => {
    await stage.apply(mappingManifest(ANA, { ...FULL, publishTo: { configMapName: 'guest-settings' } }));
    await stage.run(() => secretOf() === undefined && isMappingReady(stage), {
      withinMs: HOUR_MS,
      what: 'published elsewhere',
    });
    const maps = stage.kubernetes.objects('configmaps') as unknown as (KubeObject & { data: object })[];
    expect(maps.find(({ metadata }) => metadata.name === 'guest-settings')?.data).toEqual({
      sales: expect.stringMatching(HOST),
    });
  });

  test.each([
    ['ItemNotFound', 404, 'ItemNotFound', 'correct warehouseId'],
    ['CapacityNotInActiveState', 400, 'CapacityPaused', 'resumes it'],
    ['InvalidGuestTenantId', 404, 'GuestTenantUnknown', 'check guest.tenantId'],
    ['UnsupportedSku', 400, 'StringNotServed', 'F or P capacity'],
  ])(
    '%s: the string is missed in words, what was published stays, and roles are given',
    async (code, status, reason, words) => {
      stage.simulator.faults.add({ kind: 'refuse', status, code, path: '/connectionString' });
      const strings = [{ ...STRINGS[0]!, privateLinkType: 'Workspace' }];
      const before = published();
      await stage.apply(
        mappingManifest(ANA, { ...FULL, connectionStrings: strings, grants: [{ workspaceId: SALES, role: 'Member' }] }),
      );
      await playUntilMappingSaid(stage, reason);
      expect(nextStep()).toContain(words);
      await stage.pass(MINUTE_MS);
      expect(mappingSaid(stage, 'Granted')).toBe('True Granted');
      expect(roleIn(SALES)).toBe('Member');
      expect(published()).toBe(before);
    },
  );

  test('goes with everything that it was given, roles first', async () => {
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    const writes = cloudWrites(stage.calls).map(({ method, path }) => `${method} ${path.split('/').at(-2)}`);
    expect(writes).toEqual(['DELETE roleAssignments', 'DELETE roleAssignments', 'DELETE mappings']);
    expect(secretOf()).toBeUndefined();
    for (const workspaceId of [SALES, FINANCE]) {
      expect(Object.keys(workspaceIn(stage.simulator.world, workspaceId).roles)).toHaveLength(1);
    }
  });

  test('keeps all of it under Retain, but for what was published', async () => {
    const id = principalId();
    await stage.apply(mappingManifest(ANA, { ...FULL, deletionPolicy: 'Retain' }));
    await stage.pass(MINUTE_MS);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect([roleIn(SALES, id), roleIn(FINANCE, id)]).toEqual(['Viewer', 'Contributor']);
    expect(secretOf()).toBeUndefined();
  });

  test('a role that cannot be taken away holds up neither the mapping nor the object for ever', async () => {
    delete workspaceIn(stage.simulator.world, FINANCE).roles[OPERATOR_APP.objectId];
    await deleteMappingObject(stage);
    await stage.run(() => liveRows(stage).length === 0, { withinMs: HOUR_MS, what: 'the mapping is gone' });
    expect(nextStep()).toContain('give the operator’s identity the role Admin');
    expect(nextStep()).toContain('fabriclink.dev/abandon=yes');
    await playUntilMappingGone(stage);
    expect(eventNotes(stage).join('\n')).toContain('Let go, and left workspace roles');
  });
});

describe('where the operator may give roles and not take them away', () => {
  test('the mapping, which ends the access, waits an hour for them, and the object a day', async () => {
    await setTheStage(stage, ready);
    const code = 'InsufficientWorkspaceRole';
    stage.simulator.faults.add({ kind: 'refuse', status: 403, code, method: 'DELETE', path: '/roleAssignments' });
    await stage.startOperator();
    const startedAtMs = stage.clock.now();
    const hours = () => (stage.clock.now() - startedAtMs) / HOUR_MS;
    await deleteMappingObject(stage);
    await stage.pass(30 * MINUTE_MS);
    expect(mappingCondition(stage, 'Ready')?.reason).toBe('InsufficientWorkspaceRole');
    expect(liveRows(stage)).toHaveLength(1);
    await stage.run(() => liveRows(stage).length === 0, { withinMs: 2 * HOUR_MS, what: 'the mapping is gone' });
    expect(hours()).toBeLessThan(1.5);
    await playUntilMappingGone(stage);
    expect(hours()).toBeGreaterThan(23);
    expect(eventNotes(stage).join('\n')).toContain('Let go, and left workspace roles');
  });
});

describe('where the operator may not publish', () => {
  const forbid = () =>
    stage.kubernetes.faults.failNext(
      ({ path, userAgent }) => path.endsWith(`/secrets/${SECRET}`) && !userAgent.startsWith('person'),
      { kind: 'answer', code: 403, reason: 'Forbidden' },
      1_000_000,
    );

  test('it says which rights are missing, and the roles are given all the same', async () => {
    await setTheStage(stage, empty);
    forbid();
    await begin();
    await playUntilMappingSaid(stage, 'PublishingRefused', 'Published');
    expect(mappingCondition(stage, 'Published')?.message).toContain('get, create, patch and delete');
    await stage.run(() => mappingSaid(stage, 'Granted') === 'True Granted', {
      withinMs: HOUR_MS,
      what: 'roles are given',
    });
  });

  test('what cannot be taken back holds up the object for a day, and neither the roles nor the mapping', async () => {
    await setTheStage(stage, ready);
    forbid();
    await stage.startOperator();
    await deleteMappingObject(stage);
    await stage.run(() => liveRows(stage).length === 0, { withinMs: HOUR_MS, what: 'the mapping is gone' });
    expect(Object.keys(workspaceIn(stage.simulator.world, SALES).roles)).toHaveLength(1);
    await stage.pass(HOUR_MS);
    expect(nextStep()).toContain('fabriclink.dev/abandon=yes');
    await stage.kube.patch(crossTenantMappings, NAMESPACE, 'guest', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
    });
    await stage.run(() => mappingIn(stage) === undefined, { withinMs: HOUR_MS, what: 'the object is let go' });
    expect(eventNotes(stage).join('\n')).toContain(`Let go, and left connection strings in Secret ${SECRET}`);
  });
});

describe('roles that were there before', () => {
  beforeEach(() => setTheStage(stage, empty));
  const map = async (spec: Parameters<typeof mappingManifest>[1], role: WorkspaceRole) => {
    await begin({});
    await stage.run(() => liveRows(stage).length === 1, { withinMs: HOUR_MS, what: 'the guest is mapped' });
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, SALES), principalId(), role);
    await stage.pass(MINUTE_MS);
    await stage.apply(mappingManifest(ANA, { grants: [{ workspaceId: SALES, role: 'Viewer' }], ...spec }));
  };

  test('are taken over when they are as wanted, and stay when the object goes', async () => {
    await map({}, 'Viewer');
    await playUntilMappingReady(stage);
    const id = principalId();
    expect(roleWrites()).toEqual([]);
    expect(eventReasons(stage)).toContain('GrantAdopted');
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(roleIn(SALES, id)).toBe('Viewer');
  });

  test('are left alone when they differ, and changed where that is asked for', async () => {
    await map({}, 'Member');
    await playUntilMappingSaid(stage, 'RoleDiffers', 'Granted');
    expect(mappingCondition(stage, 'Granted')?.message).toContain('it is Member');
    expect(roleWrites()).toEqual([]);
    await stage.apply(mappingManifest(ANA, { grants: [GRANTS[0]!], adoptionPolicy: 'Always' }));
    await playUntilMappingReady(stage);
    expect(roleIn(SALES)).toBe('Viewer');
  });

  test('are nobody’s under Never', async () => {
    await map({ adoptionPolicy: 'Never' }, 'Viewer');
    await playUntilMappingSaid(stage, 'GrantAdoptionNever', 'Granted');
    expect(roleWrites()).toEqual([]);
  });
});

describe('on the way up', () => {
  beforeEach(() => setTheStage(stage, empty));

  test('a principal that the directory does not know yet is waited for, and asked for no more than once a minute', async () => {
    const path = '/roleAssignments';
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 404,
      code: 'PrincipalNotFound',
      path,
      method: 'POST',
      times: 5,
    });
    await begin({ grants: [GRANTS[0]!] });
    await stage.run(() => roleWrites().length > 0, { withinMs: HOUR_MS, what: 'the role is asked for' });
    await stage.pass(2_000);
    expect(mappingSaid(stage, 'Granted')).toBe('False Granting');
    expect(mappingCondition(stage, 'Granted')?.message).toContain('takes minutes to appear in the directory');
    await playUntilMappingReady(stage);
    const times = roleWrites().map(({ atMs }) => atMs);
    expect(times).toHaveLength(6);
    expect(times.slice(1).every((atMs, index) => atMs - times[index]! >= MINUTE_MS)).toBe(true);
    expect(roleIn(SALES)).toBe('Viewer');
  });

  test('a principal that the directory never knows needs a person after half an hour', async () => {
    const path = '/roleAssignments';
    stage.simulator.faults.add({ kind: 'refuse', status: 404, code: 'PrincipalNotFound', path, method: 'POST' });
    await begin({ grants: [GRANTS[0]!] });
    await playUntilMappingSaid(stage, 'PrincipalNotFound');
    expect(nextStep()).toContain('check its object id');
    // Nothing was given: what a person then gives by hand is theirs, and how long it was waited for is known all the same.
    await stage.crashAndRestart();
    await stage.pass(20 * MINUTE_MS);
    expect(mappingSaid(stage, 'Granted')).toBe('False PrincipalNotFound');
    stage.simulator.faults.clear();
    setRole(stage.simulator.cloud, workspaceIn(stage.simulator.world, SALES), principalId(), 'Viewer');
    await playUntilMappingReady(stage);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(roleWrites().filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  test('without grants the T-SQL is in the status', async () => {
    await begin({ connectionStrings: STRINGS });
    await playUntilMappingReady(stage);
    expect(mappingSaid(stage, 'Granted')).toBe('Unknown NotManaged');
    expect(mappingIn(stage)!.status!.grants).toEqual([
      { workspaceId: SALES, state: 'NotManaged', message: expect.stringContaining('GRANT SELECT ON SCHEMA::[dbo] TO') },
    ]);
  });

  test('a Secret of somebody else is not touched, until it is handed over by the label', async () => {
    const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace: NAMESPACE } };
    await stage.apply({ ...theirs, stringData: { password: 'planted-not-a-real-secret' } });
    await begin();
    await playUntilMappingSaid(stage, 'TargetExists', 'Published');
    const { uid } = mappingIn(stage)!.metadata;
    expect(mappingCondition(stage, 'Published')?.message).toContain(
      `kubectl -n ${NAMESPACE} label secret ${SECRET} ${PUBLISHED_BY}=${uid}`,
    );
    expect(Object.keys(secretOf()!.data!)).toEqual(['password']);
    await patchSecret({ metadata: { labels: { [PUBLISHED_BY]: uid } } });
    await playUntilMappingReady(stage);
    expect(Object.keys(secretOf()!.data!).toSorted()).toEqual(['password', 'sales']);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(Object.keys(secretOf()!.data!)).toEqual(['password']);
  });

  test('a change of a group’s roles starts its hour again', async () => {
    await begin({ grants: [GRANTS[0]!] }, ANALYSTS);
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    expect(mappingSaid(stage, 'GroupExpanded')).toMatch(/^True/);
    await stage.apply(mappingManifest(ANALYSTS, { grants: [{ ...GRANTS[0]!, role: 'Member' }] }));
    await stage.run(() => mappingSaid(stage, 'GroupExpanded') === 'Unknown GroupExpanding', {
      withinMs: 10 * MINUTE_MS,
      what: 'the hour begins again',
    });
    await playUntilMappingReady(stage);
    expect(roleIn(SALES)).toBe('Member');
    await stage.pass(HOUR_MS);
    await stage.apply(mappingManifest(ANALYSTS, { grants: [] }));
    await playUntilMappingSaid(stage, 'GroupExpanding', 'GroupExpanded');
    expect(roleIn(SALES)).toBeUndefined();
  });

  test('a role of a group that may not be taken away begins no hour, however often it is tried', async () => {
    await begin({ grants: GRANTS }, ANALYSTS);
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    const code = 'InsufficientWorkspaceRole';
    stage.simulator.faults.add({ kind: 'refuse', status: 403, code, method: 'DELETE', path: '/roleAssignments' });
    await stage.apply(mappingManifest(ANALYSTS, { grants: [GRANTS[0]!] }));
    await playUntilMappingSaid(stage, code);
    await stage.pass(HOUR_MS);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpansionDue');
  });

  test.each([
    [
      'a workspace that the operator may not see',
      () => void delete workspaceIn(stage.simulator.world, FINANCE).roles[OPERATOR_APP.objectId],
      'GrantUnreadable',
    ],
    [
      'a role that the operator may not give',
      () =>
        void stage.simulator.faults.add({
          kind: 'refuse',
          status: 403,
          code: 'InsufficientPrivileges',
          method: 'POST',
          path: `/${FINANCE}/roleAssignments`,
        }),
      'InsufficientPrivileges',
    ],
  ])('%s hides nobody the hour of the roles that a group has', async (_, hinder, reason) => {
    hinder();
    await begin({ grants: GRANTS }, ANALYSTS);
    await playUntilMappingSaid(stage, 'GroupExpanding', 'GroupExpanded');
    expect(mappingIn(stage)!.status!.expansion).toMatchObject({ state: 'Expanding' });
    expect(mappingCondition(stage, 'GroupExpanded')?.message).toContain('1 of 2 workspace roles');
    await stage.pass(HOUR_MS);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpansionDue');
    expect(mappingSaid(stage, 'Ready')).toBe(`False ${reason}`);
    expect(mappingCondition(stage, 'Ready')?.message).toContain(FINANCE);
    expect(mappingCondition(stage, 'Granted')?.message).toContain('1 of 2 is as asked for.');
  });

  test('a group without any of its roles is not called expanded, however long it is mapped', async () => {
    delete workspaceIn(stage.simulator.world, FINANCE).roles[OPERATOR_APP.objectId];
    await begin({ grants: [GRANTS[1]!] }, ANALYSTS);
    await playUntilMappingSaid(stage, 'GrantUnreadable');
    await stage.pass(2 * HOUR_MS);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('Unknown AwaitingGrants');
    expect(mappingIn(stage)!.status!.expansion).toMatchObject({ state: 'Expanding' });
  });

  test('only observed, it says what would be given, and gives nothing', async () => {
    await begin({ ...FULL, managementPolicy: 'Observe' });
    await stage.pass(MINUTE_MS);
    const { plan = [] } = mappingIn(stage)!.status!;
    expect(plan.map(({ action }) => action)).toEqual(['createMapping', 'grantRole', 'grantRole', 'publishStrings']);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(secretOf()).toBeUndefined();
    await stage.kube.delete(crossTenantMappings, NAMESPACE, 'guest');
    await playUntilMappingGone(stage);
  });
});
