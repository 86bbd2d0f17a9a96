import type { AnyStateMachine } from 'xstate';
import { type AnyFacts, everyObservation, placesOf, type Resting, walker } from './workspace-private-link/rests.ts';

/** What must hold for one observation and where it rests. */
export type Law<F> = (facts: F, rest: Resting) => boolean;

type Survey<F> = {
  machine: AnyStateMachine;
  domain: Readonly<Record<string, readonly (boolean | string)[]>>;
  laws: Record<string, Law<F>>;
};

export const NOTHING = { broken: [], unreached: [] };

/** Walks the whole space once; answers which laws were broken and where nobody ever came to rest. */
export function survey<F extends AnyFacts>({
  machine,
  domain,
  laws,
}: Survey<F>): {
  broken: string[];
  unreached: string[];
} {
  const rests = walker<F>(machine);
  const broken: string[] = [];
  const reached = new Set<string>();
  for (const facts of everyObservation<F>(domain)) {
    const rest = rests(facts);
    reached.add(rest.phase);
    if (rest.reason === '') broken.push(`no answer at ${JSON.stringify(facts)}`);
    for (const [name, law] of Object.entries(laws)) {
      if (broken.length < 5 && !law(facts, rest)) broken.push(`${name}: ${rest.phase} at ${JSON.stringify(facts)}`);
    }
  }
  const unreached = placesOf(machine)
    .map(({ phase }) => phase)
    .filter((phase) => !reached.has(phase));
  return { broken, unreached };
}

/** A law about one effect: it is begun only where `holds`. */
export const only =
  <F>(effect: string, holds: (facts: F) => boolean): Law<F> =>
  (facts, rest) =>
    rest.effect !== effect || holds(facts);
