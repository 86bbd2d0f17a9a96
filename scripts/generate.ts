// Writes what is derived from the CRDs, from machines and words, and from the chart's schema of values. `npm run generate` writes; `npm run generate -- --check`
// only compares, and exits 1 when something is stale.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { crdTemplate } from './chart/crds.ts';
import { type ValueSchema, valuesTable, valuesYaml, withTable } from './chart/values.ts';
import { type Crd, moduleFor } from './crd-types.ts';
import { drawStates } from './draw-states.ts';
import { withReasons } from './reasons.ts';
import { type Example, referencePage } from './reference.ts';

const root = join(import.meta.dirname, '..');

/** `WorkspacePrivateLink` → `workspace-private-link`. */
const kebab = (kind: string) => kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
const text = (path: string) => readFileSync(join(root, path), 'utf8');

/** Formats as the rest of the tree is formatted, so that `biome check` finds nothing to say. */
function formatted(text: string, path: string): string {
  const biome = join(root, 'node_modules/.bin/biome');
  const run = spawnSync(biome, ['format', `--stdin-file-path=${path}`], { cwd: root, input: text, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`biome cannot format ${path}: ${run.stderr || String(run.error)}`);
  return run.stdout;
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Path → text of every generated file. */
function generate(): Map<string, string> {
  const crdFiles = readdirSync(join(root, 'crds')).filter((name) => name.endsWith('.yaml'));
  const files = crdFiles.flatMap((name): [string, string][] => {
    const crd = parse(text(`crds/${name}`)) as Crd;
    const { kind, singular } = crd.spec.names;
    const path = `crds/${kebab(kind)}.ts`;
    return [
      [path, formatted(moduleFor(crd, `crds/${name}`), path)],
      [`docs/reference/${singular}.md`, referencePage(crd, `crds/${name}`, kebab(kind), examplesOf(singular))],
    ];
  });
  const drawings = drawStates().map(({ path, text }): [string, string] => [path, text]);
  return new Map([
    ...files,
    ...drawings,
    ['docs/troubleshooting.md', withReasons(text('docs/troubleshooting.md'))],
    ...chartFiles(crdFiles),
  ]);
}

/** The least one first, which the page shows. */
function examplesOf(singular: string): Example[] {
  const names = readdirSync(join(root, 'examples', singular)).toSorted();
  return ['minimal.yaml', ...names.filter((name) => name !== 'minimal.yaml')].map((name) => {
    const path = `examples/${singular}/${name}`;
    return { path, text: text(path) };
  });
}

const CHART = 'charts/fabric-link-operator';

function chartFiles(crdFiles: readonly string[]): [string, string][] {
  const schema = JSON.parse(text(`${CHART}/values.schema.json`)) as ValueSchema;
  return [
    ...crdFiles.map((name): [string, string] => [
      `${CHART}/templates/crds/${name}`,
      crdTemplate(`crds/${name}`, text(`crds/${name}`)),
    ]),
    [`${CHART}/values.yaml`, valuesYaml(schema)],
    [`${CHART}/README.md`, withTable(text(`${CHART}/README.md`), valuesTable(schema))],
  ];
}

const check = process.argv.includes('--check');
const stale = [...generate()].filter(([path, text]) => contentOf(path) !== text);
for (const [path, text] of stale) {
  if (!check) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`${check ? 'stale' : 'wrote'} ${path}`);
}
if (check && stale.length > 0) {
  console.error('Generated files do not match what they are made from. Run: npm run generate');
  process.exitCode = 1;
}
