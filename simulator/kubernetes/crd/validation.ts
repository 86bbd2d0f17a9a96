import { parseJsonPath } from '../api/jsonpath.ts';
import { compileRules } from '../cel/rules.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { child, item } from '../schema/path.ts';
import type { FieldError } from '../status-error.ts';
import type { KubeObject, Schema } from '../types.ts';
import { structuralErrors } from './structural.ts';
import type { Crd, CrdVersion } from './types.ts';

const COLUMN_TYPES = ['integer', 'number', 'string', 'boolean', 'date'];

/** What is wrong with a CustomResourceDefinition. */
export function validateCrd(next: KubeObject, old?: KubeObject): FieldError[] {
  const { spec, metadata } = next as Crd;
  if (!spec?.names) return [required('spec.names')];
  const { group, names, scope } = spec;
  const errors: FieldError[] = [];
  const versions = spec.versions ?? [];
  if (!group) errors.push(required('spec.group'));
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[field]) errors.push(required(`spec.names.${field}`));
  }
  if (metadata.name !== `${names.plural}.${group}`) {
    errors.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    errors.push(notSupported('spec.scope', scope ?? '', ['Cluster', 'Namespaced']));
  }
  if (spec.preserveUnknownFields) {
    errors.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  }
  if (spec.conversion && spec.conversion.strategy !== 'None') {
    errors.push(notSupported('spec.conversion.strategy', spec.conversion.strategy, ['None']));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  versions.forEach((version, index) => {
    errors.push(...versionErrors(version, item('spec.versions', index), versions.length === 1));
  });
  if (old) errors.push(...immutableErrors(next as Crd, old as Crd));
  return errors;
}

/** A real server shows what all versions have in common, and so everything of a single one, at the top of the spec. */
function versionErrors(version: CrdVersion, path: string, isOnly: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(version.name ?? '')) {
    errors.push(invalidValue(child(path, 'name'), version.name ?? '', 'must be a DNS-1035 label'));
  }
  const schema = version.schema?.openAPIV3Schema;
  const schemaPath = isOnly ? 'spec.validation.openAPIV3Schema' : child(path, 'schema.openAPIV3Schema');
  if (!schema) errors.push(required(schemaPath, 'schemas are required'));
  else errors.push(...structuralErrors(schema, schemaPath), ...ruleErrors(schema, schemaPath));
  version.additionalPrinterColumns?.forEach((column, index) => {
    const columnPath = item(child(isOnly ? 'spec' : path, 'additionalPrinterColumns'), index);
    if (!column.name) errors.push(required(child(columnPath, 'name')));
    if (!COLUMN_TYPES.includes(column.type)) {
      errors.push(notSupported(child(columnPath, 'type'), column.type ?? '', COLUMN_TYPES));
    }
    try {
      parseJsonPath(column.jsonPath ?? '');
    } catch (error) {
      errors.push(invalidValue(child(columnPath, 'JSONPath'), column.jsonPath ?? '', (error as Error).message));
    }
  });
  return errors;
}

function ruleErrors(schema: Schema, path: string): FieldError[] {
  return compileRules(schema, path).errors;
}

function immutableErrors({ spec }: Crd, old: Crd): FieldError[] {
  const pairs: [string, unknown, unknown][] = [
    ['spec.group', spec.group, old.spec.group],
    ['spec.scope', spec.scope, old.spec.scope],
    ['spec.names.plural', spec.names.plural, old.spec.names.plural],
    ['spec.names.kind', spec.names.kind, old.spec.names.kind],
  ];
  return pairs
    .filter(([, next, before]) => next !== before)
    .map(([field, next]) => invalidValue(field, next, 'field is immutable'));
}
