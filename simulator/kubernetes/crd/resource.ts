import { timestamp } from '../api/cluster.ts';
import { CRD_SCHEMA } from '../builtin/crd-schema.ts';
import { column, define, fieldAt, NAME } from '../builtin/define.ts';
import type { Resource } from '../resource.ts';
import type { KubeObject } from '../types.ts';
import { setCondition } from './conditions.ts';
import type { Crd } from './types.ts';
import { validateCrd } from './validation.ts';

/** Held while custom objects of a definition that is going away still exist. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** apiextensions.k8s.io/v1 customresourcedefinitions. */
export function crdResource(): Resource {
  const resource = define({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: ['status'],
    schema: CRD_SCHEMA,
    selectable: { 'metadata.name': fieldAt('metadata.name') },
    strategy: {
      unconditionalUpdate: false,
      counted: true,
      normalize: fillNames,
      validate: validateCrd,
      prepareDelete(next, now) {
        const { metadata } = next;
        delete metadata.deletionGracePeriodSeconds;
        metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), CLEANUP_FINALIZER])];
        setCondition(next as Crd, timestamp(now), {
          type: 'Terminating',
          status: 'True',
          reason: 'InstanceDeletionPending',
          message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
        });
      },
    },
  });
  return { ...resource, columns: [NAME, column('Created At', '.metadata.creationTimestamp')] };
}

function fillNames(next: KubeObject): void {
  const names = (next as Partial<Crd>).spec?.names;
  if (!names?.kind) return;
  names.singular ||= names.kind.toLowerCase();
  names.listKind ||= `${names.kind}List`;
}
