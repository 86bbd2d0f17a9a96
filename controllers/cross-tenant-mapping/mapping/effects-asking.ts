import { OperatorError, toOperatorError } from '../../../operator/errors.ts';
import { report } from '../../../operator/runtime/acting.ts';
import { principalTypeOf } from '../desired-names.ts';
import { notes } from '../desired-provenance.ts';
import { didNothing, guestFields, inWords } from '../effect-parts.ts';
import { clientsOf, type Deps, type MyPass } from '../reading.ts';
import type { PrincipalNote, RequestNote, Seen } from '../types.ts';
import { createConsentMemory } from './consents.ts';
import { isForeign } from './observe-origin.ts';

/** Published: between two tries while Fabric refuses what it still lists; it forgets it within days. */
const TOMBSTONE_RETRY_MS = 1_800_000;

/** The POST that maps a guest, and whom it may be sent for. */
export function createAsking(deps: Deps) {
  const consents = createConsentMemory(deps.clock);

  /**
   * One POST: noted before it, and with its answer, which nobody gives again. A refusal makes nothing: then nothing of
   * the request is left noted, so that what somebody else maps is not taken for ours; nor does an answer that tells that
   * somebody else has mapped the guest before. False: it does.
   */
  async function ask(
    pass: MyPass,
    seen: Seen,
    { forgetsPrincipal = false, before = undefined as PrincipalNote | undefined } = {},
  ): Promise<boolean> {
    const { guest, principalType } = seen.desired;
    const { answer, request } = await post(pass, seen, before);
    if (answer && isForeign({ deps, provenance: { request, mapping: undefined } }, answer)) {
      await pass.annotate(notes.request(undefined));
      tellForeign(pass, seen, answer.id);
      return false;
    }
    const told = answer?.principal;
    await pass.annotate({
      ...notes.mapping({ how: 'created', id: answer?.id ?? guest.objectId, atMs: deps.clock.now() }),
      ...(forgetsPrincipal && notes.principal(undefined)),
      ...(told && notes.principal({ id: told.id, type: principalTypeOf(told.type, principalType), by: 'answered' })),
    });
    return true;
  }

  /** Nothing but the call is in the `try`: an answer that cannot be written down is no refusal by Fabric. */
  async function post(pass: MyPass, seen: Seen, before: PrincipalNote | undefined) {
    const { guest, tenantId, denyUserAccess } = seen.desired;
    const { fabric } = await clientsOf(deps, pass);
    let request: RequestNote | undefined;
    try {
      const answer = await fabric.createMapping(
        { ...guest, ...(denyUserAccess !== undefined && { denyUserAccess }) },
        pass.call,
        async () => {
          request = requestNote(seen);
          const principal = before && notes.principal({ ...before, by: 'before' });
          await pass.annotate({ ...notes.request(request), ...principal });
        },
      );
      consents.noteGiven(tenantId, guest.tenantId);
      return { answer, request };
    } catch (thrown) {
      const error = toOperatorError(thrown);
      if (error.reason === 'GuestConsentMissing') consents.noteMissing(tenantId, guest.tenantId, error);
      if (didNothing(error)) await pass.annotate(notes.request(stillAsked(seen, error)));
      const last = consents.lastRefusal(tenantId, guest.tenantId);
      if (last && isPutOff(error)) throw stillMissing(last, error);
      throw error.reason === 'MappingExists' && seen.mapping.facts.mapping === 'over' ? inTheWay(error) : thrown;
    }
  }

  /** Of a tenant without consent one guest asks for all. */
  function refuseUnconsented({ call }: MyPass, { desired: { tenantId, guest } }: Seen): void {
    const refused = call.maxAgeMs === 0 ? undefined : consents.missing(tenantId, guest.tenantId);
    if (refused) throw refused;
  }

  /**
   * The request before this one, whose answer may have been lost: "it exists", or "not now", says nothing against it. A
   * refusal for good says that there is none. Who has never asked and hears that it exists hears of somebody else's.
   */
  const stillAsked = ({ provenance: { mapping, request } }: Seen, { disposition }: OperatorError) =>
    mapping || !['blocked', 'terminal'].includes(disposition) ? request : undefined;

  /** A person waits for this word, and it does not flicker because nobody could ask just now. */
  const stillMissing = ({ disposition, reason, message, remedy }: OperatorError, cause: OperatorError): OperatorError =>
    new OperatorError({
      disposition,
      reason,
      message,
      ...(remedy !== undefined && { remedy }),
      ...(cause.retryAfterMs !== undefined && { retryAfterMs: cause.retryAfterMs }),
      cause,
    });

  const isPutOff = ({ disposition, status = 0 }: OperatorError): boolean =>
    disposition === 'throttled' || (disposition === 'transient' && status >= 500);

  /** Whether a deleted guest may be mapped again at once is not documented (U19). */
  const inTheWay = (error: OperatorError): OperatorError =>
    new OperatorError({
      disposition: 'blocked',
      reason: 'TombstoneInTheWay',
      message: `${error.message}; the guest’s deleted mapping is still listed`,
      remedy:
        'Fabric forgets a deleted mapping after more than a day; the operator asks again every half an hour, and nobody need act',
      retryAfterMs: deps.clock.scaled(TOMBSTONE_RETRY_MS),
      cause: error,
    });

  /** What is asked for again was ours since the first time; what was taken over was not. */
  function requestNote({ mapping: { facts }, provenance: { mapping, request } }: Seen): RequestNote {
    const atMs = deps.clock.now();
    const firstAtMs = mapping?.how === 'adopted' ? atMs : (request?.firstAtMs ?? atMs);
    return { atMs, before: facts.mapping === 'over' ? 'over' : 'none', firstAtMs };
  }

  return { ask, refuseUnconsented };
}

/** For people: theirs, and what becomes of it. */
export function tellForeign(pass: MyPass, { desired }: Seen, mappingId: string): void {
  const note = `The mapping ${mappingId} of ${inWords(desired)} was made by somebody else, when this object was not asking for it. It stays when this object goes, unless deletionPolicy is DeleteAll.`;
  const fields = { mappingId, ...guestFields(desired) };
  report(pass, { reason: 'MappingForeign', action: 'DisownMapping', note, warning: true }, fields);
}
