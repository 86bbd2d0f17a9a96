import type { Room } from '../../cloud.ts';
import { serveConnections } from './connections.ts';
import { defineDecisions } from './decisions.ts';
import { serveFabricOperations } from './operations.ts';
import { linkProvider } from './provider.ts';
import { serveLinkServices } from './services.ts';

/** ARM's Microsoft.Fabric/privateLinkServicesForFabric with its connections (sections 7 and 8). */
export const mountArmFabric: Room = (cloud) => {
  cloud.connections.provide(linkProvider);
  defineDecisions(cloud);
  serveFabricOperations(cloud);
  serveLinkServices(cloud);
  serveConnections(cloud);
};
