import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import { approveConnection, injectConnection, linkServiceIn } from '../../simulator/arm/fabric/out-of-band.ts';
import { managedEndpointId } from '../../simulator/fabric/managed-ids.ts';
import { deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { cloudWrites, eventReasons, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import {
  AUTO,
  closeSales,
  deleteManaged,
  isManagedReady,
  managedIn,
  managedManifest,
  playUntilManagedGone,
  playUntilManagedReady,
  playUntilSaid,
  rowIn,
} from '../support/stage-managed.ts';
import { credentialsSecret, FINANCE, NAMESPACE, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

/**
 * An approval that Fabric has not confirmed may be an imitation's. Whatever becomes of the object in those 20 minutes,
 * somebody looks after it: it is confirmed or taken back, or it is said where it is left (design section 7, rule 2).
 */

const IMITATION = managedEndpointId({
  subscriptionId: '99999999-0000-4000-8000-000000000009',
  workspaceId: FINANCE,
  name: 'to-sales',
});

let stage: Stage;
let linked: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  linked = await closeSales(stage);
});
beforeEach(async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 90 * MINUTE_MS;
  fabric.choices.pendingEndpoint = 'succeeded';
  fabric.choices.passRequestMessage = false;
  await setTheStage(stage, linked);
});
afterAll(() => stage.close());

const statusOf = (id: string) =>
  Object.values(linkServiceIn(stage.simulator.world, SALES_SERVICE).connections).find(
    ({ privateEndpointId }) => privateEndpointId.toLowerCase() === id.toLowerCase(),
  )?.state.status;
const genuine = () => statusOf(rowIn(stage)?.privateEndpointId ?? '');
const takenBack = (withinMs: number) =>
  stage.run(() => statusOf(IMITATION) === 'Rejected', { withinMs, what: 'the imitation is taken back' });

const patchSales = (spec: object) =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { spec },
    fieldManager: 'person',
  });

/** Without waiting for the day after which what is lost is let go. */
async function giveUp(): Promise<void> {
  await stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
    type: 'merge',
    body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
    fieldManager: 'person',
  });
  await playUntilManagedGone(stage);
}

/** An imitation stands alone for ten minutes, since the genuine request is late, and is approved. */
async function approveImitation(manifest: object = managedManifest(AUTO)): Promise<void> {
  await stage.apply(manifest);
  await stage.run(() => rowIn(stage) !== undefined, { withinMs: HOUR_MS, what: 'it is asked for' });
  injectConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
  await stage.run(() => statusOf(IMITATION) === 'Approved', { withinMs: HOUR_MS, what: 'the imitation is approved' });
}

describe('while Fabric cannot be asked, taken back an hour after the approval', () => {
  /** What Fabric answers whoever asks for the endpoints of finance. */
  const refuse = (status: number, code: string) =>
    stage.simulator.faults.add({ kind: 'refuse', service: 'fabric', path: 'managedPrivateEndpoints', status, code });
  const REFUSALS = {
    'no role': [403, 'InsufficientPrivileges'],
    'a restricted workspace': [403, 'RequestDeniedByInboundPolicy'],
    'a paused capacity': [400, 'CapacityNotInActiveState'],
    'a server that fails': [503, 'ServiceUnavailable'],
  } as const;

  const takenBackAfterTheHour = async () => {
    const approvedAtMs = stage.clock.now();
    await stage.pass(55 * MINUTE_MS);
    expect(statusOf(IMITATION)).toBe('Approved');
    await takenBack(10 * MINUTE_MS);
    expect(stage.clock.now() - approvedAtMs).toBeGreaterThanOrEqual(59 * MINUTE_MS);
    expect(eventReasons(stage)).toEqual(expect.arrayContaining(['ApprovalUnproven', 'ApprovalNotConfirmed']));
  };

  test.each(Object.entries(REFUSALS))('%s', async (_, [status, code]) => {
    await stage.startOperator();
    await approveImitation();
    refuse(status, code);
    await takenBackAfterTheHour();
    expect(isManagedReady(stage)).toBe(false);
  });

  test('switched to Manual in between', async () => {
    await stage.startOperator();
    await approveImitation();
    refuse(...REFUSALS['no role']);
    await stage.apply(managedManifest({ approval: { mode: 'Manual' } }));
    await takenBackAfterTheHour();
    expect(isManagedReady(stage)).toBe(false);
  });

  test('deleted in between: the deletion waits for that, and goes on', async () => {
    await stage.startOperator();
    await approveImitation();
    const id = refuse(...REFUSALS['no role']);
    await deleteManaged(stage);
    await takenBackAfterTheHour();
    stage.simulator.faults.remove(id);
    await playUntilManagedGone(stage);
    expect(rowIn(stage)).toBeUndefined();
  });

  test('who only waits for a turn is not refused: asked as soon as it comes, and confirmed', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
    await stage.startOperator();
    await stage.apply(managedManifest(AUTO));
    await stage.run(() => genuine() === 'Approved', { withinMs: HOUR_MS, what: 'it is approved' });
    const id = refuse(429, 'RequestBlocked');
    await stage.pass(2 * HOUR_MS);
    expect(genuine()).toBe('Approved');
    stage.simulator.faults.remove(id);
    await playUntilManagedReady(stage);
  });
});

describe.each(['gone', 'wrong'])(
  'the credentials of the source are %s, and the link’s still reach the target',
  (how) => {
    const source = credentialsSecret();
    const secret = { ...source, metadata: { ...source.metadata, name: 'source' } };
    const lose = () =>
      how === 'gone'
        ? stage.kube.delete(SECRETS, NAMESPACE, 'source')
        : stage.apply({ ...secret, stringData: { ...secret.stringData, AZURE_CLIENT_SECRET: 'not-it-any-more' } });

    beforeEach(async () => {
      await stage.startOperator();
      await stage.apply(secret);
      await approveImitation(managedManifest({ ...AUTO, credentialsRef: { name: 'source' } }));
    });

    test('taken back an hour after the approval, and said until then', async () => {
      await lose();
      await playUntilSaid(stage, 'ApprovalUnproven');
      expect(managedIn(stage)?.status?.nextStep).toContain('the credentials');
      await takenBack(HOUR_MS);
      expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
    });

    test('and the object is deleted: taken back first, and then let go as when nothing is open', async () => {
      await lose();
      await deleteManaged(stage);
      await takenBack(65 * MINUTE_MS);
      expect(managedIn(stage)).toBeDefined();
      await giveUp();
      const ledger = JSON.stringify(stage.kubernetes.objects('configmaps'));
      expect(ledger).toContain(rowIn(stage)!.id);
      expect(ledger).not.toContain('never confirmed');
    });
  },
);

test('no credentials are left at all: a person gives up, and both are written down', async () => {
  await stage.startOperator();
  await approveImitation();
  await stage.kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials');
  await deleteManaged(stage);
  await giveUp();
  const ledger = JSON.stringify(stage.kubernetes.objects('configmaps'));
  expect(ledger).toContain(rowIn(stage)!.id);
  expect(ledger).toContain(IMITATION);
  expect(statusOf(IMITATION)).toBe('Approved');
});

test('a genuine one that is to stay: stays approved, and the object goes once Fabric has confirmed it', async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
  await stage.startOperator();
  await stage.apply(managedManifest({ ...AUTO, deletionPolicy: 'Retain' }));
  await stage.run(() => genuine() === 'Approved', { withinMs: HOUR_MS, what: 'it is approved' });
  await deleteManaged(stage);
  await playUntilManagedGone(stage);
  expect(genuine()).toBe('Approved');
});

test('switched to Manual in between: a genuine one is confirmed, and stays', async () => {
  stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
  await stage.startOperator();
  await stage.apply(managedManifest(AUTO));
  await stage.run(() => genuine() === 'Approved', { withinMs: HOUR_MS, what: 'it is approved' });
  await stage.apply(managedManifest({ approval: { mode: 'Manual' } }));
  await playUntilManagedReady(stage);
  await stage.pass(HOUR_MS);
  expect(genuine()).toBe('Approved');
  expect(managedIn(stage)?.metadata.annotations?.['fabriclink.dev/match']).toContain('confirmed');
});

test('a Reject is listed in between: taken back at once', async () => {
  await stage.startOperator();
  await approveImitation();
  const source = { managedPrivateEndpoint: { workspaceId: FINANCE, name: 'to-sales' } };
  await patchSales({ connections: [{ name: 'no', decision: 'Reject', source }] });
  await takenBack(5 * MINUTE_MS);
  expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
});

test('the permission of its namespace is withdrawn in between: taken back at once', async () => {
  await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'reports' } });
  const secret = credentialsSecret();
  await stage.apply({ ...secret, metadata: { ...secret.metadata, namespace: 'reports' } });
  await stage.startOperator();
  await patchSales({ allowedSourceNamespaces: ['reports'] });
  const target = { workspacePrivateLinkRef: { name: 'sales', namespace: NAMESPACE } };
  await approveImitation(managedManifest({ ...AUTO, target }, 'to-sales', 'reports'));
  await patchSales({ allowedSourceNamespaces: [] });
  await takenBack(5 * MINUTE_MS);
  expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
});

test('the target’s side cannot be looked at any more: let go after a day, and it is written down what is left', async () => {
  await stage.startOperator();
  const partner = credentialsSecret();
  await stage.apply({ ...partner, metadata: { ...partner.metadata, name: 'partner' } });
  await approveImitation(managedManifest({ approval: { mode: 'Auto', credentialsRef: { name: 'partner' } } }));
  await stage.kube.delete(SECRETS, NAMESPACE, 'partner');
  await deleteManaged(stage);
  await stage.pass(20 * HOUR_MS);
  expect(managedIn(stage)).toBeDefined();
  await playUntilManagedGone(stage);
  expect(rowIn(stage)).toBeUndefined();
  expect(statusOf(IMITATION)).toBe('Approved');
  expect(eventReasons(stage)).toContain('Abandoned');
  expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain(IMITATION);
});

describe('the WorkspacePrivateLink with whose credentials it was approved is only observed by now', () => {
  const decisions = () =>
    cloudWrites(stage.calls).filter(({ path }) => path.includes('/privateEndpointConnections/')).length;

  test.each([AUTO, { approval: { mode: 'Manual' } }])(
    'nothing is written with them, and it is said, %j',
    async (spec) => {
      await stage.startOperator();
      await approveImitation();
      await patchSales({ managementPolicy: 'Observe' });
      await stage.apply(managedManifest(spec));
      const before = decisions();
      await playUntilSaid(stage, 'ApprovalHeld');
      await stage.pass(2 * HOUR_MS);
      expect(decisions()).toBe(before);
      expect(eventReasons(stage)).toContain('ApprovalHeld');
      expect(managedIn(stage)?.status?.nextStep).toContain('az rest --method delete');
      await patchSales({ managementPolicy: 'Manage' });
      await takenBack(15 * MINUTE_MS);
    },
  );

  test('credentials of the object’s own for the target still take it back', async () => {
    await stage.startOperator();
    const credentialsRef = { name: 'fabriclink-credentials' };
    await approveImitation(managedManifest({ approval: { mode: 'Auto', credentialsRef } }));
    await patchSales({ managementPolicy: 'Observe' });
    await takenBack(25 * MINUTE_MS);
    expect(eventReasons(stage)).not.toContain('ApprovalHeld');
  });

  test('a deletion waits for that, and when a person gives up writes down what is left', async () => {
    await stage.startOperator();
    await approveImitation();
    await patchSales({ managementPolicy: 'Observe' });
    await deleteManaged(stage);
    await stage.pass(3 * HOUR_MS);
    expect(managedIn(stage)).toBeDefined();
    await giveUp();
    expect(statusOf(IMITATION)).toBe('Approved');
    expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain(IMITATION);
  });
});

test('Azure refuses for good to take it back: let go after a day, and it is written down what is left', async () => {
  await stage.startOperator();
  await approveImitation();
  const refused = { kind: 'refuse', status: 403, code: 'AuthorizationFailed' } as const;
  stage.simulator.faults.add({ ...refused, service: 'arm', method: 'PUT', path: 'privateEndpointConnections' });
  await deleteManaged(stage);
  await stage.pass(23 * HOUR_MS);
  expect(managedIn(stage)).toBeDefined();
  await playUntilManagedGone(stage);
  expect(rowIn(stage)).toBeUndefined();
  expect(statusOf(IMITATION)).toBe('Approved');
  expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain(IMITATION);
});

test('another object of ours was first: what it answers for is not taken back, and its own note is closed', async () => {
  stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
  await stage.startOperator();
  const path = 'privateEndpointConnections';
  const refused = { kind: 'refuse', status: 403, code: 'AuthorizationFailed' } as const;
  const id = stage.simulator.faults.add({ ...refused, service: 'arm', method: 'PUT', path });
  await stage.apply(managedManifest(AUTO));
  const match = () => managedIn(stage)?.metadata.annotations?.['fabriclink.dev/match'] ?? '';
  await stage.run(() => match().includes('approved='), { withinMs: HOUR_MS, what: 'it is about to be approved' });
  const mark = `fabriclink:${stage.link()!.metadata.uid}:finance:20260302T081033Z`;
  approveConnection(stage.simulator.cloud, SALES_SERVICE, rowIn(stage)!.privateEndpointId, mark);
  stage.simulator.faults.remove(id);
  await playUntilManagedReady(stage);
  await stage.pass(2 * HOUR_MS);
  expect(genuine()).toBe('Approved');
  expect(match()).toBe('');
});

describe('the WorkspacePrivateLink on whose service it was approved', () => {
  const OWN = { approval: { mode: 'Auto', credentialsRef: { name: 'fabriclink-credentials' } } };
  const linkGoes = async () => {
    await patchSales({ deletionPolicy: 'Retain' });
    await stage.deleteLink();
    await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'the link is gone' });
  };

  test.each([AUTO, OWN])('is gone: taken back in time on the service that is left, %j', async (spec) => {
    await stage.startOperator();
    await approveImitation(managedManifest(spec));
    await linkGoes();
    await takenBack(25 * MINUTE_MS);
    await playUntilSaid(stage, 'TargetUnreadable');
    expect(managedIn(stage)?.status?.nextStep).toContain('there is no WorkspacePrivateLink stage/sales');
  });

  test('is gone, and the object is deleted: taken back first', async () => {
    await stage.startOperator();
    await approveImitation();
    await linkGoes();
    await deleteManaged(stage);
    await playUntilManagedGone(stage);
    expect(statusOf(IMITATION)).toBe('Rejected');
    expect(rowIn(stage)).toBeUndefined();
  });

  test('is gone, and with it who may look there: a person gives up, and it is written down what is left', async () => {
    await stage.startOperator();
    await approveImitation();
    await linkGoes();
    const refused = { kind: 'refuse', status: 403, code: 'AuthorizationFailed' } as const;
    stage.simulator.faults.add({ ...refused, service: 'arm', path: 'pls-sales' });
    await deleteManaged(stage);
    await stage.pass(3 * HOUR_MS);
    expect(managedIn(stage)).toBeDefined();
    await giveUp();
    const ledger = JSON.stringify(stage.kubernetes.objects('configmaps'));
    expect(ledger).toContain(`on ${SALES_SERVICE} the connection of ${IMITATION}`);
  });

  test('is made anew with another service: taken back on the first one', async () => {
    await stage.startOperator();
    await approveImitation();
    await linkGoes();
    const service = { subscriptionId: SALES_SERVICE.split('/')[2], resourceGroup: 'rg-fabric', name: 'pls-other' };
    const bare = { endpoints: [], inbound: undefined, outbound: undefined };
    await stage.apply(salesLink(stage.nameserverOf, { ...bare, service }));
    await takenBack(25 * MINUTE_MS);
    expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
  });
});

test('only observed by now, and deleted: it is written down what is left', async () => {
  await stage.startOperator();
  await approveImitation();
  const decisions = cloudWrites(stage.calls).length;
  await stage.apply(managedManifest({ ...AUTO, managementPolicy: 'Observe' }));
  await deleteManaged(stage);
  await playUntilManagedGone(stage);
  expect(cloudWrites(stage.calls)).toHaveLength(decisions);
  expect(statusOf(IMITATION)).toBe('Approved');
  expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain(IMITATION);
  expect(eventReasons(stage)).toContain('Abandoned');
});

describe('a note of an approval that is not open on the target', () => {
  const note = () => managedIn(stage)?.metadata.annotations?.['fabriclink.dev/match'] ?? '';
  const writeNote = (text: string) =>
    stage.kube.patch(managedPrivateEndpoints, NAMESPACE, 'to-sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/match': text } } },
      fieldManager: 'fabric-link-operator',
    });
  const looks = () =>
    stage.calls.filter(
      ({ service, method, path }) => service === 'arm' && method === 'GET' && path.includes('pls-sales'),
    ).length;

  test('is closed after a crash between taking it back and the note of that; nobody looks any more', async () => {
    await stage.startOperator();
    await approveImitation();
    await stage.apply(managedManifest());
    const open = note();
    await takenBack(30 * MINUTE_MS);
    await stage.pass(MINUTE_MS);
    await stage.killOperator();
    await writeNote(open);
    await stage.startOperator();
    await stage.pass(10 * MINUTE_MS);
    expect(note()).toContain('revoked=');
    stage.forget();
    await stage.pass(2 * HOUR_MS);
    expect(looks()).toBeLessThan(4);
  });

  test('is closed after a crash before the approval was given', async () => {
    await stage.startOperator();
    await stage.apply(managedManifest());
    await stage.run(() => rowIn(stage) !== undefined, { withinMs: HOUR_MS, what: 'it is asked for' });
    injectConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
    await writeNote(`${IMITATION} approved=${new Date(stage.clock.now()).toISOString()}`);
    await stage.pass(15 * MINUTE_MS);
    expect(note()).not.toBe('');
    await stage.pass(20 * MINUTE_MS);
    expect(note()).toBe('');
    expect(statusOf(IMITATION)).toBe('Pending');
  });

  test('is kept while the target cannot be read, though the endpoint is gone and a person decides by now', async () => {
    await stage.startOperator();
    await approveImitation();
    await stage.apply(managedManifest());
    const id = stage.simulator.faults.add({
      kind: 'refuse',
      service: 'arm',
      method: 'GET',
      path: 'privateLinkServicesForFabric/pls-sales',
      status: 403,
      code: 'AuthorizationFailed',
    });
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, 'to-sales');
    await stage.pass(3 * HOUR_MS);
    expect(note()).toMatch(/ approved=(?!.*revoked=)/);
    expect(rowIn(stage)).toBeUndefined();
    stage.simulator.faults.remove(id);
    await takenBack(30 * MINUTE_MS);
  });
});
