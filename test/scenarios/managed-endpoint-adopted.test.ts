import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { approveConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { cloudWrites, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS } from '../support/stage-link.ts';
import {
  closeSales,
  isManagedReady,
  managedIn,
  managedManifest,
  playUntilManagedReady,
  playUntilSaid,
  rowIn,
} from '../support/stage-managed.ts';
import { CAPACITY, FINANCE, NAMESPACE, SALES, SALES_SERVICE } from '../support/stage-world.ts';

/** Endpoints that somebody made before there was an object for them. */

let stage: Stage;
let linked: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  linked = await closeSales(stage);
});
beforeEach(async () => {
  stage.simulator.cloud.conduct.fabric.choices.pendingEndpoint = 'succeeded';
  await setTheStage(stage, linked);
  createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: 'to-sales', targetId: SALES_SERVICE });
  await stage.pass(HOUR_MS);
  approveConnection(stage.simulator.cloud, SALES_SERVICE, rowIn(stage)!.privateEndpointId);
  await stage.pass(HOUR_MS);
  await stage.startOperator();
});
afterAll(() => stage.close());

const byId = (expectedWorkspaceId: string) => ({
  target: { privateLinkResourceId: SALES_SERVICE, expectedWorkspaceId },
});

test('one to another workspace than expected is not taken over', async () => {
  await stage.apply(managedManifest(byId(CAPACITY)));
  await playUntilSaid(stage, 'TargetWorkspaceDiffers');
  expect(eventReasons(stage)).not.toContain('EndpointAdopted');
});

test('one to the expected workspace is taken over, and shows it', async () => {
  await stage.apply(managedManifest(byId(SALES)));
  await playUntilManagedReady(stage);
  expect(managedIn(stage)!.status).toMatchObject({ targetWorkspaceId: SALES });
  expect(cloudWrites(stage.calls)).toEqual([]);
});

test('one that somebody deletes is asked for again when Fabric takes a request, and not before', async () => {
  await stage.apply(managedManifest());
  await playUntilManagedReady(stage);
  const { id } = rowIn(stage)!;
  deleteManagedEndpoint(stage.simulator.cloud, FINANCE, 'to-sales');
  await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
    type: 'merge',
    body: { metadata: { annotations: { 'fabriclink.dev/reconcile': 'now' } } },
    fieldManager: 'person',
  });
  await stage.run(() => rowIn(stage) !== undefined && rowIn(stage)!.id !== id, {
    withinMs: 6 * HOUR_MS,
    what: 'it is asked for again',
  });
  const posts = stage.calls.filter(
    ({ method, path }) => method === 'POST' && path.endsWith('/managedPrivateEndpoints'),
  );
  expect(posts.map(({ status }) => status)).toEqual([201]);
});

test('one of which Fabric does not tell the sub-resource is still the same one', async () => {
  await stage.apply(managedManifest({ recreatePolicy: 'OnRejection' }));
  await playUntilManagedReady(stage);
  delete rowIn(stage)!.subresource;
  await stage.pass(3 * HOUR_MS);
  expect(isManagedReady(stage)).toBe(true);
});
