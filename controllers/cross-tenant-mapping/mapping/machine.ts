import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { MappingFacts } from '../types.ts';

const is = (test: (facts: MappingFacts) => boolean) => when<MappingFacts>(test);
const isSource =
  (...sources: readonly MappingFacts['principal'][]) =>
  ({ principal }: MappingFacts): boolean =>
    sources.includes(principal);

const isNamed = isSource('noted', 'confirmed', 'given');

/** No grant asks who represents the guest, and nobody who was noted or named need be looked after. */
const isUnneeded = (facts: MappingFacts): boolean =>
  !facts.needed && (facts.life === 'gone' || facts.life === 'young' || !isNamed(facts));
const isResolved = (facts: MappingFacts): boolean =>
  isNamed(facts) && (facts.life === 'known' || facts.life === 'unknown');
/**
 * All is well, and only an id that the list tells by now is to be written down: whoever is Ready stays so meanwhile, or
 * the first list after a mapping would call people for nothing.
 */
const isUnnamedAtRest = (facts: MappingFacts): boolean =>
  facts.origin === 'unnamed' &&
  facts.likeness === 'same' &&
  !isSource('contradicted')(facts) &&
  (isUnneeded(facts) || isResolved(facts));

/** Claim → Mapping → Principal. Grants and the rest are ladders of their own: they see what this one tells of the principal. */
export const mappingMachine = setup({
  types: { context: {} as MappingFacts, input: {} as MappingFacts },
  guards: {
    older: is(({ standing }) => standing === 'older'),
    copy: is(({ standing }) => standing === 'copy'),
    unclaimed: is(({ claimed }) => !claimed),
    unobservable: is(({ mapping }) => mapping === 'unobservable'),
    refused: is(({ mapping }) => mapping === 'refused'),
    settling: is(({ mapping }) => mapping === 'settling'),
    lost: is(
      ({ mapping, origin }) =>
        (mapping === 'absent' || mapping === 'over') && origin !== 'none' && origin !== 'requested',
    ),
    unmapped: is(({ mapping }) => mapping === 'absent' || mapping === 'over'),
    unnamedAtRest: is(isUnnamedAtRest),
    unnamedUnneeded: is((facts) => isUnnamedAtRest(facts) && isUnneeded(facts)),
    disproved: is(({ origin }) => origin === 'foreign'),
    answerLost: is((facts) => facts.origin === 'requested' || facts.origin === 'unnamed'),
    foreignNever: is(({ origin, takeover }) => origin === 'none' && takeover === 'never'),
    foreignDiffers: is(
      ({ origin, takeover, likeness }) => origin === 'none' && takeover === 'ifSame' && likeness === 'differs',
    ),
    // Who said Always has been told, and has what there is.
    deviates: is(
      ({ origin, takeover, likeness }) => likeness === 'differs' && (origin === 'created' || takeover !== 'allowed'),
    ),
    foreign: is(({ origin }) => origin === 'none'),
    contradicted: is(isSource('contradicted')),
    newAtRest: is((facts) => !facts.needed && isSource('new', 'confirmed')(facts)),
    confirmed: is((facts) => isResolved(facts) && isSource('confirmed')(facts)),
    new: is(isSource('new')),
    unneeded: is(isUnneeded),
    unread: is(isSource('unobservable')),
    unreadable: is(isSource('refused')),
    ambiguous: is(isSource('several')),
    unproven: is(isSource('unproven')),
    untold: is(({ principal, life }) => life === 'young' && principal === 'notSearched'),
    replicating: is(({ principal, life }) => life === 'young' && principal !== 'notSearched'),
    renewable: is(({ principal, life, origin }) => life === 'gone' && principal === 'noted' && origin === 'created'),
    recycled: is((facts) => facts.life === 'gone' && isNamed(facts)),
    unresolved: is(isSource('none', 'notSearched')),
  },
}).createMachine({
  id: 'mapping',
  context: ({ input }) => input,
  initial: 'Claim',
  states: {
    Claim: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'older', target: 'Older' },
            { guard: 'copy', target: 'Copied' },
            { guard: 'unclaimed', target: 'Claiming' },
            { target: '#mapping.Mapping' },
          ],
        },
        Older: stalled('Claimed'),
        // When its turn comes, what the other has deleted meanwhile must not pass for its own.
        Copied: leaf('stalled', 'Claimed', 'now', 'forgetCopied'),
        Claiming: doing('claim', 'Claiming', 'now'),
      },
    },
    Mapping: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'settling', target: 'Settling' },
            { guard: 'lost', target: 'Renewing' },
            { guard: 'unmapped', target: 'Mapping' },
            { guard: 'disproved', target: 'Disowning' },
            { guard: 'unnamedAtRest', target: '#mapping.Principal' },
            { guard: 'answerLost', target: 'Noting' },
            { guard: 'foreignNever', target: 'Foreign' },
            { guard: 'foreignDiffers', target: 'Differs' },
            { guard: 'foreign', target: 'Adopting' },
            { guard: 'deviates', target: 'Deviating' },
            { target: '#mapping.Principal' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        Refused: stalled('ReadRefused'),
        Settling: waiting('MappingSettling', 'person'),
        Renewing: doing('renewMapping', 'MappingLost', 'now'),
        Mapping: doing('createMapping', 'GuestMapping', 'now'),
        Noting: doing('noteMapping', 'GuestMapping', 'now'),
        // Struck from the notes, it is like any other that others made: taken over, or not.
        Disowning: doing('disownMapping', 'MappingForeign', 'now'),
        Foreign: stalled('AdoptionNever'),
        Differs: stalled('AdoptionDiffers'),
        Adopting: doing('adoptMapping', 'Adopting', 'now'),
        // Only deleting it and mapping anew would change it, and that takes everything away from the guest meanwhile.
        Deviating: stalled('MappingDiffers'),
      },
    },
    Principal: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'contradicted', target: 'Contradicted' },
            { guard: 'unnamedUnneeded', target: 'UnneededNaming' },
            { guard: 'unnamedAtRest', target: 'ResolvedNaming' },
            { guard: 'newAtRest', target: 'UnneededNoting' },
            { guard: 'confirmed', target: 'ResolvedNoting' },
            { guard: 'new', target: 'Noting' },
            { guard: 'unneeded', target: 'Unneeded' },
            { guard: 'unread', target: 'Unobservable' },
            { guard: 'unreadable', target: 'Unreadable' },
            { guard: 'ambiguous', target: 'Ambiguous' },
            { guard: 'unproven', target: 'Unproven' },
            { guard: 'untold', target: 'Untold' },
            { guard: 'replicating', target: 'Replicating' },
            { guard: 'renewable', target: 'Renewing' },
            { guard: 'recycled', target: 'Recycled' },
            { guard: 'unresolved', target: 'Unresolved' },
            { target: 'Resolved' },
          ],
        },
        Contradicted: stalled('PrincipalContradicted'),
        Noting: doing('notePrincipal', 'PrincipalNoting', 'now'),
        Unneeded: ready('PrincipalUnneeded'),
        UnneededNaming: leaf('ready', 'PrincipalUnneeded', 'now', 'noteMapping'),
        ResolvedNaming: leaf('ready', 'PrincipalResolved', 'now', 'noteMapping'),
        ResolvedNoting: leaf('ready', 'PrincipalResolved', 'now', 'notePrincipal'),
        UnneededNoting: leaf('ready', 'PrincipalUnneeded', 'now', 'notePrincipal'),
        Unobservable: waiting('Unobservable'),
        Unreadable: stalled('PrincipalUnreadable'),
        Ambiguous: stalled('PrincipalAmbiguous'),
        Unproven: stalled('PrincipalUnproven'),
        Untold: waiting('PrincipalUntold', 'person'),
        Replicating: waiting('PrincipalReplicating', 'person'),
        // The POST that made it makes it anew: nothing is deleted for it, and what was granted to nobody is granted again.
        Renewing: doing('renewPrincipal', 'PrincipalRecycled', 'now'),
        Recycled: stalled('PrincipalRecycled'),
        Unresolved: stalled('PrincipalUnresolved'),
        Resolved: ready('PrincipalResolved'),
      },
    },
  },
});
