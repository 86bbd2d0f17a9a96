import { invalidValue } from '../field-error.ts';
import type { Resource } from '../resource.ts';
import { validateListTypes } from '../schema/list-types.ts';
import { validateMeta, validateMetaUpdate } from '../schema/meta-validation.ts';
import { validate } from '../schema/validation.ts';
import { type FieldError, forbidden, invalid, notFound } from '../status-error.ts';
import type { KubeObject, Schema } from '../types.ts';
import type { Cluster, Target } from './cluster.ts';

/** Nothing new comes into a namespace that is absent (404) or going away (403). */
export function requireActiveNamespace(cluster: Cluster, { resource, namespace, name }: Target): void {
  if (!resource.namespaced) return;
  const found = cluster.store.collection('/namespaces').entries.get(namespace);
  if (!found) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (!found.object.metadata.deletionTimestamp) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(resource, name, why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
}

/** Throws 422 with everything that is wrong with a new object. */
export function validateNew({ resource }: Target, next: KubeObject): void {
  const errors = [
    ...validateMeta(next.metadata, resource),
    ...validate(next, resource.schema),
    ...validateListTypes(next, resource.schema),
    ...(resource.strategy.validate?.(next) ?? []),
  ];
  errors.push(...afterSchema(errors, resource.rules && (() => resource.rules!(next))));
  refuse(resource, next, errors);
}

/** Throws 422 with everything that is wrong with a change; errors that were there before are forgiven. */
export function validateChange({ resource, subresource }: Target, next: KubeObject, old: KubeObject): void {
  const errors = validateMetaUpdate(next.metadata, old.metadata);
  if (subresource === 'status' && resource.custom) {
    const schema: Schema = resource.schema.properties?.['status'] ?? {};
    if (next['status'] !== undefined) errors.push(...validate(next['status'], schema, old['status'], 'status'));
  } else errors.push(...validate(next, resource.schema, old));
  if (validateListTypes(old, resource.schema).length === 0) errors.push(...validateListTypes(next, resource.schema));
  errors.push(...(resource.strategy.validate?.(next, old) ?? []));
  errors.push(...afterSchema(errors, resource.rules && (() => resource.rules!(next, old))));
  refuse(resource, next, errors);
}

function refuse(resource: Resource, { metadata }: KubeObject, errors: FieldError[]): void {
  if (errors.length === 0) return;
  // Errors name the group that the kind is stored in.
  const [group = ''] = resource.collection.split('/');
  throw invalid({ ...resource, group }, metadata.name ?? '', errors);
}

/** Reasons after which rules cannot be trusted to run on the object. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

function afterSchema(errors: FieldError[], rules: (() => FieldError[]) | undefined): FieldError[] {
  if (!rules) return [];
  if (!errors.some(({ reason }) => BLOCKING.has(reason))) return rules();
  const why =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [invalidValue('<nil>', undefined, why)];
}
