import { toOperatorError } from '../../operator/errors.ts';
import { found, report } from '../../operator/runtime/acting.ts';
import { abandonedEntry, isRecorded, personGivesUp } from '../../operator/runtime/loss/observe.ts';
import { isOurRow, notes } from './desired-provenance.ts';
import { inWords, type Run } from './effect-parts.ts';
import { rowNow } from './effects-endpoint.ts';
import { cooldownEntry } from './observe-endpoint.ts';
import { leftBehind } from './observe-removal.ts';
import { clientsOf, type Deps, type MyPass } from './reading.ts';
import type { Effect, LossEffect, Seen } from './types.ts';

type RemovalEffect = Extract<
  Effect,
  'deleteEndpoint' | 'deleteUnseen' | LossEffect | 'release' | 'releaseGivenUp' | 'releaseUnseen' | 'releaseUnconfirmed'
>;

export const removalEffects = (deps: Deps): Readonly<Record<RemovalEffect, Run>> => ({
  async deleteEndpoint(pass, seen) {
    try {
      await deleteOurs(deps, pass, seen);
    } catch (thrown) {
      if (!personGivesUp(pass, toOperatorError(thrown))) throw thrown;
      await leave(deps, pass, seen, `a person gave up, while ${toOperatorError(thrown).message}`);
    }
  },

  async releaseGivenUp(pass, seen) {
    const trouble = seen.removal?.fault?.error.message ?? 'Fabric was still deleting it';
    await leave(deps, pass, seen, `a person gave up, while ${trouble}`);
  },

  /** The workspace tells nothing of its endpoints: asked for once by the id that we noted, and then the time is noted. */
  async deleteUnseen(pass, seen) {
    const { endpoint } = seen.provenance;
    const { workspaceId } = seen.desired.source;
    if (endpoint) {
      const { fabric } = await clientsOf(deps, pass);
      const { id } = seen.target;
      if (id !== undefined) {
        await deps.ledger.write(
          cooldownEntry({ deps, pass, desired: seen.desired }, id, 'deleted with its object'),
          pass.signal,
        );
      }
      try {
        await fabric.deleteManagedPrivateEndpoint(workspaceId, endpoint.id, pass.call);
      } catch (thrown) {
        // Where nothing is listed, nothing may be deleted either; what passes by itself is tried again.
        if (!['blocked', 'terminal'].includes(toOperatorError(thrown).disposition)) throw thrown;
      }
    }
    await pass.annotate(notes.deletedAt(deps.clock.now()));
    pass.audit('DeleteUnseen', { workspaceId, endpointId: endpoint?.id ?? '' });
  },

  async release(pass) {
    await pass.release();
  },

  async releaseUnseen(pass, seen) {
    await leave(deps, pass, seen, 'the workspace tells nothing of its managed private endpoints any more');
  },

  async releaseUnconfirmed(pass, seen) {
    const why = pass.readOnly
      ? 'the object is only observed, and takes nothing back'
      : 'the target could not be looked at, or not be written to, for a day, or a person gave up';
    const privateEndpointId = seen.provenance.match?.privateEndpointId ?? '';
    const left = `on ${seen.provenance.match?.targetId ?? seen.target.id ?? 'its target'} the connection of ${privateEndpointId}, approved and never confirmed`;
    const entry = abandonedEntry(pass, why, [left]);
    const { namespace, name } = deps.ledger.placeOf(entry);
    const listed = (await isRecorded(deps.ledger, entry, pass.signal))
      ? ` It is listed in ConfigMap ${namespace}/${name}.`
      : '';
    const note = `Let go of ${inWords(seen.desired)}, and left ${left} (${why}). The owner of the target removes it unless it is genuine.${listed}`;
    report(pass, { reason: 'Abandoned', action: 'Release', note, warning: true }, { why, left });
    await pass.release('abandoned');
  },

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

/** Reads it anew, and deletes what is ours. */
async function deleteOurs(deps: Deps, pass: MyPass, seen: Seen): Promise<void> {
  const row = await rowNow(deps, pass, seen);
  if (!row || row.provisioningState === 'Deleting' || !isOurRow(seen.provenance, row)) return;
  // Credentials that are lost again have a day of their own again.
  if (seen.provenance.lostAtMs !== undefined) await pass.annotate(notes.lostAt(undefined));
  const { fabric } = await clientsOf(deps, pass);
  await deps.ledger.write(
    cooldownEntry({ deps, pass, desired: seen.desired }, row.targetId, 'deleted with its object'),
    pass.signal,
  );
  await fabric.deleteManagedPrivateEndpoint(seen.desired.source.workspaceId, row.id, pass.call);
  pass.audit('DeleteEndpoint', { workspaceId: seen.desired.source.workspaceId, endpointId: row.id });
}

/** Written down, said, and let go. */
async function leave(deps: Deps, pass: MyPass, seen: Seen, why: string): Promise<void> {
  const entry = abandonedEntry(pass, why, [leftBehind(seen.desired, seen.provenance)]);
  const { namespace, name } = deps.ledger.placeOf(entry);
  const isListed = await isRecorded(deps.ledger, entry, pass.signal);
  await letGo(pass, seen, why, isListed ? `${namespace}/${name}` : undefined);
}

/** Something may be left behind, and nobody here can tell. */
async function letGo(pass: MyPass, seen: Seen, why: string, place: string | undefined): Promise<void> {
  const left = leftBehind(seen.desired, seen.provenance);
  const ledger = place === undefined ? '' : ` It is listed in ConfigMap ${place}.`;
  const note = `Let go although it is not known whether ${inWords(seen.desired)} is gone (${why}).${ledger} Look in the settings of the workspace, under Outbound networking.`;
  report(pass, { reason: 'Abandoned', action: 'Release', note, warning: true }, { why, left });
  await pass.release('abandoned');
}
