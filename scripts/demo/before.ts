// What there is before anything is applied, so that the evidence can tell what has changed and what has not.
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { CloudReader } from './cloud-reader.ts';
import { recordsOf, type ZoneRecords } from './evidence-dns.ts';

export type Before = {
  /** By workspace id. */
  policyEtags: ReadonlyMap<string, string | undefined>;
  /** Zones that others keep, by id as the specs have it. */
  zones: ReadonlyMap<string, ZoneRecords>;
};

export async function lookBefore(
  links: readonly WorkspacePrivateLink[],
  clouds: (tenantId: string) => CloudReader,
): Promise<Before> {
  const zones = links.flatMap(({ spec }) =>
    spec.endpoints.flatMap(({ dns, tenantId = spec.tenantId }) =>
      dns?.zoneId === undefined ? [] : [{ id: dns.zoneId, reader: clouds(tenantId) }],
    ),
  );
  const etags = links.map(async ({ spec: { tenantId, workspaceId } }) => {
    const { etag } = await clouds(tenantId).policy(workspaceId);
    return [workspaceId, etag] as const;
  });
  const records = zones.map(async ({ id, reader }) => [id, await recordsOf(id, reader)] as const);
  return { policyEtags: new Map(await Promise.all(etags)), zones: new Map(await Promise.all(records)) };
}
