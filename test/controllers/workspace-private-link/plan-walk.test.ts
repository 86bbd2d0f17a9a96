import { expect, test } from '@jest/globals';
import * as domains from '../../../controllers/workspace-private-link/fact-types.ts';
import { machines } from '../../../controllers/workspace-private-link/machine.ts';
import {
  AFTER,
  type Circumstances,
  type PlannedMachine,
  WAITS,
} from '../../../controllers/workspace-private-link/plan/plan-after.ts';
import type { Effect } from '../../../controllers/workspace-private-link/types.ts';
import { type AnyFacts, everyObservation, placesOf, walker } from './rests.ts';

type Domain = Readonly<Record<string, readonly (boolean | string)[]>>;
const DOMAINS: Record<PlannedMachine, Domain> = {
  service: domains.SERVICE_FACTS,
  placement: domains.PLACEMENT_FACTS,
  endpoint: domains.ENDPOINT_FACTS,
  dns: domains.DNS_FACTS,
  proof: domains.PROOF_FACTS,
  endpointRemoval: domains.ENDPOINT_REMOVAL_FACTS,
  inbound: domains.INBOUND_FACTS,
  outbound: domains.OUTBOUND_FACTS,
  outputs: domains.OUTPUTS_FACTS,
  breakGlass: domains.BREAK_GLASS_FACTS,
  connection: domains.CONNECTION_FACTS,
  managedConnection: domains.MANAGED_CONNECTION_FACTS,
  revocation: domains.REVOCATION_FACTS,
  notes: domains.NOTES_FACTS,
};
type AnyAfter = (facts: AnyFacts, circumstances: Circumstances) => AnyFacts;

/** `revokeUnlisted` ends what its ladder is about, and the ladder with it. Nothing needs more rungs than that, when each effect has one thing to do. */
const MOST_STEPS = 16;
const CIRCUMSTANCES: Record<string, Circumstances> = {
  'with nothing more to come': { more: false, auto: false, left: { surplus: false, records: false, zones: false } },
  'with everything still to come': { more: false, auto: true, left: { surplus: true, records: true, zones: true } },
};

/** The others' tables read nothing of them, and each space takes its time to walk. */
const CIRCUMSTANTIAL: readonly string[] = ['endpoint', 'dns', 'endpointRemoval'];
const [PLAIN] = Object.keys(CIRCUMSTANCES);
const cases = Object.keys(DOMAINS).flatMap((machine) =>
  Object.keys(CIRCUMSTANCES)
    .filter((circumstances) => circumstances === PLAIN || CIRCUMSTANTIAL.includes(machine))
    .map((circumstances) => [machine as PlannedMachine, circumstances] as const),
);

test.each(cases)('a plan for the %s ladder ends, whatever was found, %s', (name, circumstances) => {
  const rests = walker<AnyFacts>(machines[name]);
  const offenders: string[] = [];
  const complain = (start: AnyFacts, what: string) => {
    if (offenders.length < 3) offenders.push(`${JSON.stringify(start)}: ${what}`);
  };
  for (const start of everyObservation<AnyFacts>(DOMAINS[name])) {
    let facts = start;
    for (let step = 0; ; step += 1) {
      const { effect, phase, tag } = rests(facts);
      if (step > MOST_STEPS) {
        complain(start, `still in ${phase}`);
        break;
      }
      const wait = effect === undefined && tag === 'waiting' ? WAITS[name][phase] : undefined;
      const after = (effect === undefined ? wait : AFTER[effect as Effect][name]) as AnyAfter | string | undefined;
      if (after === undefined && (effect !== undefined || tag === 'waiting')) {
        complain(start, `nothing is foretold of ${phase}`);
        break;
      }
      if (typeof after !== 'function' || effect === 'revokeUnlisted') break;
      const changes = after(facts, CIRCUMSTANCES[circumstances]!);
      // A fact that only bookkeeping knows may be right already; then the rung is left by what is still to do.
      const next = { ...facts, ...changes };
      if (Object.keys(changes).length > 0 && rests(next).phase === phase && rests(next).effect === effect) {
        complain(start, `${phase} is not left`);
        break;
      }
      facts = next;
    }
  }
  expect(offenders).toEqual([]);
});

test.each(Object.keys(DOMAINS) as PlannedMachine[])(
  'what is foretold of the %s ladder are waits that it has',
  (name) => {
    const waits = placesOf(machines[name]).filter(({ tag, effect }) => tag === 'waiting' && effect === undefined);
    expect(Object.keys(WAITS[name]).toSorted()).toEqual(waits.map(({ phase }) => phase).toSorted());
  },
);
