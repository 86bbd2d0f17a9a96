import { describe, expect, test } from '@jest/globals';
import {
  GRANT_FACTS,
  type GrantFacts,
  REVOCATION_FACTS,
  type RevocationFacts,
} from '../../../controllers/cross-tenant-mapping/grants/fact-types.ts';
import { grantMachine } from '../../../controllers/cross-tenant-mapping/grants/machine.ts';
import { revocationMachine } from '../../../controllers/cross-tenant-mapping/grants/machine-revocation.ts';
import { OUTPUTS_FACTS, type OutputsFacts } from '../../../controllers/cross-tenant-mapping/outputs/fact-types.ts';
import { outputsMachine } from '../../../controllers/cross-tenant-mapping/outputs/machine.ts';
import { STRING_FACTS, type StringFacts } from '../../../controllers/cross-tenant-mapping/strings/fact-types.ts';
import { stringMachine } from '../../../controllers/cross-tenant-mapping/strings/machine.ts';
import { type Law, NOTHING, only, survey } from '../survey.ts';

const BLIND: readonly string[] = ['unobservable', 'refused', 'restricted', 'notAsked'];

describe('over every observation', () => {
  test('a role is given once, to somebody who is known, and corrected only where it is ours or taken over', () => {
    const laws: Record<string, Law<GrantFacts>> = {
      'nothing follows from what was not seen': ({ assignment, principal }, { effect }) =>
        effect === undefined || (!BLIND.includes(assignment) && principal === 'resolved'),
      'given only where there is none': only('grantRole', ({ assignment }) => assignment === 'absent'),
      'corrected only where noted': only(
        'correctRole',
        ({ assignment, origin }) => assignment === 'otherRole' && origin !== 'none',
      ),
      'Never takes nothing over': only(
        'adoptGrant',
        ({ adoption, origin }) => adoption !== 'Never' && origin === 'none',
      ),
      'IfIdentical takes over only what would not change': only(
        'adoptGrant',
        ({ adoption, assignment }) => adoption === 'Always' || assignment === 'asWanted',
      ),
      'the last Admin is never asked to go': ({ assignment }, { effect }) =>
        assignment !== 'lastAdmin' || effect === undefined || effect === 'adoptGrant',
      'Ready is the wanted role, noted': ({ assignment, origin, principal }, { tag }) =>
        (tag === 'ready') === (assignment === 'asWanted' && origin !== 'none' && principal === 'resolved'),
      'whoever waits for the principal only waits': ({ principal }, { phase }) =>
        (principal === 'waiting') === (phase === 'Principal.Awaiting'),
    };
    expect(survey({ machine: grantMachine, domain: GRANT_FACTS, laws })).toEqual(NOTHING);
  });

  test('a role is taken away only where that was asked for and it was seen, and its note outlives it', () => {
    const laws: Record<string, Law<RevocationFacts>> = {
      'taken away': only('revokeRole', ({ wish, assignment }) => wish === 'revoke' && assignment === 'present'),
      'forgotten only when gone, or when it stays': only(
        'forgetGrant',
        ({ wish, assignment }) => wish === 'forget' || assignment === 'absent',
      ),
      'never at rest while there is a note': (_, { tag }) => tag !== 'ready' && tag !== 'gone',
    };
    expect(survey({ machine: revocationMachine, domain: REVOCATION_FACTS, laws })).toEqual(NOTHING);
  });

  test('a string is told or explained, and nothing is ever done about it', () => {
    const laws: Record<string, Law<StringFacts>> = {
      'only looked at': (_, { effect }) => effect === undefined,
      'Ready is a host': ({ host }, { tag }) => (tag === 'ready') === (host === 'known'),
    };
    expect(survey({ machine: stringMachine, domain: STRING_FACTS, laws })).toEqual(NOTHING);
  });

  test('strings are published where it is ours to write, and withdrawn where they are no longer wanted', () => {
    const laws: Record<string, Law<OutputsFacts>> = {
      'writes what is absent or ours': only(
        'publishStrings',
        ({ target, wanted, previous }) => wanted && previous === 'none' && ['absent', 'outdated'].includes(target),
      ),
      'makes nothing with nothing to say': only(
        'publishStrings',
        ({ target, content }) => target !== 'absent' || content === 'some',
      ),
      'never touches what is another’s': ({ target, previous, wanted }, { reason, effect }) =>
        target !== 'taken' ||
        !['none', 'left'].includes(previous) ||
        !wanted ||
        (reason === 'TargetExists' && effect === undefined),
      'withdraws first, and nothing for a place where nothing can be put': ({ previous, wanted, target }, { effect }) =>
        (effect === 'withdrawStrings') ===
        (previous === 'left' && !(wanted && ['taken', 'refused', 'unobservable'].includes(target))),
      'Ready is whole, or not wanted': ({ wanted, previous, target }, { tag }) =>
        (tag === 'ready') === (previous === 'none' && (!wanted || target === 'current')),
    };
    expect(survey({ machine: outputsMachine, domain: OUTPUTS_FACTS, laws })).toEqual(NOTHING);
  });
});
