import { Broken, judge, noteExempt, waysIn } from './edits-judge.ts';
import { edit, specText } from './edits-list.ts';
import { aPlay, foreignView, livingOf, newPlayer, type Play, type Player } from './edits-world.ts';
import { MINUTE_MS, remove } from './living.ts';

class Death extends Error {}

/** Writes that somebody without a role is refused, for a while. */
const REFUSABLE = [
  'policy.put Allow/Allow',
  'policy.put Deny/Allow',
  'endpoints.put',
  'endpoints.delete',
  'connections.Approved',
  'connections.Rejected',
  'connections.delete',
  'zoneGroups.put',
  'zoneGroups.delete',
  'zones.create',
  'records.put',
  'records.delete',
  'links.put',
  'links.delete',
  'services.put',
] as const;

/** Looks in once: a pass, at whose writes the process may die. */
async function lookIn(play: Play, player: Player, deadly: boolean): Promise<void> {
  const { world } = play;
  let left = deadly ? 1 + play.chance.below(6) : 0;
  const hadWay = waysIn(play.world);
  const wasDenied = world.policy.inbound === 'Deny';
  const accessBefore = player.living.resource.metadata.annotations?.['fabriclink.dev/access-before'];
  const isGoing = player.living.resource.metadata.deletionTimestamp !== undefined;
  const refused = deadly && play.chance.happens(0.5) ? play.chance.oneOf(REFUSABLE) : undefined;
  if (refused !== undefined) {
    const refusal = { disposition: 'blocked', reason: 'Forbidden', message: 'the role is gone', status: 403 } as const;
    world.refusals = { [refused]: refusal };
    play.story.push(`${player.name}: ${refused} is refused`);
  }
  world.interrupt = (operation, moment) => {
    if (moment === 'before' && operation.startsWith('policy.put Deny') && !wasDenied && waysIn(world).length === 0)
      throw new Broken(play, 'denied without a way in');
    left -= 1;
    if (left === 0) throw new Death(`${operation} ${moment}`);
  };
  try {
    await player.living.pass();
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    if (cause instanceof Broken) throw cause;
    if (!(cause instanceof Death)) throw thrown;
    play.story.push(`${player.name}: dies at ${cause.message}`);
    player.living = livingOf(play, player, player.living.resource);
  } finally {
    world.interrupt = () => undefined;
    world.refusals = {};
  }
  if (foreignView(world) !== play.foreign) throw new Broken(play, 'something of others was changed');
  if (wasDenied && world.policy.inbound === 'Deny' && hadWay.length > 0 && waysIn(world).length === 0 && !isGoing)
    throw new Broken(play, 'the last way in was taken away');
  const { inbound } = player.living.resource.spec;
  const isMeant = inbound?.onDelete === 'Keep' || (inbound?.onDelete === 'Restore' && accessBefore === 'Deny');
  const isOurs = isGoing && wasDenied && accessBefore !== undefined && !isMeant;
  if (isOurs && world.policy.inbound === 'Deny' && hadWay.length > 0 && waysIn(world).length === 0)
    throw new Broken(play, 'a deletion locked everybody out');
}

/** Plays on until nothing happens any more, through every published delay. */
async function playToRest(play: Play): Promise<void> {
  for (let quiet = 0, rounds = 0; quiet < 3; rounds += 1) {
    if (rounds > 40) throw new Broken(play, 'does not come to rest');
    const before = stateOf(play);
    for (const player of play.players) {
      for (let passes = 0; ; passes += 1) {
        if (passes > 80) throw new Broken(play, 'a busy loop');
        const at = stateOf(play);
        if (!player.living.released) await lookIn(play, player, false);
        noteExempt(play);
        if (stateOf(play) === at) break;
      }
    }
    play.world.nowMs += 31 * MINUTE_MS;
    quiet = stateOf(play) === before ? quiet + 1 : 0;
  }
}

const stateOf = ({ world, players }: Play): string =>
  JSON.stringify([world.writes.length, players.map(({ living }) => [living.resource, living.released])]);

/** The whole play of one seed. */
export async function playEdits(seed: number, scenes: number): Promise<Play> {
  const play = aPlay(seed);
  const { chance: random } = play;
  play.story.push(...play.players.map(({ name, living }) => `${name}: begins with ${specText(living.resource)}`));
  await playToRest(play);
  judge(play);
  for (let scene = 0; scene < scenes; scene += 1) {
    const index = random.below(play.players.length);
    const player = play.players[index]!;
    if (player.living.released || random.happens(0.06)) await endAndBegin(play, index);
    else edit(play, player);
    if (random.happens(0.5)) {
      for (let passes = random.below(5); passes > 0; passes -= 1) {
        const one = play.players[index]!;
        if (!one.living.released) await lookIn(play, one, random.happens(0.4));
        noteExempt(play);
        if (random.happens(0.2)) play.world.nowMs += random.below(20) * MINUTE_MS;
      }
    } else {
      await playToRest(play);
      judge(play);
    }
  }
  await playToRest(play);
  judge(play);
  return play;
}

/** Somebody deletes the object; one of the same name comes once it is gone. */
async function endAndBegin(play: Play, index: number): Promise<void> {
  const player = play.players[index]!;
  if (!player.living.released) {
    play.story.push(`${player.name}: deleted`);
    remove(player.living);
    // Without a finalizer it is gone at once.
    if ((player.living.resource.metadata.finalizers ?? []).length === 0) player.living.released = true;
    for (let passes = play.chance.below(4); passes > 0 && !player.living.released; passes -= 1) {
      await lookIn(play, player, play.chance.happens(0.4));
      noteExempt(play);
    }
    await playToRest(play);
  }
  if (!player.living.released) {
    // Something holds it: a person says Allow, or Retain, and it goes.
    player.living.change(({ spec }) => {
      spec.deletionPolicy = 'Retain';
      spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane', onDelete: 'Keep' };
    });
    await playToRest(play);
    if (!player.living.released) throw new Broken(play, 'cannot be deleted');
  }
  judge(play);
  play.players[index] = newPlayer(play, player.name, player.workspaceId, player.uids + 1);
  play.story.push(`${player.name}: begins anew with ${specText(play.players[index].living.resource)}`);
}
