import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const below = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...['docs', 'examples', 'charts'].flatMap(below),
].filter((path) => path.endsWith('.md'));

const withoutCode = (text: string) => text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, '`');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** As Git's web pages make them: lower case, without punctuation, with dashes for spaces. */
function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>();
  const text = textOf(path).replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
  const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
  return new Set(anchors);
}

describe('the links of a page', () => {
  test.each(PAGES)('%s', (page) => {
    const links = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : relative(root, join(root, dirname(page), file));
      if (!existsSync(join(root, target))) return true;
      if (anchor === undefined || statSync(join(root, target)).isDirectory()) return false;
      return target.endsWith('.md') && !anchorsOf(target).has(anchor);
    });
    expect(dead).toEqual([]);
  });
});

test('every page of docs/ is in its index', () => {
  const index = textOf('docs/README.md');
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(pages.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});

test('every decision is in the index of decisions, by its title', () => {
  const index = textOf('docs/adr/README.md');
  const rows = readdirSync(join(root, 'docs/adr'))
    .filter((name) => name !== 'README.md')
    .toSorted()
    .map((name) => {
      const [, number, title] = /^# (\d+)[.:]? (.*)$/m.exec(textOf(`docs/adr/${name}`)) ?? [];
      return `| [${number}](${name}) | ${title} |`;
    });
  expect(rows.filter((row) => !index.includes(row))).toEqual([]);
});
