// The licences of all packages that went into the bundle: whoever hands it on hands them on, too.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENSE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;

type Manifest = { name?: string; version?: string; license?: string };

/** One text for all, by package name. `inputs`: paths of the bundled files, as esbuild's metafile has them. */
export async function licensesOf(inputs: readonly string[]): Promise<string> {
  const folders = [...new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []))];
  const texts = await Promise.all(folders.map(licenseText));
  return texts.toSorted((a, b) => a.localeCompare(b, 'en')).join('\n');
}

async function licenseText(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const files = (await readdir(folder)).filter((name) => LICENSE_FILE.test(name)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const said = texts.length > 0 ? texts : [`License: ${manifest.license ?? 'not stated'}`];
  return [`${manifest.name} ${manifest.version}`, '-'.repeat(72), ...said.map((text) => text.trim()), ''].join('\n\n');
}
