import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import type { LedgerEntry } from '../../operator/clients/kube/ledger.ts';
import { NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { crashEverywhere, outcomeOf, type Recording, recordMoments, restartFrom } from '../support/stage-crash.ts';
import { eventReasons, everythingTold, readout, secretsTold, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, conditionOf, HOUR_MS, MINUTE_MS, playUntilGone } from '../support/stage-link.ts';
import { thingsIn, viewOf } from '../support/stage-view.ts';
import { credentialsSecret, NAMESPACE, SALES, SALES_SERVICE } from '../support/stage-world.ts';

/** The credentials are gone and the object is to go, too: it ends, and says what could not be cleaned up. */

let stage: Stage;
let ready: StageSnapshot;
let world: unknown;
beforeAll(async () => {
  stage = await startStage();
  await bringToReady(stage);
  ready = stage.snapshot();
  world = viewOf(stage.simulator.world);
});
afterAll(() => stage.close());

const deleteSecret = () => stage.kube.delete(SECRETS, NAMESPACE, 'fabriclink-credentials');
const abandon = () =>
  stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
    type: 'merge',
    body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
  });
const ledgers = () =>
  stage.kubernetes.objects('configmaps').filter(({ metadata }) => metadata.name.startsWith('fabriclink-ledger-'));
const ledger = (): LedgerEntry[] =>
  ledgers().flatMap((map) =>
    Object.values((map as unknown as { data: Record<string, string> }).data).map(
      (text) => JSON.parse(text) as LedgerEntry,
    ),
  );
const audits = () =>
  stage.logs.filter(({ message }) => message === 'audit').map(({ fields }) => (fields as { audit: string }).audit);
const namespaceIsThere = () =>
  stage.kubernetes.objects('namespaces').some(({ metadata }) => metadata.name === NAMESPACE);
const stalled = () => conditionOf(stage.link(), 'Stalled')?.message ?? '';

/** Secret first, as a namespace that is deleted does it. */
async function orphan(): Promise<void> {
  await setTheStage(stage, ready);
  await stage.startOperator();
  await stage.settle();
  await deleteSecret();
  await stage.deleteLink();
  await stage.pass(MINUTE_MS);
}

describe('a deletion whose credentials are gone', () => {
  beforeEach(orphan);

  test('waits, names what would be left in the cloud and how the workspace is opened, and writes to no cloud', async () => {
    await stage.pass(6 * HOUR_MS);
    expect(readout(stage.link()).reason).toBe('CredentialMissing');
    for (const words of [
      `create Secret ${NAMESPACE}/fabriclink-credentials`,
      'fabriclink.dev/abandon=yes',
      SALES_SERVICE,
      'privateEndpoints/',
      'privateDnsZones/',
      `workspaces/${SALES}/networking/communicationPolicy`,
    ])
      expect(stalled()).toContain(words);
    const dueAt = /that is done at (\S+);/.exec(stalled())?.[1] ?? '';
    expect(Date.parse(dueAt) - stage.clock.now()).toBeLessThan(18 * HOUR_MS);
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
    expect(viewOf(stage.simulator.world)).toEqual(world);
  });

  test('goes on without any time passing when they return, and then leaves nothing behind', async () => {
    await stage.apply(credentialsSecret());
    await stage.settle();
    expect(readout(stage.link()).reason).not.toBe('CredentialMissing');
    await playUntilGone(stage);
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
    expect(ledger()).toEqual([]);
  });

  test('ends at a person’s word, with audit line, metric, Event and an entry in the ledger', async () => {
    await abandon();
    await stage.settle();
    expect(stage.link()).toBeUndefined();
    expect(viewOf(stage.simulator.world)).toEqual(world);
    expect(audits()).toEqual(expect.arrayContaining(['RecordAbandoned', 'Abandon']));
    expect(eventReasons(stage)).toContain('Abandoned');
    const [entry, ...more] = ledger();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ what: 'abandoned', object: { namespace: NAMESPACE, name: 'sales' } });
    expect(entry!.left).toContain(SALES_SERVICE);
    expect(entry!.left.at(-1)).toContain(SALES);
    expect(await stage.metrics()).toContain('fabriclink_abandoned_total{kind="WorkspacePrivateLink"} 1');
    expect(secretsTold(stage)).toEqual([]);
  });

  test('ends by itself after a day', async () => {
    const deletedAtMs = stage.clock.now() - MINUTE_MS;
    await stage.run(() => stage.link() === undefined, { withinMs: 25 * HOUR_MS, what: 'it is let go' });
    expect(stage.clock.now() - deletedAtMs).toBeGreaterThanOrEqual(24 * HOUR_MS);
    expect(ledger()).toHaveLength(1);
  });

  test('is not abandoned with credentials that work', async () => {
    await stage.apply(credentialsSecret());
    await stage.settle();
    await abandon();
    await stage.pass(MINUTE_MS);
    expect(readout(stage.link()).message).toContain('fabriclink.dev/abandon is ignored');
    await playUntilGone(stage);
    expect([...thingsIn(stage.simulator.world)]).toEqual([]);
    expect(ledger()).toEqual([]);
  });

  test('waits while the ledger cannot be written, and says why', async () => {
    const mend = stage.kubernetes.faults.failNext(
      ({ method, path }) => method === 'POST' && path.endsWith('/configmaps'),
      { kind: 'answer', code: 403, reason: 'Forbidden', message: 'configmaps is forbidden' },
      1_000,
    );
    await abandon();
    await stage.pass(HOUR_MS);
    expect(readout(stage.link()).reason).toBe('KubernetesForbidden');
    expect(readout(stage.link()).nextStep).toContain('Grant verb "create" on configmaps');
    mend();
    await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'it is let go' });
    expect(ledger()).toHaveLength(1);
  });
});

describe('a namespace that is deleted, its Secrets first', () => {
  test('ends after a day, with what could not be cleaned up in the ledger', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.settle();
    await stage.kube.delete(NAMESPACES, '', NAMESPACE);
    await stage.kubernetes.settled();
    await stage.pass(HOUR_MS);
    expect(stage.kubernetes.objects('secrets').filter(({ metadata }) => metadata.namespace === NAMESPACE)).toEqual([]);
    expect(readout(stage.link()).reason).toBe('CredentialMissing');
    await stage.run(() => !namespaceIsThere(), { withinMs: 25 * HOUR_MS, what: 'the namespace goes' });
    expect(ledger()).toHaveLength(1);
    expect(audits()).toContain('Abandon');
    expect(viewOf(stage.simulator.world)).toEqual(world);
  });

  test('ends at once at a person’s word', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.settle();
    await stage.kube.delete(NAMESPACES, '', NAMESPACE);
    await stage.kubernetes.settled();
    await stage.pass(MINUTE_MS);
    await abandon();
    await stage.settle();
    await stage.kubernetes.settled();
    expect(namespaceIsThere()).toBe(false);
    expect(everythingTold(stage)).toContain('Abandon');
  });
});

describe('a process that dies while it gives up', () => {
  let recording: Recording;
  let undisturbed: unknown;
  beforeAll(async () => {
    await orphan();
    await stage.killOperator();
    await abandon();
    recording = await recordMoments(stage, async () => {
      await stage.startOperator();
      await playUntilGone(stage);
    });
    undisturbed = outcomeOf(stage);
  });

  test('before and after every single call: the next one ends the same, with one entry in the ledger', async () => {
    const { crashes, failures } = await crashEverywhere(stage, recording, async () => {
      await playUntilGone(stage);
      expect(outcomeOf(stage)).toEqual(undisturbed);
      expect(ledger()).toHaveLength(1);
      expect(stage.calls.filter(isCloudWrite)).toEqual([]);
    });
    expect(failures).toEqual([]);
    expect(crashes).toBe(2 * recording.calls.length);
    expect(recording.calls.some(({ path }) => path.endsWith('/configmaps'))).toBe(true);
  }, 240_000);

  test('with the note of the loss gone: it ends all the same', async () => {
    await restartFrom(stage, recording.start);
    await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'merge',
      body: { metadata: { annotations: { 'fabriclink.dev/credentials-lost-at': null } } },
    });
    await playUntilGone(stage);
    expect(ledger()).toHaveLength(1);
  });
});
