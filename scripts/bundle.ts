// Bundles the operator into dist/operator.mjs: `npm run bundle`.
import { stat } from 'node:fs/promises';
import { bundleInto } from './image/bundle.ts';

const outfile = 'dist/operator.mjs';
const files = await bundleInto(outfile);
const { size } = await stat(outfile);
console.log(`${outfile}: ${(size / 1024 / 1024).toFixed(2)} MiB from ${files} files`);
