import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { Stage, StageSnapshot } from '../support/stage.ts';
import { setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS } from '../support/stage-link.ts';
import {
  ANA,
  ANALYSTS,
  FABRIKAM,
  LOADER,
  liveRows,
  mappingCalls,
  mappingCondition,
  mappingManifest,
  mappingSaid,
  mappingWorld,
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
