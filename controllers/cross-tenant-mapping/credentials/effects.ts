import { found, report } from '../../../operator/runtime/acting.ts';
import { isRecorded } from '../../../operator/runtime/loss/observe.ts';
import { notes } from '../desired-provenance.ts';
import { inWords, type Run } from '../effect-parts.ts';
import type { Deps, MyPass } from '../reading.ts';
import { DELETE_BY_HAND } from '../removal/effects-left.ts';
import type { LossEffect, Seen } from '../types.ts';
import { leftBehind } from './observe.ts';

export const lossEffects = (deps: Deps): Readonly<Record<LossEffect, Run>> => ({
  async noteCredentialsLost(pass) {
    await pass.annotate(notes.lostAt(pass.nowMs));
  },

  async recordAbandoned(pass, seen) {
    const { note, ledger } = found(seen.loss, 'what is given up');
    if (!(await isRecorded(deps.ledger, note, pass.signal))) {
      await letGo(pass, seen, note.why, undefined);
      return;
    }
    pass.audit('RecordAbandoned', { why: note.why, ledger, left: note.left.join(', ') });
  },

  async releaseAbandoned(pass, seen) {
    const { note, ledger } = found(seen.loss, 'what is given up');
    await letGo(pass, seen, note.why, ledger);
  },
});

/** Something is left behind, and nobody here can tell. */
async function letGo(pass: MyPass, seen: Seen, why: string, place: string | undefined): Promise<void> {
  const left = leftBehind(seen.desired, seen.provenance);
  const ledger = place === undefined ? '' : ` It is listed in ConfigMap ${place}.`;
  const note = `Let go although ${inWords(seen.desired)} may still have access (${why}).${ledger} ${DELETE_BY_HAND}`;
  report(pass, { reason: 'Abandoned', action: 'Release', note, warning: true }, { why, left });
  await pass.release('abandoned');
}
