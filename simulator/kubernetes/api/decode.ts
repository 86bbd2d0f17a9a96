import { invalidValue } from '../field-error.ts';
import { isObject } from '../json.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { applyDefaults } from '../schema/defaulting.ts';
import { prune } from '../schema/pruning.ts';
import { validate } from '../schema/validation.ts';
import { badRequest, invalid, type StatusError } from '../status-error.ts';
import type { JsonObject, KubeObject } from '../types.ts';
import type { Target, WriteOptions } from './cluster.ts';

/**
 * Makes an object of a request body: checks that it is of the asked kind, drops unknown fields (or refuses them, under
 * strict field validation) and fills in defaults. Changes `body`. Throws 400.
 */
export function decode(
  body: unknown,
  { resource }: Target,
  options: WriteOptions,
  refuseUnknown = refuseBody,
): KubeObject {
  if (!isObject(body)) throw badRequest('the request body is not a JSON object');
  checkKind(body, resource);
  if (!isObject(body['metadata'])) body['metadata'] = {};
  if (!resource.custom) dropNulls(body);
  refuseWrongTypes(body, resource);
  const unknown = prune(body, resource.schema).map((path) => `unknown field "${path}"`);
  if (unknown.length > 0 && options.fieldValidation === 'Strict') throw refuseUnknown(unknown, body, resource);
  if (options.fieldValidation === 'Warn') for (const text of unknown) options.warn(text);
  applyDefaults(body, resource.schema);
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
  if (!resource.custom) {
    body['apiVersion'] ??= apiVersion;
    body['kind'] ??= resource.kind;
  }
  const { apiVersion: stated = '' } = body;
  if (stated !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(stated)}) does not match the expected API version (${apiVersion})`,
    );
  }
  const { kind: found = '' } = body;
  if (found !== resource.kind) {
    if (resource.custom) throw wrongKind(body, resource);
    const { group, version, kind } = resource;
    throw badRequest(
      `${String(body['kind'])} in version "${version}" cannot be handled as a ${kind}: the kind in the data (${String(body['kind'])}) does not match the expected kind (${group}/${version}, Kind=${kind})`,
    );
  }
}

/** The real server looks for the kind of a custom resource only when it validates. */
function wrongKind(body: JsonObject, { group, plural, kind }: Resource): StatusError {
  const stated = typeof body['kind'] === 'string' ? body['kind'] : '';
  const name =
    isObject(body['metadata']) && typeof body['metadata']['name'] === 'string' ? body['metadata']['name'] : '';
  return invalid({ group, plural, kind: stated }, name, [invalidValue('kind', stated, `must be ${kind}`)]);
}

/** Built-in kinds are decoded into structs, where null means absent. */
function dropNulls(value: JsonObject): void {
  for (const [key, field] of Object.entries(value)) {
    if (field === null) delete value[key];
    else if (isObject(field)) dropNulls(field);
    else if (Array.isArray(field)) for (const element of field) if (isObject(element)) dropNulls(element);
  }
}

/** How strict field validation refuses unknown fields in the body of a POST or PUT. */
function refuseBody(details: string[], _: JsonObject, { kind, version }: Resource): StatusError {
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${details.join(', ')}`,
  );
}

/** How it refuses them in the outcome of a patch. Prints the object as it was before unknown fields were dropped. */
export function refusePatched(patched: string): (details: string[]) => StatusError {
  return (details) => {
    const why = `strict decoding error: ${details.join(', ')}`;
    return invalid({ group: '', plural: '', kind: '' }, '', [invalidValue('patch', patched, why)]);
  };
}

/** What Go calls JSON types. */
const GO_NAMES: Record<string, string> = { integer: 'number', boolean: 'bool' };

/** A wrong JSON type cannot be decoded at all; of custom resources only metadata is typed before validation. */
function refuseWrongTypes(body: JsonObject, resource: Resource): void {
  const { kind, version } = resource;
  const schema = resource.custom
    ? { properties: { metadata: resource.schema.properties!['metadata']! } }
    : resource.schema;
  const wrong = validate(body, schema).find(({ reason }) => reason === 'FieldValueTypeInvalid');
  if (!wrong) return;
  const found = /must be of type ([^:]+): (".*")$/.exec(wrong.body);
  if (found?.[1] === 'byte')
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: illegal base64 data`);
  if (found?.[1] === 'date-time')
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: parsing time ${found[2]}`);
  const name = String(JSON.parse(found?.[2] ?? '""'));
  const actual = GO_NAMES[name] ?? name;
  const field = wrong.field
    .replace(/^metadata\.(\w+).*/, 'ObjectMeta.$1')
    .replace(/^(data|stringData|binaryData)\..*/, '$1');
  const where = field.startsWith('ObjectMeta.') ? field : `${kind}.${field}`;
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${actual} into Go struct field ${where} of type ${found?.[1]}`,
  );
}
