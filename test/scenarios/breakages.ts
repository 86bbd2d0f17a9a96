import {
  deleteLinkService,
  linkServiceIn,
  rejectConnection,
  removeConnection,
} from '../../simulator/arm/fabric/out-of-band.ts';
import { deleteOutOfBand, setRecord } from '../../simulator/arm/out-of-band.ts';
import type { Cloud } from '../../simulator/cloud.ts';
import { policySetByOthers } from '../../simulator/fabric/out-of-band.ts';
import { endpointIdIn } from '../support/stage-view.ts';
import { HUB_ZONE, SALES, SALES_SERVICE, SPOKE_ZONE } from '../support/stage-world.ts';

/** What people do to the clouds behind the operator's back, once everything is Ready. */
export type Breakage = { because: string; broken: (cloud: Cloud) => void };

const lower = (text: string) => text.toLowerCase();
const endpointId = ({ world }: Cloud, place: string) => endpointIdIn(world, place);
const dfsRecord = ({ world }: Cloud) =>
  Object.keys(world.arm.dnsZones[lower(SPOKE_ZONE)]!.records).find((name) => name.endsWith('.dfs'))!;
const linkName = ({ world }: Cloud) => Object.keys(world.arm.dnsZones[lower(HUB_ZONE)]!.links)[0]!;

function gone(cloud: Cloud, id: string): void {
  if (!deleteOutOfBand(cloud, id)) throw new Error(`there is no ${id} to delete`);
}

/** Comes back by itself. */
export const heals: Record<string, Breakage> = {
  'the tags of the service': {
    because: 'tags of the spec are state like any other',
    broken: ({ world }) => {
      linkServiceIn(world, SALES_SERVICE).tags['cost-centre'] = 'somebody else';
    },
  },
  'an endpoint': {
    because: 'the walk stops at the rung that is no longer met',
    broken: (cloud) => gone(cloud, endpointId(cloud, 'hub')),
  },
  'the endpoint with explicit records': {
    because: 'its records are written anew when the addresses are other ones',
    broken: (cloud) => gone(cloud, endpointId(cloud, 'spoke')),
  },
  'a zone group': {
    because: 'the five records go with it and come back with it',
    broken: (cloud) => gone(cloud, `${endpointId(cloud, 'hub')}/privateDnsZoneGroups/default`),
  },
  'one explicit record': {
    because: 'records are compared one by one',
    broken: (cloud) => gone(cloud, `${SPOKE_ZONE}/A/${dfsRecord(cloud)}`),
  },
  'one record of a zone group': {
    because: 'a zone group that is put again writes its records again',
    broken: (cloud) => gone(cloud, `${HUB_ZONE}/A/${dfsRecord(cloud)}`),
  },
  'a link': {
    because: 'without it nobody sees the zone',
    broken: (cloud) => gone(cloud, `${HUB_ZONE}/virtualNetworkLinks/${linkName(cloud)}`),
  },
  'a whole zone of a zone group': {
    because: 'zone, link and records are goals like any other',
    broken: (cloud) => gone(cloud, HUB_ZONE),
  },
  'a whole zone of explicit records': {
    because: 'zone, link and records are goals like any other',
    broken: (cloud) => gone(cloud, SPOKE_ZONE),
  },
  'inbound Deny': {
    because: 'the proofs still hold, so the door is closed again',
    broken: (cloud) => policySetByOthers(cloud, SALES, { inbound: 'Allow' }),
  },
  'outbound Deny': {
    because: 'the other half of the same document',
    broken: (cloud) => policySetByOthers(cloud, SALES, { outbound: 'Allow' }),
  },
  'both directions at once': {
    because: 'each half is its own ladder, and both write the whole document',
    broken: (cloud) => policySetByOthers(cloud, SALES, { inbound: 'Allow', outbound: 'Allow' }),
  },
};

export type Stall = Breakage & { says: Record<string, string>; remade?: string[] };

/** Waits for a person, and says so. */
export const stalls: Record<string, Stall> = {
  'a connection that the owner rejected': {
    because: 'only a person can undo a rejection, and recreatePolicy says Never',
    broken: (cloud) => rejectConnection(cloud, SALES_SERVICE, endpointId(cloud, 'hub'), 'no'),
    says: { Ready: 'False ConnectionRejected', ConnectionsApproved: 'False ConnectionRejected' },
  },
  'a connection that the owner removed': {
    because: 'a disconnected endpoint never recovers, and the service no longer shows it',
    broken: (cloud) => removeConnection(cloud, SALES_SERVICE, endpointId(cloud, 'spoke')),
    says: { Ready: 'False ConnectionDisconnected', ConnectionsApproved: 'False ConnectionDisconnected' },
  },
  'the whole service': {
    because: 'it is made again, but its endpoints stay disconnected and recreatePolicy says Never',
    broken: (cloud) => deleteLinkService(cloud, SALES_SERVICE),
    says: { Ready: 'False ConnectionDisconnected', ServiceReady: 'True ServiceReady' },
    remade: [`service ${lower(SALES_SERVICE)}`],
  },
  'a record that somebody pointed elsewhere': {
    because: 'what carries nobody of ours in its metadata is reported, never overwritten',
    broken: (cloud) => setRecord(cloud, SPOKE_ZONE, dfsRecord(cloud), ['10.1.2.3']),
    says: { Ready: 'False ForeignRecords', DNSReady: 'False ForeignRecords', DNSVerified: 'False ForeignRecords' },
  },
  'a record of a zone group that somebody pointed elsewhere': {
    because: 'a zone group would write over it, so it is not put again',
    broken: (cloud) => setRecord(cloud, HUB_ZONE, dfsRecord(cloud), ['10.1.2.3']),
    says: { Ready: 'False ForeignRecords', DNSReady: 'False ForeignRecords' },
  },
};
