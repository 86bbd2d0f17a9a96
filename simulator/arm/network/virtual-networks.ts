import type { Cloud } from '../../cloud.ts';
import { Refusal } from '../../exchange.ts';
import { keyOf } from '../ids.ts';
import { paged } from '../paging.ts';
import { type ArmRequest, addArmRoutes } from '../service.ts';
import type { Subnet, VirtualNetwork } from '../types.ts';
import { API_VERSIONS, networkAnswer } from './answers.ts';
import { findSubnet, usableAddresses, usedAddresses } from './subnets.ts';

const PROVIDER = 'providers/Microsoft.Network/virtualNetworks';
const GROUP = '/subscriptions/:subscriptionId/resourceGroups/:resourceGroup';
const READ = 'Microsoft.Network/virtualNetworks/read';

/** Networks are read only here: whoever uses an operator has them already (cloud-apis section 24, A10 and A11). */
export function mountVirtualNetworks(cloud: Cloud): void {
  const base = { method: 'GET', apiVersions: API_VERSIONS } as const;
  addArmRoutes(
    cloud,
    {
      ...base,
      path: `/subscriptions/:subscriptionId/${PROVIDER}`,
      action: READ,
      handle: (request, current) => paged(request, current, networksUnder(request, current), shown),
    },
    {
      ...base,
      path: `${GROUP}/${PROVIDER}`,
      action: READ,
      handle: (request, current) => paged(request, current, networksUnder(request, current), shown),
    },
    {
      ...base,
      path: `${GROUP}/${PROVIDER}/:network`,
      action: READ,
      handle: (request, current) => networkAnswer(200, shown(networkAt(request.resourceId, current))),
    },
    {
      ...base,
      path: `${GROUP}/${PROVIDER}/:network/usages`,
      action: 'Microsoft.Network/virtualNetworks/usages/read',
      handle(request, current) {
        const { subnets } = networkAt(parentPath(request.resourceId), current);
        return networkAnswer(200, { value: subnets.map(usageOf) });
      },
    },
    {
      ...base,
      path: `${GROUP}/${PROVIDER}/:network/subnets/:subnet`,
      action: 'Microsoft.Network/virtualNetworks/subnets/read',
      handle(request, { world }) {
        const found = findSubnet(world.arm, request.resourceId);
        if (!found) throw new Refusal(404, 'NotFound', `Resource ${request.resourceId} not found.`);
        return networkAnswer(200, shownSubnet(found.subnet, world.arm.privateEndpoints));
      },
    },
  );
}

const parentPath = (path: string) => path.split('/').slice(0, -1).join('/');

function networksUnder({ resourceId }: ArmRequest, { world }: Cloud): VirtualNetwork[] {
  const scope = keyOf(resourceId).split('/providers/')[0] ?? '';
  return Object.values(world.arm.virtualNetworks).filter(({ id }) => keyOf(id).startsWith(`${scope}/`));
}

function networkAt(id: string, { world }: Cloud): VirtualNetwork {
  const network = world.arm.virtualNetworks[keyOf(id)];
  if (network) return network;
  const message = `The Resource 'Microsoft.Network/virtualNetworks/${id.split('/').at(-1)}' was not found.`;
  throw new Refusal(404, 'ResourceNotFound', message);
}

function shown(network: VirtualNetwork) {
  return {
    id: network.id,
    name: network.name,
    type: 'Microsoft.Network/virtualNetworks',
    etag: `W/"${network.etag}"`,
    location: network.location,
    tags: network.tags,
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes: network.addressPrefixes },
      subnets: network.subnets.map((subnet) => shownSubnet(subnet, {})),
      enableDdosProtection: false,
    },
  };
}

function shownSubnet(subnet: Subnet, endpoints: Record<string, { id: string; subnetId: string }>) {
  const privateEndpoints = Object.values(endpoints)
    .filter(({ subnetId }) => keyOf(subnetId) === keyOf(subnet.id))
    .map(({ id }) => ({ id }));
  return {
    id: subnet.id,
    name: subnet.name,
    type: 'Microsoft.Network/virtualNetworks/subnets',
    etag: `W/"${subnet.etag}"`,
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: subnet.addressPrefix,
      delegations: subnet.delegations.map((serviceName, at) => ({
        name: `delegation${at}`,
        properties: { serviceName, provisioningState: 'Succeeded', actions: [] },
      })),
      privateEndpointNetworkPolicies: subnet.privateEndpointNetworkPolicies,
      privateLinkServiceNetworkPolicies: 'Enabled',
      ...(privateEndpoints.length > 0 && { privateEndpoints }),
    },
  };
}

function usageOf(subnet: Subnet) {
  return {
    id: subnet.id,
    currentValue: usedAddresses(subnet),
    limit: usableAddresses(subnet),
    unit: 'Count',
    name: { value: 'SubnetSpace', localizedValue: 'Subnet size and usage' },
  };
}
