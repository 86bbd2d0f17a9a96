import type { Environment } from '@marcbachmann/cel-js';
import { equal, isObject } from '../json.ts';
import type { Schema } from '../types.ts';

/** A CEL type made of a schema, and how JSON becomes a value of it. */
export type CelType = { name: string; convert: (value: unknown) => unknown };

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const KEYWORDS = new Set(['true', 'false', 'null', 'in']);

const isPlain = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** Property names that CEL cannot write are escaped, as in a real server. */
export function escapeProperty(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  const escaped = name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
  // Other characters make a property unreachable.
  return isPlain(escaped) ? escaped : undefined;
}

const DYN: CelType = { name: 'dyn', convert: dynamic };

/** JSON without a schema: whole numbers are integers. */
function dynamic(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(dynamic);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, dynamic(field)]));
}

const asIs = (value: unknown): unknown => value;
const STRING_FORMATS: Record<string, CelType> = {
  'date-time': { name: 'google.protobuf.Timestamp', convert: (value) => new Date(value as string) },
  date: { name: 'google.protobuf.Timestamp', convert: (value) => new Date(value as string) },
  byte: { name: 'bytes', convert: (value) => new Uint8Array(Buffer.from(value as string, 'base64')) },
};

/** Declares the types of a schema, innermost first. `path` makes their names. */
export function declareType(env: Environment, schema: Schema, path: string): CelType {
  if (schema['x-kubernetes-int-or-string']) return DYN;
  switch (schema.type) {
    case 'string':
      return STRING_FORMATS[schema.format ?? ''] ?? { name: 'string', convert: asIs };
    case 'boolean':
      return { name: 'bool', convert: asIs };
    case 'integer':
      return { name: 'int', convert: (value) => (typeof value === 'number' ? BigInt(Math.trunc(value)) : value) };
    case 'number':
      return { name: 'double', convert: asIs };
    case 'array': {
      const items = schema.items ? declareType(env, schema.items, `${path}_item`) : DYN;
      return {
        name: `list<${items.name}>`,
        convert: (value) => (Array.isArray(value) ? value.map(items.convert) : value),
      };
    }
    case 'object':
      return declareObject(env, schema, path);
    case undefined:
      return DYN;
    default:
      return schema.type satisfies never;
  }
}

function declareObject(env: Environment, schema: Schema, path: string): CelType {
  const { properties, additionalProperties } = schema;
  if (schema['x-kubernetes-preserve-unknown-fields']) return DYN;
  if (properties) return declareStruct(env, properties, path);
  if (typeof additionalProperties !== 'object') return declareStruct(env, {}, path);
  const values = declareType(env, additionalProperties, `${path}_value`);
  return {
    name: `map<string, ${values.name}>`,
    convert: (value) =>
      isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, values.convert(field)]))
        : value,
  };
}

/** An object with declared fields gets a type of its own, so that a misspelt field is an error when it is declared. */
function declareStruct(env: Environment, properties: Record<string, Schema>, path: string): CelType {
  // cel-js finds the type of a value by its constructor.
  class Struct {
    [field: string]: unknown;
  }
  const fields: Record<string, string> = {};
  const converters: [name: string, escaped: string, convert: CelType['convert']][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const escaped = escapeProperty(name);
    if (escaped === undefined) continue;
    const type = declareType(env, schema, `${path}_${escaped}`);
    // Reserved words that the grammar itself can do without (`namespace`) are reachable under both names.
    const names = isPlain(name) && !KEYWORDS.has(name) ? new Set([escaped, name]) : [escaped];
    for (const reachable of names) {
      fields[reachable] = type.name;
      converters.push([name, reachable, type.convert]);
    }
  }
  env.registerType(path, { ctor: Struct, fields });
  env.registerOperator(`${path} == ${path}`, sameFields);
  return {
    name: path,
    convert(value) {
      if (!isObject(value)) return value;
      const struct = new Struct();
      for (const [name, escaped, convert] of converters) {
        const field = value[name];
        // has() is false for what is null, as for what is absent.
        if (field !== undefined && field !== null) struct[escaped] = convert(field);
      }
      return struct;
    },
  };
}

function sameFields(a: object, b: object): boolean {
  return equal(plain(a), plain(b));
}

/** Structs, dates and big integers as comparable JSON. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}
