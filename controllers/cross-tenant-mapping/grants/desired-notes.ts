import type { GrantNote, RolePrincipal, WorkspaceRole } from './types.ts';

const PREFIX = 'fabriclink.dev/granted.';
const ROLES: readonly string[] = ['Admin', 'Member', 'Contributor', 'Viewer'] satisfies WorkspaceRole[];

/**
 * An annotation for each pair of workspace and principal, so that ladders that write theirs in one pass do not write
 * over each other. The value names both as people know them: a key has 63 characters, room for two ids in base 36.
 */
export const grantKey = (workspaceId: string, principalId: string): string =>
  `${PREFIX}${short(workspaceId)}.${short(principalId)}`;

const short = (id: string) => (GUID.test(id) ? BigInt(`0x${id.replaceAll('-', '')}`).toString(36) : 'unknown');
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Written before the call that it is about. */
export const grantNote = (note: GrantNote): Record<string, string> => ({
  [grantKey(note.workspaceId, note.principal.id)]: [
    note.how,
    note.role,
    new Date(note.atMs).toISOString(),
    note.workspaceId,
    note.principal.type,
    note.principal.id,
    new Date(note.askedAtMs).toISOString(),
  ].join(' '),
});

export const noGrant = ({ workspaceId, principal }: Pick<GrantNote, 'workspaceId' | 'principal'>) => ({
  [grantKey(workspaceId, principal.id)]: null,
});

/** Reads them back. Text that we did not write is no note: what it would have been about is then not ours. */
export function grantNotesIn(annotations: Readonly<Record<string, string>> | undefined): readonly GrantNote[] {
  return Object.entries(annotations ?? {}).flatMap(([key, text]) => {
    const note = key.startsWith(PREFIX) ? noteIn(text) : undefined;
    return note && key === grantKey(note.workspaceId, note.principal.id) ? [note] : [];
  });
}

function noteIn(text: string): GrantNote | undefined {
  const [how, role = '', first = '', workspaceId, type, id, last = ''] = text.split(' ');
  const [atMs, askedAtMs] = [Date.parse(first), Date.parse(last)];
  if (
    (how !== 'created' && how !== 'adopted' && how !== 'refused') ||
    !ROLES.includes(role) ||
    Number.isNaN(atMs + askedAtMs)
  )
    return undefined;
  if (!workspaceId || !type || !id) return undefined;
  return { how, role: role as WorkspaceRole, atMs, askedAtMs, workspaceId, principal: { id, type } };
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Whether a note is about this pair. */
export const isAbout = (note: GrantNote, workspaceId: string, principalId: string): boolean =>
  same(note.workspaceId, workspaceId) && same(note.principal.id, principalId);

export const noteOf = (
  notes: readonly GrantNote[],
  workspaceId: string,
  principal: Pick<RolePrincipal, 'id'>,
): GrantNote | undefined => notes.find((note) => isAbout(note, workspaceId, principal.id));

/** What was given or taken over; a refusal gives nothing. */
export const isHolding = (note: GrantNote | undefined): note is GrantNote & { how: 'created' | 'adopted' } =>
  note !== undefined && note.how !== 'refused';
