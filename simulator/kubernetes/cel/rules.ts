import { type Environment, Optional, type ParseResult } from '@marcbachmann/cel-js';
import { duplicate, forbiddenField, invalidValue, required } from '../field-error.ts';
import { equal, isObject } from '../json.ts';
import { correlate } from '../schema/correlation.ts';
import { OBJECT_META } from '../schema/object-meta.ts';
import { child, entry, item } from '../schema/path.ts';
import type { FieldError } from '../status-error.ts';
import type { KubeObject, Schema, ValidationRule } from '../types.ts';
import { kubernetesEnvironment } from './library.ts';
import { type CelType, declareType } from './types.ts';

type CompiledRule = {
  rule: ValidationRule;
  program: ParseResult;
  message: ParseResult | undefined;
  usesOldSelf: boolean;
};

/** Rules of a schema node and of the nodes below it; absent where there are none. */
type RuleNode = {
  schema: Schema;
  type: CelType;
  rules: CompiledRule[];
  properties: Map<string, RuleNode>;
  values?: RuleNode;
  items?: RuleNode;
};

export type CompiledRules = {
  /** What is wrong with the rules themselves; those are left out of `evaluate`. */
  errors: FieldError[];
  /** Errors of an object; absent when there are no rules. `old` is absent on creation. */
  evaluate?: (next: KubeObject, old?: KubeObject) => FieldError[];
};

/** Rules of the root may read of the metadata the name only. */
const VISIBLE_META: Schema = {
  type: 'object',
  properties: { name: OBJECT_META.properties!['name']!, generateName: OBJECT_META.properties!['generateName']! },
};

/** Compiles the x-kubernetes-validations of a schema; `path` is where it stands in the CRD. */
export function compileRules(schema: Schema, path: string): CompiledRules {
  if (!hasRules(schema)) return { errors: [] };
  const root: Schema = {
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...schema.properties,
      metadata: VISIBLE_META,
    },
  };
  const errors: FieldError[] = [];
  const env = kubernetesEnvironment();
  const tree = compileNode({ env, errors }, root, path, 'Self', true);
  return {
    errors,
    evaluate(next, old) {
      const found: FieldError[] = [];
      if (tree) evaluateNode(tree, next, old, '', found);
      return found;
    },
  };
}

function hasRules(schema: Schema): boolean {
  const { additionalProperties, items } = schema;
  return (
    (schema['x-kubernetes-validations']?.length ?? 0) > 0 ||
    Object.values(schema.properties ?? {}).some(hasRules) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties)) ||
    (items !== undefined && hasRules(items))
  );
}

type Compilation = { env: Environment; errors: FieldError[] };

function compileNode(
  compilation: Compilation,
  schema: Schema,
  path: string,
  typeName: string,
  correlatable: boolean,
): RuleNode | undefined {
  if (!hasRules(schema)) return undefined;
  const node: RuleNode = { schema, type: { name: 'dyn', convert: (value) => value }, rules: [], properties: new Map() };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const where = entry(child(path, 'properties'), name);
    const below = compileNode(compilation, property, where, `${typeName}_${name}`, correlatable);
    if (below) node.properties.set(name, below);
  }
  const { additionalProperties, items } = schema;
  if (typeof additionalProperties === 'object') {
    const where = child(path, 'additionalProperties');
    const values = compileNode(compilation, additionalProperties, where, `${typeName}_value`, correlatable);
    if (values) node.values = values;
  }
  if (items) {
    const keepsIdentity = correlatable && schema['x-kubernetes-list-type'] === 'map';
    const below = compileNode(compilation, items, child(path, 'items'), `${typeName}_item`, keepsIdentity);
    if (below) node.items = below;
  }
  compileOwnRules(compilation, node, path, typeName, correlatable);
  return node;
}

function compileOwnRules(
  { env, errors }: Compilation,
  node: RuleNode,
  path: string,
  typeName: string,
  correlatable: boolean,
): void {
  const rules = node.schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  // Types are declared anew in a copy: a node and its parent may both have rules over the same types.
  const own = env.clone();
  node.type = declareType(own, node.schema, typeName.replaceAll(/\W/g, '_'));
  rules.forEach((rule, index) => {
    const where = item(child(path, 'x-kubernetes-validations'), index);
    const usesOldSelf = /\boldSelf\b/.test(withoutStrings(rule.rule));
    if (usesOldSelf && !correlatable) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema`;
      errors.push(invalidValue(child(where, 'rule'), rule.rule, why));
      return;
    }
    const old = rule.optionalOldSelf ? `optional<${node.type.name}>` : node.type.name;
    const scope = own.clone().registerVariable('self', node.type.name).registerVariable('oldSelf', old);
    const program = compile(scope, rule.rule, 'bool', child(where, 'rule'), errors);
    const message = rule.messageExpression
      ? compile(scope, rule.messageExpression, 'string', child(where, 'messageExpression'), errors)
      : undefined;
    if (program) node.rules.push({ rule, program, message, usesOldSelf });
  });
}

const withoutStrings = (rule: string): string => rule.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');

function compile(
  env: Environment,
  source: string,
  type: string,
  path: string,
  errors: FieldError[],
): ParseResult | undefined {
  const refuse = (why: string) => void errors.push(invalidValue(path, source, `compilation failed: ${why}`));
  try {
    const program = env.parse(source);
    const checked = program.check();
    if (!checked.valid) refuse(checked.error?.message.split('\n')[0] ?? 'type error');
    else if (checked.type !== type && checked.type !== 'dyn') refuse(`must evaluate to ${type}, not ${checked.type}`);
    else return program;
  } catch (error) {
    refuse((error as Error).message.split('\n')[0]!);
  }
  return undefined;
}

function evaluateNode(node: RuleNode, value: unknown, old: unknown, path: string, errors: FieldError[]): void {
  if (value === undefined || value === null) return;
  if (node.rules.length > 0) evaluateRules(node, value, old, path, errors);
  if (Array.isArray(value)) {
    if (!node.items) return;
    const former = correlate(node.schema, old);
    for (const [index, element] of value.entries()) {
      evaluateNode(node.items, element, former?.(element), item(path, index), errors);
    }
    return;
  }
  if (!isObject(value)) return;
  const before = isObject(old) ? old : {};
  for (const [name, below] of node.properties)
    evaluateNode(below, value[name], before[name], child(path, name), errors);
  if (!node.values) return;
  for (const [key, field] of Object.entries(value)) {
    if (!node.properties.has(key)) evaluateNode(node.values, field, before[key], entry(path, key), errors);
  }
}

function evaluateRules(node: RuleNode, value: unknown, old: unknown, path: string, errors: FieldError[]): void {
  const self = node.type.convert(value);
  const oldSelf = old === undefined || old === null ? undefined : node.type.convert(old);
  const unchanged = old !== undefined && equal(value, old);
  for (const compiled of node.rules) {
    const { rule, usesOldSelf } = compiled;
    // A transition rule needs a former state; a rule over an unchanged value forgives what was there before.
    if (usesOldSelf ? oldSelf === undefined && !rule.optionalOldSelf : unchanged) continue;
    const bound = rule.optionalOldSelf ? (oldSelf === undefined ? Optional.none() : Optional.of(oldSelf)) : oldSelf;
    const error = evaluateRule(compiled, { self, oldSelf: bound }, node.schema, path);
    if (error) errors.push(error);
  }
}

function evaluateRule(
  { rule, program, message }: CompiledRule,
  context: { self: unknown; oldSelf: unknown },
  schema: Schema,
  path: string,
): FieldError | undefined {
  const field = path || '<nil>';
  try {
    if (program(context) === true) return undefined;
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]!.replace(/^No such key/, 'no such key');
    return invalidValue(field, schema.type, `${why} evaluating rule: ${rule.message?.trim() ?? rule.rule.trim()}`);
  }
  return refusal(rule, field, schema, messageOf(rule, message, context));
}

function messageOf(rule: ValidationRule, message: ParseResult | undefined, context: object): string {
  const fallback = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
  if (!message) return fallback;
  try {
    const text: unknown = message(context);
    return typeof text === 'string' && text.trim() ? text.trim() : fallback;
  } catch {
    // A message that cannot be made must not hide that the rule failed.
    return fallback;
  }
}

function refusal(rule: ValidationRule, field: string, schema: Schema, detail: string): FieldError {
  const below = rule.fieldPath?.replace(/^\./, '') ?? '';
  const where = below ? child(field === '<nil>' ? '' : field, below) : field;
  if (rule.reason === 'FieldValueForbidden') return forbiddenField(where, detail);
  if (rule.reason === 'FieldValueRequired') return required(where, detail);
  if (rule.reason === 'FieldValueDuplicate') return duplicate(where, schema.type);
  return invalidValue(where, schema.type, detail);
}
