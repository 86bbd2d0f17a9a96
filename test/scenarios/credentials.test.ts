import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SECRETS } from '../../operator/clients/kube/resources.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { isStalled, readout, secretsTold, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, isTrue, MINUTE_MS, playUntilReady } from '../support/stage-link.ts';
import { viewOf } from '../support/stage-view.ts';
import { credentialsSecret, NAMESPACE, OPERATOR_APP, salesLink, TENANT } from '../support/stage-world.ts';

/** A Secret that is missing, wrong or lost is a condition with its remedy, and heals the moment it returns. */

let stage: Stage;
let bare: StageSnapshot;
let ready: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
  await bringToReady(stage, { inbound: undefined, outbound: undefined });
  ready = stage.snapshot();
});
afterAll(() => stage.close());

const SECRET = 'fabriclink-credentials';
const open = { inbound: undefined, outbound: undefined };
const secretSays = (data: Record<string, string>) => {
  const secret = credentialsSecret();
  return { ...secret, stringData: { ...secret.stringData, ...data } };
};
const named = (name: string) => {
  const secret = credentialsSecret();
  return { ...secret, metadata: { ...secret.metadata, name } };
};
const deleteSecret = (name = SECRET) => stage.kube.delete(SECRETS, NAMESPACE, name);
const reason = () => readout(stage.link()).reason;
const appOf = () => stage.simulator.world.entra.apps[`${TENANT}/${OPERATOR_APP.clientId}`]!;
const isSecretList = ({ method, path }: { method: string; path: string }) =>
  method === 'GET' && path.endsWith('/secrets');
const forbidSecrets = () =>
  stage.kubernetes.faults.failNext(isSecretList, { kind: 'answer', code: 403, reason: 'Forbidden' }, 1_000_000);

describe('a Secret that cannot be used', () => {
  const troubles: Record<string, { given: () => Promise<void>; reason: string; reads: string }> = {
    'is missing': { given: () => deleteSecret(), reason: 'CredentialMissing', reads: `create Secret ${NAMESPACE}/` },
    'lacks its client secret': {
      given: () => stage.apply(secretSays({ AZURE_CLIENT_SECRET: '' })),
      reason: 'CredentialInvalid',
      reads: 'add AZURE_CLIENT_SECRET',
    },
    'holds a wrong client secret': {
      given: () => stage.apply(secretSays({ AZURE_CLIENT_SECRET: 'the-id-and-not-the-value' })),
      reason: 'CredentialInvalid',
      reads: 'value (not its id)',
    },
    'is for another tenant': {
      given: () => stage.apply(secretSays({ AZURE_TENANT_ID: '10000000-0000-4000-8000-000000000002' })),
      reason: 'CredentialTenantMismatch',
      reads: 'name a Secret for this tenant in credentialsRef',
    },
  };
  test.each(Object.entries(troubles))(
    '%s: said with its remedy, and healed without any time passing',
    async (_, trouble) => {
      await setTheStage(stage, bare);
      await trouble.given();
      await stage.startOperator();
      await stage.apply(salesLink(stage.nameserverOf, open));
      await stage.pass(10 * MINUTE_MS);
      expect(reason()).toBe(trouble.reason);
      expect(isStalled(stage.link())).toBe(true);
      expect(readout(stage.link()).nextStep).toContain(trouble.reads);
      const atMs = stage.clock.now();
      await stage.apply(credentialsSecret());
      await stage.settle();
      expect(reason()).not.toBe(trouble.reason);
      expect(stage.clock.now()).toBe(atMs);
      await playUntilReady(stage);
    },
  );

  test('while the object is Ready: said at once, nothing is taken down, Ready again the moment it is back', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.settle();
    const before = viewOf(stage.simulator.world);
    await deleteSecret();
    await stage.settle();
    expect(reason()).toBe('CredentialMissing');
    await stage.pass(3 * HOUR_MS);
    expect(viewOf(stage.simulator.world)).toEqual(before);
    await stage.apply(credentialsSecret());
    await stage.settle();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
    expect(stage.calls.filter(isCloudWrite)).toEqual([]);
  });

  test('brings back only the objects that act with it', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
    await stage.apply(named('somebody-elses'));
    await stage.settle();
    expect(stage.calls).toEqual([]);
    await stage.apply(secretSays({ more: 'of-no-interest' }));
    await stage.settle();
    expect(stage.calls.map(({ path }) => path)).toContain(`/api/v1/namespaces/${NAMESPACE}/secrets/${SECRET}`);
  });
});

describe('a Secret that is rotated', () => {
  test('before the old one ends: never anything but Ready', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.settle();
    appOf().secrets.push({ value: 'the-new-one' });
    await stage.apply(secretSays({ AZURE_CLIENT_SECRET: 'the-new-one' }));
    await stage.settle();
    appOf().secrets = [{ value: 'the-new-one' }];
    await stage.pass(6 * HOUR_MS);
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });

  test('to another one by name: the object follows its credentialsRef', async () => {
    await setTheStage(stage, ready);
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, { ...open, credentialsRef: { name: 'later' } }));
    await stage.settle();
    expect(reason()).toBe('CredentialMissing');
    await stage.apply(named('later'));
    await stage.settle();
    expect(isTrue(stage.link(), 'Ready')).toBe(true);
  });
});

test('only the Secrets of the watched namespaces are listed, and their mending is noticed as well', async () => {
  await setTheStage(stage, ready);
  await stage.startOperator({ watchNamespaces: [NAMESPACE] });
  await stage.settle();
  const lists = stage.calls.filter(({ path, method }) => method === 'GET' && path.endsWith('/secrets'));
  expect(lists.map(({ path }) => path)).toEqual([`/api/v1/namespaces/${NAMESPACE}/secrets`]);
  await deleteSecret();
  await stage.settle();
  expect(reason()).toBe('CredentialMissing');
  await stage.apply(credentialsSecret());
  await stage.settle();
  expect(isTrue(stage.link(), 'Ready')).toBe(true);
});

describe('where Secrets may not be listed', () => {
  test('the operator goes on, says so once, and looks by itself', async () => {
    await setTheStage(stage, bare);
    forbidSecrets();
    await deleteSecret();
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf, open));
    await stage.pass(10 * MINUTE_MS);
    expect(reason()).toBe('CredentialMissing');
    await stage.apply(credentialsSecret());
    await stage.run(() => reason() !== 'CredentialMissing', { withinMs: 2 * MINUTE_MS, what: 'it is noticed' });
    await playUntilReady(stage);
    const said = stage.logs.filter(({ message }) => message.includes('without a watch'));
    expect(said).toHaveLength(1);
    expect(said[0]!.fields).toMatchObject({ resource: 'secrets', follows: expect.stringContaining('two minutes') });
  });
});

test('of no Secret a value is ever told', () => {
  expect(secretsTold(stage)).toEqual([]);
});
