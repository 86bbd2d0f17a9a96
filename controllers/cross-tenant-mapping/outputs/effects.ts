import { found, report } from '../../../operator/runtime/acting.ts';
import { type Run } from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { Effect } from '../types.ts';
import { nothingPublished, publishedNote } from './desired.ts';

type OutputsEffect = Extract<Effect, 'publishStrings' | 'withdrawStrings'>;

export const outputsEffects = ({ publishers }: Pick<Deps, 'publishers'>): Readonly<Record<OutputsEffect, Run>> => ({
  /** Noted, then written: keys of ours stay noted until they are gone. */
  async publishStrings(pass, { outputs }, ladder) {
    const { holder, change, version, keys, note } = found(outputs, ladder);
    const target = found(holder, ladder);
    const content = found(change, ladder);
    const publisher = publishers[target.kind];
    const before = note?.keys ?? [];
    const isNoted = note !== undefined && keys.every((key) => before.includes(key));
    if (!isNoted) await pass.annotate(publishedNote({ ...target, keys: [...before, ...keys] }));
    if (version === undefined) await publisher.create(pass.resource, target.name, present(content), pass.signal);
    else await publisher.update(pass.resource, target.name, content, version, pass.signal);
    const isTrim = before.some((key) => !keys.includes(key));
    if (isTrim) await pass.annotate(publishedNote({ ...target, keys }));
    // Names of keys, never what they hold: a Secret's content is nobody's to log.
    const text = `${version === undefined ? 'Published' : 'Brought up to date'} the connection strings in ${target.kind} ${target.name}: ${Object.keys(content).join(', ')}.`;
    report(
      pass,
      { reason: 'StringsPublished', action: 'PublishStrings', note: text },
      { kind: target.kind, name: target.name, keys: Object.keys(content).join(',') },
    );
  },

  /** Read anew: what is no longer ours by now is left alone, and forgotten. */
  async withdrawStrings(pass, { outputs }, ladder) {
    const { note } = found(outputs, ladder);
    const { kind, name, keys } = found(note, ladder);
    const publisher = publishers[kind];
    const before = await publisher.read(pass.resource, name, pass.signal);
    if (before.state === 'created') await publisher.remove(pass.resource, name, before.version, pass.signal);
    if (before.state === 'labelled') {
      const ours = keys.filter((key) => before.data[key] !== undefined);
      const change = Object.fromEntries(ours.map((key) => [key, null]));
      if (ours.length > 0) await publisher.update(pass.resource, name, change, before.version, pass.signal);
    }
    await pass.annotate(nothingPublished);
    const text = `Took the connection strings back from ${kind} ${name}.`;
    report(pass, { reason: 'StringsWithdrawn', action: 'WithdrawStrings', note: text }, { kind, name });
  },
});

const present = (content: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(content).filter((entry): entry is [string, string] => entry[1] !== null));
