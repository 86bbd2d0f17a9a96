import type { KubeObject, ResourceType } from '../clients/kube/types.ts';
import { internTexts } from '../intern.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Cached = KubeObject & { data?: unknown; stringData?: unknown; metadata: { managedFields?: unknown } };

/** What a Secret holds has no business in our memory, nor on its way to it. */
export const isCachedAsMetadata = ({ group, kind }: Pick<ResourceType, 'group' | 'kind'>): boolean =>
  group === '' && kind === 'Secret';

/**
 * Drops, in place, what no pass reads before an object is cached: managedFields and last-applied are more than half of
 * it (operators section 4.3). A server that does not leave out a Secret's content has it dropped here.
 */
export function trimForCache<T extends KubeObject>(type: ResourceType, object: T): T {
  const cached = object as Cached;
  // Left out rather than deleted: an object that lost a property takes twice the memory from then on.
  const { managedFields: _, annotations, ...metadata } = cached.metadata;
  cached.metadata = annotations ? { ...metadata, annotations: without(annotations, LAST_APPLIED) } : metadata;
  if (isCachedAsMetadata(type)) {
    delete cached.data;
    delete cached.stringData;
  }
  internTexts(object);
  return object;
}

function without(annotations: Record<string, string>, name: string): Record<string, string> {
  const { [name]: _, ...others } = annotations;
  return others;
}
