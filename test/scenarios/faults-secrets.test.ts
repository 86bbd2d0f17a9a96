import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { entraFault } from '../../simulator/entra/errors.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { everythingTold, readout, secretsTold, setTheStage } from '../support/stage-faults.ts';
import { bringToReady, HOUR_MS, MINUTE_MS } from '../support/stage-link.ts';
import { credentialsSecret, OPERATOR_APP, salesLink } from '../support/stage-world.ts';

/** Nothing secret is ever repeated, also when the other side repeats it to us. */

let stage: Stage;
let bare: StageSnapshot;
beforeAll(async () => {
  stage = await startStage();
  bare = stage.snapshot();
});
beforeEach(() => setTheStage(stage, bare));
afterAll(() => stage.close());

const TOKEN = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJwbGFudGVkIn0.cGxhbnRlZC1zaWduYXR1cmU';
const SECRET = OPERATOR_APP.clientSecret;

/** The message of a refusal that quotes the request; `heard` is what must still come through. */
const echoes: Record<string, Fault & { message?: string; heard: string }> = {
  'Entra, the body with the client secret': {
    ...entraFault(7000215, { path: '/token' }),
    message: `AADSTS7000215: Invalid client secret provided. Request: grant_type=client_credentials&client_secret=${SECRET}&scope=x`,
    heard: 'AADSTS7000215',
  },
  'ARM, the header with the token': {
    kind: 'refuse',
    service: 'arm',
    status: 403,
    code: 'AuthorizationFailed',
    message: `The client may not do that. Headers: Authorization: Bearer ${TOKEN}`,
    heard: 'The client may not do that',
  },
  'Fabric, the token alone': {
    kind: 'refuse',
    service: 'fabric',
    status: 403,
    code: 'InsufficientPrivileges',
    message: `access_token=${TOKEN} lacks the scope`,
    heard: 'InsufficientPrivileges',
  },
  'Fabric, the token in the code': {
    kind: 'refuse',
    service: 'fabric',
    status: 400,
    code: TOKEN,
    message: 'no',
    heard: 'UnreadableCode',
  },
};

describe('a service that quotes what we sent', () => {
  test.each(Object.entries(echoes))('%s: the rest is passed on, the secret is not', async (_, { heard, ...fault }) => {
    stage.simulator.faults.add(fault);
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf));
    await stage.pass(HOUR_MS);
    expect(everythingTold(stage)).toContain(heard);
    expect(secretsTold(stage)).toEqual([]);
  });
});

describe('a Secret that cannot be used', () => {
  const PEM = '-----BEGIN PRIVATE KEY-----\nMIIplantedplantedplantedplanted\n-----END PRIVATE KEY-----';
  test.each([
    ['a certificate that is no certificate', { AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE: PEM }],
    ['a tenant that is no id', { AZURE_TENANT_ID: SECRET }],
    ['a client that is no id', { AZURE_CLIENT_ID: SECRET }],
  ])('with %s is named without its contents', async (_, data) => {
    const secret = credentialsSecret();
    await stage.apply({ ...secret, stringData: { ...secret.stringData, ...data } });
    await stage.startOperator();
    await stage.apply(salesLink(stage.nameserverOf));
    await stage.pass(10 * MINUTE_MS);
    expect(readout(stage.link()).reason).toMatch(/^Credential/);
    expect(secretsTold(stage)).toEqual([]);
    expect(everythingTold(stage)).not.toContain('planted');
  });
});

test('the grep finds what it looks for', async () => {
  await bringToReady(stage, { inbound: undefined, outbound: undefined });
  expect(secretsTold(stage)).toEqual([]);
  const { logs } = stage;
  (logs as unknown as object[]).push({ level: 'warn', message: `oops ${SECRET}`, fields: {} });
  expect(secretsTold(stage)).toEqual([SECRET]);
  (logs as unknown as object[]).pop();
});
