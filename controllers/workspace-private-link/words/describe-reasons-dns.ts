import type { Reason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

/** About zones, links and records; what names answer: describe-reasons-names.ts. */
export const DNS_WORDING = {
  AddressesNotReported: {
    says: 'the network interface does not show all five addresses of the workspace yet',
    next: 'the operator waits for Azure',
  },
  DnsUnmanaged: {
    says: 'DNS of this endpoint is managed by somebody else, and proves nothing here',
    next: 'nothing is to be done',
  },
  ForeignRecords: {
    says: 'the names have answers in the zone that somebody else wrote, and they are never overwritten',
    next: `remove those records, or use another zone; records that nobody marked as theirs, and that no zone group keeps, are taken over with adoptionPolicy Always; ${LOOKS_AGAIN}`,
  },
  LinkCreating: {
    says: 'the network is not linked to the zone as the spec says',
    next: 'the operator links it',
  },
  LinkDeleting: { says: 'a link of ours is not asked for any more', next: 'the operator removes it' },
  LinkDiffers: {
    says: 'the network is linked to the zone in another way than this entry says, by somebody else or as another endpoint wants it',
    next: `make fallbackToInternet the same in every entry that names the network, and the same as the link has, or change the link; ${LOOKS_AGAIN}`,
  },
  LinkInProgress: { says: 'Azure is linking the network to the zone', next: 'the operator waits' },
  RecordsDeleting: { says: 'records of ours are not wanted any more', next: 'the operator removes them' },
  RecordsFailed: {
    says: 'Azure could not write the records',
    next: 'the operator asks again every ten minutes; see the zone’s activity log in Azure',
  },
  RecordsWriting: { says: 'the records are not there yet', next: 'the operator has them written' },
  VnetLinkedElsewhere: {
    says: 'the network is linked to another zone of the same name, and Azure allows one',
    next: `name that zone as dns.zoneId, or remove its link; ${LOOKS_AGAIN}`,
  },
  ZoneConflict: {
    says: "another endpoint of this workspace has this zone: their zone groups would overwrite each other's records",
    next: 'give each endpoint its own zone, or set dns.mode to Records on both',
  },
  ZoneCreating: { says: 'the private DNS zone is missing', next: 'the operator asks Azure for it' },
  ZoneDeleting: { says: 'the private DNS zone is ours, unlinked and empty', next: 'the operator deletes it' },
  ZoneEmptying: {
    says: 'a private DNS zone of ours, which no endpoint of this object asks for any more, still holds names of this workspace, or waits for another object that uses it to take it over',
    next: 'the operator deletes it once a zone group has taken the names away, or leaves it to the other object once that is so far; names that stay were written by hand, and whoever wrote them has to delete them',
  },
  ZoneNotFound: {
    says: 'the zone that dns.zoneId names does not exist',
    next: `create it, or take dns.zoneId out to have one made; ${LOOKS_AGAIN}`,
  },
  ZoneNotLinked: {
    says: 'no network is linked to the zone, so nobody sees its records',
    next: `name the network in dns.virtualNetworkLinks, or link it; ${LOOKS_AGAIN}`,
  },
} satisfies Partial<Record<Reason, Wording>>;
