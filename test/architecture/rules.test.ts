import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { rules } from '../../scripts/architecture-rules.ts';

/** For each rule one import that breaks it: from → to. */
const violations: Record<string, readonly [string, string]> = {
  'production never imports simulator, test, bench or scripts': ['operator/wire.ts', 'simulator/start.ts'],
  'the simulator shares no code with what it judges': ['simulator/arm/rest.ts', 'operator/errors.ts'],
  'controllers never import each other': ['controllers/one/observe.ts', 'controllers/other/types.ts'],
  'machine.ts, and the ladders it is split into, import xstate and ./types only': [
    'controllers/one/machine.ts',
    'operator/clock.ts',
  ],
  'desired.ts and describe.ts are pure: ./types, generated API types, dated data, operator/approval and operator/words only':
    ['controllers/one/describe.ts', 'operator/clients/call.ts'],
  'plan.ts is pure: machines, words and what the runtime calls a plan': [
    'controllers/one/plan.ts',
    'controllers/one/observe.ts',
  ],
  'the runtime knows no kind and no cloud': ['operator/runtime/pass.ts', 'operator/clients/arm/types.ts'],
  'clients know neither runtime nor controllers': ['operator/clients/budget.ts', 'operator/runtime/kind.ts'],
  'operator/approval is pure: the clouds’ types only, and what the rungs of a ladder are': [
    'operator/approval/marker.ts',
    'operator/clock.ts',
  ],
  'operator/words is pure: what errors, objects and the runtime’s reports are, as types': [
    'operator/words/text.ts',
    'operator/clock.ts',
  ],
  'only wire.ts knows the controllers': ['operator/main.ts', 'controllers/one/controller.ts'],
};

const allowed: readonly (readonly [string, string])[] = [
  ['operator/wire.ts', 'controllers/one/controller.ts'],
  ['controllers/one/machine.ts', 'controllers/one/types.ts'],
  ['controllers/one/observe.ts', 'operator/clients/call.ts'],
  ['controllers/one/observe.ts', 'operator/approval/marker.ts'],
  ['operator/approval/marker.ts', 'operator/clients/arm/types.ts'],
  ['controllers/one/describe.ts', 'operator/words/text.ts'],
  ['operator/words/report.ts', 'operator/runtime/kind.ts'],
  ['controllers/one/machine.ts', 'operator/runtime/loss/machine.ts'],
  ['controllers/one/plan.ts', 'controllers/one/machine.ts'],
  ['controllers/one/machine.ts', 'controllers/one/dns/machine.ts'],
  ['controllers/one/dns/describe.ts', 'controllers/one/words/describe-words.ts'],
  ['test/some.test.ts', 'simulator/start.ts'],
  ['scripts/demo.ts', 'operator/errors.ts'],
];

let folder = '';

/** Lays a tree of files that import each other and tells which rules are broken. */
async function broken(edges: readonly (readonly [string, string])[]): Promise<string[]> {
  const root = await mkdtemp(join(folder, 'tree-'));
  const imports = new Map<string, string[]>();
  for (const [from, to] of edges) {
    const path = relative(dirname(from), to);
    imports.set(from, [...(imports.get(from) ?? []), path.startsWith('.') ? path : `./${path}`]);
    if (!imports.has(to)) imports.set(to, []);
  }
  for (const [file, targets] of imports) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    const lines = targets.map((target) => `import '${target}';`);
    await writeFile(join(root, file), `${lines.join('\n')}\nexport const here = 1;\n`);
  }
  const { output } = await cruise(['.'], {
    baseDir: root,
    ruleSet: { forbidden: rules },
    validate: true,
    parser: 'swc',
  });
  const { summary } = output as ICruiseResult;
  expect(summary.totalCruised).toBe(imports.size);
  return [...new Set(summary.violations.map(({ rule }) => rule.name))];
}

describe('import rules', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architecture-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const [name, edge] of Object.entries(violations)) {
    test(`bites: ${name}`, async () => {
      expect(await broken([edge])).toContain(name);
    });
  }

  test('bites: no circles', async () => {
    const circle = [
      ['operator/a.ts', 'operator/b.ts'],
      ['operator/b.ts', 'operator/a.ts'],
    ] as const;
    expect(await broken(circle)).toContain('no circles');
  });

  test('leaves what ARCHITECTURE.md allows alone', async () => {
    expect(await broken(allowed)).toEqual([]);
  });

  test('has a case for each rule', () => {
    expect([...Object.keys(violations), 'no circles'].toSorted()).toEqual(
      rules.map(({ name }) => name ?? '').toSorted(),
    );
  });

  test('a room inside a kind keeps the rules of its kind', async () => {
    expect(await broken([['controllers/one/dns/machine.ts', 'controllers/one/dns/observe.ts']])).toEqual([
      'machine.ts, and the ladders it is split into, import xstate and ./types only',
    ]);
    expect(await broken([['controllers/one/dns/describe.ts', 'operator/clock.ts']])).toEqual([
      'desired.ts and describe.ts are pure: ./types, generated API types, dated data, operator/approval and operator/words only',
    ]);
    expect(await broken([['controllers/one/dns/observe.ts', 'controllers/other/types.ts']])).toEqual([
      'controllers never import each other',
    ]);
  });
});
