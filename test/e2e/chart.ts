// The chart as helm renders it: the one source of the rights that the operator is given here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { findTool, provideTool } from '../../scripts/chart/tools.ts';

const run = promisify(execFile);

export const CHART = 'charts/fabric-link-operator';
export const RELEASE = 'fabric-link-operator';

export const helm =
  process.env['REQUIRE_REAL'] === '1'
    ? await provideTool('helm', (line) => void process.stderr.write(`${line}\n`))
    : await findTool('helm');

export type Values = Readonly<Record<string, unknown>>;

/** Every object of a release in `namespace`, in helm's order. */
export async function renderChart(namespace: string, values: Values): Promise<KubeObject[]> {
  if (!helm) throw new Error('no helm here');
  const args = ['template', RELEASE, CHART, '--namespace', namespace, ...setting(values)];
  const { stdout } = await run(helm, args, { maxBuffer: 64 * 1024 * 1024 });
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null);
}

/** Values as helm's arguments. */
export const setting = (values: Values): string[] =>
  Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`]);
