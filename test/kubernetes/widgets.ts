import { expect } from '@jest/globals';
import type { Client, Json } from './client.ts';

export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const spec: Json = {
  type: 'object',
  description: 'What the widget should be.',
  required: ['color'],
  'x-kubernetes-validations': [
    { rule: "self.color != 'green' || self.size > 1", message: 'green widgets are larger than 1' },
    {
      rule: '!has(oldSelf.serial) || has(self.serial)',
      message: 'serial cannot be removed: make a new widget',
      fieldPath: '.serial',
    },
  ],
  properties: {
    color: { type: 'string', enum: ['red', 'green'], description: 'Its colour.' },
    size: { type: 'integer', default: 3, minimum: 1, maximum: 10 },
    serial: {
      type: 'string',
      maxLength: 8,
      'x-kubernetes-validations': [
        {
          rule: 'self == oldSelf',
          messageExpression: "'serial ' + oldSelf + ' is fixed'",
          reason: 'FieldValueForbidden',
        },
      ],
    },
    note: { type: 'string', nullable: true },
    parts: {
      type: 'array',
      maxItems: 5,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          weight: { type: 'integer', default: 1 },
          kind: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'the kind of a part is fixed' }],
          },
        },
      },
    },
    labels: { type: 'object', additionalProperties: { type: 'string', pattern: '^[a-z]+$' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    either: { 'x-kubernetes-int-or-string': true },
    target: {
      type: 'object',
      oneOf: [{ required: ['name'] }, { required: ['id'] }],
      properties: { name: { type: 'string' }, id: { type: 'string', format: 'uuid' } },
    },
  },
};

/** A custom resource with one of everything that ours use. */
export const WIDGETS: Json = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.dev' },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['things'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        selectableFields: [{ jsonPath: '.spec.color' }],
        additionalPrinterColumns: [
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A widget.',
            required: ['spec'],
            properties: {
              spec,
              status: {
                type: 'object',
                properties: {
                  message: { type: 'string' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

export const widget = (name: string, spec: Json = { color: 'red' }, metadata: Json = {}): Json => ({
  apiVersion: 'example.dev/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec,
});

export const widgets = (namespace: string): string => `/apis/example.dev/v1/namespaces/${namespace}/widgets`;

/** Creates the definition and waits until it is served. */
export async function serveWidgets(client: Client): Promise<void> {
  expect(await client.post(CRDS, WIDGETS)).toMatchObject({ status: 201 });
  for (let tries = 0; tries < 500; tries += 1) {
    const { status } = await client.get(widgets('default'));
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('widgets are not served');
}
