import { describe, expect, test } from '@jest/globals';
import {
  ACCESS_FACTS,
  type AccessFacts,
  EXPANSION_FACTS,
  type ExpansionFacts,
  MAPPING_FACTS,
  type MappingFacts,
  REMOVAL_FACTS,
  type RemovalFacts,
} from '../../../controllers/cross-tenant-mapping/fact-types.ts';
import { machines } from '../../../controllers/cross-tenant-mapping/machine.ts';
import { LOSS_FACTS, type LossFacts } from '../../../operator/runtime/loss/types.ts';
import { type Law, NOTHING, only, survey } from '../survey.ts';
import { restOf } from '../workspace-private-link/rests.ts';

const isOwned = ({ origin }: MappingFacts) => ['unnamed', 'created', 'adopted', 'foreign'].includes(origin);

const isContent = (facts: MappingFacts) => restOf(machines.mapping, facts).tag === 'ready';

describe('over every observation', () => {
  test('a guest is mapped only when the list was read and shows no mapping, and nothing foreign is touched', () => {
    const laws: Record<string, Law<MappingFacts>> = {
      'nothing before the claim, and nothing for whom another outranks': ({ standing, claimed }, { effect }) =>
        effect === undefined ||
        (standing === 'copy' ? effect === 'forgetCopied' : standing === 'clear' && (claimed || effect === 'claim')),
      'no effect on what was not read': ({ mapping }, { effect }) =>
        ['claim', 'forgetCopied', undefined].includes(effect) ||
        !['unobservable', 'refused', 'settling'].includes(mapping),
      'asked for only what is not there': only(
        'createMapping',
        (facts) => ['absent', 'over'].includes(facts.mapping) && !isOwned(facts),
      ),
      'what is mapped is not asked for again, but for a principal that is gone': ({ mapping }, { effect }) =>
        mapping !== 'live' || !['createMapping', 'renewMapping'].includes(effect ?? ''),
      'lost is what was noted': only(
        'renewMapping',
        (facts) => ['absent', 'over'].includes(facts.mapping) && isOwned(facts),
      ),
      'another principal only for one of ours that is gone, and that somebody needs': only(
        'renewPrincipal',
        ({ mapping, origin, principal, life, needed }) =>
          mapping === 'live' && origin === 'created' && principal === 'noted' && life === 'gone' && needed,
      ),
      'what could not be read of the directory asks for nothing': ({ principal }, { effect }) =>
        !['unobservable', 'refused'].includes(principal) || effect !== 'renewPrincipal',
      'Never means never': only('adoptMapping', ({ takeover }) => takeover !== 'never'),
      'taken over only as it is, unless Always': only(
        'adoptMapping',
        ({ takeover, likeness, origin }) => origin === 'none' && (takeover === 'allowed' || likeness === 'same'),
      ),
      'struck from the notes is what others made, and nothing else is done about it before': (
        { mapping, origin, standing, claimed },
        { effect },
      ) =>
        (effect === 'disownMapping') ===
        (origin === 'foreign' && mapping === 'live' && standing === 'clear' && claimed),
      'noted as ours only after a request of ours': only(
        'noteMapping',
        ({ origin }) => origin === 'requested' || origin === 'unnamed',
      ),
      'nobody is written down on a guess': only('notePrincipal', ({ principal }) =>
        ['new', 'confirmed'].includes(principal),
      ),
      'Ready means mapped by us or taken over, and a principal for whoever needs one': (facts, { tag }) =>
        tag !== 'ready' ||
        (facts.mapping === 'live' &&
          isOwned(facts) &&
          facts.origin !== 'foreign' &&
          (!facts.needed ||
            (['noted', 'confirmed', 'given'].includes(facts.principal) && ['known', 'unknown'].includes(facts.life)))),
      'nobody ceases to be Ready for what is only written down': (facts, { effect, tag }) =>
        tag === 'ready' ||
        !(
          (effect === 'notePrincipal' && (!facts.needed || facts.principal === 'confirmed')) ||
          (effect === 'noteMapping' && facts.origin === 'unnamed' && isContent({ ...facts, origin: 'created' }))
        ),
      'what differs from the spec is not Ready, unless taken over Always': (facts, { tag }) =>
        tag !== 'ready' || facts.likeness === 'same' || (facts.origin === 'adopted' && facts.takeover === 'allowed'),
    };
    expect(survey({ machine: machines.mapping, domain: MAPPING_FACTS, laws })).toEqual(NOTHING);
  });

  test('an expansion has no effect, is not asked about before its hour, and never stalls anybody', () => {
    const laws: Record<string, Law<ExpansionFacts>> = {
      'only watched': (_, { effect, tag }) => effect === undefined && tag !== 'stalled',
      'the hour first': ({ hour }, { tag }) => tag !== 'ready' || hour === 'after',
      'and not before a role is there': ({ grants }, { tag }) => tag !== 'ready' || grants !== 'none',
      'one role that is missing keeps the hour of the others from nobody': ({ grants, mapped }, { reason }) =>
        !mapped || grants === 'none' || reason !== 'AwaitingGrants',
      'waits for exactly the hour': ({ mapped, grants, hour }, { poll }) =>
        !mapped || grants === 'none' || hour === 'after' || poll === 'due',
      'what may not be looked at blocks nothing': ({ mapped, grants, hour, members }, { tag }) =>
        !mapped || grants === 'none' || hour === 'before' || members === 'some' || tag === 'ready',
    };
    expect(survey({ machine: machines.expansion, domain: EXPANSION_FACTS, laws })).toEqual(NOTHING);
    const access: Record<string, Law<AccessFacts>> = {
      'holds up nothing that is mapped': ({ mapped }, { tag, effect }) =>
        effect === undefined && (!mapped || tag === 'ready'),
    };
    expect(survey({ machine: machines.access, domain: ACCESS_FACTS, laws: access })).toEqual(NOTHING);
  });

  test('the way down: grants first, nothing that is not ours, and what is stuck keeps no guest in', () => {
    const laws: Record<string, Law<RemovalFacts>> = {
      'deletes only what is ours and there': only(
        'deleteMapping',
        ({ claimed, wish, mapping, grants }) =>
          claimed && wish === 'delete' && mapping === 'present' && grants !== 'leaving',
      ),
      'access ends even where a role is stuck': ({ claimed, wish, mapping, grants }, { effect }) =>
        !(claimed && wish === 'delete' && mapping === 'present' && grants !== 'leaving') || effect === 'deleteMapping',
      'lets go when nothing of ours is left': only(
        'release',
        ({ grants, wish, mapping }) => grants === 'gone' && (wish === 'keep' || mapping === 'gone'),
      ),
      'lets go of what is stuck only after a day, and of a mapping only for a person': only(
        'releaseLeft',
        ({ grants, mapping, wish }) =>
          (grants === 'left' && (wish === 'keep' || mapping === 'gone')) ||
          (mapping === 'givenUp' && wish === 'delete' && grants !== 'leaving'),
      ),
      'no effect on what could not be read': ({ mapping, wish }, { effect }) =>
        !['unobservable', 'refused'].includes(mapping) || wish === 'keep' || effect === undefined,
      'gone means let go of': ({ claimed }, { tag }) => (tag === 'gone') === !claimed,
    };
    expect(survey({ machine: machines.removal, domain: REMOVAL_FACTS, laws })).toEqual(NOTHING);
  });

  test('without credentials: a day or a person, and never without the ledger', () => {
    const laws: Record<string, Law<LossFacts>> = {
      'patience first': ({ lost, asked }, { effect }) =>
        !['recordAbandoned', 'releaseAbandoned'].includes(effect ?? '') ||
        lost === 'after' ||
        (asked && lost === 'before'),
      'written down first': only('releaseAbandoned', ({ entry }) => entry === 'written'),
    };
    expect(survey({ machine: machines.loss, domain: LOSS_FACTS, laws })).toEqual(NOTHING);
  });
});

const RESOLVED: MappingFacts = {
  standing: 'clear',
  claimed: true,
  mapping: 'live',
  origin: 'created',
  takeover: 'ifSame',
  likeness: 'same',
  principal: 'noted',
  life: 'unknown',
  needed: true,
};

const cases: Record<string, { because: string; given: Partial<MappingFacts>; phase: string; effect?: string }> = {
  'is content with what is noted': {
    because: 'nobody need ask the directory who is there',
    given: {},
    phase: 'Principal.Resolved',
  },
  'asks again for what is listed as over': {
    because: 'deleted mappings stay listed for more than a day, and the same guest may be wanted again',
    given: { mapping: 'over', origin: 'none' },
    phase: 'Mapping.Mapping',
    effect: 'createMapping',
  },
  'takes a lost answer for its own': {
    because: 'the request was noted before it was sent',
    given: { origin: 'requested' },
    phase: 'Mapping.Noting',
    effect: 'noteMapping',
  },
  'stays Ready while it writes down the id that a later list tells': {
    because: 'a status that flips calls people',
    given: { origin: 'unnamed' },
    phase: 'Principal.ResolvedNaming',
    effect: 'noteMapping',
  },
  'leaves what somebody else mapped, when told so': {
    because: 'adoptionPolicy Never',
    given: { origin: 'none', takeover: 'never' },
    phase: 'Mapping.Foreign',
  },
  'waits for a young principal': {
    because: 'replication takes minutes',
    given: { principal: 'none', life: 'young' },
    phase: 'Principal.Replicating',
  },
  'tells a person when nobody says who represents the guest': {
    because: 'roles are not given on a guess',
    given: { principal: 'notSearched', life: 'unknown' },
    phase: 'Principal.Unresolved',
  },
  'does not heal what a person named': {
    because: 'spec.principalId would go on naming the one that is gone',
    given: { principal: 'given', life: 'gone' },
    phase: 'Principal.Recycled',
  },
  'never deletes and maps anew to change a mapping': {
    because: 'the guest would be locked out meanwhile',
    given: { likeness: 'differs' },
    phase: 'Mapping.Deviating',
  },
};

test.each(Object.entries(cases))('%s', (_, { given, phase, effect }) => {
  const rest = restOf(machines.mapping, { ...RESOLVED, ...given });
  expect([rest.phase, rest.effect]).toEqual([phase, effect]);
});
