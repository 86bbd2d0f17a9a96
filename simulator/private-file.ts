import { rm, writeFile } from 'node:fs/promises';

/** Writes for the owner's eyes only (0600), also over a file that is there already with another mode. */
export async function writePrivately(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, text, { mode: 0o600 });
}
