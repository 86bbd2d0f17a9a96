// One page for each kind, from its CRD: every field with its bounds and rules. Pure; scripts/generate.ts reads and writes.
import type { Crd, Schema } from './crd-types.ts';
import { cell, code, table } from './markdown.ts';

type Rule = { rule: string; message: string; fieldPath?: string };

/** What a reader of the page is told beside the type. */
type Field = Schema & {
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  properties?: Readonly<Record<string, Field>>;
  additionalProperties?: Field;
  items?: Field;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-validations'?: readonly Rule[];
};

type Column = { name: string; jsonPath: string; priority?: number; description?: string };
type Version = Crd['spec']['versions'][number] & {
  additionalPrinterColumns?: readonly Column[];
  selectableFields?: readonly { jsonPath: string }[];
};
type Names = Crd['spec']['names'] & { shortNames: readonly string[]; categories: readonly string[] };

export type Example = { path: string; text: string };

const GUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

/** `page`: the name of the kind's other pages, such as `workspace-private-link`. The first example is shown whole. */
export function referencePage(crd: Crd, source: string, page: string, examples: readonly Example[]): string {
  const names = crd.spec.names as Names;
  const version = crd.spec.versions.find(({ storage }) => storage) as Version;
  const root = version.schema.openAPIV3Schema as Field;
  const { spec, status } = root.properties ?? {};
  if (!spec || !status) throw new Error(`${names.kind} needs spec and status`);
  const paths = (version.selectableFields ?? []).map(({ jsonPath }) => code(jsonPath.slice(1)));
  return [
    `# ${names.kind}`,
    '',
    `Generated from \`${source}\` by \`npm run generate\`. Change that file instead.`,
    '',
    root.description ?? '',
    '',
    ...table(
      ['', ''],
      [
        ['API', `${code(`${crd.spec.group}/${version.name}`)}, ${crd.spec.scope.toLowerCase()}`],
        ['kubectl', [names.plural, ...names.shortNames, ...names.categories].map(code).join(', ')],
        ['field selectors', paths.join(', ')],
        ['step by step', `[the page about it](../${page}.md)`],
        ['what its conditions mean', `[troubleshooting](../troubleshooting.md#${names.kind.toLowerCase()})`],
        ['how it decides', `[the machines, drawn](../states/${page}.md)`],
      ],
    ),
    ...rulesOf(root, ''),
    '## Examples',
    '',
    ...examples.map(({ path, text }) => `- [${path.split('/').at(-1)}](../../${path}): ${headOf(text)}`),
    '',
    '```yaml',
    ...(examples[0]?.text ?? '').trimEnd().split('\n'),
    '```',
    '',
    '## What kubectl get shows',
    '',
    ...table(['column', 'from', 'what it is'], (version.additionalPrinterColumns ?? []).map(columnRow)),
    '## Spec',
    '',
    ...section(spec, 'spec'),
    '## Status',
    '',
    ...section(status, 'status'),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** What the comment at the head of a manifest says. */
function headOf(text: string): string {
  const lines = text.split('\n');
  const head = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  return head.map((line) => line.replace(/^#\s?/, '')).join(' ');
}

const columnRow = ({ name, jsonPath, priority, description }: Column): string[] => [
  `${name}${priority ? ' (with `-o wide`)' : ''}`,
  code(jsonPath.slice(1)),
  cell(description ?? ''),
];

/** An object with its fields, then the objects below it, in the order of the schema. */
function section(object: Field, path: string): string[] {
  const fields = Object.entries(object.properties ?? {});
  return [
    `### ${path}`,
    '',
    ...paragraphs(object.description),
    ...table(
      ['field', 'type', 'default', 'what it is'],
      fields.map(([name, field]) => [
        `${code(name)}${object.required?.includes(name) ? ' **required**' : ''}`,
        [typeOf(field, `${path}.${name}`), ...bounds(field), ...(isImmutable(object, name, field) ? ['immutable'] : [])]
          .map(cell)
          .join('; '),
        field.default === undefined ? '' : code(JSON.stringify(field.default)),
        // What has a section of its own says the rest there.
        cell((field.description ?? '').split('\n')[0] ?? ''),
      ]),
    ),
    ...rulesOf(object, path),
    ...fields.flatMap(([name, field]) => {
      const { at, below } = descend(field, `${path}.${name}`);
      return below.properties ? section(below, at) : [];
    }),
  ];
}

const paragraphs = (text: string | undefined): string[] =>
  (text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [line, '']));

/** Through lists and maps, to what they hold. */
function descend(field: Field, path: string): { at: string; below: Field } {
  if (field.items) return descend(field.items, `${path}[]`);
  if (field.additionalProperties) return descend(field.additionalProperties, `${path}{}`);
  return { at: path, below: field };
}

function typeOf(field: Field, path: string): string {
  const { at, below } = descend(field, path);
  const name = below.properties
    ? `[${at
        .split('.')
        .at(-1)
        ?.replaceAll(/[[\]{}]/g, '')}](#${at.toLowerCase().replaceAll(/[^a-z0-9-]/g, '')})`
    : wordOf(below);
  if (field.items) return `list of ${name}`;
  return field.additionalProperties ? `map of ${name}` : name;
}

function wordOf({ type, format, pattern, enum: words }: Field): string {
  if (words) return words.map(code).join(' or ');
  if (format === 'date-time') return 'time (RFC 3339)';
  return pattern === GUID ? 'GUID' : (type ?? '');
}

/** A GUID says its length and shape already. */
function bounds(field: Field): string[] {
  const { pattern, items } = field;
  const keys = field['x-kubernetes-list-map-keys'];
  const own = [
    pattern === GUID ? '' : range(field.minLength, field.maxLength, 'characters'),
    range(field.minItems, field.maxItems, 'entries'),
    range(undefined, field.maxProperties, 'entries'),
    range(field.minimum, field.maximum, ''),
    keys ? `keyed by ${keys.map(code).join(' and ')}` : '',
    field['x-kubernetes-list-type'] === 'set' ? 'each at most once' : '',
    pattern === undefined || pattern === GUID ? '' : `matches ${code(pattern)}`,
  ].filter((text) => text !== '');
  const each = items && !items.properties ? bounds(items).map((text) => `each ${text}`) : [];
  return [...own, ...each];
}

function range(least: number | undefined, most: number | undefined, what: string): string {
  const unit = what === '' ? '' : ` ${what}`;
  if (least !== undefined && most !== undefined)
    return least === most ? `${least}${unit}` : `${least} to ${most}${unit}`;
  if (most !== undefined) return `at most ${most}${unit}`;
  return least === undefined ? '' : `at least ${least}${unit}`;
}

const rulesIn = (field: Field): readonly Rule[] => field['x-kubernetes-validations'] ?? [];
const forbidsChange = ({ rule, message }: Rule): boolean =>
  rule.includes('oldSelf') && /\bimmutable\b|\bcannot change\b/.test(message);

/** By a rule of its own, or by one of the object that holds it. */
const isImmutable = (object: Field, name: string, field: Field): boolean =>
  rulesIn(field).some(forbidsChange) ||
  rulesIn(object).some((rule) => rule.fieldPath === `.${name}` && forbidsChange(rule));

/** What the API server refuses, in its own words: rules of the object and of its fields that hold no object. */
function rulesOf(object: Field, path: string): string[] {
  const fields = Object.entries(path === '' ? {} : (object.properties ?? {})).filter(
    ([, field]) => !descend(field, '').below.properties || field.type !== 'object',
  );
  const rules = [
    ...rulesIn(object).map((rule) => [`${path}${rule.fieldPath ?? ''}`, rule] as const),
    ...fields.flatMap(([name, field]) =>
      [...rulesIn(field), ...(field.items?.properties ? [] : rulesIn(field.items ?? {}))].map(
        (rule) => [`${path}.${name}${rule.fieldPath ?? ''}`, rule] as const,
      ),
    ),
  ];
  if (rules.length === 0) return [];
  return [
    'What the API server says when a rule is broken, and the rule (CEL):',
    '',
    ...rules.map(
      ([at, { rule, message }]) =>
        `- ${code(at === '' ? 'metadata.name' : at)}: ${message}. ${code(rule.replaceAll(/\s+/g, ' ').trim())}`,
    ),
    '',
  ];
}
