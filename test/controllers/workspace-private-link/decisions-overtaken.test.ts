import { describe, expect, test } from '@jest/globals';
import type { WorkspacePrivateLink } from '../../../crds/workspace-private-link.ts';
import { anEndpoint, aWorkspacePrivateLink, aWorld, live, SERVICE } from './living.ts';

/** A person changes the spec while the operator takes its last look before a decision (design section 7). */

const AUDIT = '/subscriptions/s/resourceGroups/audit/providers/Microsoft.Network/privateEndpoints/pe-audit';
const entry = (decision: 'Approve' | 'Reject', name = 'audit') => ({
  name,
  source: { privateEndpointId: AUDIT },
  decision,
});
type Spec = WorkspacePrivateLink['spec'];

async function listing(spec: Partial<Spec>, status: 'Pending' | 'Approved') {
  const world = aWorld();
  const living = live(world, aWorkspacePrivateLink({ endpoints: [], connections: [], ...spec }));
  await living.settle();
  const uid = living.resource.metadata.uid!;
  const description = status === 'Pending' ? '' : `fabriclink:${uid}:audit:20260301T080000Z`;
  const asked = { id: `${SERVICE}/c`, name: 'c', privateEndpointId: AUDIT, status, description };
  world.services.set(SERVICE.toLowerCase(), { ...world.services.get(SERVICE.toLowerCase())!, connections: [asked] });
  const edit = (change: (spec: Spec) => void) =>
    living.change(({ spec: now, metadata }) => {
      change(now);
      metadata.generation = (metadata.generation ?? 1) + 1;
    });
  /** At the second look of the pass, which is the decision's own. */
  const duringDecision = (change: (spec: Spec) => void) => {
    let looks = 0;
    world.whileReading = (operation) => {
      if (operation !== 'services.connections') return;
      looks += 1;
      if (looks === 2) edit(change);
    };
  };
  const decided = () => world.writes.filter((write) => write.startsWith('connections.'));
  return { world, living, edit, duringDecision, decided };
}

describe('while somebody is about to be approved', () => {
  test.each<[string, (spec: Spec) => void]>([
    ['the entry is taken out', (spec) => (spec.connections = [])],
    ['the entry says Reject', (spec) => (spec.connections = [entry('Reject')])],
    ['another entry says Reject', (spec) => (spec.connections = [entry('Approve'), entry('Reject', 'not-them')])],
  ])('%s: nothing is approved that is not listed any more', async (_, change) => {
    const { living, edit, duringDecision, decided } = await listing({}, 'Pending');
    edit((spec) => (spec.connections = [entry('Approve')]));
    duringDecision(change);
    await living.pass();
    expect(decided()).toEqual([]);
    await living.settle();
    expect(decided()).not.toContain('connections.Approved');
  });

  test('nothing is changed: it is approved', async () => {
    const { living, edit, decided } = await listing({}, 'Pending');
    edit((spec) => (spec.connections = [entry('Approve')]));
    await living.settle();
    expect(decided()).toEqual(['connections.Approved']);
  });

  test('the own endpoint is rejected by a new entry: it is not approved', async () => {
    const { world, living, edit, decided } = await listing({}, 'Approved');
    world.services.set(SERVICE.toLowerCase(), { ...world.services.get(SERVICE.toLowerCase())!, connections: [] });
    edit((spec) => (spec.endpoints = [anEndpoint('hub')]));
    let armed = false;
    world.whileReading = (operation) => {
      const pending = world.services.get(SERVICE.toLowerCase())!.connections.find((one) => one.status === 'Pending');
      // Not before the pass that is about to approve: the list of rests names it.
      if (operation !== 'services.connections' || !pending || armed) return;
      armed = true;
      const { privateEndpointId = '' } = pending;
      edit((spec) => (spec.connections = [{ ...entry('Reject', 'no-hub'), source: { privateEndpointId } }]));
    };
    await living.settle();
    expect(armed).toBe(true);
    expect(decided()).not.toContain('connections.Approved');
  });
});

test('while somebody is about to be cut off, the entry comes back: they stay', async () => {
  const { living, edit, duringDecision, decided } = await listing({ connectionsPolicy: 'Authoritative' }, 'Approved');
  duringDecision((spec) => (spec.connections = [entry('Approve')]));
  edit(() => undefined);
  await living.pass();
  await living.settle();
  expect(decided()).toEqual([]);
});

test('while somebody is about to be rejected, the entry says Approve: they are approved', async () => {
  const { living, edit, duringDecision, decided } = await listing({}, 'Pending');
  edit((spec) => (spec.connections = [entry('Reject')]));
  duringDecision((spec) => (spec.connections = [entry('Approve')]));
  await living.settle();
  expect(decided()).toEqual(['connections.Approved']);
});
