import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { KINDS, type Told } from '../../scripts/reason-places.ts';
import { failureTable, reasonTables, withReasons } from '../../scripts/reasons.ts';
import { crds, schemaOf, schemasBelow } from '../api/manifests.ts';

const root = join(import.meta.dirname, '../..');
const PAGE = 'docs/troubleshooting.md';
const page = readFileSync(join(root, PAGE), 'utf8');

const sources = ['operator', 'controllers'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') })),
);
const code = sources.map(({ text }) => text).join('\n');

/** What stands in the first cells of the tables below a heading, up to the next one of its level. */
function firstCells(heading: string): string[] {
  const from = page.indexOf(`\n## ${heading}\n`);
  const to = page.indexOf('\n## ', from + 1);
  return page
    .slice(from, to < 0 ? undefined : to)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map(([, word]) => word!));
}

const inTables = new Set([...page.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, first]) => first!.match(/\w+/g) ?? []));

/** Reasons that are written out where conditions, errors and Events are made; machines' own are generated. */
const WRITTEN = [
  /\breason: '(\w+)'/g,
  /\breason: [^'\n]*\? '(\w+)'/g,
  /\breason: [^'\n]*\? '\w+'[^'\n]*: '(\w+)'/g,
  /\breason: [^'\n]*\? '\w+'[^'\n]*'\w+'[^'\n]*'(\w+)'/g,
  /\breason: body\?\.reason \?\? '(\w+)'/g,
  /\bunknown\('(\w+)'/g,
  /\bready\('(?:True|False)', '(\w+)'/g,
  /\bconst reason = [^;]*'(\w+)'/g,
];
/** Said by no condition, error or Event: a word of metrics, probes and of what ends a call that nobody waits for. */
const isReason = (word: string) => /^[A-Z]/.test(word) && word !== 'Deny' && word !== 'Allow';

describe('docs/troubleshooting.md', () => {
  test('has each reason that the code writes out', () => {
    const missing = sources.flatMap(({ name, text }) =>
      WRITTEN.flatMap((pattern) => [...text.matchAll(pattern)])
        .map(([, word]) => word!)
        .filter((word) => isReason(word) && !inTables.has(word))
        .map(
          (word) =>
            `${word} (${name}): add a row to ${PAGE}, under "Reasons of any kind", "When a call fails" or "Events"`,
        ),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  test.each(['Reasons of any kind', 'When a call fails', 'Events'])('%s: no entry is stale', (heading) => {
    const words = firstCells(heading);
    expect(words.length).toBeGreaterThan(10);
    const stale = words.filter((word) => !code.includes(`'${word}'`));
    expect(stale.map((word) => `${word} is said nowhere any more: take its row out of ${PAGE}`)).toEqual([]);
  });

  test('knows each annotation, and none that nobody writes or reads', () => {
    const written = [
      /fabriclink\.dev\/([a-z][a-z-]*)/g,
      /\$\{ANNOTATION\}([a-z][a-z-]*)/g,
      /annotationFor\('([a-z-]+)'/g,
      /\bat: \(what: ([^,]+),/g,
      /\bBY_NAME = (\[[^\]]*\])/g,
    ].flatMap((pattern) => [...code.matchAll(pattern)].flatMap(([, found]) => found!.match(/[a-z][a-z-]*/g) ?? []));
    const known = new Set(firstCells('Annotations').map((word) => word.replace(/\.\*$/, '')));
    known.delete('fabriclink.dev/…');
    const missing = [...new Set(written)].filter((word) => !known.has(word) && word !== 'v');
    expect(missing.map((word) => `fabriclink.dev/${word}: add a row to ${PAGE}, under "Annotations"`)).toEqual([]);
    const stale = [...known].filter((word) => !new RegExp(String.raw`['/}]${word}[.'\`:]`).test(code));
    expect(stale.map((word) => `fabriclink.dev/${word} is written nowhere any more`)).toEqual([]);
  });

  test('knows each line of the log that is not debug', () => {
    const lines = [...code.matchAll(/\blog\.(?:info|warn|error)\(\s*['`]([^'`$]+?) ?(?:['`]|\$\{)/g)].map(
      ([, text]) => text!,
    );
    const also = [...code.matchAll(/\bdie\([23], '([^']+)'/g)].map(([, text]) => text!);
    expect(lines.length).toBeGreaterThan(15);
    const missing = [...new Set([...lines, ...also])].filter((text) => !page.includes(text));
    expect(
      missing.map((text) => `"${text}": add a row to ${PAGE}, under "When the operator itself is the trouble"`),
    ).toEqual([]);
  });
});

describe('the conditions', () => {
  /** As the definition describes `status.conditions`; a condition of one kind has nothing to do in another. */
  const defined = new Map<string, readonly string[]>(
    crds.map((crd) => {
      const conditions = [...schemasBelow(schemaOf(crd))].find(({ path }) => path === 'status.conditions');
      return [crd.spec.names.kind, conditions?.schema.description?.match(/\b[A-Z]\w+/g) ?? []] as const;
    }),
  );
  const from = page.indexOf('\n## Which condition\n');
  const listed = [...page.slice(from, page.indexOf('\n## ', from + 1)).matchAll(/`(\w+)`/g)].map(([, word]) => word!);

  test.each(KINDS.map(({ kind, shows }) => [kind, shows] as const))('%s: are those that it has', (kind, shows) => {
    const places = Object.values(shows).filter((place) => !place.includes(' '));
    expect(places.filter((place) => !defined.get(kind)?.includes(place))).toEqual([]);
    const wanted = defined.get(kind)!.filter((word) => word !== 'True');
    expect(wanted.filter((word) => !listed.includes(word))).toEqual([]);
  });
});

describe('the tables of reasons', () => {
  const [told] = KINDS as [Told];

  test.each(KINDS.map((kind) => [kind.kind, kind] as const))('%s: each reason has its row', (name, kind) => {
    const rows = [...reasonTables(kind).matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word!);
    const unsaid = Object.keys(kind.wording).filter((word) => !rows.includes(word));
    expect(unsaid.map((word) => `no ladder of ${name} rests with ${word}: take it out of its words`)).toEqual([]);
    expect(rows.filter((word) => kind.wording[word] === undefined)).toEqual([]);
  });

  test('say in one sentence what to add for a ladder that has no place', () => {
    const { service: _, ...shows } = told.shows;
    expect(() => reasonTables({ ...told, shows })).toThrow(
      'the ladder "service" of WorkspacePrivateLink has no place in docs/troubleshooting.md: add `service: \'<the condition that shows its reasons>\'` to KINDS in scripts/reason-places.ts, then npm run generate',
    );
  });

  test('say which place belongs to no ladder', () => {
    expect(() => reasonTables({ ...told, shows: { ...told.shows, gone: 'Ready' } })).toThrow(
      'has no ladder gone any more',
    );
  });

  test('begin with what a person must do', () => {
    const [first, last] = [/`CapacityPaused`/, /`CapacityAssigning`/].map((word) => reasonTables(told).search(word));
    expect(first).toBeLessThan(last!);
    expect(reasonTables(told)).toContain('| `CapacityPaused` | **a person** |');
    expect(reasonTables(KINDS[1]!)).toContain('| `AwaitingApproval` | wait; **a person** if it lasts |');
  });

  test('have one row for each reason of a refused call, with the service’s codes', () => {
    expect(failureTable()).toMatch(/^\| `Throttled` \| throttled \| `TooManyRequests`, .*$/m);
  });

  test('are put where the page has marks for them', () => {
    expect(() => withReasons(page.replaceAll('<!-- errors', '<!-- mistakes'))).toThrow(
      'has lost its mark <!-- errors:',
    );
  });
});
