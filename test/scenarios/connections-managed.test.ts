import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import {
  approveConnection,
  injectConnection,
  injectImpostor,
  rejectConnection,
  removeConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { managedEndpointId } from '../../simulator/fabric/managed-ids.ts';
import { createManagedEndpoint, deleteManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import type { LinkConnection } from '../../simulator/fabric/types.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { crashEverywhere, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, eventNotes, eventReasons, readout, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, conditionOf, HOUR_MS, isTrue, MINUTE_MS } from '../support/stage-link.ts';
import { FINANCE, NAMESPACE, SALES_SERVICE, salesLink } from '../support/stage-world.ts';

/**
 * A managed private endpoint of another workspace asks for this one. Anybody can make an endpoint that bears its name:
 * before it, in the minutes before its request shows up, at the same time, and after it (design section 7, rule 2).
 */

const NAME = 'to-sales';
const BARE = { inbound: undefined, outbound: undefined, endpoints: [] };
const STRANGERS = '99999999-0000-4000-8000-000000000009';

let stage: Stage;
let bare: StageSnapshot;

beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage, BARE);
  await stage.killOperator();
  bare = stage.snapshot();
});
beforeEach(async () => {
  const { fabric } = stage.simulator.cloud.conduct;
  fabric.delays.managedArrivalMs = 2 * MINUTE_MS;
  fabric.delays.managedEchoMs = 15 * MINUTE_MS;
  fabric.choices.pendingEndpoint = 'succeeded';
  await setTheStage(stage, bare);
});
afterAll(() => stage.close());

const entry = (decision: 'Approve' | 'Reject' = 'Approve', name = NAME) => ({
  name: 'finance',
  source: { managedPrivateEndpoint: { workspaceId: FINANCE.toUpperCase(), name } },
  decision,
  note: 'shortcuts of the finance team',
});
const list = (connections: readonly object[] = [entry()], spec: object = {}) =>
  stage.apply(salesLink(stage.nameserverOf, { ...BARE, connections, ...spec }));
/** The operator knows the entry, and a person makes the endpoint in the source workspace. */
async function begin(): Promise<void> {
  await stage.startOperator();
  await list();
  await stage.pass(MINUTE_MS);
}
const create = (name = NAME) =>
  createManagedEndpoint(stage.simulator.cloud, FINANCE, { name, targetId: SALES_SERVICE }).privateEndpointId;
/** In the very shape of the genuine one, and in a subscription of the stranger's. */
const imitation = managedEndpointId({ subscriptionId: STRANGERS, workspaceId: FINANCE, name: NAME });
const imitate = (id = imitation) => injectConnection(stage.simulator.cloud, SALES_SERVICE, id).privateEndpointId;

const connections = () =>
  Object.values(stage.simulator.world.fabric.linkServices[SALES_SERVICE.toLowerCase()]!.connections);
const connectionOf = (id: string): LinkConnection | undefined =>
  connections().find(({ privateEndpointId }) => privateEndpointId.toLowerCase() === id.toLowerCase());
const statusOf = (id: string) => connectionOf(id)?.state.status;
const becomes = (id: string, status: string, withinMs = 3 * HOUR_MS) =>
  stage.run(() => statusOf(id) === status, { withinMs, what: `${id} is ${status}` });
const reasonBecomes = (reason: string, withinMs = 3 * HOUR_MS) =>
  stage.run(() => readout(stage.link()).reason === reason, { withinMs, what: reason });
const annotations = () => stage.link()?.metadata.annotations ?? {};
const pin = () => annotations()[`fabriclink.dev/pinned-subscription.${FINANCE}`];
const isConfirmed = () => eventReasons(stage).includes('ApprovalConfirmed');
const confirmed = () => stage.run(isConfirmed, { withinMs: 2 * HOUR_MS, what: 'Fabric has confirmed it' });
const decided = () => cloudWrites(stage.calls).filter(({ path }) => path.includes('/privateEndpointConnections/'));
const subscriptionIn = (id: string) => id.split('/')[2];

describe('the genuine request alone', () => {
  test('is approved after ten minutes as the only one, confirmed by Fabric, and its subscription is pinned', async () => {
    await begin();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    const genuine = create();
    await stage.run(() => statusOf(genuine) === 'Pending', { withinMs: HOUR_MS, what: 'the request is there' });
    const arrivedAtMs = stage.clock.now();
    await reasonBecomes('ConnectionSettling');
    await becomes(genuine, 'Approved');
    expect(stage.clock.now() - arrivedAtMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    const uid = stage.link()!.metadata.uid!;
    expect(connectionOf(genuine)!.state.description).toMatch(
      new RegExp(`^fabriclink:${uid}:finance:\\d{8}T\\d{6}Z shortcuts of the finance team$`),
    );
    expect(isTrue(stage.link(), 'Ready')).toBe(false);
    await confirmed();
    await stage.pass(MINUTE_MS);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(pin()).toBe(subscriptionIn(genuine));
    expect(stage.link()?.status?.connections).toEqual([
      expect.objectContaining({ privateEndpointId: genuine, status: 'Approved', decidedBy: 'connections/finance' }),
    ]);
    expect(decided()).toHaveLength(1);
    // At rest nothing is written, and Fabric is not asked any more.
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(12 * HOUR_MS);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(stage.calls.filter(({ path }) => path.includes('/managedPrivateEndpoints'))).toEqual([]);
  });

  test('is approved while Fabric shows it provisioning and blank, as its portal does', async () => {
    stage.simulator.cloud.conduct.fabric.choices.pendingEndpoint = 'provisioning';
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    await confirmed();
    expect(statusOf(genuine)).toBe('Approved');
  });

  test('is rejected by a listed Reject, without any wait', async () => {
    await stage.startOperator();
    await list([entry('Reject')]);
    const genuine = create();
    const imitated = imitate();
    await becomes(genuine, 'Rejected');
    await becomes(imitated, 'Rejected');
    await stage.pass(MINUTE_MS);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(decided()).toHaveLength(2);
  });

  test('is told when it was rejected before, and approved once it is made anew', async () => {
    await begin();
    const genuine = create();
    await stage.run(() => statusOf(genuine) === 'Pending', { withinMs: HOUR_MS, what: 'the request is there' });
    rejectConnection(stage.simulator.cloud, SALES_SERVICE, genuine);
    await reasonBecomes('RequestRejected');
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, NAME);
    await stage.pass(20 * MINUTE_MS);
    removeConnection(stage.simulator.cloud, SALES_SERVICE, genuine);
    const again = create();
    await becomes(again, 'Approved');
    await confirmed();
    expect(statusOf(again)).toBe('Approved');
  });
});

describe('imitations never stay approved', () => {
  /** However long one waits: the stranger is not connected. */
  async function expectNeverConnected(id: string, forMs = 6 * HOUR_MS): Promise<void> {
    await stage.pass(forMs);
    expect(statusOf(id)).not.toBe('Approved');
  }

  test('before: a request under the listed name, while the workspace has no such endpoint', async () => {
    await begin();
    imitate();
    await reasonBecomes('ConnectionNotGenuine');
    expect(readout(stage.link()).message).toContain('Fabric shows no managed private endpoint of that name');
    expect(readout(stage.link()).message).toContain(imitation);
    await expectNeverConnected(imitation);
    expect(decided()).toEqual([]);
  });

  test('before: the endpoint leads to another target', async () => {
    await begin();
    createManagedEndpoint(stage.simulator.cloud, FINANCE, { name: NAME, targetId: `${SALES_SERVICE}-other` });
    imitate();
    await reasonBecomes('ConnectionNotGenuine');
    expect(readout(stage.link()).message).toContain('with another target');
    await expectNeverConnected(imitation);
  });

  test('in the minutes before: the genuine one shows up within the settle time, and a person is told both ids', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 6 * MINUTE_MS;
    imitate();
    const genuine = create();
    await begin();
    await reasonBecomes('ConnectionSettling');
    await reasonBecomes('AmbiguousConnection');
    const { message } = readout(stage.link());
    for (const id of [genuine, imitation]) expect(message).toContain(id);
    for (const { name } of connections()) expect(message).toContain(`/privateEndpointConnections/${name}?api-version=`);
    await expectNeverConnected(imitation);
    expect(statusOf(genuine)).toBe('Pending');
    expect(decided()).toEqual([]);
    // As the message says: the imitation is removed, and the rest goes on by itself, from the beginning.
    removeConnection(stage.simulator.cloud, SALES_SERVICE, imitation);
    await reasonBecomes('ConnectionSettling');
    const removedAtMs = stage.clock.now();
    await becomes(genuine, 'Approved');
    expect(stage.clock.now() - removedAtMs).toBeGreaterThan(9 * MINUTE_MS);
    await confirmed();
  });

  test('in the minutes before: the genuine one takes so long that the imitation is approved, and rejected again', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 25 * MINUTE_MS;
    await begin();
    imitate();
    const genuine = create();
    await becomes(imitation, 'Approved');
    const approvedAtMs = stage.clock.now();
    await becomes(imitation, 'Rejected');
    expect(stage.clock.now() - approvedAtMs).toBeLessThan(23 * MINUTE_MS);
    await stage.pass(MINUTE_MS);
    expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
    expect(pin()).toBeUndefined();
    await expectNeverConnected(imitation);
    expect(statusOf(genuine)).toBe('Pending');
    expect(readout(stage.link()).reason).toBe('AmbiguousConnection');
  });

  test('alone all the time, while the genuine one never comes: approved, not confirmed, rejected, and alerted', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
    await begin();
    imitate();
    create();
    await becomes(imitation, 'Approved');
    await becomes(imitation, 'Rejected');
    await stage.pass(HOUR_MS);
    expect(readout(stage.link()).reason).toBe('ApprovalNotConfirmed');
    expect(conditionOf(stage.link(), 'ConnectionsApproved')).toMatchObject({
      status: 'False',
      reason: 'ApprovalNotConfirmed',
    });
    expect(eventNotes(stage).join('\n')).toContain(`Somebody may have imitated it: ${imitation}`);
    expect(connectionOf(imitation)!.state.description).toContain('Fabric did not confirm it');
    await expectNeverConnected(imitation);
    expect(decided()).toHaveLength(2);
  });

  test('alone all the time, where a service lets nobody reject what is approved: removed', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
    stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = true;
    await begin();
    imitate();
    create();
    await becomes(imitation, 'Approved');
    await stage.run(() => connectionOf(imitation) === undefined, { withinMs: HOUR_MS, what: 'it is removed' });
    stage.simulator.cloud.conduct.fabric.choices.decideOnlyPending = false;
    await stage.pass(MINUTE_MS);
    expect(readout(stage.link()).reason).toBe('ApprovalNotConfirmed');
  });

  test('at the same time: neither is approved', async () => {
    await begin();
    const genuine = create();
    await stage.run(() => statusOf(genuine) === 'Pending', { withinMs: HOUR_MS, what: 'the request is there' });
    imitate();
    await reasonBecomes('AmbiguousConnection');
    await expectNeverConnected(imitation);
    expect(statusOf(genuine)).toBe('Pending');
  });

  test('at the last moment: between what the pass has read and the approval itself', async () => {
    await begin();
    const genuine = create();
    await reasonBecomes('ConnectionSettling');
    await stage.pass(8 * MINUTE_MS);
    const isDue = (atMs: number) => {
      const [since] = /(?<=since=)\S+/.exec(annotations()['fabriclink.dev/match.finance'] ?? '') ?? [];
      return since !== undefined && atMs >= Date.parse(since) + 10 * MINUTE_MS;
    };
    let atMs = 0;
    stage.onCall((call, moment) => {
      // The pass has seen one request, and asks Fabric next.
      if (atMs === 0 && moment === 'before' && call.path.includes('/managedPrivateEndpoints') && isDue(call.atMs)) {
        atMs = call.atMs;
        imitate();
      }
      return undefined;
    });
    await reasonBecomes('AmbiguousConnection');
    stage.onCall(undefined);
    expect(atMs).toBeGreaterThan(0);
    expect([genuine, imitation].map(statusOf)).toEqual(['Pending', 'Pending']);
    expect(decided()).toEqual([]);
  });

  test('approved in the place of the genuine one, which a person then approves by hand: their words are no proof', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 25 * MINUTE_MS;
    stage.simulator.cloud.conduct.fabric.delays.managedEchoMs = MINUTE_MS;
    await begin();
    imitate();
    const genuine = create();
    await becomes(imitation, 'Approved');
    await stage.run(() => statusOf(genuine) === 'Pending', { withinMs: HOUR_MS, what: 'the genuine one asks' });
    approveConnection(stage.simulator.cloud, SALES_SERVICE, genuine, 'that one is ours');
    await becomes(imitation, 'Rejected');
    expect(statusOf(genuine)).toBe('Approved');
    expect(pin()).toBeUndefined();
  });

  test('after: within the wait for the confirmation, the genuine one is kept and the imitation stays pending', async () => {
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    imitate();
    await confirmed();
    await expectNeverConnected(imitation);
    expect(statusOf(genuine)).toBe('Approved');
  });

  test('after: later, it stays pending, is named as an imitation, and does not take Ready away', async () => {
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    await confirmed();
    imitate();
    await expectNeverConnected(imitation);
    expect(statusOf(genuine)).toBe('Approved');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(eventNotes(stage).join('\n')).toContain(`an imitation, it stays pending: ${imitation}`);
    expect(stage.link()?.status?.connections?.[0]).toMatchObject({ privateEndpointId: imitation, status: 'Pending' });
  });

  test('after the genuine one is gone: another subscription than the proven one is ambiguous', async () => {
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    await confirmed();
    deleteManagedEndpoint(stage.simulator.cloud, FINANCE, NAME);
    await stage.pass(20 * MINUTE_MS);
    removeConnection(stage.simulator.cloud, SALES_SERVICE, genuine);
    imitate();
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
    create();
    await reasonBecomes('AmbiguousConnection');
    expect(readout(stage.link()).message).toContain(`it is in subscription ${STRANGERS}`);
    expect(readout(stage.link()).message).toContain(`fabriclink.dev/pinned-subscription.${FINANCE}`);
    await expectNeverConnected(imitation);
  });

  test('in any other shape than that of managed networks', async () => {
    await begin();
    const { privateEndpointId } = injectImpostor(stage.simulator.cloud, SALES_SERVICE, {
      workspaceId: FINANCE,
      name: NAME,
    });
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
    create();
    await reasonBecomes('ConnectionNotGenuine');
    expect(readout(stage.link()).message).toContain('does not have the shape');
    await expectNeverConnected(privateEndpointId);
  });

  test('with our own mark as its message: what a requester writes is nobody’s decision', async () => {
    const uid = stage.link()!.metadata.uid!;
    const forged = `fabriclink:${uid}:finance:20260302T080910Z`;
    injectConnection(stage.simulator.cloud, SALES_SERVICE, imitation, forged);
    await stage.startOperator();
    await list([], { connectionsPolicy: 'Authoritative' });
    await stage.pass(HOUR_MS);
    expect(decided()).toEqual([]);
    await list();
    await expectNeverConnected(imitation);
  });
});

describe('the object is deleted over an approval that Fabric has not confirmed', () => {
  const approveImitation = async (spec: object) => {
    await stage.startOperator();
    await list([entry()], spec);
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
    create();
    imitate();
    await becomes(imitation, 'Approved');
  };
  const gone = () => stage.run(() => stage.link() === undefined, { withinMs: 3 * HOUR_MS, what: 'the object is gone' });

  test.each(['Retain', 'DeleteCreated'])('deletionPolicy %s: taken back first', async (deletionPolicy) => {
    await approveImitation({ deletionPolicy });
    await stage.deleteLink();
    await becomes(imitation, 'Rejected', 30 * MINUTE_MS);
    expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
    if (deletionPolicy === 'Retain') await gone();
  });

  test('and Fabric cannot be asked: after an hour', async () => {
    await approveImitation({ deletionPolicy: 'Retain' });
    workspaceIn(stage.simulator.world, FINANCE).roles = {};
    await stage.deleteLink();
    await stage.pass(55 * MINUTE_MS);
    expect(statusOf(imitation)).toBe('Approved');
    expect(stage.link()).toBeDefined();
    await becomes(imitation, 'Rejected', 20 * MINUTE_MS);
    await gone();
  });

  const refuseDecisions = () =>
    stage.simulator.faults.add({
      kind: 'refuse',
      service: 'arm',
      method: 'PUT',
      path: 'privateEndpointConnections',
      status: 403,
      code: 'AuthorizationFailed',
    });

  test.each(['deleted', 'taken out of the list'])(
    'a rejection that Azure refuses leaves it open, also when it is %s then: taken back with the next right',
    async (how) => {
      await approveImitation({ deletionPolicy: 'Retain' });
      const id = refuseDecisions();
      await stage.pass(25 * MINUTE_MS);
      expect(readout(stage.link()).reason).toBe('AuthorizationFailed');
      await (how === 'deleted' ? stage.deleteLink() : list([], { deletionPolicy: 'Retain' }));
      await stage.pass(15 * MINUTE_MS);
      stage.simulator.faults.remove(id);
      await becomes(imitation, 'Rejected', 30 * MINUTE_MS);
      if (how === 'deleted') await gone();
    },
  );

  test.each([[[entry()]], [[]]])(
    'and Azure refuses for good to take it back: let go after a day, and it is written down what is left, %j',
    async (entries) => {
      await approveImitation({ deletionPolicy: 'Retain' });
      refuseDecisions();
      await list(entries, { deletionPolicy: 'Retain' });
      await stage.deleteLink();
      await stage.pass(23 * HOUR_MS);
      expect(stage.link()).toBeDefined();
      await gone();
      expect(statusOf(imitation)).toBe('Approved');
      expect(JSON.stringify(stage.kubernetes.objects('configmaps'))).toContain(imitation);
      expect(eventReasons(stage)).toContain('Abandoned');
    },
  );

  test('and it is only observed by then: it is told what stays', async () => {
    await approveImitation({ deletionPolicy: 'Retain' });
    await list([entry()], { deletionPolicy: 'Retain', managementPolicy: 'Observe' });
    await stage.deleteLink();
    await gone();
    expect(eventNotes(stage).join()).toContain(`the connection of ${imitation}, approved and never confirmed`);
  });

  test('and the entry is taken out before: at once', async () => {
    await approveImitation({ deletionPolicy: 'Retain' });
    await stage.killOperator();
    await list([], { deletionPolicy: 'Retain' });
    await stage.deleteLink();
    await stage.startOperator();
    await gone();
    expect(statusOf(imitation)).toBe('Rejected');
  });
});

describe('what cannot be seen', () => {
  const noRole = () => (workspaceIn(stage.simulator.world, FINANCE).roles = {});

  test('the source workspace is not readable: nothing is approved, and it is Unknown', async () => {
    await begin();
    noRole();
    const genuine = create();
    await reasonBecomes('SourceUnreadable');
    expect(conditionOf(stage.link(), 'ConnectionsApproved')).toMatchObject({
      status: 'Unknown',
      reason: 'SourceUnreadable',
    });
    await stage.pass(6 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Pending');
    expect(decided()).toEqual([]);
  });

  test('it becomes unreadable after the approval: a person is told, and has until the hour is over', async () => {
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    const approvedAtMs = stage.clock.now();
    const roles = workspaceIn(stage.simulator.world, FINANCE).roles;
    noRole();
    await reasonBecomes('ApprovalUnproven');
    expect(readout(stage.link()).nextStep).toContain('az rest --method delete');
    await stage.pass(approvedAtMs + 55 * MINUTE_MS - stage.clock.now());
    expect(statusOf(genuine)).toBe('Approved');
    expect(pin()).toBeUndefined();
    workspaceIn(stage.simulator.world, FINANCE).roles = roles;
    await confirmed();
    expect(pin()).toBe(subscriptionIn(genuine));
  });

  test('it becomes unreadable after the approval, and stays so: taken back after an hour', async () => {
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    const approvedAtMs = stage.clock.now();
    noRole();
    await becomes(genuine, 'Rejected');
    expect(stage.clock.now() - approvedAtMs).toBeGreaterThanOrEqual(60 * MINUTE_MS);
    expect(stage.clock.now() - approvedAtMs).toBeLessThan(75 * MINUTE_MS);
    await reasonBecomes('ApprovalNotConfirmed');
    expect(eventReasons(stage)).toContain('ApprovalNotConfirmed');
    await stage.pass(6 * HOUR_MS);
    expect(decided()).toHaveLength(2);
  });

  test('it becomes unreadable after the proof: what is proven stays so', async () => {
    await begin();
    const genuine = create();
    await becomes(genuine, 'Approved');
    await confirmed();
    noRole();
    await stage.pass(6 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('reads that lag by minutes show one of two: nobody is approved', async () => {
    await begin();
    imitate();
    const genuine = create();
    await stage
      .run(() => statusOf(genuine) === 'Pending', { withinMs: 2 * MINUTE_MS + 1, what: 'both ask' })
      .catch(() => undefined);
    const fault = { kind: 'stale', service: 'arm', method: 'GET', path: 'privateLinkServicesForFabric' } as const;
    const id = stage.simulator.faults.add(fault);
    await stage.pass(8 * MINUTE_MS);
    stage.simulator.faults.remove(id);
    await reasonBecomes('AmbiguousConnection');
    expect(decided()).toEqual([]);
  });
});

describe('trouble on the way', () => {
  const untilConfirmed = async () => {
    const isDone = () => isTrue(stage.link(), 'Ready') && pin() !== undefined;
    await stage.run(isDone, { withinMs: 3 * HOUR_MS, what: 'it is confirmed' });
    await stage.pass(MINUTE_MS);
  };

  test('a process that dies before or after any call: one approval, confirmed in the end', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedEchoMs = 3 * MINUTE_MS;
    await list();
    const genuine = create();
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await untilConfirmed();
    });
    const { crashes, failures } = await crashEverywhere(stage, recording, async () => {
      await untilConfirmed();
      expect(connections().map(({ privateEndpointId, state }) => [privateEndpointId, state.status])).toEqual([
        [genuine, 'Approved'],
      ]);
      expect(pin()).toBe(subscriptionIn(genuine));
    });
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);
  }, 120_000);

  test('a process that dies around the rejection of an imitation: it is rejected in the end', async () => {
    stage.simulator.cloud.conduct.fabric.delays.managedArrivalMs = 100 * HOUR_MS;
    await begin();
    imitate();
    create();
    await becomes(imitation, 'Approved');
    await stage.killOperator();
    await stage.pass(18 * MINUTE_MS);
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await becomes(imitation, 'Rejected', HOUR_MS);
      await stage.pass(MINUTE_MS);
    });
    const { failures } = await crashEverywhere(stage, recording, async () => {
      await stage.pass(HOUR_MS);
      expect(statusOf(imitation)).toBe('Rejected');
      expect(readout(stage.link()).reason).toBe('ApprovalNotConfirmed');
    });
    expect(failures).toEqual([]);
  }, 60_000);

  test('amnesia and lies: a wiped or false status changes no decision', async () => {
    await begin();
    const genuine = create();
    for (let round = 0; round < 12; round += 1) {
      const status =
        round % 2 === 0
          ? null
          : {
              phase: 'Inbound.Effective.Denied',
              connections: [{ privateEndpointId: imitation, status: 'Approved', decidedBy: 'connections/finance' }],
            };
      await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
        type: 'merge',
        body: { status },
        subresource: 'status',
        fieldManager: 'somebody',
      });
      await stage.pass(4 * MINUTE_MS);
    }
    expect(statusOf(genuine)).toBe('Approved');
    expect(isConfirmed()).toBe(true);
    expect(decided()).toHaveLength(1);
  });

  test('lost provenance: the watch begins anew, and what was approved is proven again, not taken back', async () => {
    const lose = () =>
      stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
        type: 'merge',
        body: { metadata: { annotations: Object.fromEntries(Object.keys(annotations()).map((key) => [key, null])) } },
        fieldManager: 'careless',
      });
    await begin();
    const genuine = create();
    await reasonBecomes('ConnectionSettling');
    await stage.pass(9 * MINUTE_MS);
    await lose();
    const lostAtMs = stage.clock.now();
    await becomes(genuine, 'Approved');
    expect(stage.clock.now() - lostAtMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    await lose();
    await confirmed();
    await lose();
    await stage.run(() => pin() !== undefined, { withinMs: 6 * HOUR_MS, what: 'it is proven again' });
    expect(statusOf(genuine)).toBe('Approved');
    expect(decided()).toHaveLength(1);
  });

  test('approved by somebody else: it is shown, and nobody here answers for it', async () => {
    await begin();
    const genuine = create();
    await stage.run(() => statusOf(genuine) === 'Pending', { withinMs: HOUR_MS, what: 'the request is there' });
    approveConnection(stage.simulator.cloud, SALES_SERVICE, genuine, 'by hand');
    await stage.pass(2 * HOUR_MS);
    expect(statusOf(genuine)).toBe('Approved');
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(stage.link()?.status?.connections?.[0]).toMatchObject({ decidedBy: 'unlisted' });
    expect(decided()).toEqual([]);
  });
});
