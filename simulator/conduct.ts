import { type ArmConduct, publishedArmConduct } from './arm/conduct.ts';
import { type DnsConduct, publishedDnsConduct } from './dns/conduct.ts';
import { type EntraConduct, publishedEntraConduct } from './entra/conduct.ts';
import { type FabricConduct, publishedConduct as publishedFabricConduct } from './fabric/behaviours.ts';
import { type GraphConduct, publishedGraphConduct } from './graph/conduct.ts';

/** How the clouds behave: switches, delays, quotas and sides taken, one part per room. */
export type Conduct = {
  entra: EntraConduct;
  arm: ArmConduct;
  dns: DnsConduct;
  fabric: FabricConduct;
  graph: GraphConduct;
};

/** As the published facts have it: every behaviour on. */
export function publishedConduct(): Conduct {
  return {
    entra: publishedEntraConduct(),
    arm: publishedArmConduct(),
    dns: publishedDnsConduct(),
    fabric: publishedFabricConduct(),
    graph: publishedGraphConduct(),
  };
}
