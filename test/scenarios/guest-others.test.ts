import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import type { MappingChoices } from '../../simulator/fabric/mapping-conduct.ts';
import { mapGuest } from '../../simulator/fabric/mapping-life.ts';
import { setRole } from '../../simulator/fabric/role-assignments.ts';
import { addDirectoryObject } from '../../simulator/graph/directory.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { eventNotes, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  changeMapping,
  chooseAnswers,
  deleteMappingObject,
  FABRIKAM,
  LOADER,
  liveRows,
  mappingCalls,
  mappingCondition,
  mappingIn,
  mappingManifest,
  mappingSaid,
  playUntilMappingGone,
  playUntilMappingReady,
  playUntilMappingSaid,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { SALES, TENANT } from '../support/stage-world.ts';

/** What others do while the operator is about to do the same, or may not: theirs is neither taken for ours nor taken away. */

let stage: Stage;
let empty: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage();
  empty = stage.snapshot();
});
beforeEach(async () => {
  await setTheStage(stage, empty);
  chooseAnswers(stage, {});
});
afterAll(() => stage.close());

const VIEWER = [{ workspaceId: SALES, role: 'Viewer' }];
const rowOf = (objectId: string) => liveRows(stage).find(({ guestObjectId }) => guestObjectId === objectId);
const mapByHand = ({ objectId, userPrincipalName }: typeof ANA) =>
  mapGuest(stage.simulator.cloud, {
    providerTenantId: TENANT,
    guestTenantId: FABRIKAM,
    guestObjectId: objectId,
    type: 'User',
    ...(userPrincipalName !== undefined && { userPrincipalName }),
  });
const noteOf = (name: string) => mappingIn(stage)?.metadata.annotations?.[`fabriclink.dev/${name}`] ?? '';
const lookNow = (name = 'guest') =>
  changeMapping(stage, { metadata: { annotations: { 'fabriclink.dev/reconcile': String(stage.clock.now()) } } }, name);
/** The tenant's list has just been read for another guest, and serves for the next minutes. */
const withYoungList = async () => {
  await stage.startOperator();
  await stage.apply(mappingManifest(ANA, {}, 'first'));
  await playUntilMappingReady(stage, 'first');
};

describe('a role that the operator may not give', () => {
  test.each([
    ['refused', { kind: 'refuse', status: 403, code: 'InsufficientWorkspaceRole' }],
    ['put off', { kind: 'throttle', retryAfterSeconds: 600 }],
  ] as const)('is not ours when it was %s and a person then gives it', async (_, fault) => {
    const id = stage.simulator.faults.add({ ...fault, method: 'POST', path: '/roleAssignments' });
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, { grants: VIEWER }));
    await stage.run(() => mappingSaid(stage, 'PrincipalResolved') === 'True PrincipalResolved', {
      withinMs: HOUR_MS,
      what: 'it is known who represents Ana',
    });
    await stage.pass(MINUTE_MS);
    const { principalId = '' } = rowOf(ANA.objectId)!;
    const sales = workspaceIn(stage.simulator.world, SALES);
    setRole(stage.simulator.cloud, sales, principalId, 'Viewer');
    stage.simulator.faults.remove(id);
    await playUntilMappingReady(stage);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(sales.roles[principalId]).toBe('Viewer');
  });
});

describe('a mapping that somebody else makes meanwhile', () => {
  test.each(['conflict', 'badRequest'] as const)(
    'is theirs where Fabric says that it is there (%s)',
    async (repeatedMapping) => {
      chooseAnswers(stage, { repeatedMapping });
      await withYoungList();
      mapByHand(LOADER);
      await stage.apply(mappingManifest(LOADER, { adoptionPolicy: 'Never' }));
      await stage.pass(HOUR_MS);
      expect(mappingSaid(stage, 'Ready')).toBe('False AdoptionNever');
      await deleteMappingObject(stage);
      await playUntilMappingGone(stage);
      expect(rowOf(LOADER.objectId)).toBeDefined();
    },
  );

  test('is found by the look that comes before the request, where Fabric would take ours for the same', async () => {
    await withYoungList();
    await stage.pass(2 * MINUTE_MS);
    mapByHand(LOADER);
    await stage.apply(mappingManifest(LOADER, { adoptionPolicy: 'Never' }));
    await playUntilMappingSaid(stage, 'AdoptionNever');
    expect(mappingCalls(stage, 'POST')).toHaveLength(1);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(rowOf(LOADER.objectId)).toBeDefined();
  });

  describe('and that no list shows yet, where rows tell when they were made', () => {
    /** Somebody maps Loader; five minutes later our own request is taken for the same mapping. */
    const overtaken = async (spec: object, choices: Partial<MappingChoices> = {}) => {
      chooseAnswers(stage, { mappingTimes: 'createdDateTime', ...choices });
      await withYoungList();
      const lag = stage.simulator.faults.add({ kind: 'stale', method: 'GET', path: '/crosstenantauth/mappings' });
      mapByHand(LOADER);
      await stage.pass(5 * MINUTE_MS);
      await stage.apply(mappingManifest(LOADER, spec));
      await stage.run(() => mappingCalls(stage, 'POST').length === 2, {
        withinMs: HOUR_MS,
        what: 'Loader is asked for',
      });
      return lag;
    };
    const endsWithoutIt = async () => {
      await deleteMappingObject(stage);
      await playUntilMappingGone(stage);
      expect(mappingCalls(stage, 'DELETE')).toEqual([]);
      expect(rowOf(LOADER.objectId)).toBeDefined();
    };

    test.each([
      ['the list', {}, 2],
      ['the answer', { mappingAnswer: 'row' }, 1],
    ] as const)('is theirs as soon as %s tells: Never means never', async (_, choices, mapped) => {
      stage.simulator.faults.remove(await overtaken({ adoptionPolicy: 'Never' }, choices));
      await playUntilMappingSaid(stage, 'AdoptionNever');
      expect(eventReasons(stage)).toContain('MappingForeign');
      // Nobody is told that the guest was mapped whom an answer tells otherwise.
      expect(eventReasons(stage).filter((reason) => reason === 'GuestMapped')).toHaveLength(mapped);
      await endsWithoutIt();
    });

    test('is taken over as it is, and stays', async () => {
      stage.simulator.faults.remove(await overtaken({}));
      await stage.run(() => noteOf('mapping').startsWith('adopted'), { withinMs: HOUR_MS, what: 'it is taken over' });
      await playUntilMappingReady(stage);
      expect(eventReasons(stage)).toEqual(expect.arrayContaining(['MappingForeign', 'MappingAdopted']));
      expect(noteOf('requested-at')).toBe('');
      await endsWithoutIt();
    });

    test.each([
      ['', {}, true],
      [
        ' although everything is to go, where it would not be taken over',
        { deletionPolicy: 'DeleteAll', adoptionPolicy: 'Never' },
        true,
      ],
      [' unless everything is to go', { deletionPolicy: 'DeleteAll' }, false],
    ])('stays where the object goes before the list tells%s', async (_, spec, stays) => {
      const lag = await overtaken(spec);
      await deleteMappingObject(stage);
      await stage.pass(MINUTE_MS);
      stage.simulator.faults.remove(lag);
      await playUntilMappingGone(stage);
      expect(rowOf(LOADER.objectId) !== undefined).toBe(stays);
    });
  });

  test('is theirs where our own request was put off', async () => {
    await withYoungList();
    const put = stage.simulator.faults.add({
      kind: 'throttle',
      retryAfterSeconds: 1_500,
      method: 'POST',
      path: '/crosstenantauth/mappings',
    });
    await stage.apply(mappingManifest(LOADER, { adoptionPolicy: 'Never' }));
    await stage.pass(MINUTE_MS);
    expect(mappingCalls(stage, 'POST')).toHaveLength(2);
    mapByHand(LOADER);
    stage.simulator.faults.remove(put);
    await playUntilMappingSaid(stage, 'AdoptionNever');
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(rowOf(LOADER.objectId)).toBeDefined();
  });

  test('takes the place of ours, and stays when the object goes', async () => {
    chooseAnswers(stage, { mappingAnswer: 'row' });
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingReady(stage);
    await stage.pass(2 * HOUR_MS);
    delete stage.simulator.world.fabric.mappings[rowOf(ANA.objectId)!.id];
    mapByHand(ANA);
    await stage.pass(2 * HOUR_MS);
    const { id } = rowOf(ANA.objectId)!;
    expect(mappingCondition(stage, 'Mapped')?.message).toContain(`${id}). It told another id`);
    expect(mappingCondition(stage, 'Mapped')?.message).toContain('unless deletionPolicy is DeleteAll');
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(rowOf(ANA.objectId)).toBeDefined();
    const [told] = eventNotes(stage).filter((note) => note.startsWith(`Left the mapping ${id}`));
    expect(told).toContain('DELETE https://api.fabric.microsoft.com');
  });

  test('takes the place of ours under the same id, and stays where its time tells', async () => {
    chooseAnswers(stage, { mappingRow: 'echo', mappingTimes: 'createdDateTime' });
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingReady(stage);
    await stage.pass(2 * HOUR_MS);
    delete stage.simulator.world.fabric.mappings[rowOf(ANA.objectId)!.id];
    mapByHand(ANA);
    await stage.pass(HOUR_MS);
    expect(eventReasons(stage)).toContain('MappingForeign');
    expect(noteOf('mapping')).toMatch(/^adopted /);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(rowOf(ANA.objectId)).toBeDefined();
  });

  test('is not suspected where Fabric lists ours under another id than it answered, and tells when it was made', async () => {
    chooseAnswers(stage, { mappingAnswer: 'row', mappingTimes: 'createdDateTime' });
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingReady(stage);
    const { mappings, mappingsByGuest } = stage.simulator.world.fabric;
    const row = rowOf(ANA.objectId)!;
    const id = 'aaaaaaaa-0000-4000-8000-00000000000a';
    delete mappings[row.id];
    for (const ids of Object.values(mappingsByGuest)) ids.push(...(ids.includes(row.id) ? [id] : []));
    mappings[id] = Object.assign(row, { id });
    await stage.pass(2 * HOUR_MS);
    expect(mappingCondition(stage, 'Mapped')?.message).toBe(`Fabric has mapped the guest (mapping ${id}).`);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(rowOf(ANA.objectId)).toBeUndefined();
  });
});

describe('a namesake', () => {
  test('that is made long after the mapping is nobody’s principal', async () => {
    chooseAnswers(stage, { mappingRow: 'echo', mappingPrincipal: 'none', principalName: 'opaque' });
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA, { grants: VIEWER, principalLookup: 'Graph' }));
    await playUntilMappingSaid(stage, 'PrincipalUnresolved');
    await stage.pass(5 * HOUR_MS);
    const namesake = addDirectoryObject(stage.simulator.world, {
      tenantId: TENANT,
      kind: 'ServicePrincipal',
      displayName: `${ANA.userPrincipalName} (somebody)`,
      createdAtMs: stage.clock.now(),
    });
    await stage.pass(2 * HOUR_MS);
    await lookNow();
    await stage.pass(MINUTE_MS);
    expect(workspaceIn(stage.simulator.world, SALES).roles[namesake.id]).toBeUndefined();
    expect(mappingSaid(stage, 'Stalled')).toBe('True PrincipalUnproven');
  });
});

describe('a request whose answer was lost', () => {
  test.each([403, 409, 429, 500])(
    'by an API server that did not take the note of it (%s), is ours all the same',
    async (code) => {
      await stage.startOperator();
      stage.onCall((call, moment) => {
        if (moment === 'after' && call.method === 'POST' && call.path.includes('/crosstenantauth/')) {
          stage.kubernetes.faults.failNext(
            ({ path, method }) => method === 'PATCH' && path.endsWith('/guest'),
            { kind: 'answer', code, reason: 'Refused' },
            1,
          );
        }
        return undefined;
      });
      await stage.apply(mappingManifest(ANA));
      await stage.run(() => rowOf(ANA.objectId) !== undefined, { withinMs: HOUR_MS, what: 'Ana is mapped' });
      stage.onCall(undefined);
      await playUntilMappingReady(stage);
      expect(noteOf('mapping')).toMatch(/^created /);
      await deleteMappingObject(stage);
      await playUntilMappingGone(stage);
      expect(rowOf(ANA.objectId)).toBeUndefined();
    },
  );

  test('leaves nothing behind when its object goes before the list shows it', async () => {
    await withYoungList();
    const stale = stage.simulator.faults.add({ kind: 'stale', method: 'GET', path: '/crosstenantauth/mappings' });
    stage.simulator.faults.add({ kind: 'loseReply', method: 'POST', path: '/crosstenantauth/mappings', times: 1 });
    stage.onCall((call, moment) =>
      call.method === 'POST' && call.path.includes('/crosstenantauth/') && moment === 'after' ? 'die' : undefined,
    );
    await stage.apply(mappingManifest(LOADER));
    await stage.run(() => rowOf(LOADER.objectId) !== undefined, { withinMs: HOUR_MS, what: 'Loader is mapped' });
    stage.onCall(undefined);
    await deleteMappingObject(stage);
    await stage.pass(2 * MINUTE_MS);
    stage.simulator.faults.remove(stale);
    await playUntilMappingGone(stage);
    expect(mappingIn(stage)).toBeUndefined();
    expect(rowOf(LOADER.objectId)).toBeUndefined();
  });
});

describe('a mapping whose id the answer did not tell, deleted while the shared list is older than it', () => {
  const mapLoader = async () => {
    await stage.apply(mappingManifest(LOADER));
    await stage.run(() => noteOf('mapping') !== '', { withinMs: HOUR_MS, what: 'Loader is mapped' });
    await stage.pass(2_000);
  };

  test('goes at once: a list that is younger tells its id', async () => {
    await withYoungList();
    await mapLoader();
    await deleteMappingObject(stage);
    await stage.pass(MINUTE_MS);
    expect(mappingIn(stage)).toBeUndefined();
    expect(rowOf(LOADER.objectId)).toBeUndefined();
  });

  test('goes when the list, which lags, must have caught up: it is read once more then', async () => {
    await withYoungList();
    const stale = stage.simulator.faults.add({ kind: 'stale', method: 'GET', path: '/crosstenantauth/mappings' });
    await mapLoader();
    await deleteMappingObject(stage);
    await stage.pass(8 * MINUTE_MS);
    expect(mappingSaid(stage, 'Ready')).toBe('False RemovalSettling');
    stage.simulator.faults.remove(stale);
    await playUntilMappingGone(stage);
    expect(rowOf(LOADER.objectId)).toBeUndefined();
  });
});
