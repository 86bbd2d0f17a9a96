import type { Cloud } from '../../cloud.ts';
import { keyOf } from '../ids.ts';
import type { ArmWorld, NetworkInterface, PrivateEndpoint, ZoneGroup } from '../types.ts';

/** An endpoint as GET, list and PUT answer it (cloud-apis section 9.1, read-only output). */
export function shownEndpoint(endpoint: PrivateEndpoint, { world, conduct }: Cloud) {
  const { connection } = endpoint;
  const entry = {
    name: connection.name,
    id: `${endpoint.id}/${connection.mode === 'Manual' ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections'}/${connection.name}`,
    etag: `W/"${endpoint.etag}"`,
    properties: {
      provisioningState: 'Succeeded',
      privateLinkServiceId: connection.targetId,
      groupIds: connection.groupIds,
      requestMessage: connection.requestMessage,
      privateLinkServiceConnectionState: connection.state,
    },
    type: `Microsoft.Network/privateEndpoints/${connection.mode === 'Manual' ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections'}`,
  };
  return {
    name: endpoint.name,
    id: endpoint.id,
    etag: `W/"${endpoint.etag}"`,
    type: 'Microsoft.Network/privateEndpoints',
    location: endpoint.location,
    tags: endpoint.tags,
    properties: {
      provisioningState: endpoint.provisioningState,
      privateLinkServiceConnections: connection.mode === 'Auto' ? [entry] : [],
      manualPrivateLinkServiceConnections: connection.mode === 'Manual' ? [entry] : [],
      customNetworkInterfaceName: endpoint.customNetworkInterfaceName ?? '',
      subnet: { id: endpoint.subnetId },
      ipConfigurations: [],
      networkInterfaces: [{ id: endpoint.networkInterfaceId }],
      customDnsConfigs: customDnsConfigs(endpoint, world.arm, conduct.arm),
    },
  };
}

/** Filled after approval, and empty again while a zone group takes care of the names (cloud-apis sections 9.1, 10.3). */
function customDnsConfigs(endpoint: PrivateEndpoint, arm: ArmWorld, { switches, choices }: Cloud['conduct']['arm']) {
  if (endpoint.provisioningState !== 'Succeeded') return [];
  if (switches.addressesAfterApproval && endpoint.connection.state.status !== 'Approved') return [];
  const group = zoneGroupOf(arm, endpoint.id);
  if (switches.emptyDnsConfigsUnderZoneGroup && group?.provisioningState === 'Succeeded') return [];
  return endpoint.members.flatMap(({ address, fqdns }) =>
    fqdns.map((fqdn) => ({
      fqdn: choices.customDnsFqdn === 'public' ? fqdn : fqdn.replace(/\.fabric\./, '.privatelink.fabric.'),
      ipAddresses: [address],
    })),
  );
}

export function zoneGroupOf(arm: ArmWorld, endpointId: string): ZoneGroup | undefined {
  const groupId = arm.privateEndpoints[keyOf(endpointId)]?.zoneGroupId;
  return groupId === undefined ? undefined : arm.zoneGroups[keyOf(groupId)];
}

/** The interface tells members and addresses at once; the names only once the endpoint is approved. */
export function shownInterface(networkInterface: NetworkInterface, { world, conduct }: Cloud) {
  const endpoint = world.arm.privateEndpoints[keyOf(networkInterface.privateEndpointId)];
  const named = !conduct.arm.switches.addressesAfterApproval || endpoint?.connection.state.status === 'Approved';
  return {
    name: networkInterface.name,
    id: networkInterface.id,
    etag: `W/"${networkInterface.etag}"`,
    type: 'Microsoft.Network/networkInterfaces',
    location: networkInterface.location,
    tags: {},
    properties: {
      provisioningState: 'Succeeded',
      ipConfigurations: networkInterface.members.map(({ groupId, member, address, fqdns }, at) => ({
        name: `privateEndpointIpConfig.${member}`,
        id: `${networkInterface.id}/ipConfigurations/privateEndpointIpConfig.${member}`,
        type: 'Microsoft.Network/networkInterfaces/ipConfigurations',
        properties: {
          provisioningState: 'Succeeded',
          privateIPAddress: address,
          privateIPAllocationMethod: 'Dynamic',
          subnet: { id: networkInterface.subnetId },
          primary: at === 0,
          privateIPAddressVersion: 'IPv4',
          privateLinkConnectionProperties: { groupId, requiredMemberName: member, fqdns: named ? fqdns : [] },
        },
      })),
      ...(endpoint && { privateEndpoint: { id: endpoint.id } }),
      nicType: 'Standard',
    },
  };
}
