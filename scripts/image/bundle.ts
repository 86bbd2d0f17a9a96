import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { licensesOf } from './licenses.ts';

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Bundles the operator into one ESM file, with its source map and the licences of what went in beside it. Resolves to the
 * number of files that went in.
 */
export async function bundleInto(outfile: string): Promise<number> {
  const { metafile } = await build({
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
  const inputs = Object.keys(metafile.inputs);
  await writeFile(`${outfile}.licenses.txt`, await licensesOf(inputs));
  return inputs.length;
}
