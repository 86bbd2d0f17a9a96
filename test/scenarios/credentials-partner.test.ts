import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import type { LedgerEntry } from '../../operator/clients/kube/ledger.ts';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { type Call, isCloudRead } from '../support/stage-calls.ts';
import { crashEverywhere, recordMoments, restartFrom } from '../support/stage-crash.ts';
import {
  endpointInFabrikam,
  FABRIKAM_SECRET,
  FABRIKAM_SUBSCRIPTION,
  fabrikamSecret,
  fabrikamWorld,
} from '../support/stage-fabrikam.ts';
import { eventReasons, secretsTold } from '../support/stage-faults.ts';
import { bringToReady, conditionOf, HOUR_MS, MINUTE_MS, playUntilGone } from '../support/stage-link.ts';
import { unsafeEndings } from '../support/stage-order.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { endpointIn, NAMESPACE, SALES } from '../support/stage-world.ts';

/** The partner takes its credentials away, and the object is to go: what is ours goes, what is theirs is given up. */

let stage: Stage;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage({ world: fabrikamWorld() });
  await stage.apply(fabrikamSecret());
  const hub = endpointIn('hub', 'ZoneGroup', stage.nameserverOf);
  await bringToReady(stage, { endpoints: [hub, endpointInFabrikam('ZoneGroup', stage.nameserverOf)] });
  ready = stage.snapshot();
});
afterAll(() => stage.close());

const annotate = (annotations: Record<string, string>) =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', { type: 'merge', body: { metadata: { annotations } } });
const abandon = () => annotate({ 'fabriclink.dev/abandon': 'yes' });
const ledger = (): LedgerEntry[] =>
  stage.kubernetes
    .objects('configmaps')
    .filter(({ metadata }) => metadata.name.startsWith('fabriclink-ledger-'))
    .flatMap((map) => Object.values((map as unknown as { data: Record<string, string> }).data))
    .map((text) => JSON.parse(text) as LedgerEntry);
const left = () => [...thingsIn(stage.simulator.world)];
const isTheirs = (thing: string) => thing.includes(FABRIKAM_SUBSCRIPTION);

async function loseThem(): Promise<void> {
  await restartFrom(stage, ready);
  await stage.settle();
  await stage.kube.delete(SECRETS, NAMESPACE, FABRIKAM_SECRET);
  await stage.deleteLink();
  await stage.pass(HOUR_MS);
}

const expectOursGone = () => {
  expect(left().filter((thing) => !isTheirs(thing))).toEqual([]);
  expect(left().some((thing) => thing.startsWith('endpoint '))).toBe(true);
  expect(viewOf(stage.simulator.world).policies[SALES]!.inbound).toBe('Allow');
  expect(unsafeEndings(stage.endings())).toEqual([]);
  expect(ledger()).toHaveLength(1);
  expect(ledger()[0]!.left.filter((id) => !isTheirs(id))).toEqual([]);
};

describe('a deletion that lacks the credentials of one endpoint', () => {
  beforeEach(loseThem);

  test('opens the workspace and removes what it can; the rest waits, and is named', async () => {
    const message = conditionOf(stage.link(), 'Stalled')?.message ?? '';
    expect(conditionOf(stage.link(), 'Stalled')?.reason).toBe('CredentialMissing');
    expect(message).toContain('Deletion: endpoint partner cannot be taken down');
    expect(message).toContain(`create Secret ${NAMESPACE}/${FABRIKAM_SECRET}`);
    expect(message).toContain(FABRIKAM_SUBSCRIPTION);
    expect(message).not.toContain('communicationPolicy');
    expect(viewOf(stage.simulator.world).policies[SALES]!.inbound).toBe('Allow');
    expect(left().some((thing) => thing.includes('rg-network-hub') && thing.startsWith('endpoint '))).toBe(false);
    expect(left().some((thing) => thing.startsWith('service '))).toBe(true);
  });

  test('looks calmly meanwhile: each look reads anew what the other credentials still see', async () => {
    stage.forget();
    await stage.pass(2 * HOUR_MS);
    const looks = stage.calls.filter(({ path }) => /privateLinkServicesForFabric\/[^/]+$/i.test(path));
    expect(looks.length).toBeGreaterThan(8);
    expect(looks.length).toBeLessThan(20);
    expect(stage.calls.filter(isCloudRead).length).toBeLessThan(150);
  });

  test('gives it up at a person’s word, takes down the service, and says what is left to the partner', async () => {
    await abandon();
    await playUntilGone(stage);
    expectOursGone();
    expect(eventReasons(stage)).toContain('Abandoned');
    expect(await stage.metrics()).toContain('fabriclink_abandoned_total{kind="WorkspacePrivateLink"} 1');
    expect(secretsTold(stage)).toEqual([]);
  });

  test('gives it up by itself after a day', async () => {
    // As if it had been missed for nearly a day: the way there is a hundred looks.
    const lostAt = new Date(stage.clock.now() - 24 * HOUR_MS + 10 * MINUTE_MS).toISOString();
    await annotate({ 'fabriclink.dev/credentials-lost-at': lostAt });
    await stage.pass(9 * MINUTE_MS);
    expect(ledger()).toEqual([]);
    await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'it is let go' });
    expectOursGone();
  });

  test('goes on when they return, and leaves nothing', async () => {
    await stage.apply(fabrikamSecret());
    await playUntilGone(stage);
    expect(left()).toEqual([]);
    expect(ledger()).toEqual([]);
  });
});

test('a process that dies on the way of giving it up: the next one ends the same', async () => {
  await loseThem();
  await stage.killOperator();
  await abandon();
  const recording = await recordMoments(stage, async () => {
    await stage.startOperator();
    await playUntilGone(stage);
  });
  const isVictim = ({ path, method }: Call) => method !== 'GET' || path.includes('/configmaps');
  const { crashes, failures } = await crashEverywhere(
    stage,
    recording,
    async () => {
      await stage.run(() => stage.link() === undefined, { withinMs: 6 * HOUR_MS, what: 'sales is gone' });
      expectOursGone();
    },
    isVictim,
  );
  expect(failures).toEqual([]);
  expect(crashes).toBeGreaterThan(10);
}, 240_000);

test('an endpoint that may be the only way in is never given up', async () => {
  await restartFrom(stage, ready);
  await stage.settle();
  // The spec no longer says what becomes of the door, so that nobody opens it.
  await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { spec: { inbound: null } },
  });
  await stage.settle();
  await stage.kube.delete(SECRETS, NAMESPACE, FABRIKAM_SECRET);
  await stage.deleteLink();
  await stage.pass(MINUTE_MS);
  await abandon();
  await stage.pass(2 * HOUR_MS);
  expect(stage.link()).toBeDefined();
  expect(left()).toEqual([...thingsIn(ready.world)]);
  expect(viewOf(stage.simulator.world).policies[SALES]!.inbound).toBe('Deny');
});
