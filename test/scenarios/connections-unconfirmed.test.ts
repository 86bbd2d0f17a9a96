import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import {
  approveConnection,
  injectConnection,
  linkServiceIn,
  removeConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { managedEndpointId } from '../../simulator/fabric/managed-ids.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import type { Call } from '../support/stage-calls.ts';
import { crashEverywhere, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, eventReasons, readout, setTheStage } from '../support/stage-faults.ts';
import { HOUR_MS, isTrue, MINUTE_MS } from '../support/stage-link.ts';
import { AUTO, closeSales, managedIn, managedManifest, playUntilManagedReady } from '../support/stage-managed.ts';
import { FINANCE, NAMESPACE, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

/**
 * An approval from spec.connections that Fabric has not confirmed, and what becomes of its note when somebody else of
 * ours decides as well, when the entry is edited in that very moment, and when the process dies (design section 7, rule 2).
 */

const NAME = 'to-sales';
const BARE = { inbound: undefined, outbound: undefined, endpoints: [] };
const IMITATION = managedEndpointId({
  subscriptionId: '99999999-0000-4000-8000-000000000009',
  workspaceId: FINANCE,
  name: NAME,
});

let stage: Stage;
let linked: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  linked = await closeSales(stage);
});
beforeEach(async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
  fabric.delays.managedEchoMs = 15 * MINUTE_MS;
  fabric.choices.pendingEndpoint = 'succeeded';
  fabric.choices.decideOnlyPending = false;
  await setTheStage(stage, linked);
});
afterAll(() => stage.close());

const entry = (change: { name?: string; endpoint?: string; decision?: 'Approve' | 'Reject' } = {}) => ({
  name: change.name ?? 'finance',
  source: { managedPrivateEndpoint: { workspaceId: FINANCE, name: change.endpoint ?? NAME } },
  decision: change.decision ?? 'Approve',
});
const list = (connections: readonly object[] = [entry()], spec: object = {}) =>
  stage.apply(salesLink(stage.nameserverOf, { ...BARE, connections, ...spec }));
const create = (name = NAME) =>
  createManagedEndpoint(stage.simulator.cloud, FINANCE, { name, targetId: SALES_SERVICE }).privateEndpointId;

const connectionOf = (id: string) =>
  Object.values(linkServiceIn(stage.simulator.world, SALES_SERVICE).connections).find(
    ({ privateEndpointId }) => privateEndpointId.toLowerCase() === id.toLowerCase(),
  );
const statusOf = (id: string) => connectionOf(id)?.state.status;
const becomes = (id: string, status: string | undefined, withinMs = 3 * HOUR_MS) =>
  stage.run(() => statusOf(id) === status, { withinMs, what: `${id} is ${status}` });
const notes = () =>
  Object.entries(stage.link()?.metadata.annotations ?? {}).filter(([key]) => key.startsWith('fabriclink.dev/match.'));
const note = (name = 'finance') => notes().find(([key]) => key.endsWith(`.${name}`))?.[1] ?? '';
const openNotes = () => notes().filter(([, text]) => / approved=/.test(text) && !/ (confirmed|revoked=)/.test(text));
const writeNote = (text: string | null, name = 'finance') =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { metadata: { annotations: { [`fabriclink.dev/match.${name}`]: text } } },
    fieldManager: 'fabric-link-operator',
  });
const isDecision = ({ path }: { path: string }) => path.includes('/privateEndpointConnections/');
const decided = () => cloudWrites(stage.calls).filter(isDecision);
const isConfirmed = () => eventReasons(stage).includes('ApprovalConfirmed');
const confirmed = () => stage.run(isConfirmed, { withinMs: 2 * HOUR_MS, what: 'Fabric has confirmed it' });
const refuseDecisions = () =>
  stage.simulator.faults.add({
    kind: 'refuse',
    service: 'arm',
    method: 'PUT',
    path: 'privateEndpointConnections',
    status: 403,
    code: 'AuthorizationFailed',
  });
/** As another cluster's object, or a ManagedPrivateEndpoint under Auto, would leave it. */
const MARK = 'fabriclink:0f9a4c7e-1111-4222-8333-444455556666:to-sales:20260302T081033Z';
const approvedByAnother = (id: string) => approveConnection(stage.simulator.cloud, SALES_SERVICE, id, MARK);

/** Nobody of that name asks but a stranger, who is approved. */
async function approveImitation(connections = [entry()]): Promise<void> {
  stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
  await stage.startOperator();
  await list(connections);
  create();
  injectConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
  await becomes(IMITATION, 'Approved');
}

describe('another object of ours decides about the same connection', () => {
  /** About to be approved here, which Azure refuses for the moment; the other one is faster. */
  const overtaken = async () => {
    await stage.startOperator();
    const id = refuseDecisions();
    await list();
    const genuine = create();
    await stage.run(() => note().includes('approved='), { withinMs: HOUR_MS, what: 'it is about to be approved' });
    approvedByAnother(genuine);
    stage.simulator.faults.remove(id);
    stage.forget();
    return genuine;
  };

  test('and was first: what it answers for is not taken back, and the own note is closed', async () => {
    const genuine = await overtaken();
    await stage.pass(2 * HOUR_MS);
    expect(connectionOf(genuine)?.state).toMatchObject({ status: 'Approved', description: MARK });
    expect(notes()).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(decided()).toEqual([]);
  });

  test('and was first, and the entry is taken out in that moment: it stays connected', async () => {
    const genuine = await overtaken();
    await list([]);
    await stage.pass(2 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
    expect(openNotes()).toEqual([]);
  });

  test('between the note and the approval: it is not overwritten', async () => {
    await stage.startOperator();
    await list();
    const genuine = create();
    let overtook = false;
    stage.onCall((call, moment) => {
      const isNoted = moment === 'after' && call.method === 'PATCH' && note().includes('approved=');
      if (isNoted && !overtook) {
        overtook = true;
        approvedByAnother(genuine);
      }
      return undefined;
    });
    await becomes(genuine, 'Approved');
    await stage.pass(HOUR_MS);
    stage.onCall(undefined);
    expect(overtook).toBe(true);
    expect(connectionOf(genuine)?.state.description).toBe(MARK);
    expect(decided()).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('listed here and decided by a ManagedPrivateEndpoint itself: approved once, confirmed, and both are Ready', async () => {
    await stage.startOperator();
    await list();
    await stage.apply(managedManifest(AUTO));
    await playUntilManagedReady(stage);
    await stage.pass(2 * HOUR_MS);
    const genuine = Object.values(stage.simulator.world.fabric.managedEndpoints)[0]!.privateEndpointId;
    expect(statusOf(genuine)).toBe('Approved');
    expect(decided()).toHaveLength(1);
    expect(openNotes()).toEqual([]);
    expect(managedIn(stage)?.metadata.annotations?.['fabriclink.dev/match'] ?? 'confirmed').toContain('confirmed');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });
});

test('both decide, and the process dies around any decision or note: approved in the end, once proven, and nobody waits', async () => {
  stage.simulator.cloud.conduct.fabric.delays.managedEchoMs = 3 * MINUTE_MS;
  await list();
  await stage.apply(managedManifest(AUTO));
  const untilReady = async () => {
    await playUntilManagedReady(stage);
    await stage.run(() => isTrue(stage.link(), 'Ready') && openNotes().length === 0, {
      withinMs: 2 * HOUR_MS,
      what: 'the link is Ready, and no note is open',
    });
    await stage.pass(MINUTE_MS);
  };
  const recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await untilReady();
  });
  const isNoteOrDecision = (call: Call) =>
    isDecision(call) || (call.method === 'PATCH' && call.path.endsWith('/sales'));
  const { failures, crashes } = await crashEverywhere(
    stage,
    recording,
    async () => {
      await untilReady();
      const [row] = Object.values(stage.simulator.world.fabric.managedEndpoints);
      expect(statusOf(row!.privateEndpointId)).toBe('Approved');
      expect(decided().filter(({ method }) => method === 'PUT').length).toBeLessThan(2);
    },
    isNoteOrDecision,
  );
  expect(failures).toEqual([]);
  expect(crashes).toBeGreaterThanOrEqual(6);
}, 60_000);

describe('a note of an approval that is not open on the service', () => {
  const looks = () =>
    stage.calls.filter(
      ({ service, method, path }) => service === 'arm' && method === 'GET' && path.includes('pls-sales'),
    ).length;
  const expectNobodyLooks = async () => {
    stage.forget();
    await stage.pass(2 * HOUR_MS);
    // What is awaited by nobody is looked at once in ten minutes at the most.
    expect(looks()).toBeLessThan(14);
  };

  test('is closed after a crash between the removal of the connection and the note of that', async () => {
    stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = true;
    await approveImitation();
    const open = note();
    await becomes(IMITATION, undefined, HOUR_MS);
    await stage.killOperator();
    await writeNote(open);
    await stage.startOperator();
    await stage.pass(10 * MINUTE_MS);
    expect(note()).toContain('revoked=');
    expect(readout(stage.link()).reason).toBe('ApprovalNotConfirmed');
    await expectNobodyLooks();
  });

  test('is dropped after such a crash when the entry is gone, too', async () => {
    stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = true;
    await approveImitation();
    const open = note();
    await list([]);
    await becomes(IMITATION, undefined, HOUR_MS);
    await stage.killOperator();
    await writeNote(open);
    await stage.startOperator();
    await stage.pass(30 * MINUTE_MS);
    expect(notes()).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    await expectNobodyLooks();
  });

  test('is dropped when the entry says Reject by now', async () => {
    await approveImitation();
    await list([entry({ decision: 'Reject' })]);
    await becomes(IMITATION, 'Rejected', HOUR_MS);
    await stage.pass(30 * MINUTE_MS);
    expect(notes()).toEqual([]);
  });

  test('is dropped after a crash before the approval was given, and the request settles anew', async () => {
    await stage.startOperator();
    await list();
    const genuine = create();
    await becomes(genuine, 'Pending');
    await stage.run(() => note().includes('since='), { withinMs: HOUR_MS, what: 'it settles' });
    await stage.killOperator();
    await writeNote(`${note()} approved=${new Date(stage.clock.now()).toISOString()}`);
    await stage.pass(25 * MINUTE_MS);
    await stage.startOperator();
    const startedAtMs = stage.clock.now();
    await becomes(genuine, 'Approved');
    expect(stage.clock.now() - startedAtMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    await confirmed();
  });
});

describe('the entry is edited', () => {
  test('and gets another name while Fabric has not confirmed: confirmed all the same, and it stays when it is taken out', async () => {
    await stage.startOperator();
    await list();
    const genuine = create();
    await becomes(genuine, 'Approved');
    await list([entry({ name: 'finance-shortcuts' })]);
    await confirmed();
    await stage.pass(MINUTE_MS);
    expect(openNotes()).toEqual([]);
    await list([]);
    await stage.pass(2 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
  });

  test('and gets another name while an imitation is approved: taken back all the same', async () => {
    await approveImitation();
    await list([entry({ name: 'finance-shortcuts' })]);
    await becomes(IMITATION, 'Rejected', 30 * MINUTE_MS);
    await stage.pass(30 * MINUTE_MS);
    expect(openNotes()).toEqual([]);
  });

  test('and gets another name long after the proof, while Fabric cannot be asked: it stays connected', async () => {
    await stage.startOperator();
    await list();
    const genuine = create();
    await becomes(genuine, 'Approved');
    await confirmed();
    await stage.pass(3 * HOUR_MS);
    workspaceIn(stage.simulator.world, FINANCE).roles = {};
    await list([entry({ name: 'finance-shortcuts' })]);
    await stage.pass(3 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('and means another endpoint by now, while Azure refuses to take the first one back: it is not forgotten', async () => {
    await approveImitation();
    const id = refuseDecisions();
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = MINUTE_MS;
    const other = create('to-sales-too');
    await list([entry({ endpoint: 'to-sales-too' })]);
    await stage.run(() => note().includes('to-sales-too'), { withinMs: HOUR_MS, what: 'the other one settles' });
    expect(openNotes().map(([, text]) => text.split(' ')[0])).toContain(IMITATION);
    stage.simulator.faults.remove(id);
    await becomes(IMITATION, 'Rejected', HOUR_MS);
    await becomes(other, 'Approved');
    await confirmed();
    await stage.pass(30 * MINUTE_MS);
    expect(openNotes()).toEqual([]);
  });
});

describe('an approval that Fabric did not confirm', () => {
  const OTHER = managedEndpointId({
    subscriptionId: '77777777-0000-4000-8000-000000000007',
    workspaceId: FINANCE,
    name: NAME,
  });
  const approvals = () => decided().filter(({ method }) => method === 'PUT').length;

  test.each([IMITATION, OTHER])(
    'was once too often: who asks again is not approved, until a person says so, %s',
    async (again) => {
      await approveImitation();
      await becomes(IMITATION, 'Rejected');
      removeConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
      await stage.pass(30 * MINUTE_MS);
      stage.forget();
      injectConnection(stage.simulator.cloud, SALES_SERVICE, again);
      await stage.pass(2 * HOUR_MS);
      expect(approvals()).toBe(0);
      expect(statusOf(again)).toBe('Pending');
      expect(readout(stage.link()).reason).toBe('ApprovalNotConfirmed');
      expect(readout(stage.link()).nextStep).toContain(
        'annotate workspaceprivatelinks.fabriclink.dev sales fabriclink.dev/match.finance-',
      );
    },
  );

  test('and the genuine one is made anew, and a person forgets what was: approved and confirmed', async () => {
    await approveImitation();
    await becomes(IMITATION, 'Rejected');
    removeConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, NAME);
    await stage.pass(20 * MINUTE_MS);
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = MINUTE_MS;
    const genuine = create();
    await stage.pass(HOUR_MS);
    expect(statusOf(genuine)).toBe('Pending');
    await writeNote(null);
    await becomes(genuine, 'Approved');
    await confirmed();
  });

  test('and whose connection is removed by hand before: the same', async () => {
    await stage.startOperator();
    await list();
    const genuine = create();
    await becomes(genuine, 'Approved');
    removeConnection(stage.simulator.cloud, SALES_SERVICE, genuine);
    await stage.pass(30 * MINUTE_MS);
    expect(openNotes()).toEqual([]);
    stage.forget();
    injectConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
    await stage.pass(3 * HOUR_MS);
    expect(decided()).toEqual([]);
  });
});

test('annotations are lost long after the proof, while Fabric cannot be asked: said loudly, and nobody is cut off', async () => {
  await stage.startOperator();
  await list();
  const genuine = create();
  await becomes(genuine, 'Approved');
  await confirmed();
  await stage.pass(3 * HOUR_MS);
  const { roles } = workspaceIn(stage.simulator.world, FINANCE);
  workspaceIn(stage.simulator.world, FINANCE).roles = {};
  const keys = Object.keys(stage.link()!.metadata.annotations ?? {});
  await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { metadata: { annotations: Object.fromEntries(keys.map((key) => [key, null])) } },
    fieldManager: 'careless',
  });
  await stage.pass(2 * HOUR_MS);
  expect(statusOf(genuine)).toBe('Approved');
  expect(readout(stage.link()).reason).toBe('ApprovalUnproven');
  expect(readout(stage.link()).nextStep).not.toContain('taken back');
  workspaceIn(stage.simulator.world, FINANCE).roles = roles;
  await stage.run(() => note().includes('confirmed'), { withinMs: HOUR_MS, what: 'it is proven again' });
  await stage.pass(MINUTE_MS);
  expect(statusOf(genuine)).toBe('Approved');
  expect(isTrue(stage.link(), 'Ready')).toBe(true);
});

describe('a managed private endpoint that another entry lists by its ARM id as well', () => {
  const byId = (privateEndpointId: string) => ({ name: 'by-id', source: { privateEndpointId }, decision: 'Approve' });

  test('stays connected, also while Fabric cannot be asked: a person has identified it', async () => {
    await stage.startOperator();
    const genuine = create();
    await becomes(genuine, 'Pending');
    workspaceIn(stage.simulator.world, FINANCE).roles = {};
    await list([entry(), byId(genuine)]);
    await becomes(genuine, 'Approved');
    await stage.pass(3 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('by a person who looked after the operator had approved it: its note is closed', async () => {
    await stage.startOperator();
    await list();
    const genuine = create();
    await becomes(genuine, 'Approved');
    workspaceIn(stage.simulator.world, FINANCE).roles = {};
    await list([entry(), byId(genuine)]);
    await stage.pass(3 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
    expect(openNotes()).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('and it is an imitation of it that is listed so: the genuine one is not taken for it', async () => {
    await stage.startOperator();
    await list([entry(), byId(IMITATION)]);
    injectConnection(stage.simulator.cloud, SALES_SERVICE, IMITATION);
    const genuine = create();
    await becomes(IMITATION, 'Approved');
    await stage.pass(2 * HOUR_MS);
    expect([IMITATION, genuine].map(statusOf)).toEqual(['Approved', 'Pending']);
    expect(readout(stage.link()).reason).toBe('AmbiguousConnection');
  });
});

test('a process that dies around the removal of an imitation: it is removed in the end, and its note is closed', async () => {
  stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = true;
  await approveImitation();
  await stage.killOperator();
  await stage.pass(19 * MINUTE_MS);
  const recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await becomes(IMITATION, undefined, HOUR_MS);
    await stage.pass(MINUTE_MS);
  });
  const { failures } = await crashEverywhere(stage, recording, async () => {
    await stage.pass(HOUR_MS);
    expect(statusOf(IMITATION)).toBeUndefined();
    expect(openNotes()).toEqual([]);
    expect(readout(stage.link()).reason).toBe('ApprovalNotConfirmed');
  });
  expect(failures).toEqual([]);
}, 60_000);
