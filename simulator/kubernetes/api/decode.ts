import { isObject } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { applyDefaults } from '../schema/defaulting.ts';
import { prune } from '../schema/pruning.ts';
import { validate } from '../schema/validation.ts';
import { badRequest } from '../status-error.ts';
import type { JsonObject, KubeObject } from '../types.ts';
import type { Target, WriteOptions } from './cluster.ts';

/**
 * Makes an object of a request body: checks that it is of the asked kind, drops unknown fields (or refuses them, under
 * strict field validation) and fills in defaults. Changes `body`. Throws 400.
 */
export function decode(body: unknown, { resource }: Target, options: WriteOptions): KubeObject {
  if (!isObject(body)) throw badRequest('the request body is not a JSON object');
  checkKind(body, resource);
  if (!isObject(body['metadata'])) body['metadata'] = {};
  if (!resource.custom) dropNulls(body);
  reportUnknown(prune(body, resource.schema), resource, options);
  applyDefaults(body, resource.schema);
  refuseWrongTypes(body, resource);
  const metadata = body['metadata'] as JsonObject;
  // A Go client sends its zero values: null is no time, and an empty map or list is no value.
  for (const [field, value] of Object.entries(metadata)) {
    const empty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
    if (empty) delete metadata[field];
  }
  resource.strategy.normalize?.(body as KubeObject);
  return body as KubeObject;
}

function checkKind(body: JsonObject, resource: Resource): void {
  const apiVersion = apiVersionOf(resource);
  body['apiVersion'] ??= apiVersion;
  body['kind'] ??= resource.kind;
  if (body['apiVersion'] !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(body['apiVersion'])}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (body['kind'] !== resource.kind) {
    const { group, version, kind } = resource;
    throw badRequest(
      `${String(body['kind'])} in version "${version}" cannot be handled as a ${kind}: the kind in the data (${String(body['kind'])}) does not match the expected kind (${group}/${version}, Kind=${kind})`,
    );
  }
}

/** Built-in kinds are decoded into structs, where null means absent. */
function dropNulls(value: JsonObject): void {
  for (const [key, field] of Object.entries(value)) {
    if (field === null) delete value[key];
    else if (isObject(field)) dropNulls(field);
    else if (Array.isArray(field)) for (const element of field) if (isObject(element)) dropNulls(element);
  }
}

export function strictError(resource: Resource, details: string[]): string {
  const { kind, version } = resource;
  return `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${details.join(', ')}`;
}

function reportUnknown(paths: string[], resource: Resource, options: WriteOptions): void {
  if (paths.length === 0 || options.fieldValidation === 'Ignore') return;
  const details = paths.map((path) => `unknown field "${path}"`);
  if (options.fieldValidation === 'Strict') throw badRequest(strictError(resource, details));
  for (const detail of details) options.warn(detail);
}

/** A wrong JSON type cannot be decoded at all; of custom resources only metadata is typed before validation. */
function refuseWrongTypes(body: JsonObject, resource: Resource): void {
  const { kind, version } = resource;
  const schema = resource.custom
    ? { properties: { metadata: resource.schema.properties!['metadata']! } }
    : resource.schema;
  const wrong = validate(body, schema).find(({ reason }) => reason === 'FieldValueTypeInvalid');
  if (!wrong) return;
  const found = /must be of type ([^:]+): "([^"]*)"/.exec(wrong.body);
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${found?.[2]} into Go struct field ${kind}.${wrong.field} of type ${found?.[1]}`,
  );
}
