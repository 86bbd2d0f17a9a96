// Turns a CustomResourceDefinition into the text of a TypeScript module. Pure; scripts/generate.ts reads and writes.

/** The part of an OpenAPI v3 structural schema that decides a type. */
export type Schema = {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema;
  items?: Schema;
};

export type Crd = {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: { kind: string; plural: string; singular: string };
    versions: readonly { name: string; storage: boolean; schema: { openAPIV3Schema: Schema } }[];
  };
};

/** One exported type: its name, its doc comment, its body. */
type Declaration = { name: string; doc: string | undefined; body: string };

const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** `endpoints` → `Endpoint`: what one element of a list is called. */
function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

const scalars = new Map([
  ['string', 'string'],
  ['boolean', 'boolean'],
  ['integer', 'number'],
  ['number', 'number'],
]);

/** Words in lines of at most `width` characters; a longer word has a line of its own. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function doc(text: string | undefined, extra: string | undefined): string {
  const whole = [text, extra].filter(Boolean).join(' ').replaceAll('*/', '* /');
  if (whole === '') return '';
  if (whole.length <= 105) return `/** ${whole} */\n`;
  return `/**\n${wrapped(whole, 110)
    .map((line) => ` * ${line}\n`)
    .join('')} */\n`;
}

const isCondition = (path: readonly string[]) => path.join('/') === 'status/conditions';

/**
 * The type of one schema. Objects with properties become exported types of their own, named after the kind and their
 * path: `WorkspacePrivateLinkEndpointDns`, and with `Status` at the end below status.
 */
function typeOf(schema: Schema, kind: string, path: readonly string[], declared: Declaration[]): string {
  if (isCondition(path)) return 'Condition[]';
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  const scalar = scalars.get(schema.type ?? '');
  if (scalar) return scalar;
  if (schema.type === 'array' && schema.items) {
    const element = typeOf(schema.items, kind, [...path.slice(0, -1), singular(path.at(-1) ?? '')], declared);
    return element.includes('|') ? `(${element})[]` : `${element}[]`;
  }
  if (schema.type === 'object') {
    return schema.additionalProperties
      ? `Record<string, ${typeOf(schema.additionalProperties, kind, path, declared)}>`
      : objectType(schema, kind, path, declared);
  }
  throw new Error(`${kind} ${path.join('.')}: no TypeScript type for schema type ${schema.type ?? '(none)'}`);
}

function objectType(schema: Schema, kind: string, path: readonly string[], declared: Declaration[]): string {
  const [root, ...rest] = path.map(capitalised);
  const name = `${kind}${rest.join('')}${root === 'Status' || rest.length === 0 ? root : ''}`;
  const clash = declared.find((other) => other.name === name);
  if (clash) throw new Error(`${kind} ${path.join('.')}: two schemas would be called ${name}`);
  const declaration: Declaration = { name, doc: schema.description, body: '' };
  declared.push(declaration);
  const fields = Object.entries(schema.properties ?? {}).map(([field, child]) => {
    const type = typeOf(child, kind, [...path, field], declared);
    // A defaulted field is always there once the API server has stored the object.
    const optional = schema.required?.includes(field) || child.default !== undefined ? '' : '?';
    const written = child.default === undefined ? undefined : `Default: ${JSON.stringify(child.default)}.`;
    return `${doc(child.description, written)}${field}${optional}: ${type};`;
  });
  declaration.body = `{\n${fields.join('\n')}\n}`;
  return name;
}

/** The module for one CRD: the kind, its nested types and its ResourceType. `source` is named in the head. */
export function moduleFor(crd: Crd, source: string): string {
  const { group, scope, names, versions } = crd.spec;
  const version = versions.find(({ storage }) => storage);
  if (!version) throw new Error(`${names.kind} has no storage version`);
  const root = version.schema.openAPIV3Schema;
  const { spec, status } = root.properties ?? {};
  if (!spec || !status) throw new Error(`${names.kind} needs spec and status`);

  const declared: Declaration[] = [];
  typeOf(spec, names.kind, ['spec'], declared);
  typeOf(status, names.kind, ['status'], declared);

  const constant = names.kind.charAt(0).toLowerCase() + names.kind.slice(1);
  const type = {
    group,
    version: version.name,
    plural: names.plural,
    kind: names.kind,
    namespaced: scope === 'Namespaced',
  };
  const parts = [
    `// Generated from ${source} by \`npm run generate\`. Change that file instead.`,
    "import type { Condition, ObjectMeta, ResourceType } from '../operator/clients/kube/types.ts';\n",
    `/** Where the API server serves ${names.kind} objects. */`,
    `export const ${constant}s: ResourceType = ${JSON.stringify(type)};\n`,
    `${doc(root.description, undefined)}export type ${names.kind} = {`,
    `apiVersion: '${group}/${version.name}'; kind: '${names.kind}'; metadata: ObjectMeta;`,
    `spec: ${names.kind}Spec; status?: ${names.kind}Status; };\n`,
    ...declared.map(({ name, doc: text, body }) => `${doc(text, undefined)}export type ${name} = ${body};\n`),
  ];
  return parts.join('\n');
}
