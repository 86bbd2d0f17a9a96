import type { KubeClient, KubeObject, ResourceType } from '../clients/kube/types.ts';

/**
 * Reads a collection page by page, so that no answer is large enough to hold up the event loop, and answers with the
 * version that the whole list belongs to. A continue token that expires midway (410) throws: the caller starts again.
 */
export async function listAllPages(
  kube: KubeClient,
  type: ResourceType,
  scope: { namespace: string | undefined; pageSize: number; metadataOnly?: boolean },
  signal: AbortSignal,
  onPage: (items: readonly KubeObject[], resourceVersion: string) => void,
): Promise<string> {
  let token: string | undefined;
  for (;;) {
    const page = await kube.list<KubeObject>(
      type,
      {
        limit: scope.pageSize,
        ...(scope.namespace !== undefined && { namespace: scope.namespace }),
        ...(scope.metadataOnly && { metadataOnly: true }),
        ...(token !== undefined && { continue: token }),
      },
      signal,
    );
    onPage(page.items, page.resourceVersion);
    if (!page.continue) return page.resourceVersion;
    token = page.continue;
  }
}
