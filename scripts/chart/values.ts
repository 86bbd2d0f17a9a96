// values.yaml and the table of the chart's README, both from values.schema.json: what a value is for is said once.
import { stringify } from 'yaml';

export type ValueSchema = {
  description: string;
  type: string;
  default?: unknown;
  enum?: readonly string[];
  properties?: Readonly<Record<string, ValueSchema>>;
};

const WIDTH = 118;

/** values.yaml: each value with its default, below what the schema says about it. */
export function valuesYaml(schema: ValueSchema): string {
  const head = wrapped('Generated from values.schema.json by `npm run generate`; change that file.', '');
  return `${[...head, '', ...linesOf(schema, '', false)].join('\n').trimEnd()}\n`;
}

function linesOf({ properties = {} }: ValueSchema, indent: string, tight: boolean): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    if (!value.description) throw new Error(`${name}: say in values.schema.json what it is for`);
    const said = wrapped(`${value.description}${oneOf(value)}`, indent);
    const gap = tight ? [] : [''];
    if (value.properties) return [...said, `${indent}${name}:`, ...linesOf(value, `${indent}  `, true), ...gap];
    return [...said, ...leaf(name, value.default, indent), ...gap];
  });
}

function leaf(name: string, value: unknown, indent: string): string[] {
  if (value === undefined) throw new Error(`${name}: a value needs a default`);
  const text = stringify({ [name]: value }, { lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => indent + line);
}

const oneOf = ({ enum: words }: ValueSchema): string => (words ? ` One of ${words.join(', ')}.` : '');

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > WIDTH) lines.push(`${indent}# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The table of all values, one row for each that can be set. */
export function valuesTable(schema: ValueSchema): string {
  const rows = [...leaves(schema)].map(
    ([path, value]) => `| \`${path}\` | ${code(value.default)} | ${cell(value.description + oneOf(value))} |`,
  );
  return ['| value | default | what it does |', '|---|---|---|', ...rows, ''].join('\n');
}

function* leaves(schema: ValueSchema, path = ''): Generator<[string, ValueSchema]> {
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    if (value.properties) yield* leaves(value, at);
    else yield [at, value];
  }
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (value: unknown): string => `\`${cell(JSON.stringify(value))}\``;

const MARKS = ['<!-- values: generated from values.schema.json -->', '<!-- end of values -->'] as const;

/** The README with its table replaced; throws when the marks are gone. */
export function withTable(readme: string, table: string): string {
  const [from, to] = MARKS.map((mark) => readme.indexOf(mark));
  if (from === undefined || to === undefined || from < 0 || to < from) {
    throw new Error(`the chart's README has lost its marks ${MARKS.join(' and ')}`);
  }
  return `${readme.slice(0, from)}${MARKS[0]}\n${table}${readme.slice(to)}`;
}
