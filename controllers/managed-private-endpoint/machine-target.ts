import { setup } from 'xstate';
import { leaf, ready, stalled, waiting, when } from './machine-leaf.ts';
import type { TargetFacts } from './types.ts';

const is = (test: (facts: TargetFacts) => boolean) => when<TargetFacts>(test);

/**
 * Whether the target may be asked for: Reference → Service → Workspace → Need → Clear. Nothing but the leftover of an
 * own, proven request is written away here; once the endpoint is there, only the reference still counts.
 */
export const targetMachine = setup({
  types: { context: {} as TargetFacts, input: {} as TargetFacts },
  guards: {
    missing: is(({ reference }) => reference === 'missing'),
    gone: is(({ reference }) => reference === 'gone'),
    notAllowed: is(({ reference }) => reference === 'notAllowed'),
    linkDeleting: is(({ reference }) => reference === 'deleting'),
    rejected: is(({ listed }) => listed === 'rejected'),
    serviceAbsent: is(({ service }) => service === 'absent'),
    serviceNotReady: is(({ service }) => service === 'notReady'),
    serviceUnobservable: is(({ service }) => service === 'unobservable'),
    // A person may approve what we cannot read; only the operator's own approval needs eyes on the target.
    serviceRefused: is(({ service, approver }) => service === 'refused' && approver === 'operator'),
    ownWorkspace: is(({ workspace }) => workspace === 'own'),
    otherWorkspace: is(({ workspace }) => workspace === 'other'),
    unproven: is(({ workspace }) => workspace === 'unproven'),
    open: is(({ access }) => access === 'open'),
    accessUnobservable: is(({ access }) => access === 'unobservable'),
    present: is(({ matches }) => matches === 'present'),
    leftover: is(({ matches, approver }) => matches === 'leftover' && approver === 'operator'),
    dead: is(({ matches, approver }) => (matches === 'dead' || matches === 'leftover') && approver === 'operator'),
    matchesUnobservable: is(({ matches }) => matches === 'unobservable'),
    matchesRefused: is(({ matches, approver }) => matches === 'refused' && approver === 'operator'),
  },
}).createMachine({
  id: 'target',
  context: ({ input }) => input,
  initial: 'Reference',
  states: {
    Reference: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'missing', target: 'Missing' },
            { guard: 'gone', target: 'Gone' },
            { guard: 'notAllowed', target: 'NotAllowed' },
            { guard: 'linkDeleting', target: 'Deleting' },
            { guard: 'rejected', target: 'Rejected' },
            { target: '#target.Service' },
          ],
        },
        // The watch on the WorkspacePrivateLinks brings the object back as soon as there is one.
        Missing: waiting('LinkNotFound', 'slow'),
        // What is connected works as before; only nothing could be made anew.
        Gone: ready('LinkGone'),
        NotAllowed: stalled('LinkNotAllowed'),
        Deleting: stalled('LinkDeleting'),
        Rejected: stalled('ListedReject'),
      },
    },
    Service: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'serviceUnobservable', target: 'Unobservable' },
            { guard: 'serviceRefused', target: 'Refused' },
            { guard: 'serviceAbsent', target: 'Absent' },
            { guard: 'serviceNotReady', target: 'NotReady' },
            { target: '#target.Workspace' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        Refused: stalled('TargetUnreadable'),
        Absent: leaf('waiting', 'ServiceNotFound', 'person'),
        NotReady: leaf('waiting', 'ServiceNotReady', 'person'),
      },
    },
    Workspace: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'ownWorkspace', target: 'Own' },
            { guard: 'otherWorkspace', target: 'Other' },
            { guard: 'unproven', target: 'Unproven' },
            { target: '#target.Need' },
          ],
        },
        Own: stalled('SameWorkspace'),
        Other: stalled('TargetWorkspaceDiffers'),
        Unproven: stalled('TargetUnproven'),
      },
    },
    Need: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'accessUnobservable', target: 'Unobservable' },
            { guard: 'open', target: 'Public' },
            { target: '#target.Clear' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        // Nobody is awaited.
        Public: leaf('stalled', 'NotNeededTargetPublic', 'due'),
      },
    },
    Clear: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'matchesUnobservable', target: 'Unobservable' },
            { guard: 'matchesRefused', target: 'Refused' },
            { guard: 'present', target: 'Ambiguous' },
            { guard: 'leftover', target: 'ClearingAway' },
            { guard: 'dead', target: 'Ambiguous' },
            { target: 'Ready' },
          ],
        },
        Unobservable: waiting('Unobservable'),
        Refused: stalled('TargetUnreadable'),
        Ambiguous: stalled('AmbiguousConnection'),
        ClearingAway: leaf('progressing', 'LeftoverDeleting', 'fast', 'deleteLeftover'),
        Ready: ready('TargetReady'),
      },
    },
  },
});

/** The walk of `targetMachine` ends in its last goal: what the endpoint's ladder needs to know. */
export const isRequestable = (facts: TargetFacts): boolean =>
  (facts.reference === 'arm' || facts.reference === 'allowed') &&
  facts.listed === 'none' &&
  (['ready', 'otherResource', 'notAsked'].includes(facts.service) ||
    (facts.service === 'refused' && facts.approver === 'person')) &&
  facts.workspace === 'asExpected' &&
  facts.access !== 'open' &&
  facts.access !== 'unobservable' &&
  (['none', 'notAsked'].includes(facts.matches) ||
    (facts.approver === 'person' && ['refused', 'dead', 'leftover'].includes(facts.matches)));
