import { OperatorError, toOperatorError } from '../../../operator/errors.ts';
import { found, report } from '../../../operator/runtime/acting.ts';
import { principalTypeOf, same } from '../desired-names.ts';
import { notes } from '../desired-provenance.ts';
import { didNothing, guestFields, inWords, type Run } from '../effect-parts.ts';
import { clientsOf, type Deps, type MyPass } from '../reading.ts';
import type { MappingEffect, PrincipalNote, RequestNote, Seen, ToldPrincipal } from '../types.ts';
import { createConsentMemory } from './consents.ts';
import { isMappedByNow } from './observe.ts';
import { isForeign } from './observe-origin.ts';

/** Published: between two tries while Fabric refuses what it still lists; it forgets it within days. */
const TOMBSTONE_RETRY_MS = 1_800_000;

export function mappingEffects(deps: Deps): Readonly<Record<MappingEffect, Run>> {
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
    const { guest, tenantId, denyUserAccess, principalType } = seen.desired;
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

  function tellForeign(pass: MyPass, { desired }: Seen, mappingId: string): void {
    const note = `The mapping ${mappingId} of ${inWords(desired)} was made by somebody else, when this object was not asking for it. It stays when this object goes, unless deletionPolicy is DeleteAll.`;
    const fields = { mappingId, ...guestFields(desired) };
    report(pass, { reason: 'MappingForeign', action: 'DisownMapping', note, warning: true }, fields);
  }

  function tellPrincipal(pass: MyPass, { desired, provenance }: Seen, { id, type, by }: ToldPrincipal): void {
    const { principal: before } = provenance;
    // The list only says what is known.
    if (before && before.by !== 'before' && same(before.id, id)) {
      pass.audit('NotePrincipal', { principalId: id, principalType: type, by, ...guestFields(desired) });
      return;
    }
    const how = {
      listed: 'as Fabric lists it',
      answered: 'as Fabric answered',
      found: 'found by name in the directory',
    };
    report(
      pass,
      {
        reason: 'PrincipalResolved',
        action: 'NotePrincipal',
        note: `The guest is represented by ${type} ${id}, ${how[by]}.`,
      },
      { principalId: id, principalType: type, by, ...guestFields(desired) },
    );
  }

  return {
    async claim(pass) {
      await pass.claim({});
    },

    async createMapping(pass, seen) {
      refuseUnconsented(pass, seen);
      const { desired, provenance } = seen;
      // The next pass sees it, too.
      if (await isMappedByNow({ deps, pass, desired, provenance, clients: await clientsOf(deps, pass) })) return;
      if (!(await ask(pass, seen))) return;
      const note = `Mapped ${inWords(seen.desired)}. By itself the mapping lets nobody see any data: that takes a workspace role or a GRANT.`;
      report(pass, { reason: 'GuestMapped', action: 'CreateMapping', note }, guestFields(seen.desired));
    },

    async adoptMapping(pass, seen) {
      const { id } = found(seen.mapping.row, 'the mapping');
      await pass.annotate({
        ...notes.request(undefined),
        ...notes.mapping({ how: 'adopted', id, atMs: deps.clock.now() }),
      });
      const note = `Took over the mapping of ${inWords(seen.desired)}, which existed already. It stays when this object goes, unless deletionPolicy is DeleteAll.`;
      report(pass, { reason: 'MappingAdopted', action: 'AdoptMapping', note }, guestFields(seen.desired));
    },

    /** It stays noted who represents the guest, unless that was concluded from our request. */
    async disownMapping(pass, seen) {
      const { id } = found(seen.mapping.row, 'the mapping');
      const { principal } = seen.provenance;
      await pass.annotate({
        ...notes.request(undefined),
        ...notes.mapping(undefined),
        ...(principal?.by === 'found' && notes.principal(undefined)),
      });
      tellForeign(pass, seen, id);
    },

    /**
     * The answer to our POST was lost, told no id, or said that the mapping is there; the list shows it, and most often who
     * represents the guest: one note for both.
     */
    async noteMapping(pass, seen) {
      const { row, facts, candidate } = seen.mapping;
      const { id } = found(row, 'the mapping');
      const { atMs } = found(seen.provenance.mapping ?? seen.provenance.request, 'the request');
      const told = facts.likeness === 'same' ? candidate : undefined;
      await pass.annotate({
        ...notes.mapping({ how: 'created', id, atMs }),
        ...(told && notes.principal(told)),
      });
      pass.audit('NoteMapping', { mappingId: id, ...guestFields(seen.desired) });
      if (told) tellPrincipal(pass, seen, told);
    },

    /** Somebody else deleted it, or the guest's tenant revoked its consent: asking tells which. */
    async renewMapping(pass, seen) {
      refuseUnconsented(pass, seen);
      // Who represented the guest stopped working with the mapping: nobody is Ready by that word any more.
      const { principal } = seen.provenance;
      if (!(await ask(pass, seen, { ...(principal && { before: principal }) }))) return;
      const note = `The mapping of ${inWords(seen.desired)} was gone without our doing; it has been made again.`;
      report(pass, { reason: 'MappingLost', action: 'RenewMapping', note, warning: true }, guestFields(seen.desired));
    },

    async notePrincipal(pass, seen) {
      const candidate = found(seen.mapping.candidate, 'the principal');
      await pass.annotate(notes.principal(candidate));
      tellPrincipal(pass, seen, candidate);
    },

    async renewPrincipal(pass, seen) {
      const gone = found(seen.provenance.principal, 'the principal');
      // Who is gone stays noted until there is an answer: without it nobody would know that there is one to replace.
      refuseUnconsented(pass, seen);
      await ask(pass, seen, { forgetsPrincipal: true });
      const note = `Fabric has recycled ${gone.type} ${gone.id}, which represented the guest (five days without a login); it was asked for another one.`;
      report(
        pass,
        { reason: 'PrincipalRecycled', action: 'RenewPrincipal', note, warning: true },
        { principalId: gone.id, ...guestFields(seen.desired) },
      );
    },
  };
}
