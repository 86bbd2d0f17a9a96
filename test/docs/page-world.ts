import { addLinkService, injectConnection, removeConnection } from '../../simulator/arm/fabric/out-of-band.ts';
import { addDnsZone, addVirtualNetwork, grantRole } from '../../simulator/builders.ts';
import { addVirtualNetworkGateway, addWorkspace } from '../../simulator/fabric/build.ts';
import type { Simulator } from '../../simulator/start.ts';
import type { World } from '../../simulator/world.ts';
import { FABRIKAM_APP, FABRIKAM_NETWORK, FABRIKAM_SUBSCRIPTION, fabrikamWorld } from '../support/stage-fabrikam.ts';
import {
  CAPACITY,
  CONNECTIVITY,
  DATA_PLATFORM,
  HUB,
  OPERATOR_APP,
  SALES,
  SPOKE,
  TENANT,
} from '../support/stage-world.ts';
import type { Right } from './page.ts';

/** What the reader of docs/workspace-private-link.md is told to have, and what other people do while they read. */

const NETWORK = 'providers/Microsoft.Network';
const groupOf = (name: string, subscriptionId = CONNECTIVITY) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
const GATEWAY_NETWORK = `${groupOf('rg-network-plant')}/${NETWORK}/virtualNetworks/vnet-plant`;
const CENTRAL_ZONE = `${groupOf('rg-dns')}/${NETWORK}/privateDnsZones/privatelink.fabric.microsoft.com`;
const PLANT = '91a40000-0000-4000-8000-000000000003';
const ARCHIVE = 'a4c41000-0000-4000-8000-000000000004';
const SHARED = 'cf1e0000-0000-4000-8000-000000000005';
const AUDITORS_ENDPOINT = `${groupOf('rg-audit', 'a0d10000-0000-4000-8000-000000000009')}/${NETWORK}/privateEndpoints/pe-audit`;
const SERVICE_GROUP = groupOf('rg-fabric', DATA_PLATFORM);
const SALES_SERVICE = `${SERVICE_GROUP}/providers/Microsoft.Fabric/privateLinkServicesForFabric/fabriclink-${SALES}`;
const PARTNER_GROUP = groupOf('rg-partner', FABRIKAM_SUBSCRIPTION);

/** What the page's table of rights calls a place, as the world has it. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'resource group of the private link service': [SERVICE_GROUP],
  'subscription of the service': [`/subscriptions/${DATA_PLATFORM}`],
  'resource group of the endpoint': [
    ...['rg-network-hub', 'rg-network-spoke', 'rg-network-plant'].map((name) => groupOf(name)),
    PARTNER_GROUP,
  ],
  'the network, with its subnets': [HUB, SPOKE, GATEWAY_NETWORK, FABRIKAM_NETWORK],
  'resource group of the DNS zone': [
    ...['rg-network-hub', 'rg-dns', 'rg-network-plant'].map((name) => groupOf(name)),
    PARTNER_GROUP,
  ],
  'subscription of the endpoint': [`/subscriptions/${CONNECTIVITY}`, `/subscriptions/${FABRIKAM_SUBSCRIPTION}`],
  // The page does without, and the operator must, too.
  'each subscription, with `registerProviders: true` only': [],
};

/** `rights`: all that the operator's two identities may do in Azure. */
export function pageWorld(rights: readonly Right[]): World {
  const world = fabrikamWorld();
  world.arm.grants = [];
  for (const { where, actions } of rights) {
    const places = PLACES[where];
    if (!places) throw new Error(`the page gives rights at "${where}", which this world does not know`);
    for (const scope of places) {
      const { objectId } = scope.includes(FABRIKAM_SUBSCRIPTION) ? FABRIKAM_APP : OPERATOR_APP;
      grantRole(world, { principalId: objectId, scope, actions: [...actions] });
    }
  }
  const { resourceGroups } = world.arm.subscriptions[CONNECTIVITY]!;
  for (const name of ['rg-dns', 'rg-network-plant']) resourceGroups[name] = { name, location: 'westeurope', tags: {} };
  addVirtualNetwork(world, {
    id: GATEWAY_NETWORK,
    location: 'westeurope',
    addressPrefixes: ['127.65.4.0/24'],
    subnets: [
      { name: 'snet-endpoints', addressPrefix: '127.65.4.128/26' },
      {
        name: 'snet-gateway',
        addressPrefix: '127.65.4.64/26',
        delegations: ['Microsoft.PowerPlatform/vnetaccesslinks'],
      },
    ],
  });
  for (const [id, displayName] of [
    [PLANT, 'plant'],
    [ARCHIVE, 'archive'],
    [SHARED, 'shared'],
  ] as const) {
    const roles = { [OPERATOR_APP.objectId]: 'Admin' as const };
    addWorkspace(world, { id, tenantId: TENANT, displayName, capacityId: CAPACITY, roles });
  }
  addVirtualNetworkGateway(world, {
    id: '6a7e0000-0000-4000-8000-000000000001',
    tenantId: TENANT,
    displayName: 'vgw-plant',
    subnetId: `${GATEWAY_NETWORK}/subnets/snet-gateway`,
  });
  addLinkService(world, {
    tenantId: TENANT,
    workspaceId: ARCHIVE,
    subscriptionId: DATA_PLATFORM,
    resourceGroup: 'rg-fabric',
    name: 'pls-archive',
    tags: { 'cost-centre': '0001' },
  });
  // The network team's, with another workspace's name in it, and linked to the spoke.
  addDnsZone(world, {
    id: CENTRAL_ZONE,
    tags: { team: 'network' },
    records: [{ name: '0f1e00000000400080000000000000ff.z0f.c', addresses: ['127.65.1.77'] }],
    links: [{ name: 'spoke', virtualNetworkId: SPOKE, resolutionPolicy: 'NxDomainRedirect' }],
  });
  return world;
}

/** By the words that the page has for it. */
export const MEANWHILE: Readonly<Record<string, (simulator: Simulator) => void>> = {
  'the auditors ask to connect to sales': ({ cloud }) => {
    injectConnection(cloud, SALES_SERVICE, AUDITORS_ENDPOINT, 'audit 2026');
  },
  'the auditors delete their endpoint': ({ cloud }) => removeConnection(cloud, SALES_SERVICE, AUDITORS_ENDPOINT),
};

/**
 * What the page writes as a reader has it, and as the simulated world has it: each one must occur in the page. The hub's
 * resolver listens on a port of its own here; and an hour of break-glass is a real one, whatever the speed.
 */
export function substitutions({ dns }: Simulator): readonly (readonly [string, string])[] {
  const { address, port } = dns.at(HUB)!;
  return [
    ['address: 10.20.0.4', `address: ${address}`],
    ['port: 53', `port: ${port}`],
    ["'+1 hour'", "'+40 seconds'"],
  ];
}
