import { describe, expect, test } from '@jest/globals';
import { shortLine } from '../../../controllers/managed-private-endpoint/describe-words.ts';
import { desiredOf } from '../../../controllers/managed-private-endpoint/desired.ts';
import targets from '../../../controllers/managed-private-endpoint/targets.json' with { type: 'json' };
import type { ManagedPrivateEndpoint, Rest, Seen } from '../../../controllers/managed-private-endpoint/types.ts';

const NEXT_STEP = 1_024;
const WORKSPACE = 'f1a40000-0000-4000-8000-000000000002';
const longest = (length: number) => 'x'.repeat(length);
/** As long as the API takes an ARM id. */
const idOf = (type: string) => {
  const start = `/subscriptions/${WORKSPACE}/resourceGroups/${longest(90)}/providers/${type}/`;
  return `${start}${longest(512 - start.length)}`;
};
const SERVICE = `/subscriptions/${WORKSPACE}/resourceGroups/${longest(90)}/providers/Microsoft.Fabric/privateLinkServicesForFabric/${longest(80)}`;

/** Every name as long as it may be. */
function seenOf(id: string, isLinked: boolean, facts = {}): Seen {
  const endpointName = longest(64);
  const desired = desiredOf({
    metadata: { name: longest(63), namespace: longest(63), uid: WORKSPACE },
    spec: {
      tenantId: WORKSPACE,
      workspaceId: WORKSPACE,
      endpointName,
      target: isLinked ? { workspacePrivateLinkRef: { name: longest(63) } } : { privateLinkResourceId: id },
    },
  } as unknown as ManagedPrivateEndpoint);
  const privateEndpointId = `/subscriptions/${WORKSPACE}/resourceGroups/vnet-12345678-SouthAfricaNorth-10-rg/providers/Microsoft.Network/privateEndpoints/${WORKSPACE}.${endpointName}`;
  const matches = [1, 2, 3].map(() => ({
    name: `${WORKSPACE}.${endpointName}-${WORKSPACE}`,
    status: 'Pending',
    privateEndpointId,
  }));
  const link = { namespace: longest(63), name: longest(63), hasConnections: true };
  return {
    desired,
    provenance: { recreations: { what: WORKSPACE, atMs: [0, 1, 2] } },
    endpoint: { facts: { endpoint: 'rejected' }, row: { connection: { description: longest(200) } }, pausedUntilMs: 0 },
    target: { id, matches, warnings: [], ...(isLinked && { link }) },
    approval: { facts, matches, detail: longest(200), pinnedOn: [1, 2, 3, 4, 5, 6, 7].map(() => longest(63)) },
  } as unknown as Seen;
}

const rest = (reason: string, machine = 'endpoint') =>
  ({ reason, machine, ladder: machine, phase: 'A.B', tag: 'waiting', outcome: { kind: 'none' } }) as unknown as Rest;
const commandsIn = (text: string) => text.split('`').filter((_part, index) => index % 2 === 1);
const ends = (text: string) => ({ short: text.length <= NEXT_STEP, whole: text.split('`').length % 2 === 1 });

describe('with the longest names', () => {
  test.each(targets.targets.map(({ type }) => type))('the next step of %s holds whole commands only', (type) => {
    const seen = seenOf(idOf(type), false);
    for (const reason of ['AwaitingApproval', 'RequestNotClean', 'AmbiguousConnection', 'RecreationPaused']) {
      const said = shortLine(seen, rest(reason, reason === 'AmbiguousConnection' ? 'target' : 'endpoint'), NEXT_STEP);
      expect({ reason, ...ends(said) }).toEqual({ reason, short: true, whole: true });
      expect(said).toMatch(reason === 'RecreationPaused' ? /annotate managedprivateendpoint/ : /owner of/);
    }
    expect(shortLine(seen, rest('AwaitingApproval'), NEXT_STEP)).toContain(`${WORKSPACE}.${longest(64)}`);
  });

  test('whoever keeps the target in Git gets the whole command for it', () => {
    const said = shortLine(seenOf(SERVICE, true), rest('AwaitingApproval'), NEXT_STEP);
    expect(ends(said)).toEqual({ short: true, whole: true });
    expect(said).not.toContain('…');
    const [, patch = ''] = /-p '([^']*)'/.exec(commandsIn(said)[0] ?? '') ?? [];
    expect(JSON.parse(patch)[0].value.source.managedPrivateEndpoint.name).toBe(longest(64));
  });

  test('whom Microsoft has moved learns which notes to forget, and on which objects', () => {
    const facts = { match: 'otherSubscription' };
    const said = shortLine(seenOf(SERVICE, true, facts), rest('AmbiguousConnection', 'approval'), NEXT_STEP);
    expect(ends(said)).toEqual({ short: true, whole: true });
    expect(commandsIn(said)[0]).toMatch(
      /^kubectl -n x+ annotate managedprivateendpoint (x{63} ){5}fabriclink\.dev\/pinned-subscription-$/,
    );
  });
});
