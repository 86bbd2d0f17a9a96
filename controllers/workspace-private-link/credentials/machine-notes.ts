import { setup } from 'xstate';
import { doing, ready, waiting, when } from '../machine-leaf.ts';
import type { NotesFacts } from '../types.ts';

/**
 * Notes outlive the spec's entry: they follow it to another name and to other credentials as long as it is there, and are
 * dropped when they are over.
 */
export const notesMachine = setup({
  types: { context: {} as NotesFacts, input: {} as NotesFacts },
  guards: {
    stale: when<NotesFacts>(({ notes }) => notes === 'stale'),
    over: when<NotesFacts>(({ notes }) => notes === 'over'),
    unseen: when<NotesFacts>(({ notes }) => notes === 'unseen'),
  },
}).createMachine({
  id: 'notes',
  context: ({ input }) => input,
  initial: 'Notes',
  states: {
    Notes: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'stale', target: 'Renewing' },
            { guard: 'over', target: 'Closing' },
            { guard: 'unseen', target: 'Looking' },
            { target: 'Current' },
          ],
        },
        Renewing: doing('renewNotes', 'NotesRenewing', 'now'),
        Closing: doing('dropNotes', 'ApprovalEnded', 'now'),
        // It may be an imitation's, and a list may lag.
        Looking: waiting('ApprovalUnseen'),
        Current: ready('NotesCurrent'),
      },
    },
  },
});
