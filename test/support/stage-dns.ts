import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';
import { setRecord } from '../../simulator/arm/out-of-band.ts';
import type { World } from '../../simulator/world.ts';
import type { Stage } from './stage.ts';
import type { NameServerAddress } from './stage-world.ts';

const ZONE_NAME = 'privatelink.fabric.microsoft.com';
const NXDOMAIN = 3;

/** Somebody else's zone of the same name, in a resource group of its own, as another workspace's private link makes it. */
export function addForeignZone(
  stage: Stage,
  networkId: string,
  { fallback = false, records = {} }: { fallback?: boolean; records?: Record<string, string[]> } = {},
): { id: string; unlink(): void; fallBack(): void } {
  const { arm } = stage.simulator.world;
  const [, subscription] = /^\/subscriptions\/([^/]+)/.exec(networkId)!;
  const id = `/subscriptions/${subscription}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/${ZONE_NAME}`;
  const policy = (falls: boolean) => (falls ? 'NxDomainRedirect' : 'Default');
  const zone: World['arm']['dnsZones'][string] = {
    id,
    name: ZONE_NAME,
    etag: 'foreign',
    tags: {},
    provisioningState: 'Succeeded',
    records: {},
    links: {
      other: {
        id: `${id}/virtualNetworkLinks/other`,
        name: 'other',
        etag: 'foreign',
        tags: {},
        virtualNetworkId: networkId,
        registrationEnabled: false,
        resolutionPolicy: policy(fallback),
        state: 'Completed',
        provisioningState: 'Succeeded',
      },
    },
  };
  arm.dnsZones[id.toLowerCase()] = zone;
  for (const [name, addresses] of Object.entries(records)) setRecord(stage.simulator.cloud, id, name, addresses);
  return {
    id,
    unlink: () => void delete zone.links['other'],
    fallBack: () => void (zone.links['other']!.resolutionPolicy = policy(true)),
  };
}

export type BareNameServer = NameServerAddress & { asked: string[]; close(): Promise<void> };

/** A name server that is nobody's: addresses by name, and no other name exists. */
export async function startBareNameServer(
  answerTo: (name: string) => readonly string[] = () => [],
): Promise<BareNameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, peer) => {
    const { id = 0, questions = [] } = decode(message);
    const name = questions[0]?.name.toLowerCase() ?? '';
    asked.push(name);
    const answers: Answer[] = answerTo(name).map((data) => ({ type: 'A', name, ttl: 10, data }));
    const code = answers.length > 0 ? 0 : NXDOMAIN;
    socket.send(encode({ type: 'response', id, flags: 0x0180 | code, questions, answers }), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  return {
    address: '127.0.0.1',
    port: socket.address().port,
    asked,
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}
