// Builds what the image holds without a container engine: `npm run bundle && npm run image:layout [-- FOLDER]`.
// The Dockerfile runs the same.
import { writeLayout } from './image/layout.ts';
import { COMMAND } from './image/node-flags.ts';

const folder = process.argv[2] ?? 'dist/image';
await writeLayout(folder, 'dist/operator.mjs');
console.log(`${folder}: run it with ${COMMAND.join(' ')}`);
