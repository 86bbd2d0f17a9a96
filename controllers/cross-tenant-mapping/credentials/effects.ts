import { toOperatorError } from '../../../operator/errors.ts';
import { notes } from '../desired-provenance.ts';
import { found, inWords, type Run, report } from '../effect-parts.ts';
import type { Deps, MyPass } from '../reading.ts';
import type { LossEffect, Seen } from '../types.ts';
import { leftBehind } from './observe.ts';

export const lossEffects = (deps: Deps): Readonly<Record<LossEffect, Run>> => ({
  async noteCredentialsLost(pass) {
    await pass.annotate(notes.lostAt(pass.nowMs));
  },

  async recordAbandoned(pass, seen) {
    const { note, ledger } = found(seen.loss, 'what is given up');
    try {
      await deps.ledger.write(note, pass.signal);
    } catch (thrown) {
      // The ledger goes away together with the operator's own namespace: nothing can be kept for later any more.
      if (toOperatorError(thrown).reason !== 'NamespaceTerminating') throw thrown;
      await letGo(pass, seen, note.why);
      return;
    }
    pass.audit('RecordAbandoned', { why: note.why, ledger, left: note.left.join(', ') });
  },

  async releaseAbandoned(pass, seen) {
    await letGo(pass, seen, found(seen.loss, 'what is given up').note.why);
  },
});

/** Something is left behind, and nobody here can tell. */
async function letGo(pass: MyPass, seen: Seen, why: string): Promise<void> {
  const left = leftBehind(seen.desired, seen.provenance);
  const ledger = seen.loss ? ` It is listed in ConfigMap ${seen.loss.ledger}.` : '';
  const note = `Let go although ${inWords(seen.desired)} may still have access (${why}).${ledger} A Fabric administrator deletes the mapping: DELETE https://api.fabric.microsoft.com/v1/admin/crosstenantauth/mappings/{mappingId}.`;
  report(pass, { reason: 'Abandoned', action: 'Release', note, warning: true }, { why, left });
  await pass.release('abandoned');
}
