import { setup } from 'xstate';
import { leaf, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { ProofFacts } from './types.ts';

const is = (test: (facts: ProofFacts) => boolean) => when<ProofFacts>(test);

/** Records → Verified: what names answer means something once records are there to be answered. */
export const proofMachine = setup({
  types: { context: {} as ProofFacts, input: {} as ProofFacts },
  guards: {
    notInPlace: is(({ dns }) => dns === 'notYet'),
    verifyNone: is(({ verify }) => verify === 'None'),
    proven: is(({ proof }) => proof === 'proven'),
    public: is(({ proof }) => proof === 'public'),
    nxdomain: is(({ proof }) => proof === 'nxdomain'),
    otherPrivate: is(({ proof }) => proof === 'otherPrivate'),
    mismatch: is(({ proof }) => proof === 'mismatch'),
    timeout: is(({ proof }) => proof === 'timeout'),
    unlinked: is(({ proof }) => proof === 'unlinked'),
  },
}).createMachine({
  id: 'proof',
  context: ({ input }) => input,
  initial: 'Records',
  states: {
    Records: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'notInPlace', target: 'AwaitingRecords' }, { target: '#proof.Verified' }] },
        AwaitingRecords: waiting('AwaitingRecords', 'slow'),
      },
    },
    Verified: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'verifyNone', target: 'Unverified' },
            { guard: 'proven', target: 'Proven' },
            { guard: 'public', target: 'Public' },
            { guard: 'nxdomain', target: 'NxDomain' },
            { guard: 'otherPrivate', target: 'OtherPrivate' },
            { guard: 'mismatch', target: 'Mismatch' },
            { guard: 'timeout', target: 'Timeout' },
            { guard: 'unlinked', target: 'Unlinked' },
            { target: 'Unobservable' },
          ],
        },
        // A person wrote None: nothing more is coming, and describe says loudly that nothing is proven.
        Unverified: leaf('ready', 'DnsNotVerified', 'rest'),
        Proven: ready('DnsProven'),
        // Caches hold old answers for minutes, so these may still heal by themselves.
        Public: waiting('DnsAnswersPublic', 'person'),
        NxDomain: waiting('DnsNameUnknown', 'person'),
        Mismatch: waiting('DnsAnswersMismatch', 'person'),
        Timeout: waiting('DnsTimeout', 'person'),
        OtherPrivate: stalled('DnsAnswersOtherPrivate'),
        Unlinked: stalled('ZoneNotLinked'),
        Unobservable: waiting('Unobservable'),
      },
    },
  },
});
