import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { isCloudWrite } from '../support/stage-calls.ts';
import { outcomeOf, restartFrom } from '../support/stage-crash.ts';
import { HOUR_MS, isTrue } from '../support/stage-link.ts';
import { NAMESPACE, salesLink } from '../support/stage-world.ts';

type Meddling = { because: string; status: (now: Record<string, unknown>) => Record<string, unknown> };

const meddlings: Record<string, Meddling> = {
  'a status that is wiped whenever anything is due': {
    because: 'nothing that was decided is remembered there',
    status: (now) => Object.fromEntries(Object.keys(now).map((key) => [key, null])),
  },
  'a status that says Ready whenever anything is due': {
    because: 'people and other programs write there, too',
    status: () => ({ ...lie('True'), access: { inbound: 'Deny', outbound: 'Deny' } }),
  },
  'a status that says all is lost whenever anything is due': {
    because: 'a decision that believed it would tear down what is fine',
    status: () => ({ ...lie('False'), access: { inbound: 'Allow', outbound: 'Allow' } }),
  },
};

function lie(status: 'True' | 'False') {
  const types = ['Ready', 'ServiceReady', 'EndpointsReady', 'ConnectionsApproved', 'DNSVerified', 'AccessApplied'];
  return {
    observedGeneration: 1,
    phase: status === 'True' ? 'Ready' : 'Approval.Rejected',
    nextStep: 'whatever somebody wrote here',
    serviceId: '/subscriptions/x/resourceGroups/x/providers/Microsoft.Fabric/privateLinkServicesForFabric/lie',
    endpoints: ['hub', 'spoke'].map((name) => ({ name, connection: 'Approved', addresses: ['10.9.9.9'] })),
    conditions: types.map((type) => ({
      type,
      status,
      reason: 'Lie',
      message: 'not so',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })),
  };
}

let stage: Stage;
let applied: StageSnapshot;
let undisturbed: { up: Play; down: Play };
beforeAll(async () => {
  stage = await startStage();
  await stage.apply(salesLink(stage.nameserverOf));
  applied = stage.snapshot();
  undisturbed = await playBoth(undefined);
});
afterAll(() => stage.close());

/** What a play did and where it ended. */
type Play = { writes: string[]; outcome: unknown };

async function playBoth(meddling: Meddling | undefined): Promise<{ up: Play; down: Play }> {
  await restartFrom(stage, applied);
  const up = await play(() => isTrue(stage.link(), 'Ready') && stage.link()?.status?.phase === 'Ready', meddling);
  stage.forget();
  await stage.deleteLink();
  const down = await play(() => stage.link() === undefined, meddling);
  return { up, down };
}

/** From one thing that is due to the next, with somebody at the status in between. */
async function play(isOver: () => boolean, meddling: Meddling | undefined): Promise<Play> {
  const endsAtMs = stage.clock.now() + 4 * HOUR_MS;
  for (;;) {
    await stage.settle();
    if (isOver()) break;
    if (stage.clock.now() > endsAtMs) throw new Error(`not over after four hours: ${JSON.stringify(stage.link())}`);
    if (meddling) await meddle(meddling);
    await stage.pass((stage.clock.nextAtMs() ?? endsAtMs) - stage.clock.now());
  }
  return { writes: stage.calls.filter(isCloudWrite).map(lineOf).toSorted(), outcome: outcomeOf(stage) };
}

async function meddle({ status }: Meddling): Promise<void> {
  const now = stage.link()?.status;
  if (!now) return;
  const body = { status: status(now) };
  await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', { type: 'merge', body, subresource: 'status' });
  await stage.settle();
}

/** Without the part of a connection's name that is chance. */
const lineOf = ({ method, path }: { method: string; path: string }) =>
  `${method} ${path.replace(/\.[0-9a-f-]{36}$/, '')}`;

describe('no decision rests on the status', () => {
  test.each(Object.entries(meddlings))(
    '%s changes no write and no end, on the way up and down',
    async (_, meddling) => {
      const { up, down } = await playBoth(meddling);
      expect(up).toEqual(undisturbed.up);
      expect(down).toEqual(undisturbed.down);
    },
  );
});
