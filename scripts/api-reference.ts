// The API reference of one kind, as Markdown, from its CRD. Pure; scripts/generate.ts reads and writes.
import type { Crd, Schema } from './crd-types.ts';

type Rule = { message?: string; fieldPath?: string };
type Described = Schema & {
  maxLength?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  format?: string;
  'x-kubernetes-validations'?: readonly Rule[];
};
type Names = Crd['spec']['names'] & { shortNames?: readonly string[] };
type Field = { path: string; schema: Described; required: boolean };

/** The page; `source` is the path of the CRD, for whoever wants to change it. */
export function referenceFor(crd: Crd, source: string): string {
  const names: Names = crd.spec.names;
  const version = crd.spec.versions.find(({ storage }) => storage)!;
  const schema: Described = version.schema.openAPIV3Schema;
  const part = (name: 'spec' | 'status') => fieldsBelow(schema.properties?.[name] ?? {}, name);
  return [
    `# ${names.kind}`,
    '',
    `<!-- Generated from ${source} by npm run generate; change that file. -->`,
    '',
    `\`${crd.spec.group}/${version.name}\`, ${names.plural}${(names.shortNames ?? []).map((name) => `, \`${name}\``).join('')}. ${paragraph(schema.description)}`,
    '',
    '## spec',
    '',
    ...table(part('spec')),
    '',
    '## status',
    '',
    'Written by the operator; no decision is taken on it.',
    '',
    ...table(part('status')),
    '',
    '## What the API server refuses, and what it then says',
    '',
    ...rulesOf(schema).map((message) => `- ${message}`),
    '',
  ].join('\n');
}

function* walk(schema: Described, path: string): Generator<Field> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const at = `${path}.${name}`;
    yield { path: at, schema: child, required: schema.required?.includes(name) ?? false };
    yield* walk(child, at);
    if (child.items) yield* walk(child.items, `${at}[]`);
    if (child.additionalProperties) yield* walk(child.additionalProperties, `${at}{}`);
  }
}

const fieldsBelow = (schema: Described, path: string): Field[] => [...walk(schema, path)];

function table(fields: readonly Field[]): string[] {
  const rows = fields.map(({ path, schema, required }) => {
    const filled = schema.default === undefined ? '' : ` Default: \`${JSON.stringify(schema.default)}\`.`;
    const must = required && schema.default === undefined ? ' **Required.**' : '';
    return `| \`${path}\` | ${typeText(schema)} | ${cell(paragraph(schema.description))}${filled}${must} |`;
  });
  return ['| field | type | what it is |', '|---|---|---|', ...rows];
}

/** `string ≤ 64`, `Never, OnRejection`, `list of object ≤ 100`. */
function typeText(schema: Described): string {
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ');
  const limits = [
    schema.maxLength !== undefined && `≤ ${schema.maxLength}`,
    schema.maxItems !== undefined && `≤ ${schema.maxItems}`,
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
  ].filter((limit) => limit !== false);
  return [bareType(schema), ...limits].join(' ');
}

function bareType({ type, items, additionalProperties, format }: Described): string {
  if (items) return `list of ${items.type ?? 'anything'}`;
  if (additionalProperties) return `map of ${additionalProperties.type ?? 'anything'}`;
  return format === 'date-time' ? 'time' : (type ?? 'anything');
}

/** Messages of CEL rules, each once, in the order of the fields. */
function rulesOf(schema: Described): string[] {
  const own = (of: Described) => of['x-kubernetes-validations'] ?? [];
  const below = [...walk(schema, '')].flatMap(({ schema: child }) => [
    ...own(child),
    ...(child.items ? own(child.items) : []),
  ]);
  const messages = [...own(schema), ...below].flatMap(({ message }) => (message ? [paragraph(message)] : []));
  return [...new Set(messages)];
}

const paragraph = (text = ''): string => text.trim().replaceAll(/\s+/g, ' ');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
