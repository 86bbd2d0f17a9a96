import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import {
  approveConnection,
  injectConnection,
  rejectConnection,
  removeConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import type { LinkConnection } from '../../simulator/fabric/types.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { crashEverywhere, outcomeOf, type Recording, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, eventNotes, readout, setTheStage } from '../support/stage-faults.ts';
import {
  bringToReady,
  conditionOf,
  HOUR_MS,
  isTrue,
  MINUTE_MS,
  playUntilGone,
  playUntilReady,
} from '../support/stage-link.ts';
import { endpointIdIn } from '../support/stage-view.ts';
import { endpointIn, NAMESPACE, SALES, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

/** Who may connect is decided in Git, on equality of ARM ids (design section 7). */

const idOf = (name: string) =>
  `/subscriptions/99999999-0000-4000-8000-000000000009/resourceGroups/rg-partner/providers/Microsoft.Network/privateEndpoints/${name}`;
const AUDIT = idOf('pe-audit');
const FORMER = idOf('pe-former');
const STRANGER = idOf('pe-stranger');

type Entry = { name: string; source: object; decision: 'Approve' | 'Reject'; note?: string };
const listed = (name: string, id: string, decision: Entry['decision'], note?: string): Entry => ({
  name,
  source: { privateEndpointId: id },
  decision,
  ...(note !== undefined && { note }),
});
const APPROVE_AUDIT = listed(
  'audit-network',
  AUDIT.toUpperCase().replace('MICROSOFT.NETWORK/PRIVATEENDPOINTS', 'Microsoft.Network/privateEndpoints'),
  'Approve',
  'audit team, change 4712',
);
const REJECT_FORMER = listed('former-partner', FORMER, 'Reject', 'contract ended');

/** One endpoint, and the door left alone, unless a test is about the door. */
const OPEN = { inbound: undefined, outbound: undefined };
let stage: Stage;
let open: StageSnapshot;
let closed: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  const endpoints = [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)];
  await bringToReady(stage, { ...OPEN, endpoints });
  await stage.killOperator();
  open = stage.snapshot();
  await stage.startOperator();
  await stage.apply(salesLink(stage.nameserverOf, { endpoints, outbound: undefined }));
  await playUntilReady(stage);
  await stage.killOperator();
  closed = stage.snapshot();
});
beforeEach(() => setTheStage(stage, open));
afterAll(() => stage.close());

const decide = (connections: readonly Entry[], spec: object = {}) =>
  stage.apply(
    salesLink(stage.nameserverOf, {
      ...OPEN,
      endpoints: [endpointIn('hub', 'ZoneGroup', stage.nameserverOf)],
      connections,
      ...spec,
    }),
  );
const ask = (id: string, message = 'let me in') => injectConnection(stage.simulator.cloud, SALES_SERVICE, id, message);
const service = () => stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]!;
/** As the world has it now: a play that was put back holds other objects. */
const connectionOf = (id: string): LinkConnection | undefined =>
  Object.values(service().connections).find(
    ({ privateEndpointId }) => privateEndpointId.toLowerCase() === id.toLowerCase(),
  );
const statusOf = (id: string) => connectionOf(id)?.state.status;
const shownOf = (id: string) =>
  stage.link()?.status?.connections?.find(({ privateEndpointId }) => privateEndpointId === id);
const becomes = (id: string, status: string) =>
  stage.run(() => statusOf(id) === status, { withinMs: HOUR_MS, what: `${id} is ${status}` });
const decided = () => cloudWrites(stage.calls).filter(({ path }) => path.includes('/privateEndpointConnections/'));
const hub = () => endpointIdIn(stage.simulator.world, 'rg-network-hub');
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;

describe('a listed private endpoint', () => {
  test('is approved once it asks, with who, when and why beside it, and nobody else is', async () => {
    await stage.startOperator();
    await decide([APPROVE_AUDIT, REJECT_FORMER]);
    await stage.pass(MINUTE_MS);
    // Whoever is listed may ask whenever they like.
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    for (const id of [AUDIT, FORMER, STRANGER]) ask(id);
    await becomes(AUDIT, 'Approved');
    await becomes(FORMER, 'Rejected');
    await stage.pass(HOUR_MS);
    expect([AUDIT, FORMER, STRANGER].map(statusOf)).toEqual(['Approved', 'Rejected', 'Pending']);
    const uid = stage.link()!.metadata.uid!;
    expect(connectionOf(AUDIT)!.state.description).toMatch(
      new RegExp(`^fabriclink:${uid}:audit-network:\\d{8}T\\d{6}Z audit team, change 4712$`),
    );
    expect(connectionOf(FORMER)!.state.description).toMatch(/:former-partner:\d{8}T\d{6}Z contract ended$/);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(conditionOf(stage.link(), 'ConnectionsApproved')?.message).toBe(
      'Every endpoint of this object is approved. 2 of 2 decision(s) of spec.connections are as they should be. 1 request(s) by others are pending, see status.connections; nobody here decides about them.',
    );
  });

  test('is shown with what decided it, pending ones first', async () => {
    for (const id of [AUDIT, FORMER, STRANGER]) ask(id);
    approveConnection(stage.simulator.cloud, SALES_SERVICE, ask(idOf('by-hand')).name);
    await stage.startOperator();
    await decide([APPROVE_AUDIT, REJECT_FORMER]);
    await becomes(FORMER, 'Rejected');
    await stage.pass(HOUR_MS);
    expect(
      stage
        .link()
        ?.status?.connections?.map(({ privateEndpointId, status, decidedBy }) => [
          privateEndpointId,
          status,
          decidedBy,
        ]),
    ).toEqual([
      [STRANGER, 'Pending', undefined],
      [idOf('by-hand'), 'Approved', 'unlisted'],
      [AUDIT, 'Approved', 'connections/audit-network'],
      [FORMER, 'Rejected', 'connections/former-partner'],
    ]);
    expect(shownOf(STRANGER)).toMatchObject({
      firstSeen: expect.any(String),
      from: expect.stringContaining('pe-stranger'),
    });
  });

  test('leaves an Event and an audit line for each decision: who, what, why, by which rule', async () => {
    ask(AUDIT);
    ask(FORMER);
    await stage.startOperator();
    await decide([APPROVE_AUDIT, REJECT_FORMER]);
    await becomes(FORMER, 'Rejected');
    await stage.pass(MINUTE_MS);
    expect(eventNotes(stage)).toEqual(
      expect.arrayContaining([
        `Approved the connection of ${AUDIT}, because connections/audit-network lists its ARM id ("audit team, change 4712").`,
        `Rejected the connection of ${FORMER}, because connections/former-partner says Reject ("contract ended").`,
      ]),
    );
    const audit = stage.logs.filter(({ fields }) => JSON.stringify(fields).includes('connections/audit-network'));
    expect(audit).toEqual([
      expect.objectContaining({
        fields: expect.objectContaining({
          privateEndpointId: AUDIT,
          rule: 'connections/audit-network',
          why: 'the ARM id is listed for approval',
          identity: expect.any(String),
        }),
      }),
    ]);
    // The list has decided: nobody is told that nobody decides.
    expect(eventNotes(stage).filter((note) => note.includes('nobody here decides') && note.includes(AUDIT))).toEqual(
      [],
    );
  });

  test('is counted, with the age of the oldest, as long as nobody has decided', async () => {
    const gauge = async (name: string) =>
      new RegExp(`^${name}\\{controller="workspaceprivatelinks",namespace="stage",name="sales"\\} (\\S+)$`, 'm').exec(
        await stage.metrics(),
      )?.[1];
    ask(STRANGER);
    await stage.startOperator();
    await decide([]);
    await stage.pass(2 * HOUR_MS);
    expect(await gauge('fabriclink_approvals_pending')).toBe('1');
    expect(Number(await gauge('fabriclink_approval_waiting_seconds'))).toBeGreaterThan(7_000);
    await decide([listed('stranger', STRANGER, 'Reject')]);
    await becomes(STRANGER, 'Rejected');
    await stage.pass(MINUTE_MS);
    expect(await gauge('fabriclink_approvals_pending')).toBeUndefined();
    expect(await gauge('fabriclink_approval_waiting_seconds')).toBeUndefined();
  });

  test('is not decided again at rest: no write, and hardly a read', async () => {
    ask(AUDIT);
    ask(FORMER);
    await stage.startOperator();
    await decide([APPROVE_AUDIT, REJECT_FORMER]);
    await becomes(FORMER, 'Rejected');
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(12 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(stage.calls.filter(({ path }) => path.endsWith('/privateEndpointConnections'))).toEqual([]);
  });

  test.each([
    [
      'rejected by somebody before',
      'RequestRejected',
      () => rejectConnection(stage.simulator.cloud, SALES_SERVICE, AUDIT),
    ],
    ['disconnected', 'RequestDisconnected', () => (connectionOf(AUDIT)!.state.status = 'Disconnected')],
  ])('%s is never hammered: the requester must make it anew, and then it is approved', async (_, reason, end) => {
    ask(AUDIT);
    end();
    await stage.startOperator();
    await decide([APPROVE_AUDIT]);
    await stage.run(() => readout(stage.link()).reason === reason, { withinMs: HOUR_MS, what: reason });
    expect(readout(stage.link()).nextStep).toContain('the requester deletes their private endpoint and makes it anew');
    await stage.pass(HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    ask(AUDIT);
    await becomes(AUDIT, 'Approved');
    await playUntilReady(stage);
  });

  test('that is listed for rejection later is cut off', async () => {
    ask(AUDIT);
    await stage.startOperator();
    await decide([APPROVE_AUDIT]);
    await becomes(AUDIT, 'Approved');
    await decide([listed('audit-network', AUDIT, 'Reject')]);
    await becomes(AUDIT, 'Rejected');
    await playUntilReady(stage);
    expect(shownOf(AUDIT)?.decidedBy).toBe('connections/audit-network');
  });

  test('is removed where the service lets nobody reject an approved connection', async () => {
    ask(AUDIT);
    approveConnection(stage.simulator.cloud, SALES_SERVICE, AUDIT);
    stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = true;
    await stage.startOperator();
    await decide([listed('audit-network', AUDIT, 'Reject')]);
    await stage.run(() => connectionOf(AUDIT) === undefined, { withinMs: HOUR_MS, what: 'the connection is gone' });
    stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = false;
    await playUntilReady(stage);
    expect(eventNotes(stage).join('\n')).toContain('it was removed instead');
  });
});

describe('the policy about what is no longer listed', () => {
  const approvedOnce = async (spec: object = {}) => {
    for (const id of [AUDIT, STRANGER]) ask(id);
    approveConnection(stage.simulator.cloud, SALES_SERVICE, STRANGER, 'by hand');
    await stage.startOperator();
    await decide([APPROVE_AUDIT], spec);
    await becomes(AUDIT, 'Approved');
    await stage.pass(MINUTE_MS);
  };

  test('Additive: the connection stays, and is shown as unlisted', async () => {
    await approvedOnce();
    await decide([]);
    await stage.pass(6 * HOUR_MS);
    expect(statusOf(AUDIT)).toBe('Approved');
    expect(shownOf(AUDIT)).toMatchObject({ status: 'Approved', decidedBy: 'unlisted' });
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('Authoritative: what carries our marker is rejected; what others approved stays, and so do own endpoints', async () => {
    const policy = { connectionsPolicy: 'Authoritative' };
    await approvedOnce(policy);
    await decide([], policy);
    await becomes(AUDIT, 'Rejected');
    await stage.pass(6 * HOUR_MS);
    expect([AUDIT, STRANGER, hub()].map(statusOf)).toEqual(['Rejected', 'Approved', 'Approved']);
    expect(shownOf(STRANGER)?.decidedBy).toBe('unlisted');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(eventNotes(stage)).toContain(
      `Revoked the connection of ${AUDIT}: no entry of spec.connections lists it any more, and connectionsPolicy is Authoritative.`,
    );
  });

  test('Authoritative: the marker of another object is none of ours', async () => {
    ask(AUDIT);
    const other = 'fabriclink:b7c7c0de-0000-4000-8000-00000000000a:audit-network:20260302T080910Z';
    approveConnection(stage.simulator.cloud, SALES_SERVICE, AUDIT, other);
    await stage.startOperator();
    await decide([], { connectionsPolicy: 'Authoritative' });
    await stage.pass(6 * HOUR_MS);
    expect(statusOf(AUDIT)).toBe('Approved');
  });

  test('lost provenance or a wiped status changes nothing', async () => {
    const policy = { connectionsPolicy: 'Authoritative' };
    await approvedOnce(policy);
    stage.forget();
    const annotations = Object.fromEntries(
      Object.keys(stage.link()?.metadata.annotations ?? {}).map((key) => [key, null]),
    );
    const somebody = { type: 'merge', fieldManager: 'careless' } as const;
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      ...somebody,
      body: { metadata: { annotations } },
    });
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      ...somebody,
      body: { status: null },
      subresource: 'status',
    });
    await stage.pass(6 * HOUR_MS);
    expect([AUDIT, STRANGER, hub()].map(statusOf)).toEqual(['Approved', 'Approved', 'Approved']);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });
});

describe('an object that is deleted while somebody is connected whom it let in', () => {
  const wait = async () => {
    ask(AUDIT);
    await stage.startOperator();
    await decide([APPROVE_AUDIT]);
    await becomes(AUDIT, 'Approved');
    await playUntilReady(stage);
    await stage.deleteLink();
    await stage.run(() => readout(stage.link()).reason === 'ConnectionsRemain', {
      withinMs: HOUR_MS,
      what: 'it waits',
    });
    return readout(stage.link()).nextStep;
  };

  test('says which entry let them in, and goes on once a person runs the command that cuts them off', async () => {
    const said = await wait();
    expect(said).toContain(`${AUDIT}, approved by spec.connections, entry audit-network`);
    expect(shownOf(AUDIT)).toMatchObject({ status: 'Approved', decidedBy: 'connections/audit-network' });
    const [, url = ''] = /`az rest --method delete --url "([^"?]+)\?api-version=[^"]*"`/.exec(said) ?? [];
    const name = connectionOf(AUDIT)!.name;
    expect(url).toBe(`${SALES_SERVICE}/privateEndpointConnections/${name}`);
    removeConnection(stage.simulator.cloud, SALES_SERVICE, AUDIT);
    await playUntilGone(stage);
    expect(stage.simulator.world.fabric.linkServices).toEqual({});
  });

  test('goes on once a person runs the command that keeps the service, and leaves them connected', async () => {
    const [, patch = '{}'] =
      /patch workspaceprivatelinks\.fabriclink\.dev sales --type merge -p '([^']*)'`/.exec(await wait()) ?? [];
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: JSON.parse(patch) as object,
    });
    await playUntilGone(stage);
    expect(statusOf(AUDIT)).toBe('Approved');
  });
});

describe('own endpoints', () => {
  const rejectOwn = () => [listed('not-the-hub', hub(), 'Reject')];

  test('a listed Reject outranks our own approval: it is revoked, not made anew, and says so', async () => {
    await stage.startOperator();
    const endpoint = { ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), recreatePolicy: 'OnRejection' };
    await decide(rejectOwn(), { endpoints: [endpoint] });
    await becomes(hub(), 'Rejected');
    stage.forget();
    await stage.pass(6 * HOUR_MS);
    expect(statusOf(hub())).toBe('Rejected');
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(readout(stage.link())).toMatchObject({ reason: 'ListedReject' });
    expect(readout(stage.link()).nextStep).toContain('connections/not-the-hub');
    // Taken out of the list, the policy of the endpoint holds again.
    await decide([], { endpoints: [endpoint] });
    await playUntilReady(stage);
    expect(statusOf(hub())).toBe('Approved');
  });

  test('listed from the beginning, it is never approved', async () => {
    const id = hub();
    await stage.startOperator();
    await decide(rejectOwn(), { endpoints: [] });
    await stage.run(() => connectionOf(id) === undefined, { withinMs: HOUR_MS, what: 'the endpoint is gone' });
    stage.forget();
    await decide([listed('not-the-hub', id, 'Reject')]);
    await stage.run(() => statusOf(id) === 'Rejected', { withinMs: HOUR_MS, what: 'it is rejected' });
    await stage.pass(HOUR_MS);
    expect(eventNotes(stage).filter((note) => note.startsWith('Approved') && note.includes('(hub)'))).toHaveLength(1);
  });

  test('rejected by somebody: made anew and approved where the policy says so', async () => {
    await stage.startOperator();
    await decide([], {
      endpoints: [{ ...endpointIn('hub', 'ZoneGroup', stage.nameserverOf), recreatePolicy: 'OnRejection' }],
    });
    await stage.pass(MINUTE_MS);
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, hub(), 'who is that?');
    await stage.run(() => !isTrue(stage.link(), 'Ready'), { withinMs: 3 * HOUR_MS, what: 'the rejection is noticed' });
    await playUntilReady(stage);
    expect(statusOf(hub())).toBe('Approved');
  });

  test('rejected by somebody: stays so under the default policy, with the reason', async () => {
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, hub(), 'who is that?');
    await stage.startOperator();
    await stage.run(() => readout(stage.link()).reason === 'ConnectionRejected', {
      withinMs: 3 * HOUR_MS,
      what: 'stalls',
    });
    expect(readout(stage.link()).nextStep).toContain('set recreatePolicy to OnRejection');
    await stage.pass(6 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
  });
});

describe('while public access is denied', () => {
  beforeEach(() => setTheStage(stage, closed));
  const keepClosed = (connections: readonly Entry[], spec: object = {}) =>
    decide(connections, { inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Restore' }, ...spec });

  test('the last proven endpoint is not rejected: held back, with the reason, until there is another way', async () => {
    await stage.startOperator();
    await keepClosed([listed('not-the-hub', hub(), 'Reject')]);
    const isHeld = () =>
      conditionOf(stage.link(), 'ConnectionsApproved')?.message.includes('the only proven way') ?? false;
    await stage.run(isHeld, { withinMs: HOUR_MS, what: 'it is held' });
    await stage.pass(6 * HOUR_MS);
    expect(statusOf(hub())).toBe('Approved');
    expect(inbound()).toBe('Deny');
    await keepClosed([listed('not-the-hub', hub(), 'Reject')], {
      endpoints: [
        endpointIn('hub', 'ZoneGroup', stage.nameserverOf),
        endpointIn('spoke', 'Records', stage.nameserverOf),
      ],
    });
    await becomes(hub(), 'Rejected');
    expect(statusOf(endpointIdIn(stage.simulator.world, 'rg-network-spoke'))).toBe('Approved');
    expect(inbound()).toBe('Deny');
  });

  test('a partner is cut off at once, because the own endpoint is proven', async () => {
    ask(AUDIT);
    approveConnection(stage.simulator.cloud, SALES_SERVICE, AUDIT);
    await stage.startOperator();
    await keepClosed([listed('audit-network', AUDIT, 'Reject')]);
    await becomes(AUDIT, 'Rejected');
    expect(statusOf(hub())).toBe('Approved');
  });

  test('two who are the only ways in are not both cut off', async () => {
    for (const id of [AUDIT, FORMER]) {
      ask(id);
      approveConnection(stage.simulator.cloud, SALES_SERVICE, id);
    }
    // The own endpoint is gone, and cannot come back.
    removeConnection(stage.simulator.cloud, SALES_SERVICE, hub());
    await stage.startOperator();
    await keepClosed([listed('a', AUDIT, 'Reject'), listed('b', FORMER, 'Reject')]);
    await stage.pass(6 * HOUR_MS);
    expect([AUDIT, FORMER].map(statusOf)).toEqual(['Approved', 'Approved']);
    expect(conditionOf(stage.link(), 'ConnectionsApproved')?.message).toContain('only proven way into a workspace');
  });
});

describe('trouble on the way', () => {
  let recording: Recording;
  let undisturbed: unknown;
  const untilDecided = async () => {
    const isDone = () => statusOf(AUDIT) === 'Approved' && statusOf(FORMER) === 'Rejected';
    await stage.run(() => isDone() && isTrue(stage.link(), 'Ready'), {
      withinMs: 3 * HOUR_MS,
      what: 'both are decided',
    });
    await stage.pass(MINUTE_MS);
  };
  const ours = () => [AUDIT, FORMER, STRANGER].map(statusOf);

  test('a process that dies before or after any call: the next one ends the same', async () => {
    for (const id of [AUDIT, FORMER, STRANGER]) ask(id);
    approveConnection(stage.simulator.cloud, SALES_SERVICE, FORMER);
    await decide([APPROVE_AUDIT, REJECT_FORMER]);
    recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await untilDecided();
    });
    undisturbed = ours();
    expect(undisturbed).toEqual(['Approved', 'Rejected', 'Pending']);
    const described = outcomeOf(stage);
    const { crashes, failures } = await crashEverywhere(stage, recording, async () => {
      await untilDecided();
      expect(ours()).toEqual(undisturbed);
      expect(outcomeOf(stage)).toEqual(described);
    });
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);
    expect(recording.calls.filter(({ method }) => method === 'PUT').length).toBe(2);
  });

  test('reads that lag for minutes: what is decided stays decided, and what was taken away is not given back', async () => {
    ask(AUDIT);
    ask(FORMER);
    ask(STRANGER);
    approveConnection(stage.simulator.cloud, SALES_SERVICE, FORMER);
    const fault = { kind: 'stale', service: 'arm', method: 'GET', path: 'privateLinkServicesForFabric' } as const;
    const id = stage.simulator.faults.add(fault);
    // Since the moment that the reads show, somebody has rejected one who is listed for approval.
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, AUDIT, 'not them');
    await decide([APPROVE_AUDIT, REJECT_FORMER]);
    await stage.startOperator();
    await stage.pass(3 * MINUTE_MS);
    stage.simulator.faults.remove(id);
    await stage.run(() => readout(stage.link()).reason === 'RequestRejected', {
      withinMs: HOUR_MS,
      what: 'it is told',
    });
    expect([AUDIT, FORMER, STRANGER].map(statusOf)).toEqual(['Rejected', 'Rejected', 'Pending']);
  });

  test('a service that cannot be read decides nothing', async () => {
    ask(AUDIT);
    stage.simulator.faults.add({
      kind: 'refuse',
      status: 403,
      code: 'AuthorizationFailed',
      service: 'arm',
      path: 'privateEndpointConnections',
    });
    await decide([APPROVE_AUDIT]);
    await stage.startOperator();
    await stage.pass(HOUR_MS);
    expect(statusOf(AUDIT)).toBe('Pending');
    expect(decided()).toEqual([]);
    expect(conditionOf(stage.link(), 'ConnectionsApproved')).toMatchObject({
      status: 'Unknown',
      reason: 'ReadRefused',
    });
  });
});
