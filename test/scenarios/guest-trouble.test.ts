import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import { declareTenantSetting, workspaceIn } from '../../simulator/fabric/build.ts';
import { MAPPING_CHOICES, type MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import { mapGuest } from '../../simulator/fabric/mapping-life.ts';
import { consent, forgetMapping, revokeConsent } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { cloudWrites, eventNotes, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  changeMapping,
  deleteMappingObject,
  FABRIKAM,
  isMappingReady,
  liveRows,
  mappingCalls,
  mappingCondition,
  mappingIn,
  mappingManifest,
  mappingSaid,
  playUntilMappingGone,
  playUntilMappingReady,
  playUntilMappingSaid,
  rowsIn,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { credentialsSecret, NAMESPACE, OPERATOR_APP, SALES, TENANT } from '../support/stage-world.ts';

/** What goes wrong with guests, and what people then read. */

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  empty = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, empty);
  choose({});
});
afterAll(() => stage.close());

const choose = (choices: Partial<MappingChoices>) =>
  void Object.assign(stage.simulator.cloud.conduct.fabric.choices, MAPPING_CHOICES, { pageSize: 100 }, choices);
const begin = async (...args: Parameters<typeof mappingManifest>) => {
  await stage.startOperator();
  await stage.apply(mappingManifest(...args));
};
const message = (type: string, name?: string) => mappingCondition(stage, type, name)?.message ?? '';
const annotate = (annotations: Record<string, string | null>, name = 'guest') =>
  changeMapping(stage, { metadata: { annotations } }, name);
const patchSpec = (spec: object, name = 'guest') => changeMapping(stage, { spec }, name);
/** As if somebody had mapped Ana by hand. */
const mapByHand = (extra: object = {}) =>
  mapGuest(stage.simulator.cloud, {
    providerTenantId: TENANT,
    guestTenantId: FABRIKAM,
    guestObjectId: ANA.objectId,
    type: 'User',
    userPrincipalName: ANA.userPrincipalName!,
    ...extra,
  });

const ABANDON = 'kubectl -n stage annotate ctm guest fabriclink.dev/abandon=yes';
const VIEWER = [{ workspaceId: SALES, role: 'Viewer' }];
const ledger = () =>
  JSON.stringify(
    stage.kubernetes.objects('configmaps').filter(({ metadata }) => metadata.name.startsWith('fabriclink-ledger-')),
  );

describe('consent that is taken back', () => {
  test.each(['vanish', 'tombstone'] as const)(
    'is noticed when Fabric ends the mapping (%s), said, and heals',
    async (revokedMappings) => {
      choose({ revokedMappings, mappingDeletedMark: revokedMappings === 'tombstone' ? 'isDeleted' : 'none' });
      await begin(ANA);
      await playUntilMappingReady(stage);
      revokeConsent(stage.simulator.cloud, FABRIKAM, TENANT);
      await playUntilMappingSaid(stage, 'ConsentRevoked');
      expect(mappingSaid(stage, 'GuestConsented')).toBe('False ConsentRevoked');
      expect(message('GuestConsented')).toContain('sessions that are open go on');
      consent(stage.simulator.world, FABRIKAM, TENANT);
      await playUntilMappingReady(stage);
      expect(liveRows(stage)).toHaveLength(1);
      expect(eventReasons(stage)).toContain('MappingLost');
    },
  );
});

/** Guests of another tenant, each on a page of the list. */
const fillTheList = (pages: number) => {
  for (let index = 0; index < pages; index += 1) {
    const guestObjectId = `70000000-0000-4000-8000-0000000002${String(index).padStart(2, '0')}`;
    const guestTenantId = '0c0c0000-0000-4000-8000-00000000000c';
    mapGuest(stage.simulator.cloud, { providerTenantId: TENANT, guestTenantId, guestObjectId, type: 'User' });
  }
  Object.assign(stage.simulator.cloud.conduct.fabric.choices, { mappingPages: true, pageSize: 1 });
};

describe('a list of more pages than a minute allows, at which one object looks', () => {
  test('is read to its end, and what is gone from it is noticed; until then nobody ceases to be Ready', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    fillTheList(60);
    forgetMapping(stage.simulator.cloud, liveRows(stage).find(({ guestTenantId }) => guestTenantId === FABRIKAM)!.id);
    const said = new Set<string>();
    stage.onCall(() => {
      said.add(mappingSaid(stage, 'Ready'));
      return undefined;
    });
    await stage.run(() => mappingCalls(stage, 'POST').length === 2, { withinMs: 3 * HOUR_MS, what: 'it is noticed' });
    expect([...said].filter((words) => words.startsWith('False') && words !== 'False MappingLost')).toEqual([]);
  });
});

describe('consent that is taken back from many, in a tenant with a long list', () => {
  const GUESTS = Array.from({ length: 7 }, (_, index) => ({
    tenantId: FABRIKAM,
    type: 'ServicePrincipal' as const,
    objectId: `70000000-0000-4000-8000-0000000001${String(index).padStart(2, '0')}`,
  }));
  const PAGES = 30;

  test('the list is not read without a pause, and what is awaited goes on being said', async () => {
    const { world } = stage.simulator;
    for (const { objectId } of GUESTS) world.entra.guests.push({ tenantId: FABRIKAM, objectId, type: 'User' });
    await stage.startOperator();
    for (const [index, guest] of GUESTS.entries()) {
      await stage.apply(mappingManifest(guest, {}, `guest-${index}`));
      await playUntilMappingReady(stage, `guest-${index}`);
    }
    fillTheList(PAGES);
    world.fabric.consents = {};
    for (const row of liveRows(stage)) if (row.guestTenantId === FABRIKAM) delete world.fabric.mappings[row.id];
    // Each of them is looked at every ten minutes: here one a minute.
    for (const index of GUESTS.keys()) {
      await annotate({ 'fabriclink.dev/reconcile': '1' }, `guest-${index}`);
      await playUntilMappingSaid(stage, 'ConsentRevoked', 'Ready', `guest-${index}`);
      await stage.pass(MINUTE_MS);
    }
    stage.forget();
    const said = new Set<string>();
    stage.onCall(() => {
      for (const index of GUESTS.keys()) said.add(mappingSaid(stage, 'Ready', `guest-${index}`));
      return undefined;
    });
    await stage.pass(30 * MINUTE_MS);
    const pages = mappingCalls(stage, 'GET').length;
    // A quarter of 50 calls a minute, and a look at the token for each 401.
    expect(pages).toBeGreaterThan(0);
    expect(pages).toBeLessThanOrEqual((30 * 50) / 4 + PAGES);
    expect([...said]).toEqual(['False ConsentRevoked']);
  });
});

describe('what exists already', () => {
  test('is taken over as it is, and stays when the object goes', async () => {
    const there = mapByHand();
    await begin(ANA);
    await playUntilMappingReady(stage);
    expect(mappingCalls(stage, 'POST')).toEqual([]);
    expect(mappingIn(stage)!.status!.mappingId).toBe(there.id);
    expect(eventReasons(stage)).toContain('MappingAdopted');
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toHaveLength(1);
  });

  test('goes with the object when deletionPolicy says so', async () => {
    mapByHand();
    await begin(ANA, { deletionPolicy: 'DeleteAll' });
    await playUntilMappingReady(stage);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toEqual([]);
  });

  test('is left alone by adoptionPolicy Never', async () => {
    mapByHand();
    await begin(ANA, { adoptionPolicy: 'Never' });
    await playUntilMappingSaid(stage, 'AdoptionNever');
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toHaveLength(1);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('and differs is neither taken over nor made anew', async () => {
    mapByHand({ denyUserAccess: true });
    await begin(ANA, { denyUserAccess: false });
    await playUntilMappingSaid(stage, 'AdoptionDiffers');
    expect(message('Stalled')).toContain('denyUserAccess true');
    expect(cloudWrites(stage.calls)).toEqual([]);
    await patchSpec({ adoptionPolicy: 'Always' });
    await playUntilMappingReady(stage);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });

  test('is never deleted and mapped anew because the spec changed', async () => {
    await begin(ANA, { denyUserAccess: false });
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    const writes = cloudWrites(stage.calls).length;
    await patchSpec({ denyUserAccess: true });
    await playUntilMappingSaid(stage, 'MappingDiffers');
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toHaveLength(writes);
    await patchSpec({ denyUserAccess: false });
    await playUntilMappingReady(stage);
  });

  test('and turns out otherwise than asked for: its id is written down, and nobody to give roles to', async () => {
    await begin(ANA, { denyUserAccess: false });
    await playUntilMappingReady(stage);
    await patchSpec({ denyUserAccess: true });
    await playUntilMappingSaid(stage, 'MappingDiffers');
    const { annotations = {} } = mappingIn(stage)!.metadata;
    expect(annotations['fabriclink.dev/mapping']).toContain(liveRows(stage)[0]!.id);
    expect(annotations['fabriclink.dev/principal']).toBeUndefined();
  });

  test('belongs to the oldest object that names the guest; the younger one takes its turn', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.pass(MINUTE_MS);
    await stage.apply(mappingManifest({ ...ANA, objectId: ANA.objectId.toUpperCase() }, {}, 'younger'));
    await playUntilMappingSaid(stage, 'Claimed', 'Ready', 'younger');
    expect(mappingIn(stage, 'younger')!.status!.access).toBe(`see ${NAMESPACE}/guest`);
    expect(message('Ready', 'younger')).toContain('stage/guest');
    await deleteMappingObject(stage);
    await playUntilMappingReady(stage, 'younger');
    expect(liveRows(stage)).toHaveLength(1);
    expect(mappingCalls(stage, 'POST')).toHaveLength(2);
  });
});

describe('a mapping that is lost', () => {
  test('is made again, once, and said', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    delete stage.simulator.world.fabric.mappings[liveRows(stage)[0]!.id];
    await stage.run(() => liveRows(stage).length === 1, { withinMs: 3 * HOUR_MS, what: 'it is there again' });
    await playUntilMappingReady(stage);
    expect(mappingCalls(stage, 'POST')).toHaveLength(2);
    expect(eventNotes(stage).join('\n')).toContain('was gone without our doing');
  });

  test('is not called Ready by the principal that went with it', async () => {
    await begin(ANA, { grants: [{ workspaceId: SALES, role: 'Viewer' }] });
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    const gone = mappingIn(stage)!.status!.principal!.id!;
    forgetMapping(stage.simulator.cloud, liveRows(stage)[0]!.id);
    await stage.run(() => liveRows(stage).length === 1, { withinMs: 3 * HOUR_MS, what: 'it is there again' });
    await stage.pass(2_000);
    expect(mappingSaid(stage, 'Ready')).toBe('False PrincipalUntold');
    expect(mappingIn(stage)!.status!.mappingId).toBeUndefined();
    await playUntilMappingReady(stage);
    expect(mappingIn(stage)!.status!.principal!.id).toBe(liveRows(stage)[0]!.principalId);
    expect(workspaceIn(stage.simulator.world, SALES).roles[gone]).toBeUndefined();
  });

  test('only from the list, for a while, keeps its principal, which the directory alone tells', async () => {
    choose({ mappingPrincipal: 'none' });
    await begin(ANA, { principalLookup: 'Graph', grants: [{ workspaceId: SALES, role: 'Viewer' }] });
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    const { fabric, graph } = stage.simulator.world;
    const there = liveRows(stage)[0]!;
    delete fabric.mappings[there.id];
    await stage.run(() => liveRows(stage).length === 1, { withinMs: 3 * HOUR_MS, what: 'it is asked for again' });
    const made = liveRows(stage)[0]!;
    delete graph.objects[made.principalId!];
    Object.assign(made, { principalId: there.principalId });
    await stage.pass(2_000);
    expect(mappingSaid(stage, 'Ready')).toBe('False PrincipalReplicating');
    await playUntilMappingReady(stage);
    expect(mappingIn(stage)!.status!.principal!.id).toBe(there.principalId);
  });

  test('lost provenance deletes nothing', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.killOperator();
    const keys = ['requested-at', 'mapping', 'principal'];
    await annotate(Object.fromEntries(keys.map((key) => [`fabriclink.dev/${key}`, null])));
    await deleteMappingObject(stage);
    await stage.startOperator();
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toHaveLength(1);
  });
});

describe('rights that are missing', () => {
  test('a provider that is not enrolled is told what to do', async () => {
    delete stage.simulator.world.fabric.providers[TENANT];
    await begin(ANA);
    await playUntilMappingSaid(stage, 'ProviderNotEnrolled');
    expect(message('Stalled')).toContain('limited preview');
    expect(mappingSaid(stage, 'Mapped')).toBe('Unknown ProviderNotEnrolled');
    stage.simulator.world.fabric.providers[TENANT] = true;
    await playUntilMappingReady(stage);
  });

  test.each([
    ['AllowServicePrincipalsUseWriteAdminAPIs', true],
    ['AllowServicePrincipalsUseReadAdminAPIs', false],
  ])('without %s the settings are named', async (setting, isRead) => {
    declareTenantSetting(stage.simulator.world, TENANT, setting, false);
    await begin(ANA);
    await playUntilMappingSaid(stage, 'PermissionUnproven');
    expect(message('Stalled')).toContain('Service principals can access');
    expect(message('Stalled').includes('az rest')).toBe(!isRead);
    expect(message('Stalled').includes('Group.Create')).toBe(isRead);
  });

  test('an unresolvable guest is no matter of consent', async () => {
    await begin({ ...ANA, objectId: '70000000-0000-4000-8000-0000000000ff' });
    await playUntilMappingSaid(stage, 'GuestUnresolvable');
    expect(mappingSaid(stage, 'GuestConsented')).toBe('Unknown ConsentUnknown');
  });

  test('a directory that may not be read blocks no mapping, and no group', async () => {
    choose({ mappingRow: 'echo', mappingPrincipal: 'none' });
    delete stage.simulator.world.graph.permissions[`${TENANT}/${OPERATOR_APP.objectId}`];
    await begin(ANALYSTS, { principalLookup: 'Graph' });
    await playUntilMappingReady(stage);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpansionDue');
    expect(mappingSaid(stage, 'PrincipalResolved')).toBe('Unknown PrincipalUnneeded');
  });
});

describe('a mapping that may not be deleted', () => {
  test('is said with what to do, and with the way to let the object go without it', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.pass(MINUTE_MS);
    stage.simulator.faults.add({ kind: 'refuse', status: 403, code: 'InsufficientPrivileges', method: 'DELETE' });
    await deleteMappingObject(stage);
    await playUntilMappingSaid(stage, 'PermissionUnproven');
    expect(mappingIn(stage)!.status!.nextStep).toContain(ABANDON);
    await patchSpec({ deletionPolicy: 'Retain' });
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toHaveLength(1);
  });

  test.each([
    [
      'the deletion is refused',
      { kind: 'refuse', status: 403, code: 'InsufficientPrivileges', method: 'DELETE' },
      ABANDON,
    ],
    ['the deletion fails', { kind: 'refuse', status: 500, code: 'UnknownError', method: 'DELETE' }, 'tries again'],
    ['the list is refused', { kind: 'refuse', status: 403, code: 'InsufficientPrivileges', method: 'GET' }, ABANDON],
    ['the list is cut off', { kind: 'cut', method: 'GET' }, ABANDON],
  ] as const)('is left when a person gives up while %s, and listed', async (_, fault, said) => {
    await begin(ANA, { grants: VIEWER });
    await playUntilMappingReady(stage);
    await stage.pass(HOUR_MS);
    stage.simulator.faults.add({ ...fault, path: 'crosstenantauth' });
    await deleteMappingObject(stage);
    await stage.crashAndRestart();
    await stage.pass(3 * HOUR_MS);
    expect(mappingIn(stage)!.status!.nextStep).toContain(said);
    await annotate({ 'fabriclink.dev/abandon': 'yes' });
    await stage.settle();
    expect(mappingIn(stage)).toBeUndefined();
    expect(liveRows(stage)).toHaveLength(1);
    const { id } = liveRows(stage)[0]!;
    expect(eventNotes(stage).join('\n')).toMatch(`left the mapping (${id}) of object ${ANA.objectId}`);
    expect(eventNotes(stage).join('\n')).toContain('DELETE https://api.fabric.microsoft.com');
    expect(ledger()).toContain(`"abandoned`);
    // Whether a deletion that failed was done, nobody knows.
    expect(ledger().includes('mappingDeleted')).toBe(said === 'tries again');
  });

  test('is deleted although a person gives up, where nothing holds that up', async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.pass(MINUTE_MS);
    const id = stage.simulator.faults.add({
      kind: 'throttle',
      retryAfterSeconds: 600,
      method: 'DELETE',
      path: 'crosstenantauth',
    });
    await deleteMappingObject(stage);
    await annotate({ 'fabriclink.dev/abandon': 'yes' });
    await stage.pass(MINUTE_MS);
    expect(mappingIn(stage)).toBeDefined();
    stage.simulator.faults.remove(id);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toEqual([]);
    expect(eventReasons(stage)).not.toContain('Abandoned');
  });

  test.each([
    ['refused', { kind: 'refuse', status: 403, code: 'InsufficientPrivileges' }],
    ['put off', { kind: 'throttle', retryAfterSeconds: 600 }],
  ] as const)('and whose deletion was only %s is no remains of one for the next object', async (_, fault) => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.pass(MINUTE_MS);
    stage.simulator.faults.add({ ...fault, method: 'DELETE' });
    await deleteMappingObject(stage);
    await stage.pass(2 * HOUR_MS);
    expect(mappingCalls(stage, 'DELETE').length).toBeGreaterThan(1);
    await patchSpec({ deletionPolicy: 'Retain' });
    await playUntilMappingGone(stage);
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingReady(stage);
    expect(mappingIn(stage)!.metadata.annotations!['fabriclink.dev/mapping']).toMatch(/^adopted /);
    expect(mappingCalls(stage, 'POST')).toHaveLength(1);
  });
});

describe('groups', () => {
  test('the expansion is looked at where the directory may be read', async () => {
    await begin(ANALYSTS, { principalLookup: 'Graph' });
    await playUntilMappingReady(stage);
    expect(mappingSaid(stage, 'GroupExpanded')).toBe('True GroupExpanded');
    expect(mappingIn(stage)!.status!.expansion).toMatchObject({ state: 'Expanded' });
  });
});

describe('observed only', () => {
  test('nothing is written, and the plan says what would be', async () => {
    await begin(ANA, { managementPolicy: 'Observe' });
    await playUntilMappingSaid(stage, 'WouldChange');
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(mappingIn(stage)!.metadata.annotations).toBeUndefined();
    expect(mappingIn(stage)!.status!.plan).toMatchObject([{ ladder: 'mapping', action: 'createMapping' }]);
    await patchSpec({ managementPolicy: 'Manage' });
    await playUntilMappingReady(stage);
    expect(isMappingReady(stage)).toBe(true);
    expect(rowsIn(stage)).toHaveLength(1);
  });
});

describe('a deletion whose credentials are gone', () => {
  const orphan = async () => {
    await begin(ANA);
    await playUntilMappingReady(stage);
    await stage.pass(MINUTE_MS);
    await stage.kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials');
    await deleteMappingObject(stage);
    await stage.pass(HOUR_MS);
  };

  test('waits a day, writes down what is left, and lets go', async () => {
    await orphan();
    expect(mappingSaid(stage, 'Stalled')).toBe('True CredentialMissing');
    expect(message('Stalled')).toContain('kubectl -n stage annotate ctm guest fabriclink.dev/abandon=yes');
    expect(message('Stalled')).toMatch(/let go at \d{4}-\d\d-\d\dT\d\d:\d\dZ/);
    await stage.pass(20 * HOUR_MS);
    expect(mappingIn(stage)).toBeDefined();
    await playUntilMappingGone(stage);
    expect(ledger()).toContain(ANA.objectId);
    expect(liveRows(stage)).toHaveLength(1);
    expect(eventReasons(stage)).toContain('Abandoned');
  });

  test('goes on when they return', async () => {
    await orphan();
    await stage.apply(credentialsSecret());
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toEqual([]);
  });

  test('ends at once when a person gives up', async () => {
    await orphan();
    await annotate({ 'fabriclink.dev/abandon': 'yes' });
    await stage.settle();
    expect(mappingIn(stage)).toBeUndefined();
  });

  test('keeps nothing that was never ours', async () => {
    await stage.kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials');
    await begin(ANA);
    await playUntilMappingSaid(stage, 'CredentialMissing');
    await deleteMappingObject(stage);
    await stage.settle();
    expect(mappingIn(stage)).toBeUndefined();
  });
});
