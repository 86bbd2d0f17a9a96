// DNS as the networks see it, and the zones that others keep.
import { Resolver } from 'node:dns/promises';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { CloudReader } from './cloud-reader.ts';

const NETWORK_API = '2024-10-01';
const DNS_API = '2024-06-01';

type Endpoint = WorkspacePrivateLink['spec']['endpoints'][number];

/** ETags of the record sets of a zone, by name: whoever writes one changes its ETag. */
export type ZoneRecords = ReadonlyMap<string, string>;

export async function recordsOf(zoneId: string, clouds: CloudReader): Promise<ZoneRecords> {
  const { value } = (await clouds.arm(`${zoneId}/A?api-version=${DNS_API}`)) as {
    value: { name: string; etag: string }[];
  };
  return new Map(value.map(({ name, etag }) => [name, etag]));
}

/** What came into a zone that others keep. Throws when one of their records was touched. */
export async function zoneLine(
  { dns }: Endpoint,
  clouds: CloudReader,
  before: ReadonlyMap<string, ZoneRecords>,
): Promise<string[]> {
  const theirs = dns?.zoneId === undefined ? undefined : before.get(dns.zoneId);
  if (dns?.zoneId === undefined || !theirs) return [];
  const now = await recordsOf(dns.zoneId, clouds);
  const touched = [...theirs].filter(([name, etag]) => now.get(name) !== etag).map(([name]) => name);
  if (touched.length > 0) throw new Error(`records of others in ${dns.zoneId} were changed: ${touched.join(', ')}`);
  const added = [...now.keys()].filter((name) => !theirs.has(name)).length;
  return [
    `  zone        ${dns.zoneId}`,
    `              ${added} records more; the ${theirs.size} of others have the ETags of before`,
  ];
}

/** The endpoint's five addresses from its network interface, beside what the network's own name server answers. */
export async function namesOf({ dns }: Endpoint, endpointId: string, clouds: CloudReader): Promise<string[]> {
  if (!dns) return [];
  const endpoint = (await clouds.arm(`${endpointId}?api-version=${NETWORK_API}`)) as {
    properties: { networkInterfaces?: { id: string }[] };
  };
  const interfaceId = endpoint.properties.networkInterfaces?.[0]?.id;
  if (!interfaceId) return ['  names       none: the endpoint has no network interface'];
  const nic = (await clouds.arm(`${interfaceId}?api-version=${NETWORK_API}`)) as {
    properties: {
      ipConfigurations: {
        properties: { privateIPAddress: string; privateLinkConnectionProperties?: { fqdns?: string[] } };
      }[];
    };
  };
  const nameserver = dns.verify.nameservers?.[0];
  return Promise.all(
    nic.properties.ipConfigurations.flatMap(({ properties }) =>
      (properties.privateLinkConnectionProperties?.fqdns ?? []).map(async (fqdn) => {
        const answer = nameserver ? `, its network's name server says ${await ask(nameserver, fqdn)}` : '';
        return `  name        ${fqdn} → ${properties.privateIPAddress}${answer}`;
      }),
    ),
  );
}

async function ask(nameserver: { address: string; port: number }, name: string): Promise<string> {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`${nameserver.address}:${nameserver.port}`]);
  try {
    return (await resolver.resolve4(name)).join(', ');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no answer';
  }
}
