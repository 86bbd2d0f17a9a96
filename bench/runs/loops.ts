import type { KubeObject, ResourceType } from '../../operator/clients/kube/types.ts';

/** What the loop works on: a custom resource that means nothing. */
export const LOOPS: ResourceType = {
  group: 'bench.test',
  version: 'v1',
  plural: 'loops',
  kind: 'Loop',
  namespaced: true,
};

export const LOOPS_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'loops.bench.test' },
  spec: {
    group: LOOPS.group,
    scope: 'Namespaced',
    names: { plural: LOOPS.plural, singular: 'loop', kind: LOOPS.kind, listKind: 'LoopList' },
    versions: [
      {
        name: LOOPS.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' } } },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};
