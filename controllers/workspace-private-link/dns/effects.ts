import { found, report } from '../../../operator/runtime/acting.ts';
import { consumerOfId } from '../desired.ts';
import { keyOfLink } from '../desired-link-notes.ts';
import { lastSegment, OWNER_TAG, same } from '../desired-names.ts';
import { keyOfZoneGroup, notes } from '../desired-provenance.ts';
import { type Asked, clientsOfConsumer, createAsked, endpointOf, type Run, removalOf } from '../effect-parts.ts';
import type { Deps, EndpointClients } from '../reading.ts';
import type { Effect, LinkRef } from '../types.ts';

type DnsEffect = Extract<
  Effect,
  | 'createZone'
  | 'noteZone'
  | 'noteLinks'
  | 'putLink'
  | 'deleteSurplusLink'
  | 'putZoneGroup'
  | 'putRecord'
  | 'deleteRecord'
  | 'deleteZoneGroup'
  | 'deleteLink'
  | 'deleteZone'
>;

/** As zone groups write it: endpoints come and go, and names should follow within seconds. */
const RECORD_TTL_SECONDS = 10;

/** Zones, links and zone groups take Azure about half a minute, and show nothing of it meanwhile. */
const UNDER_WAY_MS = 60_000;

export const dnsEffects = (deps: Deps): Readonly<Record<DnsEffect, Run>> =>
  makeEffects(deps, createAsked(deps.clock, UNDER_WAY_MS));

const makeEffects = (deps: Deps, asked: Asked): Readonly<Record<DnsEffect, Run>> => ({
  async createZone(pass, seen, ladder) {
    const { desired } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    const { zoneId } = found(desired.dns, ladder);
    const noted = seen.provenance.zones.some((id) => same(id, zoneId));
    const tags = { [OWNER_TAG]: seen.desired.clusterId };
    const isNew = await asked(`create ${zoneId}`, async () => {
      if (!noted) await pass.annotate(notes.zone(zoneId, desired.consumer));
      await arm.privateDns.createZone(zoneId, tags, pass.call);
    });
    if (!isNew) return;
    const note = `Asked Azure for private DNS zone ${zoneId}.`;
    report(pass, { reason: 'ZoneCreating', action: 'CreateZone', note }, { zoneId });
  },

  /** The zone is this cluster's, made for another object: written down here too, so that the last user takes it away. */
  async noteZone(pass, seen, ladder) {
    const { dns, consumer } = endpointOf(seen, ladder).desired;
    await pass.annotate(notes.zone(found(dns, ladder).zoneId, consumer));
  },

  /** They are this cluster's, made for another object: written down here too, so that the last user takes them away. */
  async noteLinks(pass, seen, ladder) {
    const { dns, desired } = endpointOf(seen, ladder);
    const zoneId = found(desired.dns, ladder).zoneId;
    const links = found(dns.linksToNote, ladder);
    await pass.annotate(
      Object.assign(
        {},
        ...links.map(({ virtualNetworkId }) => notes.link(zoneId, virtualNetworkId, desired.consumer)),
      ) as Record<string, string>,
    );
  },

  async putLink(pass, seen, ladder) {
    const { dns, desired } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    const { zoneId, link, etag, tags } = found(dns.linkToWrite, ladder);
    const { virtualNetworkId, fallbackToInternet, name } = link;
    const noted = seen.provenance.zones.some((id) => same(id, zoneId));
    const body = { virtualNetworkId, fallbackToInternet, tags: { ...tags }, ...(etag !== undefined && { etag }) };
    const isNew = await asked(`link ${zoneId} ${name} ${fallbackToInternet} ${etag ?? ''}`, async () => {
      // A zone of ours goes with all its links; in anybody else's, each link of ours is written down.
      if (!noted && etag === undefined) await pass.annotate(notes.link(zoneId, virtualNetworkId, desired.consumer));
      await arm.privateDns.putLink(zoneId, name, body, pass.call);
    });
    if (!isNew) return;
    const note = `Linked network "${lastSegment(virtualNetworkId)}" to the private DNS zone of endpoint ${desired.name}.`;
    report(pass, { reason: 'LinkCreating', action: 'PutLink', note }, { zoneId, virtualNetworkId });
  },

  async deleteSurplusLink(pass, seen, ladder) {
    const { dns, desired } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    await unlink(pass, arm, asked, found(dns.surplusLink, ladder));
  },

  async deleteLink(pass, seen, ladder) {
    const link = found(removalOf(seen, ladder).linkToDelete, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, consumerOfId(seen, link.zoneId));
    await unlink(pass, arm, asked, link);
  },

  async putZoneGroup(pass, seen, ladder) {
    const { desired, dns } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    const { zoneId } = found(desired.dns, ladder);
    const noted = seen.provenance.zoneGroups[desired.ref];
    // One that was there before us, or of which no note is left, does not become ours to delete by being repaired.
    if (!same(noted, zoneId) && (noted !== undefined || !dns.isGrouped))
      await pass.annotate(notes.zoneGroup(desired, zoneId));
    await arm.privateEndpoints.putZoneGroup(desired.scope, zoneId, pass.call);
    const note = `Asked Azure to keep the records of endpoint ${desired.name} in zone ${zoneId}.`;
    report(pass, { reason: 'RecordsWriting', action: 'PutZoneGroup', note }, { zoneId, endpoint: desired.name });
  },

  async putRecord(pass, seen, ladder) {
    const { dns, desired } = endpointOf(seen, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, desired.consumer);
    const { facts, recordToWrite } = dns;
    const { zoneId, name, addresses, etag, metadata } = found(recordToWrite, ladder);
    const noted = (seen.provenance.records[desired.ref] ?? []).some((id) => same(id, zoneId));
    // Records are written only once a zone group of ours is seen to be gone.
    const isGroupNoted = seen.provenance.zoneGroups[desired.ref] !== undefined;
    const forgotten = isGroupNoted && facts.wanted === 'Records' ? { [keyOfZoneGroup(desired.ref)]: null } : {};
    const changes = { ...(!noted && notes.records(desired, zoneId)), ...forgotten };
    if (Object.keys(changes).length > 0) await pass.annotate(changes);
    const body = {
      ttlSeconds: RECORD_TTL_SECONDS,
      addresses,
      metadata: { ...metadata },
      ...(etag !== undefined && { etag }),
    };
    await arm.privateDns.putRecord(zoneId, name, body, pass.call);
    const over =
      facts.records === 'takeable'
        ? `, over what was there (${dns.details.Records ?? 'other addresses'}), because adoptionPolicy is Always`
        : '';
    const note = `Wrote record "${name}" = ${addresses.join(', ')}${over}.`;
    report(pass, { reason: 'RecordsWriting', action: 'PutRecord', note }, { zoneId, record: name });
  },

  async deleteRecord(pass, seen, ladder) {
    const { zoneId, name, etag } = found(removalOf(seen, ladder).recordToDelete, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, consumerOfId(seen, zoneId));
    await arm.privateDns.deleteRecord(zoneId, name, etag, pass.call);
    pass.audit('DeleteRecord', { zoneId, record: name });
  },

  async deleteZoneGroup(pass, seen, ladder) {
    const { scope, name, resourceId } = ladder.startsWith('removal/')
      ? removalOf(seen, ladder)
      : endpointOf(seen, ladder).desired;
    const { arm } = await clientsOfConsumer(deps, pass, consumerOfId(seen, found(resourceId, ladder)));
    const { subscriptionId, resourceGroup, name: resource } = found(scope, ladder);
    const isNew = await asked(`zone group ${subscriptionId} ${resourceGroup} ${resource}`, () =>
      arm.privateEndpoints.deleteZoneGroup(found(scope, ladder), pass.call),
    );
    if (isNew) pass.audit('DeleteZoneGroup', { endpoint: name });
  },

  async deleteZone(pass, seen, ladder) {
    const { zoneId, etag } = found(removalOf(seen, ladder).zoneToDelete, ladder);
    const { arm } = await clientsOfConsumer(deps, pass, consumerOfId(seen, zoneId));
    if (!(await asked(`delete ${zoneId}`, () => arm.privateDns.deleteZone(zoneId, etag, pass.call)))) return;
    const note = `Asked Azure to delete private DNS zone ${zoneId}: it was this cluster's, unlinked and empty.`;
    report(pass, { reason: 'ZoneDeleting', action: 'DeleteZone', note }, { zoneId });
  },
});

type Arm = EndpointClients['arm'];

async function unlink(pass: Parameters<Run>[0], arm: Arm, asked: Asked, link: LinkRef): Promise<void> {
  const { zoneId, name, virtualNetworkId, etag } = link;
  if (!(await asked(`unlink ${zoneId} ${name}`, () => arm.privateDns.deleteLink(zoneId, name, etag, pass.call))))
    return;
  const note = `Unlinked network "${lastSegment(virtualNetworkId)}" from private DNS zone ${zoneId}: nobody here asks for it any more.`;
  report(pass, { reason: 'LinkDeleting', action: 'DeleteLink', note }, { zoneId, virtualNetworkId });
  const key = keyOfLink(zoneId, virtualNetworkId);
  if (pass.resource.metadata.annotations?.[key] !== undefined) await pass.annotate({ [key]: null });
}
