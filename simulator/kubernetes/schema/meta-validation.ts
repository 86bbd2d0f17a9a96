import { forbiddenField, invalidValue, required, tooLong } from '../field-error.ts';
import { equal } from '../json.ts';
import type { Resource } from '../resource.ts';
import type { FieldError } from '../status-error.ts';
import type { Meta } from '../types.ts';
import { labelNameErrors, labelValueErrors, qualifiedNameErrors, subdomainErrors } from './names.ts';

const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** What is wrong with the metadata of a new object. */
export function validateMeta(meta: Meta, resource: Resource): FieldError[] {
  const errors: FieldError[] = [];
  const nameErrors = resource.collection === '/namespaces' ? labelNameErrors : subdomainErrors;
  // A prefix may end in a dash, which the suffix takes away from the end.
  const prefix = meta.generateName?.replace(/-$/, 'a');
  for (const text of prefix ? nameErrors(prefix) : []) {
    errors.push(invalidValue('metadata.generateName', meta.generateName, text));
  }
  if (!meta.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const text of nameErrors(meta.name)) errors.push(invalidValue('metadata.name', meta.name, text));
  if (!resource.namespaced && meta.namespace) {
    errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  }
  return [...errors, ...validateMaps(meta), ...validateOwners(meta), ...validateFinalizers(meta)];
}

function validateMaps(meta: Meta): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(meta.labels ?? {})) {
    for (const text of qualifiedNameErrors(key)) errors.push(invalidValue('metadata.labels', key, text));
    for (const text of labelValueErrors(value)) errors.push(invalidValue('metadata.labels', value, text));
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(meta.annotations ?? {})) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    for (const text of qualifiedNameErrors(key.toLowerCase())) {
      errors.push(invalidValue('metadata.annotations', key, text));
    }
  }
  if (bytes > ANNOTATIONS_LIMIT_BYTES) errors.push(tooLong('metadata.annotations', ANNOTATIONS_LIMIT_BYTES));
  return errors;
}

function validateOwners(meta: Meta): FieldError[] {
  const owners = meta.ownerReferences ?? [];
  const errors: FieldError[] = [];
  for (const owner of owners) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (owner[field]) continue;
      const text = field === 'apiVersion' ? 'version must not be empty' : 'must not be empty';
      errors.push(invalidValue(`metadata.ownerReferences.${field}`, owner[field] ?? '', text));
    }
  }
  const controllers = owners.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const names = controllers.slice(0, 2).map(({ kind, name }) => `${kind}/${name}`);
    const text = `Only one reference can have Controller set to true. Found "true" in references for ${names.join(' and ')}`;
    errors.push(invalidValue('metadata.ownerReferences', owners, text));
  }
  return errors;
}

function validateFinalizers({ finalizers = [] }: Meta): FieldError[] {
  return finalizers.flatMap((name) =>
    qualifiedNameErrors(name).map((text) => invalidValue('metadata.finalizers', name, text)),
  );
}

/** What is wrong with changed metadata. Server-owned fields have been put back before. */
export function validateMetaUpdate(meta: Meta, old: Meta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    const added = (meta.finalizers ?? []).filter((name) => !old.finalizers?.includes(name)).sort();
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(', ');
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
      errors.push(forbiddenField('metadata.finalizers', text));
    }
  }
  const fixed = ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;
  for (const field of fixed) {
    if (!equal(meta[field], old[field])) {
      errors.push(invalidValue(`metadata.${field}`, meta[field] ?? '', 'field is immutable'));
    }
  }
  return [...errors, ...validateMaps(meta), ...validateOwners(meta), ...validateFinalizers(meta)];
}
