import { attempt } from '../../../operator/runtime/reading.ts';
import { seenBy } from '../credentials/consumers.ts';
import { consumerOfId } from '../desired.ts';
import { same } from '../desired-names.ts';
import { isToGo, keepsRight } from '../dns/observe-records.ts';
import { isOfCluster, isSurplus, linkRef, usersOf } from '../dns/zone-users.ts';
import { type Reader } from '../reading.ts';
import type { ARecord, ArmId, RemovalPending, VirtualNetworkLink } from '../types.ts';
import type { RemovalQuestion } from './observe-removal.ts';

/**
 * Everything that the removal of an endpoint would take away, one after the other. Only a plan asks for it: the ladder
 * itself sees what goes next, and a zone as removable only once it is empty.
 */
export async function observeRemovalAhead(
  context: Reader,
  {
    recordZones,
    policy,
    keepsZones,
    stays,
  }: Pick<RemovalQuestion, 'policy' | 'keepsZones' | 'stays'> & { recordZones: readonly ArmId[] },
): Promise<RemovalPending> {
  const { provenance } = context;
  const zoneIds = keepsZones ? [...provenance.zones, ...provenance.links.map(({ zoneId }) => zoneId)] : [];
  const ids = distinct([...recordZones, ...zoneIds]);
  const contents = await Promise.all(ids.map((zoneId) => readZone(context, zoneId)));
  const of = (zoneId: ArmId) => contents[ids.findIndex((id) => same(id, zoneId))];

  const records = distinct(recordZones).flatMap((zoneId) => {
    const isKept = keepsRight(context, stays, zoneId);
    return (of(zoneId)?.records ?? [])
      .filter((record) => isToGo(context, policy, record) && !isKept(record))
      .map((record) => ({ zoneId, name: record.name }));
  });
  const links = distinct(zoneIds).flatMap((zoneId) => {
    const isShared = provenance.zones.some((id) => same(id, zoneId));
    const content = of(zoneId);
    if (!content || (isShared && !becomesEmpty(context, policy, content.records))) return [];
    return content.links.filter((link) => isSurplus(context, zoneId, link)).map((link) => linkRef(zoneId, link));
  });
  const zones = distinct(keepsZones ? provenance.zones : []).filter((zoneId) => {
    const content = of(zoneId);
    return (
      content !== undefined &&
      isOfCluster(content.tags, context.desired.clusterId) &&
      usersOf(context, zoneId).length === 0 &&
      becomesEmpty(context, policy, content.records) &&
      content.links.every((link) => isSurplus(context, zoneId, link))
    );
  });
  return { records, links, zones };
}

type Content = {
  tags: Readonly<Record<string, string>>;
  records: readonly ARecord[];
  links: readonly VirtualNetworkLink[];
};

/** Undefined: not there, or not to be read; then nothing is foretold of it. */
async function readZone(context: Reader, zoneId: ArmId): Promise<Content | undefined> {
  const there = await seenBy(context, consumerOfId(context, zoneId));
  if (!there.value) return undefined;
  const { privateDns } = there.value.clients.arm;
  const read = await attempt(there.value, 'the private DNS zone', async () => {
    const zone = (await privateDns.zone(zoneId, context.call)).value;
    if (!zone) return undefined;
    const [records, links] = await Promise.all([
      privateDns.records(zoneId, context.call),
      privateDns.links(zoneId, context.call),
    ]);
    return { tags: zone.tags, records: records.value, links: links.value };
  });
  return read.value;
}

/** Nothing but this workspace's names, all of which go: by their zone group, or one by one. */
function becomesEmpty(context: Reader, policy: RemovalQuestion['policy'], records: readonly ARecord[]): boolean {
  const own = new Set(context.desired.hosts.map(({ record }) => record.toLowerCase()));
  return records.every((record) => own.has(record.name.toLowerCase()) || isToGo(context, policy, record));
}

const distinct = (ids: readonly ArmId[]): readonly ArmId[] =>
  ids.filter((id, index) => ids.findIndex((other) => same(other, id)) === index);
