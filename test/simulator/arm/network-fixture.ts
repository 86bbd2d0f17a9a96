import { approveConnection } from '../../../simulator/arm/fabric/out-of-band.ts';
import { type VirtualClock, virtualClock } from '../../../simulator/clock.ts';
import type { Conduct } from '../../../simulator/conduct.ts';
import { expect } from '../core/expectations.ts';
import { type Bench, GROUP_PATH, NETWORK_ID, type Reply, SERVICE_ID, SUBNET_ID, startBench } from '../core/fixture.ts';

export const MINUTE_MS = 60_000;
export const ENDPOINTS = `${GROUP_PATH}/providers/Microsoft.Network/privateEndpoints`;
export const ZONES = `${GROUP_PATH}/providers/Microsoft.Network/privateDnsZones`;
export const ZONE_ID = `${ZONES}/privatelink.fabric.microsoft.com`;
export const API_RECORD = '5a1e0000000040008000000000000001.z5a.w.api';

/** Decisions of the target's owner are seen at once: their delay is another room's business. */
export function startNetwork(
  adjust: (conduct: Conduct) => void = () => undefined,
  clock: VirtualClock = virtualClock(),
): Promise<Bench> {
  return startBench({
    clock,
    adjust(conduct) {
      conduct.fabric.switches.delayDecision = false;
      adjust(conduct);
    },
  });
}

type Wanted = {
  mode?: 'manual' | 'auto';
  location?: string;
  subnetId?: string;
  targetId?: string;
  groupIds?: string[];
  requestMessage?: string;
  tags?: Record<string, string>;
};

export function endpointBody({
  mode = 'manual',
  location = 'eastus',
  subnetId = SUBNET_ID,
  tags = {},
  ...wanted
}: Wanted = {}) {
  const { targetId = SERVICE_ID, groupIds = ['workspace'], requestMessage = 'please' } = wanted;
  const connection = { name: 'conn', properties: { privateLinkServiceId: targetId, groupIds, requestMessage } };
  const list = mode === 'manual' ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections';
  return { location, tags, properties: { subnet: { id: subnetId }, [list]: [connection] } };
}

export function putEndpoint(bench: Bench, name: string, wanted?: Wanted): Promise<Reply> {
  return bench.arm('PUT', `${ENDPOINTS}/${name}`, endpointBody(wanted));
}

/** An endpoint that is up; approved unless told otherwise. */
export async function anEndpoint(
  bench: Bench,
  name: string,
  options: { approve?: boolean } & Wanted = {},
): Promise<void> {
  const { approve = true, ...wanted } = options;
  expect((await putEndpoint(bench, name, wanted)).status).toBe(201);
  bench.clock.advance(2 * MINUTE_MS);
  if (approve) approveConnection(bench.simulator.cloud, SERVICE_ID, `${ENDPOINTS}/${name}`);
}

export async function aZone(bench: Bench, zoneId = ZONE_ID): Promise<void> {
  await bench.arm('PUT', zoneId, { location: 'global' });
  bench.clock.advance(MINUTE_MS);
}

export function putLink(
  bench: Bench,
  name: string,
  { zoneId = ZONE_ID, networkId = NETWORK_ID, fallback = false } = {},
) {
  return bench.arm('PUT', `${zoneId}/virtualNetworkLinks/${name}`, {
    location: 'global',
    properties: {
      virtualNetwork: { id: networkId },
      registrationEnabled: false,
      resolutionPolicy: fallback ? 'NxDomainRedirect' : 'Default',
    },
  });
}

export function putZoneGroup(bench: Bench, endpoint: string, name = 'default', zoneId = ZONE_ID): Promise<Reply> {
  return bench.arm('PUT', `${ENDPOINTS}/${endpoint}/privateDnsZoneGroups/${name}`, {
    properties: { privateDnsZoneConfigs: [{ name: 'fabric', properties: { privateDnsZoneId: zoneId } }] },
  });
}

export function putRecord(bench: Bench, name: string, address: string, headers: Record<string, string> = {}) {
  const body = { properties: { ttl: 10, aRecords: [{ ipv4Address: address }] } };
  return bench.arm('PUT', `${ZONE_ID}/A/${name}`, body, { headers });
}

export function expectCode(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: reply.at('error.code') }).toEqual({ status, code });
}
