import { found, report } from '../../../operator/runtime/acting.ts';
import { same } from '../desired-names.ts';
import { notes } from '../desired-provenance.ts';
import { guestFields, inWords, type Run } from '../effect-parts.ts';
import { clientsOf, type Deps, type MyPass } from '../reading.ts';
import type { MappingEffect, Seen, ToldPrincipal } from '../types.ts';
import { createAsking, tellForeign } from './effects-asking.ts';
import { isMappedByNow } from './observe.ts';

export function mappingEffects(deps: Deps): Readonly<Record<MappingEffect, Run>> {
  const { ask, refuseUnconsented } = createAsking(deps);

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

    async forgetCopied(pass) {
      await pass.annotate(notes.none);
      pass.audit('ForgetCopied', {});
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
