// Bundles the operator into one ESM file, dist/operator.mjs, with a source map: `npm run bundle`.
import { readFile, stat } from 'node:fs/promises';
import { build } from 'esbuild';

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

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
  minifyWhitespace: true,
  plugins: [
    {
      // Node keeps the whole source in memory, at two bytes a character if a single one is not Latin-1. esbuild escapes
      // them in strings; one file has them in a regular expression.
      name: 'latin-1',
      setup(plugin) {
        plugin.onLoad({ filter: /powershell-utils[/\\]index\.js$/ }, async ({ path }) => {
          const contents = await readFile(path, 'utf8');
          return { contents: contents.replace(/[\u0100-\uffff]/g, escaped) };
        });
      },
    },
  ],
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
