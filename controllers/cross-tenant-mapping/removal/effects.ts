import { toOperatorError } from '../../../operator/errors.ts';
import { found, report } from '../../../operator/runtime/acting.ts';
import { personGivesUp } from '../../../operator/runtime/loss/observe.ts';
import { notes } from '../desired-provenance.ts';
import { didNothing, guestFields, inWords, type Run } from '../effect-parts.ts';
import { clientsOf, type Deps } from '../reading.ts';
import type { LedgerEntry, RemovalEffect } from '../types.ts';
import { DELETE_BY_HAND, leave } from './effects-left.ts';
import { tombstoneEntry, tombstoneMs } from './observe.ts';

export const removalEffects = (deps: Deps): Readonly<Record<RemovalEffect, Run>> => ({
  async deleteMapping(pass, seen) {
    const { desired, provenance, removal } = seen;
    const mappingId = found(removal?.mappingId, 'the mapping');
    const { fabric } = await clientsOf(deps, pass);
    const tombstone = tombstoneEntry(pass, desired, deps.clock.now(), tombstoneMs({ deps }));
    let [isNoted, former]: [boolean, LedgerEntry | undefined] = [false, undefined];
    try {
      await fabric.deleteMapping(mappingId, pass.call, async () => {
        isNoted = true;
        former = await deps.ledger.write(tombstone, pass.signal);
      });
    } catch (thrown) {
      // A mapping that lives must not pass for remains when the object is let go without it.
      const isUntrue = isNoted && didNothing(toOperatorError(thrown));
      if (isUntrue) await deps.ledger.takeBack(tombstone, former, pass.signal);
      if (!personGivesUp(pass, toOperatorError(thrown))) throw thrown;
      await leave(deps, pass, seen, toOperatorError(thrown).message);
      return;
    }
    await pass.annotate({ ...notes.deleted([...provenance.deletedIds, mappingId]), ...notes.lostAt(undefined) });
    const note = `Deleted the mapping of ${inWords(desired)}: its principal stops working at once. Fabric goes on listing the mapping for more than a day.`;
    report(pass, { reason: 'MappingDeleted', action: 'DeleteMapping', note }, { mappingId, ...guestFields(desired) });
  },

  async release(pass, seen) {
    const { theirs } = seen.removal ?? {};
    if (theirs !== undefined) {
      const note = `Left the mapping ${theirs} of ${inWords(seen.desired)}: as far as can be told somebody else made it, and not this object. The guest stays mapped. If it is to go: ${DELETE_BY_HAND}`;
      const fields = { mappingId: theirs, ...guestFields(seen.desired) };
      report(pass, { reason: 'MappingLeft', action: 'LeaveMapping', note, warning: true }, fields);
    }
    await pass.release();
  },

  async releaseLeft(pass, seen) {
    await leave(
      deps,
      pass,
      seen,
      seen.removal?.facts.mapping === 'givenUp' ? seen.removal.fault?.error.message : undefined,
    );
  },
});
