import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { resourceName } from '../../operator/clients/kube/resources.ts';
import {
  approveConnection,
  connectionIn,
  linkServiceIn,
  rejectConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { addLinkTarget, decideOnTarget } from '../../simulator/arm/targets/out-of-band.ts';
import { deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { cloudWrites, eventNotes, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  AUTO,
  closeSales,
  deleteManaged,
  managedIn,
  managedManifest,
  managedSaid,
  playUntilManagedGone,
  playUntilManagedReady,
  playUntilSaid,
  rowIn,
} from '../support/stage-managed.ts';
import { DATA_PLATFORM, FINANCE, NAMESPACE, SALES, SALES_SERVICE } from '../support/stage-world.ts';

/** A workspace reaches another one through a managed private endpoint: asked for, approved, kept, taken down. */

let stage: Stage;
let linked: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  linked = await closeSales(stage);
});
beforeEach(() => setTheStage(stage, linked));
afterAll(() => stage.close());

const service = () => linkServiceIn(stage.simulator.world, SALES_SERVICE);
/** The genuine one, as the target sees it. */
const connection = () => connectionIn(service(), rowIn(stage)!.privateEndpointId);
const nextStep = (name?: string) => managedIn(stage, name)?.status?.nextStep ?? '';
const begin = async (spec: Parameters<typeof managedManifest>[0] = {}) => {
  await stage.startOperator();
  await stage.apply(managedManifest(spec));
};
const posts = () =>
  stage.calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/managedPrivateEndpoints'));

describe('approval.mode Auto', () => {
  test('asks once, identifies its request, approves it, and is Ready when Fabric confirms', async () => {
    await begin({ ...AUTO, requestMessage: 'reports need sales' });
    await playUntilManagedReady(stage);
    expect(posts()).toHaveLength(1);
    expect(posts()[0]!.sent!.body).toMatch(/"requestMessage":"reports need sales \[fabriclink:[0-9a-f]{12}\]"/);
    const uid = managedIn(stage)!.metadata.uid!;
    expect(connection().state).toMatchObject({ status: 'Approved' });
    expect(connection().state.description).toMatch(new RegExp(`^fabriclink:${uid}:to-sales:\\d{8}T\\d{6}Z`));
    expect(managedIn(stage)!.status).toMatchObject({
      endpointId: rowIn(stage)!.id,
      targetResourceId: SALES_SERVICE,
      targetWorkspaceId: SALES,
      provisioningState: 'Succeeded',
      connection: { status: 'Approved' },
      requestedAt: expect.any(String),
    });
    expect(nextStep()).toContain('z5a.onelake.fabric.microsoft.com');
    expect(['TargetResolved', 'Requested', 'Approved'].map((type) => managedSaid(stage, type))).toEqual([
      'True TargetReady',
      'True Requested',
      'True Approved',
    ]);
    expect(eventReasons(stage)).toEqual(
      expect.arrayContaining(['EndpointRequested', 'RequestApproved', 'ApprovalConfirmed', 'Ready']),
    );
  });

  test('approves not before the request has been the only one for ten minutes', async () => {
    await begin(AUTO);
    await stage.run(() => rowIn(stage)?.arrived ?? false, { withinMs: HOUR_MS, what: 'the request is on the target' });
    const arrivedAtMs = stage.clock.now();
    // The target knows who decides, and calls nobody.
    const annotations = { 'fabriclink.dev/reconcile': 'now' };
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations } },
      fieldManager: 'person',
    });
    const told = () => eventNotes(stage).filter((note) => note.startsWith('Somebody asks to connect'));
    await stage.run(() => told().length > 0, { withinMs: 5 * MINUTE_MS, what: 'the target tells of the request' });
    expect(told()).toEqual([expect.stringContaining('ManagedPrivateEndpoint stage/to-sales, which decides')]);
    await stage.run(() => connection().state.status === 'Approved', { withinMs: HOUR_MS, what: 'it is approved' });
    expect(stage.clock.now() - arrivedAtMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
  });

  test('whoever takes the target down is told which object it was that it let in', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    await stage.kube.delete(workspacePrivateLinks, NAMESPACE, 'sales');
    const link = () =>
      stage.kubernetes.objects(resourceName(workspacePrivateLinks))[0] as
        | { status?: { nextStep?: string } }
        | undefined;
    const command = '`kubectl -n stage delete managedprivateendpoint to-sales`';
    await stage.run(() => link()?.status?.nextStep?.includes(command) ?? false, {
      withinMs: HOUR_MS,
      what: 'it names the object',
    });
    await deleteManaged(stage);
    await stage.run(() => link() === undefined, { withinMs: 2 * HOUR_MS, what: 'sales is gone' });
    expect(() => service()).toThrow('no private link service');
  });

  test('a listed Reject of the target outranks it: nothing is asked for', async () => {
    const managedPrivateEndpoint = { workspaceId: FINANCE, name: 'to-sales' };
    const connections = [{ name: 'no', source: { managedPrivateEndpoint }, decision: 'Reject' }];
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { spec: { connections } },
      fieldManager: 'person',
    });
    await begin(AUTO);
    await playUntilSaid(stage, 'ListedReject');
    expect(posts()).toEqual([]);
    // Before anything is asked for people read what it would change.
    expect(managedIn(stage)!.status?.preflight?.map(({ code }) => code)).toContain('StarterPoolsStop');
  });
});

describe('approval.mode Manual', () => {
  test('waits without failing, says whom to ask with the exact command, once, and counts the wait', async () => {
    await begin();
    await playUntilSaid(stage, 'AwaitingApproval');
    await stage.pass(6 * HOUR_MS);
    expect(connection().state.status).toBe('Pending');
    expect(managedSaid(stage, 'Stalled')).toBe('nothing');
    expect(nextStep()).toContain('kubectl -n stage patch workspaceprivatelink sales --type json');
    expect(nextStep()).toContain('Private Link Center > Pending connections');
    const told = eventReasons(stage).filter((reason) => reason === 'AwaitingApproval');
    expect(told).toHaveLength(1);
    const waiting = /^fabriclink_approval_waiting_seconds\{controller="managedprivateendpoints".*\} (\d+)/m;
    expect(Number(waiting.exec(await stage.metrics())?.[1])).toBeGreaterThan(5 * 3_600);
    stage.forget();
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(stage.calls.filter(({ service: to }) => to === 'fabric' || to === 'arm').length).toBeLessThan(12);
  });

  test('is approved by the command that nextStep gives', async () => {
    await begin();
    await playUntilSaid(stage, 'AwaitingApproval');
    const patch = /-p '(.+?)'`/.exec(nextStep())![1]!;
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { spec: { connections: (JSON.parse(patch) as { value: object }[]).map(({ value }) => value) } },
      fieldManager: 'person',
    });
    // Nobody is asked for what is listed already.
    await stage.settle();
    expect(nextStep()).toContain('connections/to-sales of WorkspacePrivateLink stage/sales lists it');
    await playUntilManagedReady(stage);
    expect(connection().state.description).toContain(':to-sales:');
  });

  test('is Ready when a person approves in the portal', async () => {
    await begin();
    await playUntilSaid(stage, 'AwaitingApproval');
    approveConnection(stage.simulator.cloud, SALES_SERVICE, rowIn(stage)!.privateEndpointId, 'fine with me');
    await playUntilManagedReady(stage);
    expect(managedIn(stage)!.status?.connection).toEqual({ status: 'Approved', description: 'fine with me' });
  });
});

describe('at rest', () => {
  test('nothing is written, and one list now and then is all that is read', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(24 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    const reads = stage.calls.filter(({ path }) => path.includes('managedPrivateEndpoints'));
    expect(reads.length).toBeLessThanOrEqual(25);
  });
});

test('a dozen of one workspace at rest share one list: under 0.1 reads an object and hour', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `store${index}`);
  await stage.startOperator();
  for (const name of names) {
    const id = `/subscriptions/${DATA_PLATFORM}/resourceGroups/rg-fabric/providers/Microsoft.Storage/storageAccounts/${name}`;
    addLinkTarget(stage.simulator.world, id);
    await stage.apply(managedManifest({ target: { privateLinkResourceId: id, subresource: 'blob' } }, name));
    await playUntilSaid(stage, 'AwaitingApproval', name);
    decideOnTarget(stage.simulator.cloud, id, rowIn(stage, name)!.privateEndpointId, 'Approved');
  }
  for (const name of names) await playUntilManagedReady(stage, name);
  await stage.pass(HOUR_MS);
  stage.forget();
  await stage.pass(24 * HOUR_MS);
  const reads = stage.calls.filter(({ path }) => path.includes(FINANCE));
  expect(reads.length / names.length / 24).toBeLessThan(0.1);
  expect(cloudWrites(stage.calls)).toEqual([]);
}, 60_000);

test('two creations that meet, as Fabric calls them UnknownError: tried again, and made once', async () => {
  const fault = { kind: 'refuse', status: 400, code: 'UnknownError', service: 'fabric', method: 'POST' } as const;
  stage.simulator.faults.add({ ...fault, path: 'managedPrivateEndpoints', times: 2 });
  await begin(AUTO);
  await playUntilManagedReady(stage);
  expect(posts().map(({ status }) => status)).toEqual([400, 400, 201]);
});

describe('what others do', () => {
  test('rejected: stalls and says so, and under OnRejection is asked for again after the cool-down', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    const first = rowIn(stage)!.id;
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, rowIn(stage)!.privateEndpointId, 'no longer');
    await playUntilSaid(stage, 'ConnectionRejected');
    expect(nextStep()).toContain('no longer');
    expect(nextStep()).toContain('set recreatePolicy to OnRejection');
    await stage.pass(3 * HOUR_MS);
    expect(rowIn(stage)!.id).toBe(first);
    await stage.apply(managedManifest({ ...AUTO, recreatePolicy: 'OnRejection' }));
    await playUntilSaid(stage, 'CoolingDown');
    expect(managedIn(stage)!.status?.recreateAfter).toEqual(expect.any(String));
    await playUntilManagedReady(stage);
    expect(rowIn(stage)!.id).not.toBe(first);
    expect(posts()).toHaveLength(2);
    expect(stage.calls.filter(({ method, status }) => method === 'POST' && status === 400)).toEqual([]);
  });

  test('rejected by a machine, each time: asked for ever more rarely, and a person is told how to end it', async () => {
    await begin({ recreatePolicy: 'OnRejection' });
    const isRefused = { now: true };
    const hours = async (count: number) => {
      for (let minute = 0; minute < count * 60; minute += 10) {
        const row = rowIn(stage);
        const own = row?.arrived
          ? Object.values(service().connections).find((one) => one.privateEndpointId === row.privateEndpointId)
          : undefined;
        if (isRefused.now && own?.state.status === 'Pending') {
          rejectConnection(stage.simulator.cloud, SALES_SERVICE, own.privateEndpointId, 'denied by policy pol-7');
        }
        await stage.pass(10 * MINUTE_MS);
      }
    };
    await hours(20);
    expect(managedSaid(stage, 'Ready')).toBe('False RecreationPaused');
    const asked = posts().length;
    expect(asked).toBeLessThanOrEqual(8);
    expect(nextStep()).toContain('denied by policy pol-7');
    await hours(20);
    expect(posts().length - asked).toBeLessThanOrEqual(2);
    const [, command = ''] = /annotate managedprivateendpoint to-sales ([^ `]*)-`/.exec(nextStep()) ?? [];
    isRefused.now = false;
    await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
      type: 'merge',
      body: { metadata: { annotations: { [command]: null } } },
      fieldManager: 'person',
    });
    await hours(1);
    expect(managedSaid(stage, 'Ready')).toBe('False AwaitingApproval');
  });

  test('deleted in the portal: noticed, waited for, asked for again, approved again', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    const first = rowIn(stage)!.id;
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, 'to-sales');
    await stage.run(() => eventReasons(stage).includes('EndpointLost'), {
      withinMs: 3 * HOUR_MS,
      what: 'it is noticed',
    });
    await playUntilManagedReady(stage);
    expect(rowIn(stage)!.id).not.toBe(first);
    expect(eventNotes(stage).join('\n')).toContain('Somebody deleted managed private endpoint "to-sales"');
  });
});

describe('deletion', () => {
  test('waits until the endpoint is really gone, leaves nothing on the target, and remembers the cool-down', async () => {
    await begin(AUTO);
    await playUntilManagedReady(stage);
    await deleteManaged(stage);
    await stage.run(() => rowIn(stage)?.provisioningState === 'Deleting', {
      withinMs: HOUR_MS,
      what: 'it is being deleted',
    });
    await stage.settle();
    expect(managedSaid(stage, 'Ready')).toBe('False EndpointDeleting');
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
    expect(Object.values(service().connections)).toEqual([]);
    await stage.apply(managedManifest({ ...AUTO, endpointName: 'another' }, 'again'));
    await playUntilSaid(stage, 'CoolingDown', 'again');
    await playUntilManagedReady(stage, 'again');
    expect(stage.calls.filter(({ method, status }) => method === 'POST' && status === 400)).toEqual([]);
  });

  test.each([
    ['DeleteCreated', 'stays'],
    ['DeleteAll', 'goes'],
  ])('what was there before is taken over, and under %s it %s', async (deletionPolicy, fate) => {
    await begin({ deletionPolicy: 'Retain' });
    await playUntilSaid(stage, 'AwaitingApproval');
    const { id } = rowIn(stage)!;
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)!.id).toBe(id);
    await stage.apply(managedManifest({ deletionPolicy }));
    await playUntilSaid(stage, 'AwaitingApproval');
    expect(posts()).toHaveLength(1);
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)?.id).toBe(fate === 'stays' ? id : undefined);
  });
});
