import { setup } from 'xstate';
import { leaf, ready, waiting, when } from '../machine-leaf.ts';
import type { AccessFacts, ExpansionFacts } from '../types.ts';

const is = (test: (facts: ExpansionFacts) => boolean) => when<ExpansionFacts>(test);

/**
 * Groups only: Hour → Members. Nothing hurries Fabric's hourly expansion, so nothing is asked before it is due. A role
 * that cannot be given keeps the hour of the others from nobody.
 */
export const expansionMachine = setup({
  types: { context: {} as ExpansionFacts, input: {} as ExpansionFacts },
  guards: {
    unmapped: is(({ mapped }) => !mapped),
    ungranted: is(({ grants }) => grants === 'none'),
    before: is(({ hour }) => hour === 'before'),
    seen: is(({ members }) => members === 'some'),
    empty: is(({ members }) => members === 'none'),
  },
}).createMachine({
  id: 'expansion',
  context: ({ input }) => input,
  initial: 'Hour',
  states: {
    Hour: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unmapped', target: 'AwaitingMapping' },
            { guard: 'ungranted', target: 'AwaitingGrants' },
            { guard: 'before', target: 'Expanding' },
            { target: '#expansion.Members' },
          ],
        },
        // What the others do brings the object back.
        AwaitingMapping: waiting('AwaitingMapping', 'slow'),
        AwaitingGrants: waiting('AwaitingGrants', 'slow'),
        Expanding: waiting('GroupExpanding', 'due'),
      },
    },
    Members: {
      initial: 'Check',
      states: {
        Check: {
          always: [{ guard: 'seen', target: 'Expanded' }, { guard: 'empty', target: 'Empty' }, { target: 'Due' }],
        },
        Expanded: ready('GroupExpanded'),
        // An empty group of the guest's looks the same, and is no fault of anybody.
        Empty: ready('GroupEmpty'),
        Due: ready('GroupExpansionDue'),
      },
    },
  },
});

const access = (test: (facts: AccessFacts) => boolean) => when<AccessFacts>(test);

/** Nothing to do but to say so: whoever cannot get in during the first hours need not look for a fault. */
export const accessMachine = setup({
  types: { context: {} as AccessFacts, input: {} as AccessFacts },
  guards: {
    unmapped: access(({ mapped }) => !mapped),
    before: access(({ settling }) => settling === 'before'),
  },
}).createMachine({
  id: 'access',
  context: ({ input }) => input,
  initial: 'Hours',
  states: {
    Hours: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unmapped', target: 'AwaitingMapping' },
            { guard: 'before', target: 'Settling' },
            { target: 'Settled' },
          ],
        },
        AwaitingMapping: waiting('AwaitingMapping', 'slow'),
        Settling: leaf('ready', 'AccessSettling', 'due'),
        Settled: ready('AccessSettled'),
      },
    },
  },
});
