// What proves each rung of a WorkspacePrivateLink, read back from the clouds and asked of the name servers.
import { Resolver } from 'node:dns/promises';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { CloudReader } from './cloud-reader.ts';

const FABRIC_API = '2024-06-01';
const NETWORK_API = '2024-10-01';

type Service = {
  properties: {
    provisioningState?: string;
    privateEndpointConnections?: {
      id: string;
      properties: {
        privateEndpoint?: { id: string };
        privateLinkServiceConnectionState: { status: string; description?: string };
      };
    }[];
  };
};

/** One line a fact, in the order of the rungs. Throws when a cloud does not hold what the status says. */
export async function evidenceOf(
  link: WorkspacePrivateLink,
  clouds: CloudReader,
  etagBefore: string | undefined,
): Promise<string[]> {
  const { status } = link;
  if (!status?.serviceId) throw new Error(`${link.metadata.name}: status.serviceId is empty`);
  const service = (await clouds.arm(`${status.serviceId}?api-version=${FABRIC_API}`)) as Service;
  const lines = [`service       ${service.properties.provisioningState ?? '?'} ${status.serviceId}`];
  for (const endpoint of status.endpoints ?? []) {
    const connection = service.properties.privateEndpointConnections?.find(
      ({ properties }) => properties.privateEndpoint?.id.toLowerCase() === endpoint.resourceId?.toLowerCase(),
    );
    const state = connection?.properties.privateLinkServiceConnectionState;
    lines.push(`endpoint      ${endpoint.name}: ${endpoint.resourceId ?? '?'}`);
    lines.push(`  connection  ${state?.status ?? 'none'} ${connection?.id ?? ''} "${state?.description ?? ''}"`);
    lines.push(...(await namesOf(link, endpoint.name, endpoint.resourceId, clouds)));
  }
  const policy = await clouds.policy(link.spec.workspaceId);
  lines.push(`access        ${JSON.stringify(policy.body)}`);
  lines.push(`  ETag        before ${etagBefore ?? 'none'}, after ${policy.etag ?? 'none'}`);
  return lines;
}

/** The endpoint's five addresses from its network interface, beside what the network's own name server answers. */
async function namesOf(
  link: WorkspacePrivateLink,
  endpointName: string,
  endpointId: string | undefined,
  clouds: CloudReader,
): Promise<string[]> {
  const spec = link.spec.endpoints.find(({ name }) => name === endpointName);
  if (!spec?.dns || !endpointId) return [];
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
  const nameserver = spec.dns.verify.nameservers?.[0];
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
