import { expect, test } from '@jest/globals';
import { unpromised } from '../../../controllers/workspace-private-link/plan/describe-unpromised.ts';
import { WORDING } from '../../../controllers/workspace-private-link/words/describe-reasons.ts';
import { aWorkspacePrivateLink, aWorld, live } from './living.ts';

const NOTHING = 'nothing is done about it while managementPolicy is Observe';

test('no word about what happens next promises anything of an object that is only observed', () => {
  for (const { next } of Object.values(WORDING)) {
    expect(unpromised(next)).not.toMatch(
      /the operator (goes on|creates|removes|approves|rejects|closes|opens|deletes)/,
    );
    expect(unpromised(next)).not.toMatch(/, and (goes on|asks anew)/);
  }
  expect(unpromised(WORDING.AwaitingService.next)).toBe(NOTHING);
  expect(unpromised(WORDING.NoProvenEndpoint.next)).toBe(NOTHING);
});

test('what a person must do stays in it', () => {
  expect(unpromised(WORDING.SubnetNotFound.next)).toBe(WORDING.SubnetNotFound.next);
  expect(unpromised(WORDING.RelockBlocked.next)).toBe(`restore what the message names; ${NOTHING}`);
});

test('is what the status says of an endpoint that waits for a service that nobody makes', async () => {
  const messages = async (managementPolicy: 'Observe' | 'Manage') => {
    const world = aWorld({
      refusals: { 'services.put': { disposition: 'blocked', reason: 'Locked', message: 'locked' } },
    });
    const living = live(world, aWorkspacePrivateLink({ managementPolicy }));
    await living.pass();
    await living.pass();
    return JSON.stringify(living.report.status.endpoints);
  };
  expect(await messages('Observe')).toContain(`The private link service is not ready yet; ${NOTHING}.`);
  expect(await messages('Manage')).toContain('the operator goes on once it is');
});
