import { describe, expect, test } from '@jest/globals';
import { missingFrom, rightsOf, stepsOf } from './page.ts';

const fenced = (info: string, ...body: string[]) => ['```'.concat(info), ...body, '```'].join('\n');

describe('a page', () => {
  test('is its manifests, commands and what happens meanwhile, in order', () => {
    const page = [
      '# Title',
      fenced('yaml', '# one.yaml', 'kind: One'),
      '<!-- meanwhile: somebody knocks -->',
      '## Open',
      fenced('sh', 'kubectl get a', 'kubectl get b'),
      '',
      fenced('text', 'NAME   AGE', 'a  <age>'),
      fenced('sh fails', 'false'),
    ].join('\n');
    expect(stepsOf(page)).toEqual([
      { kind: 'file', line: 2, name: 'one.yaml', text: '# one.yaml\nkind: One\n' },
      { kind: 'meanwhile', line: 6, what: 'somebody knocks' },
      {
        kind: 'command',
        line: 8,
        under: 'Open',
        script: 'kubectl get a\nkubectl get b\n',
        fails: false,
        expected: ['NAME   AGE', 'a  <age>'],
      },
      { kind: 'command', line: 17, under: 'Open', script: 'false\n', fails: true, expected: [] },
    ]);
  });

  test.each([
    ['holds no command', '# Title\n\nWords.', 'no command'],
    ['holds a manifest without a name', fenced('yaml', 'kind: One'), 'begins with its file name'],
    ['promises output of nothing', fenced('text', 'all is well'), 'without a command'],
    ['holds a block that nothing runs', fenced('bash', 'true'), 'nothing runs a block of "bash"'],
    ['does not end a block', '```sh\ntrue', 'has no end'],
  ])('that %s is refused', (_, page, words) => {
    expect(() => stepsOf(page)).toThrow(words);
  });
});

describe('output', () => {
  const output = 'NAME    READY   AGE\nsales   True    12s\nplant   False   3s\n';

  test('holds the expected lines, whatever varies in them and however wide its columns are', () => {
    expect(missingFrom(output, ['NAME READY AGE', 'sales True <age>', 'plant  False  <age>'])).toBeUndefined();
  });

  test.each([
    ['is not there', ['sales False <age>']],
    ['is there only in part', ['sales True']],
    ['comes in another order', ['plant False <age>', 'sales True <age>']],
    ['is there less often', ['sales True <age>', 'sales True <age>']],
  ])('misses a line that %s', (_, expected) => {
    expect(missingFrom(output, expected)).toBe(expected.at(-1));
  });

  test('takes what means something in patterns for what it is', () => {
    expect(missingFrom('a+b (c)', ['a+b (c)'])).toBeUndefined();
    expect(missingFrom('aab c', ['a+b (c)'])).toBe('a+b (c)');
  });
});

test('rights are read from the table, as far as they are operations of Azure', () => {
  const page = [
    '| tenant | where | right | for |',
    '|---|---|---|---|',
    '| ours | the workspace | role Admin | the policy |',
    '| ours | group | Contributor, or `Microsoft.Fabric/services/*` and `Microsoft.Network/a/read` | the `service` |',
    '| ours | subscription | Reader (`*/read`) | looking |',
  ].join('\n');
  expect(rightsOf(page)).toEqual([
    { where: 'group', actions: ['Microsoft.Fabric/services/*', 'Microsoft.Network/a/read'] },
    { where: 'subscription', actions: ['*/read'] },
  ]);
});
