// kube-linter with all its checks; every exception has its reason in kube-linter.yaml.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { skipped } from '../api/skipped.ts';
import { missing, renderText, run, tool, type Values } from './chart.ts';
import { CHOICES, rows } from './matrix.ts';

const [helm, linter] = await Promise.all([tool('helm'), tool('kube-linter')]);
const CONFIG = join(import.meta.dirname, 'kube-linter.yaml');

if (!helm) skipped(missing('helm'));
else if (!linter) skipped(missing('kube-linter'));
else suite(helm, linter);

type Found = { Check: string; Diagnostic: { Message: string }; Object: { K8sObject: { Name: string } } };

function suite(helm: string, linter: string): void {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lint-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const lint = async (values: Values, ...args: string[]): Promise<Found[]> => {
    const file = join(folder, 'rendered.yaml');
    await writeFile(file, await renderText(helm, values));
    const { stdout } = await run(linter, ['lint', '--format', 'json', ...args, file]);
    return (JSON.parse(stdout) as { Reports: Found[] | null }).Reports ?? [];
  };
  const told = (found: readonly Found[]) =>
    found.map(({ Check, Diagnostic, Object: { K8sObject } }) => `${Check}: ${K8sObject.Name}: ${Diagnostic.Message}`);

  describe('kube-linter', () => {
    const some = rows().filter(([name]) =>
      /nothing set|listed|certificate|client secret|three|in detail|named/.test(name),
    );
    test.each(some)('finds nothing to say about the chart with %s', async (_name, values) => {
      expect(told(await lint(values, '--config', CONFIG))).toEqual([]);
    });

    test('finds what is wrong', async () => {
      const found = await lint({ networkPolicy: { enabled: false } }, '--config', CONFIG);
      expect(told(found)).toEqual([expect.stringContaining('non-isolated-pod')]);
    });

    test('needs each exception that it was given', async () => {
      const { checks } = parse(readFileSync(CONFIG, 'utf8')) as { checks: { exclude: string[] } };
      const values = CHOICES.identity!['client secret']!;
      const found = await lint(values, '--add-all-built-in', '--exclude', 'schema-validation');
      const needed = new Set(['schema-validation', ...found.map(({ Check }) => Check)]);
      expect(needed).toEqual(new Set(checks.exclude));
    });
  });
}
