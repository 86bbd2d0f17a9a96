import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import { deleteOutOfBand } from '../../simulator/arm/out-of-band.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloud, isCloudWrite } from '../support/stage-calls.ts';
import { crashEverywhere, madeTwice, outcomeOf, recordMoments } from '../support/stage-crash.ts';
import { cloudWrites, readout, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { endpointIdIn } from '../support/stage-view.ts';
import { endpointIn, HUB, NAMESPACE, SALES, SALES_SERVICE, salesLink, TENANT } from '../support/stage-world.ts';

/** The operator lives in the hub: with an endpoint there it has a private path of its own, and must have proven it. */

let stage: Stage;
let bare: StageSnapshot;
let locked: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ operatorNetworkId: HUB });
  bare = stage.snapshot();
  await stage.apply(userOfTheWorkspace());
  await bringToReady(stage);
  await stage.killOperator();
  locked = stage.snapshot();
});
afterAll(() => stage.close());

const OWN_HOST = /^[0-9a-f]{32}\.z[0-9a-f]{2}\.w\.api\./;
const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const isPolicy = ({ path }: Call) => path.endsWith('/communicationPolicy');
const policyWrites = () => cloudWrites(stage.calls).filter(isPolicy);
const denial = () => policyWrites().find(({ sent }) => /"inbound":\{[^}]*"Deny"/.test(sent?.body ?? ''));
/** Calls that the restriction of this workspace covers, save for those that ask whether it does. */
const workspaceScoped = () =>
  stage.calls.filter(
    (call) =>
      isCloud(call) && call.path.includes(`/workspaces/${SALES}`) && !isPolicy(call) && call.service === 'fabric',
  );
const byOwnHost = () => workspaceScoped().filter(({ host }) => OWN_HOST.test(host));
const byGlobalHost = () => workspaceScoped().filter(({ host }) => !OWN_HOST.test(host));

function userOfTheWorkspace() {
  return {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'ManagedPrivateEndpoint',
    metadata: { name: 'to-finance', namespace: NAMESPACE },
    spec: {
      tenantId: TENANT,
      workspaceId: SALES,
      target: { privateLinkResourceId: SALES_SERVICE.replace('pls-sales', 'pls-finance') },
    },
  };
}

const hub = () => endpointIn('hub', 'ZoneGroup', stage.nameserverOf);
const spoke = () => endpointIn('spoke', 'Records', stage.nameserverOf);
const apply = (spec: Record<string, unknown>) => stage.apply(salesLink(stage.nameserverOf, spec));

describe('before the denial', () => {
  beforeEach(() => setTheStage(stage, bare));

  test('with somebody who needs the workspace: the path is proven by address and socket, then access is denied', async () => {
    await stage.apply(userOfTheWorkspace());
    await bringToReady(stage);
    expect(inbound()).toBe('Deny');
    const proofs = byOwnHost().filter(({ index }) => index < denial()!.index);
    expect(proofs.length).toBeGreaterThan(0);
    // In the same pass as the denial: nothing but the rehearsal and notes in between.
    expect(denial()!.atMs - proofs.at(-1)!.atMs).toBeLessThan(1_000);
    const arrivals = stage.simulator.requests
      .list({ service: 'fabric', method: 'GET' })
      .filter(({ host }) => OWN_HOST.test(host));
    // Before Deny that host answers over the internet as well: what counts is the address at which the call arrived.
    const addresses = endpointAddresses();
    expect(addresses).toHaveLength(5);
    expect(addresses).toContain(arrivals.at(-1)!.localAddress);
  });

  test('with nobody who needs it, the workspace’s own host is not asked at all', async () => {
    await bringToReady(stage);
    expect(inbound()).toBe('Deny');
    expect(byOwnHost()).toEqual([]);
  });

  test('with an endpoint only where the operator is not, the internet answers, and that proves nothing', async () => {
    await stage.apply(userOfTheWorkspace());
    await stage.startOperator();
    await apply({ endpoints: [spoke()] });
    await stage.pass(2 * HOUR_MS);
    expect(inbound()).toBe('Allow');
    expect(byOwnHost().length).toBeGreaterThan(0);
    expect(readout(stage.link()).reason).toBe('NoPrivatePath');
    await apply({ endpoints: [spoke(), hub()] });
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });

  test('a user who comes in the moment before is seen', async () => {
    await stage.startOperator();
    stage.onCall((call, moment) => {
      // The rehearsal has just been written; the next pass would deny.
      if (moment === 'after' && isPolicy(call) && call.method === 'PUT') void stage.apply(userOfTheWorkspace());
      return undefined;
    });
    await apply({ endpoints: [spoke()], outbound: undefined });
    await stage.pass(HOUR_MS);
    stage.onCall(undefined);
    expect(policyWrites()).toHaveLength(1);
    expect(inbound()).toBe('Allow');
    expect(readout(stage.link()).reason).toBe('NoPrivatePath');
    await stage.kube.delete(managedPrivateEndpoints, NAMESPACE, 'to-finance');
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
  });
});

const endpointAddresses = () =>
  Object.values(stage.simulator.world.arm.networkInterfaces)
    .flatMap((one) => JSON.stringify(one).match(/127\.65\.1\.\d+/g) ?? [])
    .filter((address, index, all) => all.indexOf(address) === index);

describe('life behind the locked door, with a private path', () => {
  beforeEach(async () => {
    await setTheStage(stage, locked);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test('at rest nothing of the workspace is read through the global host, and nothing is written', async () => {
    await stage.pass(24 * HOUR_MS);
    expect(byGlobalHost()).toEqual([]);
    expect(cloudWrites(stage.calls)).toEqual([]);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('somebody opens it: the path is proven anew before it is closed again', async () => {
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await stage.run(() => inbound() === 'Deny', { withinMs: 3 * HOUR_MS, what: 'it is closed again' });
    expect(byOwnHost().filter(({ index }) => index < denial()!.index).length).toBeGreaterThan(0);
    await playUntilReady(stage);
  });

  test('the path is lost: nothing is lifted, and an opening by others is not undone until it is there again', async () => {
    expect(deleteOutOfBand(stage.simulator.cloud, endpointIdIn(stage.simulator.world, 'rg-network-hub'))).toBe(true);
    await stage.settle();
    await apply({ endpoints: [spoke()] });
    await stage.pass(3 * HOUR_MS);
    expect(inbound()).toBe('Deny');
    policySetByOthers(stage.simulator.cloud, SALES, { inbound: 'Allow' });
    await stage.pass(3 * HOUR_MS);
    expect(inbound()).toBe('Allow');
    expect(readout(stage.link())).toMatchObject({
      reason: 'RelockBlocked',
      nextStep: expect.stringContaining('the operator has no private path'),
    });
    await apply({ endpoints: [spoke(), hub()] });
    await playUntilReady(stage);
    expect(inbound()).toBe('Deny');
    expect(said(stage, 'AccessApplied')).toBe('True AccessDenied');
  });
});

describe('a process that dies while the door is being locked', () => {
  const matters = (call: Call): boolean => isCloudWrite(call) && isPolicy(call);

  test('before and after each write of the policy, with a path to prove: the next one ends in the same world', async () => {
    await setTheStage(stage, bare);
    await stage.apply(userOfTheWorkspace());
    await apply({});
    const recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilReady(stage);
    });
    const undisturbed = outcomeOf(stage);
    const { crashes, failures } = await crashEverywhere(
      stage,
      recording,
      async (snapshot) => {
        await playUntilReady(stage);
        expect(outcomeOf(stage)).toEqual(undisturbed);
        expect(madeTwice(stage, snapshot)).toEqual([]);
        // Whoever begins anew proves the way anew before it denies.
        const put = denial();
        expect(put === undefined || byOwnHost().some(({ index }) => index < put.index)).toBe(true);
      },
      matters,
    );
    expect(failures).toEqual([]);
    expect(crashes).toBe(6);
  }, 60_000);
});
