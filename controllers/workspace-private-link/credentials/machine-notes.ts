import { setup } from 'xstate';
import { doing, ready, when } from '../machine-leaf.ts';
import type { NotesFacts } from '../types.ts';

/** Notes outlive the spec's entry: they follow it to another name and to other credentials as long as it is there. */
export const notesMachine = setup({
  types: { context: {} as NotesFacts, input: {} as NotesFacts },
  guards: { stale: when<NotesFacts>(({ notes }) => notes === 'stale') },
}).createMachine({
  id: 'notes',
  context: ({ input }) => input,
  initial: 'Notes',
  states: {
    Notes: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'stale', target: 'Renewing' }, { target: 'Current' }] },
        Renewing: doing('renewNotes', 'NotesRenewing', 'now'),
        Current: ready('NotesCurrent'),
      },
    },
  },
});
