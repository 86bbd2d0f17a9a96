// The programs that judge the Helm chart: helm, kubeconform and kube-linter.
//
//   node scripts/chart-tools.ts --prepare   makes sure that they are there, building them if need be
//   node scripts/chart-tools.ts             says where they are
import { findTool, provideTool, TOOL_NAMES } from './chart/tools.ts';

const prepare = process.argv.includes('--prepare');

for (const name of TOOL_NAMES) {
  const path = prepare ? await provideTool(name, (line) => console.error(line)) : await findTool(name);
  console.log(`${name}: ${path ?? 'not here; --prepare builds it with Go'}`);
}
