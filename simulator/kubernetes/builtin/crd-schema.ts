import type { Schema } from '../types.ts';
import { flag, free, integer, keyed, object, text, time } from './define.ts';

const list = (items: Schema, description: string): Schema => ({
  type: 'array',
  items,
  description,
  'x-kubernetes-list-type': 'atomic',
});

const names = object({
  plural: text('Plural name, lower case, as it is in the path.'),
  singular: text('Singular name, lower case.'),
  shortNames: list({ type: 'string' }, 'Short names for people.'),
  kind: text('CamelCase kind.'),
  listKind: text('Kind of the list.'),
  categories: list({ type: 'string' }, 'Grouped resources, such as all.'),
});

const columnSchema = object({
  name: text('Heading.'),
  type: text('integer, number, string, boolean or date.'),
  format: text('Modifies the type.'),
  description: text('For people.'),
  priority: integer('Greater than 0: shown in wide output only.'),
  jsonPath: text('Path in the object.'),
});

const version = object({
  name: text('Version, as in the path.'),
  served: flag('Whether it is served.'),
  storage: flag('Whether objects are stored in it; exactly one is.'),
  deprecated: flag('Whether clients are warned.'),
  deprecationWarning: text('The warning.'),
  schema: object({ openAPIV3Schema: free('Schema for validation, defaulting and pruning.') }),
  subresources: object({
    status: free('Presence enables /status.'),
    scale: object({
      specReplicasPath: text('Path of the wanted number.'),
      statusReplicasPath: text('Path of the actual number.'),
      labelSelectorPath: text('Path of the selector.'),
    }),
  }),
  additionalPrinterColumns: list(columnSchema, 'Columns of kubectl get.'),
  selectableFields: list(object({ jsonPath: text('Path in the object.') }), 'Fields for field selectors.'),
});

/** apiextensions.k8s.io/v1 CustomResourceDefinition. */
export const CRD_SCHEMA: Schema = {
  description: 'CustomResourceDefinition represents a resource that should be exposed on the API server.',
  properties: {
    spec: object(
      {
        group: text('API group.'),
        names,
        scope: text('Namespaced or Cluster.'),
        versions: list(version, 'Versions of the API.'),
        conversion: {
          ...object({ strategy: text('None.'), webhook: free('Not offered.') }),
          default: { strategy: 'None' },
        },
        preserveUnknownFields: flag('Must be false.'),
      },
      'What to serve.',
    ),
    status: object(
      {
        conditions: keyed(
          ['type'],
          object({
            type: text('Type of the condition.'),
            status: text('True, False or Unknown.'),
            lastTransitionTime: time('When the status last changed.'),
            reason: text('One word.'),
            message: text('For people.'),
            observedGeneration: integer('Generation that it was seen at.'),
          }),
          'NamesAccepted, Established, Terminating, NonStructuralSchema.',
        ),
        acceptedNames: names,
        storedVersions: list({ type: 'string' }, 'Versions that objects were ever stored in.'),
        observedGeneration: integer('Latest generation seen.'),
      },
      'What is served.',
    ),
  },
};
