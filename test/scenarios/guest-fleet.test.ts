import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crossTenantMappings } from '../../crds/cross-tenant-mapping.ts';
import { resourceName } from '../../operator/clients/kube/resources.ts';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { Stage } from '../support/stage.ts';
import { isCloudRead, isCloudWrite, isStatusWrite } from '../support/stage-calls.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  FABRIKAM,
  isMappingReady,
  liveRows,
  mappingCalls,
  mappingManifest,
  mappingWorld,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { credentialsSecret, TENANT } from '../support/stage-world.ts';

/** Many guests within 50 calls a minute for everything. */

const GUESTS = 102;
const LATE = 'late';
const OTHER_NAMESPACE = 'other';
const objectId = (index: number) => `71000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const guest = (index: number) => ({ tenantId: FABRIKAM, type: 'ServicePrincipal' as const, objectId: objectId(index) });

let stage: Stage;
let tookMs: number;
let lateTookMs: number;
const readyCount = () =>
  stage.kubernetes
    .objects(resourceName(crossTenantMappings))
    .filter(({ metadata }) => isMappingReady(stage, metadata.name)).length;

beforeAll(async () => {
  const world = mappingWorld();
  consent(world, FABRIKAM, TENANT);
  for (let index = 0; index <= GUESTS; index += 1) {
    world.entra.guests.push({ tenantId: FABRIKAM, type: 'User', objectId: objectId(index) });
  }
  stage = await startMappingStage({ mappingAnswer: 'row' }, { world, objects: GUESTS });
  for (let index = 0; index < GUESTS; index += 1) {
    await stage.apply(mappingManifest(guest(index), {}, `guest-${index}`));
  }
  await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OTHER_NAMESPACE } });
  const secret = credentialsSecret();
  await stage.apply({ ...secret, metadata: { ...secret.metadata, namespace: OTHER_NAMESPACE } });
  const startedAtMs = stage.clock.now();
  await stage.startOperator();
  await stage.run(() => liveRows(stage).length > 60, { withinMs: HOUR_MS, what: 'the sweep is in its midst' });
  const appliedAtMs = stage.clock.now();
  await stage.apply(mappingManifest(guest(GUESTS), {}, LATE, OTHER_NAMESPACE));
  await stage.run(() => isMappingReady(stage, LATE), { withinMs: HOUR_MS, what: 'the late one is Ready' });
  lateTookMs = stage.clock.now() - appliedAtMs;
  await stage.run(() => readyCount() === GUESTS + 1, { withinMs: HOUR_MS, what: 'all are Ready' });
  tookMs = stage.clock.now() - startedAtMs;
}, 120_000);
afterAll(() => stage.close());

describe(`${GUESTS} guests at once`, () => {
  test('each is mapped by one call, one list serves all, and nothing is refused', () => {
    expect(mappingCalls(stage, 'POST')).toHaveLength(GUESTS + 1);
    expect(mappingCalls(stage, 'GET').length).toBeLessThanOrEqual(2);
    expect(stage.calls.filter(({ service, status = 0 }) => service !== 'kubernetes' && status >= 400)).toEqual([]);
  });

  test('in the minutes that the quota demands', () => {
    const demandedMs = (Math.ceil((GUESTS + 2) / 50) - 1) * MINUTE_MS;
    // Half a second in a minute for safety, and, as chance has it here, everybody comes back a twentieth late.
    expect(tookMs).toBeLessThan(demandedMs * 1.07);
  });

  test('and whoever comes from another namespace waits for the next free call, and not for them', () => {
    expect(lateTookMs).toBeLessThan(1.1 * MINUTE_MS);
  });

  test('at rest under a tenth of a read for each and hour, and no writes', async () => {
    await stage.pass(5 * HOUR_MS);
    stage.forget();
    await stage.pass(5 * HOUR_MS);
    expect(stage.calls.filter((call) => isCloudWrite(call) || isStatusWrite(call))).toEqual([]);
    expect(stage.calls.filter(isCloudRead).length / (5 * GUESTS)).toBeLessThan(0.1);
  });
});
