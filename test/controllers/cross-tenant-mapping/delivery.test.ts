import { describe, expect, test } from '@jest/globals';
import { foundIn, sqlGrants, unwantedNotes } from '../../../controllers/cross-tenant-mapping/grants/desired.ts';
import {
  grantKey,
  grantNote,
  grantNotesIn,
  noteOf,
} from '../../../controllers/cross-tenant-mapping/grants/desired-notes.ts';
import { grantsSummary, revocationsSummary } from '../../../controllers/cross-tenant-mapping/grants/ladders.ts';
import type { GrantNote, GrantsSeen, RoleAssignment } from '../../../controllers/cross-tenant-mapping/grants/types.ts';
import { changeOf, publishedIn, publishedNote } from '../../../controllers/cross-tenant-mapping/outputs/desired.ts';

const A = '5a1e0000-0000-4000-8000-000000000001';
const B = 'f1a40000-0000-4000-8000-000000000002';
const P = '90000000-0000-4000-8000-000000000001';
const Q = '90000000-0000-4000-8000-0000000000ff';

const note = (workspaceId: string, id: string, how: GrantNote['how'] = 'created'): GrantNote => ({
  how,
  role: 'Viewer',
  atMs: Date.parse('2026-03-02T08:00:00.000Z'),
  askedAtMs: Date.parse('2026-03-02T08:03:00.000Z'),
  workspaceId,
  principal: { id, type: 'Group' },
});

describe('notes of grants', () => {
  test('are read as they were written, one for each workspace and principal', () => {
    const all = [note(A, P), note(B, P, 'adopted'), note(A, 'a0000000-0000-4000-8000-000000000001')];
    expect(grantNotesIn(Object.assign({}, ...all.map(grantNote)))).toEqual(all);
  });

  test('fit the key of an annotation, and know the ids in any case', () => {
    expect(grantKey(A, P).split('/')[1]!.length).toBeLessThanOrEqual(63);
    expect(noteOf([note(A, P)], A.toUpperCase(), { id: P.toUpperCase() })).toBeDefined();
    expect(noteOf([note(A, P)], B, { id: P })).toBeUndefined();
  });

  test.each([
    ['another role', { role: 'Owner' as 'Viewer' }],
    ['no time', { time: 'soon' }],
    ['another way', { how: 'found' as 'created' }],
    ['a key that is not its own', { key: grantKey(B, P) }],
  ])('with %s are no notes', (_, change: Partial<GrantNote> & { time?: string; key?: string }) => {
    const [key, text] = Object.entries(grantNote({ ...note(A, P), ...change }))[0]!;
    const written = change.time === undefined ? text : text.replace(/\d{4}-\S+/, change.time);
    expect(grantNotesIn({ [change.key ?? key]: written })).toEqual([]);
  });
});

describe('what nobody asks for any more', () => {
  const wanted = [{ workspaceId: A, role: 'Viewer' as const }];

  test('is what left the spec, and what an earlier principal has', () => {
    const notes = [note(A, P), note(A, Q), note(B, P)];
    expect(unwantedNotes(notes, wanted, { id: P, type: 'Group' })).toEqual([note(A, Q), note(B, P)]);
  });

  test('is not what a principal has that cannot be found just now', () => {
    expect(unwantedNotes([note(A, P), note(B, P)], wanted, undefined)).toEqual([note(B, P)]);
  });
});

describe('a principal among the role assignments', () => {
  const list = (...roles: [string, string][]): RoleAssignment[] =>
    roles.map(([id, role]) => ({ id: `assignment-${id}`, principal: { id, type: 'Group' }, role }));

  test.each([
    ['absent', list([Q, 'Viewer']), 'Viewer'],
    ['asWanted', list([P.toUpperCase(), 'Viewer']), 'Viewer'],
    ['otherRole', list([P, 'Member']), 'Viewer'],
    ['otherRole', list([P, 'Admin'], [Q, 'Admin']), 'Viewer'],
    ['otherRole', list([P, 'Reviewer'], [Q, 'Admin']), 'Viewer'],
    ['lastAdmin', list([P, 'Admin'], [Q, 'Member']), 'Viewer'],
    ['asWanted', list([P, 'Admin']), 'Admin'],
    ['lastAdmin', list([P, 'Admin']), undefined],
  ])('is %s', (state, assignments, role) => {
    expect(foundIn(assignments, P, role).state).toBe(state);
  });
});

describe('what the other ladders are told', () => {
  const seen = (
    assignment: GrantsSeen['grants'][string]['facts']['assignment'],
    revocations: GrantsSeen['revocations'][string]['facts'][] = [],
  ): GrantsSeen => ({
    grants: {
      a: {
        facts: { principal: 'resolved', assignment, origin: 'created', adoption: 'IfIdentical' },
        wanted: { workspaceId: A, role: 'Viewer' },
        principal: undefined,
        note: undefined,
      },
    },
    revocations: Object.fromEntries(
      revocations.map((facts, index) => [index, { facts, note: note(A, P), dueAtMs: 0 }]),
    ),
  });

  test.each([
    ['all', 'asWanted', 'asWanted'],
    ['all', 'asWanted', 'restricted'],
    ['some', 'asWanted', 'absent'],
    ['some', 'otherRole', 'asWanted'],
    ['none', 'absent', 'lastAdmin'],
  ] as const)('%s of the grants are held when one is %s and the other %s', (summary, one, other) => {
    const both = { a: seen(one).grants['a']!, b: seen(other).grants['a']! };
    expect(grantsSummary({ grants: both, revocations: {} })).toBe(summary);
  });

  test('a role that nobody noted is not held, and where none is asked for none is missing', () => {
    const { facts, ...grant } = seen('asWanted').grants['a']!;
    const foreign = { ...grant, facts: { ...facts, origin: 'none' as const } };
    expect(grantsSummary({ grants: { a: foreign }, revocations: {} })).toBe('none');
    expect(grantsSummary({ grants: {}, revocations: {} })).toBe('all');
  });

  test('roles to be taken away are stuck when none of them goes without a person', () => {
    const [stuck, blind] = [
      { wish: 'revoke', assignment: 'restricted' },
      { wish: 'revoke', assignment: 'unobservable' },
    ] as const;
    expect(revocationsSummary(seen('asWanted'))).toBe('gone');
    expect(revocationsSummary(seen('asWanted', [stuck]))).toBe('stuck');
    expect(revocationsSummary(seen('asWanted', [stuck, blind]))).toBe('leaving');
  });
});

test('without roles the T-SQL is told, with the principal as far as it is known', () => {
  expect(sqlGrants({ id: P }, 'Group')).toContain(`GRANT SELECT ON SCHEMA::[dbo] TO [<display name of group ${P}>];`);
  expect(sqlGrants(undefined, 'ServicePrincipal')).toContain('service principal (not known yet)');
});

describe('what is published', () => {
  const hosts = (entries: Record<string, string | undefined>) => new Map(Object.entries(entries));

  test('changes what differs, takes back what is ours and not wanted, and leaves the rest', () => {
    expect(changeOf(hosts({ a: 'a.example' }), { a: 'old', b: 'b.example', theirs: 'x' }, ['a', 'b'])).toEqual({
      state: 'outdated',
      change: { a: 'a.example', b: null },
    });
  });

  test('keeps a host that cannot be read just now', () => {
    const before = { a: 'a.example' };
    expect(changeOf(hosts({ a: undefined }), before, ['a'])).toEqual({ state: 'current', change: {} });
    expect(changeOf(hosts({ a: 'a.example', b: undefined }), before, ['a'])).toEqual({
      state: 'incomplete',
      change: {},
    });
    expect(changeOf(hosts({ a: undefined, b: 'b.example' }), before, ['a'])).toEqual({
      state: 'outdated',
      change: { b: 'b.example' },
    });
  });

  test('is noted by its place and its keys', () => {
    const published = { kind: 'Secret', name: 'guest', keys: ['a', 'b'] } as const;
    expect(publishedIn(publishedNote({ ...published, keys: ['a', 'b', 'a'] }))).toEqual(published);
    expect(publishedIn({ 'fabriclink.dev/published': 'somewhere' })).toBeUndefined();
    expect(publishedIn({})).toBeUndefined();
  });
});
