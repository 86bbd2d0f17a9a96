import type { AnyStateMachine, StateNode } from 'xstate';
import { initialTransition } from 'xstate';

type Domain = Readonly<Record<string, readonly (boolean | string)[]>>;
export type AnyFacts = Readonly<Record<string, boolean | string>>;

/** Every combination of a domain's values. */
export function* everyObservation<F extends AnyFacts>(domain: Domain): Generator<F> {
  const keys = Object.keys(domain);
  const sizes = keys.map((key) => domain[key]!.length);
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let index = 0; index < total; index++) {
    const facts: Record<string, boolean | string> = {};
    let rest = index;
    for (const [at, key] of keys.entries()) {
      facts[key] = domain[key]![rest % sizes[at]!]!;
      rest = Math.floor(rest / sizes[at]!);
    }
    yield facts as F;
  }
}

export type Resting = { phase: string; tag: string; reason: string; poll: string; effect: string | undefined };

/** Leaves by id, read once: a snapshot lists its nodes, but building them anew each time would cost more than the walk. */
function leavesOf(machine: AnyStateMachine): Map<string, Resting> {
  const leaves = new Map<string, Resting>();
  const visit = (node: StateNode) => {
    if (node.type === 'atomic') {
      const meta = node.config.meta as { reason: string; poll: string; effect?: string } | undefined;
      leaves.set(node.path.join('.'), {
        phase: node.path.join('.'),
        tag: node.tags.join(','),
        reason: meta?.reason ?? '',
        poll: meta?.poll ?? '',
        effect: meta?.effect,
      });
    }
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return leaves;
}

const known = new WeakMap<AnyStateMachine, Map<string, Resting>>();

/** Where these facts rest, by the same pure transition that the runtime uses. */
export function restOf(machine: AnyStateMachine, facts: AnyFacts): Resting {
  const leaves = known.get(machine) ?? leavesOf(machine);
  known.set(machine, leaves);
  const [snapshot] = initialTransition(machine, facts);
  const value = snapshot.value as Record<string, string>;
  const [rung, leaf] = Object.entries(value)[0]!;
  return leaves.get(`${rung}.${leaf}`)!;
}

type Branch = { key: string; next: Map<boolean | string, Branch | Resting> };

/**
 * `restOf` for whole observation spaces. Guards are pure, so where facts rest depends on those facts alone that the
 * guards read on the way, and in that order: the machine is asked once for each way of reading, and every other
 * observation that agrees on what was read follows the same path.
 */
export function walker<F extends AnyFacts>(machine: AnyStateMachine): (facts: F) => Resting {
  const root: { next: Map<boolean | string, Branch | Resting> } = { next: new Map() };
  const read: string[] = [];
  // xstate copies the context, and so reads all of it: only what guards read counts.
  const guards = Object.entries(machine.implementations.guards as Record<string, Guard>).map(([name, guard]) => [
    name,
    ({ context }: { context: AnyFacts }) => guard({ context: recording(context, read) }),
  ]);
  const watched = machine.provide({ guards: Object.fromEntries(guards) });
  const ask = (facts: F): Resting => {
    read.length = 0;
    const rest = restOf(watched, facts);
    let at = root.next;
    let value: boolean | string = '';
    for (const key of read) {
      const branch: Branch = (at.get(value) as Branch | undefined) ?? { key, next: new Map() };
      at.set(value, branch);
      at = branch.next;
      value = facts[key]!;
    }
    at.set(value, rest);
    return rest;
  };
  return (facts) => {
    let at = root.next.get('');
    while (at !== undefined && 'next' in at) at = at.next.get(facts[at.key]!);
    return at ?? ask(facts);
  };
}

type Guard = (input: { context: AnyFacts }) => boolean;

const recording = (facts: AnyFacts, read: string[]): AnyFacts =>
  new Proxy(facts, {
    get: (target, key: string) => {
      if (!read.includes(key)) read.push(key);
      return target[key];
    },
  });

/** All leaves that carry a meta, that is, all places to rest. */
export const placesOf = (machine: AnyStateMachine): readonly Resting[] =>
  [...leavesOf(machine).values()].filter(({ reason }) => reason !== '');

/** Rungs and Check states: places to pass through. */
export const passagesOf = (machine: AnyStateMachine): readonly Resting[] =>
  [...leavesOf(machine).values()].filter(({ reason }) => reason === '');

/** Passes that act and wait; every `loseEvery`th effect is lost on the way. Returns where the world ends, or nothing when it does not end. */
export function settle<F extends AnyFacts>(
  restOf: (facts: F) => Resting,
  start: F,
  world: { act: (facts: F, effect: string) => F; wait: (facts: F, phase: string) => F },
  loseEvery: number,
): Resting | undefined {
  let facts = start;
  for (let pass = 1; pass <= 60; pass++) {
    const rest = restOf(facts);
    const lost = loseEvery > 0 && pass % loseEvery === 0;
    const acted = rest.effect !== undefined && !lost ? world.act(facts, rest.effect) : facts;
    const next = acted === facts && rest.effect === undefined ? world.wait(facts, rest.phase) : acted;
    if (next === facts && rest.effect === undefined) return rest;
    facts = next;
  }
  return undefined;
}
