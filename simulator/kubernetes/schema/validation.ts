import { invalidValue, notSupported, required, tooLong, tooMany, typeInvalid } from '../field-error.ts';
import { equal, isObject } from '../json.ts';
import type { FieldError } from '../status-error.ts';
import type { JsonObject, Schema } from '../types.ts';
import { correlate } from './correlation.ts';
import { compilePattern, hasFormat } from './formats.ts';
import { child, item } from './path.ts';

type Walk = {
  errors: FieldError[];
  /** Forgive values that an update leaves as they were (ratcheting). */
  ratchet: boolean;
};

/**
 * Errors of `value` against `schema`, in the words of a real API server. With `old`, errors of parts that the update
 * leaves unchanged are forgiven, so that a tightened schema does not block unrelated writes. `base` is where `value` is.
 */
export function validate(value: unknown, schema: Schema, old?: unknown, base = ''): FieldError[] {
  const strict: Walk = { errors: [], ratchet: false };
  check(value, schema, '', strict, undefined);
  if (strict.errors.length === 0) return [];
  const lenient: Walk = { errors: [], ratchet: true };
  if (old !== undefined) check(value, schema, '', lenient, old);
  const { errors } = old === undefined ? strict : lenient;
  // The texts name the path below `base` only, as the real server's do.
  return errors.map((error) => (error.field === '<nil>' ? error : { ...error, field: child(base, error.field) }));
}

function check(value: unknown, schema: Schema, path: string, walk: Walk, old: unknown): void {
  if (walk.ratchet && old !== undefined && equal(value, old)) return;
  if (value === null && schema.nullable) return;
  const { errors } = walk;
  // A value of the wrong type is still compared with the enum, and with nothing else.
  const fits = checkType(value, schema, path, errors);
  if (schema.enum && !schema.enum.some((allowed) => equal(allowed, value))) {
    errors.push(notSupported(path, value, schema.enum));
  }
  if (!fits) return;
  if (typeof value === 'string') checkString(value, schema, path, errors);
  else if (typeof value === 'number') checkNumber(value, schema, path, errors);
  else if (Array.isArray(value)) checkArray(value, schema, path, walk, old);
  else if (isObject(value)) checkObject(value, schema, path, walk, old);
  checkCombinations(value, schema, path, walk, old);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(value: unknown, schema: Schema, path: string, errors: FieldError[]): boolean {
  const actual = typeName(value);
  const expected = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  const fits = expected.length === 0 || expected.some((type) => type === actual || isWider(type, actual));
  if (!fits) {
    const names = expected.join(',');
    errors.push(typeInvalid(path, actual, `${path} in body must be of type ${names}: "${actual}"`));
  }
  return fits;
}

const isWider = (expected: string, actual: string): boolean => expected === 'number' && actual === 'integer';

function checkString(value: string, schema: Schema, path: string, errors: FieldError[]): void {
  const length = codePoints(value);
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(path, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  }
  if (schema.pattern !== undefined && !compilePattern(schema.pattern).test(value)) {
    errors.push(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format && !hasFormat(schema.format, value)) {
    const detail = `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`;
    errors.push(typeInvalid(path, value, detail));
  }
}

/** Length as the API server counts it: in code points, not in the two halves of a surrogate pair. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Inclusive bounds of the integer formats. */
const INTEGER_FORMATS: Record<string, [number, number]> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
};

function checkNumber(value: number, schema: Schema, path: string, errors: FieldError[]): void {
  const { minimum, maximum, multipleOf } = schema;
  const refuse = (detail: string) => errors.push(invalidValue(path, value, `${path} in body should be ${detail}`));
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum && value >= maximum) refuse(`less than ${maximum}`);
    else if (value > maximum) refuse(`less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum && value <= minimum) refuse(`greater than ${minimum}`);
    else if (value < minimum) refuse(`greater than or equal to ${minimum}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) refuse(`a multiple of ${multipleOf}`);
  const range = schema.format === undefined ? undefined : INTEGER_FORMATS[schema.format];
  if (range && schema.type === 'integer' && (value < range[0] || value > range[1])) {
    errors.push(invalidValue(path, value, `Checked value must be of type integer with format ${schema.format}`));
  }
}

function checkArray(value: unknown[], schema: Schema, path: string, walk: Walk, old: unknown): void {
  const { errors } = walk;
  const { items, minItems, maxItems } = schema;
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
  if (minItems !== undefined && value.length < minItems) {
    errors.push(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  if (!items) return;
  const former = walk.ratchet ? correlate(schema, old) : undefined;
  value.forEach((element, index) => check(element, items, item(path, index), walk, former?.(element)));
}

function checkObject(value: JsonObject, schema: Schema, path: string, walk: Walk, old: unknown): void {
  const { errors } = walk;
  const { minProperties, maxProperties, properties, additionalProperties } = schema;
  const size = Object.keys(value).length;
  if (maxProperties !== undefined && size > maxProperties) errors.push(tooMany(path, size, maxProperties));
  if (minProperties !== undefined && size < minProperties) {
    errors.push(invalidValue(path, size, `${path} in body should have at least ${minProperties} properties`));
  }
  for (const [name, field] of Object.entries(value)) {
    const own = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const fieldSchema = own ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (!fieldSchema || field === undefined) continue;
    check(field, fieldSchema, child(path, name), walk, isObject(old) ? old[name] : undefined);
  }
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) errors.push(required(child(path, name)));
  }
}

function checkCombinations(value: unknown, schema: Schema, path: string, walk: Walk, old: unknown): void {
  const errorsOf = (branch: Schema): FieldError[] => {
    const inner: Walk = { errors: [], ratchet: walk.ratchet };
    check(value, branch, path, inner, old);
    return inner.errors;
  };
  // The real server reports these at no path and with an empty value; the path is in the text.
  const refuse = (detail: string) => walk.errors.push(invalidValue('<nil>', '', `"${path}" must ${detail}`));
  for (const branch of schema.allOf ?? []) walk.errors.push(...errorsOf(branch));
  const { anyOf, oneOf, not } = schema;
  if (anyOf) {
    const outcomes = anyOf.map(errorsOf);
    if (outcomes.every(({ length }) => length > 0)) {
      refuse('validate at least one schema (anyOf)');
      walk.errors.push(...closest(outcomes));
    }
  }
  if (oneOf) {
    const outcomes = oneOf.map(errorsOf);
    const fitting = outcomes.filter(({ length }) => length === 0).length;
    if (fitting === 0) {
      refuse('validate one and only one schema (oneOf). Found none valid');
      walk.errors.push(...closest(outcomes));
    } else if (fitting > 1) refuse(`validate one and only one schema (oneOf). Found ${fitting} valid alternatives`);
  }
  if (not && errorsOf(not).length === 0) refuse('not validate the schema (not)');
}

/** Errors of the alternative that came nearest. */
function closest(outcomes: FieldError[][]): FieldError[] {
  return outcomes.reduce((best, outcome) => (outcome.length < best.length ? outcome : best));
}
