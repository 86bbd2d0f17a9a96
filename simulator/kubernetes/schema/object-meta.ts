import type { Schema } from '../types.ts';

const text = (description: string): Schema => ({ type: 'string', description });
const texts = (description: string): Schema => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});

/** metav1.ObjectMeta: the same for built-in kinds and custom resources. */
export const OBJECT_META: Schema = {
  type: 'object',
  description: "Standard object's metadata.",
  properties: {
    name: text('Name, unique within a namespace. Cannot be updated.'),
    generateName: text('Prefix of a name that the server makes unique, used when name is absent.'),
    namespace: text('Namespace within which the name must be unique. Cannot be updated.'),
    selfLink: text('Deprecated; no longer populated.'),
    uid: text('Unique in time and space. Set by the server, read-only.'),
    resourceVersion: text('Opaque version of this object; send it back unchanged to detect conflicts.'),
    generation: { type: 'integer', format: 'int64', description: 'Number of the desired state. Read-only.' },
    creationTimestamp: { type: 'string', format: 'date-time', nullable: true, description: 'When it was created.' },
    deletionTimestamp: {
      type: 'string',
      format: 'date-time',
      nullable: true,
      description: 'When its deletion was asked for. Set by the server.',
    },
    deletionGracePeriodSeconds: { type: 'integer', format: 'int64', description: 'Seconds until removal.' },
    labels: texts('Map of keys and values to organise and select objects.'),
    annotations: texts('Unstructured map for tools to keep arbitrary metadata.'),
    ownerReferences: {
      type: 'array',
      description: 'Objects that this object depends on. When all of them are gone, it is collected.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
      items: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: text('API version of the owner.'),
          kind: text('Kind of the owner.'),
          name: text('Name of the owner.'),
          uid: text('UID of the owner.'),
          controller: { type: 'boolean', description: 'This owner is the managing controller.' },
          blockOwnerDeletion: { type: 'boolean', description: 'A foreground deletion of the owner waits for this.' },
        },
      },
    },
    finalizers: {
      type: 'array',
      description: 'Must be empty before the object is removed from the registry.',
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
      items: { type: 'string' },
    },
    managedFields: {
      type: 'array',
      description: 'Which workflow manages which fields.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        properties: {
          manager: text('Name of the workflow.'),
          operation: text('Apply or Update.'),
          apiVersion: text('Version of the resource that the field set applies to.'),
          time: { type: 'string', format: 'date-time', description: 'When the entry last changed.' },
          fieldsType: text('FieldsV1.'),
          fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description: 'The field set.' },
          subresource: text('Subresource that was written.'),
        },
      },
    },
  },
};

/** Whole-object schema of a kind: what a CRD declares, plus what every object has. */
export function withObjectFields(schema: Schema): Schema {
  return {
    ...schema,
    type: 'object',
    properties: {
      apiVersion: {
        type: 'string',
        description: 'Versioned schema of this representation of an object.',
      },
      kind: { type: 'string', description: 'The REST resource that this object represents.' },
      ...schema.properties,
      metadata: OBJECT_META,
    },
  };
}
