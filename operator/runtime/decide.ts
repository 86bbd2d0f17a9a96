import { type AnyMachineSnapshot, type AnyStateMachine, getInitialMicrosteps, initialTransition } from 'xstate';
import { OperatorError } from '../errors.ts';
import type { Decision, Ladder, RestMeta, RestTag } from './kind.ts';

const TAGS: ReadonlySet<string> = new Set<RestTag>(['ready', 'progressing', 'waiting', 'stalled', 'gone']);

/**
 * Facts are closed values, so that few different observations occur in a fleet; each is decided once. Past this many
 * the memory is emptied: it is a shortcut, never a source.
 */
const MOST_REMEMBERED = 5_000;

/**
 * Decides where the facts of a ladder rest. Pure: the same machine and facts always give the same (frozen) decision.
 * Throws OperatorError `bug` when the machine is unknown or rests where no leaf says what to do.
 */
export function createDecider(machines: Readonly<Record<string, AnyStateMachine>>): (ladder: Ladder) => Decision {
  const remembered = new Map<string, Decision>();
  return ({ machine: name, facts }) => {
    const key = `${name} ${JSON.stringify(facts)}`;
    const known = remembered.get(key);
    if (known) return known;
    const machine = machines[name];
    if (!machine) throw bug(`there is no machine "${name}"`);
    const decision = Object.freeze(decide(name, machine, facts));
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, decision);
    return decision;
  };
}

function decide(name: string, machine: AnyStateMachine, facts: Ladder['facts']): Decision {
  const [snapshot] = initialTransition(machine, facts) as [AnyMachineSnapshot, unknown];
  const phase = pathOf(snapshot.value);
  const metas = Object.values(snapshot.getMeta() as Record<string, RestMeta>);
  const tags = [...snapshot.tags].filter((tag) => TAGS.has(tag));
  const [meta] = metas;
  const [tag] = tags;
  if (!meta || metas.length !== 1) throw bug(`machine "${name}" rests in ${phase} with ${metas.length} metas, not one`);
  if (!tag || tags.length !== 1) throw bug(`machine "${name}" rests in ${phase} with ${tags.length} tags, not one`);
  return {
    machine: name,
    phase,
    tag: tag as RestTag,
    reason: meta.reason,
    poll: meta.poll,
    ...(meta.effect !== undefined && { effect: meta.effect }),
    why: walk(machine, facts),
  };
}

/** The states passed on the way, for the debug log. */
function walk(machine: AnyStateMachine, facts: Ladder['facts']): readonly string[] {
  const steps = getInitialMicrosteps(machine, facts) as [AnyMachineSnapshot, unknown][];
  return steps.map(([snapshot]) => pathOf(snapshot.value));
}

type StateValue = string | { [key: string]: StateValue | undefined };

function pathOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const names = Object.keys(value);
  if (names.length !== 1) throw bug(`a ladder has no parallel states, this one is in ${names.join(' and ')}`);
  return `${names[0]!}.${pathOf(value[names[0]!]!)}`;
}

function bug(message: string): OperatorError {
  return new OperatorError({ disposition: 'bug', reason: 'InternalError', message });
}
