import { forbiddenField, invalidValue } from '../field-error.ts';
import { equal } from '../json.ts';
import type { Resource } from '../resource.ts';
import { configKeyErrors } from '../schema/names.ts';
import type { FieldError } from '../status-error.ts';
import type { KubeObject } from '../types.ts';
import { column, define, fieldAt, flag, keyed, object, text, texts, time } from './define.ts';

const conditions = keyed(
  ['type'],
  object({
    type: text('Type of the condition.'),
    status: text('True, False or Unknown.'),
    reason: text('One word.'),
    message: text('For people.'),
    lastTransitionTime: time('When the status last changed.'),
  }),
  'Latest observations.',
);

const NAMESPACE: Resource = define({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  shortNames: ['ns'],
  subresources: ['status', 'finalize'],
  columns: [column('Status', '.status.phase')],
  selectable: { 'status.phase': fieldAt('status.phase') },
  schema: {
    description: 'Namespace provides a scope for names.',
    properties: {
      spec: object(
        {
          finalizers: {
            type: 'array',
            items: { type: 'string' },
            description: 'Must be empty before the namespace is removed from storage.',
            'x-kubernetes-list-type': 'atomic',
          },
        },
        'Behaviour of the namespace.',
      ),
      status: object({ phase: text('Active or Terminating.'), conditions }, 'Current state of the namespace.'),
    },
  },
  strategy: {
    normalize: labelWithName,
    prepareCreate(next) {
      next['spec'] = { finalizers: ['kubernetes'] };
      next['status'] = { phase: 'Active' };
    },
    prepareDelete(next) {
      delete next.metadata.deletionGracePeriodSeconds;
      next['status'] = { ...(next['status'] as object), phase: 'Terminating' };
    },
  },
});

function labelWithName({ metadata }: KubeObject): void {
  if (!metadata.name) return;
  metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}

const bytes = { ...texts('Values, base64.'), additionalProperties: { type: 'string', format: 'byte' } as const };

function immutableData(fields: string[]) {
  return (next: KubeObject, old?: KubeObject): FieldError[] => {
    if (old?.['immutable'] !== true) return [];
    const why = 'field is immutable when `immutable` is set';
    return [
      ...(next['immutable'] === true ? [] : [forbiddenField('immutable', why)]),
      ...fields.filter((field) => !equal(next[field], old[field])).map((field) => forbiddenField(field, why)),
    ];
  };
}

function keyErrors(object: KubeObject, fields: string[]): FieldError[] {
  return fields.flatMap((field) =>
    Object.keys(object[field] ?? {}).flatMap((key) =>
      configKeyErrors(key).map((why) => invalidValue(`${field}[${key}]`, key, why)),
    ),
  );
}

const SECRET: Resource = define({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  columns: [column('Type', '.type'), column('Data', '.data', 'count')],
  selectable: { type: fieldAt('type') },
  schema: {
    description: 'Secret holds secret data of a certain type.',
    properties: {
      data: bytes,
      stringData: texts('Values as plain text; write-only, merged into data.'),
      immutable: flag('Data cannot be updated.'),
      type: text('Facilitates programmatic handling of the data.'),
    },
  },
  strategy: {
    normalize(next) {
      // A Go client sends the empty type of a Secret that was given none.
      next['type'] ||= 'Opaque';
      mergeStringData(next);
    },
    validate(next, old) {
      const errors = [...keyErrors(next, ['data']), ...immutableData(['data'])(next, old)];
      if (old && next['type'] !== old['type']) errors.push(invalidValue('type', next['type'], 'field is immutable'));
      return errors;
    },
  },
});

function mergeStringData(next: KubeObject): void {
  const plain = next['stringData'] as Record<string, string> | undefined;
  delete next['stringData'];
  if (!plain) return;
  const encoded = Object.entries(plain).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  next['data'] = { ...(next['data'] as object | undefined), ...Object.fromEntries(encoded) };
}

const CONFIG_MAP: Resource = define({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  shortNames: ['cm'],
  columns: [column('Data', '.data', 'count')],
  schema: {
    description: 'ConfigMap holds configuration data for pods to consume.',
    properties: {
      data: texts('Configuration values.'),
      binaryData: bytes,
      immutable: flag('Data cannot be updated.'),
    },
  },
  strategy: {
    validate: (next, old) => [
      ...keyErrors(next, ['data', 'binaryData']),
      ...immutableData(['data', 'binaryData'])(next, old),
    ],
  },
});

const references = keyed(
  ['name'],
  {
    ...object({ name: text('Name.'), namespace: text('Namespace.'), kind: text('Kind.') }),
    'x-kubernetes-map-type': 'atomic',
  },
  'References to Secrets.',
);

const SERVICE_ACCOUNT: Resource = define({
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  shortNames: ['sa'],
  columns: [column('Secrets', '.secrets', 'count')],
  schema: {
    description: 'ServiceAccount is an identity that pods run as.',
    properties: {
      secrets: references,
      imagePullSecrets: { ...references, 'x-kubernetes-list-type': 'atomic' },
      automountServiceAccountToken: flag('Whether pods get an API token mounted.'),
    },
  },
});

export const CORE: Resource[] = [NAMESPACE, SECRET, CONFIG_MAP, SERVICE_ACCOUNT];
