import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Schema as TypedSchema } from '../../scripts/crd-types.ts';

const root = join(import.meta.dirname, '../..');

/** A structural schema with the parts that the suites look at. */
export type Schema = Omit<TypedSchema, 'properties' | 'items' | 'additionalProperties'> & {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
  maxItems?: number;
  maxProperties?: number;
  maxLength?: number;
  format?: string;
  pattern?: string;
  'x-kubernetes-validations'?: { rule: string; message: string; fieldPath?: string }[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
};

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; resourceVersion?: string };
  spec?: Record<string, unknown>;
  status?: unknown;
};

export type Crd = {
  metadata: { name: string };
  spec: {
    names: { kind: string; plural: string; singular: string; shortNames: string[]; categories: string[] };
    versions: {
      schema: { openAPIV3Schema: Schema };
      additionalPrinterColumns: { name: string; priority?: number }[];
      selectableFields: { jsonPath: string }[];
    }[];
  };
};

/** A manifest that must be refused, with where and why; with `before`, as an update of that. */
export type BadManifest = { file: string; field: string; message: string; before?: Manifest; refused: Manifest };

const read = (path: string) => readFileSync(join(root, path), 'utf8');

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}

function documents(path: string): Manifest[] {
  return parseAllDocuments(read(path)).map((document) => document.toJS() as Manifest);
}

export const crds: readonly Crd[] = filesBelow('crds').map((path) => parse(read(path)) as Crd);

export const crdOf = (kind: string) => crds.find(({ spec }) => spec.names.kind === kind);

export const schemaOf = (crd: Crd) => crd.spec.versions[0]!.schema.openAPIV3Schema;

/** Every document of every example, with its file. */
export const examples: readonly { file: string; manifest: Manifest }[] = filesBelow('examples').flatMap((file) =>
  documents(file).map((manifest) => ({ file, manifest })),
);

function badManifest(path: string): BadManifest {
  const text = read(path);
  const said = (key: string) => {
    const found = new RegExp(`^# ${key}: (.+)$`, 'm').exec(text)?.[1];
    if (!found) throw new Error(`${path} has no line "# ${key}: …"`);
    return found;
  };
  said('because');
  const all = documents(path);
  const refused = all.at(-1);
  if (!refused || all.length > 2) throw new Error(`${path} must hold one manifest, or one before and one after`);
  const before = all.length === 2 ? { before: all[0]! } : {};
  return { file: path, field: said('field'), message: said('message'), refused, ...before };
}

/** Everything in bad/: see its README. */
export const badManifests: readonly BadManifest[] = filesBelow('test/api/bad').map(badManifest);

/** Each schema below `schema` with its path: `spec.endpoints[].name`. */
export function* schemasBelow(schema: Schema, path = ''): Generator<{ path: string; schema: Schema }> {
  yield { path, schema };
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    yield* schemasBelow(child, path === '' ? name : `${path}.${name}`);
  }
  if (schema.items) yield* schemasBelow(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* schemasBelow(schema.additionalProperties, `${path}{}`);
}
