import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mapGuest } from '../../simulator/fabric/mapping-life.ts';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  changeMapping,
  deleteMappingObject,
  FABRIKAM,
  LOADER,
  liveRows,
  mappingCalls,
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
import { TENANT } from '../support/stage-world.ts';

/** What the guest's tenant has to do, and what becomes of it when it does not, or takes it back. */

let stage: Stage;
let unasked: StageSnapshot;

beforeAll(async () => {
  stage = await startMappingStage({}, { world: mappingWorld() });
  unasked = stage.snapshot();
});
beforeEach(() => setTheStage(stage, unasked));
afterAll(() => stage.close());

describe('a tenant that has not consented', () => {
  test('is told apart from a bad token, its administrator gets the exact steps, and consent is noticed', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingSaid(stage, 'GuestConsentMissing');
    expect(mappingSaid(stage, 'GuestConsented')).toBe('False GuestConsentMissing');
    expect(mappingSaid(stage, 'Stalled')).toBe('True GuestConsentMissing');
    const steps = mappingCondition(stage, 'GuestConsented')!.message;
    expect(steps).toContain(`az login --tenant ${FABRIKAM}`);
    expect(steps).toContain('/v1/ephemeral/crosstenantauth/consent');
    expect(steps).toContain(`{"resourceTenantObjectId":"${TENANT}"}`);
    await stage.pass(HOUR_MS);
    expect(await stage.metrics()).toMatch(/^fabriclink_consent_waiting_seconds\{.*name="guest".*\} 3[56]\d\d/m);
    consent(stage.simulator.world, FABRIKAM, TENANT);
    await playUntilMappingReady(stage);
    expect(mappingSaid(stage, 'GuestConsented')).toBe('True GuestConsented');
    expect(await stage.metrics()).not.toMatch(/^fabriclink_consent_waiting_seconds\{/m);
  });

  test('stays the word that is said while Fabric cannot be asked', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingSaid(stage, 'GuestConsentMissing');
    const path = '/crosstenantauth/mappings';
    const { faults } = stage.simulator;
    faults.add({ kind: 'throttle', retryAfterSeconds: 300, method: 'POST', path, times: 1 });
    faults.add({ kind: 'refuse', status: 503, code: 'ServiceUnavailable', method: 'POST', path, skip: 1, times: 1 });
    const said = new Set<string>();
    stage.onCall(() => {
      said.add(['Ready', 'Stalled', 'GuestConsented'].map((type) => mappingSaid(stage, type)).join(', '));
      return undefined;
    });
    await stage.pass(HOUR_MS);
    expect(mappingCalls(stage, 'POST').map(({ status }) => status)).toEqual(expect.arrayContaining([401, 429, 503]));
    expect([...said]).toEqual(['False GuestConsentMissing, True GuestConsentMissing, False GuestConsentMissing']);
    consent(stage.simulator.world, FABRIKAM, TENANT);
    await playUntilMappingReady(stage);
  });

  test('what somebody else maps by hand meanwhile is taken over, and not for ours', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingSaid(stage, 'GuestConsentMissing');
    consent(stage.simulator.world, FABRIKAM, TENANT);
    mapGuest(stage.simulator.cloud, {
      providerTenantId: TENANT,
      guestTenantId: FABRIKAM,
      guestObjectId: ANA.objectId,
      type: 'User',
    });
    // The list is twenty minutes old at most; until then our own request would find the same mapping.
    stage.simulator.faults.add({
      kind: 'refuse',
      service: 'fabric',
      method: 'POST',
      path: 'crosstenantauth',
      status: 401,
      code: 'Unauthorized',
    });
    await stage.run(() => mappingIn(stage)!.metadata.annotations?.['fabriclink.dev/mapping'] !== undefined, {
      withinMs: 2 * HOUR_MS,
      what: 'it is noted',
    });
    expect(mappingIn(stage)!.metadata.annotations!['fabriclink.dev/mapping']).toMatch(/^adopted /);
    await deleteMappingObject(stage);
    await playUntilMappingGone(stage);
    expect(liveRows(stage)).toHaveLength(1);
  });

  test('looked at when a person says so costs one list and one request', async () => {
    await stage.startOperator();
    await stage.apply(mappingManifest(ANA));
    await playUntilMappingSaid(stage, 'GuestConsentMissing');
    await stage.pass(2 * MINUTE_MS);
    consent(stage.simulator.world, FABRIKAM, TENANT);
    stage.forget();
    await changeMapping(stage, { metadata: { annotations: { 'fabriclink.dev/reconcile': 'now' } } });
    await playUntilMappingReady(stage);
    expect(mappingCalls(stage).map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test('is asked once for all of its guests, and not for each', async () => {
    await stage.startOperator();
    for (const [index, guest] of [ANA, LOADER, ANALYSTS].entries()) {
      await stage.apply(mappingManifest(guest, {}, `guest-${index}`));
      await playUntilMappingSaid(stage, 'GuestConsentMissing', 'Ready', `guest-${index}`);
    }
    await stage.pass(HOUR_MS);
    const before = mappingCalls(stage, 'POST').length;
    await stage.pass(HOUR_MS);
    // One in ten minutes, for three guests.
    expect(mappingCalls(stage, 'POST').length - before).toBeLessThanOrEqual(8);
    consent(stage.simulator.world, FABRIKAM, TENANT);
    await stage.run(() => liveRows(stage).length === 3, { withinMs: HOUR_MS, what: 'all three are mapped' });
  });
});
