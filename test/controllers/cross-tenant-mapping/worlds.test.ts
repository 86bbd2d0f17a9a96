import { expect, test } from '@jest/globals';
import type { MappingFacts, RemovalFacts } from '../../../controllers/cross-tenant-mapping/fact-types.ts';
import { machines } from '../../../controllers/cross-tenant-mapping/machine.ts';
import { restOf } from '../workspace-private-link/rests.ts';

/**
 * A guest's world in small: what Fabric has, and what the object remembers. Every effect may succeed, be cut off before
 * its call, or lose its answer; somebody else may delete the mapping, and Fabric may recycle the principal.
 */
type World = {
  row: 'none' | 'live' | 'over';
  /** Who made the row that lives. */
  by: 'us' | 'others';
  note: 'none' | 'requested' | 'created' | 'adopted';
  claimed: boolean;
  /** The principal that Fabric has, counted; 0: none. */
  principal: number;
  /** The one that is written down. */
  noted: number;
  deleting: boolean;
  deleted: boolean;
  gone: boolean;
  policy: 'DeleteCreated' | 'DeleteAll' | 'Retain';
};

type How = 'done' | 'before' | 'answerLost' | 'overtaken';

const START: World = {
  row: 'none',
  by: 'us',
  note: 'none',
  claimed: false,
  principal: 0,
  noted: 0,
  deleting: false,
  deleted: false,
  gone: false,
  policy: 'DeleteCreated',
};

/** Noted as ours, and the row tells that it was made before we asked. */
const isForeign = ({ row, note, by }: World) =>
  row === 'live' && by === 'others' && (note === 'created' || note === 'requested');

const mappingFacts = (world: World): MappingFacts => {
  const { row, note, claimed, principal, noted } = world;
  return {
    standing: 'clear',
    claimed,
    mapping: row === 'none' ? 'absent' : row,
    origin: isForeign(world) ? 'foreign' : note,
    takeover: 'ifSame',
    likeness: 'same',
    principal: noted === 0 || (principal !== 0 && principal !== noted) ? (principal === 0 ? 'none' : 'new') : 'noted',
    life: principal === 0 ? 'gone' : 'known',
    needed: true,
  };
};

const removalFacts = (world: World): RemovalFacts => {
  const { row, note, claimed, deleted, policy } = world;
  const isWanted = note === 'created' || note === 'requested' || (note === 'adopted' && policy === 'DeleteAll');
  const isLeft = row === 'live' && !deleted && !(isForeign(world) && policy !== 'DeleteAll');
  return {
    claimed,
    grants: 'gone',
    wish: policy !== 'Retain' && isWanted ? 'delete' : 'keep',
    mapping: isLeft ? 'present' : 'gone',
  };
};

const restIn = (world: World) =>
  world.deleting ? restOf(machines.removal, removalFacts(world)) : restOf(machines.mapping, mappingFacts(world));

/**
 * What becomes of the world: `before`: cut off before the call, after what is noted before it · `answerLost`: done, and
 * not noted · `overtaken`: somebody has done the same since the list was read, and Fabric takes ours for theirs.
 */
function after(world: World, effect: string, how: How): World {
  if (how === 'overtaken') {
    const isRace = world.row === 'none' && effect === 'createMapping';
    return isRace ? after({ ...world, row: 'live', by: 'others', principal: world.noted + 1 }, effect, 'done') : world;
  }
  const mapped: World = {
    ...world,
    row: 'live',
    by: world.row === 'live' ? world.by : 'us',
    principal: world.principal === 0 ? world.noted + 1 : world.principal,
  };
  switch (effect) {
    case 'claim':
      return how === 'before' ? world : { ...world, claimed: true };
    case 'createMapping': {
      const requested: World = { ...world, note: 'requested' };
      if (how === 'before') return requested;
      return how === 'done' ? { ...mapped, note: 'created' } : { ...mapped, note: 'requested' };
    }
    case 'renewMapping':
    case 'renewPrincipal': {
      if (how === 'before') return world;
      return how === 'done' ? { ...mapped, noted: 0, note: 'created' } : mapped;
    }
    case 'adoptMapping':
      return how === 'before' ? world : { ...world, note: 'adopted' };
    case 'disownMapping':
      return how === 'before' ? world : { ...world, note: 'none' };
    case 'noteMapping':
      return how === 'before' ? world : { ...world, note: 'created' };
    case 'notePrincipal':
      return how === 'before' ? world : { ...world, noted: world.principal };
    case 'deleteMapping':
      if (how === 'before') return world;
      return { ...world, row: 'over', principal: 0, deleted: how === 'done' };
    case 'release':
      return how === 'before' ? world : { ...world, claimed: false, gone: true };
    default:
      throw new Error(`no such effect in this world: ${effect}`);
  }
}

/** What others do, whenever they like. */
const others = (world: World): World[] => [
  ...(world.row === 'live' ? [{ ...world, row: 'none' as const, principal: 0 }] : []),
  ...(world.row === 'live' && world.principal !== 0 ? [{ ...world, principal: 0 }] : []),
  ...(world.deleting ? [] : [{ ...world, deleting: true }]),
];

function everyWorld(starts: readonly World[]): World[] {
  const known = new Map<string, World>();
  const open = [...starts];
  for (let world = open.pop(); world; world = open.pop()) {
    // Generations of principals go on for ever; the third is like the second.
    if (known.has(JSON.stringify(world)) || world.gone || world.principal > 3 || world.noted > 3) continue;
    known.set(JSON.stringify(world), world);
    const { effect } = restIn(world);
    if (effect !== undefined) {
      for (const how of ['done', 'before', 'answerLost', 'overtaken'] as const) open.push(after(world, effect, how));
    }
    open.push(...others(world));
  }
  return [...known.values()];
}

/** Left alone, with every effect succeeding. */
function end(start: World): { world: World; phase: string; tag: string; effects: string[] } {
  const effects: string[] = [];
  let world = start;
  for (;;) {
    const { effect, phase, tag } = restIn(world);
    if (effect === undefined || world.gone) return { world, phase, tag, effects };
    if (effects.length > 12) throw new Error(`does not end: ${effects.join(' → ')}`);
    effects.push(effect);
    world = after(world, effect, 'done');
  }
}

const STARTS = (['DeleteCreated', 'DeleteAll', 'Retain'] as const).flatMap((policy): World[] => [
  { ...START, policy },
  { ...START, policy, row: 'live', by: 'others', principal: 1 },
  { ...START, policy, row: 'over' },
]);
const worlds = everyWorld(STARTS);

test('from every world that a guest can get into: mapped, with a principal, and nothing more to be done', () => {
  const lost = worlds.flatMap((world) => {
    if (world.deleting) return [];
    const { world: last, phase, tag } = end(world);
    const isRight =
      tag === 'ready'
        ? last.row === 'live' && last.noted === last.principal && last.principal !== 0
        : // What was taken over is not mapped anew behind its owner's back; of whom nobody ever knew, none can be missed.
          (last.note === 'adopted' && phase === 'Principal.Recycled') ||
          (last.noted === 0 && last.principal === 0 && phase === 'Principal.Unresolved');
    return isRight ? [] : [{ world, phase }];
  });
  expect(worlds.length).toBeGreaterThan(100);
  expect(lost).toEqual([]);
});

test('and on the way down: gone with what was ours, and not with what was not', () => {
  const wrong = worlds.flatMap((world) => {
    if (!world.deleting || !world.claimed) return [];
    const { world: last } = end(world);
    const isOurs =
      ((world.note === 'created' || world.note === 'requested') && !isForeign(world)) || world.policy === 'DeleteAll';
    const goes = world.policy !== 'Retain' && isOurs && world.note !== 'none';
    const isRight = last.gone && (world.row !== 'live' || world.deleted || (last.row === 'live') === !goes);
    return isRight ? [] : [world];
  });
  expect(wrong).toEqual([]);
});
