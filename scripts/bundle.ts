// Bundles the operator into one ESM file, dist/operator.mjs, with a source map: `npm run bundle`.
import { stat } from 'node:fs/promises';
import { build } from 'esbuild';

const outfile = 'dist/operator.mjs';

const result = await build({
  entryPoints: ['operator/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
});
const { size } = await stat(outfile);
console.log(
  `${outfile}: ${(size / 1024 / 1024).toFixed(2)} MiB from ${Object.keys(result.metafile.inputs).length} files`,
);
