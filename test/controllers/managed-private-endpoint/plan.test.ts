import { describe, expect, test } from '@jest/globals';
import { desiredOf } from '../../../controllers/managed-private-endpoint/desired.ts';
import {
  APPROVAL_FACTS,
  type ApprovalFacts,
  ENDPOINT_FACTS,
  type EndpointFacts,
  type TargetFacts,
} from '../../../controllers/managed-private-endpoint/fact-types.ts';
import { machines } from '../../../controllers/managed-private-endpoint/machine.ts';
import { planOf } from '../../../controllers/managed-private-endpoint/plan.ts';
import type { Ladder, ManagedPrivateEndpoint, Seen } from '../../../controllers/managed-private-endpoint/types.ts';
import { createDecider } from '../../../operator/runtime/decide.ts';
import type { Decision } from '../../../operator/runtime/kind.ts';
import { everyObservation } from '../workspace-private-link/rests.ts';

const walk = createDecider(machines);
const walked = new Map<string, Decision>();
/** The same facts come to rest in the same place: each is walked once. */
function decideOn(ladder: Ladder): Decision {
  const key = `${ladder.machine} ${JSON.stringify(ladder.facts)}`;
  const known = walked.get(key) ?? walk(ladder);
  walked.set(key, known);
  return known;
}
const CALLS = ['deleteLeftover', 'requestEndpoint', 'recreateEndpoint', 'approveRequest', 'revokeUnconfirmed'];
const REQUESTABLE: TargetFacts = {
  reference: 'arm',
  service: 'otherResource',
  workspace: 'asExpected',
  access: 'notAsked',
  listed: 'none',
  matches: 'none',
  approver: 'operator',
};
const APPROVALS = {
  ...APPROVAL_FACTS,
  match: ['none', 'one', 'several', 'refused'],
  connection: ['none', 'pending', 'approved', 'rejected'],
  fabric: ['absent', 'pending', 'echoed', 'approved', 'unobservable'],
  hand: ['free'],
} as const;
/** Facts that the machine's own tests walk in full, and that a plan adds nothing to. */
const QUIET = { standing: ['clear'], adoption: ['allowed'], listed: ['none'], cooldown: ['over', 'before'] } as const;
const TARGETS: readonly TargetFacts[] = [
  REQUESTABLE,
  { ...REQUESTABLE, matches: 'leftover' },
  { ...REQUESTABLE, matches: 'present' },
  { ...REQUESTABLE, reference: 'missing' },
];

const desired = desiredOf({
  metadata: { name: 'to-lake', namespace: 'team', uid: 'u' },
  spec: { tenantId: 't', workspaceId: 'w', target: { privateLinkResourceId: '/subscriptions/s/x' } },
} as unknown as ManagedPrivateEndpoint);
const seenOf = (endpoint: EndpointFacts, target: TargetFacts, approval?: ApprovalFacts): Seen =>
  ({
    desired,
    provenance: { request: endpoint.request === 'noted' ? { clean: true } : undefined },
    endpoint: { facts: endpoint, row: undefined },
    target: { facts: target, id: '/subscriptions/s/x', matches: [], warnings: [] },
    approval: approval && { facts: approval, connection: undefined, matches: [] },
  }) as unknown as Seen;

/** What a pass would call now, in the order of the ladders: a plan begins with just that. */
function callsNow(seen: Seen): string[] {
  const ladders: Ladder[] = [
    { name: 'target', machine: 'target', facts: seen.target.facts },
    { name: 'endpoint', machine: 'endpoint', facts: { ...seen.endpoint.facts, claimed: true } },
    ...(seen.approval ? [{ name: 'approval', machine: 'approval', facts: seen.approval.facts }] : []),
  ];
  return ladders.flatMap((ladder) => decideOn(ladder).effect ?? []).filter((effect) => CALLS.includes(effect));
}

/** Broken promises, a few. */
function survey(all: Iterable<Seen>): string[] {
  const broken: string[] = [];
  for (const seen of all) {
    if (broken.length > 3) break;
    const calls = planOf(seen, decideOn).filter(({ kind }) => kind === 'call');
    const actions = calls.map(({ action }) => action);
    const now = callsNow(seen);
    if (now.some((call, index) => actions[index] !== call))
      broken.push(
        `${JSON.stringify([seen.endpoint.facts, seen.target.facts, seen.approval?.facts])}: ${actions.join()} instead of ${now.join()}`,
      );
    if (new Set(actions).size < actions.length)
      broken.push(`${JSON.stringify(seen.endpoint.facts)}: twice in ${actions.join()}`);
  }
  return broken;
}

describe('the plan of an object that is only observed', () => {
  test.each(TARGETS.map((target) => [`${target.reference}, ${target.matches}`, target] as const))(
    'ends, begins with what a pass would call now, and calls nothing twice: every endpoint, target %s',
    (_name, target) => {
      function* all() {
        const domain = { ...ENDPOINT_FACTS, ...QUIET, claimed: [false] } as const;
        for (const endpoint of everyObservation<EndpointFacts>(domain)) {
          // The summary of the target's ladder is what observe says of it.
          const isReady = target === REQUESTABLE;
          if (endpoint.endpoint === 'absent' && (endpoint.target === 'requestable') !== isReady) continue;
          yield seenOf(endpoint, { ...target, approver: endpoint.approver });
        }
      }
      expect(survey(all())).toEqual([]);
    },
  );

  test('does so for every state of the operator’s own approval', () => {
    function* all() {
      const [endpoint] = [...everyObservation<EndpointFacts>({ ...ENDPOINT_FACTS, ...QUIET, claimed: [true] })].filter(
        (one) =>
          one.endpoint === 'pending' &&
          one.origin === 'created' &&
          one.request === 'noted' &&
          one.approver === 'operator' &&
          one.target === 'requestable',
      );
      for (const approval of everyObservation<ApprovalFacts>(APPROVALS)) yield seenOf(endpoint!, REQUESTABLE, approval);
    }
    expect(survey(all())).toEqual([]);
  });
});
