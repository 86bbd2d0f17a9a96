import { found, report } from '../../../operator/runtime/acting.ts';
import { keyOfPublished, notes } from '../desired-provenance.ts';
import { type Run } from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { Effect } from '../types.ts';
import { OUTPUT_KEYS } from './desired.ts';

type OutputsEffect = Extract<Effect, 'publishOutputs' | 'withdrawOutputs'>;

const NOTHING = Object.fromEntries(OUTPUT_KEYS.map((key) => [key, null]));

export const outputsEffects = ({ publisher }: Pick<Deps, 'publisher'>): Readonly<Record<OutputsEffect, Run>> => ({
  async publishOutputs(pass, { outputs, provenance }, ladder) {
    const { name, data, version } = found(outputs, ladder);
    const target = found(name, ladder);
    const content = found(data, ladder);
    if (provenance.published !== target) await pass.annotate(notes.published(target));
    if (version === undefined) await publisher.create(pass.resource, target, content, pass.signal);
    else await publisher.update(pass.resource, target, content, version, pass.signal);
    const note = `${version === undefined ? 'Published' : 'Brought up to date'} the host names and addresses in ConfigMap ${target}.`;
    report(pass, { reason: 'OutputsPublished', action: 'PublishOutputs', note }, { configMap: target });
  },

  /** Read anew: what is no longer ours by now is left alone, and forgotten. */
  async withdrawOutputs(pass, { provenance }, ladder) {
    const name = found(provenance.published, ladder);
    const before = await publisher.read(pass.resource, name, pass.signal);
    if (before.state === 'created') await publisher.remove(pass.resource, name, before.version, pass.signal);
    if (before.state === 'labelled' && OUTPUT_KEYS.some((key) => before.data[key] !== undefined)) {
      await publisher.update(pass.resource, name, NOTHING, before.version, pass.signal);
    }
    await pass.annotate({ [keyOfPublished]: null });
    pass.audit('WithdrawOutputs', { configMap: name });
  },
});
