import { setup } from 'xstate';
import { doing, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { DnsFacts } from '../types.ts';

const is = (test: (facts: DnsFacts) => boolean) => when<DnsFacts>(test);
const toWrite = ({ records, hold }: DnsFacts) =>
  records === 'missing' ||
  records === 'drifted' ||
  ((records === 'takeable' || records === 'moved') && hold === 'free');

/** Zone, links and records are as the spec says: the summary for the proof ladder. */
export const dnsInPlace = ({ endpoint, wanted, zone, links, records }: DnsFacts): boolean =>
  endpoint === 'approved' && wanted !== 'none' && zone === 'present' && links === 'met' && records === 'met';

/** Zone → Link → Records, once the endpoint is approved: before that its addresses mean nothing. */
export const dnsMachine = setup({
  types: { context: {} as DnsFacts, input: {} as DnsFacts },
  guards: {
    notApproved: is(({ endpoint }) => endpoint === 'notYet'),
    unmanaged: is(({ wanted }) => wanted === 'none'),
    zoneConflict: is(({ zone }) => zone === 'conflict'),
    zoneAbsent: is(({ zone }) => zone === 'absent'),
    givenZoneAbsent: is(({ zone }) => zone === 'givenAbsent'),
    zonePresent: is(({ zone }) => zone === 'present'),
    zoneUnnoted: is(({ zone }) => zone === 'unnoted'),
    zoneRefused: is(({ zone }) => zone === 'refused'),
    linksMet: is(({ links }) => links === 'met'),
    linkToWrite: is(({ links }) => links === 'missing' || links === 'drifted' || links === 'takeable'),
    zoneUnadopted: is(({ zone }) => zone === 'unadopted'),
    linkUnadopted: is(({ links }) => links === 'unadopted'),
    recordsUnadopted: is(({ records }) => records === 'unadopted'),
    linkSurplus: is(({ links, hold }) => links === 'surplus' || (links === 'last' && hold === 'free')),
    lastLinkHeld: is(({ links }) => links === 'last'),
    linkElsewhere: is(({ links }) => links === 'elsewhere'),
    linkDiffers: is(({ links }) => links === 'differs'),
    linkUnnoted: is(({ links }) => links === 'unnoted'),
    linkInProgress: is(({ links }) => links === 'inProgress'),
    recordsMet: is(({ records }) => records === 'met'),
    groupToWrite: is((facts) => facts.wanted === 'ZoneGroup' && toWrite(facts)),
    groupFailed: is(({ wanted, records }) => wanted === 'ZoneGroup' && records === 'failed'),
    recordToWrite: is(
      (facts) =>
        facts.records === 'extra' || (facts.wanted === 'Records' && (toWrite(facts) || facts.records === 'failed')),
    ),
    groupToDelete: is(({ records, hold }) => records === 'grouped' && hold === 'free'),
    held: is(({ records }) => records === 'moved' || records === 'grouped' || records === 'takeable'),
    foreignRecords: is(({ records }) => records === 'foreign'),
    recordsProvisioning: is(({ records }) => records === 'provisioning'),
    notReported: is(({ records }) => records === 'notReported'),
  },
}).createMachine({
  id: 'dns',
  context: ({ input }) => input,
  initial: 'Endpoint',
  states: {
    Endpoint: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unmanaged', target: 'Unmanaged' },
            { guard: 'notApproved', target: 'AwaitingApproval' },
            { target: '#dns.Zone' },
          ],
        },
        Unmanaged: ready('DnsUnmanaged'),
        AwaitingApproval: waiting('AwaitingApproval', 'slow'),
      },
    },
    Zone: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'zoneConflict', target: 'Conflict' },
            { guard: 'zoneUnadopted', target: 'Unadopted' },
            { guard: 'zoneRefused', target: 'Refused' },
            { guard: 'zoneAbsent', target: 'Creating' },
            { guard: 'givenZoneAbsent', target: 'NotFound' },
            { guard: 'zoneUnnoted', target: 'Noting' },
            { guard: 'zonePresent', target: '#dns.Link' },
            { target: 'Unobservable' },
          ],
        },
        Conflict: stalled('ZoneConflict'),
        Unadopted: stalled('AdoptionNever'),
        Refused: stalled('ReadRefused'),
        Creating: doing('createZone', 'ZoneCreating'),
        NotFound: stalled('ZoneNotFound'),
        Noting: doing('noteZone', 'ZoneCreating', 'now'),
        Unobservable: waiting('Unobservable'),
      },
    },
    Link: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'linkElsewhere', target: 'Elsewhere' },
            { guard: 'linkDiffers', target: 'Differs' },
            { guard: 'linkUnadopted', target: 'Unadopted' },
            { guard: 'linkToWrite', target: 'Linking' },
            { guard: 'linkInProgress', target: 'InProgress' },
            { guard: 'linkUnnoted', target: 'Noting' },
            { guard: 'linkSurplus', target: 'Unlinking' },
            { guard: 'lastLinkHeld', target: 'Held' },
            { guard: 'linksMet', target: '#dns.Records' },
            { target: 'Unobservable' },
          ],
        },
        Elsewhere: stalled('VnetLinkedElsewhere'),
        Differs: stalled('LinkDiffers'),
        Unadopted: stalled('AdoptionNever'),
        Linking: doing('putLink', 'LinkCreating'),
        Noting: doing('noteLinks', 'LinkCreating', 'now'),
        InProgress: waiting('LinkInProgress'),
        Unlinking: doing('deleteSurplusLink', 'LinkDeleting'),
        // Names would no longer lead to the only way in.
        Held: stalled('HeldByDeny'),
        Unobservable: waiting('Unobservable'),
      },
    },
    Records: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'recordsUnadopted', target: 'Unadopted' },
            { guard: 'foreignRecords', target: 'Foreign' },
            { guard: 'groupToDelete', target: 'DeletingGroup' },
            { guard: 'groupToWrite', target: 'WritingGroup' },
            { guard: 'groupFailed', target: 'RepairingGroup' },
            { guard: 'recordToWrite', target: 'WritingRecord' },
            { guard: 'held', target: 'Held' },
            { guard: 'recordsProvisioning', target: 'Provisioning' },
            { guard: 'notReported', target: 'AwaitingAddresses' },
            { guard: 'recordsMet', target: 'InPlace' },
            { target: 'Unobservable' },
          ],
        },
        Unadopted: stalled('AdoptionNever'),
        Foreign: stalled('ForeignRecords'),
        DeletingGroup: doing('deleteZoneGroup', 'RecordsDeleting'),
        WritingGroup: doing('putZoneGroup', 'RecordsWriting'),
        RepairingGroup: doing('putZoneGroup', 'RecordsFailed', 'slow'),
        WritingRecord: doing('putRecord', 'RecordsWriting', 'now'),
        Held: stalled('HeldByDeny'),
        Provisioning: waiting('RecordsWriting'),
        AwaitingAddresses: waiting('AddressesNotReported'),
        InPlace: ready('DnsInPlace'),
        Unobservable: waiting('Unobservable'),
      },
    },
  },
});
