import { setup } from 'xstate';
import { leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { ProofFacts } from '../types.ts';

const is = (test: (facts: ProofFacts) => boolean) => when<ProofFacts>(test);

/** Records → Verified: what names answer means something once records are there to be answered. */
export const proofMachine = setup({
  types: { context: {} as ProofFacts, input: {} as ProofFacts },
  guards: {
    notInPlace: is(({ dns }) => dns === 'notYet'),
    verifyNone: is(({ verify }) => verify === 'None'),
    proven: is(({ proof }) => proof === 'proven'),
    public: is(({ proof }) => proof === 'public'),
    mixed: is(({ proof }) => proof === 'mixed'),
    sibling: is(({ proof }) => proof === 'sibling'),
    tenantLevel: is(({ proof }) => proof === 'tenantLevel'),
    tenantLikely: is(({ proof }) => proof === 'tenantLikely'),
    otherPrivate: is(({ proof }) => proof === 'otherPrivate'),
    hidden: is(({ proof }) => proof === 'hidden'),
    nxdomain: is(({ proof }) => proof === 'nxdomain'),
    failed: is(({ proof }) => proof === 'failed'),
    timeout: is(({ proof }) => proof === 'timeout'),
    mismatch: is(({ proof }) => proof === 'mismatch'),
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
            { guard: 'mixed', target: 'Mixed' },
            { guard: 'sibling', target: 'OtherEndpoint' },
            { guard: 'tenantLevel', target: 'TenantLevel' },
            { guard: 'tenantLikely', target: 'LikeTenantLevel' },
            { guard: 'otherPrivate', target: 'OtherPrivate' },
            { guard: 'hidden', target: 'Hidden' },
            { guard: 'nxdomain', target: 'NxDomain' },
            { guard: 'failed', target: 'ServerFails' },
            { guard: 'timeout', target: 'Timeout' },
            { guard: 'mismatch', target: 'Mismatch' },
            { guard: 'unlinked', target: 'Unlinked' },
            { target: 'Unobservable' },
          ],
        },
        // A person wrote None: nothing more is coming, and describe says loudly that nothing is proven.
        Unverified: leaf('ready', 'DnsNotVerified', 'rest'),
        Proven: ready('DnsProven'),
        // Resolvers remember answers for their lifetime, and absences for the minimum of the zone's SOA: minutes in which
        // any of these may be about what was there before. So none is called failed; the first looks are quick, the
        // later ones rare, and the words say from when on somebody must act.
        Public: waiting('DnsAnswersPublic', 'person'),
        Mixed: waiting('DnsAnswersMixed', 'person'),
        OtherEndpoint: waiting('DnsAnswersOtherEndpoint', 'person'),
        TenantLevel: waiting('DnsAnswersTenantLevel', 'person'),
        LikeTenantLevel: waiting('DnsAnswersLikeTenantLevel', 'person'),
        OtherPrivate: waiting('DnsAnswersOtherPrivate', 'person'),
        Hidden: waiting('DnsNameHidden', 'person'),
        NxDomain: waiting('DnsNameUnknown', 'person'),
        ServerFails: waiting('DnsServerFails', 'person'),
        Timeout: waiting('DnsTimeout', 'person'),
        Mismatch: waiting('DnsAnswersMismatch', 'person'),
        // No cache explains it.
        Unlinked: stalled('ZoneNotLinked'),
        Unobservable: waiting('Unobservable'),
      },
    },
  },
});
