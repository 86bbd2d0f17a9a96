import { toOperatorError } from '../../../operator/errors.ts';
import { found, report } from '../../../operator/runtime/acting.ts';
import { abandonedEntry, isRecorded } from '../../../operator/runtime/loss/observe.ts';
import { rolesLeft } from '../credentials/observe.ts';
import { notes } from '../desired-provenance.ts';
import { didNothing, guestFields, inWords, type Run } from '../effect-parts.ts';
import { publishedIn } from '../outputs/desired.ts';
import { clientsOf, type Deps } from '../reading.ts';
import type { LedgerEntry, RemovalEffect } from '../types.ts';
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
      throw thrown;
    }
    await pass.annotate({ ...notes.deleted([...provenance.deletedIds, mappingId]), ...notes.lostAt(undefined) });
    const note = `Deleted the mapping of ${inWords(desired)}: its principal stops working at once. Fabric goes on listing the mapping for more than a day.`;
    report(pass, { reason: 'MappingDeleted', action: 'DeleteMapping', note }, { mappingId, ...guestFields(desired) });
  },

  async release(pass) {
    await pass.release();
  },

  async releaseLeft(pass, seen) {
    const why = 'it could not be taken back for a day, or a person gave up';
    const roles = rolesLeft(pass);
    const published = publishedIn(pass.resource.metadata.annotations);
    const left = [
      ...(roles.length > 0 ? [`workspace roles of the principal that represented ${inWords(seen.desired)}`] : []),
      ...(published ? [`connection strings in ${published.kind} ${published.name}`] : []),
    ].join(' and ');
    const entry = abandonedEntry(pass, why, [left, ...roles]);
    const { namespace, name } = deps.ledger.placeOf(entry);
    const isListed = await isRecorded(deps.ledger, entry, pass.signal);
    const listed = isListed ? ` It is listed in ConfigMap ${namespace}/${name}.` : '';
    const note = `Let go, and left ${left} (${why}).${listed}`;
    report(pass, { reason: 'Abandoned', action: 'Release', note, warning: true }, { why, left });
    await pass.release('abandoned');
  },
});
