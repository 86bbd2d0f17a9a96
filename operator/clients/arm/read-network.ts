import type {
  NetworkInterface,
  PrivateDnsZoneGroup,
  PrivateLinkServiceConnection,
  PrivateEndpoint as SdkPrivateEndpoint,
  Subnet as SdkSubnet,
} from '@azure/arm-network';
import { exact, sharedText } from '../../intern.ts';
import type { InterfaceAddress, PrivateEndpoint, Subnet, ZoneGroup } from './types.ts';

/** The SDK's model as ours. ARM sends null where the model says absent, hence the tolerant reads. */
export function readPrivateEndpoint(from: SdkPrivateEndpoint): PrivateEndpoint {
  const manual = from.manualPrivateLinkServiceConnections?.[0];
  const auto = from.privateLinkServiceConnections?.[0];
  const connection = manual ? readConnection(manual, 'Manual') : auto ? readConnection(auto, 'Auto') : undefined;
  return {
    id: from.id ?? '',
    name: from.name ?? '',
    location: sharedText(from.location ?? ''),
    tags: from.tags ?? {},
    provisioningState: from.provisioningState ?? 'Unknown',
    subnetId: sharedText(from.subnet?.id ?? ''),
    networkInterfaceIds: exact((from.networkInterfaces ?? []).flatMap(({ id }) => id ?? [])),
    ...optional('customNetworkInterfaceName', from.customNetworkInterfaceName),
    ...(connection ? { connection } : {}),
  };
}

function readConnection(
  from: PrivateLinkServiceConnection,
  mode: 'Manual' | 'Auto',
): NonNullable<PrivateEndpoint['connection']> {
  const state = from.privateLinkServiceConnectionState;
  return {
    mode,
    targetId: from.privateLinkServiceId ?? '',
    ...optional('requestMessage', from.requestMessage),
    ...optional('status', state?.status),
  };
}

/** One entry per member; configurations without an address (not yet approved) are left out. */
export function readAddresses(from: NetworkInterface): readonly InterfaceAddress[] {
  const addresses = (from.ipConfigurations ?? []).flatMap((configuration) => {
    const link = configuration.privateLinkConnectionProperties;
    if (!configuration.privateIPAddress) return [];
    return {
      member: sharedText(link?.requiredMemberName ?? configuration.name ?? ''),
      address: configuration.privateIPAddress,
      fqdns: exact(link?.fqdns ?? []),
    };
  });
  return exact(addresses);
}

export function readZoneGroup(from: PrivateDnsZoneGroup): ZoneGroup {
  return {
    name: from.name ?? 'default',
    provisioningState: from.provisioningState ?? 'Unknown',
    zones: (from.privateDnsZoneConfigs ?? []).map((config) => ({
      name: sharedText(config.name ?? ''),
      zoneId: sharedText(config.privateDnsZoneId ?? ''),
    })),
  };
}

export function readSubnet(from: SdkSubnet): Subnet {
  const prefixes = from.addressPrefixes?.length ? from.addressPrefixes : from.addressPrefix ? [from.addressPrefix] : [];
  return {
    id: from.id ?? '',
    addressPrefixes: prefixes,
    delegations: (from.delegations ?? []).flatMap(({ serviceName }) => serviceName ?? []),
    ...optional('privateEndpointNetworkPolicies', from.privateEndpointNetworkPolicies),
    provisioningState: from.provisioningState ?? 'Unknown',
  };
}

/** `{[key]: value}`, or nothing for null and undefined. */
function optional<K extends string>(key: K, value: string | null | undefined): { [P in K]?: string } {
  return (value === undefined || value === null ? {} : { [key]: value }) as { [P in K]?: string };
}
