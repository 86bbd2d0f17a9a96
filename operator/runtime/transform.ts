import type { KubeObject, ResourceType } from '../clients/kube/types.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Cached = KubeObject & { data?: unknown; stringData?: unknown; metadata: { managedFields?: unknown } };

/**
 * Drops, in place, what no pass reads before an object is cached: managedFields and last-applied are more than half of
 * it (operators section 4.3), and a Secret's content has no business in our memory.
 */
export function trimForCache<T extends KubeObject>(type: ResourceType, object: T): T {
  const cached = object as Cached;
  delete cached.metadata.managedFields;
  if (cached.metadata.annotations) delete cached.metadata.annotations[LAST_APPLIED];
  if (type.group === '' && type.kind === 'Secret') {
    delete cached.data;
    delete cached.stringData;
  }
  return object;
}
