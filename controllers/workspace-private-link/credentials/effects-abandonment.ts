import { toOperatorError } from '../../../operator/errors.ts';
import { found } from '../../../operator/runtime/acting.ts';
import { LOST_AT_KEY, notes } from '../desired-provenance.ts';
import { type MyPass, type Run } from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { AbandonmentSeen, Effect, Seen } from '../types.ts';

type AbandonmentEffect = Extract<Effect, 'noteLoss' | 'forgetLoss' | 'recordAbandoned' | 'releaseAbandoned'>;

const abandonmentOf = ({ abandonment }: Seen) => found(abandonment, 'what is given up');

/** No call to any cloud: there is nobody who could make one. */
export const abandonmentEffects = (deps: Deps): Readonly<Record<AbandonmentEffect, Run>> => ({
  async noteLoss(pass) {
    await pass.annotate(notes.at('credentials-lost-at', pass.nowMs));
  },

  async forgetLoss(pass) {
    await pass.annotate({ [LOST_AT_KEY]: null });
  },

  async recordAbandoned(pass, seen) {
    const { note, ledger, facts } = abandonmentOf(seen);
    try {
      await deps.ledger.write(note, pass.signal);
    } catch (thrown) {
      // The ledger goes away together with the operator's own namespace: nothing can be kept for later any more.
      const isEnding = toOperatorError(thrown).reason === 'NamespaceTerminating';
      if (!isEnding || facts.credentials !== 'lost') throw thrown;
      await letGo(pass, seen);
      return;
    }
    pass.audit('RecordAbandoned', { why: note.why, ledger: `${ledger.namespace}/${ledger.name}`, left: listed(note) });
    if (facts.credentials === 'partly') tell(pass, seen, 'Given up');
  },

  async releaseAbandoned(pass, seen) {
    await letGo(pass, seen);
  },
});

const listed = ({ left }: AbandonmentSeen['note']): string => left.join(', ');

/** A namespace that is being deleted takes no new Event: the audit line and the ledger are what stays. */
function tell(pass: MyPass, seen: Seen, done: 'Let go' | 'Given up'): void {
  const { note, left, opening, ledger } = abandonmentOf(seen);
  const open = left.closed ? ` The workspace may be CLOSED to the public; open it with ${opening}.` : '';
  pass.event({
    type: 'Warning',
    reason: 'Abandoned',
    action: 'Release',
    note: `${done} without credentials (${note.why}).${open} What may be left in the cloud is listed in ConfigMap ${ledger.namespace}/${ledger.name}: ${listed(note)}`,
  });
}

async function letGo(pass: MyPass, seen: Seen): Promise<void> {
  const { note } = abandonmentOf(seen);
  pass.audit('Abandon', { workspaceId: seen.desired.workspaceId, why: note.why, left: listed(note) });
  tell(pass, seen, 'Let go');
  await pass.release('abandoned');
}
