// JSON schemas for kubeconform, one file a kind, from what an API server says of itself at /openapi/v3.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Schema = Record<string, unknown>;
type Kind = { group: string; version: string; kind: string };
type Document = { components?: { schemas?: Record<string, Schema> } };

/** For kubeconform's -schema-location; of the core, whose group has no name, it calls the version `Group`. */
export const LOCATION = '{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json';

/** Writes a schema for each kind of the server into `folder`; resolves to their number. */
export async function writeSchemas(folder: string, get: (path: string) => Promise<unknown>): Promise<number> {
  await mkdir(folder, { recursive: true });
  const index = (await get('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
  const groups = Object.entries(index.paths).filter(([path]) => /^apis?\/.*v[0-9]/.test(path));
  const documents = await Promise.all(groups.map(([, { serverRelativeURL }]) => get(serverRelativeURL)));
  const files = documents.flatMap((document) => schemasOf(document as Document));
  await Promise.all(files.map(({ name, schema }) => writeFile(join(folder, name), JSON.stringify(schema))));
  return new Set(files.map(({ name }) => name)).size;
}

function schemasOf({ components }: Document): { name: string; schema: Schema }[] {
  const schemas = components?.schemas ?? {};
  const definitions = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closed(schema)]));
  return Object.entries(schemas).flatMap(([name, schema]) => {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as Kind[];
    // Those with many are shared by all groups, such as DeleteOptions.
    const [of] = kinds.length === 1 ? kinds : [];
    if (!of) return [];
    const file = `${of.group || of.version}_${of.version}_${of.kind.toLowerCase()}.json`;
    return [{ name: file, schema: { $ref: `#/definitions/${name}`, definitions } }];
  });
}

/** As the server's strict field validation reads it: what is not named is refused, and a field may be null. */
function closed(schema: Schema): Schema {
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === '$ref') return [key, (value as string).replace('#/components/schemas/', '#/definitions/')];
    if (key === 'properties') {
      const children = Object.entries(value as Record<string, Schema>);
      return [key, Object.fromEntries(children.map(([name, child]) => [name, closed(child)]))];
    }
    if (Array.isArray(value) && ['allOf', 'oneOf', 'anyOf'].includes(key)) return [key, value.map(closed)];
    if (['items', 'additionalProperties'].includes(key) && typeof value === 'object')
      return [key, closed(value as Schema)];
    return [key, value];
  });
  const isOpen =
    schema['additionalProperties'] !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const names = schema['properties'] !== undefined && !isOpen;
  return { ...Object.fromEntries(entries), ...(names && { additionalProperties: false }) };
}
