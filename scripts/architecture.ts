// Holds the import table of ARCHITECTURE.md against the code. dependency-cruiser passes with nothing to do when it
// cannot read TypeScript, so the number of modules is asserted too.

import type { ICruiseResult } from 'dependency-cruiser';
import { cruise } from 'dependency-cruiser';
import { rules } from './architecture-rules.ts';

const FEWEST_MODULES = 10;

const { output } = await cruise(['operator', 'controllers', 'simulator', 'crds', 'scripts', 'bench', 'test'], {
  ruleSet: { forbidden: rules },
  validate: true,
  doNotFollow: { path: 'node_modules' },
  tsPreCompilationDeps: true,
  parser: 'swc',
});
const { summary } = output as ICruiseResult;
for (const violation of summary.violations) {
  console.log(`${violation.rule.severity}: ${violation.from} → ${violation.to} breaks "${violation.rule.name}"`);
}
console.log(`${summary.totalCruised} modules, ${summary.violations.length} violations`);
process.exitCode = summary.violations.length === 0 && summary.totalCruised >= FEWEST_MODULES ? 0 : 1;
